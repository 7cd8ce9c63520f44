"""Coordinate files written: the order of points, the cells of each dialect, and that reading gives back what was written."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import CrsError, InputError
from shanshui.plugin.core.exchange.txt.dialects import dialect_named, dialects
from shanshui.plugin.core.exchange.txt.reading import read_txt
from shanshui.plugin.core.exchange.txt.writing import header, write_txt
from shanshui.plugin.core.table import Table

CRS = "EPSG:4527"
X, Y = 39_500_000.0, 3_500_000.0
FIELDS = {"number": "DKBH", "name": "DKMC", "sheet": "TFH", "use": "DKYT", "code": "DLBM", "type": "LX"}
NAMES = [one.name for one in dialects(schema.load_packs()["exchange"])]
VALUES = {"DKBH": "G-07", "DKMC": "青岚一号", "TFH": "I50G001", "DKYT": "耕地", "DLBM": "0101", "LX": "转出"}


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["exchange"]


def box(x, y, size):
    return shapely.box(X + x, Y + y, X + x + size, Y + y + size)


def table(shapes, crs=CRS, **values):
    rows = pd.DataFrame({name: pd.Series([value] * len(shapes), dtype=object) for name, value in {**VALUES, **values}.items()})
    return Table(rows, np.array(shapes, dtype=object), crs, "T")


def written(given, pack, name="land_use", method="planar"):
    dialect = dialect_named(pack, name)
    done = write_txt(given, FIELDS, dialect, method, pack, "utf-8")
    return header(dialect, given.crs, "2026-01-31", {}, pack) + "".join(done.texts), done


def read(text, pack, dialect="auto"):
    return read_txt(io.StringIO(text, newline=None), pack, "T", dialect)


def test_a_square_with_a_hole_line_by_line(pack):
    shape = box(0, 0, 10).difference(box(3, 3, 4)).reverse()
    text, _ = written(table([shape]), pack)
    assert text.split("\r\n") == [
        "[属性描述]", "格式版本号=1.01版本", "数据产生单位=",
        "数据产生日期=2026-01-31", "坐标系=2000国家大地坐标系", "几度分带=3", "投影类型=高斯克吕格",
        "计量单位=米", "带号=39", "精度=0.001", "转换参数=,,,,,,", "[地块坐标]", "10,0.0084,G-07,青岚一号,面,I50G001,耕地,0101,@",
        "J1,1,3500010.000,39500000.000", "J2,1,3500010.000,39500010.000", "J3,1,3500000.000,39500010.000", "J4,1,3500000.000,39500000.000",
        "J1,1,3500010.000,39500000.000",
        "J5,2,3500007.000,39500003.000", "J6,2,3500007.000,39500007.000", "J7,2,3500003.000,39500007.000", "J8,2,3500003.000,39500003.000",
        "J5,2,3500007.000,39500003.000", ""]


def test_heads_of_dialects(pack):
    def head(name):
        text, _ = written(table([box(0, 0, 10)]), pack, name)
        return text.partition("[地块坐标]\r\n")[2].partition("J1")[0]

    assert head("gis_tools") == "5,0.0100,G-07,青岚一号,,,耕地,,@\r\n"
    assert head("linked") == "5,0.0100,,青岚一号,,,,耕地,@ \r\n"
    assert head("enforcement") == "5,青岚一号,面,耕地,@\r\n"
    assert head("one_map") == "G-07,青岚一号,面,,@\r\n"
    assert head("balance") == "5,青岚一号,面,转出,@ \r"
    assert head("farmland") == "5,0,G-07,青岚一号,面,I50G001,耕地,0101,@\r\n"
    lines = ["[属性描述]", "投影类型=高斯克吕格", "坐标系=2000国家大地坐标系", "分带=3", "带号=39", "[地块坐标]"]
    assert written(table([box(0, 0, 10)]), pack, "linked")[0].split("\r\n")[:6] == lines
    assert "格式版本号=\r\n" in written(table([box(0, 0, 10)]), pack, "farmland")[0]


ISLAND = box(0, 0, 30).difference(box(5, 5, 15)).union(box(8, 8, 5))
SHAPES = {
    "triangle": shapely.Polygon([(X + 0.1234, Y + 0.5678), (X + 9.8765, Y + 3.21), (X + 2.2222, Y + 8.7654)]),
    "holes": box(0, 0, 30).difference(shapely.union_all([box(2, 2, 4), box(10, 10, 4), box(20, 5, 6)])),
    "parts": shapely.union_all([box(0, 0, 10), box(20, 0, 10), box(0, 20, 10).difference(box(2, 22, 3))]),
    "island": ISLAND,
    "touching": shapely.multipolygons([box(0, 0, 10), box(10, 10, 10)]),
    "round": shapely.Point(X, Y).buffer(55.5, 64).difference(shapely.Point(X, Y).buffer(22.2, 32)),
}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_in_a_dialect_is_read_back(pack, name):
    given = table(list(SHAPES.values()))
    text, done = written(given, pack, name)
    dialect = dialect_named(pack, name)
    for how in (name, "auto"):
        back = read(text, pack, how)
        assert back.dialect.name == name and not [one for one in back.findings if one.severity != "note"] and back.frame.crs == CRS
        found, half = shapely.normalize(back.table.shapes), 5e-4 * (1 + 1e-4)  # of each coordinate
        assert shapely.equals_exact(shapely.normalize(given.shapes), found, half * 2**0.5).all()
        assert shapely.equals_exact(shapely.normalize(np.array(done.shapes)), found, 1e-9).all()
        for field in FIELDS:
            want = VALUES[FIELDS[field]] if field in dialect.carries else None
            assert back.table.rows[FIELDS[field]].tolist() == [want] * len(SHAPES), field
        assert back.unit == ("ha" if dialect.area else "")


@pytest.mark.parametrize("crs", ["EPSG:4548", "EPSG:4498", "EPSG:4509", "EPSG:2363", "EPSG:2384", "EPSG:2415", "EPSG:21420"])
def test_each_datum_width_and_prefix_comes_back_as_it_was(pack, crs):
    shift = {"EPSG:4498": 20e6, "EPSG:21420": 20e6, "EPSG:2363": 39e6, "EPSG:2415": 39e6}.get(crs, 0.0) - 39e6
    given = table([shapely.transform(one, lambda xy: np.add(xy, (shift, 0.0))) for one in SHAPES.values()], crs)
    back = read(written(given, pack)[0], pack)
    assert back.frame.crs == crs and not [one for one in back.findings if one.severity != "note"]
    assert shapely.equals_exact(shapely.normalize(given.shapes), shapely.normalize(back.table.shapes), 5.01e-4 * 2**0.5).all()


def test_degrees_are_no_plane(pack):
    with pytest.raises(CrsError) as refused:
        header(dialect_named(pack, "land_use"), "EPSG:4490", "2026-01-31", {}, pack)
    assert refused.value.code == "crs.not_a_zone"


def test_areas_are_hectares_of_the_coordinates_or_of_the_ellipsoid(pack):
    given = table([shapely.transform(box(0, 0, 1000), lambda xy: np.add(xy, (100_000.0, 0.0)))])
    assert ",100.0000,G-07" in written(given, pack)[0]
    # 100 km off the meridian the plane is larger by y²/R² = (100.5 km / 6371 km)²
    stated = float(written(given, pack, method="cgcs2000_series")[0].partition("[地块坐标]\r\n")[2].split(",")[1])
    assert 100.0 - stated == pytest.approx(100.0 * (100.5 / 6371.0) ** 2, rel=0.02)


def test_texts_that_would_break_a_line_are_changed_and_told(pack):
    text, done = written(table([box(0, 0, 10)], DKMC=" 甲,乙@丙\n丁 "), pack)
    assert "G-07,甲、乙＠丙 丁,面" in text and [one.code for one in done.findings] == ["txt.text_changed"]
    assert read(text, pack).table.rows["DKMC"].tolist() == ["甲、乙＠丙 丁"]


def test_a_text_that_gbk_cannot_hold_is_refused(pack):
    given = table([box(0, 0, 10)], DKMC="𠮷林")
    with pytest.raises(InputError) as refused:
        write_txt(given, FIELDS, dialect_named(pack, "land_use"), "planar", pack)
    assert refused.value.code == "txt.not_in_encoding" and refused.value.facts["character"] == "𠮷" and refused.value.facts["row"] == 1


def test_rings_smaller_than_a_millimetre_are_left_out_and_told(pack):
    sliver = box(0, 0, 10).difference(box(5, 5, 0.0004))
    speck = box(0, 0, 0.0004)
    text, done = written(table([sliver, speck, None]), pack)
    assert [one.code for one in done.findings] == ["txt.ring_vanishes"] and done.findings[0].facts["count"] == 2
    assert done.row == [0] and done.left == [1, 2] and text.count("@") == 1


def test_fields_without_a_column_and_numbers(pack):
    given = table([box(0, 0, 10), box(20, 0, 10)]).with_columns(BSM=np.array([7.0, np.nan]))
    done = write_txt(given, {"name": "BSM"}, dialect_named(pack, "land_use"), "planar", pack)
    assert [one.split("\r\n")[0] for one in done.texts] == ["5,0.0100,1,7,面,,,,@", "5,0.0100,2,,面,,,,@"]
