"""Each repair on a few squares whose mended shapes are known by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core.errors import InputError


def test_what_needs_nothing_is_the_same_bit_for_bit(bench):
    given = bench.table([bench.square(0, 0), bench.square(100, 0), None, shapely.Polygon()])
    done = bench.mended(given)
    assert done.settled and not done.work.done and not done.findings and done.table is given


def test_a_hole_that_runs_like_its_shell_is_turned_and_the_largest_ring_comes_first(bench):
    ring = shapely.get_coordinates(bench.square(0, 0))
    hole = shapely.get_coordinates(bench.square(40, 40, 20))
    holed, inside_out = shapely.Polygon(ring, [hole]), shapely.Polygon(hole[::-1], [ring])
    assert holed.is_valid and not inside_out.is_valid
    done = bench.mended([bench.square(200, 0), bench.square(300, 0), holed, shapely.affinity.translate(inside_out, 0, 500)])
    for shape in done.table.shapes[2:]:
        assert shape.is_valid and shape.area == 100**2 - 20**2
        assert shapely.is_ccw(shape.exterior) and not shapely.is_ccw(shape.interiors[0])
    assert {one.repair for row in done.work.done.values() for one in row} == {"ring_order"} and set(done.work.done) == {2, 3}


def test_rings_run_as_most_do(bench):
    clockwise = [shapely.reverse(bench.square(100 * at, 0)) for at in range(3)]
    done = bench.mended([*clockwise, bench.square(300, 0)])
    assert set(done.work.done) == {3} and not any(shapely.is_ccw(one.exterior) for one in done.table.shapes)


@pytest.mark.parametrize(
    ("places", "parts"),
    [
        # a loop into the patch whose two lobes have the same area, a way out and back, and two squares that meet in a corner
        (((0, 0), (51, 50), (48, 53), (51, 53), (48, 50), (0, 0), (100, 0), (100, 100), (0, 100)), None),
        (((0, 0), (100, 0), (150, 50), (100, 0), (100, 100), (0, 100)), 1),
        (((0, 0), (50, 0), (50, 50), (100, 50), (100, 100), (50, 100), (50, 50), (0, 50)), 2),
    ],
)
def test_shapes_are_made_valid_where_their_area_stays(bench, places, parts):
    shape = bench.poly(*places)
    assert not shape.is_valid
    done = bench.mended([shape, bench.square(500, 0)], "shape_invalid")
    if parts is None:  # the loop's lobes are not of one area: nothing is done
        assert bench.told(done) == [("repair.area_moves", "#1")] and done.table.shapes[0] is shape
        return
    mended = done.table.shapes[0]
    assert mended.is_valid and mended.area == pytest.approx(shape.area, rel=1e-12) and shapely.get_num_geometries(mended) == parts


def test_a_bow_tie_whose_halves_cancel_is_left_and_said(bench):
    bow = bench.poly((0, 0), (10, 10), (10, 0), (0, 10))
    done = bench.mended([bow])
    (one,) = done.findings
    assert done.table.shapes[0] is bow and one.code == "repair.area_moves" and one.facts["size"] == "50.00" and one.where is bow


def test_the_vertex_that_bends_nothing_goes_in_both_neighbours(bench):
    """Two places 2 mm apart on a shared edge: the one on the straight line is dropped, on both sides."""
    left = bench.poly((0, 0), (100, 0), (90, 50), (90.0004, 50.002), (100, 100), (0, 100))
    right = bench.poly((100, 0), (200, 0), (200, 100), (100, 100), (90.0004, 50.002), (90, 50))
    done = bench.mended([left, right])
    assert bench.places(done.table.shapes[0]) == {(0, 0), (100, 0), (90, 50), (100, 100), (0, 100)}
    assert bench.places(done.table.shapes[1]) == {(100, 0), (200, 0), (200, 100), (100, 100), (90, 50)}
    assert shapely.coverage_is_valid(done.table.shapes) and bench.changes.books(done).features == 2


def test_a_corner_where_more_meet_stays(bench):
    """Of a corner of four squares and a vertex 3 mm beside it on one edge the corner stays."""
    one = bench.poly((0, 0), (100, 0), (100, 99.997), (100, 100), (0, 100))
    other = bench.poly((100, 0), (200, 0), (200, 100), (100, 100), (100, 99.997))
    done = bench.mended([one, other, bench.square(0, 100), bench.square(100, 100)])
    assert bench.places(done.table.shapes[0]) == bench.places(bench.square(0, 0)) and set(done.work.done) == {0, 1}


def test_repeated_vertices_go(bench):
    shape = bench.poly((0, 0), (100, 0), (100, 0), (100, 100), (0, 100), (0, 100))
    done = bench.mended([shape], "vertex_near")
    assert shapely.get_num_coordinates(done.table.shapes[0]) == 5 and done.table.shapes[0].equals(shape)


@pytest.mark.parametrize(("away", "tolerance", "there"), [(0.0, 0.001, True), (0.0008, 0.001, True), (0.0, 0.0, False), (0.008, 0.001, False)])
def test_vertices_of_neighbours_are_put_on_an_edge_within_the_tolerance(bench, away, tolerance, there):
    beside = bench.poly((100 + away, 50), (200, 50), (200, 100), (100, 100))
    below = bench.poly((100, 0), (200, 0), (200, 50), (100 + away, 50))
    done = bench.mended([bench.square(0, 0), below, beside], "vertex_missing", tolerance)
    assert ((round(100 + away, 3), 50) in bench.places(done.table.shapes[0])) is there and set(done.work.done) == ({0} if there else set())


def test_corners_of_neighbours_a_hair_apart_become_one(bench):
    done = bench.mended([bench.square(0, 0), bench.poly((100.0004, 0), (200, 0), (200, 100), (100.0004, 100))])
    assert bench.found([done.table], "vector") == [] and len(np.unique(shapely.get_coordinates(done.table.shapes), axis=0)) == 6


def test_a_narrow_overlap_goes_to_the_row_with_the_longer_edge_at_it(bench):
    """The dip of 20 × 0.1 m: 20.2 m of its edge border on what is the lower square's alone, 20 m on the upper one's."""
    upper = bench.poly((0, 100), (50, 100), (50, 99.9), (70, 99.9), (70, 100), (100, 100), (100, 200), (0, 200))
    done = bench.mended([bench.square(0, 0), upper], "overlap")
    lower, rest = done.table.shapes
    assert (lower.area, rest.area) == (10_000, 10_000) and shapely.coverage_is_valid(done.table.shapes)
    assert {(50, 100), (70, 100)} <= bench.places(lower)
    assert bench.changes.books(done).planar == pytest.approx(-2.0, abs=1e-4)


def test_a_narrow_gap_goes_to_the_row_with_the_longest_edge_at_it(bench):
    notched = bench.poly((100, 0), (200, 0), (200, 100), (100, 100), (100, 60), (100.1, 60), (100.1, 40), (100, 40))
    done = bench.mended([bench.square(0, 0), notched])
    assert done.table.shapes[1].area == pytest.approx(10_000, abs=1e-6) and bench.changes.books(done).ellipsoidal == 2.0
    assert bench.found([done.table], "gap") == []


def test_a_sliver_goes_to_the_neighbour_with_the_longest_edge_and_takes_its_area_with_it(bench):
    strip = bench.poly((100, 0), (100.1, 0), (100.1, 100), (100, 100))
    beside = bench.poly((100.1, 0), (200, 0), (200, 60), (100.1, 60))
    above = bench.poly((100.1, 60), (200, 60), (200, 100), (100.1, 100))
    given = bench.table([beside, strip, above, bench.square(0, 0)], BSM=["a", "b", "c", "d"], MJ=[5994.0, 10.0, 3996.0, 10_000.0])
    done = bench.mended(given)
    assert done.table.rows["BSM"].tolist() == ["a", "c", "d"] and done.table.rows["MJ"].tolist() == [5994.0, 3996.0, 10_010.0]
    assert done.table.shapes[2].area == pytest.approx(10_010, abs=1e-6) and given.rows["MJ"].tolist()[3] == 10_000.0
    aside = bench.changes.merged_table(done)
    assert aside.rows["FEATURE"].tolist() == ["b"] and aside.rows["AREA"].tolist() == [10.0] and '"BSM": "b"' in aside.rows["ATTRIBUTES"][0]


def test_ridges_are_deducted_anew_from_what_took_up_a_sliver(bench):
    strip = bench.poly((100, 0), (100.1, 0), (100.1, 100), (100, 100))
    columns = {"BSM": ["a", "b"], "TBMJ": [10_000.0, 10.0], "KCXS": [0.1, None], "KCMJ": [1000.0, None], "TBDLMJ": [9000.0, 10.0]}
    done = bench.mended(bench.table([bench.square(0, 0), strip], **columns))
    (row,) = done.table.rows.to_dict("records")
    assert (row["TBMJ"], row["KCMJ"], row["TBDLMJ"]) == (10_010.0, 1001.0, 9009.0)


def test_the_number_of_a_check_on_this_layer_goes_before_that_of_the_repair(bench):
    """A strip of 0.25 m is a sliver of the land survey (0.3 m), not of ownership (0.2 m)."""
    strip = [bench.square(0, 0), bench.poly((100, 0), (100.25, 0), (100.25, 100), (100, 100))]
    merged = {name: len(bench.mended(bench.table(strip, name)).work.merged) for name in ("DLTB", "SYQ", "ground")}
    assert merged == {"DLTB": 1, "SYQ": 0, "ground": 0}


def test_only_what_was_asked_for_is_done(bench):
    notched = bench.poly((100, 0), (200, 0), (200, 100), (100, 100), (100, 60), (100.1, 60), (100.1, 59.998), (100.1, 40), (100, 40))
    shapes = [bench.square(0, 0), notched]
    near = {"vertex_near"}
    for wanted, repairs in (("SR0307", near), ("SX0451", {"gap"}), ("vector", near), ("gap，vertex_near", {"gap", *near})):
        done = bench.mended(shapes, wanted)
        assert {one.repair for row in done.work.done.values() for one in row} == repairs
    with pytest.raises(InputError, match=r"check\.unknown_rule"):
        bench.mended(shapes, "SX0502")


def test_degrees_are_repaired_by_metres(bench):
    """Squares of 0.001° with a gap of 1e-6° (0.11 m along the meridian): closed at 0.2 m, left at 0.05 m."""
    low = shapely.box(120.0, 30.0, 120.001, 30.001)
    high = shapely.Polygon([(120, 30.001), (120.0004, 30.001), (120.0004, 30.001001), (120.0006, 30.001001), (120.0006, 30.001), (120.001, 30.001),
                            (120.001, 30.002), (120, 30.002)])  # fmt: skip
    given = bench.table([low, high], crs="EPSG:4490")
    done = bench.mended(given)
    assert bench.found([done.table], "topology") == [] and shapely.coverage_is_valid(done.table.shapes)
    size = 0.0002 * 111_320 * np.cos(np.radians(30.001)) * 1e-6 * 110_853  # of a degree of longitude and of latitude there
    assert bench.changes.books(done).ellipsoidal == pytest.approx(size, abs=0.02)
    left = bench.mended(given, width=0.05)
    assert bench.told(left) == [("repair.too_wide", "#1")] and left.findings[0].severity == "note"


def test_changes_have_both_shapes_and_areas(bench, packs):
    strip = bench.poly((100, 0), (100.1, 0), (100.1, 100), (100, 100))
    done = bench.mended(bench.table([bench.square(0, 0), strip], BSM=["a", "b"]))
    table = bench.changes.changes_table(done, packs["survey"])
    rows = table.rows[["FEATURE", "SIDE", "REPAIRS", "AREA_BEFORE", "AREA_AFTER", "CHANGE"]]
    told = pd.DataFrame([
        ["a", "before", "sliver", 10_000.0, 10_010.0, 10.0], ["a", "after", "sliver", 10_000.0, 10_010.0, 10.0],
        ["b", "before", "sliver", 10.0, 0.0, -10.0], ["b", "after", "sliver", 10.0, 0.0, -10.0],
    ], columns=rows.columns)  # fmt: skip
    pd.testing.assert_frame_equal(rows, told, atol=0.011)
    assert [None if one is None else round(one.area) for one in table.shapes] == [10_000, 10_010, 10, None]
