"""Conditional rules of the land survey as the shipped page states them: one wrong row and one right row for each (cadastre §3.5)."""

from __future__ import annotations

import numpy as np
import pytest

from shanshui.plugin.core.checks import rule
from shanshui.plugin.core.checks.survey import of_classes

# code, a row that breaks the rule and one that does not, the field that is told
CASES = [
    ("SX0511", {"DLBM": "0101", "TBXHDM": "HDGD", "ZZSXDM": "XG"}, {"ZZSXDM": "LYFL"}, "ZZSXDM"),
    ("SX0512", {"DLBM": "0101", "TBXHDM": None, "ZZSXDM": "JKHF"}, {"ZZSXDM": "XG"}, "ZZSXDM"),
    ("SX0513", {"DLBM": "0301", "GDPDJB": "2"}, {"DLBM": "0101"}, "GDPDJB"),
    ("SX0514", {"DLBM": "1006", "GDLX": "TT"}, {"DLBM": "0103"}, "GDLX"),
    ("SX0515", {"DLBM": "0201", "KCDLBM": "1203"}, {"KCDLBM": None}, "KCDLBM"),
    ("SX0516", {"DLBM": "0201", "KCXS": 0.05}, {"KCXS": 0.0}, "KCXS"),
    ("SX0517", {"DLBM": "0201K", "TBXHDM": "LQYD", "ZZSXDM": "JKHF"}, {"ZZSXDM": None}, "ZZSXDM"),
    ("SX0518", {"DLBM": "0202", "TBXHDM": None, "ZZSXDM": "LS"}, {"ZZSXDM": "GCHF"}, "ZZSXDM"),
    ("SX0519", {"DLBM": "0305", "TBXHDM": "FQ"}, {"TBXHDM": None}, "TBXHDM"),
    ("SX0520", {"DLBM": "0301", "ZZSXDM": "LS"}, {"ZZSXDM": "JKHF"}, "ZZSXDM"),
    ("SX0521", {"DLBM": "0404", "TBXHDM": "FQ"}, {"TBXHDM": "GCCD"}, "TBXHDM"),
    ("SX0522", {"DLBM": "0401", "ZZSXDM": "GCHF"}, {"DLBM": "0404"}, "ZZSXDM"),
    ("SX0523", {"DLBM": "0404", "ZZSXDM": "JKHF"}, {"ZZSXDM": "GCHF"}, "ZZSXDM"),
    ("SX0524", {"DLBM": "1104A", "TBXHDM": "FQ"}, {"DLBM": "1003"}, "TBXHDM"),
    ("SX0525", {"DLBM": "1104", "ZZSXDM": "LS"}, {"ZZSXDM": "JKHF"}, "ZZSXDM"),
    ("SX0526", {"DLBM": "0601", "TBXHDM": "FQ"}, {"TBXHDM": "SNGY"}, "TBXHDM"),
    ("SX0527", {"DLBM": "1003", "TBXHDM": "SNGY"}, {"TBXHDM": "FQ"}, "TBXHDM"),
    ("SX0528", {"DLBM": "0602", "ZZSXDM": "JKHF"}, {"ZZSXDM": None}, "ZZSXDM"),
    ("SX0529", {"DLBM": "0702", "CZCSXM": "201A"}, {"DLBM": "0601"}, "CZCSXM"),
    ("SX0530", {"DLBM": "0601", "CZCSXM": "204"}, {"DLBM": "1201"}, "CZCSXM"),
    ("SX0531", {"DLBM": "0702", "CZCSXM": "205"}, {"DLBM": "09"}, "CZCSXM"),
    ("SX0532", {"DLBM": "1101", "CZCSXM": "203"}, {"DLBM": "1104"}, "CZCSXM"),
    ("SX0533", {"DLBM": "1006", "CZCSXM": "202"}, {"DLBM": "1003"}, "CZCSXM"),
    ("SX0534", {"DLBM": "0702", "CZCSXM": None}, {"CZCSXM": "203"}, "CZCSXM"),
    ("SX0535", {"DLBM": "1006", "XZDWKD": 8.1}, {"XZDWKD": 8.0}, "XZDWKD"),
    ("SX0536", {"DLBM": "0103", "KCXS": 0.05, "KCDLBM": None}, {"KCDLBM": "1203"}, "KCDLBM"),
    ("SX0537", {"DLBM": "031"}, {"DLBM": "0301"}, "DLBM"),
]


@pytest.fixture(scope="module")
def rules(packs):
    return {one.code: one for one in rule.rules_of(packs.values())}


@pytest.mark.parametrize(("code", "wrong", "change", "field"), CASES, ids=[one[0] for one in CASES])
def test_a_wrong_row_is_told_and_a_right_one_is_not(packs, bench, rules, code, wrong, change, field):
    right = {**wrong, **change}
    columns = {name: [wrong[name], right[name]] for name in wrong}
    layer = bench.checked(packs["survey"], bench.table("DLTB", 2, BSM=["wrong", "right"], **columns))
    found = bench.findings([layer], rules[code])
    assert [(one.row, one.field) for one in found] == [("wrong", field)]


def test_every_rule_on_land_survey_rows_has_its_case(rules):
    subject = ("class_allows", "value_needs_class", "class_needs", "class_limit", "filled_together", "old_class")
    assert {one.code for one in rules.values() if one.check in subject} == {one[0] for one in CASES}


def test_classes_by_their_beginning_with_some_left_out():
    codes = np.array(["0101", "0103", "02", "", "1001", "100"], dtype=object)
    assert of_classes(codes, ("01", "!0103")).tolist() == [True, False, False, False, False, False]
    assert of_classes(codes, ("0", "1", "!01", "!1001")).tolist() == [False, False, True, False, False, True]


def test_the_nature_of_an_owner_is_what_most_of_his_rows_say(packs, bench, rules):
    layer = bench.checked(
        packs["survey"],
        bench.table("DLTB", 6, BSM=list("abcdef"), QSDWDM=["1", "1", "1", "2", "2", ""], QSXZ=["30", "31", "20", "20", "10", "30"]),
    )
    found = bench.findings([layer], rules["SX0538"])
    assert [(one.row, one.facts["was"], one.facts["value"]) for one in found] == [("c", "20", "1")]


def test_villages_that_the_village_layer_does_not_have(packs, bench, rules):
    land = bench.checked(packs["survey"], bench.table("DLTB", 3, BSM=list("abc"), ZLDWDM=["9999010010010000000", "9999010010020000000", None]))
    villages = bench.checked(packs["survey"], bench.table("CJDCQ", 1, BSM=["v"], ZLDWDM=["9999010010010000000"]))
    assert [one.row for one in bench.findings([land, villages], rules["SX0539"])] == ["b"]
