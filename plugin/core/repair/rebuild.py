"""Polygons with other vertices: rings edited one by one, vertices put on edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from ..noding import near

__all__ = ["bare", "directed", "edited", "inserted", "pinched", "polygonal", "replaced"]

Array = np.ndarray[Any, Any]


def edited(shape: Any, edit: Callable[[Array], Array]) -> Any:
    """The polygon or multipolygon with `edit` done to the closed vertices (n, 2) of each ring; rings of fewer than four are left out.

    A part without its outer ring is none; None where no part is left.
    """
    parts = []
    for part in shapely.get_parts(shape):
        outer, *inner = (edit(shapely.get_coordinates(ring)) for ring in (part.exterior, *part.interiors))
        if len(outer) >= 4:
            parts.append(shapely.Polygon(outer, [one for one in inner if len(one) >= 4]))
    if not parts:
        return None
    return parts[0] if shape.geom_type == "Polygon" else shapely.MultiPolygon(parts)


def bare(xy: Array) -> Array:
    """A ring without vertices that are the same as the one before."""
    fresh = np.ones(len(xy), dtype=bool)
    fresh[1:] = (xy[1:] != xy[:-1]).any(axis=1)
    kept: Array = xy[fresh]
    return kept


def replaced(shape: Any, old: Array, new: Array, narrow: float) -> Any:
    """The shape with the vertex at `old` (2,) moved to `new` wherever it stands, and repeats of it dropped.

    Where a ring then comes to `new` more than once, what lies between and is on average no wider than `narrow` is dropped: needles, and
    ways out and back.
    """

    def edit(xy: Array) -> Array:
        moved = xy.copy()
        moved[(xy == old).all(axis=1)] = new
        return _pinched(bare(moved), new, narrow)

    return edited(shape, edit)


def pinched(shape: Any, place: Array, narrow: float) -> Any:
    """The shape without what lies between two visits of a ring to `place` and is on average no wider than `narrow`."""
    return edited(shape, lambda xy: _pinched(xy, place, narrow))


def _pinched(xy: Array, place: Array, narrow: float) -> Array:
    """A closed ring without the narrow loops that begin and end at `place`, the largest of all kept."""
    stops = np.flatnonzero((xy[:-1] == place).all(axis=1))
    if len(stops) < 2:
        return xy
    turned = np.vstack([xy[stops[0] : -1], xy[: stops[0] + 1]])
    bounds = np.append(stops - stops[0], len(turned) - 1)
    loops = [turned[low : high + 1] for low, high in zip(bounds[:-1], bounds[1:])]
    areas = [_area(one) for one in loops]
    largest = int(np.argmax(areas))
    around = [float(np.hypot(*np.diff(one, axis=0).T).sum()) for one in loops]
    kept = [one for at, one in enumerate(loops) if at == largest or 2 * areas[at] > narrow * around[at]]
    return np.vstack([*(one[:-1] for one in kept), place[None]])


def _area(xy: Array) -> float:
    """Area of a closed ring; from its first vertex, since sums over large coordinates lose their last digits."""
    x, y = (xy - xy[0]).T
    return abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())) / 2


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
