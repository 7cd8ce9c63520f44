"""Rows that are not of a published text, against the CSV pages themselves."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from shanshui.plugin.core import schema
from shanshui.plugin.core.basis import COLUMNS, basis

PACKS = Path(__file__).resolve().parents[2] / "resources" / "packs"


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


def lines(pack, page):
    with (PACKS / pack / f"{page}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def rows(packs, *sheets, met=lambda field: (), language="zh"):
    return basis(sheets, packs, met, packs["registration"], language).rows


def test_every_value_of_a_page_that_is_not_standard_is_there_and_no_other(packs):
    found = rows(packs, "summary")
    area = {row["key"]: row for row in lines("survey", "rules/area")}
    listed = found[found["PAGE"] == "rules/area"].set_index("KEY")
    assert set(listed.index) == {key for key, row in area.items() if row["status"] != "standard"} and "a" not in listed.index
    for key, row in listed.iterrows():
        told = (area[key]["value"], area[key]["unit"], area[key]["note_zh"], area[key]["source"], area[key]["status"])
        assert (" ".join(filter(None, told[:2])), *told[2:]) == (row["VALUE"], row["MEANING"], row["SOURCE"], row["STATUS"])


def test_of_a_list_only_what_was_met(packs):
    met = {"DLTB.DLBM": {"0301", "1106", "99"}, "ZRZYDJDY.DJDYLX": {"HYDY"}}
    found = rows(packs, "summary", met=lambda field: met.get(field, ()), language="en")
    keys = {page: set(part["KEY"]) for page, part in found.groupby("PAGE")}
    assert keys["rules/resource_types"] == {"0301"} and keys["rules/wetland"] == {"1106"} and keys["rules/unit_types"] == {"HYDY"}
    assert keys["rules/settings"] == {"sliver_width"} and keys["rules/overlay"] == {"tolerance"}
    unit = found[found["PAGE"] == "rules/unit_types"].iloc[0]
    assert (unit["MEANING"], unit["VALUE"]) == ("Sea area", "chain: sea; resource_type: HY; qsxz: 10; overlaps: 0; in_sums: 1")


def test_codes_are_told_by_their_names_in_the_language(packs):
    met = {"BOUNDARY_LINES.KIND": {"K5", "NULL", ""}}
    told = {tongue: rows(packs, "lines", met=lambda field: met.get(field, ()), language=tongue) for tongue in ("zh", "en")}
    names = [one.loc[one["PAGE"] == "codes/BOUNDARY_KIND", "VALUE"].tolist() for one in told.values()]
    assert names == [["争议区界线"], ["Disputed land"]]


def test_a_row_stands_once_and_nothing_is_asked_of_sheets_that_are_not_there(packs):
    both = rows(packs, "summary", "lines")
    assert not both.duplicated(["PACK", "PAGE", "KEY"]).any() and (both["PAGE"] == "rules/boundary_ownership").sum() == len(
        lines("registration", "rules/boundary_ownership")
    )
    assert tuple(rows(packs).columns) == COLUMNS and not len(rows(packs))


def test_a_users_value_and_its_source_are_printed(tmp_path):
    page = tmp_path / "registration" / "rules" / "settings.csv"
    page.parent.mkdir(parents=True)
    page.write_text("key,value,source,status\nsliver_width,0.5,circular of a province,practice\n", encoding="utf-8")
    found = rows(schema.load_packs(overlay_roots=[tmp_path]), "summary")
    one = found[found["KEY"] == "sliver_width"].iloc[0]
    assert (one["VALUE"], one["SOURCE"], one["STATUS"]) == ("0.5 m", "circular of a province", "practice")
    page.write_text("key,value,source,status\nsliver_width,0.5,published text,standard\n", encoding="utf-8")
    assert "sliver_width" not in set(rows(schema.load_packs(overlay_roots=[tmp_path]), "summary")["KEY"])


def test_each_row_says_what_it_means_in_both_languages(packs):
    every = {one.key for one in packs["survey"].origins if one.page == "rules/resource_types"} | set(packs["registration"].codes["DJDYLX"].entries)
    sheets = [row["key"] for row in packs["registration"].rule("sheets")]
    told = {tongue: rows(packs, *sheets, met=lambda field: every, language=tongue) for tongue in ("zh", "en")}
    for tongue, table in told.items():
        plain = table[table["PAGE"].str.startswith("rules")]
        assert len(plain) > 100 and (plain["MEANING"] != "").all()
        assert tongue == "zh" or not plain["MEANING"].str.contains("[\u4e00-\u9fff]").any()


def test_the_rule_names_packs_pages_and_keys_that_are_there(packs):
    sheets = {row["key"] for row in packs["registration"].rule("sheets")}
    for line in packs["registration"].rule("sheet_basis"):
        pages = {one.page for one in packs[line["pack"]].origins}
        assert line["sheet"] in sheets and line["page"] in pages, line["key"]
        assert not (line["keys"] and line["met"])
        for key in line["keys"].split():
            assert key in {one.key for one in packs[line["pack"]].origins if one.page == line["page"]}, key
