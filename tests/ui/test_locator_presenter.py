"""What a row is worth to somebody who typed a text, without Qt."""

from __future__ import annotations

import pytest

from shanshui.plugin.core import schema
from shanshui.plugin.core.coding.find_fields import FindFields, find_fields
from shanshui.ui.locator.presenter import enough, hit

CODES, NAMES = ["330127001002GB00001", "", "7"], ["东溪村", "青岚县"]


@pytest.mark.parametrize(
    ("text", "label", "detail", "score"),
    [
        ("330127001002GB00001", "330127001002GB00001  东溪村", "", 1.0),
        ("330127001002gb00001", "330127001002GB00001  东溪村", "", 1.0),
        ("330127", "330127001002GB00001  东溪村", "", 0.9),
        ("GB00001", "330127001002GB00001  东溪村", "", 0.8),
        ("东溪村", "东溪村  330127001002GB00001", "", 0.8),
        ("青", "青岚县  330127001002GB00001", "", 0.72),
        ("002", "330127001002GB00001  东溪村", "", 0.6),
    ],
)
def test_the_best_field_is_the_label(text, label, detail, score):
    found = hit(text, CODES, NAMES)
    assert (found.label, found.detail) == (label, detail) and found.score == pytest.approx(score)


def test_what_else_holds_the_text_is_the_detail():
    found = hit("溪", ["A1"], ["东溪村", "西溪村"])
    assert (found.label, found.detail) in [("东溪村  A1", "西溪村"), ("西溪村  A1", "东溪村")]
    assert hit("nothing", CODES, NAMES) is None and hit("x", [], []) is None


def test_a_single_letter_is_too_little_and_a_single_character_is_not():
    assert [enough(one) for one in ("", "3", "33", "村", "a村")] == [False, False, True, True, True]


def test_the_fields_are_those_of_the_packs(tmp_path):
    known = find_fields(schema.load_packs())
    assert known.codes[:3] == ("BDCDYH", "ZDDM", "ZRZYDJDYH") and {"BSM", "TBBH"} <= set(known.codes)
    assert {"DJDYMC", "QSDWMC", "ZLDWMC"} <= set(known.names)
    folder = tmp_path / "registration" / "rules"
    folder.mkdir(parents=True)
    folder.joinpath("find_fields.csv").write_text("field,note_zh,note_en,source,status\nPARTY,名,Name,ours,default\n", encoding="utf-8")
    assert "PARTY" in find_fields(schema.load_packs(overlay_roots=[tmp_path])).names


def test_a_layer_spells_them_as_it_likes():
    known = FindFields(("ZDDM", "BSM"), ("MC",))
    assert known.among(["bsm", "Mc", "area"]) == FindFields(("bsm",), ("Mc",))
    assert known.among(["area"]) == FindFields((), ())
