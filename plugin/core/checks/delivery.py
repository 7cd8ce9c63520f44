"""What a layer must be before its rows are looked at: there, in a known CRS of the right datum, with shapes of the right kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import shapely

from ..crs import crs_of
from ..errors import CrsError
from ..finding import Finding
from ..projection import same_crs
from ..zone_check import check_zone
from .case import Case
from .rule import check

__all__: list[str] = []

_DIMENSION = {"point": 0, "line": 1, "polygon": 2}
_WORDS = {0: "point", 1: "line", 2: "polygon"}


@check("layer_empty")
def layer_empty(case: Case) -> Iterator[Finding]:
    """A layer without a row."""
    if not len(case.table):
        yield case.found(-1)


@check("crs_missing")
def crs_missing(case: Case) -> Iterator[Finding]:
    """A layer with shapes and without a CRS."""
    if case.table.geometry is not None and not case.table.crs:
        yield case.found(-1)


@check("crs_other_datum")
def crs_other_datum(case: Case) -> Iterator[Finding]:
    """A layer in a CRS on another datum. Parameters: datum (words that its name holds one of, parted by |)."""
    if case.table.geometry is None or not case.table.crs:
        return
    try:
        known = crs_of(case.table.crs)
    except CrsError:
        yield case.found(-1, say="crs_unknown", was=case.table.crs[:80])
        return
    name = known.datum.name if known.datum is not None else known.name
    if not any(word.lower() in name.lower() for word in case.rule.words("datum")):
        yield case.found(-1, was=name, should=case.rule.words("datum")[0])


@check("crs_differs")
def crs_differs(case: Case) -> Iterator[Finding]:
    """A layer in another CRS than the first layer of the run that has one."""
    first = next((one for one in case.others.values() if one.table.geometry is not None and one.table.crs), None)
    if first is None or case.table.geometry is None or not case.table.crs or first.table.crs is None:
        return
    if not same_crs(first.table.crs, case.table.crs):
        names = [crs_of(one).name for one in (case.table.crs, first.table.crs)]
        yield case.found(-1, was=names[0], should=names[1], beside=first.name)


@check("coordinates_misplaced")
def coordinates_misplaced(case: Case) -> Iterator[Finding]:
    """Coordinates that contradict the zone that the CRS names: prefix, axes, degrees; one finding for each kind."""
    if case.table.geometry is None or not case.table.crs:
        return
    for one in check_zone(case.table.geometry, case.table.crs, case.layer.name):
        yield replace(one, severity=case.rule.severity, row=str(case.keys()[int(one.row) - 1]))


@check("geometry_missing")
def geometry_missing(case: Case) -> Iterator[Finding]:
    """A row without a shape, or with an empty one."""
    if case.table.geometry is None:
        if case.layer.page is not None and case.layer.page.geometry != "none":
            yield case.found(-1, say="geometry_none", should=case.layer.page.geometry)
        return
    shapes = case.table.geometry
    for row in np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes)).tolist():
        yield case.found(row)


@check("geometry_not_finite")
def geometry_not_finite(case: Case) -> Iterator[Finding]:
    """A shape with a coordinate that is no number or endless; a place that lies nowhere is drawn nowhere."""
    if case.table.geometry is None:
        return
    shapes = case.table.geometry
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    bad = ~np.isfinite(points).all(axis=1)
    rows, first = np.unique(owner[~bad], return_index=True)
    good = dict(zip(rows.tolist(), points[~bad][first]))
    for row in np.unique(owner[bad]).tolist():
        yield case.found(row, where=shapely.Point(good[row]) if row in good else shapely.Point())


@check("geometry_curved")
def geometry_curved(case: Case) -> Iterator[Finding]:
    """A shape with arcs, where boundaries are straight between their points."""
    for row in sorted(case.layer.curved):
        yield case.found(row)


@check("geometry_kind")
def geometry_kind(case: Case) -> Iterator[Finding]:
    """A shape of another kind than the page states: a line among polygons, a collection of both."""
    page, shapes = case.layer.page, case.table.geometry
    if page is None or shapes is None or page.geometry not in _DIMENSION:
        return
    kinds = shapely.get_type_id(shapes)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    for row in np.flatnonzero(there & ((shapely.get_dimensions(shapes) != _DIMENSION[page.geometry]) | (kinds == 7))).tolist():
        was = "collection" if kinds[row] == 7 else _WORDS[int(shapely.get_dimensions(shapes[row]))]
        yield case.found(row, was=was, should=page.geometry)
