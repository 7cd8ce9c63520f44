"""The register book as a Word document: A4, heads that repeat, the unit and the page number at the foot of each page."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from ...core.registration.book.book import Book, Column, Fact, Section, Table
from ..libraries import vendored
from ..speech import sentence
from .book_words import foot, groups, pairs, spoken
from .docx_table import set_face, set_faces

__all__ = ["write"]

_WIDTH = 180.0  # millimetres between the margins
_SHADE = "EDEDED"


def write(path: Path, book: Book, picture: Path | None) -> None:
    """Write the book with its map as picture. LibraryError `library.missing` without python-docx or lxml; OSError as the disk has it."""
    document = vendored("docx").Document()
    page = _Page(document, book.language)
    page.set_up(foot(book))
    page.paragraph(book.title, size=18, bold=True, middle=True, after=4)
    page.paragraph(f"{book.number}　{book.name}", size=12, middle=True, after=10)
    for number, part in enumerate(book.sections, 1):
        _section(page, book, part, number, picture)
    document.core_properties.title, document.core_properties.subject = book.title, book.number
    document.core_properties.author, document.core_properties.comments = "", ""
    document.save(str(path))


def _section(page: _Page, book: Book, part: Section, number: int, picture: Path | None) -> None:
    page.heading(sentence("book.heading", {"number": number, "title": part.title(book.language)}, book.language), apart=part.key == "map")
    if part.facts:
        page.facts(part.facts)
    for note in part.notes:
        page.paragraph(spoken(note, book.language), size=10, before=3, after=3)
    for table in part.tables:
        page.table(table, book.language)
    if part.key == "map":
        if picture is None:
            page.paragraph(sentence("book.no_map", {}, book.language), size=10)
        else:
            page.picture(picture)


class _Page:
    """Pieces of the document in its faces and sizes."""

    def __init__(self, document: Any, language: str) -> None:
        self.document, self._language = document, language
        self._shared, self._qn, self._element = vendored("docx.shared"), vendored("docx.oxml.ns").qn, vendored("docx.oxml").OxmlElement
        self._middle = vendored("docx.enum.text").WD_ALIGN_PARAGRAPH

    def set_up(self, words: str) -> None:
        """Paper, margins, faces, and the foot with the page number."""
        part, millimetres = self.document.sections[0], self._shared.Mm
        part.page_width, part.page_height = millimetres(210), millimetres(297)
        part.left_margin = part.right_margin = millimetres(15)
        part.top_margin, part.bottom_margin = millimetres(18), millimetres(16)
        part.footer_distance = part.header_distance = millimetres(8)
        for name in ("Normal", "Heading 1"):
            set_faces(self.document.styles[name].element.get_or_add_rPr(), self._language)
        foot_line = part.footer.paragraphs[0]
        foot_line.alignment = self._middle.CENTER
        self._run(foot_line, f"{words}　", 8.5)
        for field, between in (("PAGE", " / "), ("NUMPAGES", "")):
            self._field(foot_line, field)
            self._run(foot_line, between, 8.5)

    def paragraph(
        self, text: str, size: float, bold: bool = False, middle: bool = False, before: float = 0, after: float = 0
    ) -> Any:
        """A line of text; spaces in points."""
        made = self.document.add_paragraph()
        self._run(made, text, size, bold)
        self._space(made, before, after)
        if middle:
            made.alignment = self._middle.CENTER
        return made

    def heading(self, text: str, apart: bool = False) -> None:
        """A heading that stays with what follows; apart: on a page of its own."""
        made = self.document.add_paragraph(style="Heading 1")
        self._run(made, text, 13, True).font.color.rgb = self._shared.RGBColor(0, 0, 0)
        self._space(made, 10, 4)
        made.paragraph_format.page_break_before = apart

    def facts(self, facts: Sequence[Fact]) -> None:
        """Labels and values, two pairs a line where both are short."""
        rows = [[cell for one in pair for cell in (one.label, one.text)] for pair in pairs(facts)]
        grid = self._grid(len(rows), (38.0, 52.0, 38.0, 52.0))
        for row, cells in zip(grid.rows, rows):
            self._whole(row)
            places = row.cells
            if len(cells) == 2:
                places = [places[0], places[1].merge(places[3])]
            for at, (cell, text) in enumerate(zip(places, cells)):
                self._fill(cell, text, bold=at % 2 == 0, shade=at % 2 == 0)

    def table(self, table: Table, language: str) -> None:
        """A titled table whose head stands on every page, or its title and notes alone."""
        title = self.paragraph(table.title, size=10.5, bold=True, before=7, after=2)
        title.paragraph_format.keep_with_next = True
        for note in table.notes:
            self.paragraph(spoken(note, language), size=10, after=2)
        if not table.columns:
            return
        grouped = any(one.group for one in table.columns)
        whole = sum(one.width for one in table.columns)
        grid = self._grid(2 if grouped else 1, [_WIDTH * one.width / whole for one in table.columns])
        self._head(grid, table.columns, grouped)
        self._body(grid, table)

    def picture(self, path: Path) -> None:
        """The map, as large as the page lets it be."""
        made = self.document.add_paragraph()
        self._space(made, 0, 0)
        made.alignment = self._middle.CENTER
        drawn = made.add_run().add_picture(str(path))
        share = min(self._shared.Mm(_WIDTH) / drawn.width, self._shared.Mm(244) / drawn.height)
        drawn.width, drawn.height = int(drawn.width * share), int(drawn.height * share)

    def _head(self, grid: Any, columns: Sequence[Column], grouped: bool) -> None:
        """The head; columns of one group under one cell, the others reach down."""
        rows = list(grid.rows)
        cells = [list(row.cells) for row in rows]
        for at, one in enumerate(columns):
            if grouped and not one.group:
                self._fill(cells[0][at].merge(cells[1][at]), one.label, bold=True, shade=True, side="center")
            else:
                self._fill(cells[-1][at], one.label, bold=True, shade=True, side="center")
        for start, end in groups(columns) if grouped else ():
            self._fill(cells[0][start].merge(cells[0][end]), columns[start].group, bold=True, shade=True, side="center")
        for row in rows:
            self._whole(row)
            row._tr.get_or_add_trPr().append(self._element("w:tblHeader"))

    def _body(self, grid: Any, table: Table) -> None:
        """The rows: one is made with its looks, the others are copies with other words."""
        row = grid.add_row()
        self._whole(row)
        for cell, column in zip(row.cells, table.columns):
            self._fill(cell, "·", side="left" if column.decimals is None else "right")
        pattern = row._tr
        grid._tbl.remove(pattern)
        for line in table.lines():
            made = deepcopy(pattern)
            grid._tbl.append(made)
            for place, text in zip(made.iter(self._qn("w:t")), line):
                place.text = text
        if table.total:
            for cell in list(grid.rows)[-1].cells:
                cell.paragraphs[0].runs[0].bold = True

    def _fill(self, cell: Any, text: str, bold: bool = False, shade: bool = False, side: str = "left") -> None:
        line = cell.paragraphs[0]
        for more in cell.paragraphs[1:]:  # a merged cell keeps the empty lines of its parts
            more._p.getparent().remove(more._p)
        self._run(line, text, 9, bold)
        self._space(line, 1, 1)
        line.alignment = {"left": self._middle.LEFT, "right": self._middle.RIGHT, "center": self._middle.CENTER}[side]
        if shade:
            fill = self._element("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
                fill.set(self._qn(f"w:{name}"), value)
            cell._tc.get_or_add_tcPr().append(fill)
        # after the shading: Word reads the properties of a cell in one order only
        cell.vertical_alignment = vendored("docx.enum.table").WD_CELL_VERTICAL_ALIGNMENT.CENTER

    def _grid(self, rows: int, widths: Sequence[float]) -> Any:
        """A table of fixed widths in millimetres, in the grid and in every cell: Word asks the cells, LibreOffice the grid."""
        grid = self.document.add_table(rows, len(widths), style="Table Grid")
        grid.autofit = False
        for column, width in zip(grid.columns, widths):
            column.width = self._shared.Mm(width)
        for row in grid.rows:
            for cell, width in zip(row.cells, widths):
                cell.width = self._shared.Mm(width)
        return grid

    def _whole(self, row: Any) -> None:
        row._tr.get_or_add_trPr().append(self._element("w:cantSplit"))

    def _run(self, line: Any, text: str, size: float, bold: bool = False) -> Any:
        run = line.add_run(text)
        run.font.size, run.font.bold = self._shared.Pt(size), bold
        set_face(run, self._language)
        return run

    def _space(self, line: Any, before: float, after: float) -> None:
        line.paragraph_format.space_before, line.paragraph_format.space_after = self._shared.Pt(before), self._shared.Pt(after)
        line.paragraph_format.line_spacing = 1.0

    def _field(self, line: Any, name: str) -> None:
        """A field that Word fills: PAGE, NUMPAGES."""
        field = self._element("w:fldSimple")
        field.set(self._qn("w:instr"), name)
        field.append(self._run(line, "1", 8.5)._r)
        line._p.append(field)
