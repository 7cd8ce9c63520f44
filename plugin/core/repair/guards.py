"""What speaks against a change of shapes, and a change made whole: new vertices stand on the neighbours' edges too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from ..coverage import mean_width
from .rebuild import directed, inserted, polygonal
from .work import Done, Work

__all__ = ["alike", "objection", "tried"]

Array = np.ndarray[Any, Any]


def objection(work: Work, changes: Mapping[int, Any]) -> tuple[str, dict[str, Any]] | None:
    """The first thing that speaks against giving rows these shapes, as a code and its facts; None where nothing does."""
    for row, new in changes.items():
        old = work.shapes[row]
        if new is None or new.is_empty or not new.area > 0:
            return "repair.would_empty", {"other": str(work.keys[row])}
        if not new.is_valid:
            return "repair.would_break", {"other": str(work.keys[row])}
        if shapely.get_num_geometries(new) > shapely.get_num_geometries(old) or _holes(new) > _holes(old):
            return "repair.would_part", {"other": str(work.keys[row])}
    return _covered(work, changes)


def _covered(work: Work, changes: Mapping[int, Any]) -> tuple[str, dict[str, Any]] | None:
    """The objection that two rows would claim ground, wider than the tolerance, that they did not both claim before."""
    for row, new in changes.items():
        old = work.shapes[row]
        grown = polygonal(shapely.difference(new, old)) if old.is_valid else None
        for other in work.beside(grown, (row,)) if grown is not None else ():
            theirs = changes.get(other, work.shapes[other])
            if _wide(work, grown, theirs) or _wide(work, new, theirs) > _wide(work, old, work.shapes[other]):
                return "repair.would_cover", {"other": str(work.keys[other])}
    return None


def _wide(work: Work, one: Any, other: Any) -> int:
    """How many parts of the ground that two shapes share are wider than the tolerance."""
    common = polygonal(shapely.intersection(one, other))
    return 0 if common is None else int((mean_width(shapely.get_parts(common)) > work.dust).sum())


def _holes(shape: Any) -> int:
    return int(shapely.get_num_interior_rings(shapely.get_parts(shape)).sum())


def tried(work: Work, changes: Mapping[int, Any], done: Done, noded: bool = False) -> tuple[str, dict[str, Any]] | None:
    """Make a change if nothing speaks against it, else answer the objection.

    noded: the vertices at the ground that changes hands are put on the edges of the rows there.
    """
    against = objection(work, changes)
    if against is not None:
        return against
    whole = {row: alike(new, work.shapes[row]) for row, new in changes.items()}
    for row, new in changes.items() if noded else ():
        points = _moved(new, work.shapes[row])
        for other in work.beside(shapely.MultiPoint(points), changes) if len(points) else ():
            shape = inserted(whole.get(other, work.shapes[other]), points, work.dust)
            if shape is not None and shape.is_valid:
                whole[other] = shape
    work.put({row: shape for row, shape in whole.items() if shape is not work.shapes[row]}, done)
    return None


def alike(new: Any, old: Any) -> Any:
    """A shape with rings that run as the first ring of another does: GEOS gives what it makes in a direction of its own."""
    first = shapely.get_parts(old)[0].exterior
    return directed(new, bool(shapely.is_ccw(first)))


def _moved(new: Any, old: Any) -> Array:
    """The vertices of a shape at the ground that it got or lost."""
    there = {tuple(one) for one in shapely.get_coordinates(shapely.symmetric_difference(new, old)).tolist()}
    own = {tuple(one) for one in shapely.get_coordinates(new).tolist()}
    return np.array(sorted(there & own)).reshape(-1, 2)
