"""The one measure: rounding, units, areas and lengths on the CGCS2000 ellipsoid."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from threading import Lock
from typing import Any, overload

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

from . import ellipsoid, projection, rings
from .ellipsoid import sheet_area, zone_of
from .errors import CrsError, InputError
from .progress import SILENT, Progress
from .shared import Shared
from .zone_check import check_zone

__all__ = [
    "METHODS", "UNITS", "ZONES", "Basis", "areas", "basis", "check_zone", "convert", "hundredths", "lengths", "multiply_round",
    "round_half_away", "sheet_area", "zone_of",
]

Floats = NDArray[np.float64]
Shapes = NDArray[Any]

METHODS = ("cgcs2000_series", "geodesic", "planar")
ZONES = ("auto", "deg3", "deg6")
_LONLAT = "EPSG:4490"
# vertices measured in one go: a few dozen MB while both threads work
_CHUNK = 250_000
_COUNTING = Lock()

# size of one unit in metres or square metres, as a ratio of whole numbers (1 mu = 10000/15 m², domain-rules §1)
UNITS = {"m2": (1, 1), "ha": (10_000, 1), "mu": (10_000, 15), "km2": (1_000_000, 1), "m": (1, 1), "km": (1_000, 1)}

_EXACT = Context(prec=60)
# a float and what a few operations did to it lie within this share of the decimal meant
_DOUBT = 2.0**-50


@overload
def round_half_away(values: float, decimals: int) -> float: ...  # type: ignore[overload-overlap]
@overload
def round_half_away(values: ArrayLike, decimals: int) -> Floats: ...
def round_half_away(values: Any, decimals: int) -> Any:
    """Round to `decimals` places, half away from zero on the decimal value a float prints as (domain-rules §1).

    values: a number (a float comes back) or anything numpy takes as float (an array of the same shape comes back; None as NaN).
    NaN and infinities stay. 0.125 → 0.13, 2.675 → 2.68, −0.125 → −0.13 at two places.
    """
    if isinstance(values, Decimal):
        return float(_quantise(values, decimals))
    given = np.asarray(values, dtype=float)
    flat = given.ravel()
    rounded = _rounded(flat, decimals, lambda at: Decimal(repr(float(flat[at]))))
    return float(rounded[0]) if given.ndim == 0 else rounded.reshape(given.shape)


@overload
def multiply_round(a: float, b: float, decimals: int) -> float: ...  # type: ignore[overload-overlap]
@overload
def multiply_round(a: ArrayLike, b: ArrayLike, decimals: int) -> Floats: ...
def multiply_round(a: Any, b: Any, decimals: int) -> Any:
    """a × b of the decimals that the floats print as, rounded half away from zero: 100.60 × 0.1250 = 12.575 → 12.58.

    a, b: numbers or arrays that broadcast. A float product would have lost the tie (12.574999…).
    """
    left, right = np.broadcast_arrays(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    one, other = left.ravel(), right.ravel()
    with np.errstate(invalid="ignore", over="ignore"):
        product = one * other
    rounded = _rounded(product, decimals, lambda at: _EXACT.multiply(Decimal(repr(float(one[at]))), Decimal(repr(float(other[at])))))
    return float(rounded[0]) if left.ndim == 0 else rounded.reshape(left.shape)


def hundredths(values: ArrayLike, decimals: int = 2) -> NDArray[np.int64]:
    """Values as whole hundredths (or whole units of another last place), rounded half away from zero.

    ValueError when one is not finite.
    """
    rounded = round_half_away(np.atleast_1d(np.asarray(values, dtype=float)), decimals)
    if not np.isfinite(rounded).all():
        raise ValueError("hundredths of a value that is not finite")
    whole: NDArray[np.int64] = (rounded * 10.0**decimals + np.copysign(0.5, rounded)).astype(np.int64)
    return whole


def convert(values: ArrayLike, unit: str, source: str = "", decimals: int | None = None) -> Floats:
    """Values from `source` (default m2, or m for a unit of length) to `unit`, rounded when `decimals` are given.

    Units are the keys of `UNITS`: m2, ha, mu, km2, m, km. Rounded from the exact decimal: ha × 15 is mu to the last place.
    """
    (n, d), (m, e) = UNITS[source or ("m" if unit in ("m", "km") else "m2")], UNITS[unit]
    top, bottom = n * e, d * m
    given = np.asarray(values, dtype=float)
    if decimals is None:
        return given * top / bottom
    flat = given.ravel()


    def meant(at: int) -> Decimal:
        return _EXACT.divide(_EXACT.multiply(Decimal(repr(float(flat[at]))), Decimal(top)), Decimal(bottom))

    return _rounded(flat * top / bottom, decimals, meant).reshape(given.shape)


def _rounded(near: Floats, decimals: int, exact: Callable[[int], Decimal]) -> Floats:
    """`near` rounded; where it lies too close to a tie, or has no room for the places, `exact(position)` decides."""
    scale = 10.0**decimals
    with np.errstate(invalid="ignore", over="ignore"):
        size = np.abs(near) * scale
        whole = np.floor(size)
        rest = size - whole
        doubt = np.abs(rest - 0.5) <= size * _DOUBT
        whole += rest > 0.5
        rounded = np.copysign(whole / scale if decimals >= 0 else whole * 10.0**-decimals, near) + 0.0
    finite = np.isfinite(near)
    rounded[~finite] = near[~finite]
    for at in np.flatnonzero(doubt & finite):
        rounded[at] = float(_quantise(exact(int(at)), decimals))
    return rounded


def _quantise(value: Decimal, decimals: int) -> Decimal:
    room = Context(prec=max(60, abs(value.adjusted()) + abs(decimals) + 5), rounding=ROUND_HALF_UP)
    return value.quantize(Decimal(1).scaleb(-decimals), context=room)


@dataclass(frozen=True)
class Basis:
    """How areas are measured: the method, the layer's CRS, and the Gauss–Krüger plane where one is used.

    zone: the plane; own: whether it is the layer's own (else the shapes are brought to it by PROJ and 4490); also: further zones that
    shapes far from the layer's middle were measured in, filled while measuring.
    """

    method: str
    crs: str
    zone: ellipsoid.Zone | None = None
    own: bool = False
    also: dict[str, int] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Method and zone as a result names them: `cgcs2000_series 3°/40 (120°E)`."""
        return f"{self.method} {self.zone.label}" if self.zone else self.method


def basis(shapes: ArrayLike, crs: str | None, method: str = "cgcs2000_series", zone: str = "auto", layer: str = "") -> Basis:
    """The basis on which `areas` measures these shapes (domain-rules §1).

    CGCS2000 Gauss–Krüger data are measured on their own plane; all others on the 3° (auto, deg3) or 6° zone that holds the middle of
    the layer. CrsError `crs.missing`, `crs.unknown`, `crs.no_shift`; InputError `measure.unknown_method` for a word that is none.
    """
    if method not in METHODS or zone not in ZONES:
        raise InputError("measure.unknown_method", method=f"{method} {zone}", choices=", ".join((*METHODS, *ZONES)))
    if not crs:
        raise CrsError("crs.missing", layer=layer)
    flat = not ellipsoid.is_geographic(crs)
    if method == "geodesic" or (method == "planar" and flat):
        return Basis(method, crs)
    plane = ellipsoid.zone_of(crs)
    if plane:
        return Basis(method, crs, plane, True)
    listed = _array(shapes)
    box = shapely.total_bounds(listed) if len(listed) else np.full(4, np.nan)
    longitude = 120.0  # of a layer without shapes: there is nothing to measure, and PROJ refuses a place that is none
    if np.isfinite(box).all():
        middle = shapely.points((box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0)
        there = shapely.get_x(projection.reproject_shapes(np.array([middle]), crs, _LONLAT, layer)[0])
        longitude = there if abs(there) <= 180.0 else longitude
    return Basis(method, crs, ellipsoid.zone_at(longitude, 6 if zone == "deg6" else 3))


def areas(
    shapes: ArrayLike, crs: str | None, method: str = "cgcs2000_series", zone: str = "auto", progress: Progress = SILENT, layer: str = "",
    on: Basis | None = None,
) -> Floats:
    """Areas in m² of n polygons or multipolygons; NaN where there is no polygon, or where it lies outside the CRS's zone.

    cgcs2000_series: the official formula, each to 0.01 m² (cadastre §3.6), the same whatever CRS the layer is stored in; geodesic:
    pyproj.Geod on the CGCS2000 ellipsoid; planar: on the layer's own plane, or that of the zone for geographic data. `on`: the basis,
    where already known.
    """
    listed = _only(shapes, 2)
    how = on or basis(listed, crs, method, zone, layer)
    one = {"cgcs2000_series": _series, "geodesic": _geodesic, "planar": _planar}[how.method]
    found = np.full(len(listed), np.nan)
    for part, values in _both_cores(listed, lambda some: one(some, how, layer), progress):
        found[part] = values
    found[shapely.is_missing(listed)] = np.nan
    return round_half_away(found, ellipsoid.formula().area_decimals) if how.method == "cgcs2000_series" else found


def lengths(shapes: ArrayLike, crs: str | None, progress: Progress = SILENT, layer: str = "") -> Floats:
    """Lengths in m on the CGCS2000 ellipsoid of n lines (of polygons: of all their rings), not rounded; NaN for None and empty ones."""
    listed = _only(shapes, 1)
    if not crs:
        raise CrsError("crs.missing", layer=layer)
    found = np.full(len(listed), np.nan)
    for part, values in _both_cores(listed, lambda some: _length(some, str(crs), layer), progress):
        found[part] = values
    found[shapely.is_missing(listed)] = np.nan
    return found


def _array(shapes: ArrayLike) -> Shapes:
    return np.asarray(shapes, dtype=object).ravel()


def _only(shapes: ArrayLike, dimensions: int) -> Shapes:
    """The shapes of at least so many dimensions, None for the others and for empty ones."""
    listed = _array(shapes)
    other = (shapely.get_dimensions(listed) < dimensions) | shapely.is_empty(listed)
    if other.any():
        listed = listed.copy()
        listed[other] = None
    return listed


def _both_cores(shapes: Shapes, work: Callable[[Shapes], Floats], progress: Progress) -> Iterator[tuple[slice, Floats]]:
    """`work` over chunks of bounded vertex count on two threads, results in order; a stop is seen between chunks."""
    ends = np.cumsum(shapely.get_num_coordinates(shapes))
    total = max(float(ends[-1]) if len(ends) else 0.0, 1.0)
    cuts = [0]
    while cuts[-1] < len(shapes):
        done = ends[cuts[-1] - 1] if cuts[-1] else 0
        cuts.append(max(cuts[-1] + 1, int(np.searchsorted(ends, done + _CHUNK, side="right"))))
    parts, given = [slice(a, b) for a, b in zip(cuts, cuts[1:])], Shared(shapes)
    if len(parts) < 2:
        for part in parts:
            yield part, work(given[part])
        return
    waiting: deque[tuple[slice, Future[Floats]]] = deque()
    with ThreadPoolExecutor(2) as pool:
        try:
            for part in parts:
                waiting.append((part, pool.submit(work, given[part])))
                if len(waiting) > 3:
                    ready, result = waiting.popleft()
                    yield ready, result.result()
                    progress.at(float(ends[ready.stop - 1]) / total)
            for ready, result in waiting:
                yield ready, result.result()
                progress.check()
        finally:
            for _, result in waiting:
                result.cancel()


def _series(shapes: Shapes, how: Basis, layer: str) -> Floats:
    """Areas of one chunk by the official series; see `areas`."""
    f = ellipsoid.formula()
    if how.own and how.zone:
        flat = rings.flatten(shapes)
        return flat.gather(rings.series_areas(flat, flat.east, flat.north, how.zone.easting, f), len(shapes))
    found = np.zeros(len(shapes))
    for zone, which, lonlat in _by_zone(shapes, how, layer):
        flat = rings.flatten(lonlat)
        east, north = ellipsoid.forward(flat.east, flat.north, zone)
        found[which] = flat.gather(rings.series_areas(flat, east, north, zone.easting, f), len(lonlat))
    return found


def _planar(shapes: Shapes, how: Basis, layer: str) -> Floats:
    """Areas of one chunk on a plane; see `areas`."""
    found = np.zeros(len(shapes))
    if not how.zone or how.own:
        found[:] = shapely.area(shapes) * ellipsoid.metres(how.crs) ** 2
        return found
    for zone, which, lonlat in _by_zone(shapes, how, layer):
        flat = shapely.transform(lonlat, lambda points, plane=zone: np.column_stack(ellipsoid.forward(points[:, 0], points[:, 1], plane)))
        found[which] = shapely.area(flat)
    return found


def _geodesic(shapes: Shapes, how: Basis, layer: str) -> Floats:
    """Areas of one chunk with geodesic edges, ring by ring; see `areas`."""
    geod, flat = _geod(), rings.flatten(projection.reproject_shapes(shapes, how.crs, _LONLAT, layer))
    each = [geod.polygon_area_perimeter(flat.east[a:b], flat.north[a:b])[0] for a, b in zip(flat.start, flat.end)]
    return flat.gather(np.array(each, dtype=float), len(shapes))


def _by_zone(shapes: Shapes, how: Basis, layer: str) -> Iterator[tuple[ellipsoid.Zone, NDArray[np.intp], Shapes]]:
    """Shapes in longitude and latitude by the zone to measure them in: the layer's, or their own where that is far away."""
    assert how.zone is not None
    lonlat = projection.reproject_shapes(shapes, how.crs, _LONLAT, layer)
    box = shapely.bounds(lonlat)
    middle = (box[:, 0] + box[:, 2]) / 2.0
    far = (np.abs(middle - how.zone.central) > ellipsoid.formula().farthest) & (np.abs(middle) <= 180.0)
    if not far.any():
        yield how.zone, np.arange(len(shapes)), lonlat
        return
    numbers = np.where(far, [ellipsoid.zone_at(one, how.zone.width).number for one in np.nan_to_num(middle)], how.zone.number)
    for number in np.unique(numbers):
        which = np.flatnonzero(numbers == number)
        zone = how.zone if number == how.zone.number else ellipsoid.zone_at(float(middle[which[0]]), how.zone.width)
        if zone is not how.zone:
            with _COUNTING:
                how.also[zone.label] = how.also.get(zone.label, 0) + len(which)
        yield zone, which, lonlat[which]


def _length(shapes: Shapes, crs: str, layer: str) -> Floats:
    """Lengths of one chunk, edge by edge; see `lengths`."""
    lonlat = projection.reproject_shapes(shapes, crs, _LONLAT, layer)
    lines, owner = rings.lines_of(lonlat)
    place, line = shapely.get_coordinates(lines, return_index=True)
    edge = np.flatnonzero(line[1:] == line[:-1])
    sizes = ellipsoid.edge_lengths(place[edge], place[edge + 1], _geod())
    summed: Floats = np.bincount(owner[line[edge]], sizes, len(shapes)).astype(float)
    return summed


@lru_cache(maxsize=1)
def _geod() -> Geod:
    f = ellipsoid.formula()
    return Geod(a=f.a, rf=f.inverse_flattening)
