"""Packs are read strictly: every fault names the file and the row, and a user's folder is laid over by key."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import PackError

MESSAGES = Path(__file__).parents[2] / "resources" / "messages.csv"

PACK = {
    "pack.csv": "key,value,source,status\nid,demo,house,default\nedition,1,house,default\ntitle_zh,示例,house,default\ntitle_en,Demo,house,default\n",
    "layers.csv": "layer,title_zh,title_en,geometry,ysdm,key,source,status\nDLTB,地类图斑,Patch,polygon,2001010100,BSM,book,practice\n",
    "fields/DLTB.csv": (
        "name,type,length,decimals,unit,presence,domain,min,max,pattern,group,label_zh,label_en,source,status\n"
        "BSM,text,18,,,M,,,,\\d{18},identity,标识码,Identifier,book 3.2,standard\n"
        "DLBM,text,5,,,C:surveyed,DLBM,,,,class,地类编码,Class,book 3.2,practice\n"
        "TBMJ,real,15,2,m2,O,,0,1e9,,area,图斑面积,Area,book 3.2,practice\n"
    ),
    "codes/DLBM.csv": (
        "code,name_zh,name_en,parent,colour,edition,major,source,status\n"
        "03,林地,Forest,,#38a048,,A,book,practice\n"
        "0301,乔木林地,Arbor forest,03,#1e8c32,2019,A,book,practice\n"
    ),
    "rules/types.csv": "code,value,note_zh,source,status\n0301,0.5,森林,ours,default\n0401,7,草原,ours,default\n",
}


def folder(root: Path, name: str, pages: dict[str, str | bytes | None]) -> Path:
    for file, text in pages.items():
        if text is None:
            continue
        at = root / name / file
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return root / name


@pytest.fixture
def base(tmp_path):
    return folder(tmp_path / "shipped", "demo", PACK)


def test_a_page_becomes_fields_codes_and_rules(base):
    pack = schema.load_pack(base)
    assert (pack.id, pack.edition, pack.title("zh"), pack.title("en")) == ("demo", "1", "示例", "Demo")
    page = pack.layers["DLTB"]
    assert (page.geometry, page.ysdm, page.key, page.names) == ("polygon", "2001010100", "BSM", ["BSM", "DLBM", "TBMJ"])
    area = page.field("TBMJ")
    assert (area.type, area.length, area.decimals, area.unit, area.minimum, area.maximum) == ("real", 15, 2, "m2", 0.0, 1e9)
    assert (page.field("BSM").pattern, page.field("BSM").decimals, page.field("DLBM").presence) == (r"\d{18}", None, "C:surveyed")
    assert page.field("DLBM").label("zh") == "地类编码" and page.field("DLBM").label("en") == "Class"
    code = pack.codes["DLBM"]["0301"]
    assert (code.parent, code.colour, code.edition, code.extra) == ("03", "#1e8c32", "2019", {"major": "A"})
    assert [row["code"] for row in pack.rule("types")] == ["0301", "0401"]
    assert (pack.value("types", "0301"), pack.number("types", "0401"), pack.value("types", "0401", "note_zh")) == ("0.5", 7.0, "草原")


def test_what_is_not_standard_is_listed(base):
    listed = schema.load_pack(base).not_standard()
    assert ("fields/DLTB", "BSM") not in {(one.page, one.key) for one in listed}
    assert ("rules/types", "0401", "ours", "default") in {(one.page, one.key, one.source, one.status) for one in listed}
    assert len(listed) == 4 + 1 + 2 + 2 + 2


def test_empty_rows_have_the_types_of_the_page(base):
    rows = schema.empty_rows(schema.load_pack(base).layers["DLTB"])
    assert list(rows.columns) == ["BSM", "DLBM", "TBMJ"] and len(rows) == 0
    assert [str(one) for one in rows.dtypes] == ["object", "object", "float64"]


def changed(file: str, old: str, new: str) -> dict[str, str | bytes | None]:
    assert old in PACK[file]
    return {**PACK, file: PACK[file].replace(old, new, 1)}


FAULTS = [
    ("unknown_type", "fields/DLTB.csv", 4, changed("fields/DLTB.csv", "TBMJ,real", "TBMJ,float")),
    ("duplicate_key", "fields/DLTB.csv", 4, changed("fields/DLTB.csv", "TBMJ,real", "BSM,real")),
    ("duplicate_key", "codes/DLBM.csv", 3, changed("codes/DLBM.csv", "0301,乔", "03,乔")),
    ("duplicate_key", "rules/types.csv", 3, changed("rules/types.csv", "0401", "0301")),
    ("duplicate_key", "layers.csv", 3, {**PACK, "layers.csv": PACK["layers.csv"] + "DLTB,又,Again,polygon,,,x,default\n"}),
    ("no_list", "fields/DLTB.csv", 3, {**PACK, "codes/DLBM.csv": None}),
    ("bad_presence", "fields/DLTB.csv", 3, changed("fields/DLTB.csv", "C:surveyed", "C:Surveyed()")),
    ("bad_presence", "fields/DLTB.csv", 2, changed("fields/DLTB.csv", ",,,M,,", ",,,,,")),
    ("bad_status", "fields/DLTB.csv", 2, changed("fields/DLTB.csv", "standard", "official")),
    ("bad_status", "rules/types.csv", 2, changed("rules/types.csv", "default", "Default")),
    ("empty_cell", "rules/types.csv", 3, changed("rules/types.csv", "草原,ours", "草原,")),
    ("empty_cell", "codes/DLBM.csv", 2, changed("codes/DLBM.csv", "林地,Forest", "林地,")),
    ("empty_cell", "fields/DLTB.csv", 4, changed("fields/DLTB.csv", "图斑面积", "")),
    ("empty_cell", "codes/DLBM.csv", 2, changed("codes/DLBM.csv", "03,林", ",林")),
    ("unknown_column", "fields/DLTB.csv", 1, changed("fields/DLTB.csv", "decimals", "precision")),
    ("unknown_column", "layers.csv", 1, changed("layers.csv", "geometry", "geom")),
    ("unknown_column", "pack.csv", 1, changed("pack.csv", "key,value,source", "key,value,note,source")),
    ("missing_column", "rules/types.csv", 1, changed("rules/types.csv", "source,status", "source,state")),
    ("duplicate_column", "rules/types.csv", 1, changed("rules/types.csv", "note_zh", "value")),
    ("bad_number", "fields/DLTB.csv", 2, changed("fields/DLTB.csv", "text,18", "text,18.5")),
    ("bad_number", "fields/DLTB.csv", 4, changed("fields/DLTB.csv", "real,15", "real,-15")),
    ("bad_number", "fields/DLTB.csv", 4, changed("fields/DLTB.csv", ",0,1e9", ",0,nan")),
    ("bad_number", "fields/DLTB.csv", 4, changed("fields/DLTB.csv", ",0,1e9", ",零,1e9")),
    ("bad_range", "fields/DLTB.csv", 4, changed("fields/DLTB.csv", ",0,1e9", ",5,1")),
    ("bad_pattern", "fields/DLTB.csv", 2, changed("fields/DLTB.csv", "\\d{18}", "(\\d")),
    ("bad_colour", "codes/DLBM.csv", 2, changed("codes/DLBM.csv", "#38a048", "green")),
    ("bad_parent", "codes/DLBM.csv", 3, changed("codes/DLBM.csv", "forest,03", "forest,04")),
    ("bad_parent", "codes/DLBM.csv", 2, changed("codes/DLBM.csv", "Forest,,", "Forest,0301,")),
    ("bad_geometry", "layers.csv", 2, changed("layers.csv", "polygon", "area")),
    ("unknown_key", "layers.csv", 2, changed("layers.csv", "BSM", "FID")),
    ("layer_without_fields", "layers.csv", 2, {**PACK, "fields/DLTB.csv": None}),
    ("unknown_layer", "fields/DLTB.csv", 0, changed("layers.csv", "DLTB", "XZQ") | {"fields/XZQ.csv": PACK["fields/DLTB.csv"]}),
    ("ragged_row", "rules/types.csv", 2, changed("rules/types.csv", "森林", "森,林")),
    ("ragged_row", "rules/types.csv", 3, changed("rules/types.csv", "草原,", "")),
    ("bad_csv", "rules/types.csv", 2, changed("rules/types.csv", "森林", '"森"林')),
    ("empty_page", "rules/types.csv", 1, {**PACK, "rules/types.csv": "\n ,\n"}),
    ("not_utf8", "rules/types.csv", 2, {**PACK, "rules/types.csv": PACK["rules/types.csv"].encode("gbk")}),
    ("unknown_page", "layer.csv", 0, {**PACK, "layer.csv": PACK["layers.csv"]}),
    ("missing_fact", "pack.csv", 0, changed("pack.csv", "edition", "version")),
    ("unreadable", "pack.csv", 0, {**PACK, "pack.csv": None}),
]


@pytest.mark.parametrize(("code", "file", "row", "pages"), FAULTS, ids=[f"{at}-{one[0]}" for at, one in enumerate(FAULTS)])
def test_every_fault_names_file_and_row_and_can_be_said(tmp_path, code, file, row, pages):
    with pytest.raises(PackError) as caught:
        schema.load_pack(folder(tmp_path, "demo", pages))
    error = caught.value
    assert error.code == f"pack.{code}"
    assert Path(str(error.facts["file"])) == tmp_path / "demo" / file and error.facts["row"] == row
    sentences(error)


def sentences(error: PackError) -> None:
    """The error's words in both languages take no fact that it does not bring."""
    with MESSAGES.open(encoding="utf-8-sig", newline="") as stream:
        words = next(one for one in csv.DictReader(stream) if one["code"] == error.code)
    for column in ("zh", "en", "next_zh", "next_en"):
        assert words[column].format(**error.facts)


def test_spreadsheet_leftovers_are_taken(tmp_path):
    text = "\ufeffcode, value ,note_zh,source,status,,\r\n0301,0.5, 森林 ,ours,default,,\r\n,,,,,,\r\n"
    pack = schema.load_pack(folder(tmp_path, "demo", {**PACK, "rules/types.csv": text}))
    assert [dict(row) for row in pack.rule("types")] == [
        {"code": "0301", "value": "0.5", "note_zh": "森林", "source": "ours", "status": "default"}
    ]


def test_quoted_cells_may_hold_commas_and_lines(tmp_path):
    text = PACK["rules/types.csv"].replace("森林", '"森,\n林"') + "0402,1,,ours,wrong\n"
    with pytest.raises(PackError) as caught:
        schema.load_pack(folder(tmp_path, "demo", {**PACK, "rules/types.csv": text}))
    assert (caught.value.code, caught.value.facts["row"]) == ("pack.bad_status", 5)


def test_questions_without_answer_are_errors(base):
    pack = schema.load_pack(base)
    for ask, code in (
        (lambda: pack.rule("none"), "pack.no_rule"),
        (lambda: pack.value("types", "0501"), "pack.no_row"),
        (lambda: pack.value("types", "0301", "share"), "pack.no_cell"),
        (lambda: pack.number("types", "0301", "note_zh"), "pack.no_number"),
        (lambda: pack.layer("XZQ"), "pack.no_layer"),
        (lambda: pack.layer("DLTB").field("QSXZ"), "pack.no_field"),
    ):
        with pytest.raises(PackError) as caught:
            ask()
        assert caught.value.code == code
        sentences(caught.value)


PROVINCE = {
    "pack.csv": "key,value,source,status\nedition,1 + province,DB99,standard\n",
    "rules/types.csv": "code,value,source,status\n0301,0.75,DB99 4.2,standard\n0402,3,DB99 4.3,standard\n",
    "fields/DLTB.csv": (
        "name,type,length,presence,domain,label_zh,label_en,source,status\nTBMJ,real,18,M,,图斑面积,Area,DB99 5,standard\n"
        "SHBM,text,6,O,SHBM,省级编码,Provincial code,DB99 5,standard\n"
    ),
    "codes/DLBM.csv": "code,name_zh,name_en,parent,colour,source,status\n0309,省级林地,Provincial forest,03,#224422,DB99 6,practice\n",
    "codes/SHBM.csv": "code,name_zh,name_en,source,status\nA,甲,First,DB99 7,standard\n",
}


def test_a_province_is_a_small_folder_over_the_base(base, tmp_path):
    province = folder(tmp_path / "user", "demo", PROVINCE)
    plain, pack = schema.load_pack(base), schema.load_pack(base, [province])
    assert [tuple(row.values()) for row in pack.rule("types")] == [
        ("0301", "0.75", "森林", "DB99 4.2", "standard"),  # replaced; the column it leaves out is the base row's
        ("0401", "7", "草原", "ours", "default"),
        ("0402", "3", "", "DB99 4.3", "standard"),
    ]
    page = pack.layers["DLTB"]
    assert page.names == ["BSM", "DLBM", "TBMJ", "SHBM"]
    area = page.field("TBMJ")
    assert (area.length, area.decimals, area.presence, area.unit, area.source, area.status) == (18, 2, "M", "m2", "DB99 5", "standard")
    assert page.field("BSM") == plain.layers["DLTB"].field("BSM")
    assert list(pack.codes["DLBM"]) == ["03", "0301", "0309"] and pack.codes["DLBM"].top("0309").code == "03"
    assert (pack.codes["DLBM"]["0309"].status, pack.codes["DLBM"]["0301"].status) == ("practice", "practice")
    assert pack.edition == "1 + province" and plain.edition == "1" and "SHBM" in pack.codes and "SHBM" not in plain.codes
    assert {(one.page, one.key) for one in pack.own()} == {
        ("pack", "edition"), ("rules/types", "0301"), ("rules/types", "0402"), ("fields/DLTB", "TBMJ"), ("fields/DLTB", "SHBM"),
        ("codes/DLBM", "0309"), ("codes/SHBM", "A"),
    }  # fmt: skip
    assert Path(next(one.file for one in pack.own() if one.key == "0402")) == province / "rules" / "types.csv" and not plain.own()


def test_later_folders_lie_over_earlier_ones(base, tmp_path):
    first = folder(tmp_path / "a", "demo", {"rules/types.csv": "code,value,source,status\n0301,1,a,default\n0401,1,a,default\n"})
    second = folder(tmp_path / "b", "demo", {"rules/types.csv": "code,value,source,status\n0301,2,b,default\n"})
    pack = schema.load_pack(base, [first, second])
    assert [(row["value"], row["source"]) for row in pack.rule("types")] == [("2", "b"), ("1", "a")]


OVER_FAULTS = [
    ("unknown_column", "rules/types.csv", 1, "code,vlaue,source,status\n0301,1,a,default\n"),
    ("missing_column", "rules/types.csv", 1, "value,source,status\n1,a,default\n"),
    ("lost_zero", "rules/types.csv", 2, "code,value,source,status\n301,1,a,default\n"),
    ("bad_number", "rules/types.csv", 3, 'code,value,source,status\n0301,1,a,default\n0401,"1,5",a,default\n'),
    ("wrong_id", "pack.csv", 2, "key,value,source,status\nid,other,a,default\n"),
    ("unknown_type", "fields/DLTB.csv", 2, "name,label_zh,label_en,source,status\nNEU,新,New,a,default\n"),
    ("not_utf8", "codes/DLBM.csv", 2, "code,name_zh,name_en,source,status\n0309,省级林地,x,a,default\n".encode("gb18030")),
]


@pytest.mark.parametrize(("code", "file", "row", "text"), OVER_FAULTS, ids=[one[0] for one in OVER_FAULTS])
def test_a_fault_in_the_users_folder_names_the_users_file(base, tmp_path, code, file, row, text):
    province = folder(tmp_path / "user", "demo", {file: text})
    with pytest.raises(PackError) as caught:
        schema.load_pack(base, [province])
    assert caught.value.code == f"pack.{code}"
    assert Path(str(caught.value.facts["file"])) == province / file and caught.value.facts["row"] == row
    sentences(caught.value)


def test_folders_find_their_pack(base, tmp_path):
    user = tmp_path / "user"
    folder(user, "demo", PROVINCE)
    folder(user, "notes", {"readme.txt": "no pack"})
    assert len(schema.load_packs(base.parent, [user])["demo"].rule("types")) == 3
    # the folder of one pack itself, and a folder of another name that states its id
    assert len(schema.load_packs(base.parent, [user / "demo"])["demo"].rule("types")) == 3
    named = folder(tmp_path / "third", "浙江", {**PROVINCE, "pack.csv": "key,value,source,status\nid,demo,house,default\n"})
    assert len(schema.load_packs(base.parent, [named.parent])["demo"].rule("types")) == 3
    with pytest.raises(PackError) as caught:
        schema.load_packs(base.parent, [tmp_path / "gone"])
    assert caught.value.code == "pack.no_folder"
    sentences(caught.value)


def test_a_pack_that_is_new_must_be_whole(base, tmp_path):
    folder(tmp_path / "user", "demmo", {"rules/types.csv": PACK["rules/types.csv"]})
    with pytest.raises(PackError) as caught:
        schema.load_packs(base.parent, [tmp_path / "user"])
    assert caught.value.code == "pack.unreadable" and caught.value.facts["file"] == str(tmp_path / "user" / "demmo" / "pack.csv")


def using(name: str, *used: str) -> dict[str, str | bytes | None]:
    facts = PACK["pack.csv"].replace("id,demo", f"id,{name}") + f"uses,{' '.join(used)},house,default\n"
    return {**PACK, "pack.csv": facts, "codes/DLBM.csv": None}


def test_a_pack_may_use_the_lists_of_another_with_the_users_rows(base, tmp_path):
    folder(base.parent, "register", using("register", "demo"))
    province = folder(tmp_path / "user", "demo", PROVINCE).parent
    packs = schema.load_packs(base.parent, [province])
    assert list(packs) == ["demo", "register"] and "0309" in packs["register"].codes["DLBM"]
    assert "0301" in schema.load_pack(base.parent / "register").codes["DLBM"]


@pytest.mark.parametrize(("used", "code"), [("nobody", "pack.uses_unknown"), ("second", "pack.uses_circle")])
def test_packs_that_use_nobody_or_each_other(tmp_path, used, code):
    folder(tmp_path, "first", using("first", used))
    folder(tmp_path, "second", using("second", "first"))
    with pytest.raises(PackError) as caught:
        schema.load_packs(tmp_path)
    assert caught.value.code == code
    sentences(caught.value)


def test_reading_packs_imports_nothing_heavy():
    import subprocess

    root = Path(schema.__file__).parents[2]
    code = (
        "import importlib.util, sys; before = set(sys.modules);"
        f"spec = importlib.util.spec_from_file_location('house', {str(root / '__init__.py')!r}, submodule_search_locations=[{str(root)!r}]);"
        "house = importlib.util.module_from_spec(spec); sys.modules['house'] = house; spec.loader.exec_module(house);"
        "from house.plugin.core import schema; schema.load_packs();"
        "print({'numpy', 'pandas', 'shapely', 'pyproj'} & (set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
