"""Lines and the points on them: boundary points off their line, ends that meet no other, lines cut where nothing meets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from ..finding import Finding
from .case import Case
from .plane import scales
from .rule import check

__all__: list[str] = []

Array = np.ndarray[Any, Any]

DUST = 1e-6  # metres: a point set on a line misses it by as much


@check("point_off_line")
def point_off_line(case: Case) -> Iterator[Finding]:
    """A point farther than the tolerance from every line of another layer. Parameters: other (page of lines, or of polygons, whose rings count)."""
    if case.table.geometry is None:
        return
    other = case.require(case.rule.parameters["other"])
    if other.table.geometry is None:
        return
    points, row = shapely.get_parts(case.table.shapes, return_index=True)
    real = (shapely.get_type_id(points) == 0) & ~shapely.is_empty(points)
    points, row = points[real], row[real]
    real = np.isfinite(shapely.get_coordinates(points)).all(axis=1)
    points, row = points[real], row[real]
    scale = scales(points, case.table.crs)
    flat = shapely.force_2d(shapely.transform(points, lambda places: places * scale))
    shapes = other.table.shapes
    lines = np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes)
    lines = shapely.transform(lines[shapely.get_dimensions(lines) == 1], lambda places: places * scale)
    away = np.full(len(points), np.inf)
    if len(lines):
        (at, _), distance = shapely.STRtree(lines).query_nearest(flat, return_distance=True, all_matches=False)
        away[at] = distance
    for at in np.flatnonzero(away > max(case.tolerance, DUST)).tolist():
        yield case.found(int(row[at]), where=points[at], beside=other.name, was=f"{away[at]:.4f}" if np.isfinite(away[at]) else "∞")


@dataclass(frozen=True)
class _Ends:
    """Lines in metres with the row of each, and both ends of each line.

    part: the line of an end; places, flat: the end as stored and in metres; group: the first end that is at the same place within the tolerance.
    """

    lines: Array
    of_row: Array
    part: Array
    places: Array
    flat: Array
    group: Array


def _ends(case: Case) -> _Ends:
    parts, row = shapely.get_parts(case.table.shapes, return_index=True)
    real = (shapely.get_type_id(parts) == 1) & ~shapely.is_empty(parts) & np.isfinite(shapely.length(parts))
    parts, row = shapely.force_2d(parts[real]), row[real]
    scale = scales(parts, case.table.crs)
    lines = shapely.transform(parts, lambda places: places * scale)
    places = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    flat = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    part = np.tile(np.arange(len(parts)), 2)
    group = np.arange(len(flat))
    if len(flat):
        one, other = shapely.STRtree(flat).query(flat, predicate="dwithin", distance=case.tolerance)
        np.minimum.at(group, one, other)
    return _Ends(lines, row, part, places, flat, group)


@check("line_dangles")
def line_dangles(case: Case) -> Iterator[Finding]:
    """An end of a line at which no other ends, nor the same one (a closed line has no end)."""
    if case.table.geometry is None:
        return
    ends = _ends(case)
    if not len(ends.flat):
        return
    one, _ = shapely.STRtree(ends.flat).query(ends.flat, predicate="dwithin", distance=case.tolerance)
    for at in np.flatnonzero(np.bincount(one, minlength=len(ends.flat)) < 2).tolist():
        yield case.found(int(ends.of_row[ends.part[at]]), where=ends.places[at])


@check("line_unsplit")
def line_unsplit(case: Case) -> Iterator[Finding]:
    """A place where two lines alike meet, one of them at its end, and no third: one line in two pieces, or a line that is not cut where another ends.

    Parameters: fields (parted by |; only lines equal in them are alike; without it all are).
    """
    if case.table.geometry is None:
        return
    ends, fields = _ends(case), case.rule.words("fields")
    case.table.require(*fields)
    alike = list(zip(*(case.table.text(name).tolist() for name in fields))) if fields else [()] * len(case.table)
    keys = case.keys()
    first = np.flatnonzero(ends.group == np.arange(len(ends.flat)))
    if not len(first):
        return
    at, part = shapely.STRtree(ends.lines).query(ends.flat[first], predicate="dwithin", distance=case.tolerance)
    order = np.lexsort((part, at))
    for group in np.split(order, np.flatnonzero(np.diff(at[order])) + 1):
        rows = np.unique(ends.of_row[part[group]])
        if len(group) == 2 and len(rows) == 2 and alike[rows[0]] == alike[rows[1]]:
            yield case.found(int(rows[0]), where=ends.places[first[at[group[0]]]], other=str(keys[rows[1]]))
