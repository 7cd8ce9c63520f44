"""Sheets of a coordinate table as parcels with their points; nothing is refused, what is wrong is a finding with sheet and row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...finding import Finding
from ...progress import SILENT, Progress
from .cells import number_of, text_of
from .heads import Columns, Words

__all__ = ["Notes", "Parcel", "Sheet", "read_sheets"]

_EVERY = 4096
_SHOWN = 60  # characters of a cell that a finding shows
_MOST = 200  # findings of one kind in a sheet that are told one by one


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name and its rows as (number from 1, cells)."""

    name: str
    rows: Iterable[tuple[int, Sequence[Any]]]


@dataclass
class Parcel:
    """Points of one parcel in the order of the table; `first` and `second` hold what stands under X and Y. angles: how many are degrees."""

    number: str
    sheet: str
    row: int
    name: str = ""
    sheets: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    rings: list[str] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)
    angles: int = 0


@dataclass
class Notes:
    """What the reading came upon. texts: what stands outside of tables; counts: rows by kind (points, blank, sums, text, carried)."""

    findings: list[Finding] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("points", "blank", "sums", "text", "carried"), 0))


def read_sheets(sheets: Iterable[Sheet], words: Words, progress: Progress = SILENT) -> tuple[list[Parcel], Notes]:
    """The parcels of all sheets: those of a parcel column by its values, over sheets too; else one for each head of a sheet.

    Findings: coords.no_head, coords.bad_number, coords.more_bad, coords.columns_left, coords.resumed, coords.no_parcel. Raises Cancelled.
    """
    reader = _Reader(words)
    for sheet in sheets:
        reader.begin(sheet.name)
        for number, (row, cells) in enumerate(sheet.rows):
            if number % _EVERY == 0:
                progress.check()
            reader.take(row, cells)
        reader.end()
    return [one for one in reader.parcels.values() if one.rows], reader.notes


class _Reader:
    def __init__(self, words: Words) -> None:
        self.words, self.notes = words, Notes()
        self.parcels: dict[tuple[str, ...], Parcel] = {}
        self._last: tuple[str, ...] | None = None  # key of the parcel that took the last point

    def begin(self, sheet: str) -> None:
        self.sheet = sheet
        self.columns = self.words.lettered
        self.above: Sequence[Any] = ()
        self.label: dict[str, str] = {}
        self.blocks = self.points = self.filled = self.bad = 0
        self.ring = self.parcel = self.name = ""
        self._resumed: set[tuple[str, ...]] = set()

    def end(self) -> None:
        """Say what is wrong with the sheet as a whole."""
        if self.columns is None and self.filled:
            self._tell("coords.no_head", "warning", {"count": self.filled})
        if self.bad > _MOST:
            self._tell("coords.more_bad", "error", {"count": self.bad - _MOST})

    def take(self, row: int, cells: Sequence[Any]) -> None:
        if not any(text_of(cell) for cell in cells):
            self.notes.counts["blank"] += 1
            return
        self.filled += 1
        columns = self.words.columns(cells, self.above)
        if columns is not None:
            self._head(columns)
        elif self.columns is None:
            self._around(cells)
        else:
            self._row(row, cells, self.columns)
        self.above = cells

    def _head(self, columns: Columns) -> None:
        """A row of heads begins a table: another parcel where no column names it."""
        if columns.unused and (self.columns is None or columns.unused != self.columns.unused):
            self._tell("coords.columns_left", "note", {"heads": "、".join(columns.unused)[:200]})
        self.columns, self.blocks = columns, self.blocks + bool(self.points or not self.blocks)
        self.ring = self.parcel = self.name = ""

    def _around(self, cells: Sequence[Any]) -> None:
        """A row outside of the points: a label of the next table, or words."""
        self.label.update(self.words.label(cells))
        self.notes.counts["text"] += 1
        self.notes.texts += [text[:200] for text in map(text_of, cells) if text and number_of(text) is None]

    def _row(self, row: int, cells: Sequence[Any], columns: Columns) -> None:
        first, second = columns.cell(cells, "x"), columns.cell(cells, "y")
        if self.words.is_sum(cells):
            self.notes.counts["sums"] += 1
            return
        label = text_of(columns.cell(cells, "point"))
        if not any(one.isdigit() for one in text_of(first) + text_of(second)) and (not label or ":" in label.replace("：", ":")):
            self._around(cells)  # words, as a line for signatures
            return
        numbers = number_of(first), number_of(second)
        if numbers[0] is None or numbers[1] is None:
            self.bad += 1
            if self.bad <= _MOST:
                name = "X" if numbers[0] is None else "Y"
                was = text_of(first if numbers[0] is None else second)[:_SHOWN]
                self._tell("coords.bad_number", "error", {"row": row, "was": was or "—"}, str(row), name)
            return
        self._point(row, cells, columns, numbers[0], numbers[1])

    def _point(self, row: int, cells: Sequence[Any], columns: Columns, first: tuple[float, bool], second: tuple[float, bool]) -> None:
        parcel = self._parcel(row, cells, columns)
        ring = text_of(columns.cell(cells, "ring"))
        if ring:
            self.ring = ring
        label = text_of(columns.cell(cells, "point")) or text_of(columns.cell(cells, "order"))
        parcel.sheets.append(self.sheet)
        parcel.rows.append(row)
        parcel.labels.append(label)
        parcel.rings.append(self.ring)
        parcel.first.append(first[0])
        parcel.second.append(second[0])
        parcel.angles += first[1] and second[1]
        self.points += 1
        self.notes.counts["points"] += 1

    def _parcel(self, row: int, cells: Sequence[Any], columns: Columns) -> Parcel:
        """The parcel of a row; an empty cell of a parcel column means the one above, as merged cells do."""
        stated, name = text_of(columns.cell(cells, "parcel")), text_of(columns.cell(cells, "name"))
        by_column = "parcel" in columns.at or "name" in columns.at
        if stated or name:
            if stated != self.parcel or (name and name != self.name):
                self.ring = ""
            self.parcel, self.name = stated, name or (self.name if stated == self.parcel else "")
        elif by_column:
            self.notes.counts["carried"] += 1
        key: tuple[str, ...]
        if by_column and (self.parcel or self.name):
            key = ("column", self.parcel, "" if self.parcel else self.name)
        else:
            key = ("sheet", self.sheet, str(self.blocks))
            if by_column and not self.points:
                self._tell("coords.no_parcel", "warning", {"row": row}, str(row))
        if key not in self.parcels:
            self.parcels[key] = self._made(key, row)
            self.ring = ""
        elif self._last != key and key not in self._resumed:
            self._resumed.add(key)
            self._tell("coords.resumed", "note", {"row": row, "parcel": self.parcels[key].number or self.parcels[key].name}, str(row))
        self._last = key
        found = self.parcels[key]
        found.name = found.name or self.name
        return found

    def _made(self, key: tuple[str, ...], row: int) -> Parcel:
        if key[0] == "column":
            return Parcel(self.parcel, self.sheet, row, self.name)
        number = self.label.get("parcel", "") or (self.sheet if self.blocks <= 1 else f"{self.sheet}-{self.blocks}")
        made = Parcel(number, self.sheet, row, self.label.get("name", ""))
        self.label = {}
        return made

    def _tell(self, code: str, severity: str, facts: dict[str, Any], row: str = "", name: str = "") -> None:
        self.notes.findings.append(Finding(code, severity, self.sheet, row, name, {"layer": self.sheet, **facts}))
