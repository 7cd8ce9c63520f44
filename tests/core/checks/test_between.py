"""Ground of one layer against another, drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.core.checks import engine, rule
from shanshui.plugin.core.checks.case import Checked
from shanshui.plugin.core.sample import county

X, Y = 40_512_000.0, 3_302_000.0
CHECKS = ("ground_outside", "ground_bare", "ground_shared")


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def look(bench, mine, theirs, tolerance=0.001, crs="EPSG:4528"):
    """(areas in m² that lie outside, are bare, are shared), each sorted."""
    one = Checked(bench.table("PATCHES", mine, crs, A=list(range(len(mine)))))
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


def test_layers_that_must_be_equal_are_told_on_both_sides(bench):
    one = Checked(bench.table("SPACES", [box(0, 0, 50, 100), box(50, 0, 103, 100)], A=[1, 2]))
    other = Checked(bench.table("SEA", [box(0, 0, 100, 105)], A=[1]))
    asked = bench.made("ground_differs", "SPACES", "SEA", other="SEA")
    found = bench.findings([one, other], asked)
    assert sorted((each.facts["value"], round(each.where.area, 2)) for each in found) == [("SEA", 500.0), ("SPACES", 300.0)]
    same = Checked(bench.table("SEA", [box(0, 0, 103, 100)], A=[1]))
    assert bench.findings([one, same], asked) == []


@pytest.mark.parametrize("crs", ["EPSG:4528", "EPSG:4490"])
@pytest.mark.parametrize(("tolerance", "told"), [(0.0, 3), (0.001, 2), (0.01, 1)])
def test_gaps_up_to_a_boundary_at_each_tolerance(bench, crs, tolerance, told):
    """Strips of half a millimetre, half a centimetre and half a metre along the county's edge, the county given as lines and as ground."""
    mine = [box(0, 0.0005, 100, 50), box(0, 50, 100, 99.995), box(100, 0, 199.5, 100)]
    whole = [box(0, 0, 200, 100)]
    if crs == "EPSG:4490":
        mine, whole = ([shapely.transform(one, lambda xy: (xy - [X, Y]) / 111_319.49) for one in some] for some in (mine, whole))
    corners = whole[0].exterior.coords
    for boundary in (whole, [shapely.LineString(corners[:3]), shapely.LineString(corners[2:])]):
        _, bare, _ = look(bench, mine, boundary, tolerance, crs)
        assert len(bare) == told


def test_rows_that_are_decided_on_are_let_be(bench):
    farmland = [box(0, 0, 50, 100), box(50, 0, 100, 100), box(100, 0, 150, 100)]
    one = Checked(bench.table("FARM", farmland, BSM=["1", "2", "3"], BHJSSJ=["2024-12-31", None, ""]))
    other = Checked(bench.table("RED", [box(20, 0, 80, 100), box(140, 0, 300, 100)], A=[1, 2]))
    rules = [bench.made("ground_shared", "FARM", "RED", other="RED", **more) for more in ({}, {"unless": "BHJSSJ"})]
    found = [sorted(round(each.where.area) for each in bench.findings([one, other], asked)) for asked in rules]
    assert found == [[1000, 6000], [1000, 3000]]


def red_farmland(tables, packs):
    """Findings of the rule on farmland in the red line."""
    rules = [one for one in rule.rules_of(packs.values()) if one.code == "SX0480"]
    result = engine.run(engine.recognise([tables["YJJBNTBHTB"], tables["STBHHX"]], list(packs.values())), rules)
    assert [one.state for one in result.ran] == ["ran"]
    return [one for _, one in result.findings]


@pytest.mark.parametrize(("patches", "seed"), [(300, 1), (1000, 7)])
def test_farmland_in_the_red_line_of_the_sample_county(packs, patches, seed):
    """The clean county holds one patch that leaves the farmland in order: without its date it is found, and so is another that is none of that."""
    tables = county.made(patches, seed, packs=packs).tables
    land, red, known = tables["YJJBNTBHTB"], tables["STBHHX"], tables["KNOWN"].rows
    case = known[known["KIND"] == "redline_farmland"].iloc[0]
    leaving = land.rows["BSM"][land.rows["BHJSSJ"].notna()].tolist()
    assert leaving == [case["OTHER_FEATURE"]] and red_farmland(tables, packs) == []
    tables["YJJBNTBHTB"] = land.with_columns(BHJSSJ=None)
    (found,) = red_farmland(tables, packs)
    assert shapely.distance(found.where, shapely.Point(case["X"], case["Y"])) == 0.0
    assert found.facts["area"] == pytest.approx(case["AREA"], rel=1e-3)
    patch = next(one for one in land.shapes if shapely.distance(one, shapely.union_all(red.shapes)) > 100.0)
    tables["STBHHX"] = red.with_geometry(np.append(red.shapes[:-1], shapely.union_all([red.shapes[-1], patch])))
    tables["YJJBNTBHTB"] = land
    (found,) = red_farmland(tables, packs)
    assert found.where.symmetric_difference(patch).area < 1e-3


@pytest.mark.parametrize("crs", ["EPSG:4528", "EPSG:4490"])
@pytest.mark.parametrize(("tolerance", "told"), [(0.0, ["#2", "#3", "#4", "#5"]), (0.001, ["#2", "#3", "#4", "#5"]), (0.01, ["#3", "#4", "#5"])])
def test_patches_that_lie_in_no_one_village(bench, crs, tolerance, told):
    """Within one; 5 mm across the line between two; half in each; 3 m outside all; apart from all. What is not valid is not judged."""
    bow = shapely.Polygon([(X + 90, Y), (X + 110, Y + 10), (X + 110, Y), (X + 90, Y + 10)])
    patches = [box(0, 0, 50, 50), box(50, 0, 100.005, 50), box(50, 50, 150, 60), box(0, 90, 50, 103), box(500, 0, 510, 10), bow, None]
    villages = [box(0, 0, 100, 100), box(100, 0, 200, 100)]
    if crs == "EPSG:4490":
        patches, villages = ([one and shapely.transform(one, lambda xy: (xy - [X, Y]) / 111_319.49) for one in some] for some in (patches, villages))
    one = Checked(bench.table("PATCHES", patches, crs, A=list(range(len(patches)))))
    other = Checked(bench.table("VILLAGES", villages, crs, BSM=["V1", "V2"]))
    found = bench.findings([one, other], bench.made("not_within", "PATCHES", "VILLAGES", other="VILLAGES"), tolerance=tolerance)
    assert [each.row for each in found] == told
    facts = {each.row: (each.facts["value"], each.facts["area"]) for each in found}
    assert facts["#3"] == ("V1", pytest.approx(500.0, rel=0.01)) and facts["#4"][1] == pytest.approx(150.0, rel=0.01)
    assert facts["#5"] == ("∅", pytest.approx(100.0, rel=0.01))
    across = bench.findings([one, other], bench.made("not_within", "PATCHES", "VILLAGES", other="VILLAGES", several=1), tolerance=tolerance)
    assert [each.row for each in across] == [name for name in told if name in ("#2", "#3")]


def test_patches_in_an_invalid_village_are_not_judged(bench):
    bow = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    one = Checked(bench.table("PATCHES", [box(2, 2, 4, 4), box(50, 50, 60, 60)], A=[1, 2]))
    other = Checked(bench.table("VILLAGES", [bow], A=[1]))
    found = bench.findings([one, other], bench.made("not_within", "PATCHES", "VILLAGES", other="VILLAGES"))
    assert [each.row for each in found] == ["#2"]


def test_rows_of_some_kinds_take_no_part(bench):
    """A sea unit lies outside the county in order, a mineral unit has no patches; a land unit of each sort is still told."""
    kinds = ["HYDY", "GYSL", "KCZY"]
    units = Checked(bench.table("UNITS", [box(100, 0, 200, 100), box(90, 0, 100, 110), box(0, 0, 50, 100)], DJDYLX=kinds))
    county_ = Checked(bench.table("COUNTY", [box(0, 0, 100, 100)], A=[1]))
    outside = bench.made("ground_outside", "UNITS", "COUNTY", other="COUNTY", but="DJDYLX:HYDY|KCZY")
    assert [round(one.where.area, 2) for one in bench.findings([units, county_], outside)] == [100.0]
    patches = Checked(bench.table("PATCHES", [box(100, 0, 200, 100), box(90, 0, 100, 109)], A=[1, 2]))
    bare = bench.made("ground_bare", "PATCHES", "UNITS", other="UNITS", but_other="DJDYLX:KCZY")
    assert [round(one.where.area, 2) for one in bench.findings([patches, units], bare)] == [10.0]
    only_minerals = Checked(bench.table("UNITS", [box(0, 0, 50, 100)], DJDYLX=["KCZY"]))
    assert bench.findings([patches, only_minerals], bare) == []
