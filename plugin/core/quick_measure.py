"""Area and length of one shape, quick enough for a map that is being drawn.

Formulas and roundings are those of `ellipsoid` and `rings`, which measure whole layers. With a few dozen vertices all the time goes into the
number of numpy's steps, so here they are few and wide; tests hold both to the same areas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from . import ellipsoid
from .bare_wkb import HOLE, LINE, Path
from .measure import round_half_away
from .projection import mover, same_crs
from .rings import POLE, REACH

__all__ = ["area", "length"]

Floats = NDArray[np.float64]

_LONLAT = "EPSG:4490"
# the factors of the monomials of `_terms` in the brackets of latitude and longitude (see `ellipsoid.inverse`)
_BRACKETS = np.array([[-5, -3, -1, 9, 61 / 30, 90 / 30, 0, 0, 45 / 30], [-1, -2, -1, 0, 5 / 20, 28 / 20, 6 / 20, 8 / 20, 24 / 20]])
_BRACKETS /= np.array([[-24.0], [6.0]])
_HEADS = np.array([[-0.5], [1.0]])
_ROOM = np.array([[1.0 / REACH], [1.0 / POLE]])
_START = np.zeros(1, dtype=np.intp)


def area(found: Sequence[Path], crs: str) -> float | None:
    """Area (m², two decimals) of the polygons of one shape by the official series, as `measure.areas`; None where there is none.

    found: `bare_wkb.paths`; crs: theirs. A CGCS2000 Gauss–Krüger shape on its own plane, any other in the 3° zone that its middle lies in.
    CrsError `crs.unknown`, `crs.no_shift`, `crs.failed`.
    """
    rings = [one for one in found if one[1] != LINE]
    if not rings:
        return None
    points = rings[0][0] if len(rings) == 1 else np.concatenate([one for one, _ in rings])
    plane = _on_plane(points, crs)
    if plane is None:
        return None
    starts = np.cumsum([0, *(len(one) for one, _ in rings[:-1])]) if len(rings) > 1 else _START
    total = sum(-abs(one) if kind == HOLE else abs(one) for one, (_, kind) in zip(_sums(plane, starts), rings))
    exact: Any = Decimal(repr(total))
    return float(round_half_away(exact, ellipsoid.formula().area_decimals))


def length(found: Sequence[Path], crs: str) -> float | None:
    """Length (m, not rounded) of the lines of one shape, of polygons that of all rings, as `measure.lengths`; None where there is none."""
    if not found:
        return None
    _, move = _way(crs)
    total = 0.0
    for points, _ in found:
        lonlat = move(points) if move else points
        total += float(ellipsoid.edge_lengths(lonlat[:-1], lonlat[1:], _steps().geod).sum())
    return total


def _on_plane(points: Floats, crs: str) -> Floats | None:
    """(2, n): offset from the central meridian and northing, m; None for coordinates that are none."""
    zone, move = _way(crs)
    if zone:
        plane = np.ascontiguousarray(points.T)
        plane[0] -= zone.easting
    else:
        lonlat = move(points) if move else points
        middle = (lonlat[:, 0].min() + lonlat[:, 0].max()) / 2.0
        if not abs(middle) <= 180.0:
            return None
        zone = ellipsoid.zone_at(float(middle))
        plane = np.array(ellipsoid.forward(lonlat[:, 0], lonlat[:, 1], zone))
        plane[0] -= zone.easting
    return plane if np.abs(plane * _ROOM).max() < 1.0 else None


@lru_cache(maxsize=64)
def _way(crs: str) -> tuple[ellipsoid.Zone | None, Any]:
    """The plane that coordinates of a CRS lie on, or what brings them to longitude and latitude (None where they are)."""
    return ellipsoid.zone_of(crs), None if same_crs(crs, _LONLAT) else mover(crs, _LONLAT)


def _sums(plane: Floats, starts: NDArray[np.intp]) -> list[float]:
    """Signed area (m²) of each ring, its edges over the limit split on the plane; see `rings.series_areas`."""
    c = _steps()
    step = plane[:, 1:] - plane[:, :-1]
    size = step * step
    size = size[0] + size[1]
    if len(starts) > 1:
        size[starts[1:] - 1] = 0.0  # from one ring to the next there is no edge
    if size.max() > c.longest * c.longest:
        pieces = (np.sqrt(size) * c.per_longest).astype(np.intp) + 1
        first = np.cumsum(pieces) - pieces
        edge = np.repeat(np.arange(len(pieces)), pieces)
        share = (np.arange(len(edge)) - first.take(edge)) / pieces.take(edge)
        plane = np.concatenate([plane.take(edge, 1) + share * step.take(edge, 1), plane[:, -1:]], axis=1)
        starts = first[starts] if len(starts) > 1 else starts
    series, longitude = _terms(plane)
    series -= series[0]
    terms = (series[1:] + series[:-1]) * (longitude[1:] - longitude[:-1])
    if len(starts) == 1:
        return [float(terms.sum()) * c.whole]
    terms[starts[1:] - 1] = 0.0
    found: list[float] = (np.add.reduceat(terms, starts) * c.whole).tolist()
    return found


def _terms(plane: Floats) -> tuple[Floats, Floats]:
    """F(B) and L of points on the plane; see `ellipsoid.area_terms`."""
    c = _steps()
    offset, north = np.floor(plane * c.grain + c.tie)
    e = north * c.k[0]
    s = np.sin(e)
    s2 = s * s
    foot = e + s * np.cos(e) * (((s2 * c.k[4] + c.k[3]) * s2 + c.k[2]) * s2 + c.k[1])
    cos = np.cos(foot)
    t = np.sin(foot) / cos
    parts = np.empty((9, len(t)))  # 1, t², n², n²t², and all of them by y², then y²t⁴
    parts[0] = 1.0
    t2, n2 = np.multiply(t, t, parts[1]), np.multiply(cos * cos, c.second, parts[2])
    np.multiply(n2, t2, parts[3])
    v2 = n2 + c.one
    y = offset * c.polar * np.sqrt(v2)
    y2 = np.multiply(y, y, parts[4])
    np.multiply(parts[1:4], y2, parts[5:8])
    np.multiply(parts[5], t2, parts[8])
    place = _BRACKETS @ parts
    place *= y2
    place += _HEADS
    place[0] *= t * v2 * y2
    place[0] += foot
    place[1] *= y
    place[1] /= cos
    place *= c.unit
    place += c.half
    latitude, longitude = np.floor(place, place)
    s = np.sin(latitude * c.radian)
    s2 = s * s
    p = c.powers
    return s * ((((p[4] * s2 + p[3]) * s2 + p[2]) * s2 + p[1]) * s2 + p[0]), longitude


@dataclass(frozen=True)
class _Steps:
    """The constants of the formula as numpy takes them quickest: of no dimension."""

    k: list[Any]
    powers: list[Any]
    grain: Any
    tie: Any
    second: Any
    polar: Any
    unit: Any
    radian: Any
    one: Any
    half: Any
    longest: float
    per_longest: float
    whole: float
    geod: Geod


@lru_cache(maxsize=1)
def _steps() -> _Steps:
    f = ellipsoid.formula()
    grain, unit = 10.0**f.plane_decimals, ellipsoid.SECONDS * 10.0**f.angle_decimals
    k0, k1, k2, k3, k4 = f.k
    number = np.array
    return _Steps(
        [number(one) for one in (k0 / grain, k1, -k2, k3, -k4)], [number(one) for one in f.powers], number(grain), number(ellipsoid.TIE),
        number(f.second), number(1.0 / (f.c * grain)), number(unit), number(1.0 / unit), number(1.0), number(0.5),
        f.longest, 1.0 / f.longest, -0.5 * f.b * f.b / unit, Geod(a=f.a, rf=f.inverse_flattening),
    )
