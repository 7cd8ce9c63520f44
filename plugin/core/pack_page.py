"""One page of a pack: a CSV read strictly, and the user's page laid over the shipped one row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import PackError

__all__ = ["STATUSES", "Page", "Row", "merged", "read_page"]

STATUSES = ("standard", "practice", "default")


@dataclass(frozen=True)
class Row:
    """The cells of one row by column, and where they stand: file, and line from 1 (the head is line 1)."""

    cells: Mapping[str, str]
    file: Path
    line: int

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, code: str, **facts: object) -> PackError:
        """The error `pack.<code>` at this row."""
        return PackError(f"pack.{code}", file=str(self.file), row=self.line, **facts)

    def number(self, column: str) -> float | None:
        """The cell as a number, None where it is empty; PackError `pack.bad_number`."""
        text = self[column]
        if not text:
            return None
        value = number_of(text)
        if value is None:
            raise self.fault("bad_number", column=column, value=text)
        return value

    def whole(self, column: str) -> int | None:
        """The cell as a whole number not below 0, None where it is empty; PackError `pack.bad_number`."""
        value = self.number(column)
        if value is None:
            return None
        if value < 0 or value != int(value):
            raise self.fault("bad_number", column=column, value=self[column])
        return int(value)


@dataclass(frozen=True)
class Page:
    """The rows of one CSV in their order. key: the columns whose texts tell rows apart; own: keys of rows from a user's folder."""

    file: Path
    header: tuple[str, ...]
    key: str
    rows: tuple[Row, ...]
    own: frozenset[str] = frozenset()


def number_of(text: str) -> float | None:
    """The number that a cell states in plain ASCII, None for anything else (also for nan and inf)."""
    if not text or not set(text) <= set("0123456789+-.eE"):
        return None
    try:
        return float(text)
    except ValueError:
        return None


def read_page(file: Path, key: str = "", required: Sequence[str] = (), allowed: Sequence[str] | None = None) -> Page:
    """Read one page: UTF-8 with or without BOM, blanks around cells off, empty lines skipped.

    key: the column that tells rows apart (default: the first). required: columns that must be there; allowed: the only ones that may be
    (None = any). Columns `source` and `status` must be there and filled in every row. PackError with file and row: `pack.unreadable`,
    `pack.not_utf8`, `pack.empty_page`, `pack.missing_column`, `pack.unknown_column`, `pack.duplicate_column`, `pack.ragged_row`,
    `pack.empty_cell`, `pack.duplicate_key`, `pack.bad_status`.
    """
    lines = list(_lines(file))
    if not lines:
        raise PackError("pack.empty_page", file=str(file), row=1)
    header = tuple(_trimmed(lines[0][1], 1))
    head = Row({}, file, lines[0][0])
    for at, column in enumerate(header):
        if not column or (allowed is not None and column not in allowed):
            raise head.fault("unknown_column", column=column or f"#{at + 1}", allowed=", ".join(allowed or ()))
        if column in header[:at]:
            raise head.fault("duplicate_column", column=column)
    for column in (*required, "source", "status"):
        if column not in header:
            raise head.fault("missing_column", column=column)
    name = key or header[0]
    if name not in header:
        raise head.fault("missing_column", column=name)
    rows = tuple(_row(file, header, line, cells) for line, cells in lines[1:])
    _check(rows, name)
    return Page(file, header, name, rows)


def merged(base: Page, over: Page, more: Sequence[str] = (), numbers: bool = False) -> Page:
    """The rows of `over` laid over those of `base` by key: an equal key replaces, a new key is added at the end.

    A column that `over` leaves out keeps the base row's text. PackError `pack.unknown_column` for a column that neither the base page nor
    `more` has, `pack.lost_zero` for a key that a spreadsheet has robbed of its leading zeros, `pack.bad_number` where, with
    `numbers`, a `value` that was a number is none any more.
    """
    for column in over.header:
        if column not in base.header and column not in more:
            raise Row({}, over.file, 1).fault("unknown_column", column=column, allowed=", ".join(base.header))
    at = {row[base.key]: place for place, row in enumerate(base.rows)}
    bare = {known.lstrip("0"): known for known in at if known.startswith("0")}
    rows = list(base.rows)
    for row in over.rows:
        name = row[base.key]
        if name not in at:
            if name in bare:
                raise row.fault("lost_zero", column=base.key, key=name, known=bare[name])
            rows.append(row)
            continue
        before = rows[at[name]]
        if numbers and number_of(before["value"]) is not None and "value" in row.cells and number_of(row["value"]) is None:
            raise row.fault("bad_number", column="value", value=row["value"])
        rows[at[name]] = Row({**before.cells, **row.cells}, row.file, row.line)
    header = (*base.header, *(column for column in over.header if column not in base.header))
    return Page(base.file, header, base.key, tuple(rows), base.own | {row[base.key] for row in over.rows})


def _lines(file: Path) -> Iterable[tuple[int, list[str]]]:
    """(line, stripped cells) of each line that is not empty, in the words of a file saved as UTF-8."""
    try:
        raw = file.read_bytes()
    except OSError as why:
        raise PackError("pack.unreadable", file=str(file), row=0, reason=why.strerror or type(why).__name__) from why
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as why:
        row = raw[: why.start].count(b"\n") + 1
        raise PackError("pack.not_utf8", file=str(file), row=row) from why
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield line, stripped
    except csv.Error as why:
        raise PackError("pack.bad_csv", file=str(file), row=before + 1, reason=str(why)) from why


def _trimmed(cells: list[str], least: int) -> list[str]:
    """Without the empty cells that spreadsheets leave behind the last column, down to `least` cells."""
    while len(cells) > least and not cells[-1]:
        cells = cells[:-1]
    return cells


def _row(file: Path, header: tuple[str, ...], line: int, cells: list[str]) -> Row:
    cells = _trimmed(cells, len(header))
    if len(cells) != len(header):
        raise PackError("pack.ragged_row", file=str(file), row=line, found=len(cells), expected=len(header))
    return Row(dict(zip(header, cells)), file, line)


def _check(rows: Iterable[Row], key: str) -> None:
    """Every row has its key once, a source and a known status."""
    first: dict[str, int] = {}
    for row in rows:
        for column in (key, "source", "status"):
            if not row[column]:
                raise row.fault("empty_cell", column=column)
        if row["status"] not in STATUSES:
            raise row.fault("bad_status", value=row["status"], choices=", ".join(STATUSES))
        if first.setdefault(row[key], row.line) != row.line:
            raise row.fault("duplicate_key", column=key, key=row[key], first=first[row[key]])
