"""Coordinate tables as pure thought: heads, rings, axes, degrees, zones, rows that are none; and tables of any cells."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import InputError
from shanshui.plugin.core.exchange.drawings import Drawn, parcels_of_drawing
from shanshui.plugin.core.exchange.point_table.cells import number_of
from shanshui.plugin.core.exchange.point_table.parcels import read_points
from shanshui.plugin.core.exchange.point_table.reading import Sheet

PACK = schema.load_packs()["exchange"]
EAST, NORTH = 40_400_000.0, 3_300_000.0
SQUARE = [(0, 100), (100, 100), (100, 0), (0, 0)]
HEAD = ["点号", "X坐标(m)", "Y坐标（m）"]


def points(corners, east=EAST, names="J"):
    return [[f"{names}{at}", NORTH + y, east + x] for at, (x, y) in enumerate(corners, 1)]


def read(rows, mapping="", crs=None, name="S"):
    return read_points([Sheet(name, list(enumerate(rows, 1)))], mapping, crs, PACK, "t.xlsx")


def codes(found):
    return sorted(one.code for one in found.findings)


@pytest.mark.parametrize(
    "text, degrees",
    [
        ("118°22′12.36″", 118.3701), ("118度22分12.36秒", 118.3701), ("118-22-12.36", 118.3701), ("东经118°22'12.36\"", 118.3701),
        ("118°22.5′", 118.375), ("118.5°", 118.5), ("１１８°３０′", 118.5), ("118°61′", None), ("2023-10", None), ("J1", None), ("", None),
    ],
)
def test_angles_are_read_as_degrees(text, degrees):
    found = number_of(text)
    assert found is None if degrees is None else found[1] and abs(found[0] - degrees) < 1e-9


def test_closed_and_open_rings_are_the_same_square():
    for closing in ([], [SQUARE[0]]):
        found = read([HEAD, *points([*SQUARE, *closing])])
        assert found.parcels.shapes[0].area == 10_000 and found.parcels.crs == "EPSG:4528" and found.how == "assumed"
        assert found.counts["open"] == (not closing)


def test_a_ring_that_comes_back_begins_another_without_ring_numbers():
    inner = [(40, 40), (60, 40), (60, 60), (40, 60)]
    found = read([HEAD, *points([*SQUARE, SQUARE[0], *inner, inner[0]])])
    assert found.parcels.shapes[0].area == 10_000 - 400 and found.counts["holes"] == 1


def test_exchanged_columns_are_turned_row_by_row():
    rows = points(SQUARE)
    rows[2] = [rows[2][0], rows[2][2], rows[2][1]]
    found = read([HEAD, *rows])
    assert found.parcels.shapes[0].area == 10_000 and "coords.swapped" in codes(found)


def test_sheets_are_parcels_and_a_parcel_column_goes_over_sheets():
    sheets = [Sheet(name, list(enumerate([HEAD, *points(SQUARE)], 1))) for name in ("甲", "乙")]
    assert read_points(sheets, "", None, PACK, "t").parcels.rows["DKBH"].tolist() == ["甲", "乙"]
    rows = [["7", *row] for row in points(SQUARE)]
    halves = [Sheet("1", list(enumerate([["宗地号", *HEAD], *rows[:2]], 1))), Sheet("2", list(enumerate([["宗地号", *HEAD], *rows[2:]], 1)))]
    found = read_points(halves, "", None, PACK, "t")
    assert found.parcels.rows["DKBH"].tolist() == ["7"] and found.parcels.shapes[0].area == 10_000


def test_a_mapping_names_columns_by_head_or_letter():
    rows = [[row[1], "?", row[2]] for row in points(SQUARE)]
    assert read(rows, "x=A; y=C").parcels.shapes[0].area == 10_000
    assert read([["横", "", "纵"], *[[row[2], "", row[1]] for row in points(SQUARE)]], "Y＝横；X＝纵").parcels.shapes[0].area == 10_000
    for text in ("z=A", "x", "x="):
        with pytest.raises(InputError, match=r"coords\.mapping"):
            read(rows, text)


def test_zone_numbers_are_added_or_taken_away_where_only_they_differ():
    bare = read([HEAD, *points(SQUARE, 400_000.0)], crs="EPSG:4528")
    assert shapely.bounds(bare.parcels.shapes[0])[0] == EAST and "coords.zone_taken" in codes(bare)
    with_number = read([HEAD, *points(SQUARE)], crs="EPSG:4549")
    assert shapely.bounds(with_number.parcels.shapes[0])[0] == 400_000.0
    assert read([HEAD, *points(SQUARE, 400_000.0)]).parcels.crs is None


def test_other_datums_are_not_taken_for_cgcs2000():
    found = read([["坐标系：西安80坐标系"], HEAD, *points(SQUARE)])
    assert found.parcels.crs == "EPSG:2364" and "coords.datum_assumed" not in codes(found)  # Xian 1980 / 3-degree zone 40


def test_degrees_are_longitude_and_latitude():
    found = read([["点号", "经度", "纬度"], ["1", "119°30′", "29°48′"], ["2", "119°30′36″", "29°48′"], ["3", "119°30′36″", "29°48′36″"]])
    assert found.parcels.crs == "EPSG:4490"
    assert np.allclose(shapely.bounds(found.parcels.shapes[0]), [119.5, 29.8, 119.51, 29.81])


def test_rows_that_are_no_points_are_counted_and_bad_ones_told_with_their_row():
    rows = [["界址点成果表"], HEAD, *points(SQUARE), ["合计", None, 400.0], [None], ["J9", "缺", "缺"], ["填表人：", None, None]]
    found = read(rows)
    assert [found.notes.counts[one] for one in ("points", "blank", "sums", "text")] == [4, 1, 1, 2]
    assert [(one.layer, one.row) for one in found.findings if one.code == "coords.bad_number"] == [("S", "9")]


def test_a_parcel_in_a_hole_is_not_cut_again_and_one_on_the_ground_is():
    def ring(x, y, size, row):
        return Drawn("JZX", row, shapely.get_coordinates(shapely.box(x, y, x + size, y + size)))

    def text(x, y, word):
        return Drawn("ZJ", 0, np.array([[x, y]], dtype=float), word)

    drawn = [ring(0, 0, 100, 1), ring(10, 10, 20, 2), ring(12, 12, 5, 3), ring(60, 60, 10, 4)]
    found = parcels_of_drawing(drawn, [text(50, 50, "A"), text(14, 14, "B"), text(65, 65, "C")], 0.001)
    assert {one.name: len(set(one.rings)) for one in found.parcels} == {"A": 3, "B": 1, "C": 1}


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-10**10, 10**10), st.floats(), st.text(max_size=8),
    st.sampled_from(["X", "Y", "点号", "圈号", "宗地号", "名称", "经度", "合计", "宗地：A", "118°22′1″", "29-48-0", "=A1", 30.1]),
    st.sampled_from([EAST, NORTH, EAST + 9, NORTH + 7]),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, max_size=5), max_size=25), st.sampled_from(["", "x=A;y=B", "x=X;y=C;parcel=A", "name=名称"]), st.booleans())
def test_tables_of_any_cells_are_read_or_refused_by_name(rows, mapping, headed):
    if headed:
        rows = [["宗地号", "X", "Y", "圈号", "点号"], *rows]
    try:
        found = read(rows, mapping)
    except InputError as failure:
        assert failure.code in ("coords.nothing",)
        return
    assert len(found.parcels) == len(found.parcels.shapes) and found.notes.counts["points"] >= len(found.points)
    assert all(one.layer for one in found.findings)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.floats(20.0, 400.0), st.floats(0.05, 0.95)), min_size=3, max_size=14), st.booleans(), st.booleans(),
    st.sampled_from(["EPSG:4528", "EPSG:4549"]),
)
def test_a_written_ring_comes_back_to_half_a_millimetre(spokes, hole, turned, crs):
    """Stars around a middle, rounded to millimetres as a table has them, with a hole of half their size or without."""
    angles = np.cumsum([turn for _, turn in spokes])
    angles = angles / angles[-1] * 2 * np.pi
    east = EAST if crs == "EPSG:4528" else 400_000.0
    star = np.column_stack([[r for r, _ in spokes] * np.cos(angles), [r for r, _ in spokes] * np.sin(angles)])
    rings = [star, 0.5 * star[::-1]] if hole else [star]
    shape = shapely.Polygon(rings[0], rings[1:])
    if not shape.is_valid:
        return
    rows = [["圈号", *HEAD]]
    for number, ring in enumerate(rings, 1):
        for at, (x, y) in enumerate(ring, 1):
            pair = [f"{NORTH + y:.3f}", f"{east + x:.3f}"]
            rows.append([number, f"J{at}", *(pair[::-1] if turned else pair)])
    made = shapely.transform(read(rows, crs=crs).parcels.shapes[0], lambda xy: xy - [east, NORTH])
    assert shapely.hausdorff_distance(shapely.boundary(made), shapely.boundary(shape)) <= 0.00071
    assert len(made.interiors) == hole
