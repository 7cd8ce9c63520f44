"""Features that ought to lie within one feature of another layer, as a patch lies in one village."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from ..finding import Finding
from .case import Case
from .coverages import DUST, sizes
from .rule import check

__all__: list[str] = []

Array = np.ndarray[Any, Any]


@check("not_within")
def not_within(case: Case) -> Iterator[Finding]:
    """A feature that lies within no single feature of another layer; told with what lies outside the one that holds most of it.

    Parts no wider on average than the tolerance are none. Features that are not valid, or that meet one of the other layer that is not, are not
    judged. Parameters: other (page), several (1: only features that share ground with more than one of the other layer).
    """
    other = case.require(case.rule.parameters["other"])
    if case.table.geometry is None or other.table.geometry is None:
        return
    shapes, holders = case.polygons, other.table.shapes
    flat = (shapely.get_dimensions(holders) == 2) & np.isfinite(shapely.length(holders))
    valid = flat & shapely.is_valid(holders)
    tree = shapely.STRtree(shapes)
    judged = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    judged[np.unique(tree.query(holders[flat & ~valid])[1])] = False
    covered, names = np.zeros(len(shapes), dtype=bool), other.keys()
    for at in np.flatnonzero(valid):
        case.progress.check()
        covered[tree.query(holders[at], predicate="covers")] = True
    rest = np.flatnonzero(judged & ~covered)
    for row in rest[shapely.is_valid(shapes[rest])].tolist():
        yield from _told(case, row, shapes[row], holders[valid], names[valid], other.name)


def _told(case: Case, row: int, shape: Any, holders: Array, names: Array, beside: str) -> Iterator[Finding]:
    near = np.flatnonzero(shapely.intersects(holders, shape))
    shared = shapely.intersection(holders[near], shape)
    taken = _wide(case, shared)[2]
    if case.rule.parameters.get("several") == "1" and len(np.unique(taken)) < 2:
        return
    most = near[np.argmax(shapely.area(shared))] if len(taken) else None
    parts, area, _ = _wide(case, np.array([shape if most is None else shapely.difference(shape, holders[most])], dtype=object))
    if len(parts):
        size, value = float(area.sum()), "∅" if most is None else str(names[most])
        yield case.found(row, where=shapely.multipolygons(parts), beside=beside, value=value, size=f"{size:.2f}", area=size)


def _wide(case: Case, shapes: Array) -> tuple[Array, Array, Array]:
    """The polygons of shapes that are wider than the tolerance, their areas in m², and the shape that each is of."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_dimensions(parts) == 2
    parts, of = parts[flat], of[flat]
    area, width = sizes(case, parts)
    wide = width > max(case.tolerance, DUST)
    return parts[wide], area[wide], of[wide]
