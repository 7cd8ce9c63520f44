"""One shape measured by itself gives what a whole layer gives, and the bare reader of WKB reads what shapely writes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import shapely

from shanshui.plugin.core import bare_wkb, measure, quick_measure
from shanshui.plugin.core.errors import CrsError
from shanshui.plugin.core.projection import reproject_shapes

ROOT = Path(__file__).resolve().parents[2]
ZONE = "EPSG:4528"  # 3° zone 40 with prefix


def wkb(shape) -> bytes:
    return shapely.to_wkb(shape, byte_order=1, output_dimension=3 if shape.has_z else 2)


def area(shape, crs: str) -> float | None:
    return quick_measure.area(bare_wkb.paths(wkb(shape)), crs)


def length(shape, crs: str) -> float | None:
    return quick_measure.length(bare_wkb.paths(wkb(shape)), crs)


def blob(count: int, radius: float, seed: int = 1, at: tuple[float, float] = (40_452_311.7, 3_301_233.3)) -> shapely.Polygon:
    """A star-shaped polygon of `count` corners."""
    chance = np.random.default_rng(seed)
    angle = np.sort(chance.uniform(0, 2 * np.pi, count))
    away = radius * chance.uniform(0.5, 1.0, count)
    return shapely.Polygon(np.column_stack([at[0] + away * np.cos(angle), at[1] + away * np.sin(angle)]))


@pytest.fixture(scope="module")
def shapes() -> np.ndarray:
    """Polygons of 3 to 400 corners from 5 m to 5 km, one in eight with holes, one in nine in two parts."""
    chance, made = np.random.default_rng(7), []
    for seed in range(400):
        at = (40_500_000 + chance.uniform(-140_000, 140_000), chance.uniform(2_100_000, 5_200_000))
        one = blob(int(chance.integers(3, 400)), 10 ** chance.uniform(0.7, 3.7), seed, at)
        if seed % 8 == 0:
            middle = one.representative_point()
            one = one.difference(middle.buffer(one.length / 400).union(shapely.Point(middle.x + one.length / 90, middle.y).buffer(1.0)))
        if seed % 9 == 0:
            one = shapely.MultiPolygon([*shapely.get_parts(one), blob(12, 40, seed, (at[0] + 20_000, at[1]))])
        made.append(one)
    return np.array(made, dtype=object)


@pytest.mark.parametrize("crs", [ZONE, "EPSG:4490", "EPSG:4549", "EPSG:32650", "EPSG:3857"])
def test_areas_and_lengths_are_those_of_layers(shapes, crs):
    """Each by itself against `measure`, which takes 400 in one go; in other CRSs each shape is a layer, since a layer has one zone."""
    own = crs in (ZONE, "EPSG:4549")
    listed = reproject_shapes(shapes if own else shapes[::10], ZONE, crs)
    whole = measure.areas(listed, crs) if own else np.array([measure.areas([one], crs)[0] for one in listed])
    single = np.array([area(one, crs) for one in listed])
    assert np.abs(single - whole).max() <= 0.0101
    assert (single == whole).mean() > 0.99  # where a coordinate lies on a tie of its rounding the last digit may differ
    assert np.allclose([length(one, crs) for one in listed], measure.lengths(listed, crs), rtol=1e-12, atol=1e-6)


def test_by_another_library():
    """A kilometre square against geodesics, whose edges bend by less than 1 cm from those of the plane."""
    from pyproj import Geod

    lonlat = shapely.segmentize(shapely.box(119.5, 29.9, 119.51, 29.91), 1e-4)
    own, around = Geod(a=6378137.0, rf=298.257222101).geometry_area_perimeter(lonlat)
    assert abs(area(lonlat, "EPSG:4490") - own) < 0.02 and abs(length(lonlat, "EPSG:4490") - around) < 1e-6


def test_what_is_no_polygon_has_no_area():
    line = shapely.LineString([(40_420_000, 3_300_000), (40_420_300, 3_300_400)])
    assert area(line, ZONE) is None and length(line, ZONE) == pytest.approx(500.0, abs=0.1)
    assert area(shapely.Point(1, 2), ZONE) is None and length(shapely.Point(1, 2), ZONE) is None
    assert area(shapely.Polygon(), ZONE) is None and length(shapely.MultiPolygon(), ZONE) is None
    mixed = shapely.GeometryCollection([shapely.Point(40_420_000, 3_300_000), line, blob(9, 50)])
    assert area(mixed, ZONE) == measure.areas([mixed], ZONE)[0] > 0


def test_coordinates_of_another_zone_have_no_area():
    """As in a layer: degrees under a projected CRS pass for nowhere in the zone."""
    assert area(shapely.box(120.0, 30.0, 120.1, 30.1), ZONE) is None and np.isnan(measure.areas([shapely.box(120.0, 30.0, 120.1, 30.1)], ZONE)[0])
    assert area(shapely.box(400.0, 30.0, 400.1, 30.1), "EPSG:4490") is None


def test_a_datum_without_parameters_is_refused():
    with pytest.raises(CrsError) as caught:
        area(shapely.box(117.0, 30.0, 117.1, 30.1), "EPSG:4610")
    assert caught.value.code == "crs.no_shift"


@pytest.mark.parametrize("text", [
    "POLYGON Z ((0 0 5, 4 0 6, 4 3 7, 0 0 5))", "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0), (1 0.5, 2 0.5, 2 1, 1 0.5)), ((9 9, 9 8, 8 8, 9 9)))",
    "LINESTRING (0 0, 3 4)", "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 5))", "POINT (1 2)", "MULTIPOINT (1 2, 3 4)",
    "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1), POLYGON ((0 0, 4 0, 4 4, 0 0)))", "POLYGON EMPTY",
])  # fmt: skip
def test_the_bare_reader_reads_what_shapely_writes(text):
    """Vertices of lines and rings in their order; points have none. The same from EWKB, which marks Z by a bit."""
    shape = shapely.from_wkt(text)
    lines = shapely.get_parts(shape) if shape.geom_type != "GeometryCollection" else np.array(shape.geoms)
    wanted = shapely.get_coordinates([one for one in lines if one.geom_type != "Point"])
    for flavor in ("iso", "extended"):
        found = bare_wkb.paths(shapely.to_wkb(shape, byte_order=1, flavor=flavor))
        got = np.concatenate([np.empty((0, 2)), *(one for one, _ in found)])
        assert np.array_equal(got, wanted)
    holes = sum(len(one.interiors) for one in lines if one.geom_type == "Polygon")
    assert sum(kind == bare_wkb.HOLE for _, kind in found) == holes


def test_curves_and_the_other_byte_order_are_left_to_others():
    assert bare_wkb.paths(shapely.to_wkb(shapely.Point(1, 2), byte_order=0)) is None
    assert bare_wkb.paths(bytes([1, 8, 0, 0, 0, 0, 0, 0, 0])) is None  # CircularString


def test_it_brings_no_pandas():
    code = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom plugin.core import quick_measure\n"
        "quick_measure.area([(__import__('numpy').zeros((4, 2)), 1)], 'EPSG:4490')\nprint('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


@pytest.mark.parametrize(("corners", "radius"), [(5, 20.0), (30, 100.0), (60, 200.0), (100, 300.0)])
def test_an_ordinary_patch_takes_less_than_100_microseconds(corners, radius):
    """Up to 100 corners with sides under 70 m on a CGCS2000 plane: 45 µs on the machine it was made on, the best of many rounds."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    patch = wkb(shapely.Polygon(np.column_stack([40_452_311.7 + radius * np.cos(angle), 3_301_233.3 + radius * np.sin(angle)])))
    best = {"area": float("inf"), "length": float("inf")}
    for _ in range(20):
        for name, work in (("area", quick_measure.area), ("length", quick_measure.length)):
            start = time.thread_time()
            for _ in range(200):
                work(bare_wkb.paths(patch), ZONE)
            best[name] = min(best[name], (time.thread_time() - start) / 200)
    assert max(best.values()) < 100e-6, best
