"""The register book as a workbook: a sheet a section, numbers as numbers, the map on a sheet of its own."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...core.registration.book.book import Book, Cell, Fact, Section, Table
from ..libraries import vendored
from ..speech import sentence
from .book_words import foot, groups, spoken
from .table_workbook import Look, lines_in, sheet_name

__all__ = ["write"]

_WIDE = 100.0  # width of a sheet in Excel's units: an A4 page fitted
_PIXELS = 700  # width of the map


def write(path: Path, book: Book, picture: Path | None) -> None:
    """Write the book with its map as picture. LibraryError `library.missing` without openpyxl; OSError as the disk has it."""
    made = vendored("openpyxl").Workbook()
    made.remove(made.active)
    for part in book.sections:
        _Page(made.create_sheet(sheet_name(part.title(book.language))), book, part).fill(picture)
    made.properties.title, made.properties.creator = book.title, ""
    made.save(path)


class _Page:
    """One section on its sheet, filled from top to bottom."""

    def __init__(self, page: Any, book: Book, part: Section) -> None:
        self.page, self.book, self.part = page, book, part
        self.look = Look(page, book.language)
        self.row = 1
        self.wide = max([4, *(len(one.columns) for one in part.tables)])
        self.widths = _widths(part, self.wide)

    def fill(self, picture: Path | None) -> None:
        """Title, facts, notes, tables, map; how the sheet prints."""
        for place, width in enumerate(self.widths, 1):
            self.page.column_dimensions[self.look.letter(place)].width = width
        self.text(self.book.title, size=16, bold=True, side="center")
        self.text(f"{self.book.number}　{self.book.name}", side="center")
        self.text(self.part.title(self.book.language), size=12, bold=True)
        for fact in self.part.facts:
            self.fact(fact)
        for note in self.part.notes:
            self.text(spoken(note, self.book.language))
        for table in self.part.tables:
            self.table(table)
        if self.part.key == "map":
            self.map(picture)
        self._print_setup()

    def text(self, text: str, size: float = 10, bold: bool = False, side: str = "left") -> None:
        """A text across the sheet."""
        height = 4 + 1.4 * size * lines_in(text, sum(self.widths) * 10 / size)
        self.look.line(self.row, text, self.wide, side, size, bold, height)
        self.row += 1

    def fact(self, fact: Fact) -> None:
        """A label and its value, across the rest of the sheet."""
        self.look.head(self.row, 1, fact.label)
        for place in range(2, self.wide + 1):
            self.look.value(self.row, place, fact.value if place == 2 else None, fact.decimals)
        self.page.merge_cells(start_row=self.row, end_row=self.row, start_column=2, end_column=self.wide)
        room = sum(self.widths[1:])
        high = max(lines_in(fact.label, self.widths[0] * 0.9), lines_in(fact.value, room), fact.room)
        self.page.row_dimensions[self.row].height = 6 + 14 * high
        self.row += 1

    def table(self, table: Table) -> None:
        """A titled table, or its title and notes alone."""
        self.text("")
        self.text(table.title, size=11, bold=True)
        for note in table.notes:
            self.text(spoken(note, self.book.language))
        if not table.columns:
            return
        grouped = any(one.group for one in table.columns)
        self._head(table, grouped)
        rows: Sequence[tuple[Cell, ...]] = [*table.rows, *([table.total] if table.total else [])]
        for at, cells in enumerate(rows):
            last = bool(table.total) and at == len(rows) - 1
            for place, (value, one) in enumerate(zip(cells, table.columns), 1):
                self.look.value(self.row, place, value, one.decimals, last, "left" if one.decimals is None else "right")
            high = max(lines_in(value, width) for value, width in zip(cells, self.widths))
            self.page.row_dimensions[self.row].height = 2 + 14 * high
            self.row += 1

    def _head(self, table: Table, grouped: bool) -> None:
        low = self.row + (1 if grouped else 0)
        for place, one in enumerate(table.columns, 1):
            if grouped:
                self.look.head(self.row, place, one.group or one.label)
            self.look.head(low, place, one.label if one.group or not grouped else None)
            if grouped and not one.group:
                self.page.merge_cells(start_row=self.row, end_row=low, start_column=place, end_column=place)
        for start, end in groups(table.columns) if grouped else ():
            if end > start:
                self.page.merge_cells(start_row=self.row, end_row=self.row, start_column=start + 1, end_column=end + 1)
        high = max(lines_in(one.label, width * 0.9) for one, width in zip(table.columns, self.widths))
        self.page.row_dimensions[low].height = 8 + 14 * high
        self.row = low + 1

    def map(self, picture: Path | None) -> None:
        """The map under the heading."""
        if picture is None:
            self.text(sentence("book.no_map", {}, self.book.language))
            return
        self.page.add_image(_picture(picture), f"A{self.row}")

    def _print_setup(self) -> None:
        page = self.page
        page.page_setup.orientation, page.page_setup.paperSize = "portrait", page.PAPERSIZE_A4
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 1 if self.part.key == "map" else 0
        page.sheet_properties.pageSetUpPr = vendored("openpyxl.worksheet.properties").PageSetupProperties(fitToPage=True)
        page.page_margins.left = page.page_margins.right = 0.5
        page.print_options.horizontalCentered = True
        page.oddFooter.center.text = f"{foot(self.book).replace('&', '&&')}　&P / &N"


def _widths(part: Section, wide: int) -> list[float]:
    """Widths of the columns: the widest that any of the section's tables asks for, at least an A4 page in all."""
    found = [14.0] * wide
    for table in part.tables:
        for at, one in enumerate(table.columns):
            found[at] = max(found[at], one.width)
    found[0] = max(found[0], 24.0)
    share = max(1.0, _WIDE / sum(found))
    return [one * share for one in found]


def _picture(path: Path) -> Any:
    """A PNG as openpyxl embeds it, without the library that it would ask for the size."""
    drawing = vendored("openpyxl.drawing.image").Image
    made = drawing.__new__(drawing)
    content = path.read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    made.ref, made.format, made.anchor = path, "png", "A1"
    made.width, made.height = _PIXELS, int(height * _PIXELS / width)
    made._data = lambda: content
    return made
