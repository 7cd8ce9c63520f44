"""The books of an overlay: what was cut, what it adds up to, what was too small to keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

__all__ = ["Aside", "Books", "Pieces"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Aside:
    """Ground set aside: `side` left or right, the row there, its shape, the reason code and the planar area (CRS units²)."""

    side: str
    row: int
    shape: Any
    reason: str
    area: float


@dataclass
class Books:
    """Counts and sums of one overlay, complete when its last pieces are out.

    pairs: pairs of rows that share ground; whole: pairs where the patch lies wholly inside, so that nothing was cut.
    touches: pairs that share only lines or points; stray: lines and points that came along with a piece (both dropped).
    balanced: patches whose pieces were summed; worst: the largest |Σ pieces − patch| / patch among them, worst_row its row
    of the layer `worst_side`; overlapped: rows whose ground the other layer claims more than once; merged, merged_area:
    pieces under the noise area united with their neighbour; noise: that area (CRS units²). aside: what had no neighbour to join.
    """

    noise: float = 0.0
    pairs: int = 0
    whole: int = 0
    touches: int = 0
    stray: int = 0
    balanced: int = 0
    worst: float = 0.0
    worst_row: int = -1
    worst_side: str = ""
    overlapped: int = 0
    merged: int = 0
    merged_area: float = 0.0
    aside: list[Aside] = field(default_factory=list)

    def balance(self, side: str, rows: Array, areas: Array, sums: Array) -> None:
        """Book the sums of the pieces of `rows` of layer `side` against their areas; all three (n,)."""
        real = areas > 0
        if not real.any():
            return
        off = np.abs(sums[real] - areas[real]) / areas[real]
        self.balanced += int(real.sum())
        at = int(np.argmax(off))
        if off[at] > self.worst or self.worst_row < 0:
            self.worst, self.worst_row, self.worst_side = float(off[at]), int(rows[real][at]), side

    def set_aside(self, side: str, rows: Array, shapes: Array, reason: str) -> None:
        """Book shapes that go to the set-aside layer."""
        areas = shapely.area(shapes)
        self.aside += [Aside(side, int(row), shape, reason, float(area)) for row, shape, area in zip(rows, shapes, areas)]


@dataclass(frozen=True)
class Pieces:
    """Pieces of two layers: row of the left and of the right layer ((n,) ints, -1 = none there), polygons, and the books."""

    left: Array
    right: Array
    shapes: Array
    stats: Books

    def __len__(self) -> int:
        return len(self.shapes)
