"""Areas written as text: which are read, to what, and which are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import control
from shanshui.plugin.core.area_text import area_of, stated_areas
from shanshui.plugin.core.errors import ControlError, FieldError
from shanshui.plugin.core.table import Table


def table(values, field="TBMJ"):
    shapes = np.array([shapely.box(i, 0, i + 1, 1) for i in range(len(values))], dtype=object)
    return Table(pd.DataFrame({"BSM": [str(i) for i in range(len(values))], field: values}), shapes, "EPSG:4528", "DLTB")


@pytest.mark.parametrize(
    ("text", "square_metres", "unit"),
    [
        ("1.25公顷", 12_500.0, "ha"),
        ("１．２５　公顷", 12_500.0, "ha"),
        ("18.75 亩", 12_500.0, "mu"),
        ("0.5亩", 333.3333, "mu"),
        ("12,500.5㎡", 12_500.5, "m2"),
        ("12500 m²", 12_500.0, "m2"),
        ("0.0125 KM2", 12_500.0, "km2"),
        (" 12500.00 ", 12_500.0, ""),
        (".5 Ha", 5_000.0, "ha"),
        ("-3", -3.0, ""),
        ("3平方公里。", 3_000_000.0, "km2"),
    ],
)
def test_what_is_an_area(text, square_metres, unit):
    assert area_of(text) == (square_metres, unit)


@pytest.mark.parametrize("text", ["", "公顷", "1,5公顷", "1.2.3", "12 acres", "约12亩", "1e3", "nan", "inf", "12公顷3亩", "1,2345", "十二亩"])
def test_what_is_none(text):
    assert area_of(text) is None


def test_a_text_field_is_read_and_said():
    read = stated_areas(table(["1.00公顷", None, "10000", " ", "15亩"]), "TBMJ")
    np.testing.assert_array_equal(read.values, [10_000.0, np.nan, 10_000.0, np.nan, 10_000.0])
    (note,) = read.findings("DLTB", "TBMJ")
    assert (note.code, note.severity, note.facts["count"]) == ("area.text_read", "note", 3)
    assert note.facts["units"] == "— × 1, ha × 1, mu × 1"


def test_a_field_of_numbers_says_nothing():
    read = stated_areas(table(pd.array([1, None, 3], dtype="Int64")), "TBMJ")
    np.testing.assert_array_equal(read.values, [1.0, np.nan, 3.0])
    assert not read.findings("DLTB", "TBMJ")


def test_what_cannot_be_read_names_the_row():
    with pytest.raises(FieldError) as caught:
        stated_areas(table(["1公顷", "两亩"]), "TBMJ")
    assert caught.value.code == "area.unreadable" and caught.value.facts == {"layer": "DLTB", "field": "TBMJ", "row": 2, "value": "两亩"}
    with pytest.raises(FieldError) as caught:
        stated_areas(table(pd.array([True, False], dtype="boolean")), "TBMJ")
    assert caught.value.code == "area.not_numeric"


def test_levelling_of_areas_written_as_text():
    given = table(["1.00公顷", "0.5公顷", "0.15亩"])
    found = control.level_table(given, control.Wanted("TBMJ", control="1.5103公顷", method="proportional"))
    assert found.table["TBMJ"].tolist() == [10_001.99, 5_000.99, 100.02] and (found.done, found.left) == (1, 0)
    assert [one.code for one in found.findings] == ["area.text_read"]


@pytest.mark.parametrize("text", ["12 acres", "nan", "5; 6", "00=1; 00=2", "00=; 01=2", "=", "100,1"])
def test_a_control_that_means_nothing(text):
    with pytest.raises(ControlError) as caught:
        control.read_control(text, ["TBMJ"])
    assert caught.value.code == "balance.unreadable_control"


def test_fields_in_another_case():
    given = table([1.0, 2.0], "tbmj")
    assert "TBMJ" in given and given["TBMJ"].tolist() == [1.0, 2.0] and given.text("bsm").tolist() == ["0", "1"]
    assert given.with_columns(TBMJ=[3.0, 4.0]).fields == ["BSM", "tbmj"]
    both = Table(pd.DataFrame({"Mj": [1.0], "mJ": [2.0]}), None, None, "DLTB")
    assert "MJ" not in both and both["Mj"].tolist() == [1.0]
