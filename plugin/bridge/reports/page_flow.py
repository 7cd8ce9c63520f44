"""Lines and tables laid out on pages that break between rows; painted afterwards, when the number of pages is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetricsF, QPagedPaintDevice, QPainter, QPen, QTextLayout, QTextOption

from .. import fonts

__all__ = ["Cell", "Flow", "dots"]

_WORD = re.compile(r"[^\s\u2e80-\uffff-]+-?")  # what stands in one line: no blank, no Chinese character, a hyphen only at the end
_PAD = 1.0  # millimetres between a cell's frame and its text
_FRAME, _SHADE = QColor("#888888"), QColor("#ececec")


def dots(millimetres: float, device: QPagedPaintDevice) -> float:
    """Millimetres in the units of a paint device."""
    return millimetres / 25.4 * float(device.logicalDpiX())


@dataclass(frozen=True)
class Cell:
    """A cell: text, how many columns and lines of the head it takes, where its text stands (left, right, center), and whether it is shaded."""

    text: str
    wide: int = 1
    deep: int = 1
    side: str = "left"
    shade: bool = False


@dataclass(frozen=True)
class _Piece:
    """Lines of text in a box of a page; framed and shaded or not."""

    box: QRectF
    lines: tuple[str, ...]
    size: float
    side: str = "left"
    framed: bool = False
    shade: bool = False
    bold: bool = False


class Flow:
    """Pages of `width` × `height` millimetres that grow as `line` and `grid` add to them."""

    def __init__(self, device: QPagedPaintDevice, family: str, width: float, height: float) -> None:
        self._device, self._family, self._bold = device, family, fonts.has_bold(family)
        self._width, self._height = dots(width, device), dots(height, device)
        self._pages: list[list[_Piece]] = [[]]
        self._down = 0.0
        self._words: dict[str, float] = {}
        self._metrics: dict[tuple[float, bool], QFontMetricsF] = {}

    @property
    def count(self) -> int:
        """How many pages there are."""
        return len(self._pages)

    def line(
        self, text: str, size: float, side: str = "left", before: float = 0.0, after: float = 0.0, bold: bool = False, keep: float = 0.0
    ) -> None:
        """Text across the page, spaces in millimetres; keep: millimetres that must be free below it on the same page."""
        lines = self._lines(text, self._width, size, bold)
        deep = len(lines) * self._pitch(size, bold)
        gap = self._dots(before) if self._down else 0.0
        if self._down and self._down + gap + deep + self._dots(keep) > self._height:
            self._turn()
            gap = 0.0
        box = QRectF(0.0, self._down + gap, self._width, deep)
        self._pages[-1].append(_Piece(box, lines, size, side, bold=bold))
        self._down += gap + deep + self._dots(after)

    def grid(self, shares: Sequence[float], head: Sequence[Sequence[Cell]], rows: Sequence[Sequence[Cell]], size: float) -> None:
        """A table in columns of about these shares of the width, its head on every page that it reaches.

        A column is never narrower than its longest word, a row never parted unless it is longer than a page.
        """
        edges = self._edges(shares, [*head, *rows], size)
        top, top_deep = self._head(edges, head, size)
        pitch, pad = self._pitch(size, False), self._dots(_PAD)
        room = max(int((self._height - top_deep - 2 * pad) / pitch), 1)
        begun = False
        for row in rows:
            cells = self._filled(edges, row, size)
            longest = max(len(lines) for *_, lines in cells)
            for first in range(0, longest, room):
                deep = min(longest - first, room) * pitch + 2 * pad
                needed = deep if begun else deep + top_deep
                if self._down and self._down + needed > self._height:
                    self._turn()
                    begun = False
                if not begun:
                    self._put(top, top_deep)
                    begun = True
                part = [
                    _Piece(QRectF(left, 0.0, wide, deep), lines[first : first + room], size, cell.side, True, cell.shade)
                    for cell, left, wide, lines in cells
                ]
                self._put(part, deep)
        if not rows:
            self._put(top, top_deep)

    def paint(self, painter: QPainter, page: int, left: float, top: float) -> None:
        """Draw a page (from 0) with its corner at `left`, `top` millimetres."""
        painter.save()
        painter.translate(self._dots(left), self._dots(top))
        for one in self._pages[page]:
            if one.shade:
                painter.fillRect(one.box, _SHADE)
        painter.setPen(QPen(_FRAME, self._dots(0.15)))
        for one in self._pages[page]:
            if one.framed:
                painter.drawRect(one.box)
        painter.setPen(QPen(Qt.GlobalColor.black))
        for one in self._pages[page]:
            self._write(painter, one)
        painter.restore()

    def _write(self, painter: QPainter, piece: _Piece) -> None:
        metrics, pitch, pad = self._measure(piece.size, piece.bold), self._pitch(piece.size, piece.bold), self._dots(_PAD) if piece.framed else 0.0
        painter.setFont(self._font(piece.size, piece.bold))
        down = piece.box.top() + (piece.box.height() - len(piece.lines) * pitch) / 2 + (pitch - metrics.height()) / 2 + metrics.ascent()
        for text in piece.lines:
            free = piece.box.width() - 2 * pad - metrics.horizontalAdvance(text)
            painter.drawText(QPointF(piece.box.left() + pad + {"left": 0.0, "center": free / 2, "right": free}[piece.side], down), text)
            down += pitch

    def _edges(self, shares: Sequence[float], rows: Sequence[Sequence[Cell]], size: float) -> list[float]:
        """Where columns begin and end."""
        least = [0.0] * len(shares)
        for row in rows:
            if len(row) == len(shares):
                for at, cell in enumerate(row):
                    least[at] = max(least[at], self._word(cell.text, size))
        least = [one + 2.1 * self._dots(_PAD) for one in least]
        wide = [self._width * one / sum(shares) for one in shares]
        short, spare = [max(low - one, 0.0) for low, one in zip(least, wide)], [max(one - low, 0.0) for low, one in zip(least, wide)]
        if 0.0 < sum(short) < sum(spare):
            wide = [one + more - less * sum(short) / sum(spare) for one, more, less in zip(wide, short, spare)]
        return [0.0, *accumulate(wide)]

    def _word(self, text: str, size: float) -> float:
        """The width of the longest word, of which lines may not be made; Chinese characters may stand alone."""
        if text not in self._words:
            words = [one for one in _WORD.findall(text) if len(one) > 1]
            self._words[text] = max((float(self._measure(size, False).horizontalAdvance(one)) for one in words), default=0.0)
        return self._words[text]

    def _head(self, edges: Sequence[float], head: Sequence[Sequence[Cell]], size: float) -> tuple[list[_Piece], float]:
        """The pieces of a head of one or two lines, and its depth; a cell that is two lines deep holds its column free in the second."""
        pitch, pad = self._pitch(size, False), self._dots(_PAD)
        placed: list[tuple[Cell, int, int, tuple[str, ...]]] = []
        taken: set[tuple[int, int]] = set()
        for at, row in enumerate(head):
            column = 0
            for cell in row:
                while (at, column) in taken:
                    column += 1
                taken.update((at + down, column + along) for down in range(cell.deep) for along in range(cell.wide))
                lines = self._lines(cell.text, edges[column + cell.wide] - edges[column] - 2 * pad, size, False)
                placed.append((cell, at, column, lines))
                column += cell.wide
        depths = [0.0] * len(head)
        for cell, at, _, lines in sorted(placed, key=lambda one: one[0].deep):
            needed, last = len(lines) * pitch + 2 * pad, at + cell.deep - 1
            depths[last] += max(needed - sum(depths[at : last + 1]), 0.0)
        pieces = []
        for cell, at, column, lines in placed:
            box = QRectF(edges[column], sum(depths[:at]), edges[column + cell.wide] - edges[column], sum(depths[at : at + cell.deep]))
            pieces.append(_Piece(box, lines, size, cell.side, True, cell.shade))
        return pieces, sum(depths)

    def _filled(self, edges: Sequence[float], row: Sequence[Cell], size: float) -> list[tuple[Cell, float, float, tuple[str, ...]]]:
        found, column = [], 0
        for cell in row:
            left, right = edges[column], edges[column + cell.wide]
            found.append((cell, left, right - left, self._lines(cell.text, right - left - 2 * self._dots(_PAD), size, False)))
            column += cell.wide
        return found

    def _put(self, pieces: Sequence[_Piece], deep: float) -> None:
        for one in pieces:
            self._pages[-1].append(_Piece(one.box.translated(0.0, self._down), one.lines, one.size, one.side, one.framed, one.shade, one.bold))
        self._down += deep

    def _turn(self) -> None:
        self._pages.append([])
        self._down = 0.0

    def _lines(self, text: str, width: float, size: float, bold: bool) -> tuple[str, ...]:
        """The text in lines that are no wider than `width`."""
        found: list[str] = []
        for part in text.split("\n"):
            if self._measure(size, bold).horizontalAdvance(part) <= width:
                found.append(part)
                continue
            layout = QTextLayout(part, self._font(size, bold), self._device)
            option = QTextOption()
            option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
            layout.setTextOption(option)
            layout.beginLayout()
            one = layout.createLine()
            while one.isValid():
                one.setLineWidth(max(width, 1.0))
                found.append(part[one.textStart() : one.textStart() + one.textLength()].strip())
                one = layout.createLine()
            layout.endLayout()
        return tuple(found)

    def _font(self, size: float, bold: bool) -> QFont:
        font = QFont(self._family)
        font.setPointSizeF(size)
        font.setBold(bold and self._bold)
        return font

    def _measure(self, size: float, bold: bool) -> QFontMetricsF:
        if (size, bold) not in self._metrics:
            self._metrics[size, bold] = QFontMetricsF(self._font(size, bold), self._device)
        return self._metrics[size, bold]

    def _pitch(self, size: float, bold: bool) -> float:
        return float(self._measure(size, bold).height()) * 1.05

    def _dots(self, millimetres: float) -> float:
        return dots(millimetres, self._device)
