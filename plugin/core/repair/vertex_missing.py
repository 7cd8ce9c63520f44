"""Vertices that lie on a neighbour's edge, put there too."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..checks.plane import metres
from .guards import tried
from .rebuild import inserted, pinched
from .work import Done, Pass, Work

__all__ = ["mend"]

Array = np.ndarray[Any, Any]

_NAME = "vertex_missing"


def mend(one: Pass) -> None:
    """Put the corners of neighbours that lie within the tolerance of a row's edge into that edge, all of a row at once, else one by one."""
    work = one.work
    if not work.near > 0 or not one.net.added:
        return
    rows, points = one.net.rows_of(one.net.inserted), one.net.xy[one.net.inserted]
    for at in np.unique(rows).tolist():
        row = int(one.rows[at])
        if not shapely.is_valid(work.shapes[row]):
            continue
        mine = np.array([place for place in map(tuple, points[rows == at].tolist()) if place not in work.gone]).reshape(-1, 2)
        mine = mine[[_free(work, row, place) for place in mine]] if len(mine) else mine
        if _put(work, row, mine) is None:
            continue
        for place in mine:
            against = _put(work, row, place[None], place)
            if against is not None:
                work.leave(_NAME, (row,), against[0], shapely.Point(place), **against[1])


def _put(work: Work, row: int, points: Array, own: Array | None = None) -> tuple[str, dict[str, Any]] | None:
    """Put points on the edges of a row; the objection where that is not safe.

    own: a point that may be a vertex of the row already, which nearly touches itself there: a needle thinner than the tolerance is cut off.
    """
    shape = inserted(work.shapes[row], points, 2 * work.near) if len(points) else work.shapes[row]
    if shape is work.shapes[row]:
        return None
    shape = shape if own is None else pinched(shape, own, work.dust)
    return tried(work, {row: shape}, Done(_NAME, "repair.done_noded"))


def _free(work: Work, row: int, place: Array) -> bool:
    """Whether a new vertex would not stand too close to one of the row: where nearly same vertices are joined too it may."""
    if "vertex_near" in work.plan:
        return True
    xy = shapely.get_coordinates(work.shapes[row])
    flat = metres(np.vstack([place, xy]), np.zeros(len(xy) + 1, dtype=int), work.crs)
    if float(np.hypot(*(flat[1:] - flat[0]).T).min()) > work.tolerance:
        return True
    work.leave(_NAME, (row,), "repair.vertex_close", shapely.Point(place))
    return False
