"""The order of reading a map: rows from the north, each from west to east."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

__all__ = ["rows_order"]

Array = np.ndarray[Any, Any]


def rows_order(shapes: Array) -> Array:
    """Positions of n polygons row by row, left to right and top to bottom.

    A row begins at the most northern shape not yet numbered and holds those whose centre lies within half the median height below its own;
    in a row the western comes first (tie: the northern, then the earlier). Places are the centroids, heights those of the envelopes.
    """
    if not len(shapes):
        return np.empty(0, dtype=np.int64)
    box = shapely.bounds(shapes)
    middle = shapely.centroid(shapes)
    top, left = shapely.get_y(middle), shapely.get_x(middle)
    band = float(np.median(box[:, 3] - box[:, 1])) / 2.0
    from_north = np.lexsort((np.arange(len(top)), left, -top))
    row = np.zeros(len(top), dtype=np.int64)
    ordered = top[from_north]
    at, number = 0, 0
    while at < len(ordered):
        end = at + int(np.searchsorted(-ordered[at:], -(ordered[at] - band), side="right"))
        row[from_north[at:end]] = number
        at, number = max(end, at + 1), number + 1
    order: Array = np.lexsort((np.arange(len(top)), -top, left, row))
    return order
