"""Code lists: what stands above and below a code, and what a missing code says."""

from __future__ import annotations

import pytest

from shanshui.plugin.core.codes import Code, CodeList
from shanshui.plugin.core.errors import PackError

LIST = CodeList(
    "DLBM",
    {
        one.code: one
        for one in (
            Code("11", "水域", "Water", colour="#4696e6"),
            Code("1104", "坑塘水面", "Pond", "11"),
            Code("1104A", "养殖坑塘", "Aquaculture pond", "1104", extra={"major": "A"}),
            Code("09", "特殊用地", "Special land"),
        )
    },
)


def test_above_below_and_top():
    assert [one.code for one in LIST.above("1104A")] == ["1104", "11"]
    assert LIST.top("1104A").code == "11" and LIST.top("09").code == "09"
    assert [one.code for one in LIST.below("11")] == ["1104"]
    assert [one.code for one in LIST.leaves] == ["1104A", "09"]


def test_a_list_answers_like_a_mapping():
    assert "1104" in LIST and "1105" not in LIST and list(LIST) == ["11", "1104", "1104A", "09"] and len(LIST) == 4
    assert LIST["1104A"].extra["major"] == "A" and LIST["11"].name("zh") == "水域" and LIST["11"].name("en") == "Water"


def test_a_missing_code_names_list_and_code():
    with pytest.raises(PackError) as caught:
        LIST["1105"]
    assert caught.value.code == "pack.no_code" and caught.value.facts == {"domain": "DLBM", "value": "1105"}


def test_codes_do_not_share_their_extra_columns():
    first, second = Code("1", "甲", "A"), Code("2", "乙", "B")
    assert first.extra == second.extra == {} and hash(first) != hash(second)
