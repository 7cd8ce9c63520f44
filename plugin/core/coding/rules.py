"""Rules of codes as a pack has them: what a code is made of, what must hold in it, and what its serial counts in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InputError, PackError
from ..schema import Pack

__all__ = ["CodeRule", "Condition", "Segment", "faults", "part", "rule_of", "rules_of"]


# a code ends with its serial: only where the segments reach it do they say how long it is
_LAST = ("serial", "unit")


@dataclass(frozen=True)
class Segment:
    """A part of a code: positions `first` to `last` from 1, and the form it has."""

    name: str
    first: int
    last: int
    form: re.Pattern[str]
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Condition:
    """What must hold in the whole code, in words."""

    form: re.Pattern[str]
    note_zh: str
    note_en: str


@dataclass(frozen=True)
class CodeRule:
    """A rule of codes.

    form: the whole code. prefix: what stands before the serial, None where a code is a serial and nothing else, counted within the value of
    another field. digits: of the serial, 0 = no leading zeros. fill: what completes a prefix that lacks its end. fixed: last letter of a
    prefix → the tail that stands for the serial. refused: last letters of prefixes whose serials are not made here.
    """

    id: str
    name_zh: str
    name_en: str
    field: str
    scope_field: str
    form: re.Pattern[str]
    prefix: re.Pattern[str] | None
    digits: int
    fill: str
    fixed: Mapping[str, str]
    refused: str
    segments: tuple[Segment, ...]
    conditions: tuple[Condition, ...]

    def name(self, language: str) -> str:
        """The name in `zh`, or in English for any other language."""
        return self.name_zh if language == "zh" else self.name_en


def rules_of(pack: Pack) -> dict[str, CodeRule]:
    """The rules of a pack by id; PackError `pack.no_rule`, `pack.bad_pattern`, `pack.no_number`."""
    return {row["rule"]: _rule(pack, row) for row in pack.rule("code_rules")}


def rule_of(pack: Pack, name: str) -> CodeRule:
    """The rule of that id; InputError `codes.unknown_rule`."""
    known = {row["rule"].lower(): row for row in pack.rule("code_rules")}
    row = known.get(name.strip().lower())
    if row is None:
        raise InputError("codes.unknown_rule", rule=name, present=", ".join(one["rule"] for one in known.values()))
    return _rule(pack, row)


def _rule(pack: Pack, row: Mapping[str, str]) -> CodeRule:
    name = row["rule"]
    segments = [one for one in pack.rule("code_segments") if one["rule"] == name]
    conditions = [one for one in pack.rule("code_conditions") if one["rule"] == name]
    return CodeRule(
        name, row["name_zh"], row["name_en"], row["field"], row["scope_field"], _form(row["pattern"], "code_rules"),
        _form(row["prefix"], "code_rules") if row["prefix"] else None, int(pack.number("code_rules", name, "digits")), row["fill"],
        dict(pair.split(":", 1) for pair in row["fixed"].split() if ":" in pair), row["refused"],
        tuple(_segment(pack, one) for one in segments),
        tuple(Condition(_form(one["pattern"], "code_conditions"), one["note_zh"], one["note_en"]) for one in conditions),
    )


def _segment(pack: Pack, row: Mapping[str, str]) -> Segment:
    first, last = (int(pack.number("code_segments", row["key"], column)) for column in ("first", "last"))
    return Segment(row["segment"], first, last, _form(row["pattern"], "code_segments"), row["name_zh"], row["name_en"])


def _form(text: str, page: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.ASCII)
    except re.error as why:
        raise PackError("pack.bad_pattern", file=f"rules/{page}.csv", row=0, field="pattern", value=text, reason=str(why)) from why


def faults(code: str, rule: CodeRule) -> list[tuple[str, dict[str, Any]]]:
    """What is wrong in one code by itself: the codes of sentences and their facts, [] for a good one.

    `codes.empty`, `codes.blanks`, `codes.length`, `codes.segment` for each part that is not of its form, `codes.condition`, and `codes.form`
    where nothing more can be said.
    """
    if not code.strip():
        return [("codes.empty", {"side": rule.name_zh, "side_en": rule.name_en})]
    if code != code.strip():
        return [("codes.blanks", {"was": code, "should": code.strip()})]
    length = rule.segments[-1].last if rule.segments and rule.segments[-1].name in _LAST else 0
    if length and len(code) != length:
        return [("codes.length", {"was": code, "found": len(code), "expected": length})]
    found: list[tuple[str, dict[str, Any]]] = []
    for one in rule.segments:
        text = code[one.first - 1 : one.last]
        if one.form.fullmatch(text) is None:
            named = {"side": one.name_zh, "side_en": one.name_en}
            found.append(("codes.segment", {"was": code, "part": text, "first": one.first, "last": one.last, **named}))
    if not found:
        if rule.form.fullmatch(code) is None:
            return [("codes.form", {"was": code, "side": rule.name_zh, "side_en": rule.name_en})]
        broken = (one for one in rule.conditions if one.form.fullmatch(code) is None)
        found += [("codes.condition", {"was": code, "side": one.note_zh, "side_en": one.note_en}) for one in broken]
    return found


def part(code: str, rule: CodeRule, name: str) -> str | None:
    """The part of a code that a segment names, None for a code of another form or a segment that the rule does not have."""
    if rule.form.fullmatch(code) is None:
        return None
    return next((code[one.first - 1 : one.last] for one in rule.segments if one.name == name), None)
