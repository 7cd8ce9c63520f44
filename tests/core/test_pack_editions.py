"""Editions of a standard in the user's folder: choosing takes effect, rows of two editions never mix, a choice that is gone is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from shanshui.plugin.core import pack_editions, pack_reading, schema
from shanshui.plugin.core.errors import PackError

HEAD = "key,value,source,status\n"
SHIPPED = {
    "pack.csv": HEAD + "id,demo,house,default\nedition,2020,house,default\ntitle_zh,示例,house,default\ntitle_en,Demo,house,default\n",
    "rules/limits.csv": "key,value,source,status\nwidth,70,book,standard\nshare,5,book,standard\n",
}


def folder(root: Path, name: str, pages: dict[str, str]) -> Path:
    for file, text in pages.items():
        at = root / name / file
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(text, encoding="utf-8")
    return root / name


def edition(year: str, *rows: str) -> dict[str, str]:
    facts = HEAD + "id,demo,house,default\n" + (f"edition,{year},house,default\n" if year else "")
    return {"pack.csv": facts, "rules/limits.csv": "key,value,source,status\n" + "".join(f"{row},ours,practice\n" for row in rows)}


@pytest.fixture
def roots(tmp_path):
    folder(tmp_path / "shipped", "demo", SHIPPED)
    folder(tmp_path / "user", "demo-2024", edition("2024", "width,50", "only_2024,1"))
    folder(tmp_path / "user", "demo-2026", edition("2026", "width,40"))
    folder(tmp_path / "user", "a-province", edition("", "share,6"))
    return tmp_path / "shipped", [tmp_path / "user"]


def read(roots, chosen=None):
    pack = schema.load_packs(*roots, editions=chosen)["demo"]
    return pack.edition, {row["key"]: row["value"] for row in pack.rule("limits")}


@pytest.mark.parametrize(
    ("chosen", "used", "limits"),
    [
        ({"demo": "2020"}, "2020", {"width": "70", "share": "6"}),
        ({"demo": "2024"}, "2024", {"width": "50", "share": "6", "only_2024": "1"}),
        ({"demo": "2026"}, "2026", {"width": "40", "share": "6"}),
        (None, "2026", {"width": "40", "share": "6"}),
        ({"another": "1"}, "2026", {"width": "40", "share": "6"}),
    ],
)
def test_the_edition_in_use_decides_the_rows(roots, chosen, used, limits):
    assert read(roots, chosen) == (used, limits)


def test_a_choice_that_is_gone_is_said(roots):
    with pytest.raises(PackError) as caught:
        read(roots, {"demo": "2019"})
    assert (caught.value.code, caught.value.facts["present"]) == ("pack.no_edition", "2020, 2024, 2026")


def test_what_there_is_to_choose(roots):
    stated = pack_editions.available(pack_reading.pack_folders(*roots))
    assert stated == {"demo": ["2020", "2024", "2026"]}
    assert pack_editions.in_use(stated, {}) == {"demo": "2026"} and pack_editions.in_use(stated, {"demo": "2020"}) == {"demo": "2020"}


def test_an_own_pack_may_have_editions_too(tmp_path):
    folder(tmp_path / "shipped", "demo", SHIPPED)
    for year, width in (("1", "11"), ("2", "22")):
        own = {**SHIPPED, "pack.csv": SHIPPED["pack.csv"].replace("id,demo", "id,own").replace("edition,2020", f"edition,{year}")}
        own["rules/limits.csv"] = f"key,value,source,status\nwidth,{width},ours,practice\n"
        folder(tmp_path / "user", f"own-{year}", own)
    for chosen, width in (({}, "22"), ({"own": "1"}, "11"), ({"own": "2"}, "22")):
        found = schema.load_packs(tmp_path / "shipped", [tmp_path / "user"], chosen)
        assert found["own"].value("limits", "width") == width and found["demo"].edition == "2020"
