"""Polygons with other vertices: rings edited one by one, vertices put on edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from ..noding import near

__all__ = ["bare", "directed", "edited", "inserted", "polygonal", "replaced"]

Array = np.ndarray[Any, Any]


def edited(shape: Any, edit: Callable[[Array], Array]) -> Any:
    """The polygon or multipolygon with `edit` done to the closed vertices (n, 2) of each ring; None where a ring has fewer than four left."""
    parts = []
    for part in shapely.get_parts(shape):
        rings = [edit(shapely.get_coordinates(ring)) for ring in (part.exterior, *part.interiors)]
        if any(len(one) < 4 for one in rings):
            return None
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    return parts[0] if shape.geom_type == "Polygon" else shapely.MultiPolygon(parts)


def bare(xy: Array) -> Array:
    """A ring without vertices that are the same as the one before."""
    fresh = np.ones(len(xy), dtype=bool)
    fresh[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    kept: Array = xy[fresh]
    return kept


def replaced(shape: Any, old: Array, new: Array) -> Any:
    """The shape with the vertex at `old` (2,) moved to `new` wherever it stands; repeats of it are dropped, and ways from it and straight back."""

    def edit(xy: Array) -> Array:
        moved = xy.copy()
        moved[(xy == old).all(axis=1)] = new
        return _unspiked(bare(moved), new)

    return edited(shape, edit)


def _unspiked(xy: Array, place: Array) -> Array:
    """A ring without the vertices to which it goes from `place` and from which it comes straight back."""
    while len(xy) > 3:
        open_ = xy[:-1]
        there = (open_ == place).all(axis=1)
        spike = np.flatnonzero(np.roll(there, 1) & np.roll(there, -1))
        if not len(spike):
            break
        ring = np.delete(open_, [spike[0], (spike[0] + 1) % len(open_)], axis=0)
        xy = np.vstack([ring, ring[:1]])
    return xy


def inserted(shape: Any, points: Array, reach: float) -> Any:
    """The shape with each of `points` (n, 2) on the nearest edge within `reach` that it does not end; the same shape where there is none."""
    xy, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shape)), return_index=True)
    edges = np.flatnonzero(ring[1:] == ring[:-1])
    fresh = np.unique(points, axis=0)
    at, point, along = near(fresh, xy[edges], xy[edges + 1], reach)
    edge = edges[at]
    ends = (fresh[point] == xy[edge]).all(axis=1) | (fresh[point] == xy[edge + 1]).all(axis=1)
    inside = ~ends & (along > 0) & (along < 1)
    edge, point, along = edge[inside], point[inside], along[inside]
    if not len(edge):
        return shape
    way = xy[edge + 1] - xy[edge]
    away = np.hypot(*(fresh[point] - xy[edge] - way * along[:, None]).T)
    order = np.lexsort((edge, away, point))
    first = order[np.concatenate([[True], point[order][1:] != point[order][:-1]])]
    first = first[np.lexsort((along[first], edge[first]))]
    heads = np.searchsorted(ring, np.arange(ring[-1] + 1))
    counter = iter(range(len(heads)))

    def edit(points_of_ring: Array) -> Array:
        start = heads[next(counter)]
        mine = first[(edge[first] >= start) & (edge[first] < start + len(points_of_ring))]
        return np.insert(points_of_ring, edge[mine] - start + 1, fresh[point[mine]], axis=0)

    return edited(shape, edit)


def polygonal(shape: Any) -> Any:
    """The polygons of a shape as one shape; None where it has none."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    flat = parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 0)]
    return None if not len(flat) else flat[0] if len(flat) == 1 else shapely.MultiPolygon(list(flat))


def directed(shape: Any, left: bool) -> Any:
    """The polygon or multipolygon with its ground left of its rings (outer ones counter-clockwise, inner ones clockwise), or right of them."""
    parts = []
    for part in shapely.get_parts(shape):
        outer = part.exterior if shapely.is_ccw(part.exterior) == left else shapely.reverse(part.exterior)
        inner = [ring if shapely.is_ccw(ring) != left else shapely.reverse(ring) for ring in part.interiors]
        parts.append(shapely.Polygon(outer, inner))
    return parts[0] if shape.geom_type == "Polygon" else shapely.MultiPolygon(parts)
