"""Cells of old tables: which encoding, what does not fit it, what was garbled before it was saved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from shanshui.plugin.core.exchange.legacy import chosen, looked_at, text_column
from shanshui.plugin.core.exchange.mojibake import LOST, original

WORDS = ["水田", "旱地", "青岚县清水乡白云村", "国有建设用地使用权", "河流水面、湖泊水面", "乔木林地（有林地）"]


def cells(*texts, encoding="utf-8", width=60):
    return np.array([(one if isinstance(one, bytes) else one.encode(encoding)).ljust(width) for one in texts])


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
@pytest.mark.parametrize("said", ["", "utf-8", "gbk", "gb18030", "cp1252", "cp437"])
def test_the_bytes_decide(encoding, said):
    """Chinese text is read right whatever the file says of itself."""
    found = chosen([cells(*WORDS, encoding=encoding)], [b"DLMC"], "", said)
    assert text_column(cells(*WORDS, encoding=encoding), found.encoding, "x", "DLMC")[0].tolist() == WORDS
    right = {"utf-8": ("utf-8",), "gbk": ("gbk", "gb18030")}[encoding]
    assert found.how == ("guessed" if not said else "said" if said in right else "against")
    assert found.certainty >= 0.9 and any(word[:2] in found.sample for word in WORDS)


def test_what_the_file_says_of_other_languages_is_believed():
    column = cells("Müller", "Cañón del Río", "Ærø", encoding="cp1252")
    assert chosen([column], [], "", "cp1252").encoding == "cp1252"
    assert chosen([cells("abc")], [b"A"], "", "cp1252").how == "said"
    assert chosen([cells("abc")], [b"A"], "", "").certainty == 1.0


def test_what_is_chosen_is_taken():
    found = chosen([cells(*WORDS, encoding="gbk")], [], "utf-8", "gbk")
    assert (found.encoding, found.how) == ("utf-8", "given")


def test_field_names_tell_too():
    assert chosen([cells("1", "2")], ["地类名称".encode("gbk")], "", "").encoding == "gb18030"


def codes(found):
    return [(one.code, one.row) for one in found]


def test_a_character_cut_in_half_is_named():
    raw = "青岚县清水乡".encode("gbk")[:-1]
    text, found = text_column(cells(raw, "水田", encoding="gbk", width=len(raw)), "gb18030", "x", "A")
    assert text.tolist() == ["青岚县清水", "水田"] and codes(found) == [("legacy.cut_character", "1")]
    raw = "青岚县".encode()[:-1]
    text, found = text_column(cells(raw, width=len(raw)), "utf-8", "x", "A")
    assert text.tolist() == ["青岚"] and codes(found) == [("legacy.cut_character", "1")]


def test_rows_of_another_encoding_are_read_in_it():
    text, found = text_column(cells("水田", "旱地".encode("gbk"), ""), "utf-8", "x", "A")
    assert text.tolist() == ["水田", "旱地", None] and codes(found) == [("legacy.other_encoding", "2")]


def test_bytes_of_no_encoding_are_garbled():
    text, found = text_column(cells(b"ab\xff\xfecd"), "utf-8", "x", "A")
    assert text.tolist() == ["ab\ufffd\ufffdcd"] and codes(found) == [("legacy.garbled", "1")] and found[0].severity == "error"


def test_many_are_counted():
    _, found = text_column(cells(*[b"\xff\xfe"] * 1005), "utf-8", "x", "A")
    assert len(found) == 1001 and found[-1].facts["count"] == 5


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("true", "wrong"), [("utf-8", "latin-1"), ("gbk", "latin-1")])
def test_text_that_was_misread_is_known_again(word, true, wrong):
    assert original(word.encode(true).decode(wrong)) == word


def test_utf8_that_was_read_as_gbk_is_known_again():
    assert "地类".encode().decode("gbk") == "鍦扮被"
    assert original("鍦扮被") == "地类" and original("水田旱地".encode().decode("gbk")) == "水田旱地"


def test_good_text_is_left_alone():
    rare = ["青岚县", "㙍口村", "瀑㳇镇", "亩", "ß", "Müller", "Ærø", "Cañón", "鍾家村", "灣仔區", "縣級", "1.25公顷", "°C", "±5"]
    rare += ["“引号”——破折号", "①②③", "𠮷田", "", "ÄÖÜ", "Århus", "čeština"]
    assert [one for one in [*WORDS, *rare] if original(one) is not None or LOST.search(one)] == []


def test_columns_are_looked_at():
    column = pd.Series(["1.25公顷", "０．５ 公顷", "３ 亩", None], name="MJ")
    (found,) = looked_at(column, "x")
    assert found.code == "legacy.area_text" and found.facts["units"] == "ha × 2, mu × 1" and found.facts["count"] == 3
    assert looked_at(pd.Series(["1.25", "30"], name="MJ"), "x") == []
    (found,) = looked_at(pd.Series(["0101 ", "0103", "\u30000201"], name="DLBM"), "x")
    assert found.code == "legacy.blanks" and found.facts["count"] == 2
    found = looked_at(pd.Series(["地类", "鍦扮被", "锟斤拷锟斤拷"], name="A"), "x")
    assert codes(found) == [("legacy.mojibake", "2"), ("legacy.lost", "3")] and found[0].facts["should"] == "地类"
