"""Tables as they are handed in: title, unit line, merged head from the pack, total row first, signatures, numbers as numbers."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core.measure import round_half_away
from ...core.schema import Pack
from ...core.table import Table
from ..libraries import vendored
from ..sinks import staged, swap
from ..speech import sentence

__all__ = [
    "Column", "Look", "Sheet", "lines_in", "printed_rows", "sheet_name", "sheet_of", "total_row", "write_csv", "write_workbook",
]

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_FACES = {"zh": "宋体", "en": "Calibri"}


@dataclass(frozen=True)
class Column:
    """A column: the field it shows, its heads from top to bottom, decimals (None = text), what the total row has in it, its width.

    total: sum, label (the word for total stands there), serial (the running number) or "".
    """

    name: str
    heads: tuple[str, ...]
    decimals: int | None = None
    total: str = ""
    width: float = 12


@dataclass(frozen=True)
class Sheet:
    """One printed table: the sheet's name, title, unit, columns, values row by row in the order of the columns, notes under it."""

    name: str
    title: str
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...] = ()


def sheet_of(pack: Pack, key: str, table: Table, language: str, title: str = "", notes: Sequence[str] = ()) -> Sheet:
    """The sheet `key` of the pack's rules `sheets` and `sheet_columns`, filled from `table`; coded fields are shown by name.

    title: stands before the pack's title (a county's name, for example). FieldError `input.missing_field`.
    """
    head = pack.row("sheets", key)
    columns = tuple(_column(row, language) for row in pack.rule("sheet_columns") if row["sheet"] == key)
    shown = [_values(table, one, pack, language) for one in columns]
    gap = ": " if title and language != "zh" else ""
    rows = tuple(zip(*shown))
    return Sheet(head[f"name_{language}"], f"{title}{gap}{head[f'title_{language}']}", head[f"unit_{language}"], columns, rows, tuple(notes))


def _column(row: Any, language: str) -> Column:
    heads = tuple(text for text in (row[f"group_{language}"], row[f"label_{language}"]) if text)
    decimals = int(row["decimals"]) if row["decimals"] else None
    return Column(row["column"], heads, decimals, row["total"], float(row["width"]))


def _values(table: Table, column: Column, pack: Pack, language: str) -> list[Any]:
    if column.total == "serial":
        return list(range(1, len(table) + 1))
    shown = table[column.name]
    values = [value if there else None for value, there in zip(shown.tolist(), shown.notna())]
    if column.decimals is not None:
        return [None if value is None else _number(value, column.decimals) for value in values]
    known = next((one for one in table.layer.fields if one.name == column.name), None) if table.layer else None
    codes = pack.codes[known.domain].entries if known is not None and known.domain else {}
    named = {code: one.name_zh if language == "zh" else one.name_en for code, one in codes.items()}
    return [None if value is None else named.get(str(value), str(value)) for value in values]


def _number(value: float, decimals: int) -> float | int:
    rounded = round_half_away(float(value), decimals)
    return int(rounded) if decimals == 0 else rounded


def total_row(sheet: Sheet, language: str) -> tuple[Any, ...]:
    """The row of totals: sums of the printed numbers, exact to their last decimal; the word for total in the first text column."""
    labels = [one.name for one in sheet.columns if one.total == "label"]
    found: list[Any] = []
    for at, column in enumerate(sheet.columns):
        if column.total == "sum" and column.decimals is not None:
            shown = [row[at] for row in sheet.rows if row[at] is not None]
            # printed numbers have few decimals: whole units of the last one add up without error
            units = sum(int(round_half_away(value * 10**column.decimals, 0)) for value in shown)
            found.append(_number(units / 10**column.decimals, column.decimals))
        else:
            found.append(sentence("table.total", {}, language) if labels and column.name == labels[0] else None)
    return tuple(found)


def printed_rows(sheet: Sheet, language: str) -> tuple[tuple[Any, ...], ...]:
    """The rows as they are printed: the total first where a column has one."""
    return (total_row(sheet, language), *sheet.rows) if _totalled(sheet) else sheet.rows


def _totalled(sheet: Sheet) -> bool:
    return any(one.total == "sum" for one in sheet.columns)


def write_csv(path: Path, sheet: Sheet, language: str) -> None:
    """Write one table as CSV (UTF-8 with BOM): one head line, then the rows as printed. OutputError as `staged` and `swap`."""
    with staged(path) as stage:
        with (stage / path.name).open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow("·".join(one.heads) for one in sheet.columns)
            for row in printed_rows(sheet, language):
                writer.writerow(_text(value, one.decimals) for value, one in zip(row, sheet.columns))
        swap(stage, path)


def _text(value: Any, decimals: int | None) -> Any:
    return "" if value is None else f"{value:.{decimals}f}" if decimals is not None else value


def write_workbook(path: Path, sheets: Sequence[Sheet], language: str) -> None:
    """Write tables as one workbook, a sheet each, staged and swapped in. OutputError as `staged` and `swap`."""
    openpyxl = vendored("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for one in sheets:
        _fill(book.create_sheet(sheet_name(one.name)), one, language)
    with staged(path) as stage:
        book.save(stage / path.name)
        swap(stage, path)


def sheet_name(text: str) -> str:
    """A text as the name of a sheet: without the signs that Excel refuses, 31 characters at most."""
    return _FORBIDDEN.sub("_", text)[:31]


def _fill(page: Any, sheet: Sheet, language: str) -> None:
    """Title, unit line, head, totals, rows, signatures and notes; how the page prints."""
    across = sum(one.width for one in sheet.columns)
    wide, deep = len(sheet.columns), max(len(one.heads) for one in sheet.columns)
    look = Look(page, language)
    look.line(1, sheet.title, wide, size=16, bold=True, height=8 + 22 * lines_in(sheet.title, across / 1.8))
    look.line(2, sentence("table.unit", {"unit": sheet.unit}, language) if sheet.unit else "", wide, side="right")
    _head(look, sheet, deep)
    top = 3 + deep
    rows, totalled = printed_rows(sheet, language), _totalled(sheet)
    for at, row in enumerate(rows):
        for place, (value, column) in enumerate(zip(row, sheet.columns), 1):
            look.cell(top + at, place, value, column, bold=totalled and at == 0)
        page.row_dimensions[top + at].height = 2 + 14 * max(lines_in(value, one.width) for value, one in zip(row, sheet.columns))
    if totalled:
        _join_total(page, sheet, top)
    end = top + len(rows) + 1
    words = [sentence(f"points.list.{word}", {}, language) for word in ("filled", "checked", "date")]
    for place, word in zip(_thirds(sheet.columns), words):
        page.cell(end, place, word).font = look.font()
    for at, note in enumerate(sheet.notes, end + 1):
        look.line(at, note, wide, side="left", size=9, height=14 * lines_in(note, across))
    _print_setup(page, top, top + 1 if totalled else top, wide)
    for place, column in enumerate(sheet.columns, 1):
        page.column_dimensions[look.letter(place)].width = column.width


def _thirds(columns: Sequence[Column]) -> list[int]:
    """Columns that begin at about the first, second and last third of the page's width, each to the right of the one before."""
    starts = [sum(one.width for one in columns[:at]) for at in range(len(columns))]
    whole = starts[-1] + columns[-1].width
    found = [1]
    for part in (0.3, 0.6):
        found.append(next((at for at, start in enumerate(starts, 1) if start >= part * whole and at > found[-1]), len(columns)))
    return found


def lines_in(value: Any, width: float) -> int:
    """How many lines a text takes in a column: a CJK character is about two of Excel's width units wide, a Latin one a little less than one."""
    if not isinstance(value, str):
        return 1
    length = sum(0.92 if ord(one) < 0x2E80 else 2.1 for one in value)
    return max(1, -int(-length // (width - 0.5)))


def _head(look: Look, sheet: Sheet, deep: int) -> None:
    """Heads of one group stand under one merged cell; a column without group reaches down to the last line."""
    names = [one.heads for one in sheet.columns]
    for place, heads in enumerate(names, 1):
        for level in range(deep):
            look.head(3 + level, place, heads[level] if level < len(heads) else None)
        if len(heads) == deep:
            row = look.page.row_dimensions[2 + deep]
            row.height = max(row.height, 6 + 14 * lines_in(heads[-1], sheet.columns[place - 1].width * 0.9))
        if len(heads) < deep:
            look.page.merge_cells(start_row=2 + len(heads), end_row=2 + deep, start_column=place, end_column=place)
    for level in range(deep - 1):
        start = 0
        for place in range(1, len(names) + 1):
            grouped = len(names[start]) > level + 1
            if place < len(names) and grouped and len(names[place]) > level + 1 and names[place][: level + 1] == names[start][: level + 1]:
                continue
            if grouped and place - start > 1:
                look.page.merge_cells(start_row=3 + level, end_row=3 + level, start_column=start + 1, end_column=place)
            start = place


def _join_total(page: Any, sheet: Sheet, row: int) -> None:
    """The word for total stands across the text columns that follow each other."""
    places = [at for at, one in enumerate(sheet.columns, 1) if one.total == "label"]
    if len(places) > 1 and places == list(range(places[0], places[-1] + 1)):
        page.merge_cells(start_row=row, end_row=row, start_column=places[0], end_column=places[-1])


def _print_setup(page: Any, top: int, moving: int, wide: int) -> None:
    """How the page prints; head and total stay in sight: what scrolls begins at row `moving`."""
    page.freeze_panes = page.cell(moving, 1)
    page.print_title_rows = f"1:{top - 1}"
    page.page_setup.orientation = "landscape" if wide > 6 else "portrait"
    page.page_setup.paperSize = page.PAPERSIZE_A3 if wide > 14 else page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = vendored("openpyxl.worksheet.properties").PageSetupProperties(fitToPage=True)
    page.print_options.horizontalCentered = True
    page.page_margins.left = page.page_margins.right = 0.5
    page.oddFooter.center.text = "&P / &N"


class Look:
    """How cells look: faces, borders, alignment and number formats of one page."""

    def __init__(self, page: Any, language: str) -> None:
        self.page, self._face = page, _FACES.get(language, _FACES["en"])
        self._styles = vendored("openpyxl").styles
        thin = self._styles.Side(style="thin")
        self._box = self._styles.Border(left=thin, right=thin, top=thin, bottom=thin)
        self._shade = self._styles.PatternFill("solid", fgColor="EDEDED")
        self._looks: dict[tuple[int | None, bool, str], Any] = {}

    def letter(self, place: int) -> str:
        """The letter of a column."""
        return str(vendored("openpyxl.utils").get_column_letter(place))

    def font(self, size: float = 10, bold: bool = False) -> Any:
        """The face of the language."""
        return self._styles.Font(name=self._face, size=size, bold=bold)

    def line(self, row: int, text: str, wide: int, side: str = "center", size: float = 10, bold: bool = False, height: float = 0) -> None:
        """A text across the whole table."""
        cell = self.page.cell(row, 1, text)
        cell.font = self.font(size, bold)
        cell.alignment = self._styles.Alignment(horizontal=side, vertical="center", wrap_text=True)
        self.page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=wide)
        if height:
            self.page.row_dimensions[row].height = height

    def head(self, row: int, place: int, text: str | None) -> None:
        """A cell of the head."""
        cell = self.page.cell(row, place, text)
        cell.font, cell.border, cell.fill = self.font(bold=True), self._box, self._shade
        cell.alignment = self._styles.Alignment(horizontal="center", vertical="center", wrap_text=True)
        self.page.row_dimensions[row].height = max(self.page.row_dimensions[row].height or 0, 20)

    def cell(self, row: int, place: int, value: Any, column: Column, bold: bool = False) -> None:
        """A value: numbers to the right with their decimals, text to the left, serials and totals in the middle."""
        side = "right" if column.decimals is not None else "center" if column.total == "serial" or bold else "left"
        self.value(row, place, value, column.decimals, bold, side)

    def value(self, row: int, place: int, value: Any, decimals: int | None, bold: bool = False, side: str = "left") -> None:
        """A value in a box, a number with its decimals."""
        cell = self.page.cell(row, place, value)
        look = (decimals, bold, side)
        if look in self._looks:  # openpyxl is slow to tell one style from another: cells alike share theirs
            cell._style = copy(self._looks[look])
            return
        number = decimals is not None
        cell.font, cell.border = self.font(bold=bold), self._box
        cell.alignment = self._styles.Alignment(horizontal=side, vertical="center", wrap_text=not number)
        if number:
            cell.number_format = "#,##0" + (f".{'0' * decimals}" if decimals else "")
        self._looks[look] = copy(cell._style)
