"""Words of a layout measured on paper: how long they are, how large they may be, and how they break into lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from qgis.core import QgsLayoutItemLabel, QgsLegendStyle
from qgis.PyQt.QtGui import QFont, QFontMetricsF

from .layouts import wrapped

__all__ = ["depth_of", "in_width", "lines_of", "millimetres", "pitch", "set_words_size", "words_size"]

_POINT = 25.4 / 72  # millimetres
_PIXELS = 200  # size at which letters are measured
_AIR = 0.4  # millimetres above and below the lines of a text


def millimetres(text: str, family: str, size: float) -> float:
    """How long `text` is on paper in a typeface of `size` points."""
    return float(_metrics(family).horizontalAdvance(text)) / _PIXELS * size * _POINT


def pitch(family: str, size: float) -> float:
    """Millimetres from line to line in a typeface of `size` points."""
    return float(_metrics(family).lineSpacing()) / _PIXELS * size * _POINT


def words_size(item: QgsLayoutItemLabel | QgsLegendStyle) -> float:
    """The size of the letters of a label or of a style of a legend in points."""
    # textFormat came with QGIS 3.24, that of legends with 3.30
    return float(item.textFormat().size() if hasattr(item, "textFormat") else item.font().pointSizeF())


def set_words_size(item: QgsLayoutItemLabel | QgsLegendStyle, size: float) -> None:
    """Set the size of the letters of a label or of a style of a legend in points."""
    if hasattr(item, "setTextFormat"):
        shape = item.textFormat()
        shape.setSize(size)
        item.setTextFormat(shape)
    else:
        font = item.font()
        font.setPointSizeF(size)
        item.setFont(font)


def in_width(text: str, wide: float, size: float) -> str:
    """The text with its lines broken so that each takes about `wide` millimetres in letters of `size` points."""
    return "\n".join(wrapped(line, int(wide / (size * _POINT) * 2)).replace("|", "\n") for line in text.split("\n"))


def depth_of(text: str, family: str, size: float) -> float:
    """How deep the lines of a text are on paper, in millimetres."""
    return (text.count("\n") + 1) * pitch(family, size) + _AIR


def lines_of(names: Sequence[str], head: str, joiner: str, wide: float, deep: float, family: str, size: float, more: Callable[[int], str]) -> str:
    """`head` and as many names as fill lines of `wide` millimetres to a depth of `deep`; where some are left out `more(count of all)` says so."""
    most = max(int((deep - _AIR) / pitch(family, size)), 1)

    def fits(text: str) -> bool:
        return millimetres(text, family, size) <= wide

    for kept in range(len(names), 0, -1):
        tail = "" if kept == len(names) else joiner[1:] + more(len(names))
        parts = [name + joiner for name in names[: kept - 1]] + [names[kept - 1] + tail]
        lines = [head]
        for part in parts:
            if fits((lines[-1] + part).rstrip()):
                lines[-1] += part
                continue
            lines += [part] if fits(part.rstrip()) else in_width(part, wide, size).split("\n")
        lines = [one.strip() for one in lines if one.strip()]
        if len(lines) <= most:
            return "\n".join(lines)
    return "\n".join(lines[:most])


@lru_cache(maxsize=8)
def _metrics(family: str) -> QFontMetricsF:
    font = QFont(family)
    font.setPixelSize(_PIXELS)
    return QFontMetricsF(font)
