"""The list by exercising government: what decides, and that every square metre of the units stands in one row of the sums."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import FieldError, InputError
from shanshui.plugin.core.registration import exercise
from shanshui.plugin.core.registration.ownership_list import ownership_list
from shanshui.plugin.core.table import Table

EAST, NORTH = 40_500_000.0, 3_300_000.0


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


def units(*rows, **columns):
    """Squares of a hectare in a row: (number, name, type)."""
    shapes = np.array([shapely.box(EAST + 100 * at, NORTH, EAST + 100 * at + 100, NORTH + 100) for at in range(len(rows))])
    frame = pd.DataFrame(rows, columns=["ZRZYDJDYH", "DJDYMC", "DJDYLX"]).assign(**columns)
    return Table(frame, shapes, "EPSG:4528", "units")


def catalogue(**columns):
    return Table(pd.DataFrame(columns), None, None, "catalogue")


def levels(found):
    return dict(zip(found.units["ZRZYDJDYH"], found.units["XSZTCJ"]))


@pytest.mark.parametrize(
    ("text", "code"),
    [("中央直接", "中央直接"), ("中央", "中央直接"), ("省级", "省"), ("市级政府", "市"), ("县", "县"), ("Central government, directly", "中央直接"),
     ("county government", "县"), ("乡", ""), ("", ""), ("全国", "")],
)  # fmt: skip
def test_levels_are_understood_as_offices_write_them(pack, text, code):
    assert exercise.level_of(text, pack) == code


def test_the_most_telling_row_decides(pack):
    given = units(("1", "东溪", "SLDY"), ("2", "西溪", "SLDY"), ("3", "东溪", "SLDY"))
    told = catalogue(ZRZYDJDYH=["3", "", ""], DJDYMC=["", "东溪", ""], DJDYLX=["", "", "水流"], XSZTCJ=["县", "市", "省"])
    found = ownership_list(given, told, None, pack)
    assert levels(found) == {"1": "市", "2": "省", "3": "县"} and not found.findings


def test_a_unit_in_lists_of_two_governments_is_decided_by_nobody(pack):
    given = units(("1", "东溪", "SLDY"), XSZTCJ=["省"], DLXSZT=["甲省人民政府"])
    told = catalogue(DJDYMC=["东溪", "东溪"], XSZTCJ=["市", "县"], DLXSZT=["乙市人民政府", "丙县人民政府"])
    found = ownership_list(given, told, None, pack)
    assert found.units["XSZTCJ"].isna().all() and found.units["DLXSZT"].isna().all() and list(found.units["QDLY"]) == ["several"]
    (one,) = found.findings
    assert one.code == "exercise.several" and one.facts["rows"] == "1, 2" and "乙市人民政府" in one.facts["lists"]
    assert list(found.table["MJ"]) == [10_000.0] and found.table["XSZTCJ"].isna().all()


def test_the_same_row_twice_is_no_contradiction(pack):
    told = catalogue(DJDYMC=["东溪", "东溪"], XSZTCJ=["市", "市级"])
    found = ownership_list(units(("1", "东溪", "SLDY")), told, None, pack)
    assert levels(found) == {"1": "市"} and [one.code for one in found.findings] == ["exercise.row_twice"]


def test_what_the_catalogue_leaves_open_stays_unless_another_exercises(pack):
    own = {"XSZTCJ": ["市", "市"], "DLXSZT": ["乙市人民政府", "乙市人民政府"], "QLXSFS": ["2", "2"]}
    told = catalogue(ZRZYDJDYH=["1", "2"], XSZTCJ=["市", "省"])
    found = ownership_list(units(("1", "甲", "SLDY"), ("2", "乙", "SLDY"), **own), told, None, pack)
    assert levels(found) == {"1": "市", "2": "省"}
    assert dict(zip(found.units["ZRZYDJDYH"], found.units["DLXSZT"])) == {"1": "乙市人民政府", "2": None}
    assert [one.code for one in found.findings] == ["exercise.differs"]


def test_direct_exercise_is_the_central_governments(pack):
    told = catalogue(DJDYLX=["国家公园"], QLXSFS=[1.0], DBXSZT=["国务院自然资源主管部门"])
    found = ownership_list(units(("1", "甲", "GJGY")), told, None, pack)
    assert levels(found) == {"1": "中央直接"} and list(found.units["QLXSFS"]) == ["1"]


def test_rows_without_a_unit_unknown_levels_and_units_without_an_exerciser(pack):
    told = catalogue(ZRZYDJDYH=["9", "1", ""], XSZTCJ=["市", "乡镇", "省"])
    found = ownership_list(units(("1", "甲", "SLDY")), told, None, pack)
    assert sorted(one.code for one in found.findings) == [
        "exercise.none", "exercise.row_without_unit", "exercise.row_without_unit", "exercise.unknown_level",
    ]  # fmt: skip


@pytest.mark.parametrize("columns", [{"XSZTCJ": ["省"]}, {"ZRZYDJDYH": ["1"], "NAME": ["x"]}])
def test_a_catalogue_that_names_no_unit_or_no_exerciser_is_refused(pack, columns):
    with pytest.raises(FieldError) as failed:
        ownership_list(units(("1", "甲", "SLDY")), catalogue(**columns), None, pack)
    assert failed.value.code == "input.missing_field"


def test_a_group_that_no_layer_has_is_refused(pack):
    refused = (("village", "", "input.missing_field"), ("field", "", "patches.no_group_field"), ("field", "X", "input.missing_field"))
    for group_by, field, code in refused:
        with pytest.raises(InputError) as failed:
            ownership_list(units(("1", "甲", "SLDY")), None, None, pack, group_by, field)
        assert failed.value.code == code


def test_every_square_metre_stands_once(pack):
    """Registered areas of any size and patches that do not quite fill their units: exact sums, told by Decimal."""
    random = np.random.default_rng(7)
    count = 60
    kinds = random.choice(["GJGY", "SLDY", "GYSL", "ZYSD", "KCZY"], count)
    registered = np.round(random.uniform(1, 9e6, count), 2)
    given = units(*((str(at), f"u{at}", kind) for at, kind in enumerate(kinds)), DJDYZMJ=registered)
    told = catalogue(ZRZYDJDYH=[str(at) for at in range(0, count, 2)], XSZTCJ=list(random.choice(["中央直接", "省", "市", "县"], count // 2)))
    rows = [
        (str(at), kind, owner, float(np.round(share * registered[at] * random.uniform(0.9, 1.05), 2)))
        for at in range(count)
        for kind, owner, share in (("SL", "state", 0.5), ("SD", "state", 0.3), ("FZRZY", "collective", 0.2))
    ]
    patches = Table(pd.DataFrame(rows, columns=["ZRZYDJDYH", "ZRZYLX", "OWNERSHIP", "MJ"]), np.full(len(rows), None), "EPSG:4528", "patches")
    whole = sum(Decimal(str(area)) for area, kind in zip(registered, kinds) if kind != "KCZY")
    printed = sum((Decimal(str(area)) / 10_000).quantize(Decimal("0.01"), "ROUND_HALF_UP") for area, kind in zip(registered, kinds) if kind != "KCZY")
    for some in (None, patches):
        found = ownership_list(given, told, some, pack)
        assert sum(Decimal(str(one)) for one in found.table["MJ"].dropna()) == whole == Decimal(str(found.area))
        assert sum(Decimal(str(one)) for one in found.table["MJ_HA"].dropna()) == printed
        assert sum(Decimal(str(one)) for one in found.units["MJ_HA"].dropna()) == printed
        by_level = found.units.rows.assign(level=found.units["XSZTCJ"].fillna("")).groupby("level")["MJ"].sum()
        sums = found.table.rows.assign(level=found.table["XSZTCJ"].fillna("")).groupby("level")["MJ"].sum()
        assert np.allclose(by_level, sums[by_level.index], atol=0.005)
        assert found.table["CLGSFWMJ"].sum() == pytest.approx(registered[kinds == "KCZY"].sum(), abs=0.005)
