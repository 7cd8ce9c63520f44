"""A rule is a row of a pack's page `checks`; the function it names looks at a case and yields findings."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import InputError, PackError
from ..finding import SEVERITIES, Finding
from ..schema import Pack

if TYPE_CHECKING:
    from .case import Case

    Check = Callable[[Case], Iterable[Finding]]
else:
    Check = Callable

__all__ = ["GROUPS", "KINDS", "PAGE", "Check", "Rule", "check", "checks", "chosen", "parameters_of", "rules_of", "with_used"]

PAGE = "checks"
# the groups of the official sheets, in their order (domain-rules §3)
GROUPS = ("completeness", "metadata", "vector", "topology", "logic", "area", "unique", "edges")
# words of the column `layers` beside names of pages: every layer, every one that follows a page, every one of that geometry
KINDS = ("any", "page", "polygon", "line", "point")
_SUBJECTS = ("delivery", "fields", "survey", "references", "sums", "shapes", "coverages", "between", "within", "lines", "edges")
_KNOWN: dict[str, Check] = {}


@dataclass(frozen=True)
class Rule:
    """One row of `checks`.

    code: the rule's code, unique over all packs. check: the function. layers: pages it looks at, or words of `KINDS`. others: pages it needs
    beside. parameters: numbers and words by name. official: number, document and level of the official rule, empty where unknown.
    """

    code: str
    check: str
    pack: str
    layers: tuple[str, ...]
    others: tuple[str, ...]
    group: str
    title_zh: str
    title_en: str
    severity: str
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)
    official: tuple[str, str, str] = ("", "", "")
    source: str = ""
    status: str = "default"

    def title(self, language: str) -> str:
        """The title in `zh`, or in English for any other language."""
        return self.title_zh if language == "zh" else self.title_en

    def number(self, name: str) -> float:
        """A parameter as a number; PackError `check.bad_parameter`."""
        try:
            return float(self.parameters[name])
        except (KeyError, ValueError) as why:
            raise PackError("check.bad_parameter", rule=self.code, pack=self.pack, parameter=name, value=self.parameters.get(name, "")) from why

    def words(self, name: str) -> tuple[str, ...]:
        """A parameter as words parted by |."""
        return tuple(one for one in self.parameters.get(name, "").split("|") if one)


def check(name: str) -> Callable[[Check], Check]:
    """Make a function known under the name by which rule pages call it."""

    def known(function: Check) -> Check:
        if name in _KNOWN:
            raise ValueError(f"two checks are called {name}")
        _KNOWN[name] = function
        return function

    return known


def checks() -> Mapping[str, Check]:
    """All check functions by name."""
    for subject in _SUBJECTS:
        if importlib.util.find_spec(f".{subject}", __package__) is not None:
            importlib.import_module(f".{subject}", __package__)
    return _KNOWN


def with_used(name: str, packs: Mapping[str, Pack]) -> list[Pack]:
    """The pack of that id and those it uses (fact `uses`), itself first; all packs for ""; InputError `input.unknown_pack`."""
    if not name:
        return list(packs.values())
    if name not in packs:
        raise InputError("input.unknown_pack", pack=name, present=", ".join(sorted(packs)))
    listed, at = [name], 0
    while at < len(listed):
        listed += [one for one in packs[listed[at]].facts.get("uses", "").split() if one not in listed and one in packs]
        at += 1
    return [packs[one] for one in listed]


def rules_of(packs: Iterable[Pack]) -> list[Rule]:
    """The rules of packs in the order of their pages; a pack without the page has none.

    PackError `check.unknown_check`, `check.unknown_group`, `check.unknown_severity`, `check.unknown_layer` (a page that none of the packs
    has), `check.same_code` for a row that means nothing.
    """
    known, found, seen = checks(), [], dict[str, str]()
    listed = list(packs)
    pages = {*KINDS, *(name for pack in listed for name in pack.layers)}
    for pack in listed:
        for row in pack.rules.get(PAGE, ()):
            made = _rule(row, pack.id)
            strange = [one for one in (*made.layers, *made.others) if one not in pages]
            if strange or not made.layers:
                raise PackError("check.unknown_layer", rule=made.code, pack=pack.id, value=", ".join(strange), choices=", ".join(sorted(pages)))
            for code, value, allowed in (
                ("check.unknown_check", made.check, known),
                ("check.unknown_group", made.group, GROUPS),
                ("check.unknown_severity", made.severity, SEVERITIES),
            ):
                if value not in allowed:
                    raise PackError(code, rule=made.code, pack=pack.id, value=value, choices=", ".join(allowed))
            if seen.setdefault(made.code, pack.id) != pack.id:
                raise PackError("check.same_code", rule=made.code, pack=pack.id, other=seen[made.code])
            found.append(made)
    return found


def parameters_of(row: Mapping[str, str]) -> dict[str, str]:
    """The column `parameters` of a row, name=value parted by semicolons, as values by name."""
    pairs = (one.partition("=") for one in row.get("parameters", "").split(";") if one.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _rule(row: Mapping[str, str], pack: str) -> Rule:
    return Rule(
        row["code"], row["check"], pack, _split(row.get("layers", "")), _split(row.get("others", "")), row["group"],
        row["title_zh"], row["title_en"], row["severity"], parameters_of(row),
        (row.get("official_no", ""), row.get("official_doc", ""), row.get("official_level", "")), row.get("source", ""), row.get("status", ""),
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split("|") if one.strip())


def chosen(rules: Sequence[Rule], wanted: str) -> list[Rule]:
    """The rules that a text asks for: all, or codes, groups and names of checks parted by commas; InputError `check.unknown_rule`."""
    words = [one.strip() for one in wanted.replace("，", ",").replace("、", ",").replace(";", ",").split(",") if one.strip()]
    if not words or any(one.lower() == "all" for one in words):
        return list(rules)
    found: list[Rule] = []
    for word in words:
        alike = [one for one in rules if word.lower() in (one.code.lower(), one.group, one.check)]
        if not alike:
            known = dict.fromkeys([*(one.group for one in rules), *(one.code for one in rules)])
            raise InputError("check.unknown_rule", value=word, choices=", ".join(known))
        found += [one for one in alike if one not in found]
    return [one for one in rules if one in found]
