"""Pieces of equal attributes that touch along a line, made one patch; hairlines joined to what they lie at."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..overlay_cuts import polygons_only
from ..progress import SILENT, Progress
from .claims import longest_edge

__all__ = ["absorbed", "dissolved"]

Array = np.ndarray[Any, Any]

_NEAR = 1e-6  # shapes this close lie at each other (CRS units)


def dissolved(parts: Array, keys: Array, noise: float = 0.0, progress: Progress = SILENT) -> tuple[Array, Array]:
    """Polygons ((n,) of one part each) of equal `keys` ((n,) ints) joined, one patch for each connected ground: (patches, patch of each
    part).

    Inner rings under `noise` (CRS units²), which cuts of neighbours leave open between them, are closed.
    """
    order = np.argsort(keys, kind="stable")
    bounds = (
        np.flatnonzero(np.append(True, np.append(np.diff(np.asarray(keys)[order]) != 0, True))) if len(order) else np.zeros(1, dtype=int)
    )
    made: list[Array] = []
    home = np.empty(len(parts), dtype=np.int64)
    count = 0
    for number, (low, high) in enumerate(zip(bounds[:-1], bounds[1:])):
        if number % 64 == 0:
            progress.at(number / len(bounds))
        members = order[low:high]
        grounds = _joined(parts[members], noise)
        home[members] = count + _within(parts[members], grounds)
        made.append(grounds)
        count += len(grounds)
    progress.at(1.0)
    return np.concatenate(made) if made else np.empty(0, dtype=object), home


def absorbed(shapes: Array, units: Array, weak: Array) -> tuple[Array, Array]:
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


def _joined(parts: Array, noise: float) -> Array:
    if len(parts) == 1:
        return parts
    whole, real, _ = polygons_only(np.array([shapely.union_all(parts)], dtype=object))
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
