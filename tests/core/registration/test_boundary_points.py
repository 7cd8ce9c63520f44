"""Boundary points: order, start, shared points, numbers and list, on parcels that a person can draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import InputError
from shanshui.plugin.core.registration.boundary_points import Choices, boundary_points
from shanshui.plugin.core.table import Table

EAST, NORTH = 40_400_000.0, 3_300_000.0


def place(*points):
    return [(EAST + x, NORTH + y) for x, y in points]


def parcels(*shapes, crs="EPSG:4528", names="ABCDEFG"):
    return Table(pd.DataFrame({"ZDDM": list(names[: len(shapes)])}), np.array(shapes, dtype=object), crs, "parcels")


def square(x, y, width=100.0, height=100.0):
    return shapely.Polygon(place((x, y), (x + width, y), (x + width, y + height), (x, y + height)))


def points_of(result, parcel):
    listed = result.listed.rows
    return listed[listed["PARCEL"] == parcel]


def test_a_square_starts_north_west_and_runs_clockwise():
    result = boundary_points(parcels(square(0, 0)), Choices())
    rows = points_of(result, "A")
    assert rows["JZDH"].tolist() == ["J1", "J2", "J3", "J4", "J1"]
    assert rows["X"].tolist() == [NORTH + 100, NORTH + 100, NORTH, NORTH, NORTH + 100]
    assert rows["Y"].tolist() == [EAST, EAST + 100, EAST + 100, EAST, EAST]
    assert rows["SXH"].tolist() == [1, 2, 3, 4, 5] and rows["RING"].tolist() == [1] * 5
    assert rows["SIDE"].tolist()[:4] == [100.0] * 4 and np.isnan(rows["SIDE"].iloc[4])


def test_storage_direction_does_not_matter():
    turned = shapely.reverse(square(0, 0))
    one, other = (boundary_points(parcels(shape), Choices()).listed.rows for shape in (square(0, 0), turned))
    pd.testing.assert_frame_equal(one, other)


def test_the_start_is_nearest_to_the_corner_of_the_envelope_and_ties_go_north():
    # (0, 90) and (10, 100) are both 10 m from the corner (0, 100): the northern one is first
    cut = shapely.Polygon(place((0, 0), (100, 0), (100, 100), (10, 100), (0, 90)))
    first = points_of(boundary_points(parcels(cut), Choices()), "A").iloc[0]
    assert (first["Y"], first["X"]) == (EAST + 10, NORTH + 100)
    lower = shapely.Polygon(place((0, 0), (100, 0), (100, 100), (12, 100), (0, 95)))
    first = points_of(boundary_points(parcels(lower), Choices()), "A").iloc[0]
    assert (first["Y"], first["X"]) == (EAST, NORTH + 95)


def test_the_start_nearest_to_a_given_point():
    result = boundary_points(parcels(square(0, 0)), Choices(start="nearest", start_point=(EAST + 120, NORTH - 5, None)))
    assert points_of(result, "A")["Y"].tolist()[0] == EAST + 100 and points_of(result, "A")["X"].tolist()[0] == NORTH
    with pytest.raises(InputError, match=r"points\.no_start"):
        boundary_points(parcels(square(0, 0)), Choices(start="nearest"))


def test_holes_run_counter_clockwise_and_numbers_run_on_over_rings_and_parts():
    hole = shapely.Polygon(square(0, 0).exterior.coords, [square(40, 40, 20, 20).exterior.coords])
    both = shapely.MultiPolygon([hole, square(200, 0)])
    rows = points_of(boundary_points(parcels(both), Choices()), "A")
    assert rows["JZDH"].tolist() == [
        "J1", "J2", "J3", "J4", "J1", "J5", "J6", "J7", "J8", "J5", "J9", "J10", "J11", "J12", "J9",
    ]
    assert rows["RING"].tolist() == [1] * 5 + [2] * 5 + [3] * 5
    inner = rows[rows["RING"] == 2]
    assert list(zip(inner["Y"] - EAST, inner["X"] - NORTH)) == [(40, 60), (40, 40), (60, 40), (60, 60), (40, 60)]


def test_shared_points_are_one_point_and_the_layer_numbering_gives_one_number():
    table = parcels(square(0, 0), square(100, 0))
    by_parcel = boundary_points(table, Choices())
    assert len(by_parcel.points) == 6 and by_parcel.counts["shared"] == 2
    both = by_parcel.points.rows.set_index("JZDH").loc["J2"]
    shared = by_parcel.points.rows[by_parcel.points.rows["PARCELS"] == "A、B"]
    assert shared["NUMBERS"].tolist() == ["A:J2、B:J1", "A:J3、B:J4"]
    assert len(both) and points_of(by_parcel, "B")["JZDH"].tolist() == ["J1", "J2", "J3", "J4", "J1"]
    whole = boundary_points(table, Choices(numbering="layer", prefix="D"))
    assert points_of(whole, "A")["JZDH"].tolist() == ["D1", "D2", "D3", "D4", "D1"]
    assert points_of(whole, "B")["JZDH"].tolist() == ["D2", "D5", "D6", "D3", "D2"]
    assert whole.points.rows["JZDH"].is_unique


def test_a_junction_on_a_straight_line_is_a_point_of_all_three():
    # C runs straight below A and B and has no corner where they meet
    table = parcels(square(0, 100), square(100, 100), square(0, 0, 200, 100))
    result = boundary_points(table, Choices())
    assert points_of(result, "C")["JZDH"].tolist() == ["J1", "J2", "J3", "J4", "J5", "J1"]
    meeting = result.points.rows[result.points.rows["PARCELS"] == "A、B、C"]
    assert (meeting["YZBZ"].tolist(), meeting["XZBZ"].tolist()) == ([EAST + 100], [NORTH + 100])


def test_vertices_on_the_straight_line_are_dropped_within_the_tolerance():
    bent = shapely.Polygon(place((0, 0), (50, 0.05), (100, 0), (100, 100), (0, 100)))
    assert len(boundary_points(parcels(bent), Choices(tolerance=0.01)).points) == 5
    assert len(boundary_points(parcels(bent), Choices(tolerance=0.1)).points) == 4
    straight = shapely.Polygon(place((0, 0), (50, 0), (100, 0), (100, 100), (0, 100)))
    assert len(boundary_points(parcels(straight), Choices(tolerance=0.001)).points) == 4
    assert len(boundary_points(parcels(straight), Choices(tolerance=0.0)).points) == 5  # every vertex


def test_the_angle_is_the_least_turn():
    # at (50, 5) the line turns by 2·atan(5/50) = 11.42 degrees
    bent = shapely.Polygon(place((0, 0), (50, 5), (100, 0), (100, 100), (0, 100)))
    assert len(boundary_points(parcels(bent), Choices(angle=11.4)).points) == 5
    assert len(boundary_points(parcels(bent), Choices(angle=11.5)).points) == 4
    # the side then follows the line: 2 × √(50² + 5²) = 100.50
    rows = points_of(boundary_points(parcels(bent), Choices(angle=11.5)), "A")
    assert sorted(rows["SIDE"].dropna()) == [100.0, 100.0, 100.0, 100.5]


def test_a_round_parcel_keeps_its_points_when_no_turn_is_great_enough():
    disc = shapely.Point(EAST, NORTH).buffer(50, quad_segs=16)
    result = boundary_points(parcels(disc), Choices(angle=30))
    assert len(result.points) >= 3 and result.counts["finer_rings"] == 1


def test_sides_lie_between_the_points_once_each():
    result = boundary_points(parcels(square(0, 0), square(100, 0)), Choices())
    lines = result.lines.rows
    assert len(lines) == 7
    shared = lines[lines["LEFT_PARCEL"].notna()].iloc[0]
    assert (shared["ZDZHDM"], shared["LEFT_PARCEL"], shared["FROM_POINT"], shared["TO_POINT"]) == ("A", "B", "J2", "J3")
    assert (lines["JZXCD"] == 100).all()
    # ellipsoidal: 100 km from the central meridian the plane is 1.000123 times too long
    assert lines["LENGTH"].between(99.98, 99.995).all()
    for shape, row in zip(result.lines.shapes, lines.itertuples()):
        listed = points_of(result, row.ZDZHDM).drop_duplicates("JZDH").set_index("JZDH")
        assert shape.coords[0] == (listed.loc[row.FROM_POINT, "Y"], listed.loc[row.FROM_POINT, "X"])
        assert shape.coords[-1] == (listed.loc[row.TO_POINT, "Y"], listed.loc[row.TO_POINT, "X"])


def test_geographic_parcels_are_listed_on_their_zone_with_prefix():
    import geopandas

    flat = parcels(square(0, 0))
    degrees = geopandas.GeoSeries([square(0, 0)], crs=4528).to_crs(4490).to_numpy()
    result = boundary_points(parcels(*degrees, crs="EPSG:4490"), Choices())
    pd.testing.assert_frame_equal(result.listed.rows, boundary_points(flat, Choices()).listed.rows)
    assert result.points.crs == "EPSG:4490" and 118 < result.points.shapes[0].x < 122
    assert result.plane.label.startswith("3°/40")


def test_eastings_without_the_zone_get_it_in_the_list_only():
    bare = shapely.box(400_000, NORTH, 400_100, NORTH + 100)
    result = boundary_points(parcels(bare, crs="EPSG:4549"), Choices())
    assert points_of(result, "A")["Y"].tolist()[0] == 40_400_000.0
    assert result.points.shapes[0].x == 400_000.0


def test_names_of_parcels():
    twice = parcels(square(0, 0), square(200, 0), names="AA")
    assert boundary_points(twice, Choices()).listed.rows["PARCEL"].unique().tolist() == ["1", "2"]
    assert boundary_points(twice, Choices(key="ZDDM")).listed.rows["PARCEL"].unique().tolist() == ["A"]


def test_an_overlap_is_told():
    result = boundary_points(parcels(square(0, 0), square(0, 0)), Choices())
    assert {one.code for one in result.findings} == {"boundary.overlap"}


def test_no_parcels():
    result = boundary_points(parcels(), Choices())
    assert len(result.points) == len(result.lines) == len(result.listed) == 0


def test_corners_are_one_within_the_packs_tolerance():
    assert Choices().same == schema.load_packs()["registration"].number("settings", "corner_tolerance")


@pytest.mark.real
def test_every_corner_that_the_survey_numbers_is_found(real_data, record_property):
    import geopandas

    source = real_data / "ch_av_solothurn" / "ch_av_254900.gpkg"
    read = geopandas.read_file(source, layer="liegenschaft")
    marks = geopandas.read_file(source, layer="grenzpunkt")
    table = Table(pd.DataFrame({"ZDDM": read["nummer"]}), np.asarray(read.geometry.array, dtype=object), "EPSG:2056", "liegenschaft")
    result = boundary_points(table, Choices())
    tree = shapely.STRtree(result.points.shapes)
    marked = np.asarray(marks.geometry.array, dtype=object)
    rim = shapely.union_all(shapely.boundary(table.shapes))
    on_parcel = marked[shapely.distance(marked, rim) < 0.01]
    hit = np.unique(tree.query(on_parcel, predicate="dwithin", distance=0.002)[0])
    share = len(hit) / len(on_parcel)
    record_property("share", share)
    print(f"{len(on_parcel)} of {len(marked)} survey points lie on parcels; {len(hit)} are among our {len(result.points)} ({share:.2%})")
    assert share == 1.0
    # the survey also numbers points on straight lines: those go when the tolerance asks for it
    fewer = boundary_points(table, Choices(tolerance=0.001))
    still = np.unique(shapely.STRtree(fewer.points.shapes).query(on_parcel, predicate="dwithin", distance=0.002)[0])
    print(f"TOLERANCE 0.001: {len(still)} of {len(on_parcel)} among {len(fewer.points)}")
    assert len(fewer.points) < len(result.points) and 0.9 < len(still) / len(on_parcel) < 1
