"""The list of boundary points as a workbook with one sheet a parcel, or as one CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...core.errors import OutputError
from ...core.progress import SILENT, Progress
from ...core.table import Table
from ..libraries import vendored
from ..sinks import staged, swap
from ..speech import sentence

__all__ = ["COLUMNS", "check_format", "write_points"]

COLUMNS = ("PARCEL", "JZDH", "RING", "SXH", "X", "Y", "SIDE")
_FORMATS = {"X": "0.000", "Y": "0.000", "SIDE": "0.00"}
_WIDTHS = (26, 12, 8, 8, 16, 18, 12)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


def check_format(path: Path) -> None:
    """OutputError `points.list_format` for an ending that is not .xlsx or .csv."""
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise OutputError("points.list_format", path=str(path))


def write_points(
    path: Path, listed: Table, plane: str, rules: Mapping[str, str], language: str = "", progress: Progress = SILENT
) -> bool:
    """Write the list (columns `COLUMNS` and ROW, see boundary_points) to `path`, .xlsx or .csv, staged and swapped in.

    rules: most_sheets and rows_a_sheet of the pack's `point_list`. Answers whether each parcel has a sheet (a block of the CSV) of its own.
    OutputError as `check_format`.
    """
    kind = path.suffix.lower()
    check_format(path)
    with staged(path) as stage:
        if kind == ".csv":
            _csv(stage / path.name, listed, language)
            own = True
        else:
            own = _workbook(stage / path.name, listed, plane, rules, language, progress)
        progress.check()
        swap(stage, path)
    return own


def _rows(listed: Table) -> Iterator[tuple[Any, ...]]:
    """The list's rows as plain values, a missing side as None."""
    columns = [listed.rows[name].tolist() for name in COLUMNS]
    for row in zip(*columns):
        yield tuple(None if value != value else value for value in row)


def _heads(language: str) -> list[str]:
    return [sentence(f"points.list.{name}", {}, language) for name in COLUMNS]


def _csv(path: Path, listed: Table, language: str) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_heads(language))
        for row in _rows(listed):
            writer.writerow(_text(value, _FORMATS.get(name, "")) for name, value in zip(COLUMNS, row))


def _text(value: Any, number: str) -> Any:
    return f"{value:.{number.count('0') - 1}f}" if number and value is not None else value


def _workbook(path: Path, listed: Table, plane: str, rules: Mapping[str, str], language: str, progress: Progress) -> bool:
    openpyxl = vendored("openpyxl")
    book = openpyxl.Workbook(write_only=True)
    own = listed.rows["ROW"].nunique() <= int(rules["most_sheets"])
    blocks = _by_parcel(listed) if own else _running(listed, int(rules["rows_a_sheet"]), language)
    taken: set[str] = set()
    total = max(len(listed), 1)
    done = 0
    for name, rows in blocks:
        progress.at(done / total)
        done += _sheet(book.create_sheet(_title(name, taken)), name, rows, plane, language, progress)
    if not taken:
        _sheet(book.create_sheet(sentence("points.list.all", {}, language)), "", [], plane, language, progress)
    book.save(path)
    return own


def _by_parcel(listed: Table) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Each parcel's name and rows, parcels in the order of the layer."""
    held: list[tuple[Any, ...]] = []
    before = None
    for row, values in zip(listed.rows["ROW"].tolist(), _rows(listed)):
        if before is not None and row != before:
            yield str(held[0][0]), held
            held = []
        held.append(values)
        before = row
    if held:
        yield str(held[0][0]), held


def _running(listed: Table, size: int, language: str) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    held: list[tuple[Any, ...]] = []
    number = 0
    for values in _rows(listed):
        held.append(values)
        if len(held) == size:
            number += 1
            yield f"{sentence('points.list.all', {}, language)}-{number}", held
            held = []
    if held:
        yield f"{sentence('points.list.all', {}, language)}-{number + 1}", held


def _title(name: str, taken: set[str]) -> str:
    """A sheet name that Excel takes: 31 characters, none of []:*?/\\', and unlike the others in any case."""
    base = _FORBIDDEN.sub("_", name).strip() or "-"
    title, number = base[:31], 1
    while title.lower() in taken:
        number += 1
        tail = f"_{number}"
        title = base[: 31 - len(tail)] + tail
    taken.add(title.lower())
    return title


def _sheet(sheet: Any, name: str, rows: Iterable[tuple[Any, ...]], plane: str, language: str, progress: Progress) -> int:
    """Title, unit line, head, rows and the line for signatures; the number of rows written."""
    for letter, width in zip("ABCDEFG", _WIDTHS):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "1:3"
    for span in ("A1:G1", "A2:C2", "D2:G2"):
        sheet.merged_cells.add(span)
    cell = _cells(sheet)
    sheet.append([cell(sentence("points.list.title", {}, language), "title"), *[cell(None, "")] * 6])
    unit = sentence("points.list.unit", {"plane": plane}, language)
    parcel = sentence("points.list.parcel", {"parcel": name}, language)
    sheet.append([cell(parcel, ""), None, None, cell(unit, "right")])
    sheet.append([cell(head, "head") for head in _heads(language)])
    count = 0
    for row in rows:
        if count % 1000 == 0:
            progress.check()
        sheet.append([cell(value, "body", _FORMATS.get(column, "")) for column, value in zip(COLUMNS, row)])
        count += 1
    filled, checked, date = (sentence(f"points.list.{word}", {}, language) for word in ("filled", "checked", "date"))
    sheet.append([])
    sheet.append([filled, None, None, checked, None, date])
    return count


def _cells(sheet: Any) -> Any:
    """A maker of cells: value, look (title, head, body, right or plain), number format."""
    styles, new = vendored("openpyxl").styles, vendored("openpyxl.cell").WriteOnlyCell
    thin = styles.Side(style="thin")
    box = styles.Border(left=thin, right=thin, top=thin, bottom=thin)
    middle, right = styles.Alignment(horizontal="center", vertical="center"), styles.Alignment(horizontal="right")
    bold, large = styles.Font(bold=True), styles.Font(bold=True, size=14)

    def make(value: Any, look: str, number: str = "") -> Any:
        one = new(sheet, value=value)
        if look in ("title", "head"):
            one.font, one.alignment = (large if look == "title" else bold), middle
        if look in ("head", "body"):
            one.border = box
        if look == "right":
            one.alignment = right
        if number:
            one.number_format = number
        return one

    return make
