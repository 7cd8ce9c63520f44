"""Boundary lines: kinds by domain-rules §3 on patches that a person can draw, lengths against pyproj and GEOS."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.registration.boundary_lines import boundary_lines
from shanshui.plugin.core.table import Table

EAST, NORTH = 40_400_000.0, 3_300_000.0
STATE = {"QSXZ": "20", "QSDWDM": "", "ZRZYLX": "SL", "XSZTCJ": "省", "DBXSZT": "自然资源部", "DLXSZT": "省政府", "ZYQBS": ""}
VILLAGE = {"QSXZ": "30", "QSDWDM": "999901001001", "ZRZYLX": "SL", "XSZTCJ": "", "DBXSZT": "", "DLXSZT": "", "ZYQBS": ""}


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


def square(x, y, width=100.0, height=100.0):
    return shapely.box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def patches(*rows, shapes=None, without=()):
    frame = pd.DataFrame([{"BSM": f"P{at}", "ZRZYDJDYH": "U1", **row} for at, row in enumerate(rows)]).drop(columns=list(without))
    shapes = [square(100 * at, 0) for at in range(len(rows))] if shapes is None else shapes
    return Table(frame, np.array(shapes, dtype=object), "EPSG:4528", "ZRZYTB")


def between(result, one, other):
    rows = result.lines.rows
    found = rows[(rows["LEFT_PATCH"].isin([one, other])) & (rows["RIGHT_PATCH"].isin([one, other]))]
    assert len(found) == 1
    return found.iloc[0]


def kinds(pack, left, right, without=()):
    row = between(boundary_lines(patches(left, right, without=without), pack), "P0", "P1")
    return [row[f"K{at}"] for at in range(1, 6)]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (STATE, STATE, [0, 0, 0, 0, 0]),
        (STATE, VILLAGE, [1, 0, 0, 0, 0]),
        (STATE, {**STATE, "XSZTCJ": "县"}, [0, 1, 0, 0, 0]),
        (STATE, {**STATE, "DLXSZT": ""}, [0, 1, 0, 0, 0]),  # exercised directly against by agent
        (VILLAGE, {**VILLAGE, "QSDWDM": "999901001002"}, [0, 0, 1, 0, 0]),
        (STATE, {**STATE, "ZRZYLX": "SD"}, [0, 0, 0, 1, 0]),
        (STATE, {**VILLAGE, "ZRZYLX": "SD"}, [1, 0, 0, 1, 0]),
        (STATE, {**STATE, "ZYQBS": "1", "ZRZYLX": "SD"}, [0, 0, 0, 0, 1]),  # disputed: kind 5 only
        (VILLAGE, {**VILLAGE, "ZYQBS": "1"}, [0, 0, 0, 0, 1]),
        ({**STATE, "ZYQBS": "1"}, {**VILLAGE, "ZYQBS": "1"}, [0, 0, 0, 0, 0]),
        (STATE, {**STATE, "XSZTCJ": "", "DBXSZT": "", "DLXSZT": ""}, [0, None, 0, 0, 0]),
        (STATE, {**STATE, "QSXZ": ""}, [None, None, None, 0, 0]),
    ],
)
def test_kinds(pack, left, right, expected):
    assert kinds(pack, left, right) == expected


def test_kind_two_is_unknown_and_counted_without_the_exerciser(pack):
    table = patches(STATE, STATE, VILLAGE, without=("XSZTCJ", "DBXSZT", "DLXSZT"))
    result = boundary_lines(table, pack)
    assert result.lines["K2"].isna().all()
    assert result.counts["kind_2_unknown"] == 1
    assert result.totals["K2_UNKNOWN"] == pytest.approx(99.99, abs=0.01)
    assert (result.numbers["K2_UNKNOWN"], result.numbers["K2"], result.numbers["K1"], result.numbers["ALL"]) == (1, 0, 1, 6)
    named = [one for one in result.findings if one.code == "boundary.exerciser_unknown"]
    assert named[0].facts["count"] == 1 and "XSZTCJ" in named[0].facts["fields"]
    assert [one.code for one in boundary_lines(patches(STATE, VILLAGE), pack).findings] == []


def test_each_edge_once_with_both_patches_and_outer_ones_alone(pack):
    result = boundary_lines(patches(STATE, VILLAGE), pack)
    rows = result.lines.rows
    assert len(rows) == 3 and result.counts["outer"] == 2
    assert rows.loc[rows["OUTER"] == 1, "LEFT_PATCH"].isna().all()
    assert between(result, "P0", "P1")["RIGHT_PATCH"] == "P0"
    assert rows["COUNTY"].isna().all()
    assert (between(result, "P0", "P1")["KINDS"], between(result, "P0", "P1")["KIND"]) == ("1", "K1")


def test_a_line_between_units(pack):
    result = boundary_lines(patches(STATE, {**STATE, "ZRZYDJDYH": "U2"}, {**STATE, "ZRZYDJDYH": "U2"}), pack)
    assert between(result, "P0", "P1")["UNIT"] == 1 and between(result, "P1", "P2")["UNIT"] == 0
    assert result.totals["UNIT"] == pytest.approx(99.99, abs=0.01)


def test_lines_are_maximal_and_end_where_three_meet(pack):
    # a wavy border with 49 vertices between two patches is one line
    x = np.linspace(0, 100, 51)
    wave = np.stack([EAST + x, NORTH + 100 + np.sin(x)], axis=1)
    lower = shapely.Polygon([(EAST, NORTH), *wave.tolist()[::1], (EAST + 100, NORTH)])
    upper = shapely.Polygon([(EAST, NORTH + 200), *wave.tolist(), (EAST + 100, NORTH + 200)])
    result = boundary_lines(patches(STATE, VILLAGE, shapes=[lower, upper]), pack)
    assert len(result.lines) == 3


def test_corners_are_one_within_the_tolerance_of_the_users_pack(pack, tmp_path):
    # the neighbour's western edge lies 5 mm away: two borders by the shipped 1 mm, one by a province's 2 cm
    page = tmp_path / "registration" / "rules" / "settings.csv"
    page.parent.mkdir(parents=True)
    page.write_text("key,value,source,status\ncorner_tolerance,0.02,province,default\n", encoding="utf-8")
    wider = schema.load_packs(overlay_roots=[tmp_path])["registration"]
    apart = patches(STATE, VILLAGE, shapes=[square(0, 0), square(100.005, 0)])
    assert boundary_lines(apart, pack).lines["LEFT_PATCH"].isna().all()
    assert between(boundary_lines(apart, wider), "P0", "P1")["K1"] == 1
    assert boundary_lines(apart, wider, tolerance=0.001).lines["LEFT_PATCH"].isna().all()


def test_the_county_line_is_told_from_other_outer_lines(pack):
    county = Table(pd.DataFrame({"XZQDM": ["999901"]}), np.array([square(0, 0, 300, 100)], dtype=object), "EPSG:4528", "XZQ")
    result = boundary_lines(patches(STATE, VILLAGE), pack, county)
    assert result.totals["COUNTY"] == pytest.approx(500, abs=0.1)  # all but the shared edge and the eastern one
    eastern = [shape for shape, row in zip(result.lines.shapes, result.lines.rows.itertuples()) if row.OUTER and not row.COUNTY]
    assert shapely.length(eastern).sum() == pytest.approx(100)


def test_a_coast_is_no_county_line_where_the_lines_tell_their_kind(pack):
    """Two sides of the border are county line, the southern one coast, the western one a township's: only the two count."""
    sides = {"650200": [(0, 100), (200, 100)], "640200": [(200, 100), (200, 0)], "250200": [(200, 0), (0, 0)], "660200": [(0, 0), (0, 100)]}
    shapes = np.array([shapely.LineString([(EAST + x, NORTH + y) for x, y in one]) for one in sides.values()], dtype=object)
    lines = Table(pd.DataFrame({"JXLX": list(sides)}), shapes, "EPSG:4528", "XZQJX")
    result = boundary_lines(patches(STATE, VILLAGE), pack, lines)
    assert result.totals["COUNTY"] == pytest.approx(300, abs=0.1) and not result.findings
    coast = boundary_lines(patches(STATE, VILLAGE), pack, lines.take([2]))
    assert coast.totals["COUNTY"] == 0 and (coast.lines["COUNTY"] == 0).all()
    assert [(one.code, one.facts["count"]) for one in coast.findings] == [("boundary.no_county_line", 1)]


def test_lengths_close_and_are_ellipsoidal(pack):
    cells = [square(100 * i, 100 * j) for i in range(4) for j in range(4)]
    result = boundary_lines(patches(*[STATE] * 16, shapes=cells), pack)
    to_degrees = pyproj.Transformer.from_crs(4528, 4490, always_xy=True)
    geod = pyproj.Geod(a=6378137, rf=298.257222101)
    around = sum(geod.line_length(*to_degrees.transform(*np.array(cell.exterior.coords).T)) for cell in cells)
    length, outer = result.lines["LENGTH"], result.lines["OUTER"] == 1
    for line, stated in zip(result.lines.shapes, length):
        # to the last 0.01 of each line: half away from zero of what the geodesics are
        assert abs(geod.line_length(*to_degrees.transform(*np.array(line.coords).T)) - stated) < 0.005 + 1e-6
    assert 2 * length.sum() - length[outer].sum() == pytest.approx(around, abs=0.005 * 2 * len(length))
    # the totals are sums of the column, not sums of something finer
    cents = np.rint(length * 100)
    assert np.abs(length * 100 - cents).max() < 1e-6
    assert round(result.totals["ALL"] * 100) == cents.sum() and round(result.totals["OUTER"] * 100) == cents[outer].sum()


def test_a_missing_corner_is_noded_and_counted(pack):
    result = boundary_lines(patches(STATE, VILLAGE, STATE, shapes=[square(0, 100), square(100, 100), square(0, 0, 200, 100)]), pack)
    assert result.counts["inserted_corners"] == 1
    assert between(result, "P0", "P2")["LENGTH"] == pytest.approx(99.99, abs=0.01)


def test_geographic_patches(pack):
    import geopandas

    table = patches(STATE, VILLAGE)
    degrees = geopandas.GeoSeries(table.shapes, crs=4528).to_crs(4490).to_numpy()
    result = boundary_lines(Table(table.rows, np.asarray(degrees, dtype=object), "EPSG:4490", "ZRZYTB"), pack)
    assert result.totals["K1"] == boundary_lines(table, pack).totals["K1"]


def test_overlaps_are_findings(pack):
    result = boundary_lines(patches(STATE, VILLAGE, shapes=[square(0, 0), square(0, 0)]), pack)
    assert {one.code for one in result.findings} == {"boundary.overlap"}


def test_keys_fall_back_to_the_position(pack):
    table = patches(STATE, VILLAGE).with_columns(BSM=["A", "A"])
    assert set(boundary_lines(table, pack).lines["RIGHT_PATCH"]) == {"1", "2"}


def test_no_patches(pack):
    result = boundary_lines(patches(STATE).take(np.zeros(1, dtype=bool)), pack)
    assert len(result.lines) == 0 and result.totals["ALL"] == 0


@pytest.mark.real
def test_lines_of_a_real_land_cover(pack, real_data):
    import geopandas

    read = geopandas.read_file(real_data / "ch_av_solothurn" / "ch_av_254900.gpkg", layer="boflaeche")
    frame = pd.DataFrame({"BSM": read["tid"].astype(str), "ZRZYLX": read["art"].astype(str), "QSXZ": "20"})
    shapes = np.asarray(read.geometry.array, dtype=object)
    result = boundary_lines(Table(frame, shapes, "EPSG:2056", "boflaeche"), pack)
    planar = shapely.length(result.lines.shapes)
    outer = (result.lines["OUTER"] == 1).to_numpy()
    assert 2 * planar.sum() - planar[outer].sum() == pytest.approx(shapely.length(shapes).sum(), abs=1e-6)
    # GEOS: the rim of the union is the outer boundary, that of the union by class the type boundary
    assert planar[outer].sum() == pytest.approx(shapely.length(shapely.union_all(shapes)), abs=1e-6)
    by_class = [shapely.union_all(shapes[(frame["ZRZYLX"] == one).to_numpy()]) for one in frame["ZRZYLX"].unique()]
    types = (shapely.length(by_class).sum() - planar[outer].sum()) / 2
    assert planar[(result.lines["K4"] == 1).to_numpy()].sum() == pytest.approx(types, abs=1e-6)
    # neighbours are symmetric and those that GEOS sees
    rows = result.lines.rows[~outer]
    pairs = {tuple(sorted(pair)) for pair in zip(rows["LEFT_PATCH"], rows["RIGHT_PATCH"])}
    near = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    touching = [(a, b) for a, b in near.T if a < b and shapely.length(shapely.intersection(shapes[a], shapes[b])) > 1e-9]
    shared = {tuple(sorted((frame["BSM"][a], frame["BSM"][b]))) for a, b in touching}
    assert pairs == shared
