"""What stands in a register book and a survey form: sections, facts, tables, notes, and what is missing."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import FieldError
from shanshui.plugin.core.registration.book.areas import areas_of
from shanshui.plugin.core.registration.book.book import Column, Fact, Note, Table, printed
from shanshui.plugin.core.registration.book.contents import Contents
from shanshui.plugin.core.registration.book.rights import link
from shanshui.plugin.core.registration.book.shown import shown
from shanshui.plugin.core.registration.book.tables import Sheets
from shanshui.plugin.core.table import Table as Layer

E, N = 40_500_000.0, 3_300_000.0
OWNED = {"state": ("20", None, None, "国务院自然资源主管部门", "1"), "collective": ("30", "9999010010001", "甲村", None, None)}


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


def layer(name, boxes, rows):
    shapes = np.array([*(shapely.box(E + a, N + b, E + c, N + d) for a, b, c, d in boxes), None], dtype=object)[:-1]
    return Layer(pd.DataFrame(rows), shapes, "EPSG:4528", name)


def patch(unit, number, kind, owner, area):
    nature, code, name, who, mode = OWNED[owner]
    return {
        "ZRZYDJDYH": unit, "TBBH": number, "ZRZYLX": kind, "OWNERSHIP": owner, "QSXZ": nature, "QSDWDM": code, "QSDWMC": name,
        "DBXSZT": who, "QLXSFS": mode, "DLBM": "0301", "MJ": area,
    }  # fmt: skip


@pytest.fixture(scope="module")
def units():
    return layer(
        "ZRZYDJDY",
        [(0, 0, 100, 100), (100, 0, 200, 100), (0, 200, 300, 500)],
        {
            "ZRZYDJDYH": ["U1", "U2", "U3"], "DJDYMC": ["甲", "乙", "丙矿"], "DJDYLX": ["ZRGY", "GYSL", "KCZY"],
            "DJDYZMJ": [10_000.00, 10_000.00, 90_000.00], "ZL": ["青岚县\x07甲村", " ", None], "DBSJ": [date(2026, 3, 1), None, None],
            "QLXSFS": ["2", "9", None], "GYMJ": [None, None, None],
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def patches():
    rows = [patch("U1", "10", "SL", "collective", 5000.01), patch("U1", "2", "CY", "state", 2499.99), patch("U1", "1", "SL", "state", 2000.0)]
    return layer("ZRZYTB", [(0, 0, 50, 100), (50, 0, 75, 100), (75, 0, 95, 100)], rows)


def made(packs, units, patches, unit, kind="book", language="zh", rights=()):
    pack = packs["registration"]
    areas, _ = areas_of(units, patches, pack)
    linked, _ = link(rights, units, list(packs.values()), pack)
    return Contents(units, Sheets(patches, areas, linked, pack, language), kind, "2026-11-24").book(unit)


def fact(book, label):
    return next(one for part in book.sections for one in part.facts if one.label == label)


def table(book, key):
    return next(one for part in book.sections for one in part.tables if one.key == key)


def test_the_book_has_its_parts_in_order(packs, units, patches):
    book = made(packs, units, patches, 0)
    assert [part.key for part in book.sections] == ["basic", "natural", "ownership", "linked", "other", "patches", "map"]
    assert (book.number, book.name, book.title, book.patches) == ("U1", "甲", "自然资源登记簿", 3)
    form = made(packs, units, patches, 0, "survey_form", "en")
    assert [part.key for part in form.sections][-2:] == ["records", "map"] and "boundary" in [part.key for part in form.sections]
    assert form.title == "Cadastral survey form of natural resources"


def test_values_are_names_days_and_clean_text(packs, units, patches):
    book = made(packs, units, patches, 0)
    assert fact(book, "坐落").text == "青岚县甲村" and fact(book, "登簿时间").text == "2026-03-01"
    assert fact(book, "权利行使方式").text == "代理行使" and fact(book, "登记单元类型").text == "自然公园"
    assert fact(made(packs, units, patches, 1), "权利行使方式").text == "9"  # no code of the list: shown as it stands
    assert fact(made(packs, units, patches, 1), "坐落").value is None


def test_areas_stand_in_square_metres_and_hectares_and_the_rest_is_named(packs, units, patches):
    """10000.00 m² with patches of 5000.01, 2499.99 and 2000.00: 500.00 m² are undecided."""
    book = made(packs, units, patches, 0)
    assert fact(book, "登记单元总面积（m²）").text == "10000.00" and fact(book, "登记单元总面积（公顷）").text == "1.00"
    owned = [fact(book, f"{name}面积（公顷）").text for name in ("国有", "集体", "争议区")]
    assert owned == ["0.45", "0.50", "0.00"]
    assert fact(book, "未确定面积（公顷）").text == "0.05" and fact(book, "图斑数量").text == "3"
    assert Note("book.undecided", {"area": "500.00"}) in book.lacking and Note("book.undecided", {"area": "500.00"}) in book.sections[1].notes
    assert (book.area_m2, book.area_ha, book.by_type) == (10_000.00, 1.0, {"SL": 0.7, "CY": 0.25})


def test_types_and_holders_add_up_to_the_patches(packs, units, patches):
    book = made(packs, units, patches, 0)
    assert list(table(book, "types").lines()) == [
        ("森林", "0.20", "0.50", "0.00", "0.70", "7000.01", "2"),
        ("草原", "0.25", "0.00", "0.00", "0.25", "2499.99", "1"),
        ("未确定面积", "0.00", "0.00", "0.00", "0.05", "500.00", "0"),
        ("合计", "0.45", "0.50", "0.00", "1.00", "10000.00", "3"),
    ]
    assert list(table(book, "holders").lines()) == [
        ("国有", "", "国务院自然资源主管部门", "直接行使", "", "0.45", "4499.99", "2"),
        ("集体", "甲村", "", "", "", "0.50", "5000.01", "1"),
        ("合计", "", "", "", "", "0.95", "9500.00", "3"),
    ]


def test_patches_stand_by_number_as_the_database_has_them(packs, units, patches):
    lines = list(table(made(packs, units, patches, 0, language="en"), "patches").lines())
    assert [(line[0], line[1], line[-1]) for line in lines] == [
        ("1", "Forest", "2000.00"), ("2", "Grassland", "2499.99"), ("10", "Forest", "5000.01"), ("Total", "", "9500.00"),
    ]


def test_rights_not_given_and_rights_of_others_are_told_apart(packs, units, patches):
    far = layer("KYQ", [(5000, 0, 5100, 100)], {"KCCKXKZH": ["C1"]})
    book = made(packs, units, patches, 0, rights=[far])
    assert table(book, "mining").notes == (Note("book.none_in_unit"),) and table(book, "water").notes == (Note("book.not_provided"),)
    lacks = next(one for one in book.lacking if one.code == "book.lacks_rights").facts["names"]
    assert "取水权" in lacks and "公共管制" in lacks and "矿业权" not in lacks


def test_a_right_stands_with_its_fields_and_the_area_inside(packs, units, patches):
    rows = {"KCCKXKZH": ["C1", "C2"], "XKZLX": ["采矿", "勘查"], "TKCKQR": ["甲公司", "乙公司"], "KZ": ["石"] * 2, "KCKQMJ": [20_000.0, 100.0]}
    book = made(packs, units, patches, 0, rights=[layer("KYQ", [(50, 0, 250, 100), (0, 0, 10, 10)], rows)])
    found = table(book, "mining")
    assert found.title == "矿业权" and [one.label for one in found.columns][-2:] == ["勘查/矿区面积（m²）", "单元内面积（平方米）"]
    lines = [(line[1], line[-2], line[-1]) for line in found.lines()]
    assert lines == [("C1", "20000.00", "5000.00"), ("C2", "100.00", "100.00"), ("", "", "5100.00")]


def test_particulars_of_resources_show_what_is_filled(packs, units, patches):
    rows = pd.DataFrame({"ZRZYDJDYH": ["U1"], "MC": ["清溪"], "SZ": ["II"], "HLCD": [12.5], "SZYLX": [None], "SMMJ": [None]})
    found = table(made(packs, units, patches, 0, rights=[Layer(rows, None, None, "SZYZKXX")]), "status")
    shown = [(one.label, text) for one, text in zip(found.columns, next(found.lines()))]
    assert shown == [("名称", "清溪"), ("河流长度（km）", "12.50"), ("水质", "II")]


def test_a_unit_without_patches_says_so_and_a_mineral_one_says_why(packs, units, patches):
    bare, below = made(packs, units, patches, 1), made(packs, units, patches, 2)
    assert Note("book.no_patches") in bare.lacking and table(bare, "patches").notes == (Note("book.no_patches"),)
    assert (bare.area_m2, bare.area_ha, bare.patches) == (10_000.0, 1.0, 0)
    assert "book.no_patches" not in [one.code for one in below.lacking] and below.sections[1].notes == (Note("book.below_ground"),)
    assert (below.area_m2, below.area_ha) == (None, None)


def test_blanks_that_must_be_filled_are_named(packs, units, patches):
    names = next(one for one in made(packs, units, patches, 1).lacking if one.code == "book.lacks_facts").facts["names"]
    assert "坐落" in names and "单元四至（东）" in names and "登记单元名称" not in names
    english = next(one for one in made(packs, units, patches, 1, language="en").lacking if one.code == "book.lacks_facts").facts["names"]
    assert ", Location, " in english


def test_remarks_have_room_to_be_written_in(packs, units, patches):
    form = made(packs, units, patches, 0, "survey_form")
    blanks = next(part.facts for part in form.sections if part.key == "records")
    assert {one.label: one.room for one in blanks}["审核意见"] == 5 and {one.label: one.room for one in blanks}["审核人"] == 0
    assert fact(form, "审核意见").text == "\n" * 4 and fact(form, "审核意见").value is None


def test_printed_values():
    assert (printed(None, 2), printed(3.0, 2), printed(3, 0), printed("甲", 2), printed(0.5)) == ("", "3.00", "3", "甲", "0.5")
    assert Fact("面积", 1.5, 2, "ha").text == "1.50 ha" and Fact("面积", None, 2, "ha").text == ""
    table_ = Table("x", "x", (Column("a"), Column("b", 2)), (("m", 1.0),), ("Σ", 1.0))
    assert list(table_.lines()) == [("m", "1.00"), ("Σ", "1.00")]


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NaT, pd.NA, "  "])
def test_a_blank_of_any_kind_is_an_empty_cell(packs, nothing):
    assert shown(nothing, None, packs["registration"], "zh") is None


def test_areas_that_are_text_are_read_or_named(packs, units, patches):
    numbers = patches["MJ"].tolist()
    told = patches.with_columns(MJ=[f"{one}" for one in numbers])
    assert made(packs, units, told, 0).area_m2 == made(packs, units, patches, 0).area_m2
    with pytest.raises(FieldError) as failure:
        made(packs, units, patches.with_columns(MJ=["甲", *map(str, numbers[1:])]), 0)
    assert failure.value.code == "area.unreadable"


def test_a_day_has_room_on_one_line():
    """Ten letters of a day take 19 mm of the 180 between the margins, with the column of the area inside beside the listed ones."""
    packs = schema.load_packs()
    listed = packs["registration"].rule("book_columns")
    inside = float(packs["registration"].row("book_columns", "right.INSIDE")["width"])
    fields = {(page.name, one.name): one for pack in packs.values() for page in pack.layers.values() for one in page.fields}
    days = [row for row in listed if (row["table"], row["column"]) in fields and fields[row["table"], row["column"]].type == "date"]
    assert len(days) >= 4
    for row in days:
        whole = inside + sum(float(one["width"]) for one in listed if one["table"] == row["table"])
        assert 180 * float(row["width"]) / whole >= 19, row["key"]
