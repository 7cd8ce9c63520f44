"""Where a detail map shows most: the window in which the most kinds of boundary meet."""

from __future__ import annotations

import numpy as np
import shapely

from ..table import Table

__all__ = ["busy_place"]

# the outer edge of everything is on every map: it makes no place busy
_EDGES = ("OUTER", "COUNTY", "")


def busy_place(lines: Table, width: float, height: float) -> tuple[float, float, float, float]:
    """The window of width × height (CRS units) with the most kinds of BOUNDARY_LINES, by KIND; among equals the one with the most line.

    Windows overlap by half, so that what lies on the edge of one is in the middle of another. Vertices stand for the lines, each with half
    the length of the segments that meet there. The window is moved so that it is filled from the middle of its vertices. ValueError
    without lines.
    """
    if not len(lines):
        raise ValueError("no lines")
    xy, owner = shapely.get_coordinates(lines.shapes, return_index=True)
    kinds = lines.text("KIND").astype("category").cat.codes.to_numpy()[owner]
    step = np.hypot(*(xy[1:] - xy[:-1]).T) * (owner[1:] == owner[:-1])
    weight = (np.append(step, 0.0) + np.append(0.0, step)) / 2
    best: tuple[int, float] = (0, -1.0)
    middle = xy[0]
    for shift in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
        cell = np.floor(xy / (width, height) - shift).astype(np.int64)
        _, place = np.unique(cell, axis=0, return_inverse=True)
        place = place.ravel()
        there = np.unique(np.column_stack([place, kinds]), axis=0)[:, 0]
        count, length = np.bincount(there), np.bincount(place, weight)
        at = int(np.lexsort((length, count))[-1])
        if (int(count[at]), float(length[at])) > best:
            best = (int(count[at]), float(length[at]))
            mine = place == at
            middle = np.average(xy[mine], axis=0, weights=weight[mine] + 1e-9)
    x, y = float(middle[0]) - width / 2, float(middle[1]) - height / 2
    return x, y, x + width, y + height
