"""Ground of one layer against another, drawn by hand."""

from __future__ import annotations

import pytest
import shapely

from shanshui.plugin.core.checks.case import Checked

X, Y = 40_512_000.0, 3_302_000.0
CHECKS = ("ground_outside", "ground_bare", "ground_shared")


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def look(bench, mine, theirs, tolerance=0.001, crs="EPSG:4528"):
    """(areas in m² that lie outside, are bare, are shared), each sorted."""
    one = Checked(bench.table("PATCHES", mine, A=list(range(len(mine)))))
    other = Checked(bench.table("COUNTY", theirs, crs, A=list(range(len(theirs)))))
    rules = [bench.made(name, "PATCHES", "COUNTY", code=name, other="COUNTY") for name in CHECKS]
    found = bench.findings([one, other], *rules, tolerance=tolerance)
    return [sorted(round(each.where.area, 2) for each in found if each.code == f"check.{name}") for name in CHECKS]


def test_patches_that_tile_the_county_leave_nothing(bench):
    outside, bare, shared = look(bench, [box(0, 0, 50, 100), box(50, 0, 100, 100)], [box(0, 0, 100, 100)])
    assert (outside, bare, shared) == ([], [], [10000.0])


def test_what_lies_outside_and_what_is_bare(bench):
    """A hole of 10 × 10 m, a strip of 5 m that is lacking in the east and one of 3 m too much in the south."""
    mine = [box(0, -3, 95, 100).difference(box(20, 20, 30, 30))]
    outside, bare, _ = look(bench, mine, [box(0, 0, 60, 100), box(60, 0, 100, 100)])
    assert (outside, bare) == ([285.0], [100.0, 500.0])


@pytest.mark.parametrize(("tolerance", "count"), [(0.0, 1), (0.001, 1), (0.01, 0)])
def test_a_strip_narrower_than_the_tolerance_is_none(bench, tolerance, count):
    outside, bare, _ = look(bench, [box(0, 0, 100.005, 100)], [box(0, 0, 100, 100)], tolerance)
    assert (len(outside), bare) == (count, [])


def test_layers_apart_share_nothing_and_each_lies_outside_the_other(bench):
    assert look(bench, [box(0, 0, 10, 10)], [box(50, 0, 60, 10)]) == [[100.0], [100.0], []]


def test_what_an_invalid_row_encloses_is_not_judged(bench):
    bow = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    outside, bare, shared = look(bench, [bow, box(100, 0, 110, 10)], [bow.convex_hull, box(100, 0, 120, 10)])
    assert outside == [] and bare == [25.0, 25.0, 100.0] and shared == [100.0]
