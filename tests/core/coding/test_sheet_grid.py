"""Sheets: numbers as published, areas in closed form, frames that tile."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from shanshui.plugin.core import schema
from shanshui.plugin.core.coding import sheets
from shanshui.plugin.core.coding.sheet_grid import sheet_grid
from shanshui.plugin.core.errors import CrsError, InputError

SILENT_LIMIT = 100_000
# one place at every scale by the formulas of the standard: c = 4°/ΔB − [(B mod 4°)/ΔB], d = [(L mod 6°)/ΔL] + 1, worked by hand with
# B mod 4° = 3°22′30″ and L mod 6° = 33′45″, both on lines of most grids: such a place belongs to the sheet north-east of it
PLACE = (114 + 33 / 60 + 45 / 3600, 39 + 22 / 60 + 30 / 3600)
WORKED = {
    1_000_000: "J50",
    500_000: "J50B001001",
    250_000: "J50C001001",
    100_000: "J50D002002",
    50_000: "J50E004003",
    25_000: "J50F008005",
    10_000: "J50G015010",
    5_000: "J50H030019",
    2_000: "J50I090055",
    1_000: "J50J01800109",
    500: "J50K03600217",
}


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["survey"]


def grid(pack, extent, scale, crs="EPSG:4490", limit=SILENT_LIMIT):
    return sheet_grid(extent, crs, scale, limit, pack)


def authalic(south: float, north: float, width: float) -> float:
    """The area between two parallels in closed form: b²/2 ΔL [sin B/(1−e² sin² B) + artanh(e sin B)/e]."""
    a, f = 6378137.0, 1 / 298.257222101
    b, e = a * (1 - f), math.sqrt(f * (2 - f))

    def upto(latitude: float) -> float:
        s = math.sin(math.radians(latitude))
        return s / (1 - e * e * s * s) + math.atanh(e * s) / e

    return b * b / 2 * math.radians(width) * (upto(north) - upto(south))


@pytest.mark.parametrize(("scale", "number"), WORKED.items())
def test_numbers_of_the_worked_place(scale, number):
    assert sheets.number_at(*PLACE, scale) == number
    west, south, east, north = sheets.frame(number)
    assert west <= PLACE[0] + 1e-12 < east and south <= PLACE[1] + 1e-12 < north


def test_the_old_numbers_say_the_same():
    """J-50-5-(24): fifth of 12 × 12 sheets 1:100,000 of J-50, the 24th of 8 × 8 in it: row 3, column 4 × 8 + 8 = 40. Beijing lies on J50."""
    west, south, east, north = sheets.frame("J50G003040")
    left, top = 114 + 4 * 0.5 + 7 * 0.5 / 8, 40 - 2 * (1 / 3) / 8
    assert (west, north) == pytest.approx((left, top), abs=1e-12)
    assert (east - west) * 3600 == pytest.approx(225) and (north - south) * 3600 == pytest.approx(150)
    assert sheets.number_at(116.39, 39.91, 1_000_000) == "J50" and sheets.number_at(-177.0, 1.0, 1_000_000) == "A01"


def test_every_line_of_the_grid_belongs_to_the_sheet_beyond_it():
    """Lines stated in seconds, as people type them, never fall back by a bit lost in division."""
    for scale in sheets.scales().values():
        for at in (1, 2, 7, scale.sheets - 1, scale.sheets, 17 * scale.sheets + 1):
            seconds = 21_600 * at / scale.sheets
            assert sheets.column_at(seconds / 3600, scale) == at and sheets.column_at((seconds - 0.01) / 3600, scale) == at - 1
            assert sheets.row_at(14_400 * at / scale.sheets / 3600, scale) == at


@pytest.mark.parametrize("text", ["", "J50G097001", "J50G000001", "J61", "J00", "P50", "J50L001001", "J50K001001", "J50G01501", "J50J001001", "j50"])
def test_what_is_no_number_has_no_frame(text):
    assert sheets.frame(text) is None


FRAMES = [(1_000_000, 6, 4), (100_000, 0.5, 1 / 3), (10_000, 0.0625, 1 / 24), (500, 9.375 / 3600, 6.25 / 3600)]


@pytest.mark.parametrize(("scale", "width", "height"), FRAMES)
@pytest.mark.parametrize("south", [0, 20, 36, 52])
def test_areas_in_closed_form(pack, scale, width, height, south):
    found = grid(pack, (114.0, south, 114 + width, south + height), scale)
    assert len(found) == 1
    assert found["LLMJ"][0] == pytest.approx(authalic(south, south + height, width), abs=0.0051, rel=1e-11)


def test_areas_agree_with_the_geodesic_polygon(pack):
    found = grid(pack, (117.01, 36.01, 117.02, 36.02), 10_000)
    area, _ = Geod(a=6378137, rf=298.257222101).geometry_area_perimeter(shapely.segmentize(found.shapes[0], 1e-5).reverse())
    assert found["LLMJ"][0] == pytest.approx(abs(area), rel=1e-8)


def test_neighbours_tile(pack):
    found = grid(pack, (119.7, 29.9, 120.3, 30.2), 10_000)
    assert shapely.coverage_is_valid(found.shapes) and len(found) == 10 * 8
    west, south, east, north = shapely.total_bounds(found.shapes)
    assert shapely.union_all(found.shapes).area == pytest.approx((east - west) * (north - south), rel=1e-12)
    assert west <= 119.7 < 120.3 <= east and south <= 29.9 < 30.2 <= north
    assert found["TFH"].is_unique and found["TFH"][0] == sheets.number_at(119.7, 30.19, 10_000)
    for number, shape in zip(found["TFH"], found.shapes):
        assert sheets.frame(number) == tuple(shapely.bounds(shape))


def test_sheets_of_one_scale_sum_to_the_next(pack):
    large = grid(pack, (114.0, 36.0, 114.5, 36 + 1 / 3), 100_000)
    small = grid(pack, (114.0, 36.0, 114.5, 36 + 1 / 3), 10_000)
    assert len(large) == 1 and len(small) == 64 and small["LLMJ"].sum() == pytest.approx(large["LLMJ"][0], abs=0.005 * 65)


def test_an_extent_on_the_lines_takes_what_it_holds_and_no_more(pack):
    assert list(grid(pack, (114, 36, 120, 40), 500_000)["TFH"]) == ["J50B001001", "J50B001002", "J50B002001", "J50B002002"]
    assert list(grid(pack, (114, 36, 114, 36), 1_000_000)["TFH"]) == ["J50"]
    assert list(grid(pack, (113.9, 35.9, 114.1, 36.1), 1_000_000)["TFH"]) == ["J49", "J50", "I49", "I50"]


def test_an_extent_in_metres_is_brought_over_with_its_bent_sides(pack):
    """On a Gauss–Krüger plane the north side of a box goes farther north in its middle: one row of sheets more than its corners say."""
    there = Transformer.from_crs("EPSG:4490", "EPSG:4528", always_xy=True)
    x0, y0 = there.transform(119.0, 30.0)
    x1, y1 = there.transform(121.0, 30.5)
    found = grid(pack, (x0, y0, x1, y1), 10_000, "EPSG:4528")
    assert shapely.total_bounds(found.shapes)[3] == pytest.approx(30.5 + 1 / 24, abs=1e-12)
    back = Transformer.from_crs("EPSG:4528", "EPSG:4490", always_xy=True)
    for x in np.linspace(x0, x1, 50)[1:-1]:
        longitude, latitude = back.transform(x, y1)
        assert sheets.number_at(longitude, latitude, 10_000) in set(found["TFH"])


def test_edges_drawn_on_a_plane_bend_less_than_a_centimetre(pack):
    there = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)
    for scale in (1_000_000, 100_000, 10_000, 2_000, 500):
        shape = grid(pack, (119.9, 45.0, 119.9, 45.0), scale).shapes[0]
        ring = shapely.get_coordinates(shape)
        middle = (ring[1:] + ring[:-1]) / 2
        ends = np.column_stack(there.transform(ring[:, 0], ring[:, 1]))
        truly = np.column_stack(there.transform(middle[:, 0], middle[:, 1]))
        assert np.hypot(*(truly - (ends[1:] + ends[:-1]) / 2).T).max() < 0.01, scale


def test_too_many_and_outside_are_refused(pack):
    with pytest.raises(InputError) as refused:
        grid(pack, (73, 18, 135, 54), 10_000)
    assert refused.value.code == "sheets.too_many" and refused.value.facts["count"] == 992 * 864
    for extent in ((114, 61, 115, 62), (114, -5, 115, -4), (200, 30, 201, 31), (3_000_000, 500_000, 3_000_100, 500_100)):
        with pytest.raises(InputError) as refused:
            grid(pack, extent, 10_000)
        assert refused.value.code == "sheets.outside"
    with pytest.raises(InputError, match="unknown_scale"):
        grid(pack, (114, 36, 115, 37), 20_000)
    with pytest.raises(CrsError, match=r"crs\.missing"):
        grid(pack, (114, 36, 115, 37), 10_000, None)
