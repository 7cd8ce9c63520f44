"""What a Shapefile loses, said before it is written: names, texts, numbers, shapes, sizes."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core.errors import FieldError, InputError, OutputError
from shanshui.plugin.core.exchange import dbf, shapefile
from shanshui.plugin.core.exchange.dbf_columns import Declared, column_of, row_ranges
from shanshui.plugin.core.exchange.dbf_names import short_names, wishes
from shanshui.plugin.core.exchange.shapefile import Source, losses, planned
from shanshui.plugin.core.table import Table


def objects(*values):
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def fitted(values, encoding="utf-8", declared=None, dtype=None):
    column, told = column_of(pd.Series(values, dtype=dtype), "DLMC", "DLMC", declared or Declared(), encoding, "地类图斑")
    return column, {one.code: one for one in told}


def test_names_are_cut_to_ten_bytes_without_collision():
    fields = ["QUANSHUDANWEI", "QUANSHUDAN", "quanshudanweimingcheng", "MJ"]
    # the one that fits keeps its name; the others give way, in any case of letters
    assert list(short_names(fields, "utf-8", {}, "x").values()) == ["QUANSHUD_1", "QUANSHUDAN", "quanshud_2", "MJ"]


def test_chinese_names_are_cut_between_characters():
    assert short_names(["权属单位名称"], "utf-8", {}, "x") == {"权属单位名称": "权属单"}  # 3 × 3 bytes
    assert short_names(["权属单位名称"], "gbk", {}, "x") == {"权属单位名称": "权属单位名"}  # 5 × 2 bytes
    assert list(short_names(["权属单位名称", "权属单位名录"], "gbk", {}, "x").values()) == ["权属单位名", "权属单位_1"]
    assert short_names(["𠮷田 面积"], "gbk", {}, "x") == {"𠮷田 面积": "_田_面积"}


def test_many_alike_stay_apart():
    found = list(short_names([f"LONGFIELDNAME{at}" for at in range(120)], "utf-8", {}, "x").values())
    assert len({one.lower() for one in found}) == 120 and max(map(len, found)) == 10


def test_wishes_go_first():
    wanted = wishes("权属单位名称=QSDWMC\n 坐落单位 = ZLDWMC，，")
    assert wanted == {"权属单位名称": "QSDWMC", "坐落单位": "ZLDWMC"}
    assert short_names(["QSDWMC", "权属单位名称"], "utf-8", wanted, "x") == {"QSDWMC": "QSDWMC_1", "权属单位名称": "QSDWMC"}
    for text, fields, code in (
        ("A", ["A"], "shp.bad_wish"), ("A=B,C=b", ["A", "C"], "shp.wish_taken"), ("A=四个汉字", ["A"], "shp.wish_too_long"),
    ):  # fmt: skip
        with pytest.raises(FieldError) as refused:
            short_names(fields, "utf-8", wishes(text), "x")
        assert refused.value.code == code


def test_text_over_254_bytes_is_cut_between_characters():
    column, told = fitted(["水田" * 43, "旱地", None])  # 258 bytes of UTF-8
    assert told["shp.text_cut"].severity == "warning" and told["shp.text_cut"].row == "1"
    assert column.field.width == 254 and column.values == ["水田" * 42, "旱地", None]
    assert column.cells[0] == ("水田" * 42).encode() + b"  "
    assert fitted(["水田" * 43], "gbk")[1] == {}  # 172 bytes of GBK


def test_characters_that_gbk_lacks_are_a_loss():
    column, told = fitted(["丂𠮷村", "好"], "gbk")
    assert told["shp.characters"].facts["should"] == "丂?村" and column.values == ["丂?村", "好"]
    assert fitted(["丂𠮷村"], "utf-8")[1] == {}


def test_every_loss_is_a_row_up_to_a_thousand():
    _, found = column_of(pd.Series(["好" * 100] * 1200), "A", "A", Declared(), "utf-8", "x")
    assert len(found) == 1001 and found[-1].code == "shp.more_rows" and found[-1].facts["count"] == 200


@pytest.mark.parametrize(("values", "width", "codes"), [
    ([1, -23], 9, set()),
    ([999_999_999], 9, set()),
    ([1_000_000_000], 10, {"shp.long_integer"}),
    ([330_100_000_000_000_000], 18, {"shp.long_integer"}),
])  # fmt: skip
def test_whole_numbers_keep_every_digit(values, width, codes):
    column, told = fitted(values)
    assert (column.field.kind, column.field.width, column.values) == ("N", width, values) and set(told) == codes
    assert not losses(list(told.values()))


def test_over_2_to_the_53_is_counted():
    _, told = fitted([2**53, 2**53 + 1, 5, -(2**53) - 1])
    assert told["shp.long_integer"].facts["count"] == 2 and told["shp.long_integer"].facts["rows"] == "2, 4"


def test_over_18_digits_becomes_text():
    column, told = fitted([-(2**63), 7])
    assert column.field.kind == "C" and column.values == ["-9223372036854775808", "7"] and set(told) == {"shp.integer_as_text"}


def test_missing_numbers_are_a_loss_and_missing_texts_are_none():
    _, told = fitted(pd.array([1, None, 3, None, None], dtype="Int64"))
    assert told["shp.null_numbers"].facts["rows"] == "2, 4-5" and told["shp.null_numbers"].severity == "warning"
    assert fitted([1.5, float("nan")])[1]["shp.null_numbers"].facts["count"] == 1
    assert fitted(["a", None])[1] == {}
    assert set(fitted(["", None])[1]) == {"shp.empty_and_missing"}


@pytest.mark.parametrize(("values", "decimals"), [([1.5, 2.25], 2), ([0.1 + 0.2], 17), ([100.0], 1), ([-0.3], 1), ([1e15 + 0.5], 2)])
def test_numbers_are_written_as_they_are(values, decimals):
    column, told = fitted(values)
    assert told == {} and column.field.decimals == decimals
    assert [float(one) for one in column.cells.tolist()] == values and column.values == values


def test_numbers_no_width_holds_are_a_loss():
    column, told = fitted([1.5, 1e300, float("inf"), 1.23456789e-18])
    assert {one: told[one].severity for one in told} == dict.fromkeys(("shp.number_too_wide", "shp.number_rounded"), "warning")
    assert column.values[1] is None and column.values[2] is None and column.field.width <= 24
    assert all(len(one) == column.field.width for one in (cell.ljust(column.field.width) for cell in column.cells.tolist()))


def test_dates_moments_and_yes_or_no():
    column, told = fitted(objects(datetime.date(2026, 2, 3), None))
    assert column.field.kind == "D" and column.cells.tolist() == [b"20260203", b"        "] and told == {}
    column, told = fitted(objects(datetime.datetime(2026, 2, 3, 4, 5, 6), None))
    assert column.values == ["2026-02-03T04:05:06", None] and set(told) == {"shp.time_as_text"}
    column, told = fitted(pd.array([True, False], dtype="boolean"))
    assert column.values == [1, 0] and set(told) == {"shp.bool_as_number"}


def test_declared_widths_are_kept():
    assert fitted(["好"], declared=Declared(50))[0].field.width == 50
    assert fitted(["好"], declared=Declared(1))[0].field.width == 3
    assert fitted([1.5], declared=Declared(15, 2))[0].field == dbf.DbfField(b"DLMC", "N", 15, 2)


def test_a_table_of_our_own_is_parsed_again():
    fields = [dbf.DbfField("名".encode(), "C", 6), dbf.DbfField(b"N", "N", 3)]
    cells = [np.array(["水".encode().ljust(6), b"a     "]), np.array([b"  1", b" 22"])]
    raw = dbf.head(fields, 2, 0x4D, datetime.date(2026, 1, 2)) + dbf.records(fields, cells, slice(0, 2)) + b"\x1a"
    found = dbf.parsed(raw, "x")
    assert found.fields == tuple(fields) and found.language == 0x4D and not found.deleted.any()
    assert [one.tolist() for one in found.cells] == [one.tolist() for one in cells]


@pytest.mark.parametrize("raw", [b"", b"\x03" * 20, b"PK\x03\x04" + b"x" * 200, bytes(200), b"\x03" + b"\xff" * 300])
def test_what_is_no_table_is_refused(raw):
    with pytest.raises(InputError) as refused:
        dbf.parsed(raw, "x")
    assert refused.value.code == "legacy.not_dbf"


def source(shapes, **more):
    rows = pd.DataFrame({"MC": [str(at) for at in range(len(shapes))]})
    return Source(Table(rows, objects(*shapes), "EPSG:4528", "层"), "层", {}, **more)


def test_mixed_shapes_become_a_file_for_each_kind():
    line, square = shapely.linestrings([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1)
    both = shapely.geometrycollections([square, line])
    plans, told = planned(source([square, line, both, None]), "utf-8", {})
    assert [(one.stem, one.count, one.columns[0].values) for one in plans] == [("层_line", 3, ["1", "2", "3"]), ("层_polygon", 2, ["0", "2"])]
    assert [one.code for one in losses(told)] == ["shp.mixed"]
    assert np.nansum(shapely.length(plans[0].shapes)) == 2 * 2**0.5 and shapely.area(plans[1].shapes).sum() == 2


def test_heights_and_arcs_are_losses():
    _, told = planned(source([shapely.points(1, 2)], has_z=True, has_m=True, curved=(0,)), "utf-8", {})
    assert [one.code for one in losses(told)] == ["shp.flat", "shp.flat", "shp.straightened"]


def test_a_layer_without_shapes_keeps_its_kind():
    assert [planned(source([None], kind=kind), "utf-8", {})[0][0].kind for kind in ("point", "line", "polygon")] == ["point", "line", "polygon"]


def test_what_no_permission_helps_is_refused(monkeypatch):
    wide = Table(pd.DataFrame({f"F{at}": ["x" * 254] for at in range(254)}), None, None, "宽")
    assert planned(Source(wide, "宽", {}), "utf-8", {})[0][0].row_bytes == 1 + 254 * 254
    many = Table(pd.DataFrame({f"F{at}": [1] for at in range(256)}), None, None, "多")
    with pytest.raises(OutputError) as refused:
        planned(Source(many, "多", {}), "utf-8", {})
    assert refused.value.code == "shp.too_many_fields"
    assert shapefile.LARGEST == 2 * 1024**3 - 1
    monkeypatch.setattr(shapefile, "LARGEST", 10 * 255)
    for rows, fits in ((10, True), (11, False)):
        table = Source(Table(pd.DataFrame({"A": ["x"] * rows}), None, None, "大"), "大", {"A": Declared(254)})
        if fits:
            assert planned(table, "utf-8", {})[0][0].count == rows
            continue
        with pytest.raises(OutputError) as refused:
            planned(table, "utf-8", {})
        assert refused.value.code == "shp.too_large"
    with pytest.raises(OutputError) as refused:  # 100 vertices of 16 bytes twice, and the heads
        planned(source([shapely.linestrings(np.arange(200).reshape(100, 2))] * 2), "utf-8", {})
    assert refused.value.facts["part"] == "shp"


def test_row_numbers_are_spelt_short():
    assert row_ranges(np.array([0, 1, 2, 6])) == "1-3, 7" and row_ranges(np.array([], dtype=int)) == ""
    assert row_ranges(np.arange(0, 100, 2)).endswith("23, …")
