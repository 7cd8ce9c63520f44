"""Numbered boundary points, the sides between them, and the list of coordinates of each parcel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import topology
from ..arcs import Arcs, arcs, join
from ..errors import InputError
from ..finding import Finding
from ..measure import lengths, round_half_away
from ..progress import SILENT, Progress
from ..schema import Layer, Pack
from ..table import Table
from .boundary_lines import overlapping
from .corners import corners
from .numbering import Walk, numbers, walk
from .plane import Plane, or_none, plane_of, row_keys

__all__ = ["KEYS", "BoundaryPoints", "Choices", "boundary_points"]

Array = np.ndarray[Any, Any]

KEYS = ("ZDDM", "ZHDM", "BDCDYH", "ZRZYDJDYH", "TBBSM", "BSM")  # fields that may name a parcel, the best first


@dataclass(frozen=True)
class Choices:
    """How points are chosen and numbered.

    angle: least turn in degrees. tolerance: metres from the straight line within which a vertex is dropped (0 = none); corners of
    neighbours within it, and always within `same` metres, are one. start: north_west, or nearest to `start_point` (x, y and its CRS, None for the
    layer's). numbering: parcel or layer. prefix: before the number. key: the field that names a parcel.
    """

    angle: float = 0.0
    tolerance: float = 0.0
    start: str = "north_west"
    start_point: tuple[float, float, str | None] | None = None
    numbering: str = "parcel"
    prefix: str = "J"
    key: str | None = None
    same: float = 0.001  # the last place of a surveyed coordinate


@dataclass(frozen=True)
class BoundaryPoints:
    """points: one row a place (JZD). lines: one row a side (JZX). listed: rows of the list, rings closed by their first point."""

    points: Table
    lines: Table
    listed: Table
    plane: Plane
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Case:
    """What the three results are written from."""

    table: Table
    plane: Plane
    net: topology.Network
    way: Walk
    names: Array  # (K,) number with prefix of each listed point
    keys: Array  # (n,) name of each row
    pack: Pack | None

    def page(self, name: str) -> Layer | None:
        return self.pack.layers.get(name) if self.pack else None


def boundary_points(table: Table, choices: Choices, pack: Pack | None = None, progress: Progress = SILENT) -> BoundaryPoints:
    """The boundary points of the parcels of `table` (polygons), shared ones once (domain-rules §3, Boundary points).

    Work is done on the plane of the list (see plane.py); shapes come back in the CRS of the table. InputError
    `points.no_start` when `nearest` has no start point. Raises Cancelled.
    """
    if choices.start == "nearest" and choices.start_point is None:
        raise InputError("points.no_start")
    plane = plane_of(table)
    flat = plane.flat(table)
    tolerance = topology.units_of(choices.tolerance, plane.crs)
    same = topology.units_of(max(choices.tolerance, choices.same), plane.crs)
    net = topology.network(flat.shapes, same, progress.part(0.0, 0.4))
    found = arcs(net, progress.part(0.4, 0.5))
    kept, finer = corners(net, found, choices.angle, tolerance, progress.part(0.5, 0.65))
    way = walk(net, kept, _start(table, plane, choices))
    number = numbers(net, way, choices.numbering)
    names = np.array([choices.prefix + str(one) for one in range(int(number.max(initial=0)) + 1)], dtype=object)[number]
    case = _Case(table, plane, net, way, names, _keys(table, choices.key), pack)
    progress.at(0.7)
    listed = _listed(case)
    points, place = _points(case, progress.part(0.75, 0.85))
    lines = _lines(case, found, kept, progress.part(0.85, 1.0))
    counts = {
        "points": len(points),
        "shared": int((np.bincount(place, minlength=len(points)) > 1).sum()),
        "sides": len(lines),
        "rings": len(net.row),
        "inserted": net.added,
        "finer_rings": finer,
    }
    return BoundaryPoints(points, lines, listed, plane, overlapping(table, net, case.keys), counts)


def _start(table: Table, plane: Plane, choices: Choices) -> tuple[float, float] | None:
    if choices.start != "nearest" or choices.start_point is None:
        return None
    x, y, crs = choices.start_point
    one = Table(pd.DataFrame({"A": [1]}), np.array([shapely.Point(x, y)], dtype=object), crs or table.crs, table.name)
    moved = plane.flat(one).shapes[0]
    return float(moved.x), float(moved.y)


def _keys(table: Table, field_name: str | None) -> Array:
    """A name for each row: of the field asked for, or the first that tells all rows apart; the position where it is empty."""
    if not field_name:
        return row_keys(table, *KEYS)
    text = table.text(field_name).to_numpy(dtype=object)
    positions = np.array([str(at + 1) for at in range(len(table))], dtype=object)
    keys: Array = np.where(text == "", positions, text)
    return keys


def _listed(case: _Case) -> Table:
    """Rows of the list: parcel, point, ring, order in the ring, X north, Y east with zone, side to the next; the first point closes."""
    net, way = case.net, case.way
    size = np.diff(way.first)
    some = np.flatnonzero(size)
    rows = np.repeat(np.arange(len(some)), size[some] + 1)
    step = np.arange(len(rows)) - np.repeat(np.append(0, np.cumsum(size[some] + 1))[:-1], size[some] + 1)
    closing = step == size[some][rows]
    at = way.first[some][rows] + np.where(closing, 0, step)
    xy, ring = net.xy[way.vertex[at]], way.ring[at]
    frame = pd.DataFrame(
        {
            "ROW": net.row[ring],
            "PARCEL": case.keys[net.row[ring]],
            "JZDH": case.names[at],
            "RING": way.ring_no[ring],
            "SXH": step + 1,
            "X": round_half_away(xy[:, 1], 3),
            "Y": round_half_away(xy[:, 0] + case.plane.shift, 3),
            "SIDE": np.where(closing, np.nan, round_half_away(way.side[at], 2)),
        }
    )
    return Table(frame, None, case.table.crs, "JZD_LIST")


def _points(case: _Case, progress: Progress) -> tuple[Table, Array]:
    """One row a place, in the order of first numbering, with all parcels and numbers it has; and the place of each listed point."""
    net, way, keys, names = case.net, case.way, case.keys, case.names
    progress.at(0.0)
    _, first, slot = np.unique(topology.vertex_keys(net.xy[way.vertex]), return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    place, first = rank[slot.ravel()], np.sort(first)
    row = net.row[way.ring]
    parcels, claims = _claims(case, place, row, progress)
    begins = np.flatnonzero(np.append(True, row[1:] != row[:-1])) if len(row) else np.empty(0, dtype=int)
    order = np.arange(len(row)) - np.repeat(begins, np.diff(np.append(begins, len(row)))) + 1
    xy = net.xy[way.vertex[first]]
    page = case.page("JZD")
    frame = pd.DataFrame(
        {
            "BSM": np.arange(1, len(first) + 1),
            "YSDM": np.full(len(first), page.ysdm if page else None, dtype=object),
            "ZDZHDM": keys[row[first]],
            "JZDH": names[first],
            "SXH": order[first],
            "XZBZ": round_half_away(xy[:, 1], 3),
            "YZBZ": round_half_away(xy[:, 0] + case.plane.shift, 3),
            "PARCELS": parcels,
            "NUMBERS": claims,
        }
    )
    shapes = np.asarray(shapely.points(xy), dtype=object).reshape(-1)
    return Table(frame, case.plane.back(shapes, case.table.crs), case.table.crs, "JZD", page), place


def _claims(case: _Case, place: Array, row: Array, progress: Progress) -> tuple[Array, Array]:
    """All parcels that have each place, and their numbers there: A、B and A:J2、B:J1, in the order of the rows."""
    order = np.lexsort((np.arange(len(row)), row, place))
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (place[order][1:] == place[order][:-1]) & (row[order][1:] == row[order][:-1])
    order = order[~again]
    count = np.bincount(place[order])
    first = np.cumsum(count) - count
    parcel = case.keys[row[order]]
    progress.at(0.3)
    named = parcel + np.array(":", dtype=object) + case.names[order]
    parcels, claims = parcel[first], named[first]
    for more in range(1, int(count.max(initial=1))):
        progress.at(0.5)
        at = np.flatnonzero(count > more)
        parcels[at] = parcels[at] + np.array("、", dtype=object) + parcel[first[at] + more]
        claims[at] = claims[at] + np.array("、", dtype=object) + named[first[at] + more]
    progress.at(1.0)
    return parcels, claims


def _lines(case: _Case, found: Arcs, kept: Array, progress: Progress) -> Table:
    """One row a side, clockwise around the parcel on its right (ZDZHDM); LEFT_PARCEL lies on the other side."""
    net, way, edges = case.net, case.way, found.edges
    breaks = kept[edges] if len(edges) else np.empty(0, dtype=bool)
    breaks[found.start[:-1]] = True
    start = np.append(np.flatnonzero(breaks), len(edges))
    arc = np.repeat(np.arange(len(found.left)), np.diff(found.start))[start[:-1]]
    reverse = found.reverse[arc]
    shapes = join(net, edges, start, reverse, progress.part(0.0, 0.4))
    # the listed point at either end, in the ring of the parcel on the right
    listed = np.full(len(net.xy), -1, dtype=np.int64)
    listed[way.vertex] = np.arange(len(way.vertex))
    head, last = edges[start[:-1]], edges[start[1:] - 1]
    tail = np.where(net.mate[last + 1] == topology.CLOSING, net.start[np.searchsorted(net.start, last, side="right") - 1], last + 1)
    from_, to = np.where(reverse, listed[tail], listed[head]), np.where(reverse, listed[head], listed[tail])
    left, right, page = found.left[arc], found.right[arc], case.page("JZX")
    shapes = case.plane.back(shapes, case.table.crs)
    measured = lengths(shapes, case.table.crs, progress.part(0.5, 1.0), case.table.name) if case.table.crs else np.full(len(shapes), np.nan)
    frame = pd.DataFrame(
        {
            "BSM": np.arange(1, len(shapes) + 1),
            "YSDM": np.full(len(shapes), page.ysdm if page else None, dtype=object),
            "ZDZHDM": case.keys[right],
            "JZXCD": round_half_away(way.side[from_], 2),
            "FROM_POINT": case.names[from_],
            "TO_POINT": case.names[to],
            "LEFT_PARCEL": or_none(left >= 0, case.keys, left),
            "LENGTH": round_half_away(measured, 2),
        }
    )
    return Table(frame, shapes, case.table.crs, "JZX", page)
