"""Workbooks read back by openpyxl: numbers are numbers, heads are merged, and every total is the sum of its column."""

from __future__ import annotations

import csv
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("qgis.core")
from shanshui.plugin.bridge.reports.table_workbook import Column, Sheet, sheet_of, total_row, write_csv, write_workbook
from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import FieldError
from shanshui.plugin.core.table import Table

LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


def summary(pack):
    page = pack.layers["ZRZK"]
    frame = pd.DataFrame({name: [0.0, 0.0, 0.0] for name in page.names if name.endswith("_HA")})
    frame = frame.assign(
        ZRZYDJDYH=["99990100000001", "99990100000002", "99990100000003"], DJDYMC=["松岭 [保护区]", "青岚河", None], DJDYLX=["ZRBH", "SLDY", "XX"],
        DJDYZMJ_HA=[843.96, 305.315, 0.1], GYMJ_HA=[0.1, 0.2, None], TBSL=[90, 7, 1],
    )
    return Table(frame, None, None, "ZRZK", page)


def written(pack, tmp_path, language):
    sheets = [sheet_of(pack, "summary", summary(pack), language, "青岚县", ["注：一。"])]
    path = tmp_path / f"表 {language}.xlsx"
    write_workbook(path, sheets, language)
    return sheets[0], openpyxl.load_workbook(path).worksheets[0]


def test_a_missing_whole_number_is_an_empty_cell(pack):
    table = summary(pack)
    sheet = sheet_of(pack, "summary", table.with_columns(TBSL=pd.array([90, None, 1], dtype="Int64")), "zh")
    assert [row[-1] for row in sheet.rows] == [90, None, 1] and total_row(sheet, "zh")[-1] == 91


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_looks_like_one_that_is_handed_in(pack, tmp_path, language):
    sheet, page = written(pack, tmp_path, language)
    wide = len(sheet.columns)
    merged = {str(one) for one in page.merged_cells.ranges}
    last = openpyxl.utils.get_column_letter(wide)
    assert page["A1"].value == sheet.title and "青岚县" in sheet.title and f"A1:{last}1" in merged and f"A2:{last}2" in merged
    assert page["A2"].value in ("单位：公顷", "Unit: hectare") and page["A2"].alignment.horizontal == "right"
    assert {"A3:A4", "B3:D3", "E3:E4", "F3:H3", "I3:O3"} <= merged and page["B3"].value in ("登记单元", "Registration unit")
    assert page["F4"].value in ("国有", "State") and page.freeze_panes == "A6" and page.print_title_rows.replace("$", "") == "1:4"
    assert page["B5"].value in ("合计", "Total") and "B5:D5" in merged
    signatures = [page.cell(10, at).value for at in range(1, wide + 1) if page.cell(10, at).value]
    assert signatures == (["填表人：", "审核人：", "日期："] if language == "zh" else ["Filled in by:", "Checked by:", "Date:"])
    assert page["A11"].value == "注：一。"
    named = {"zh": ["自然保护区", "水流", "XX"], "en": ["Nature reserve", "Water flow", "XX"]}
    assert [page.cell(6 + at, 4).value for at in range(3)] == named[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_numbers_and_totals_are_the_sums_of_their_columns(pack, tmp_path, language):
    sheet, page = written(pack, tmp_path, language)
    for at, column in enumerate(sheet.columns, 1):
        body = [page.cell(row, at).value for row in range(6, 9)]
        if column.total != "sum":
            continue
        assert all(isinstance(one, (int, float)) or one is None for one in body), column.name
        exact = sum((Decimal(str(one)) for one in body if one is not None), Decimal(0))
        assert Decimal(str(page.cell(5, at).value)) == exact, column.name
        assert page.cell(6, at).number_format == ("#,##0.00" if column.decimals else "#,##0")
    assert page["E7"].value == 305.32  # 305.315 half away from zero, not 305.31
    assert page["F8"].value is None and [page.cell(row, 1).value for row in range(6, 9)] == [1, 2, 3]


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-(10**11), 10**11)), max_size=30), st.integers(0, 4))
def test_totals_of_any_column_are_exact(units, decimals):
    values = [None if one is None else float(Decimal(one).scaleb(-decimals)) for one in units]
    sheet = Sheet("a", "a", "a", (Column("x", ("x",), decimals, "sum"),), tuple((one,) for one in values))
    exact = Decimal(sum(one for one in units if one is not None)).scaleb(-decimals)
    assert Decimal(repr(float(total_row(sheet, "en")[0]))) == Decimal(repr(float(exact)))


def test_the_csv_says_the_same(pack, tmp_path):
    sheet, page = written(pack, tmp_path, "zh")
    path = tmp_path / "表.csv"
    write_csv(path, sheet, "zh")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = list(csv.reader(stream))
    assert head[5] == "所有权·国有" and len(rows) == 4
    for number, row in enumerate(rows):
        for at, (cell, column) in enumerate(zip(row, sheet.columns), 1):
            shown = page.cell(5 + number, at).value
            if column.decimals is not None and shown is not None:
                assert Decimal(cell) == Decimal(str(shown)) and len(cell.partition(".")[2]) == column.decimals


def test_a_missing_field_is_named(pack):
    with pytest.raises(FieldError, match=r"input\.missing_field"):
        sheet_of(pack, "summary", Table(pd.DataFrame({"ZRZYDJDYH": ["1"]}), None, None, "ZRZK", pack.layers["ZRZK"]), "zh")


def test_every_sheet_of_the_pack_has_columns_that_exist_and_words_in_both_languages(pack):
    layers = {"summary": "ZRZK", "types": "TYPE_TABLES", "lines": "BOUNDARY_LINES", "drawing": "YSL", "abutments": "ZRZYDJDY"}
    layers.update(basis="", notice="ZRZYDJDY", announcement="ZRZYDJDY")
    assert {row["key"] for row in pack.rule("sheets")} == set(layers) == {row["sheet"] for row in pack.rule("sheet_columns")}
    for row in pack.rule("sheet_columns"):
        assert row["key"] == f"{row['sheet']}.{row['column']}" and row["label_zh"] and row["label_en"] and float(row["width"]) > 0
        assert (row["total"] == "sum") == bool(row["decimals"]) and bool(row["group_zh"]) == bool(row["group_en"])
    for row in pack.rule("sheet_columns"):
        if row["sheet"] in ("summary", "abutments") and row["column"] != "NO":
            assert row["column"] in pack.layers[layers[row["sheet"]]].names


def test_a_table_of_words_has_no_total(pack, tmp_path):
    page = pack.layers["ZRZYDJDY"]
    table = Table(pd.DataFrame({name: ["甲、乙"] for name in page.names}), None, None, "ZRZYDJDY", page)
    path = tmp_path / "四至.xlsx"
    write_workbook(path, [sheet_of(pack, "abutments", table, "zh")], "zh")
    shown = openpyxl.load_workbook(path).worksheets[0]
    assert [shown.cell(5, at).value for at in (1, 4)] == [1, "甲、乙"] and shown.freeze_panes == "A5" and shown["A2"].value is None
    assert shown["A7"].value == "填表人："
