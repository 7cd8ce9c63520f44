"""The register book as PDF: text that can be searched and copied, heads that repeat, the map as lines and text on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.PyQt.QtCore import QMarginsF, QRectF, QSizeF, Qt
from qgis.PyQt.QtGui import QFont, QPageLayout, QPageSize, QPainter, QPdfWriter

from ...core.errors import OutputError
from ...core.registration.book.book import Book, Fact, Section, Table
from .. import fonts
from ..places import version
from ..register_map import RegisterMaps
from ..speech import sentence
from .book_words import figures, foot, head_rows, pairs, spoken
from .page_flow import Cell, Flow, dots

__all__ = ["write"]

_DPI = 300
_PAPER = (210.0, 297.0)  # millimetres
_SIDE, _TOP, _BOTTOM = 15.0, 15.0, 16.0  # margins in millimetres
_FOOT, _HEAD = 8.0, 4.0  # millimetres of the foot line from the lower edge, of the map's heading from the upper one
_FACTS = (21.0, 29.0, 21.0, 29.0)  # percent
_TEXT, _SMALL = 9.0, 8.0  # points


def write(path: Path, book: Book, maps: RegisterMaps | None = None, row: int = 0) -> int:
    """Write the book with the map of `row` on a page of its own; the number of pages. OutputError `pdf.not_made`; OSError as the disk has it."""
    path.write_bytes(b"")  # Qt says nothing of a file it cannot open
    pages = _Pages(path, book)
    try:
        pages.write(maps, row)
    finally:
        pages.close()
    if not path.read_bytes().rstrip().endswith(b"%%EOF"):
        raise OutputError("pdf.not_made", path=str(path))
    return pages.count


class _Pages:
    """A PDF being painted page by page."""

    def __init__(self, path: Path, book: Book) -> None:
        self.count = 0
        self._book, self._family = book, fonts.family()
        self._writer = QPdfWriter(str(path))
        self._writer.setResolution(_DPI)
        self._writer.setTitle(f"{book.title} {book.number}")
        self._writer.setCreator(f"Shanshui {version()}")
        self._turn(_PAPER)
        self._painter = QPainter(self._writer)

    def close(self) -> None:
        """End the last page and the file."""
        if self._painter.isActive():
            self._painter.end()

    def write(self, maps: RegisterMaps | None, row: int) -> None:
        """The sections before the map, the map, the sections after it."""
        sections = self._book.sections
        at = next((place for place, part in enumerate(sections) if part.key == "map"), len(sections))
        listed = list(enumerate(sections, 1))
        drawn = at < len(sections) and maps is not None and maps.has_shape(row)
        parts = [self._flow(listed[:at] if drawn else listed, title=True)]
        if drawn and listed[at + 1 :]:
            parts.append(self._flow(listed[at + 1 :]))
        total = sum(one.count for one in parts) + drawn
        self._text(parts[0], total)
        if drawn and maps is not None:
            self._map(listed[at], maps, row, total)
        for one in parts[1:]:
            self._text(one, total)

    def _flow(self, parts: Sequence[tuple[int, Section]], title: bool = False) -> Flow:
        flow = Flow(self._writer, self._family, _PAPER[0] - 2 * _SIDE, _PAPER[1] - _TOP - _BOTTOM)
        if title:
            flow.line(self._book.title, 18, "center", bold=True)
            flow.line(f"{self._book.number}　{self._book.name}", 11, "center", before=2, after=1)
        for number, part in parts:
            _section(flow, self._book, number, part)
        return flow

    def _text(self, flow: Flow, total: int) -> None:
        for page in range(flow.count):
            self._begin(_PAPER)
            flow.paint(self._painter, page, _SIDE, _TOP)
            self._foot(_PAPER, total)

    def _map(self, numbered: tuple[int, Section], maps: RegisterMaps, row: int, total: int) -> None:
        paper = maps.page
        self._begin(paper)
        maps.paint(row, self._painter, figures(self._book))
        self._line(_heading(self._book, *numbered), paper, _HEAD, Qt.AlignmentFlag.AlignLeft)
        self._foot(paper, total)

    def _foot(self, paper: tuple[float, float], total: int) -> None:
        self._line(f"{foot(self._book)}　{self.count} / {total}", paper, paper[1] - _FOOT, Qt.AlignmentFlag.AlignHCenter)

    def _begin(self, paper: tuple[float, float]) -> None:
        """A new page of that size in millimetres."""
        if self.count:
            self._turn(paper)
            self._writer.newPage()
        self.count += 1

    def _turn(self, paper: tuple[float, float]) -> None:
        size = QPageSize(QSizeF(*paper), QPageSize.Unit.Millimeter, "", QPageSize.SizeMatchPolicy.ExactMatch)
        none = QMarginsF(0, 0, 0, 0)
        self._writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, none, QPageLayout.Unit.Millimeter, none))

    def _line(self, text: str, paper: tuple[float, float], down: float, side: Qt.AlignmentFlag) -> None:
        """A small line between the margins, `down` millimetres from the upper edge."""
        font = QFont(self._family)
        font.setPointSizeF(_SMALL)
        self._painter.save()
        self._painter.setFont(font)
        self._painter.setPen(Qt.GlobalColor.black)
        left, top, width, height = (dots(one, self._writer) for one in (_SIDE, down, paper[0] - 2 * _SIDE, 5.0))
        self._painter.drawText(QRectF(left, top, width, height), int(side | Qt.AlignmentFlag.AlignVCenter), text)
        self._painter.restore()


def _heading(book: Book, number: int, part: Section) -> str:
    return sentence("book.heading", {"number": number, "title": part.title(book.language)}, book.language)


def _section(flow: Flow, book: Book, number: int, part: Section) -> None:
    flow.line(_heading(book, number, part), 12.5, before=5, after=1.5, bold=True, keep=22)
    if part.facts:
        rows = [_facts(line) for line in pairs(part.facts)]
        flow.grid(_FACTS, (), rows, _TEXT)
    for note in part.notes:
        flow.line(spoken(note, book.language), _TEXT, before=1)
    for table in part.tables:
        _table(flow, table, book.language)
    if part.key == "map":
        flow.line(sentence("book.no_map", {}, book.language), _TEXT, before=1)


def _facts(line: Sequence[Fact]) -> list[Cell]:
    """Label and value, twice or with one long value."""
    alone = len(line) == 1
    return [cell for one in line for cell in (Cell(one.label, shade=True), Cell(one.text, wide=3 if alone else 1))]


def _table(flow: Flow, table: Table, language: str) -> None:
    flow.line(table.title, 10, before=3, after=1, bold=True, keep=16)
    for note in table.notes:
        flow.line(spoken(note, language), _TEXT, after=0.5)
    if not table.columns:
        return
    head = [[Cell(text, wide, deep, "center", True) for text, wide, deep in row] for row in head_rows(table.columns)]
    sides = ["left" if one.decimals is None else "right" for one in table.columns]
    lines = list(table.lines())
    last = len(lines) - 1 if table.total else len(lines)
    rows = [[Cell(text, side=side, shade=at == last) for text, side in zip(line, sides)] for at, line in enumerate(lines)]
    flow.grid([one.width for one in table.columns], head, rows, _TEXT)
