"""Pieces of equal attributes that touch along a line, made one patch; hairlines joined to what they lie at."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import shapely

from ..overlay_cuts import batches, polygons_only
from ..progress import SILENT, Progress
from ..shared import Shared
from .claims import longest_edge, tied

__all__ = ["absorbed", "dissolved"]

Array = np.ndarray[Any, Any]

_LOT = 64  # groups joined between two looks at the cancel button
_ROWS = 5_000  # parts looked up between two looks
_VERTICES = 100_000  # vertices joined in one go
_NEAR = 1e-6  # shapes this close lie at each other (CRS units)


def dissolved(parts: Array, keys: Array, noise: float = 0.0, progress: Progress = SILENT) -> tuple[Array, Array]:
    """Polygons ((n,) of one part each) of equal `keys` ((n,) ints) joined where they touch along a line: (patches, patch of each part).

    Inner rings under `noise` (CRS units²), which cuts of neighbours leave open between them, are closed. Raises Cancelled.
    """
    home = np.full(len(parts), -1, dtype=np.int64)
    groups = [np.array(one) for one in _touching(parts, np.asarray(keys), progress.part(0.0, 0.3))]
    for members in groups:
        home[members] = -2
    alone = np.flatnonzero(home == -1)
    home[alone] = np.arange(len(alone))
    made, count = [parts[alone]], len(alone)
    walk, given = progress.part(0.3, 1.0), Shared(parts)
    with ThreadPoolExecutor(2) as pool:
        for lot in walk.chunks(len(groups), _LOT):
            for members, (grounds, within) in zip(groups[lot], pool.map(lambda some: _one(given[some], noise, progress), groups[lot])):
                home[members] = count + within
                made.append(grounds)
                count += len(grounds)
    return np.concatenate(made), home


def _touching(parts: Array, keys: Array, progress: Progress) -> list[list[int]]:
    """Parts of equal key that meet, directly or through others, in groups of two and more."""
    tree = shapely.STRtree(parts)
    pairs: list[tuple[Array, Array]] = []
    for chunk in progress.chunks(len(parts), _ROWS):
        one, other = tree.query(parts[chunk])
        one = one + chunk.start
        likely = (one < other) & (keys[one] == keys[other])
        one, other = one[likely], other[likely]
        meet = shapely.intersects(parts[one], parts[other])
        pairs.append((one[meet], other[meet]))
    if not pairs:
        return []
    left, right = (np.concatenate(column) for column in zip(*pairs))
    return tied(left, right)


def _one(parts: Array, noise: float, progress: Progress) -> tuple[Array, Array]:
    """The connected grounds of some parts, and the ground of each."""
    grounds = _joined(parts, noise, progress)
    return grounds, _within(parts, grounds)


def absorbed(shapes: Array, units: Array, weak: Array, progress: Progress = SILENT) -> tuple[Array, Array]:
    """Each `weak` shape ((n,) bool) joined to the shape of the same unit that shares the longest edge with it.

    (shapes, joined): `joined` (n,) tells which rows are gone, their ground with the neighbour; a weak shape without neighbour stays.
    """
    gone = weak.copy()
    if not weak.any():
        return shapes, gone
    out = shapes.copy()
    gained: dict[int, list[Any]] = {}
    tree = shapely.STRtree(shapes)
    for at in np.flatnonzero(weak):
        progress.check()
        near = tree.query(shapes[at], predicate="dwithin", distance=_NEAR)
        near = near[(units[near] == units[at]) & ~weak[near]]
        host = longest_edge(shapes[at], {int(one): shapes[one] for one in near})
        if host is None:
            gone[at] = False
        else:
            gained.setdefault(host, []).append(shapes[at])
    for host, strips in gained.items():
        out[host : host + 1] = polygons_only(np.array([shapely.union_all([shapes[host], *strips])], dtype=object))[0]
    return out, gone


def _joined(parts: Array, noise: float, progress: Progress) -> Array:
    """The union of some parts as single polygons; large groups strip by strip, so that a stop is seen between them."""
    listed = parts
    while shapely.get_num_coordinates(listed).sum() > _VERTICES:
        middle = shapely.bounds(listed)[:, :2]
        strip = np.floor((middle[:, 0] - middle[:, 0].min()) / max(float(np.ptp(middle[:, 0])), 1e-9) * np.sqrt(len(listed)))
        ordered = listed[np.lexsort((middle[:, 1], strip))]
        lots = batches(shapely.get_num_coordinates(ordered), len(ordered), _VERTICES // 2)
        joined = []
        for lot in lots:
            progress.check()
            joined.append(shapely.union_all(ordered[lot]))
        shrunk = np.array([*joined, None], dtype=object)[:-1]
        if shapely.get_num_coordinates(shrunk).sum() > 0.8 * shapely.get_num_coordinates(listed).sum() or len(shrunk) == 1:
            listed = shrunk
            break
        listed = shrunk
    progress.check()
    whole, real, _ = polygons_only(np.array([shapely.union_all(listed)], dtype=object))
    grounds: Array = shapely.get_parts(whole[real])
    for at in np.flatnonzero(shapely.get_num_interior_rings(grounds)) if noise > 0 else ():
        rings = shapely.get_rings(grounds[at])
        kept = rings[1:][shapely.area(shapely.polygons(rings[1:])) >= noise]
        if len(kept) < len(rings) - 1:
            grounds[at] = shapely.polygons(rings[0], kept)
    return grounds


def _within(parts: Array, grounds: Array) -> Array:
    """The ground that holds each part."""
    if len(grounds) == 1:
        return np.zeros(len(parts), dtype=np.int64)
    tree = shapely.STRtree(grounds)
    inside, ground = tree.query(shapely.point_on_surface(parts), predicate="intersects")
    found = np.full(len(parts), -1, dtype=np.int64)
    found[inside[::-1]] = ground[::-1]
    lost = np.flatnonzero(found < 0)
    found[lost] = tree.nearest(parts[lost]) if len(lost) else found[lost]
    return found
