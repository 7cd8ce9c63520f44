"""The shipped packs: whole, consistent with each other and with what the algorithms write."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import PackError

RESOURCES = Path(schema.SHIPPED).parent
PAGES = sorted(schema.SHIPPED.rglob("*.csv"))
CJK = re.compile("[\u4e00-\u9fff]")
# what an outsider reads in the published table of 地类图斑, in its order
DLTB = (
    "BSM YSDM TBYBH TBBH DLBM DLMC QSXZ QSDWDM QSDWMC ZLDWDM ZLDWMC TBMJ KCDLBM KCXS KCMJ TBDLMJ GDLX GDPDJB XZDWKD TBXHDM TBXHMC ZZSXDM ZZSXMC"
    " GDDB FRDBS CZCSXM SJNF MSSM HDMC BZ"
)


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


@pytest.fixture(scope="module")
def survey(packs):
    return packs["survey"]


@pytest.fixture(scope="module")
def registration(packs):
    return packs["registration"]


def test_all_shipped_packs_load(packs):
    assert {"survey", "registration", "sample"} <= set(packs) == {one.name for one in schema.SHIPPED.iterdir() if one.is_dir()}


@pytest.mark.parametrize("file", PAGES, ids=[one.relative_to(schema.SHIPPED).as_posix() for one in PAGES])
def test_every_row_has_source_and_status(file):
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows
    for line, row in enumerate(rows, 2):
        assert row["source"].strip() and row["status"] in ("standard", "practice", "default"), f"{file}:{line} {row}"
        ours = re.match("house|ours|own|by analogy|demonstration", row["source"]) or re.search("recalled, to be checked", row["source"])
        assert row["status"] == "default" or not ours, f"{file}:{line} {row}"


# values that are published beside the others and that no algorithm of this version takes from the pack; an entry goes when code reads it
NOT_READ = {
    "registration/settings": {"book_unit", "book_decimals"},
    "survey/area_limits": {"desert", "sliver_area", "sliver_length", "rural_road_width"},
}


def test_a_value_that_a_user_may_edit_is_read_by_code(packs):
    """A row that nothing reads would be edited in vain: each value's key stands as a word in the code, or in the list above."""
    root = Path(__file__).parents[1]
    code = "\n".join(one.read_text(encoding="utf-8") for room in ("plugin", "processing_algorithms", "ui") for one in (root / room).rglob("*.py"))
    words = set(re.findall(r'"(\w+)"', code)) | {f"k{i}" for i in range(5)}
    unread = {}
    for pack in packs.values():
        for name, rows in pack.rules.items():
            # pages of single values; those whose keys are themselves codes or fields of a layer are read as a whole
            keys = {row["key"] for row in rows if "value" in row and re.fullmatch("[a-z][a-z0-9_]*", row["key"])}
            if keys - words:
                unread[f"{pack.id}/{name}"] = keys - words
    assert unread == NOT_READ


def test_every_domain_and_group_has_a_list(packs):
    for pack in packs.values():
        for page in pack.layers.values():
            for one in page.fields:
                assert not one.domain or len(pack.codes[one.domain]), f"{pack.id} {page.name}.{one.name}: {one.domain}"
                assert one.group in pack.codes["FIELD_GROUP"], f"{pack.id} {page.name}.{one.name}: group {one.group!r}"


def test_codes_fit_their_fields(packs):
    for pack in packs.values():
        for page in pack.layers.values():
            for one in page.fields:
                for code in pack.codes[one.domain] if one.domain else ():
                    assert len(code) <= (one.length or 255), f"{pack.id} {page.name}.{one.name}: {code} is longer than {one.length}"


def test_labels_are_in_both_languages_and_tell_fields_apart(packs):
    for pack in packs.values():
        named = [(f"{page.name}.{one.name}", one.label_zh, one.label_en) for page in pack.layers.values() for one in page.fields]
        named += [(page.name, page.title_zh, page.title_en) for page in pack.layers.values()]
        named += [(f"{codes.name} {one.code}", one.name_zh, one.name_en) for codes in pack.codes.values() for one in codes.entries.values()]
        wrong = [one for one in named if (not CJK.search(one[1]) and not re.fullmatch("[≤>]?[0-9°～]+", one[1])) or CJK.search(one[2])]
        assert not wrong, f"{pack.id}: {wrong}"
        for page in pack.layers.values():
            for language in ("zh", "en"):
                again = [label for label, count in Counter(one.label(language) for one in page.fields).items() if count > 1]
                assert not again, f"{pack.id} {page.name}: {again}"


def test_numbers_and_texts_have_the_attributes_of_their_type(packs):
    for pack in packs.values():
        for page in pack.layers.values():
            for one in page.fields:
                where = f"{pack.id} {page.name}.{one.name}"
                assert one.decimals is None or one.type == "real", where
                assert (one.minimum, one.maximum) == (None, None) or one.type in ("integer", "real"), where
                assert not one.pattern or one.type == "text", where


def test_the_land_survey_patch_has_the_published_fields(survey):
    page = survey.layers["DLTB"]
    assert page.names == DLTB.split() and (page.ysdm, page.key, page.geometry) == ("2001010100", "BSM", "polygon")
    widths = {one.name: (one.length, one.decimals) for one in page.fields}
    assert [widths[name] for name in ("BSM", "DLBM", "QSDWDM", "TBMJ", "KCXS")] == [(18, None), (5, None), (19, None), (15, 2), (6, 4)]


def test_the_class_tree_is_whole(survey):
    tree = survey.codes["DLBM"]
    assert len([one for one in tree.entries.values() if not one.parent]) == 13
    assert {one.code for one in tree.leaves if not one.parent} == {"09"}  # 特殊用地 is its own class
    for one in tree.leaves:
        assert one.extra["major"] in survey.codes["SDL"] and one.extra["base"] in tree, one.code
        assert one.extra["major"] == tree[one.extra["base"]].extra["major"], one.code
    assert tree["0404"].extra["major"] == "W"
    assert tree.top("0303").code == "00" and tree.top("0603").code == "00" and tree.top("0201K").code == "02"
    assert Counter(tree.top(one.code).code for one in tree.leaves if len(one.code) == 4)["00"] == 8


def test_classes_are_drawn_in_colours_that_differ(survey):
    classes = [one for one in survey.codes["DLBM"].leaves if one.extra["base"] == one.code]
    rgb = {one.code: tuple(int(one.colour[at : at + 2], 16) for at in (1, 3, 5)) for one in survey.codes["DLBM"].leaves}
    assert len(set(rgb.values())) == len(rgb)
    near = [
        (a.code, b.code)
        for at, a in enumerate(classes)
        for b in classes[at + 1 :]
        if sum(abs(x - y) for x, y in zip(rgb[a.code], rgb[b.code])) < 20
    ]
    assert not near


def test_every_class_leads_to_one_resource_type_and_wetland_is_one_set(survey, registration):
    wet = [row["code"] for row in survey.rule("wetland")]
    assert wet == ["0303", "0304", "0306", "0402", "1105", "1106", "1108"] and {row["type"] for row in survey.rule("wetland")} == {"SD"}
    dry = {row["code"]: row["type"] for row in survey.rule("resource_types")}
    assert not set(wet) & set(dry) and "SD" not in dry.values()  # a second wetland set could disagree with the first
    bases = {one.extra["base"] for one in survey.codes["DLBM"].leaves}
    assert set(wet) | set(dry) == bases
    assert set(dry.values()) | {"SD"} <= set(registration.codes["ZRZYLX"])
    assert (dry["0603"], dry["0404"], dry["1101"], dry["1207"], dry["0101"]) == ("FZRZY", "CY", "SZY", "HD", "FZRZY")
    for name in ("wetland", "resource_types"):
        for row in survey.rule(name):
            one = survey.codes["DLBM"][row["code"]]
            assert (row["name_zh"], row["name_en"]) == (one.name_zh, one.name_en)


def test_second_survey_classes_lead_into_the_tree_or_say_that_they_do_not(survey):
    tree = {one.code for one in survey.codes["DLBM"].leaves}
    rows = {row["code"]: row for row in survey.rule("second_survey")}
    for row in rows.values():
        candidates = [one for one in row["candidates"].split("|") if one]
        assert (row["decided"] == "1") == bool(row["class"]) != bool(candidates), row["code"]
        assert {row["class"], *candidates} - {""} <= tree, row["code"]
        assert row["code"] not in survey.codes["DLBM"], row["code"]  # an old code that is also a new one could not be told
    assert [rows[old]["class"] for old in ("011", "012", "013", "021", "043", "104", "117")] == [
        "0101",
        "0102",
        "0103",
        "0201",
        "0404",
        "1006",
        "1107",
    ]
    assert [rows[old]["decided"] for old in ("031", "125", "127", "201")] == ["0"] * 4


def test_ridge_coefficients_cover_every_sloping_grade_and_kind(survey):
    keys = {(row["gdpdjb"], row["gdlx"]) for row in survey.rule("ksxs")}
    assert keys == {(grade, kind) for grade in "2345" for kind in survey.codes["GDLX"]}
    assert all(0 < float(row["value"]) < 1 and row["key"] == f"{row['gdpdjb']}-{row['gdlx']}" for row in survey.rule("ksxs"))


def test_slope_grades_leave_no_gap(survey):
    grades = list(survey.codes["GDPDJB"].entries.values())
    assert [(one.extra["low"], one.extra["high"]) for one in grades] == [("0", "2"), ("2", "6"), ("6", "15"), ("15", "25"), ("25", "90")]


def test_unit_types_their_list_and_their_order_agree(registration):
    types = {row["code"]: row for row in registration.rule("unit_types")}
    assert {code: (row["name_zh"], row["name_en"]) for code, row in types.items()} == {
        one.code: (one.name_zh, one.name_en) for one in registration.codes["DJDYLX"].entries.values()
    }
    order = sorted(registration.rule("draw_order"), key=lambda row: int(row["rank"]))
    assert [int(row["rank"]) for row in order] == list(range(1, len(order) + 1)) and {row["code"] for row in order} == set(types)
    assert [row["code"] for row in order[:6]] == ["WJHD", "HYDY", "GJGY", "ZRBH", "ZRGY", "ZYSD"]
    for row in types.values():
        assert row["chain"] in ("land", "sea", "island", "mineral") and (row["overlaps"] == "1") == (row["chain"] == "mineral") == (
            row["in_sums"] == "0"
        )
        assert not row["resource_type"] or row["resource_type"] in registration.codes["ZRZYLX"]
        assert (row["qsxz"] in registration.codes["QSXZ"]) == (row["chain"] != "land")


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        ("无居民海岛", "WJHD"),
        ("WJMHD", "WJHD"),
        ("有居民海岛", None),
        ("海域", "HYDY"),
        ("青岚湿地公园", "ZRGY"),
        ("国家重要湿地", "ZYSD"),
        ("河道管理范围线", "SLDY"),
        ("lake management line", "SLDY"),
        ("国有林场", "GYSL"),
        ("Mineral resources 2026", "KCZY"),
        ("search area", None),
        ("DLTB", None),
        ("生态保护红线", None),
        ("永久基本农田", None),
    ],
)
def test_layers_are_known_by_their_names(registration, layer, code):
    from shanshui.plugin.core.registration.unit_types import of_layer, unit_types

    assert of_layer(layer, unit_types(registration)) == code


def test_the_nature_of_ownership_agrees_with_the_rule_of_its_first_digit(registration):
    rule = {row["starts"]: row["class"] for row in registration.rule("boundary_ownership") if row["field"] == "QSXZ"}
    for code in registration.codes["QSXZ"].entries.values():
        assert code.extra["ownership"] == rule[code.code[0]] in registration.codes["OWNERSHIP"], code.code
    for one in registration.codes["OWNERSHIP"].entries.values():
        assert one.extra["column"] in registration.layers["ZRZYDJDY"].names and one.extra["column"] in registration.layers["ZRZK"].names


def test_kinds_of_boundary_have_one_name_and_the_colour_of_the_style(registration):
    kinds = registration.codes["BOUNDARY_KIND"]
    flags = {row["key"]: (row["name_zh"], row["name_en"]) for row in registration.rule("boundary_flags")}
    style = (RESOURCES / "styles" / "boundary_lines.qml").read_text(encoding="utf-8")
    for one in kinds.entries.values():
        assert flags[one.code] == (one.name_zh, one.name_en)
        red, green, blue = (int(one.colour[at : at + 2], 16) for at in (1, 3, 5))
        assert f'"{red},{green},{blue},255' in style, f"{one.code} {one.colour}"
    assert set(re.findall(r'<category [^>]*value="([^"]*)"', style)) - {""} == set(kinds)


def test_sums_have_their_tables_and_columns(registration):
    types = set(registration.codes["ZRZYLX"])
    for row in registration.rule("type_tables"):
        assert row["type"] in types and row["table"] in registration.layers
    for row in registration.rule("summary_columns"):
        assert row["type"] in types | {"other"} and row["column"] in registration.layers["ZRZK"].names


def test_what_the_algorithms_write_has_labels(packs, registration):
    import numpy as np
    import pandas as pd
    import shapely

    from shanshui.plugin.core.registration.boundary_lines import boundary_lines
    from shanshui.plugin.core.registration.boundary_points import Choices, boundary_points
    from shanshui.plugin.core.registration.draw_units import draw_units
    from shanshui.plugin.core.registration.resource_patches import Options, resource_patches
    from shanshui.plugin.core.table import Table

    def layer(name, **fields):
        box = shapely.box(40_500_000, 3_300_000, 40_500_100, 3_300_100)
        return Table(pd.DataFrame(fields, index=[0]), np.array([box], dtype=object), "EPSG:4528", name)

    drawn = draw_units(layer("XZQ", XZQDM="999901"), [layer("国家公园", MC="甲")], registration)
    owned, cover = layer("SYQ", QSXZ="20", QSDWDM="1", QSDWMC="乙"), layer("DLTB", BSM="1", DLBM="0301", ZLDWDM="1")
    found = resource_patches(drawn.units, owned, cover, registration, packs["survey"], Options())
    points = boundary_points(found.patches, Choices(), registration)
    written = {
        "ZRZYDJDY": drawn.units.fields,
        "YSL": drawn.journal.fields,
        "ZRZYTB": found.patches.fields,
        "ZRZK": found.summary.fields,
        "TYPE_TABLES": found.types.fields,
        "BOUNDARY_LINES": boundary_lines(found.patches, registration).lines.fields,
        "JZD": points.points.fields,
        "JZX": points.lines.fields,
        "JZD_LIST": points.listed.fields,
    }
    assert len(found.patches) == 1 and found.patches["ZRZYLX"].iloc[0] == "SL"
    for name, fields in written.items():
        missing = set(fields) - set(registration.layers[name].names)
        assert not missing, f"{name}: {missing}"


def test_constants_of_the_formula_are_refused_and_the_limit_is_taken(survey, tmp_path):
    """A row that measuring would not follow is an error; a whole page saved again with the same constants is none."""
    page = tmp_path / "survey" / "rules" / "area.csv"
    page.parent.mkdir(parents=True)
    shipped = (schema.SHIPPED / "survey" / "rules" / "area.csv").read_text(encoding="utf-8")
    page.write_text(shipped.replace("level_limit,0.0005", "level_limit,0.001"), encoding="utf-8")
    assert schema.load_packs(overlay_roots=[tmp_path])["survey"].number("area", "level_limit") == 0.001
    assert {row["key"] for row in survey.rule("area") if not row["fixed"]} == {"level_limit"}
    page.write_text("key,value,source,status\nlevel_limit,0.001,ours,default\nlongest_edge,50,ours,default\n", encoding="utf-8")
    with pytest.raises(PackError, match=r"pack\.fixed_row") as caught:
        schema.load_packs(overlay_roots=[tmp_path])
    assert caught.value.facts == {"file": str(page), "row": 3, "key": "longest_edge", "value": "70"}


def test_every_survey_class_leads_to_one_planned_use(packs, survey):
    use = {row["class"]: row["use"] for row in packs["sample"].rule("planned_use")}
    assert {one.extra["base"] for one in survey.codes["DLBM"].leaves} <= set(use) <= {one.code for one in survey.codes["DLBM"].leaves}
    assert set(use.values()) <= set(packs["sample"].codes["YDYHFLDM"])
    assert (use["0404"], use["0403"]) == ("0403", "0402")  # easily inverted
    assert (use["0303"], use["1105"], use["0603"], use["1207"]) == ("0507", "0505", "1003", "2307")


def test_coast_classes_stand_in_each_of_the_three_systems(packs):
    for one in packs["sample"].codes["HAXLX"].entries.values():
        if one.parent:
            assert one.extra["soa2017"] and one.extra["db33"] and one.extra["mnr2019"], one.code
    assert packs["sample"].codes["HAXLX"]["32"].extra["soa2017"] == "河口"


def test_codes_of_known_cases_and_faults_are_words(packs):
    for name in ("KNOWN", "FAULT"):
        assert all(re.fullmatch("[a-z]+(_[a-z]+)*", code) for code in packs["sample"].codes[name])


def test_a_county_may_make_salt_pans_wetland(tmp_path):
    rules = tmp_path / "survey" / "rules"
    rules.mkdir(parents=True)
    (rules / "wetland.csv").write_text("code,type,source,status\n0603,SD,county rule 3,standard\n", encoding="utf-8")
    from shanshui.plugin.core.registration.resource_types import crosswalk

    packs = schema.load_packs(overlay_roots=[tmp_path])
    assert crosswalk(packs["survey"]).type_of("0603") == "SD" and crosswalk(schema.load_packs()["survey"]).type_of("0603") == "FZRZY"
    assert [(one.page, one.key, one.status) for one in packs["survey"].own()] == [("rules/wetland", "0603", "standard")]
