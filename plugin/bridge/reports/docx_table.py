"""A printed table put into a Word document after a paragraph: head that repeats on every page, total first, widths in parts of the page."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ..libraries import vendored
from .table_workbook import Sheet, printed_rows

__all__ = ["put_table", "set_face", "set_faces"]

FACES = {"zh": ("Times New Roman", "宋体"), "en": ("Times New Roman", "SimSun")}
_SIZE = 8.5
_SHADE = "EDEDED"
# Word takes the properties of a table and of a cell in one order only
_AFTER_LINES = ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
_AFTER_SHADE = ("w:noWrap", "w:tcMar", "w:textDirection", "w:tcFitText", "w:vAlign", "w:hideMark")


def put_table(document: Any, paragraph: Any, sheet: Sheet, language: str) -> None:
    """Put the table before `paragraph` (a w:p of the body or of a cell), which stays as the empty line behind it."""
    deep = max(len(one.heads) for one in sheet.columns)
    totalled = any(one.total == "sum" for one in sheet.columns)
    rows = [list(row) for row in printed_rows(sheet, language)]
    for place, column in enumerate(sheet.columns):
        if totalled and column.total == "sum" and all(row[place] is None for row in sheet.rows):
            rows[0][place] = None  # a total of nothing known is not nought
    grid = document.add_table(deep + 1, len(sheet.columns))
    _borders(grid)
    _head(grid, sheet, deep, language)
    qn = vendored("docx.oxml.ns").qn
    pattern = grid.rows[deep]._tr
    for cell, column in zip(grid.rows[deep].cells, sheet.columns):
        side = "right" if column.decimals is not None else "center" if column.total == "serial" else "left"
        _write(cell, "·", language, side)
    pattern.get_or_add_trPr().append(vendored("docx.oxml").OxmlElement("w:cantSplit"))
    grid._tbl.remove(pattern)
    for at, row in enumerate(rows):
        made = deepcopy(pattern)
        grid._tbl.append(made)
        for place, value, column in zip(made.iter(qn("w:t")), row, sheet.columns):
            place.text = shown(value, column.decimals)
        if at == 0 and totalled:
            for run in made.iter(qn("w:r")):
                vendored("docx.text.run").Run(run, paragraph).font.bold = True
    _widths(grid, document, sheet)
    paragraph.addprevious(grid._tbl)


def shown(value: Any, decimals: int | None) -> str:
    """A value as it is printed: numbers with their decimals and without groups, "" for none."""
    return "" if value is None else f"{value:.{decimals}f}" if decimals is not None else str(value)


def set_face(run: Any, language: str) -> None:
    """The faces of a run: one for Latin letters and figures, one for Chinese."""
    set_faces(run._r.get_or_add_rPr(), language)


def set_faces(look: Any, language: str) -> None:
    """The faces of the properties (w:rPr) of a run or a style, those of the document's theme put away."""
    qn = vendored("docx.oxml.ns").qn
    fonts = look.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    latin, chinese = FACES[language]
    for name, face in (("ascii", latin), ("hAnsi", latin), ("eastAsia", chinese), ("cs", latin)):
        fonts.set(qn(f"w:{name}"), face)


def _head(grid: Any, sheet: Sheet, deep: int, language: str) -> None:
    """The head; heads of one group under one cell, a column without group down to the last line."""
    cells = [list(row.cells) for row in list(grid.rows)[:deep]]
    for place, column in enumerate(sheet.columns):
        top = cells[0][place] if len(column.heads) == deep else cells[0][place].merge(cells[deep - 1][place])
        if len(column.heads) < deep:
            _write(top, column.heads[-1], language, "center", True)
        else:
            _write(cells[deep - 1][place], column.heads[-1], language, "center", True)
    start = 0
    for place in range(1, len(sheet.columns) + 1):
        same = place < len(sheet.columns) and len(sheet.columns[place].heads) == deep > 1
        if not same or sheet.columns[place].heads[0] != sheet.columns[start].heads[0]:
            if len(sheet.columns[start].heads) == deep > 1:
                _write(cells[0][start].merge(cells[0][place - 1]), sheet.columns[start].heads[0], language, "center", True)
            start = place
    for row in list(grid.rows)[:deep]:
        row._tr.get_or_add_trPr().append(vendored("docx.oxml").OxmlElement("w:tblHeader"))


def _write(cell: Any, text: str, language: str, side: str, head: bool = False) -> None:
    sides = vendored("docx.enum.text").WD_ALIGN_PARAGRAPH
    shared, qn = vendored("docx.shared"), vendored("docx.oxml.ns").qn
    for more in cell.paragraphs[1:]:  # a merged cell keeps the empty lines of its parts
        more._p.getparent().remove(more._p)
    line = cell.paragraphs[0]
    line.alignment = {"left": sides.LEFT, "right": sides.RIGHT, "center": sides.CENTER}[side]
    # whatever the template's own paragraphs do, a cell has no indent and little space
    shape = line.paragraph_format
    shape.first_line_indent = shape.left_indent = shared.Pt(0)
    shape.space_before = shape.space_after = shared.Pt(1.5)
    shape.line_spacing = 1.0
    run = line.add_run(text)
    run.font.size, run.font.bold = shared.Pt(_SIZE), head or None
    set_face(run, language)
    cell.vertical_alignment = vendored("docx.enum.table").WD_CELL_VERTICAL_ALIGNMENT.CENTER
    if head:
        fill = vendored("docx.oxml").OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
            fill.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().insert_element_before(fill, *_AFTER_SHADE)


def _borders(grid: Any) -> None:
    """Thin lines stated in the table itself: a user's template may have no such table style."""
    element, qn = vendored("docx.oxml").OxmlElement, vendored("docx.oxml.ns").qn
    lines = element("w:tblBorders")
    for name in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = element(f"w:{name}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
            line.set(qn(f"w:{key}"), value)
        lines.append(line)
    grid._tbl.tblPr.insert_element_before(lines, *_AFTER_LINES)


def _widths(grid: Any, document: Any, sheet: Sheet) -> None:
    """Fixed widths, in the grid and in every cell: Word asks the cells, LibreOffice the grid."""
    part = document.sections[-1]
    page = part.page_width - part.left_margin - part.right_margin
    whole = sum(one.width for one in sheet.columns)
    grid.autofit = False
    for column, one in zip(grid.columns, sheet.columns):
        column.width = int(page * one.width / whole)
