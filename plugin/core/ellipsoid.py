"""The CGCS2000 ellipsoid: the official area series, the inverse Gauss–Krüger model and the zones."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Geod, Transformer

from .crs import crs_of

__all__ = [
    "TIE", "Formula", "Zone", "area_terms", "edge_lengths", "formula", "forward", "inverse", "is_geographic", "metres", "sheet_area", "title",
    "zone_at", "zone_of",
]

Floats = NDArray[np.float64]

_PAGE = Path(__file__).resolve().parents[2] / "resources" / "packs" / "survey" / "rules" / "area.csv"
_DATUMS = ("china 2000", "cgcs2000", "cgcs 2000", "china geodetic coordinate system 2000")
# micro-seconds of arc and the like: how many units of the last rounded place make a radian is SECONDS × 10^decimals
SECONDS = 180.0 * 3600.0 / np.pi
# vertices in one go so that the temporaries stay in the cache
_BLOCK = 1 << 14
TIE = 0.501


@dataclass(frozen=True)
class Formula:
    """The constants of the official area formula (cadastre §3.6), read from the survey pack's `area` page.

    a in metres; k: k0 (rad/m) … k4 of the footpoint latitude; longest: edges above it are split (m); farthest in degrees;
    level_limit: the largest difference that levelling takes away, as a share of the control.
    """

    a: float
    inverse_flattening: float
    k: tuple[float, ...]
    longest: float
    plane_decimals: int
    angle_decimals: int
    area_decimals: int
    farthest: float
    level_limit: float

    @cached_property
    def b(self) -> float:
        """Semi-minor axis, m."""
        return self.a * (1.0 - 1.0 / self.inverse_flattening)

    @cached_property
    def e2(self) -> float:
        """First eccentricity squared."""
        return (2.0 - 1.0 / self.inverse_flattening) / self.inverse_flattening

    @cached_property
    def second(self) -> float:
        """Second eccentricity squared e′²."""
        return self.e2 / (1.0 - self.e2)

    @cached_property
    def c(self) -> float:
        """Polar radius of curvature a²/b, m."""
        return self.a * self.a / self.b

    @cached_property
    def series(self) -> tuple[float, float, float, float, float]:
        """A, B, C, D, E of the area series."""
        e2 = self.e2
        e4, e6, e8 = e2 * e2, e2 * e2 * e2, e2 * e2 * e2 * e2
        return (
            1 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8,
            1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8,
            3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8,
            1 / 112 * e6 + 45 / 2304 * e8,
            5 / 2304 * e8,
        )

    @cached_property
    def powers(self) -> tuple[float, float, float, float, float]:
        """The same by odd powers of s = sin B: A sin B − B sin 3B + C sin 5B − D sin 7B + E sin 9B = s(p0 + p1 s² + … + p4 s⁸)."""
        a, b, c, d, e = self.series
        return (
            a - 3 * b + 5 * c - 7 * d + 9 * e,
            4 * b - 20 * c + 56 * d - 120 * e,
            16 * c - 112 * d + 432 * e,
            64 * d - 576 * e,
            256 * e,
        )


@lru_cache(maxsize=1)
def formula() -> Formula:
    """The formula with the constants of the shipped survey pack."""
    with _PAGE.open(encoding="utf-8-sig", newline="") as stream:
        value = {row["key"]: row["value"] for row in csv.DictReader(stream)}
    return Formula(
        float(value["a"]), float(value["inverse_flattening"]), tuple(float(value[f"k{i}"]) for i in range(5)), float(value["longest_edge"]),
        int(value["plane_decimals"]), int(value["angle_decimals"]), int(value["area_decimals"]), float(value["farthest"]),
        float(value["level_limit"]),
    )


def sheet_area(south: ArrayLike, north: ArrayLike, width: ArrayLike, f: Formula | None = None) -> Any:
    """Theoretical area (m²) of map sheets between two parallels and two meridians (cadastre §3.6, TN32).

    south, north: latitudes in degrees; width: difference of longitude in degrees. Numbers or arrays; not rounded.
    S = 2 b² ΔL [A sin(ΔB/2) cos Bm − B sin(3ΔB/2) cos 3Bm + C sin(5ΔB/2) cos 5Bm − D … + E …].
    """
    f = f or formula()
    low, high = np.radians(np.asarray(south, dtype=float)), np.radians(np.asarray(north, dtype=float))
    half, middle = (high - low) / 2.0, (high + low) / 2.0
    bracket = sum(
        (-1) ** i * factor * np.sin((2 * i + 1) * half) * np.cos((2 * i + 1) * middle) for i, factor in enumerate(f.series)
    )
    area = 2.0 * f.b * f.b * np.radians(np.asarray(width, dtype=float)) * bracket
    return float(area) if np.ndim(area) == 0 else area


def inverse(north: Floats, offset: Floats, f: Formula) -> tuple[Floats, Floats]:
    """Latitude and longitude from the central meridian (radians) by the inverse Gauss–Krüger model of TN32 (cadastre §3.6).

    north: x of the standard, m; offset: easting less false easting and zone prefix, m. Footpoint within 4.3e-6″ for 0–50° north.
    """
    k0, k1, k2, k3, k4 = f.k
    e = north * k0
    s, c = np.sin(e), np.cos(e)
    s2 = s * s
    d = s * c * (k1 - s2 * (k2 - s2 * (k3 - s2 * k4)))
    foot = e + d
    # sin and cos of the footpoint from those of E: d < 0.003, so five powers of it are exact to the last bit
    d2 = d * d
    sin_d, cos_d = d * (1.0 - d2 / 6.0 * (1.0 - d2 / 20.0)), 1.0 - d2 / 2.0 * (1.0 - d2 / 12.0)
    cos = c * cos_d - s * sin_d
    t = (s * cos_d + c * sin_d) / cos
    t2 = t * t
    n2 = f.second * (cos * cos)
    v2 = 1.0 + n2
    y = offset * np.sqrt(v2) / f.c
    y2 = y * y
    inner = 5.0 + 3.0 * t2 + n2 - 9.0 * n2 * t2 - y2 * (61.0 + t2 * (90.0 + 45.0 * t2)) / 30.0
    latitude = foot - 0.5 * t * v2 * y2 * (1.0 - y2 * inner / 12.0)
    inner = 1.0 + 2.0 * t2 + n2 - y2 * (5.0 + t2 * (28.0 + 24.0 * t2) + n2 * (6.0 + 8.0 * t2)) / 20.0
    return latitude, y / cos * (1.0 - y2 * inner / 6.0)


def area_terms(north: Floats, offset: Floats, f: Formula) -> tuple[Floats, Floats]:
    """F(B) and L of vertices on the plane, coordinates and angles rounded as the standard has it.

    F = A sin B − B sin 3B + C sin 5B − D sin 7B + E sin 9B; L from the central meridian, in units of the last place of a second of arc.
    The series of an edge, 2 sin(nΔB/2) cos(nBm) summed, is F(B2) − F(B1): half the work and no cancellation.
    """
    series, longitude = np.empty(len(north)), np.empty(len(north))
    grain, unit = 10.0**f.plane_decimals, SECONDS * 10.0**f.angle_decimals
    p0, p1, p2, p3, p4 = f.powers
    for start in range(0, len(north), _BLOCK):
        part = slice(start, start + _BLOCK)
        # half up, ties to within 1e-7 m: points that divide an edge often end on a tie, and noise of that size from another storage
        # CRS must not send them the other way
        x = np.floor(north[part] * grain + TIE) / grain
        y = np.floor(offset[part] * grain + TIE) / grain
        b, along = inverse(x, y, f)
        s = np.sin(np.floor(b * unit + 0.5) / unit)
        s2 = s * s
        series[part] = s * (p0 + s2 * (p1 + s2 * (p2 + s2 * (p3 + s2 * p4))))
        longitude[part] = np.floor(along * unit + 0.5)
    return series, longitude


@dataclass(frozen=True)
class Zone:
    """A Gauss–Krüger plane of CGCS2000.

    central: central meridian, degrees east; easting: false easting with the zone prefix, m; width: 3 or 6 degrees.
    number: the zone's number; prefix: the same number where eastings carry it, else 0.
    """

    central: float
    easting: float
    width: int
    number: int
    prefix: int = 0

    @property
    def label(self) -> str:
        """The zone as a result names it: 3°/40 (120°E)."""
        side = "E" if self.central >= 0 else "W"
        return f"{self.width}°/{self.number} ({abs(self.central):g}°{side})"

    @property
    def definition(self) -> str:
        """The plane as a PROJ text, easting prefix included."""
        f = formula()
        plane = f"+proj=tmerc +lat_0=0 +lon_0={self.central:.12g} +k=1 +x_0={self.easting:.12g} +y_0=0"
        return f"{plane} +a={f.a:.12g} +rf={f.inverse_flattening:.12g} +units=m"


def zone_at(longitude: float, width: int = 3) -> Zone:
    """The 3° or 6° zone that holds a longitude (degrees), eastings without prefix."""
    number = int(np.floor((longitude + 1.5) / 3.0)) if width == 3 else int(np.floor(longitude / 6.0)) + 1
    return Zone(3.0 * number if width == 3 else 6.0 * number - 3.0, 500_000.0, width, number)


def forward(longitude: ArrayLike, latitude: ArrayLike, zone: Zone) -> tuple[Floats, Floats]:
    """Eastings and northings (m) of longitudes and latitudes (degrees) on the plane of `zone`, by PROJ's exact transverse Mercator."""
    x, y = np.asarray(longitude, dtype=float), np.asarray(latitude, dtype=float)
    east, north = _projection(zone.definition).transform(x, y)
    return np.reshape(east, x.shape), np.reshape(north, x.shape)


def edge_lengths(start: Floats, end: Floats, geod: Geod) -> Floats:
    """Lengths (m) of edges from their ends' longitude and latitude (n, 2), degrees.

    Edges under 0.001° below 75° of latitude by the middle-latitude formula √((M ΔB)² + (N cos Bm ΔL)²), which differs from the
    geodesic by less than 1e-7 m there; the others by `geod`.
    """
    f = formula()
    step = end - start
    middle = np.radians((start[:, 1] + end[:, 1]) / 2.0)
    s = np.sin(middle)
    w2 = 1.0 - f.e2 * (s * s)
    across = f.a / np.sqrt(w2)
    along = across * ((1.0 - f.e2) / w2)
    sizes: Floats = np.hypot(along * np.radians(step[:, 1]), across * np.cos(middle) * np.radians(step[:, 0]))
    long = np.flatnonzero((np.abs(step) > 1e-3).any(axis=1) | (np.abs(middle) > 1.3))
    if len(long):
        sizes[long] = geod.inv(start[long, 0], start[long, 1], end[long, 0], end[long, 1])[2]
    return sizes


@lru_cache(maxsize=64)
def _projection(definition: str) -> Transformer:
    # a Transformer, unlike a Proj, may be shared by threads
    return Transformer.from_pipeline(f"+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step {definition}")


def _horizontal(crs: CRS) -> CRS:
    while crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    return crs.sub_crs_list[0] if crs.sub_crs_list else crs


def _is_cgcs2000(crs: CRS) -> bool:
    base = crs.geodetic_crs
    listed = (base.datum.name if base and base.datum else "", base.name if base else "")
    names = " ".join(listed).lower().replace("_", " ")
    return any(one in names for one in _DATUMS)


@lru_cache(maxsize=64)
def is_geographic(crs: str) -> bool:
    """Whether a CRS has coordinates in degrees; CrsError `crs.unknown` when PROJ does not know it."""
    return bool(_horizontal(crs_of(crs)).is_geographic)


@lru_cache(maxsize=64)
def title(crs: str) -> str:
    """A CRS as messages print it: its authority's code, else its name."""
    known = crs_of(crs)
    authority = known.to_authority() if len(crs) > 40 else None
    return ":".join(authority) if authority else known.name if len(crs) > 40 else crs


@lru_cache(maxsize=64)
def metres(crs: str) -> float:
    """How many metres the unit of a projected CRS has."""
    axes = _horizontal(crs_of(crs)).axis_info
    return float(axes[0].unit_conversion_factor) if axes else 1.0


@lru_cache(maxsize=64)
def zone_of(crs: str) -> Zone | None:
    """The Gauss–Krüger zone of a CGCS2000 projected CRS (EPSG:4491–4554 and the same by WKT), None for any other CRS.

    Known by its parameters (transverse Mercator, scale 1, from the equator, metres), not by its code, so that .prj files count too.
    """
    flat = _horizontal(crs_of(crs))
    if not flat.is_projected or not _is_cgcs2000(flat) or flat.coordinate_operation is None:
        return None
    if "transverse mercator" not in flat.coordinate_operation.method_name.lower():
        return None
    given = {one.name.lower().replace("_", " "): float(one.value) * one.unit_conversion_factor for one in flat.coordinate_operation.params}
    angle = np.degrees(next((value for name, value in given.items() if "longitude" in name or "central meridian" in name), 0.0))
    easting = given.get("false easting", 0.0)
    shifted = given.get("false northing", 0.0) or next((value for name, value in given.items() if "latitude" in name), 0.0)
    scale = next((value for name, value in given.items() if "scale" in name), 1.0)
    metres = all(one.unit_conversion_factor == 1.0 for one in flat.axis_info)
    if shifted or scale != 1.0 or not metres or easting % 1e6 != 500_000.0:
        return None
    central = float(np.floor(angle * 1e9 + 0.5) / 1e9)
    prefix = int(easting // 1e6)
    return Zone(central, easting, _width(flat, central, prefix), prefix or zone_at(central, _width(flat, central, 0)).number, prefix)


def _width(crs: CRS, central: float, prefix: int) -> int:
    """3 or 6 degrees: by the prefix where there is one, else by the name; a meridian that only 3° zones have is 3."""
    if prefix:
        return 6 if prefix * 6 - 3 == central else 3
    if central % 6 != 3:
        return 3
    name = crs.name.lower().replace("_", " ")
    return 3 if any(one in name for one in ("3-degree", "3 degree", "3度")) else 6
