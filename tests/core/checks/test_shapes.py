"""Faults of one shape by itself, drawn by hand on a plane in metres and in degrees."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import shapely.affinity

from shanshui.plugin.core.checks import rule
from shanshui.plugin.core.checks.case import Checked

X, Y = 40_512_000.0, 3_302_000.0


@pytest.fixture(scope="module")
def rules(packs):
    return {one.code: one for one in rule.rules_of(packs.values())}


def ring(*points):
    return shapely.Polygon([(X + east, Y + north) for east, north in points])


def at(one):
    return round(one.where.x - X, 4), round(one.where.y - Y, 4)


def layer(bench, packs, *shapes, crs="EPSG:4528", **columns):
    names = [f"{number}" for number in range(1, len(shapes) + 1)]
    return bench.checked(packs["survey"], bench.table("DLTB", list(shapes), crs, BSM=names, **columns))


def test_a_ring_that_crosses_itself_is_told_with_reason_and_place(bench, packs, rules):
    bow = ring((0, 0), (10, 10), (10, 0), (0, 10))
    found = bench.findings([layer(bench, packs, bench.square(50, 0), bow, None, shapely.Polygon())], rules["SX0305"])
    assert [(one.row, one.facts["reason"]) for one in found] == [("2", "Self-intersection")] and at(found[0]) == (5.0, 5.0)


def test_the_same_shape_begun_elsewhere_and_run_the_other_way_is_twice(bench, packs, rules):
    one = ring((0, 0), (10, 0), (10, 10), (0, 10))
    again = ring((10, 10), (10, 0), (0, 0), (0, 10))
    same_box = ring((0, 0), (10, 0), (10, 10), (0, 10), (1, 5))
    found = bench.findings([layer(bench, packs, one, same_box, again, bench.square(0.001, 0, 10))], rules["SX0401"])
    assert [(each.row, each.facts["other"]) for each in found] == [("3", "1")]


def test_parts(bench, packs, rules):
    both = shapely.MultiPolygon([bench.square(0, 0), bench.square(200, 0)])
    found = bench.findings([layer(bench, packs, both, shapely.MultiPolygon([bench.square(400, 0)]))], rules["SX0306"])
    assert bench.told(found) == [("1", "", "2", "1")]


@pytest.mark.parametrize(
    ("apart", "tolerance", "near", "short"),
    [(0.0, 0.001, 1, 0), (0.004, 0.0, 1, 0), (0.006, 0.0, 0, 1), (0.006, 0.01, 1, 0), (0.049, 0.001, 0, 1), (0.051, 0.01, 0, 0)],
)
def test_vertices_that_are_nearly_one_and_edges_too_short_are_told_apart(bench, packs, rules, apart, tolerance, near, short):
    """Within 5 mm, or the tolerance where that is more, two vertices are one; up to 5 cm an edge is short."""
    shape = ring((0, 0), (20, 0), (20 + apart, 0), (40, 0), (40, 40), (0, 40))
    one = layer(bench, packs, shape)
    found = [bench.findings([one], rules[code], tolerance=tolerance) for code in ("SX0307", "SX0308")]
    assert [len(each) for each in found] == [near, short]
    assert all(at(each) == (pytest.approx(20 + apart / 2, abs=1e-4), 0.0) for each in found[0] + found[1])


def test_lengths_are_metres_in_degrees_too(bench, packs, rules):
    """At 60° north a degree of longitude is half one of latitude: 0.08 m by the equator's degree is 0.04 m here."""
    degree = 111_319.49
    for east, north, count in ((0.08, 0.0, 1), (0.12, 0.0, 0), (0.0, 0.04, 1), (0.0, 0.06, 0)):
        shape = shapely.Polygon([(120, 60), (120 + east / degree, 60 + north / degree), (120.001, 60.0005), (120, 60.001)])
        assert len(bench.findings([layer(bench, packs, shape, crs="EPSG:4490")], rules["SX0308"])) == count


@pytest.mark.parametrize(("rise", "count"), [(0.5, 1), (2.0, 0)])
def test_a_spike_is_a_sharp_angle(bench, packs, rules, rise, count):
    """atan(0.5 / 60) is 0.48°, atan(2 / 60) is 1.91°; the limit is 1°. The first vertex of a ring is looked at too."""
    spike = ring((60, 0), (0, rise), (0, 40), (-40, 40), (-40, 0))
    turned = shapely.Polygon(np.roll(shapely.get_coordinates(spike)[:-1], 2, axis=0))
    found = bench.findings([layer(bench, packs, spike, turned)], rules["SX0309"])
    assert [(one.row, at(one)) for one in found] == [(name, (60.0, 0.0)) for name in ("1", "2")][: 2 * count]
    line = bench.table("L", [shapely.LineString([(X, Y), (X + 9, Y), (X, Y + 0.01)])], NAME=["a"])
    assert len(bench.findings([Checked(line)], bench.made("sharp_angle", least=1))) == 1


def test_the_least_area_goes_by_class(bench, packs, rules):
    """Squares of 300 m²: enough for built-up land and facilities (200), not for farmland (400) or bare land (600); roads have no least area."""
    side = 300**0.5
    codes = ["0101", "0702", "1202", "1206", "1006", "1101", "", "9999"]
    shapes = [bench.square(100.0 * at, 0, side) for at in range(len(codes))]
    found = bench.findings([layer(bench, packs, *shapes, DLBM=codes)], rules["SX0406"])
    assert [(one.facts["value"], one.facts["should"]) for one in found] == [("0101", "400"), ("1206", "600")]
    assert [one.severity for one in found] == ["warning", "warning"]


def test_a_sliver_is_narrow_however_large(bench, packs, rules):
    """A strip of 1000 × 0.25 m has 250 m² and is 0.25 m wide (2 · 250 / 2000.5); a square of 1 m is not narrower than 0.3 m."""
    strip, square = ring((0, 0), (1000, 0), (1000, 0.25), (0, 0.25)), bench.square(0, 50, 1.0)
    found = bench.findings([layer(bench, packs, strip, square, None)], rules["SX0405"])
    assert bench.told(found) == [("1", "", "0.250", "0.3")]
    degree = 111_319.49
    flat = shapely.affinity.translate(strip, -X, -Y)
    turned = shapely.transform(flat, lambda xy: np.array([[120.0, 30.0]]) + xy / degree / np.array([[np.cos(np.radians(30.0)), 1.0]]))
    assert len(bench.findings([layer(bench, packs, turned, crs="EPSG:4490")], rules["SX0405"])) == 1
