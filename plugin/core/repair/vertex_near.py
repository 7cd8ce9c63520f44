"""Vertices that are the same or nearly so: one of two stays, in every ring that has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from .. import topology
from ..checks.plane import metres
from ..noding import near
from .guards import tried
from .rebuild import bare, edited, replaced
from .work import Done, Pass, Work

__all__ = ["mend"]

Array = np.ndarray[Any, Any]

_NAME = "vertex_near"
_ROWS = 20_000  # rows looked at in one go


def mend(one: Pass) -> None:
    """Drop repeated vertices; of two places no farther apart than `within` along a ring, or than the tolerance between rings, leave one."""
    work = one.work
    pairs, repeated = _found(one)
    for row in repeated:
        shape = edited(work.shapes[row], bare)
        if shape is not None and (not work.shapes[row].is_valid or shape.is_valid):
            work.put({row: shape}, Done(_NAME, "repair.done_repeats"))
    used: set[tuple[float, float]] = set()
    for apart, first, second in sorted({*pairs, *_corners(one)}):
        if not {first, second} & used:  # what hangs on a pair waits for the next pass
            used |= {first, second}
            _join(work, first, second, apart)


def _found(one: Pass) -> tuple[list[tuple[float, Any, Any]], list[int]]:
    """(metres, place, place) of vertices that follow each other too closely, and the rows with vertices that are the same."""
    work = one.work
    within = max(work.plan.number(_NAME, "within"), work.tolerance)
    pairs: list[tuple[float, Any, Any]] = []
    repeated: list[int] = []
    for chunk in one.progress.quiet().chunks(len(one.rows), _ROWS):
        parts, of_row = shapely.get_parts(work.shapes[one.rows[chunk]], return_index=True)
        rings, of_part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        flat = metres(xy, ring, work.crs)
        way = flat[1:] - flat[:-1]
        short = np.flatnonzero((np.einsum("ij,ij->i", way, way) <= within**2) & (ring[1:] == ring[:-1]))
        length = np.hypot(way[short, 0], way[short, 1])
        rows = one.rows[chunk][of_row[of_part[ring[short]]]]
        repeated += np.unique(rows[length == 0]).tolist()
        apart = short[length > 0]
        pairs += list(_listed(xy[apart], xy[apart + 1], length[length > 0]))
    return pairs, repeated


def _listed(first: Array, second: Array, length: Array) -> Iterator[tuple[float, Any, Any]]:
    for one, other, apart in zip(map(tuple, first.tolist()), map(tuple, second.tolist()), length.tolist()):
        yield apart, min(one, other), max(one, other)


def _corners(one: Pass) -> Iterator[tuple[float, Any, Any]]:
    """Corners of different rings within the tolerance of each other; looked for only where noding had to snap some."""
    work = one.work
    if not work.near > 0 or not one.net.moved:
        return
    rows = np.unique(one.net.rows_of(one.net.alone))
    bare_net = topology.network(one.shapes[rows])
    points = np.unique(bare_net.xy[np.unique(np.concatenate([bare_net.alone, bare_net.alone + 1]))], axis=0)
    at, other, _ = near(points, points, points, work.near)
    apart = at < other
    first, second = points[at[apart]], points[other[apart]]
    length = np.hypot(*(second - first).T) / work.units(1.0)
    yield from _listed(first, second, length)


def _join(work: Work, first: Any, second: Any, apart: float) -> None:
    """Leave the place that more rows have, else the one at which the boundary turns more; all rings with the other take it over."""
    holders = {place: _holders(work, place) for place in (first, second)}
    if not all(holders.values()):
        return
    weight = {place: (len(rows), max(_turn(work.shapes[row], place) for row in rows), place) for place, rows in holders.items()}
    narrow = work.units(max(work.plan.number(_NAME, "within"), work.tolerance))
    against: tuple[str, dict[str, Any]] | None = None
    for keep, drop in sorted([(first, second), (second, first)], key=lambda pair: weight[pair[0]], reverse=True):
        changes = {row: replaced(work.shapes[row], np.array(drop), np.array(keep), narrow) for row in holders[drop]}
        against = tried(work, changes, Done(_NAME, "repair.done_joined", {"apart": f"{apart:.4f}"}))
        if against is None:
            work.gone.add(drop)
            return
    if against is not None:
        work.leave(_NAME, tuple(sorted({*holders[first], *holders[second]})), against[0], shapely.Point(first), **against[1])


def _holders(work: Work, place: tuple[float, float]) -> list[int]:
    return [row for row in work.rows_in((*place, *place)) if (shapely.get_coordinates(work.shapes[row]) == place).all(axis=1).any()]


def _turn(shape: Any, place: tuple[float, float]) -> float:
    """How far the vertex lies from the line between those beside it, at most."""
    far = 0.0
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        xy = shapely.get_coordinates(ring)[:-1]
        for at in np.flatnonzero((xy == place).all(axis=1)):
            before, after = xy[at - 1], xy[(at + 1) % len(xy)]
            far = max(far, float(shapely.distance(shapely.Point(place), shapely.LineString([before, after]))))
    return far
