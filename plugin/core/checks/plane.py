"""Vertices and widths in metres, whatever units a layer has."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from .. import topology
from ..crs import crs_of

__all__ = ["metres", "scales", "widths"]

Array = np.ndarray[Any, Any]


def metres(points: Array, owner: Array, crs: str | None) -> Array:
    """(n, 2) points on a plane in metres, good for short distances within one shape: degrees are scaled at the latitude of each shape.

    owner: (n,) ascending, the shape of each point. No CRS counts as metres.
    """
    if not len(points) or crs is None:
        return points
    scale = 1.0 / topology.units_of(1.0, crs)
    if not crs_of(crs).is_geographic:
        return points if scale == 1.0 else points * scale
    first = np.concatenate([[True], owner[1:] != owner[:-1]])
    latitude = points[first, 1][np.cumsum(first) - 1]
    flat: Array = np.column_stack([points[:, 0] * np.cos(np.radians(latitude)), points[:, 1]]) * scale
    return flat


def scales(shapes: Array, crs: str | None) -> Array:
    """(2,) metres of one unit of x and y in the middle of `shapes`, good for short distances within a county; no CRS counts as metres."""
    scale = 1.0 / topology.units_of(1.0, crs)
    box = shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan)
    if crs is None or not crs_of(crs).is_geographic or not np.isfinite(box).all():
        return np.array([scale, scale])
    return np.array([scale * np.cos(np.radians((box[1] + box[3]) / 2.0)), scale])


def widths(shapes: Array, crs: str | None) -> Array:
    """(n,) mean width of each polygon in metres: 2 · area / perimeter; NaN where there is none."""
    moved = shapes
    if crs is not None and crs_of(crs).is_geographic:
        points, owner = shapely.get_coordinates(shapes, return_index=True)
        moved = shapely.set_coordinates(shapes.copy(), metres(points, owner, crs))
    scale = 1.0 if moved is not shapes or crs is None else 1.0 / topology.units_of(1.0, crs)
    around = shapely.length(moved)
    width: Array = np.divide(2.0 * shapely.area(moved), around, out=np.full(len(shapes), np.nan), where=around > 0)
    return width * scale
