"""Polygons as flat vertices and rings, and sums along the rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from . import ellipsoid
from .ellipsoid import Formula

__all__ = ["POLE", "REACH", "Rings", "flatten", "lines_of", "series_areas"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
_COLLECTIONS = (4, 5, 6, 7)
# eastings this far from the false easting belong to another zone; northings beyond the pole are none, m
REACH, POLE = 500_000.0, 10_002_000.0


@dataclass(frozen=True)
class Rings:
    """All rings of some shapes, one after the other, each closed (its last vertex is its first).

    east, north: coordinates of the vertices; start, end: where each ring lies among them; owner: the shape of each ring; hole: is it one.
    """

    east: Floats
    north: Floats
    start: Ints
    end: Ints
    owner: Ints
    hole: NDArray[np.bool_]

    def gather(self, areas: Floats, count: int) -> Floats:
        """Areas of rings (any sign) as areas of the `count` shapes: shells less holes."""
        summed: Floats = np.bincount(self.owner, np.where(self.hole, -np.abs(areas), np.abs(areas)), count).astype(float)
        return summed


def flatten(shapes: NDArray[Any]) -> Rings:
    """The rings of polygons, multipolygons and collections; other geometry, None and empty ones have none."""
    parts, owner = _parts(shapes)
    rings, part = shapely.get_rings(parts, return_index=True)
    counts = shapely.get_num_coordinates(rings)
    if len(counts) and counts.min() == 0:
        rings, part, counts = rings[counts > 0], part[counts > 0], counts[counts > 0]
    vertices = shapely.get_coordinates(rings)
    end = np.cumsum(counts)
    hole = np.zeros(len(part), dtype=bool)
    hole[1:] = part[1:] == part[:-1]
    return Rings(vertices[:, 0], vertices[:, 1], end - counts, end, owner[part], hole)


def lines_of(shapes: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    """All lines and rings of some shapes with the position of the shape each belongs to; points have none."""
    parts, owner = _parts(shapes)
    is_line = np.isin(shapely.get_type_id(parts), (1, 2))
    around, part = shapely.get_rings(parts, return_index=True)
    return np.concatenate([parts[is_line], around]), np.concatenate([owner[is_line], owner[part]])


def _parts(shapes: NDArray[Any]) -> tuple[NDArray[Any], Ints]:
    parts, owner = shapes, np.arange(len(shapes))
    while np.isin(shapely.get_type_id(parts), _COLLECTIONS).any():
        parts, index = shapely.get_parts(parts, return_index=True)
        owner = owner[index]
    return parts, owner


def series_areas(rings: Rings, east: Floats, north: Floats, easting: float, f: Formula) -> Floats:
    """Signed area (m², not rounded) of each ring by the official series, from its vertices on a Gauss–Krüger plane.

    east, north: the rings' vertices on the plane, m; easting: false easting with prefix. Edges over `f.longest` are split on the plane into
    floor(length / longest) + 1 equal pieces. With L0 anywhere, Σ (L1+L2)/2 · (F2 − F1) = −Σ (F1+F2)/2 · (L2 − L1) around a closed ring:
    the second keeps only small differences of L, which are whole numbers here, so nothing cancels.
    """
    offset = east - easting
    # an easting of another zone's prefix, or coordinates that are none, must not come out as an area
    lost = (np.abs(offset) > REACH) | ~(np.abs(north) < POLE)
    if lost.any():
        offset, north = np.where(lost, np.nan, offset), np.where(lost, np.nan, north)
    series, longitude = ellipsoid.area_terms(north, offset, f)
    if not lost.all():
        series -= series[np.argmin(lost)]  # any constant vanishes around a ring; near zero the sums keep their last digits
    terms = np.zeros(len(series))
    terms[:-1] = (series[:-1] + series[1:]) * (longitude[1:] - longitude[:-1])
    terms[rings.end - 1] = 0.0
    _split_long(terms, rings, offset, north, series, longitude, f)
    sums = np.add.reduceat(terms, rings.start) if len(rings.start) else np.zeros(0)
    return sums * (-0.5 * f.b * f.b / (ellipsoid.SECONDS * 10.0**f.angle_decimals))


def _split_long(terms: Floats, rings: Rings, offset: Floats, north: Floats, series: Floats, longitude: Floats, f: Formula) -> None:
    """Replace the terms of edges over the limit by the sums of their pieces."""
    run, rise = np.diff(offset), np.diff(north)
    length = run * run + rise * rise
    long = np.flatnonzero(length > f.longest * f.longest)
    long = long[~np.isin(long, rings.end - 1)]
    if not len(long):
        return
    pieces = np.floor(np.sqrt(length[long]) / f.longest).astype(np.intp) + 1
    first = np.cumsum(pieces) - pieces
    step = np.arange(pieces.sum()) - np.repeat(first, pieces)
    share = step / np.repeat(pieces, pieces)
    start = np.repeat(long, pieces)
    # the chain of each edge: its own start, the points between, and the next vertex taken from the edge's end
    f1, l1 = ellipsoid.area_terms(north[start] + share * rise[start], offset[start] + share * run[start], f)
    f1 += series[long[0]] - f1[0]
    f2, l2 = np.append(f1[1:], 0.0), np.append(l1[1:], 0.0)
    last = first + pieces - 1
    f2[last], l2[last] = series[long + 1], longitude[long + 1]
    terms[long] = np.add.reduceat((f1 + f2) * (l2 - l1), first)
