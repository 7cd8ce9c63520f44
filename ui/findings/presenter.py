"""What the findings panel shows, found without Qt: rows in, the ones to show and what an action changes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...plugin.core.errors import InputError
from ...plugin.core.finding import COLUMNS, SEVERITIES

__all__ = ["FIELDS", "NEEDED", "SHOWN", "STATES", "Change", "Entry", "Presenter", "Row", "Wanted", "is_findings", "plan", "row_of", "runs"]

# what a layer must have to be taken for the findings of checks (core/checks/states.py, which needs pandas, says the same)
NEEDED = frozenset((*COLUMNS, "WORDS", "GROUP", "REASON", "FIRST_SEEN", "LAST_SEEN", "FINGERPRINT"))
STATES = ("open", "exception", "fixed")
# fields that a row is made of, in the order of `Row`; the sentence is added by the language
FIELDS = ("SEVERITY", "STATE", "CODE", "LAYER", "FEATURE", "FIELD", "REASON", "FIRST_SEEN", "GROUP", "WORDS")
# columns of the table by the names of `Row`
SHOWN = ("severity", "state", "code", "words", "reason", "layer", "feature", "field", "first_seen")

_PARTS = 1_000  # parts of a selection that Qt bears


class Row(NamedTuple):
    """One finding: the feature's id, its columns as texts, the sentence in the window's language, and all that is searched in small letters."""

    id: int
    severity: str
    state: str
    code: str
    layer: str
    feature: str
    field: str
    reason: str
    first_seen: str
    group: str
    words: str
    searched: str


@dataclass(frozen=True)
class Wanted:
    """The filters: a state, a severity, a group or rule (as `Entry.key`), and words that must all occur; "" = all."""

    state: str = ""
    severity: str = ""
    rule: str = ""
    text: str = ""


class Entry(NamedTuple):
    """A choice of the list of rules: `group:topology` or `code:SX0401`, with how many findings it has in any state."""

    key: str
    name: str
    count: int


class Change(NamedTuple):
    """What an action changes: id → field → (was, will be), "" being nothing; and how many rows stay because they are fixed."""

    values: Mapping[int, Mapping[str, tuple[str, str]]]
    fixed: int


def is_findings(names: Iterable[str]) -> bool:
    """Whether a layer with these fields holds findings of checks."""
    return set(names) >= NEEDED


def row_of(number: int, values: Iterable[str], sentence: str = "") -> Row:
    """A row of the values of `FIELDS`; without a sentence it shows the code of one. A state nobody knows is open."""
    severity, state, code, layer, feature, field, reason, first, group, words = values
    told = sentence or words
    searched = "\n".join((code, layer, feature, field, reason, told)).lower()
    return Row(number, severity, state if state in STATES else "open", code, layer, feature, field, reason, first, group, told, searched)


def plan(rows: Iterable[Row], state: str, reason: str = "", width: int = 0) -> Change:
    """What setting these rows to `open` or `exception` changes; an open one has no reason, and what a run found fixed stays so.

    width: what the field REASON takes, 0 = any. InputError `findings.no_reason`, `findings.long_reason`.
    """
    reason = reason.strip() if state == "exception" else ""
    if state == "exception" and not reason:
        raise InputError("findings.no_reason")
    if 0 < width < len(reason):
        raise InputError("findings.long_reason", width=width, length=len(reason))
    values: dict[int, dict[str, tuple[str, str]]] = {}
    fixed = 0
    for row in rows:
        if row.state == "fixed":
            fixed += 1
            continue
        pairs = {"STATE": (row.state, state), "REASON": (row.reason, reason)}
        changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        if changed:
            values[row.id] = changed
    return Change(values, fixed)


def runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Rising numbers as runs (first, last); none where they lie in more than 1,000, since Qt joins each part of a selection with each other."""
    firsts = [at for before, at in zip([None, *places], places) if before is None or at != before + 1]
    lasts = [at for at, after in zip(places, [*places[1:], None]) if after is None or after != at + 1]
    return list(zip(firsts, lasts)) if len(firsts) <= _PARTS else []


class Presenter:
    """The rows of one layer, which of them are shown, and in which order."""

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}
        self.wanted = Wanted()
        self._by, self._down = "", False

    def __len__(self) -> int:
        return len(self._rows)

    def take(self, rows: Iterable[Row]) -> None:
        """Forget the rows and hold these."""
        self._rows = {row.id: row for row in rows}

    def renew(self, ids: Iterable[int], rows: Iterable[Row]) -> None:
        """Put rows in the place of those of `ids`; what no longer is goes, what is new is last."""
        fresh = {row.id: row for row in rows}
        for one in set(ids) - set(fresh):
            self._rows.pop(one, None)
        self._rows.update(fresh)

    def order(self, by: str, down: bool = False) -> None:
        """Sort what is shown by a column of `SHOWN`; "" = as the layer has it."""
        self._by, self._down = by, down

    def shown(self) -> list[Row]:
        """The rows that pass the filters, in order; severities by weight and states as in `STATES`, other columns by text."""
        wanted = self.wanted
        rows: Iterable[Row] = self._rows.values()
        if wanted.state:
            rows = [row for row in rows if row.state == wanted.state]
        if wanted.severity:
            rows = [row for row in rows if row.severity == wanted.severity]
        kind, _, name = wanted.rule.partition(":")
        if kind == "group":
            rows = [row for row in rows if row.group == name]
        elif kind == "code":
            rows = [row for row in rows if row.code == name]
        for word in wanted.text.lower().split():
            rows = [row for row in rows if word in row.searched]
        if not self._by:
            return list(rows)
        at = Row._fields.index(self._by)
        ranks = {name: f"{rank}" for rank, name in enumerate({"severity": SEVERITIES, "state": STATES}.get(self._by, ()))}
        return sorted(rows, key=lambda row: ranks.get(row[at], row[at]), reverse=self._down)

    def entries(self, groups: Mapping[str, str], titles: Mapping[str, str]) -> list[Entry]:
        """The groups that have findings, each followed by its rules; groups: words by group in their order, titles: words by rule."""
        counts = Counter((row.group, row.code) for row in self._rows.values())
        known = [*groups, *sorted({group for group, _ in counts} - set(groups))]
        listed: list[Entry] = []
        for group in known:
            codes = sorted(code for one, code in counts if one == group)
            if codes:
                listed.append(Entry(f"group:{group}", groups.get(group, group), sum(counts[group, code] for code in codes)))
                listed += [Entry(f"code:{code}", f"{code} {titles.get(code, '')}".strip(), counts[group, code]) for code in codes]
        return listed
