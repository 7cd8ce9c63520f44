"""Edge matching: two layers along a straight border, drawn by hand, and the sample county's red line beside its neighbour's."""

from __future__ import annotations

import pytest
import shapely

from shanshui.plugin.core.checks import engine, rule
from shanshui.plugin.core.checks.case import Checked
from shanshui.plugin.core.sample.county import made

X, Y = 40_512_000.0, 3_302_000.0
RULE = {"other": "OURS", "border": "BORDER", "within": 3, "least": 20, "reach": 100}


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def border(*points):
    return shapely.LineString([(X + east, Y + north) for east, north in points])


def look(bench, theirs, ours, line=None, tolerance=0.001, crs="EPSG:4528", **parameters):
    """(feature, metres, start of the stretch) of each mismatch; the border runs along y = 0."""
    lines = line if line is not None else [border((-100, 0), (3000, 0))]
    tables = (("THEIRS", theirs), ("OURS", ours), ("BORDER", lines))
    layers = [Checked(bench.table(name, shapes, crs, KIND=["1"] * len(shapes))) for name, shapes in tables]
    found = bench.findings(layers, bench.made("edge_mismatch", "THEIRS", "OURS|BORDER", **{**RULE, **parameters}), tolerance=tolerance)
    return sorted((one.row, float(one.facts["was"]), one.where.bounds[0] - X) for one in found)


OURS = [box(0, -200, 500, 0), box(1000, -200, 1500, 0)]


def test_layers_that_lie_at_the_same_stretches_match(bench):
    assert look(bench, [box(0, 0, 500, 90), box(1000, 0, 1500, 90)], OURS) == []
    assert look(bench, [box(2, 1.5, 502, 90), box(1002, 1.5, 1502, 90)], OURS) == []


@pytest.mark.parametrize(("east", "told"), [(490, 0), (460, 1), (540, 1), (401, 1), (399, 0), (601, 0)])
def test_one_that_ends_before_the_other_is_told_and_one_that_goes_on_alone_is_not(bench, east, told):
    """Both layers are taken to lie on the border as far as 3 m beyond their ends: 40 m are told as 40."""
    found = look(bench, [box(0, 0, east, 90), box(1000, 0, 1500, 90)], OURS)
    assert [row for row, *_ in found] == ["#1"] * told
    assert [metres for _, metres, _ in found] == pytest.approx([abs(500 - east)] * told, abs=0.2)


def test_a_notch_in_the_middle_and_a_lacking_counterpart(bench):
    notched = box(0, 0, 500, 90).difference(box(200, 0, 250, 30))
    assert look(bench, [notched, box(1000, 0, 1500, 90)], OURS) == [("#1", pytest.approx(44.0, abs=0.2), pytest.approx(203.0, abs=0.2))]
    assert look(bench, [box(0, 0, 500, 90)], OURS) == []


@pytest.mark.parametrize(("tolerance", "count"), [(0.0, 0), (0.001, 0), (0.01, 0), (5.0, 1)])
def test_a_tolerance_wider_than_the_rule_takes_its_place(bench, tolerance, count):
    """Lines 4 m from the border lie on it at 5 m alone: below that there is nothing to match."""
    assert len(look(bench, [box(0, 4, 460, 90)], [box(0, -200, 500, -4)], tolerance=tolerance)) == count


def test_metres_in_degrees(bench):
    def moved(shapes):
        return [shapely.transform(one, lambda xy: (xy - [X, Y]) / 111_319.49 / [0.5, 1.0] + [120.0, 60.0]) for one in shapes]

    line = moved([border((-100, 0), (3000, 0))])
    for east, told in ((490, 0), (460, 1), (402, 1), (398, 0)):
        found = look(bench, moved([box(0, 0, east, 90)]), moved(OURS), line, crs="EPSG:4490")
        assert [metres for _, metres, _ in found] == pytest.approx([500 - east] * told, rel=5e-3)


def test_the_border_is_lines_of_its_kinds_or_the_outline_of_polygons(bench):
    theirs, coast = [box(0, 0, 460, 90)], [border((-100, 0), (3000, 0)), border((0, 50), (460, 50))]
    assert len(look(bench, theirs, OURS, [box(-100, -900, 3000, 0)])) == 1
    assert len(look(bench, theirs, OURS, coast, kinds="KIND:1|2")) == 1
    assert look(bench, theirs, OURS, coast, kinds="KIND:2") == []


def test_nothing_to_compare(bench):
    assert look(bench, [None], OURS) == look(bench, [box(0, 0, 460, 90)], [None]) == []
    assert look(bench, [box(0, 0, 460, 90)], OURS, [None]) == []


@pytest.mark.parametrize(("patches", "seed"), [(300, 3), (700, 11), (1500, 2)])
def test_the_red_lines_of_sample_counties_match_but_for_the_planted_fault(packs, patches, seed):
    rules = [one for one in rule.rules_of(packs.values()) if one.check == "edge_mismatch"]
    for faulty in (False, True):
        county = made(patches, seed, faulty, packs=packs)
        layers = [county.tables[name] for name in ("STBHHX", "STBHHX_LX", "XZQJX")]
        result = engine.run(engine.recognise(layers, list(packs.values())), rules)
        assert [one.state for one in result.ran] == ["ran"]
        planted = county.key.rows if faulty else None
        places = [] if planted is None else shapely.points(planted.loc[planted["CODE"] == "edge_mismatch", ["X", "Y"]].to_numpy(dtype=float))
        assert len(result.findings) == len(places) and (not faulty or len(places) == 1)
        assert all(shapely.distance(one.where, at) < 6.0 for (_, one), at in zip(result.findings, places))


def test_both_features_beside_the_end_are_named(bench):
    """The one whose edge came back and the one that begins where it ended."""
    theirs = [box(0, 0, 250, 90).difference(box(210, 0, 250, 30)), box(250, 0, 500, 90), box(1000, 0, 1500, 90)]
    tables = (("T", theirs), ("OURS", OURS), ("BORDER", [border((0, 0), (2000, 0))]))
    layers = [Checked(bench.table(name, shapes, A=[1] * len(shapes))) for name, shapes in tables]
    (one,) = bench.findings(layers, bench.made("edge_mismatch", "T", "OURS|BORDER", **RULE))
    assert {one.row, one.facts["other"]} == {"#1", "#2"}
