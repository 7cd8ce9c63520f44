"""The coordinates of one shape straight from its WKB, without a geometry library."""

from __future__ import annotations

from struct import unpack_from
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LINE", "SURFACE", "Path", "paths"]

Floats = NDArray[np.float64]
# coordinates (n, 2) of a line or ring, and what it is: a line, the shell of a polygon or a hole in it
Path = tuple[Floats, int]
LINE, SHELL, HOLE = 0, 1, 2
SURFACE = (SHELL, HOLE)

_POINT, _LINE, _POLYGON, _MULTIPOINT, _COLLECTION, _TRIANGLE = 1, 2, 3, 4, 7, 17


def paths(wkb: bytes) -> list[Path] | None:
    """The lines and rings of a little-endian WKB in their order, Z and M left out; None for curves and for what cannot be read.

    Points have none. Collections are walked through.
    """
    found: list[Path] = []
    return found if _walk(wkb, 0, found) else None


def _walk(wkb: bytes, at: int, found: list[Path]) -> int:
    """Read the shape that begins at `at`; where the next begins, 0 for what is not read."""
    order, whole = unpack_from("<BI", wkb, at)
    kind, extra = whole % 0x20000000 % 1000, whole // 1000 % 10 if whole < 0x20000000 else 0
    width = 2 + (extra in (1, 3) or bool(whole & 0x80000000)) + (extra in (2, 3) or bool(whole & 0x40000000))
    at += 5
    if order != 1 or whole & 0x20000000:
        return 0
    if kind == _POINT:
        return at + 8 * width
    if kind == _LINE:
        return _path(wkb, at, width, LINE, found)
    if kind not in (_POLYGON, _TRIANGLE) and not _MULTIPOINT <= kind <= _COLLECTION:
        return 0
    (count,) = unpack_from("<I", wkb, at)
    at += 4
    surface = kind in (_POLYGON, _TRIANGLE)
    for ring in range(count):
        at = _path(wkb, at, width, HOLE if ring else SHELL, found) if surface else _walk(wkb, at, found)
        if not at:
            return 0
    return at


def _path(wkb: bytes, at: int, width: int, kind: int, found: list[Path]) -> int:
    count: int = unpack_from("<I", wkb, at)[0]
    if count:
        points: Any = np.frombuffer(wkb, "<f8", count * width, at + 4).reshape(count, width)
        found.append((points if width == 2 else points[:, :2], kind))
    return at + 4 + 8 * width * count
