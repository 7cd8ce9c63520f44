"""Faults of a layer that ought to tile its ground: overlaps, gaps, and vertices that a neighbour's edge lacks.

All three come from one network of the layer (`Case.network`): edges that found their mate are done with, so a clean layer leaves only its
outer boundary to look at. Rows that are not valid take no part, see `coverage_faces`. At tolerance 0 only vertices that are the same bit for
bit meet; otherwise gaps and overlaps no wider on average than the tolerance are none, and a vertex within it of a neighbour's edge is missing there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from .. import measure
from ..coverage import overlaps
from ..coverage_faces import Faces, faces_of, rows_at
from ..finding import Finding
from .case import Case
from .plane import widths
from .rule import check

__all__ = ["DUST", "faces", "sizes"]

Array = np.ndarray[Any, Any]

DUST = 1e-6  # metres: what is narrower comes from rounding of coordinates


def faces(case: Case) -> Faces:
    """The faces of the layer's edges without a mate, made once for all rules."""
    return case.shelf.get(("faces", id(case.layer.table)), lambda: _faces(case), closed=False)


def _faces(case: Case) -> Faces:
    net, shapes = case.network(), case.polygons
    rows = np.unique(net.rows_of(np.concatenate([net.alone, net.crowded])))
    doubtful = np.zeros(len(shapes), dtype=bool)
    doubtful[rows] = ~shapely.is_valid(shapes[rows])
    return faces_of(shapes, case.units, case.progress.quiet(), net, doubtful)


def sizes(case: Case, shapes: Array) -> tuple[Array, Array]:
    """Areas in m² and mean widths in metres of polygons in the CRS of the layer."""
    crs = case.table.crs
    area = measure.areas(shapes.copy(), crs, layer=case.layer.name) if crs and len(shapes) else shapely.area(shapes)
    return area, widths(shapes, crs)


@check("gap")
def gap(case: Case) -> Iterator[Finding]:
    """Ground that the rows enclose and none covers."""
    if case.table.geometry is None:
        return
    found = faces(case).gaps
    area, width = sizes(case, found)
    for at in np.flatnonzero(width > max(case.tolerance, DUST)).tolist():
        yield case.found(-1, where=found[at], was=f"{width[at]:.4f}", size=f"{area[at]:.2f}", area=float(area[at]))


@check("overlap")
def overlap(case: Case) -> Iterator[Finding]:
    """Ground that two rows claim; each pair of rows once."""
    if case.table.geometry is None:
        return
    rows = rows_at(case.polygons, faces(case).shared, case.progress.quiet())
    rows = rows[shapely.is_valid(case.polygons[rows])]
    pairs = overlaps(case.table.with_geometry(case.polygons), 0.0, case.progress.quiet(), rows)
    area, width = sizes(case, pairs.shapes)
    keys = case.keys()
    for at in np.flatnonzero(width > max(case.tolerance, DUST)).tolist():
        row, other = int(pairs.left[at]), str(keys[pairs.right[at]])
        yield case.found(row, where=pairs.shapes[at], other=other, was=f"{width[at]:.4f}", size=f"{area[at]:.2f}", area=float(area[at]))


@check("vertex_missing")
def vertex_missing(case: Case) -> Iterator[Finding]:
    """A vertex that lies on the edge of a neighbour, which does not have it. Told on the row of the edge."""
    if case.table.geometry is None:
        return
    net = case.network()
    rows = net.rows_of(net.inserted)
    valid = np.zeros(len(case.table), dtype=bool)
    some = np.unique(rows)
    valid[some] = shapely.is_valid(case.polygons[some])
    for at in np.flatnonzero(valid[rows]).tolist():
        yield case.found(int(rows[at]), where=shapely.Point(net.xy[net.inserted[at]]))
