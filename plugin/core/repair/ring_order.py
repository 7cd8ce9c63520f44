"""Rings in their order and direction: the largest ring of a part is its outer one, and all rings of a layer run as most of its outer rings do."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from .rebuild import directed
from .work import Done, Pass, Work

__all__ = ["mend"]

Array = np.ndarray[Any, Any]

_NAME = "ring_order"


def mend(one: Pass) -> None:
    """Put the outer ring of a part first, and turn rings whose polygon lies on the other side than that of most outer rings."""
    work = one.work
    for at in np.flatnonzero(~one.valid).tolist():
        row = int(one.rows[at])
        ordered = _ordered(work.shapes[row])
        if ordered is not None and ordered.is_valid:
            work.put({row: ordered}, Done(_NAME, "repair.done_order"))
    parts, of_row = shapely.get_parts(work.shapes[one.rows], return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    if not len(rings):
        return
    outer = np.ones(len(rings), dtype=bool)
    outer[1:] = of_part[1:] != of_part[:-1]
    left = shapely.is_ccw(rings) == outer
    side = _side(work, left[outer], len(one.rows))
    for at in np.unique(of_row[of_part[left != side]]).tolist():
        row = int(one.rows[at])
        if shapely.is_valid(work.shapes[row]):
            work.put({row: directed(work.shapes[row], side)}, Done(_NAME, "repair.done_turned"))


def _side(work: Work, left: Array, count: int) -> bool:
    """Whether polygons lie left of their rings in most parts of the whole layer (asked of all rows in the first pass)."""
    known = work.left_of_rings
    if known is None:
        known = work.left_of_rings = bool(2 * int(left.sum()) >= len(left))
    return known


def _ordered(shape: Any) -> Any:
    """The shape with the largest ring of each part as its outer one; None where that is so already."""
    parts, moved = [], False
    for part in shapely.get_parts(shape):
        rings = [part.exterior, *part.interiors]
        areas = [shapely.Polygon(ring).area for ring in rings]
        first = int(np.argmax(areas))
        moved |= first > 0
        parts.append(shapely.Polygon(rings[first], [ring for at, ring in enumerate(rings) if at != first]))
    return (parts[0] if shape.geom_type == "Polygon" else shapely.MultiPolygon(parts)) if moved else None
