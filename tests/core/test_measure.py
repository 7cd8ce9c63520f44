"""Rounding, units, areas and lengths against Decimal, pyproj.Geod and hand-checked rows."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from shanshui.plugin.core import measure, projection
from shanshui.plugin.core.errors import CrsError, InputError

GEOD = Geod(a=6378137, rf=298.257222101)


@pytest.mark.parametrize(
    ("value", "places", "meant"),
    [
        (0.125, 2, 0.13),
        (2.675, 2, 2.68),
        (-0.125, 2, -0.13),
        (1.005, 2, 1.01),
        (12.575, 2, 12.58),
        (0.124999, 2, 0.12),
        (15.0, -1, 20.0),
        (-25.0, -1, -30.0),
    ],
)
def test_ties_go_away_from_zero_on_the_decimal_value(value: float, places: int, meant: float) -> None:
    assert measure.round_half_away(value, places) == meant
    assert isinstance(measure.round_half_away(value, places), float)


def test_products_keep_the_tie_of_their_decimals() -> None:
    assert measure.multiply_round(100.60, 0.1250, 2) == 12.58  # a float product gives 12.574999…
    assert measure.multiply_round([803.40, 100.60], 0.1250, 2).tolist() == [100.43, 12.58]


def test_what_is_no_number_stays() -> None:
    rounded = measure.round_half_away([None, math.inf, -math.inf, 1e20, -0.001], 2)
    assert math.isnan(rounded[0]) and rounded[1:4].tolist() == [math.inf, -math.inf, 1e20]
    assert math.copysign(1, rounded[4]) == 1  # no "-0.00" in a printed table


@given(st.lists(st.one_of(st.floats(-1e13, 1e13), st.integers(-(10**9), 10**9).map(lambda n: n / 1000)), min_size=1), st.integers(0, 6))
def test_rounding_is_that_of_decimal(values: list[float], places: int) -> None:
    meant = [float(Decimal(repr(v)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)) for v in values]
    assert measure.round_half_away(values, places).tolist() == meant


@given(st.integers(1, 10**9), st.integers(0, 10_000))
def test_products_are_those_of_decimal(hundredths: int, share: int) -> None:
    meant = (Decimal(hundredths) / 100 * Decimal(share) / 10_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert measure.multiply_round(hundredths / 100, share / 10_000, 2) == float(meant)


def test_units() -> None:
    assert measure.convert([10_000.0], "mu").tolist() == [15.0]
    assert measure.convert([1.0], "m2", "mu").tolist() == pytest.approx([666.6666666666666])
    assert measure.convert([50.0, 150.0], "ha", decimals=2).tolist() == [0.01, 0.02]  # ties 0.005 and 0.015
    assert measure.convert([1234.5], "km").tolist() == [1.2345]
    assert measure.hundredths([0.125, -0.125, 3.0]).tolist() == [13, -13, 300]
    with pytest.raises(ValueError, match="finite"):
        measure.hundredths([math.nan])


def triangle(longitude: float, latitude: float, side: float, crs: int) -> tuple[shapely.Polygon, shapely.Polygon]:
    """A triangle stored in 4490 and its exact image in a projected CRS (vertices at the millimetre there)."""
    to_plane = Transformer.from_crs(4490, crs, always_xy=True)
    x, y = to_plane.transform(longitude, latitude)
    plane = np.floor(np.array([[x, y], [x + side, y + side / 7], [x + side / 3, y + side]]) * 1000) / 1000
    lon, lat = to_plane.transform(plane[:, 0], plane[:, 1], direction="INVERSE")
    return shapely.Polygon(np.column_stack([lon, lat])), shapely.Polygon(plane)


@pytest.mark.parametrize("side", [100.0, 500.0, 10_000.0])
@pytest.mark.parametrize(("longitude", "crs"), [(119.1, 4528), (120.9, 4528), (119.9, 4549)])
def test_series_area_is_independent_of_storage(side: float, longitude: float, crs: int) -> None:
    geographic, plane = triangle(longitude, 30.2, side, crs)
    stored_in_degrees = measure.areas([geographic], "EPSG:4490")
    stored_in_metres = measure.areas([plane], f"EPSG:{crs}")
    assert abs(stored_in_degrees - stored_in_metres)[0] <= 0.0100001
    back = shapely.transform(
        geographic, lambda p: np.column_stack(Transformer.from_crs(4490, crs, always_xy=True).transform(p[:, 0], p[:, 1]))
    )
    assert abs(measure.areas([back], f"EPSG:{crs}") - stored_in_degrees)[0] <= 0.0100001


@pytest.mark.parametrize("side", [10.0, 100.0, 500.0, 2_000.0, 10_000.0])
def test_series_against_geodesic_areas(side: float) -> None:
    """Edges differ by definition: straight on the plane here, geodesics there.

    A plane's straight edge of length s bows by up to s²·y/(8R²) from the geodesic (y: distance from the meridian, R: 6371 km), which sweeps
    2/3 of that times s. On top come three roundings of 1e-4 m along the edges and the area's own 0.01.
    """
    _, plane = triangle(119.0, 31.0, side, 4528)
    ours = measure.areas([plane], "EPSG:4528")[0]
    lonlat = Transformer.from_crs(4528, 4490, always_xy=True).transform(*np.array(plane.exterior.coords).T)
    theirs = abs(GEOD.polygon_area_perimeter(*lonlat)[0])
    longest = np.hypot(*np.diff(np.array(plane.exterior.coords), axis=0).T).max()
    bound = 3 * longest**3 * 1.1e5 / (12 * 6.371e6**2) + 2e-4 * 3 * longest + 0.01
    assert abs(ours - theirs) <= bound
    assert abs(measure.areas([plane], "EPSG:4528", "geodesic")[0] - theirs) <= 1e-6 * max(side, 1)


def test_holes_parts_and_rings_of_any_direction() -> None:
    outer, inner, other = (
        shapely.box(40_500_000 + a, 3_300_000, 40_500_000 + b, 3_300_000 + c) for a, b, c in [(0, 60, 60), (10, 20, 20), (100, 150, 50)]
    )
    holed = shapely.Polygon(outer.exterior, [shapely.box(40_500_010, 3_300_010, 40_500_020, 3_300_020).exterior])
    single = measure.areas([outer, other, shapely.box(40_500_010, 3_300_010, 40_500_020, 3_300_020)], "EPSG:4528")
    several = measure.areas([shapely.MultiPolygon([holed, other]), holed, shapely.reverse(holed)], "EPSG:4528")
    assert several[0] == pytest.approx(single[0] + single[1] - single[2], abs=0.011)
    assert several[1] == several[2] == pytest.approx(single[0] - single[2], abs=0.011)
    assert inner.area < outer.area


def test_what_has_no_polygon_has_no_area() -> None:
    shapes = [None, shapely.Polygon(), shapely.Point(1, 2), shapely.box(40_500_000, 3_300_000, 40_500_100, 3_300_100)]
    for method in measure.METHODS:
        found = measure.areas(shapes, "EPSG:4528", method)
        assert np.isnan(found).tolist() == [True, True, True, False]
    assert len(measure.areas([], "EPSG:4528")) == len(measure.areas([], "EPSG:4490")) == 0
    assert np.isnan(measure.lengths([None, shapely.Point(1, 2), shapely.LineString()], "EPSG:4528")).all()


def test_planar_is_the_layer_s_own_plane() -> None:
    shape = shapely.box(500_000, 3_300_000, 500_123, 3_300_100)
    assert measure.areas([shape], "EPSG:4549", "planar").tolist() == [12_300.0]
    assert measure.areas([shapely.box(0, 0, 10, 10)], "EPSG:2229", "planar")[0] == pytest.approx(100 * (1200 / 3937) ** 2)  # US survey feet


def test_layers_without_a_usable_crs_are_refused() -> None:
    shape = [shapely.box(40_500_000, 3_300_000, 40_500_100, 3_300_100)]
    for crs, code in [(None, "crs.missing"), ("EPSG:2364", "crs.no_shift"), ("EPSG:2416", "crs.no_shift"), ("EPSG:4610", "crs.no_shift")]:
        with pytest.raises(CrsError) as failure:
            measure.areas(shape, crs, layer="DLTB")
        assert failure.value.code == code
    with pytest.raises(InputError) as refused:
        measure.areas(shape, "EPSG:4528", "spherical")
    assert refused.value.code == "measure.unknown_method"


def test_the_basis_names_method_and_zone() -> None:
    near = [shapely.box(118.0, 30.0, 118.4, 30.2)]
    assert measure.basis(near, "EPSG:4490").label == "cgcs2000_series 3°/39 (117°E)"
    assert measure.basis(near, "EPSG:4490", zone="deg6").label == "cgcs2000_series 6°/20 (117°E)"
    assert measure.basis(near, "EPSG:4490", "geodesic").label == "geodesic"
    assert measure.basis([shapely.box(500_000, 3_300_000, 500_100, 3_300_100)], "EPSG:4549").label == "cgcs2000_series 3°/40 (120°E)"


def test_far_shapes_are_measured_in_their_own_zone() -> None:
    east, west = shapely.box(125.0, 40.0, 125.001, 40.001), shapely.box(80.0, 40.0, 80.001, 40.001)
    how = measure.basis([east, west], "EPSG:4490")
    both = measure.areas([east, west], "EPSG:4490", on=how)
    assert both.tolist() == [measure.areas([one], "EPSG:4490")[0] for one in (east, west)]
    assert how.also == {"3°/42 (126°E)": 1, "3°/27 (81°E)": 1}


def test_other_crs_go_through_proj() -> None:
    utm = shapely.box(500_000, 3_300_000, 500_400, 3_300_400)
    lonlat = shapely.transform(
        utm, lambda p: np.column_stack(Transformer.from_crs(32650, 4490, always_xy=True).transform(p[:, 0], p[:, 1]))
    )
    assert measure.areas([utm], "EPSG:32650") == pytest.approx(measure.areas([lonlat], "EPSG:4490"), abs=0.011)


def test_many_chunks_give_what_one_shape_gives() -> None:
    grid = np.arange(400)
    shapes = shapely.box(40_500_000 + grid * 10.0, 3_300_000, 40_500_010 + grid * 10.0, 3_300_010)
    rough = shapely.segmentize(shapes, 0.02)  # 2,000 vertices each: several chunks on two threads
    seen: list[float] = []
    from shanshui.plugin.core.progress import Progress

    found = measure.areas(rough, "EPSG:4528", progress=Progress(seen.append))
    assert found == pytest.approx(np.array([measure.areas([one], "EPSG:4528")[0] for one in rough]), abs=1e-9)
    assert seen == sorted(seen) and len(seen) >= 1


def test_a_stopped_run_ends_in_the_middle() -> None:
    from shanshui.plugin.core.errors import Cancelled
    from shanshui.plugin.core.progress import Progress

    rough = np.array([shapely.segmentize(shapely.box(40_500_000, 3_300_000, 40_500_100, 3_300_100), 0.01)] * 50)
    with pytest.raises(Cancelled):
        measure.areas(rough, "EPSG:4528", progress=Progress(stopped=lambda: True))


@pytest.mark.parametrize("step", [0.5, 20.0, 90.0, 5_000.0])
@pytest.mark.parametrize("latitude", [0.5, 30.0, 60.0])
def test_lengths_against_geodesics(step: float, latitude: float) -> None:
    walk = np.cumsum(np.random.default_rng(7).normal(0, step, (40, 2)), axis=0) / 111_320 + (119.7, latitude)
    theirs = GEOD.line_length(walk[:, 0], walk[:, 1])
    assert measure.lengths([shapely.LineString(walk)], "EPSG:4490")[0] == pytest.approx(theirs, abs=4e-6, rel=1e-12)
    plane = np.column_stack(Transformer.from_crs(4490, 4528, always_xy=True).transform(walk[:, 0], walk[:, 1]))
    assert measure.lengths([shapely.LineString(plane)], "EPSG:4528")[0] == pytest.approx(theirs, abs=1e-5)


def test_lengths_of_polygons_and_parts() -> None:
    square = shapely.box(120.0, 30.0, 120.0001, 30.0001)
    lines = shapely.MultiLineString([square.exterior.coords[:3], square.exterior.coords[2:]])
    ring, parts = measure.lengths([square, lines], "EPSG:4490")
    assert ring == parts == pytest.approx(GEOD.line_length(*np.array(square.exterior.coords).T), abs=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "crs", "code", "found"),
    [
        (40_500_000, 3_300_000, "EPSG:4528", None, None),
        (500_000, 3_300_000, "EPSG:4549", None, None),
        (39_500_000, 3_300_000, "EPSG:4528", "zone.prefix_differs", 39),
        (500_000, 3_300_000, "EPSG:4528", "zone.prefix_missing", 0),
        (40_500_000, 3_300_000, "EPSG:4549", "zone.prefix_unexpected", 40),
        (3_300_000, 500_000, "EPSG:4549", "zone.axes_swapped", None),
        (3_300_000, 40_500_000, "EPSG:4528", "zone.axes_swapped", None),
        (40_850_000, 3_300_000, "EPSG:4528", "zone.too_far", None),
        (500_000, 3_300_000, "EPSG:4490", "zone.not_degrees", None),
        (20_500_000, 3_300_000, "EPSG:4498", None, None),
        (21_500_000, 3_300_000, "EPSG:4498", "zone.prefix_differs", 21),
        (120, 30, "EPSG:4490", None, None),
        (500_000, 3_300_000, "EPSG:32650", None, None),
    ],
)
def test_a_zone_that_does_not_fit_is_a_finding(x: float, y: float, crs: str, code: str | None, found: int | None) -> None:
    shape = shapely.box(x, y, x + 0.5, y + 0.5)
    findings = measure.check_zone([None, shape], crs, "DLTB")
    assert [one.code for one in findings] == ([code] if code else [])
    if code:
        assert findings[0].row == "2" and findings[0].facts["count"] == 1
        assert findings[0].facts.get("found") == found
    if code and code != "zone.too_far":
        assert np.isnan(measure.areas([shape], crs)).all()  # never a silent wrong area
    elif crs != "EPSG:32650":
        assert np.isfinite(measure.areas([shape], crs)).all()


@pytest.mark.real
def test_registered_areas_of_a_real_municipality(real_data) -> None:  # type: ignore[no-untyped-def]
    import sqlite3

    pyogrio = pytest.importorskip("pyogrio")
    path = real_data / "ch_av_solothurn" / "ch_av_254900.gpkg"
    with sqlite3.connect(path) as file:
        names = [row[0] for row in file.execute("select table_name from gpkg_contents")]
    checked = 0
    for name in names:
        frame = pyogrio.read_dataframe(path, layer=name)
        column = next((one for one in frame.columns if one.lower() == "flaechenmass"), None)
        if column is None or frame[column].isna().all():
            continue
        legal = frame[column].astype(float).to_numpy()
        difference = np.abs(measure.areas(frame.geometry.to_numpy(), "EPSG:2056", "planar") - legal)
        assert difference.max() <= 0.5
        checked += len(frame)
    assert checked == 34


@pytest.mark.parametrize("crs", ["EPSG:2056", "EPSG:32650", "EPSG:4490", "EPSG:4528"])
@pytest.mark.parametrize("shapes", [[], [None], [shapely.Polygon()]])
def test_a_layer_without_shapes_has_no_areas_whatever_its_crs(monkeypatch, crs, shapes) -> None:  # type: ignore[no-untyped-def]
    real = projection.reproject_shapes

    def strict(moved, *rest):  # type: ignore[no-untyped-def]
        """PROJ as some builds have it: a place that is none is an error and not a place that is none."""
        assert np.isfinite(shapely.get_coordinates(moved)).all()
        return real(moved, *rest)

    monkeypatch.setattr(projection, "reproject_shapes", strict)
    found = measure.areas(np.array([*shapes, None], dtype=object)[:-1], crs)
    assert len(found) == len(shapes) and np.isnan(found).all()
