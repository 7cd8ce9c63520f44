"""Holes without a single vertex, which some files hold: they are no ground, and GEOS crashes on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

__all__ = ["without_empty_holes"]

Array = np.ndarray[Any, Any]
_POLYGON, _MULTI = 3, 6
_BLOCK = 5_000  # shapes looked at together


def without_empty_holes(shapes: Array) -> Array:
    """The shapes, polygons among them without their empty holes; the same array where there are none.

    GEOS up to 3.15 calls such a polygon valid, and `touches`, `relate` and `overlaps` with it end the process.
    """
    holed = [at + _with_empty_hole(shapes[at : at + _BLOCK]) for at in range(0, len(shapes), _BLOCK)]
    if not any(map(len, holed)):
        return shapes
    mended = shapes.copy()
    for at in np.concatenate(holed):
        mended[at] = _mended(shapes[at])
    return mended


def _with_empty_hole(shapes: Array) -> Array:
    """Positions of the shapes with an empty hole; their parts and rings are copies, so a few shapes at a time."""
    kinds = shapely.get_type_id(shapes)
    faces = np.flatnonzero((kinds == _POLYGON) | (kinds == _MULTI))
    parts, owner = shapely.get_parts(shapes[faces], return_index=True)
    holed = np.flatnonzero(shapely.get_num_interior_rings(parts) > 0)
    rings, part = shapely.get_rings(parts[holed], return_index=True)
    empty = shapely.get_num_coordinates(rings) == 0
    where: Array = np.unique(faces[owner[holed[part[empty]]]])
    return where


def _mended(shape: Any) -> Any:
    made = [shapely.Polygon(one.exterior, [ring for ring in one.interiors if not ring.is_empty]) for one in shapely.get_parts(shape)]
    return made[0] if shape.geom_type == "Polygon" else shapely.multipolygons(made)
