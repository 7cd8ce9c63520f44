"""Coordinate files read: the grammar, the dialects, what is assumed and what is told, line by line."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import InputError
from shanshui.plugin.core.exchange.txt.dialects import dialects
from shanshui.plugin.core.exchange.txt.joining import joined
from shanshui.plugin.core.exchange.txt.reading import read_txt

HEAD = """[属性描述]
格式版本号=1.01版本
数据产生单位=测试
数据产生日期=2026-01-01
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=39
精度=0.001
转换参数=,,,,,,
[地块坐标]
"""
X, Y = 39_500_000.0, 3_500_000.0


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["exchange"]


def ring(points, number=1, name=1, close=True):
    """Lines of a ring whose points are (east, north) from the corner X, Y."""
    rows = [f"J{name + at},{number},{Y + north:.3f},{X + east:.3f}" for at, (east, north) in enumerate(points)]
    return "\n".join([*rows, rows[0]] if close else rows) + "\n"


def square(size, at=(0, 0)):
    east, north = at
    return [(east, north + size), (east + size, north + size), (east + size, north), (east, north)]


PARCEL = "5,0.0100,1,甲,面,I50,耕地,0101,@\n" + ring(square(10))


def read(text, pack, **more):
    return read_txt(text.splitlines(keepends=True), pack, "t.txt", **more)


def codes(found):
    return [one.code for one in found.findings]


def test_a_clean_file_has_nothing_to_tell(pack):
    found = read(HEAD + PARCEL, pack)
    assert codes(found) == [] and found.frame.crs == "EPSG:4527" and found.frame.how == "stated"
    row = found.table.rows.iloc[0]
    assert [row[name] for name in ("DKBH", "DKMC", "TXSX", "TFH", "DKYT", "DLBM", "DKMJ", "MJDW", "LINE")] == [
        "1", "甲", "面", "I50", "耕地", "0101", 0.01, "ha", 13]
    assert found.table.shapes[0].equals(shapely.box(X, Y, X + 10, Y + 10))


@pytest.mark.real
def test_the_sample_states_square_metres(pack, real_data):
    text = (real_data / "exchange" / "kanyu_parcel_sample.txt").read_text(encoding="utf-8")
    found = read(text, pack)
    assert found.unit == "m2" and found.dialect.name == "land_use" and found.frame.crs == "EPSG:4527" and codes(found) == []
    assert found.table.shapes[0].area == 100.0 and found.table.rows["DKMC"].tolist() == ["测试地块"]


@pytest.mark.parametrize(("declared", "unit"), [("100", "m2"), ("0.0100", "ha"), ("0.15", "mu")])
def test_the_unit_of_the_declared_area(pack, declared, unit):
    found = read(HEAD + PARCEL.replace("0.0100", declared), pack)
    assert found.unit == unit and codes(found) == []


def test_an_area_of_no_unit_is_told_and_one_that_differs_from_the_others_too(pack):
    assert codes(read(HEAD + PARCEL.replace("0.0100", "7"), pack)) == ["txt.unit_unknown"]
    found = read(HEAD + PARCEL + PARCEL + PARCEL.replace("0.0100", "0.0200"), pack)
    assert codes(found) == ["txt.area_differs"] and found.findings[0].facts["line"] == 25 and found.findings[0].facts["should"] == pytest.approx(0.01)


HEADS = {
    "land_use": "5,0.0100,1,甲,面,I50,耕地,0101,@",
    "gis_tools": "5,0.0100,1,甲,,,耕地,,@",
    "linked": "5,0.0100,,甲,,,,耕地,@ ",
    "enforcement": "5,甲,面,耕地,@",
    "one_map": "1,甲,面,,@",
    "balance": "5,甲,面,转出,@ ",
    "farmland": "5,0,1,0,面,0,0,,@",
}


@pytest.mark.parametrize("name", HEADS)
def test_each_dialect_is_recognised_by_its_head_line(pack, name):
    head = HEAD.replace("1.01版本", "") if name == "farmland" else HEAD
    found = read(head + HEADS[name] + "\n" + ring(square(10)), pack)
    assert found.dialect.name == name and codes(found) == []
    row = found.table.rows.iloc[0].to_dict()
    got = {field: row[column] for field, column in (("name", "DKMC"), ("number", "DKBH"), ("use", "DKYT"), ("type", "LX"), ("code", "DLBM"))}
    want = {"land_use": ("甲", "1", "耕地", None, "0101"), "gis_tools": ("甲", "1", "耕地", None, None), "linked": ("甲", None, "耕地", None, None),
            "enforcement": ("甲", None, "耕地", None, None), "one_map": ("甲", "1", None, None, None), "balance": ("甲", None, None, "转出", None),
            "farmland": (None, "1", None, None, None)}[name]
    assert tuple(got.values()) == want


def test_every_dialect_of_the_pack_is_tried(pack):
    assert [one.name for one in dialects(pack)] == list(HEADS)


def test_a_dialect_by_name_and_one_that_is_none(pack):
    assert read(HEAD + PARCEL, pack, dialect="Farmland").dialect.name == "farmland"
    with pytest.raises(InputError) as refused:
        read(HEAD + PARCEL, pack, dialect="nix")
    assert refused.value.code == "txt.unknown_dialect" and "land_use" in refused.value.facts["present"]


def test_heads_that_fit_no_dialect_are_read_in_order_and_told(pack):
    found = read(HEAD + "5,0.0100,1,甲,面,@\n" + ring(square(10)), pack)
    assert codes(found) == ["txt.head_differs"] and found.table.rows["DKMC"].tolist() == ["甲"]


HOLE = ring(square(4, (3, 3)), 2, 5)


def test_rings_of_higher_number_are_holes_where_they_lie_within_and_parts_elsewhere(pack):
    found = read(HEAD + "10,0.0084,1,甲,面,,,,@\n" + ring(square(10)) + HOLE, pack)
    assert found.table.shapes[0].area == 84 and codes(found) == []
    found = read(HEAD + "10,0.0116,1,甲,面,,,,@\n" + ring(square(10)) + ring(square(4, (30, 3)), 2, 5), pack)
    assert found.table.shapes[0].area == 116 and codes(found) == ["txt.further_part"]


def test_rings_of_one_number_are_parts_and_one_within_another_is_a_hole_and_told(pack):
    found = read(HEAD + "10,0.0116,1,甲,面,,,,@\n" + ring(square(10)) + ring(square(4, (30, 3)), 1, 5), pack)
    assert found.table.shapes[0].geom_type == "MultiPolygon" and found.table.shapes[0].area == 116 and codes(found) == []
    found = read(HEAD + "10,0.0084,1,甲,面,,,,@\n" + ring(square(10)) + ring(square(4, (3, 3)), 1, 5), pack)
    assert found.table.shapes[0].area == 84 and codes(found) == ["txt.inner_first"]


def test_an_island_in_a_hole_is_a_part(pack):
    found = read(HEAD + "15,0.0088,1,甲,面,,,,@\n" + ring(square(10)) + HOLE + ring(square(2, (4, 4)), 1, 9), pack)
    assert found.table.shapes[0].area == 88 and found.table.shapes[0].is_valid and codes(found) == []


def test_axes_are_swapped_back(pack):
    lines = [",".join((*line.split(",")[:2], *reversed(line.split(",")[2:]))) for line in ring(square(10)).splitlines()]
    found = read(HEAD + "5,0.0100,1,甲,面,,,,@\n" + "\n".join(lines), pack)
    assert codes(found) == ["txt.axes_swapped"] and found.table.shapes[0].equals(shapely.box(X, Y, X + 10, Y + 10))


def test_open_rings_are_closed_and_false_counts_and_names_told(pack):
    found = read(HEAD + "9,0.0100,1,甲,面,,,,@\n" + ring(square(10), close=False), pack)
    assert set(codes(found)) == {"txt.open_ring", "txt.count_differs"} and found.table.shapes[0].area == 100
    found = read(HEAD + PARCEL.rstrip("\n").rpartition("\n")[0] + f"\nJ9,1,{Y + 10:.3f},{X:.3f}\n", pack)
    assert codes(found) == ["txt.close_name"] and found.table.shapes[0].area == 100
    found = read(HEAD + PARCEL.rstrip("\n").rpartition("\n")[0] + f"\nJ1,1,{Y + 10:.3f},{X - 0.1:.3f}\n", pack)
    assert codes(found) == ["txt.not_closed"] and "0.1" in found.findings[0].facts["found"]


def test_wide_signs_and_blanks_are_read_and_told_with_their_line(pack):
    text = HEAD.replace("[地块坐标]", "【地块坐标】").replace("[属性描述]", "［属性描述］") + PARCEL.replace("5,0.0100,1,", "5，0.0100， 1，")
    found = read(text, pack)
    assert {(one.code, one.row) for one in found.findings} == {("txt.chinese_comma", "13"), ("txt.blanks", "13")}
    assert found.table.rows["DKBH"].tolist() == ["1"] and found.frame.crs == "EPSG:4527"


def test_lines_that_are_nothing_are_set_aside_and_the_rest_read(pack):
    found = read(HEAD + "J0,1,3500000,39500000\n" + PARCEL + "J7,1,x,y\n", pack)
    assert codes(found) == ["txt.no_head", "txt.bad_line"] and len(found.table) == 1
    assert found.aside[0].rows["FEATURE"].tolist() == ["13", "20"]


def test_parcels_without_a_ring_lines_and_points_are_set_aside_with_their_shape(pack):
    short = "3,0,2,乙,面,,,,@\n" + ring(square(10)[:2])
    found = read(HEAD + PARCEL + short + "2,0,3,丙,线,,,,@\n" + ring(square(10)[:2], close=False), pack)
    assert {"txt.short_ring", "txt.not_polygon"} <= set(codes(found)) and found.table.rows["DKBH"].tolist() == ["1"]
    reasons = {one.rows["REASON"][0]: one.rows["ATTRIBUTES"][0] for one in found.aside}
    assert set(reasons) == {"txt.no_ring", "txt.not_an_area"} and "LINESTRING" in reasons["txt.not_an_area"] and "丙" in reasons["txt.not_an_area"]


DATUMS = [
    ("2000国家大地坐标系", "3", "39", 39e6, "EPSG:4527"), ("CGCS2000", "6", "20", 20e6, "EPSG:4498"), ("国家2000", "3", "39", 0, "EPSG:4548"),
    ("西安80", "3", "39", 39e6, "EPSG:2363"), ("1954北京坐标系", "三度带", "39", 39e6, "EPSG:2415"),
    ("2000国家大地坐标系", "", "", 39e6, "EPSG:4527"),
    ("2000国家大地坐标系", "6", "20", 0, "EPSG:4509"),
]


@pytest.mark.parametrize(("datum", "width", "zone", "prefix", "crs"), DATUMS)
def test_the_crs_is_that_of_the_head_and_of_the_prefix(pack, datum, width, zone, prefix, crs):
    text = HEAD.replace("2000国家大地坐标系", datum).replace("分带=3", f"分带={width}").replace("带号=39", f"带号={zone}")
    body = PARCEL.replace(",39500", f",{int((prefix + 5e5) / 1000)}")
    found = read(text + body, pack)
    assert found.frame.crs == crs and found.frame.how == "stated" and not found.frame.findings
    assert found.table.crs == crs  # an old datum is kept: nothing is converted


def test_what_a_head_does_not_say_is_assumed_and_told_and_what_it_says_wrong_too(pack):
    found = read(PARCEL, pack)
    assert codes(found) == ["txt.no_keys", "txt.datum_assumed"] and found.frame.how == "assumed" and found.frame.crs == "EPSG:4527"
    found = read(HEAD.replace("带号=39", "带号=38") + PARCEL, pack)
    assert codes(found) == ["txt.zone_differs"] and found.frame.crs == "EPSG:4527"
    found = read(HEAD.replace("分带=3", "分带=6") + PARCEL, pack)
    assert codes(found) == ["txt.width_differs"] and found.frame.crs == "EPSG:4527"
    found = read(HEAD.replace("2000国家大地坐标系", "某市独立坐标系") + PARCEL, pack)
    assert codes(found) == ["txt.datum_unknown"] and found.frame.crs is None
    found = read(HEAD.replace("带号=39", "带号=") + PARCEL.replace(",39500", ",500"), pack)
    assert codes(found) == ["txt.no_crs"] and found.frame.crs is None
    found = read(HEAD + PARCEL, pack, crs="EPSG:4528")
    assert codes(found) == ["txt.crs_overridden"] and found.table.crs == "EPSG:4528"


def test_degrees_without_a_head(pack):
    lines = [f"J{at},1,{30 + north / 1e5:.9f},{117 + east / 1e5:.9f}" for at, (east, north) in enumerate(square(10), 1)]
    found = read("5,0,1,甲,面,,,,@\n" + "\n".join([*lines, lines[0]]), pack)
    assert found.frame.crs == "EPSG:4490" and found.table.shapes[0].bounds == pytest.approx((117, 30, 117.0001, 30.0001))
    turned = ["{0},{1},{3},{2}".format(*line.split(",")) for line in [*lines, lines[0]]]
    again = read("5,0,1,甲,面,,,,@\n" + "\n".join(turned), pack)
    assert again.table.shapes[0].equals(found.table.shapes[0]) and "txt.axes_swapped" in codes(again)


def test_files_of_several_zones_become_one_layer_and_one_of_an_old_datum_is_set_aside(pack):
    other = HEAD.replace("带号=39", "带号=40") + PARCEL.replace(",39500", ",40200")
    old = HEAD.replace("2000国家大地坐标系", "西安80") + PARCEL
    done = joined([read(HEAD + PARCEL + PARCEL, pack), read(other, pack), read(old, pack)], "all")
    assert len(done.table) == 3 and done.table.crs == "EPSG:4527" and done.moved == ["t.txt"]
    assert [one.code for one in done.findings if one.code == "txt.other_crs"] == ["txt.other_crs"]
    assert done.aside.rows["REASON"].tolist() == ["txt.in_other_crs"] and "POLYGON" in done.aside.rows["ATTRIBUTES"][0]
    assert np.isfinite(shapely.bounds(done.table.shapes)).all()
