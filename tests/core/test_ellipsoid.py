"""The official series against closed forms, PROJ and a literal reading of the formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod, Transformer

from shanshui.plugin.core import ellipsoid, measure

F = ellipsoid.formula()
GEOD = Geod(a=6378137, rf=298.257222101)


def authalic(latitude: float) -> float:
    """∫ M N cos φ dφ / b² from the equator, closed: ½ [sin φ / (1 − e² sin² φ) + artanh(e sin φ) / e]."""
    e2 = (2 - 1 / 298.257222101) / 298.257222101
    e, s = math.sqrt(e2), math.sin(math.radians(latitude))
    return 0.5 * (s / (1 - e2 * s * s) + math.atanh(e * s) / e)


def test_constants_are_the_reference_s() -> None:
    assert F.b == pytest.approx(6356752.31414036, abs=1e-8)
    assert F.e2 == pytest.approx(0.00669438002290, abs=1e-14)
    assert F.second == pytest.approx(0.00673949677548, abs=1e-14)
    assert F.c == pytest.approx(6399593.62586, abs=1e-5)
    meant = (1.0033640898341927, 0.0011241893819271, 1.6994594735e-6, 2.717857846e-9, 4.358419e-12)
    assert F.series == pytest.approx(meant, rel=1e-9)


@pytest.mark.parametrize("south", [0.0, 10.0, 18.0, 30.0, 39.0, 53.5])
@pytest.mark.parametrize(("height", "width"), [(2.5, 3.75), (1.25, 1.875), (5.0, 7.5)])
def test_sheet_area_against_the_exact_integral(south: float, height: float, width: float) -> None:
    """Sheets of 1:10,000, 1:5,000 and 1:25,000 (minutes of latitude and longitude): to 1e-4 m² up to 45° north.

    The series ends at e⁸ and so is short by up to 1e-11 of the area, which the northernmost and larger sheets show.
    """
    north = south + height / 60
    b = 6378137 * (1 - 1 / 298.257222101)
    exact = b * b * math.radians(width / 60) * (authalic(north) - authalic(south))
    assert abs(ellipsoid.sheet_area(south, north, width / 60) - exact) <= (1e-4 if south < 45 else 1e-11 * exact)


def test_sheets_tile_the_ellipsoid() -> None:
    south = np.arange(-90.0, 90.0, 4.0)
    assert ellipsoid.sheet_area(south, np.minimum(south + 4, 90), 360.0).sum() == pytest.approx(
        4 * math.pi * 6356752.314140356**2 * authalic(90), rel=1e-11
    )


def test_a_sheet_measured_as_a_polygon_is_its_theoretical_area() -> None:
    """Parallels bend on the plane, so the sheet's edges are given every metre or so; what is left is the rounding of coordinates."""
    lon = np.linspace(120.5, 120.5 + 3.75 / 60, 6001)
    lat = np.linspace(30.0, 30.0 + 2.5 / 60, 4001)
    ring = [(x, lat[0]) for x in lon] + [(lon[-1], y) for y in lat] + [(x, lat[-1]) for x in lon[::-1]] + [(lon[0], y) for y in lat[::-1]]
    found = measure.areas([shapely.Polygon(ring)], "EPSG:4490")[0]
    assert abs(found - ellipsoid.sheet_area(lat[0], lat[-1], 3.75 / 60)) <= 0.05


def literal(ring: np.ndarray, easting: float) -> float:
    """The formula as the reference prints it, edge by edge, L0 at the central meridian, in Python's own floats."""
    k0, k1, k2, k3, k4 = F.k
    e2 = F.second

    def place(x: float, y: float) -> tuple[float, float]:
        x, y = math.floor(x * 1e4 + 0.501) / 1e4, math.floor((y - easting) * 1e4 + 0.501) / 1e4
        e = k0 * x
        bf = e + math.cos(e) * (k1 * math.sin(e) - k2 * math.sin(e) ** 3 + k3 * math.sin(e) ** 5 - k4 * math.sin(e) ** 7)
        t, n2 = math.tan(bf), e2 * math.cos(bf) ** 2
        v2 = 1 + n2
        yn = y * math.sqrt(v2) / F.c
        b = (
            bf
            - v2 * t * yn**2 / 2
            + (5 + 3 * t * t + n2 - 9 * n2 * t * t) * v2 * t * yn**4 / 24
            - (61 + 90 * t * t + 45 * t**4) * v2 * t * yn**6 / 720
        )
        series = yn - (1 + 2 * t * t + n2) * yn**3 / 6 + (5 + 28 * t * t + 24 * t**4 + 6 * n2 + 8 * n2 * t * t) * yn**5 / 120
        grain = math.radians(1 / 3600 / 1e6)
        return math.floor(b / grain + 0.5) * grain, math.floor(series / math.cos(bf) / grain + 0.5) * grain

    total = 0.0
    for (y1, x1), (y2, x2) in zip(ring[:-1], ring[1:]):
        size = math.hypot(x2 - x1, y2 - y1)
        n = math.floor(size / 70) + 1 if size > 70 else 1
        points = [place(x1 + (x2 - x1) * i / n, y1 + (y2 - y1) * i / n) for i in range(n + 1)]
        for (b1, l1), (b2, l2) in zip(points[:-1], points[1:]):
            half, middle = (b2 - b1) / 2, (b1 + b2) / 2
            bracket = sum((-1) ** i * c * math.sin((2 * i + 1) * half) * math.cos((2 * i + 1) * middle) for i, c in enumerate(F.series))
            total += 2 * F.b**2 * (l1 + l2) / 2 * bracket
    return abs(total)


@pytest.mark.parametrize("size", [3.0, 40.0, 69.0, 200.0, 3000.0])
@pytest.mark.parametrize(
    ("crs", "east", "north"), [(4528, 40_420_000, 3_300_000), (4549, 600_000, 2_000_000), (4498, 20_300_000, 4_800_000)]
)
def test_areas_are_those_of_the_formula_as_printed(size: float, crs: int, east: float, north: float) -> None:
    angle = np.linspace(0, 2 * np.pi, 24)[:-1]
    radius = size * np.random.default_rng(int(size)).uniform(0.5, 1.5, 23)
    ring = np.column_stack([east + radius * np.cos(angle), north + radius * np.sin(angle)])
    ring = np.vstack([ring, ring[:1]])
    zone = ellipsoid.zone_of(f"EPSG:{crs}")
    assert zone is not None
    assert measure.areas([shapely.Polygon(ring)], f"EPSG:{crs}")[0] == pytest.approx(
        literal(ring, zone.easting), abs=0.0051 + 1e-9 * size * size
    )


@pytest.mark.parametrize(("width", "reach", "bound"), [(3, 1.5, 2e-7), (6, 3.0, 2e-5)])
def test_inverse_against_proj(width: int, reach: float, bound: float) -> None:
    """Longitude to `bound` seconds within the zone; latitude to 4.5e-6″, which the footpoint series leaves for 0–54° north."""
    zone = ellipsoid.zone_at(117.0, width)
    random = np.random.default_rng(5)
    lon, lat = zone.central + random.uniform(-reach, reach, 20_000), random.uniform(0, 54, 20_000)
    east, north = Transformer.from_crs("EPSG:4490", zone.definition, always_xy=True).transform(lon, lat)
    b, along = ellipsoid.inverse(north, east - zone.easting, F)
    assert np.abs(np.degrees(b) - lat).max() * 3600 <= 4.5e-6 + bound
    assert np.abs(np.degrees(along) + zone.central - lon).max() * 3600 <= bound
    ours = ellipsoid.forward(lon, lat, zone)
    assert np.abs(np.array(ours) - np.array([east, north])).max() <= 1e-6


def test_every_cgcs2000_zone_is_known() -> None:
    for code in range(4491, 4555):
        zone, name = ellipsoid.zone_of(f"EPSG:{code}"), CRS.from_epsg(code).name
        assert zone is not None, name
        assert zone.width == (3 if "3-degree" in name else 6)
        number = zone.number
        assert zone.central == (3 * number if zone.width == 3 else 6 * number - 3)
        if "zone" in name:
            assert zone.prefix == number == int(name.split()[-1]) and zone.easting == number * 1e6 + 500_000
        else:
            assert zone.prefix == 0 and zone.easting == 500_000 and f"{zone.central:g}E" in name


def test_zones_are_read_from_parameters() -> None:
    prj = CRS.from_epsg(4528).to_wkt("WKT1_ESRI")
    assert ellipsoid.zone_of(prj) == ellipsoid.zone_of("EPSG:4528")
    for other in ("EPSG:4490", "EPSG:2056", "EPSG:32650", "EPSG:2364", "EPSG:2334"):
        assert ellipsoid.zone_of(other) is None
    raised = CRS.from_epsg(4549).to_wkt().replace('"Scale factor at natural origin",1', '"Scale factor at natural origin",1.0001')
    assert raised != CRS.from_epsg(4549).to_wkt() and ellipsoid.zone_of(raised) is None


@pytest.mark.parametrize(
    ("longitude", "three", "six"), [(118.49, 39, 20), (118.51, 40, 20), (120.01, 40, 21), (75.0, 25, 13), (135.0, 45, 23), (-0.1, 0, 30)]
)
def test_zones_by_longitude(longitude: float, three: int, six: int) -> None:
    assert ellipsoid.zone_at(longitude, 3).number == three
    assert ellipsoid.zone_at(longitude, 6).number == (six if longitude > 0 else 0)


@pytest.mark.parametrize("latitude", [0.0, 25.0, 45.0, 74.0])
def test_short_edges_against_geodesics(latitude: float) -> None:
    random = np.random.default_rng(3)
    start = np.column_stack([random.uniform(100, 120, 5000), latitude + random.uniform(0, 0.5, 5000)])
    end = start + random.uniform(-0.001, 0.001, (5000, 2))
    exact = GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])[2]
    assert np.abs(ellipsoid.edge_lengths(start, end, GEOD) - exact).max() <= 1e-7
