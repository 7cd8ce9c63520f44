"""Rings of a parcel as a polygon: which are holes, which further parts, by where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

__all__ = ["polygon_of"]

Array = np.ndarray[Any, Any]


def polygon_of(rings: Sequence[Any], first: Sequence[bool]) -> tuple[Any, list[int], list[int]]:
    """A polygon or multipolygon of linear rings, and the rings that lie otherwise than their number says.

    first: ring has the number 1, of an outer one. A ring within an odd number of others is a hole of the smallest of them; any other is a part.
    Given back: the shape, positions of rings numbered 1 that are holes, positions of others that are parts.
    """
    shells = shapely.polygons(np.asarray(rings, dtype=object))
    if len(rings) == 1:
        return shells[0], [], [] if first[0] else [0]
    areas = shapely.area(shells)
    inner, outer = shapely.STRtree(shells).query(shapely.point_on_surface(shells), predicate="within")
    larger = (areas[outer] > areas[inner]) | ((areas[outer] == areas[inner]) & (outer < inner))
    inner, outer = inner[larger], outer[larger]
    hole = np.bincount(inner, minlength=len(rings)) % 2 == 1
    holes: dict[int, list[Any]] = {int(at): [] for at in np.flatnonzero(~hole)}
    for at in np.flatnonzero(hole):
        around = outer[inner == at]
        around = around[~hole[around]]
        holes[int(around[np.argmin(areas[around])])].append(rings[at])
    parts = [shapely.polygons(rings[at], within or None) for at, within in holes.items()]
    shape = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    numbered = np.asarray(first, dtype=bool)
    further = np.flatnonzero(~hole & ~numbered)
    return shape, np.flatnonzero(hole & numbered).tolist(), further.tolist()
