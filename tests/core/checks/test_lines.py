"""Points on lines and the ends of lines, drawn by hand."""

from __future__ import annotations

import pytest
import shapely

from shanshui.plugin.core.checks.case import Checked

X, Y = 40_512_000.0, 3_302_000.0
DEGREE = 111_319.49


def line(*points):
    return shapely.LineString([(X + east, Y + north) for east, north in points])


def point(east, north):
    return shapely.Point(X + east, Y + north)


def degrees(shapes, latitude=30.0):
    """The shapes near a parallel, where a degree east is as short as its cosine."""
    return [shapely.transform(one, lambda xy: (xy - [X, Y]) / DEGREE / [0.8660254, 1.0] + [120.0, latitude]) for one in shapes]


def off(bench, points, lines, tolerance=0.001, crs="EPSG:4528"):
    """(feature, metres) of the points off their line."""
    layers = [Checked(bench.table(name, shapes, crs, A=list(range(len(shapes))))) for name, shapes in (("JZD", points), ("JZX", lines))]
    found = bench.findings(layers, bench.made("point_off_line", "JZD", "JZX", other="JZX"), tolerance=tolerance)
    return [(one.row, one.facts["was"]) for one in found]


def look(bench, lines, check, tolerance=0.001, crs="EPSG:4528", columns=None, **parameters):
    layer = Checked(bench.table("L", lines, crs, **(columns or {"A": list(range(len(lines)))})))
    return bench.findings([layer], bench.made(check, "L", **parameters), tolerance=tolerance)


POINTS = [point(0, 0), point(40, 0), point(50, 0.005), point(60, 3), point(120, 0)]


@pytest.mark.parametrize(
    ("tolerance", "told"), [(0.0, ["0.0050", "3.0000", "20.0000"]), (0.001, ["0.0050", "3.0000", "20.0000"]), (0.01, ["3.0000", "20.0000"])]
)
def test_points_farther_than_the_tolerance_are_off_their_line(bench, tolerance, told):
    assert [was for _, was in off(bench, POINTS, [line((0, 0), (100, 0))], tolerance)] == told


def test_points_are_off_by_metres_in_degrees_too(bench):
    north_south = [line((0, 0), (0, 100)), line((0, 0), (100, 0))]
    points = [point(0.005, 50), point(50, 0.005), point(0.02, 50), point(50, 0.02)]
    for tolerance, told in ((0.001, ["#1", "#2", "#3", "#4"]), (0.01, ["#3", "#4"])):
        found = off(bench, degrees(points), degrees(north_south), tolerance, "EPSG:4490")
        assert [row for row, _ in found] == told
        assert [float(was) for row, was in found if row in ("#3", "#4")] == pytest.approx([0.02, 0.02], abs=1e-4)


def test_rings_of_polygons_are_lines_too_and_a_layer_without_lines_has_no_place_to_be_on(bench):
    assert off(bench, POINTS[:2] + POINTS[3:4], [shapely.box(X, Y, X + 100, Y + 50)]) == [("#3", "3.0000")]
    assert off(bench, POINTS[:1], [None]) == [("#1", "∞")]
    assert off(bench, [None, shapely.Point(), shapely.MultiPoint([POINTS[0], POINTS[3]])], [line((0, 0), (100, 0))]) == [("#3", "3.0000")]


CROSS = [line((0, 0), (100, 0)), line((100, 0), (200, 0)), line((100, 0), (100, 80)), line((100, 0), (100, -80))]


def test_ends_that_meet_no_other_are_loose(bench):
    found = look(bench, CROSS, "line_dangles")
    assert sorted((one.row, one.where.x - X, one.where.y - Y) for one in found) == [
        ("#1", 0, 0), ("#2", 200, 0), ("#3", 100, 80), ("#4", 100, -80)
    ]  # fmt: skip
    twice = shapely.MultiLineString([line((20, 0), (29, 0)), line((29, 0), (20, 0))])
    assert look(bench, [line((0, 0), (9, 0), (9, 9), (0, 0)), twice], "line_dangles") == []


@pytest.mark.parametrize(("tolerance", "count"), [(0.0, 2), (0.001, 2), (0.01, 0)])
@pytest.mark.parametrize("crs", ["EPSG:4528", "EPSG:4490"])
def test_ends_meet_within_the_tolerance_in_metres(bench, tolerance, count, crs):
    ring = [line((0, 0), (100, 0), (100, 100)), line((100, 100), (0, 100), (0.005, 0))]
    shapes = ring if crs == "EPSG:4528" else degrees(ring)
    assert len(look(bench, shapes, "line_dangles", tolerance, crs)) == count


def test_two_lines_that_meet_without_a_third_are_one(bench):
    found = look(bench, CROSS[:2], "line_unsplit")
    assert [(one.row, one.facts["other"], one.where.x - X) for one in found] == [("#1", "#2", 100.0)]
    assert look(bench, CROSS[:3], "line_unsplit") == look(bench, CROSS, "line_unsplit") == []
    crossing = [line((0, 0), (200, 0)), line((100, 0), (100, 80))]
    assert [(one.row, one.facts["other"]) for one in look(bench, crossing, "line_unsplit")] == [("#1", "#2")]


def test_lines_of_two_kinds_may_meet(bench):
    kinds = {"JXLX": ["250200", "650200"]}
    assert len(look(bench, CROSS[:2], "line_unsplit", columns=kinds)) == 1
    assert look(bench, CROSS[:2], "line_unsplit", columns=kinds, fields="JXLX") == []
    assert len(look(bench, CROSS[:2], "line_unsplit", columns={"JXLX": ["650200", "650200"]}, fields="JXLX")) == 1


def test_rows_without_lines_do_no_harm(bench):
    shapes = [None, shapely.LineString(), point(0, 0), shapely.box(0, 0, 1, 1), line((0, 0), (5, 5))]
    assert [len(look(bench, shapes, check)) for check in ("line_dangles", "line_unsplit")] == [2, 0]
    assert look(bench, [None], "line_unsplit") == look(bench, [None], "line_dangles") == []
