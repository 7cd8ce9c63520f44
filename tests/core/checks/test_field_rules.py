"""Rules that follow from the field table: each fault alone is found, a row without fault gives nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from shanshui.plugin.core.checks import conditions
from shanshui.plugin.core.checks.fields import name_field
from shanshui.plugin.core.errors import PackError

GOOD = {
    "BSM": "999901001000000001", "YSDM": "2001010100", "TBBH": "1", "DLBM": "0301", "DLMC": "乔木林地", "QSXZ": "30", "QSDWDM": "1",
    "QSDWMC": "甲", "ZLDWDM": "2", "ZLDWMC": "乙", "TBMJ": 10.0, "KCXS": np.nan, "TBDLMJ": 10.0, "SJNF": 2024, "MSSM": "00", "GDPDJB": None,
    "HDMC": None, "TBYBH": None,
}  # fmt: skip
EVERY = (
    "field_missing", "field_type", "value_missing", "value_unknown", "name_differs", "text_long", "number_wide", "value_range", "value_pattern",
    "key_twice", "blank_around", "feature_code",
)  # fmt: skip


def land(bench, packs, *changes, **columns):
    """DLTB of good rows, each with its changes."""
    rows = pd.DataFrame([{**GOOD, "BSM": f"99990100100000000{at + 1}", **one} for at, one in enumerate(changes)])
    return bench.checked(packs["survey"], bench.table("DLTB", len(rows), **{**rows.to_dict("list"), **columns}))


def test_a_good_row_gives_nothing(packs, bench):
    found = bench.findings([land(bench, packs, {}, {})], *(bench.made(one, "page", code=one) for one in EVERY))
    assert bench.told(found) == []


@pytest.mark.parametrize(
    ("check", "change", "field", "was", "should"),
    [
        ("value_missing", {"ZLDWMC": None}, "ZLDWMC", None, None),
        ("value_missing", {"ZLDWMC": "  "}, "ZLDWMC", None, None),
        ("value_missing", {"TBMJ": np.nan}, "TBMJ", None, None),
        ("value_missing", {"MSSM": "01"}, "HDMC", None, None),
        ("value_missing", {"DLBM": "0103"}, "GDPDJB", None, None),
        ("value_unknown", {"MSSM": "09"}, "MSSM", "09", None),
        ("value_unknown", {"DLBM": "9999"}, "DLBM", "9999", None),
        ("name_differs", {"DLMC": "果园"}, "DLMC", "果园", "乔木林地"),
        ("text_long", {"TBYBH": "一" * 19}, "TBYBH", "19", "18"),
        ("number_wide", {"SJNF": 20240}, "SJNF", "20240", "4"),
        ("number_wide", {"KCXS": 12.5}, "KCXS", "12.5", "1"),
        ("value_range", {"TBMJ": -1.0}, "TBMJ", "-1", "0 … inf"),
        ("value_range", {"KCXS": 1.5}, "KCXS", "1.5", "0 … 1"),
        ("value_range", {"TBMJ": np.inf}, "TBMJ", "inf", "0 … inf"),
        ("value_pattern", {"BSM": "12"}, "BSM", "12", r"\d{6}[0-9A-Z]{4}\d{8}"),
        ("blank_around", {"DLBM": "0301 "}, "DLBM", "'0301 '", "0301"),
        ("feature_code", {"YSDM": "1000600100"}, "YSDM", "1000600100", "2001010100"),
    ],
)
def test_one_fault_is_found_in_its_row_alone(packs, bench, check, change, field, was, should):
    found = bench.findings([land(bench, packs, {}, change)], bench.made(check, "page"))
    assert [(one[1:]) for one in bench.told(found)] == [(field, was, should)]
    assert found[0].row == (change.get("BSM") or "999901001000000002") and found[0].code == f"check.{check}"


def test_blanks_and_old_classes_are_told_once(packs, bench):
    """A blank behind a known code is no unknown code; a class of the second survey is told by `old_class` with what may have become of it."""
    layer = land(bench, packs, {"DLBM": "0301 "}, {"DLBM": "031"})
    rules = [bench.made(one, "page", code=one) for one in ("value_unknown", "old_class", "blank_around")]
    assert bench.told(bench.findings([layer], *rules)) == [
        ("999901001000000002", "DLBM", "031", "0301 0302 0303 0304"), ("999901001000000001", "DLBM", "'0301 '", "0301"),
    ]  # fmt: skip


def test_fields_that_are_not_there_or_hold_another_type(packs, bench):
    layer = land(bench, packs, {}, {}, TBMJ=["10", "20"], GDPDJB=[1, 2])
    layer = bench.checked(packs["survey"], bench.table("DLTB", 2, **layer.table.rows.drop(columns="ZLDWMC").to_dict("list")))
    assert [one.field for one in bench.findings([layer], bench.made("field_missing", "page"))] == ["ZLDWMC"]
    found = bench.findings([layer], bench.made("field_type", "page"))
    assert bench.told(found) == [("", "TBMJ", "text", "real"), ("", "GDPDJB", "real", "text")]


def test_keys_that_stand_twice(packs, bench):
    layer = land(bench, packs, {"BSM": "7"}, {"BSM": "8"}, {"BSM": "7"}, {"BSM": None}, {"BSM": None}, {"BSM": "7"})
    found = bench.findings([layer], bench.made("key_twice", "page"))
    assert [(one.row, one.facts["first"]) for one in found] == [("7", 1), ("7", 1)]


def test_patch_numbers_count_in_their_village(packs, bench):
    layer = land(bench, packs, {"TBBH": "1"}, {"TBBH": "1", "ZLDWDM": "3"}, {"TBBH": "1"}, {"TBBH": None}, {"TBBH": None})
    found = bench.findings([layer], bench.made("numbers_twice", "DLTB", fields="ZLDWDM|TBBH"))
    assert [(one.row, one.field, one.facts["value"]) for one in found] == [("999901001000000003", "TBBH", "2")]


@pytest.mark.parametrize("dtype", ["Int64", "float64", "object", "string"])
def test_gaps_in_columns_of_any_type_are_missing_values(packs, bench, dtype):
    values = pd.Series([2024, None], dtype="object" if dtype == "object" else dtype if dtype != "string" else "object").astype(dtype)
    layer = land(bench, packs, {}, {}, SJNF=values)
    found = bench.findings([layer], *(bench.made(one, "page", code=one) for one in ("value_missing", "value_range", "number_wide")))
    assert [one.row for one in found] == ["999901001000000002"]


def test_names_stand_beside_codes():
    names = ["DLBM", "DLMC", "HAXLX", "HAXLXMC", "MC", "MSSM", "QSDWDM", "QSDWMC"]
    assert [name_field(one, names) for one in ("DLBM", "HAXLX", "QSDWDM", "MSSM", "MC")] == ["DLMC", "HAXLXMC", "QSDWMC", "", ""]


def test_every_condition_of_a_pack_is_known_and_no_other(packs):
    used = {one.presence[2:] for pack in packs.values() for page in pack.layers.values() for one in page.fields if one.presence.startswith("C:")}
    assert used <= set(conditions.CONDITIONS)
    assert set(conditions.CONDITIONS) - used == set()


def test_an_unknown_condition_is_refused(packs, bench):
    with pytest.raises(PackError) as failure:
        conditions.must("C:on_the_moon", bench.table("DLTB", 1, BSM=["1"]), packs["survey"])
    assert failure.value.code == "check.unknown_condition"


@pytest.mark.parametrize(
    ("name", "row", "wanted"),
    [
        ("undisputed", {"ZYQBS": "1"}, False),
        ("undisputed", {"ZYQBS": None}, True),
        ("state_owned", {"QSXZ": "20"}, True),
        ("state_owned", {"QSXZ": "20", "ZYQBS": "1"}, False),
        ("collective", {"QSXZ": "30"}, True),
        ("collective", {"QSXZ": "10"}, False),
        ("exercised_by_agent", {"QLXSFS": "2"}, True),
        ("on_island", {"MSSM": "01"}, True),
        ("on_island", {"DLHD": "01"}, True),
        ("on_island", {"MSSM": "00"}, False),
        ("farmland", {"DLBM": "0103"}, True),
        ("sloping_farmland", {"DLBM": "0103", "GDPDJB": "1"}, False),
        ("sloping_farmland", {"DLBM": "0103", "GDPDJB": "2"}, True),
        ("farmland_with_ridges", {"DLBM": "0301", "GDPDJB": "2"}, False),
        ("planted", {"DLBM": "0101"}, True),
        ("refined", {"TBXHDM": "FQ"}, True),
        ("settlement", {"CZCSXM": None}, False),
        ("linear_feature", {"XZDWKD": "3.0"}, True),
        ("restored_coast", {"HAXLX": "31"}, True),
    ],
)
def test_conditions(packs, bench, name, row, wanted):
    assert conditions.must(f"C:{name}", bench.table("x", None, **{key: [value] for key, value in row.items()}), packs["survey"]).tolist() == [wanted]
