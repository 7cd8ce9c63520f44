"""Areas that must agree, with numbers added up by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod

from shanshui.plugin.core.checks import rule


@pytest.fixture(scope="module")
def rules(packs):
    return {one.code: one for one in rule.rules_of(packs.values())}


def geodesic(shape, inverse):
    x, y = inverse(*np.array(shape.exterior.coords).T)
    return abs(Geod(a=6378137, rf=298.257222101).polygon_area_perimeter(x, y)[0])


def test_an_area_that_the_shape_does_not_have(packs, bench, rules):
    """Squares of 200 m: about 40000 m² on the ellipsoid (pyproj.Geod), a ten-thousandth of it is 4 m²."""
    from pyproj import Transformer

    inverse = Transformer.from_crs("EPSG:4528", "EPSG:4490", always_xy=True).transform
    true = geodesic(bench.square(0, 0, 200.0), inverse)
    stated = [true, true + 3.9, true + 4.2, true - 4.2, np.nan]
    layer = bench.checked(packs["survey"], bench.table("DLTB", [bench.square(0, 0, 200.0)] * 5, BSM=list("abcde"), TBMJ=stated))
    found = bench.findings([layer], rules["SX0601"])
    assert [(one.row, one.field) for one in found] == [("c", "TBMJ"), ("d", "TBMJ")]
    assert float(found[0].facts["should"]) == pytest.approx(true, abs=0.02) and found[0].facts["difference"] in ("+4.20", "+4.19", "+4.21")


def test_a_small_patch_may_be_one_square_metre_off(packs, bench, rules):
    shapes = [bench.square(20.0 * at, 0.0, side=10.0) for at in range(2)]
    layer = bench.checked(packs["survey"], bench.table("DLTB", shapes, BSM=["a", "b"], TBMJ=[100.9, 101.2]))
    assert [one.row for one in bench.findings([layer], rules["SX0601"])] == ["b"]


def test_deductions_round_half_away(packs, bench, rules):
    """803.40 × 0.1250 = 100.425 → 100.43; 100.60 × 0.1250 = 12.575 → 12.58; a wrong KCMJ is told and not TBDLMJ after it."""
    layer = bench.checked(
        packs["survey"],
        bench.table(
            "DLTB", 5, BSM=list("abcde"), TBMJ=[803.40, 100.60, 100.60, 100.0, 100.0], KCXS=[0.125, 0.125, 0.125, np.nan, 0.1],
            KCMJ=[100.43, 12.58, 12.57, np.nan, 10.0], TBDLMJ=[702.97, 88.02, 88.03, 100.0, 91.0],
        ),
    )  # fmt: skip
    found = bench.findings([layer], rules["SX0602"])
    assert bench.told(found) == [("c", "KCMJ", "12.57", "12.58"), ("e", "TBDLMJ", "91.00", "90.00")]


def test_villages_are_the_sum_of_their_patches_mainland_and_islands_apart(packs, bench, rules):
    """甲 600.30 = 100.10 + 200.20 + 300.00; its island 50.00 ≠ 49.99; 乙 has no patch; a patch of a village that is not there."""
    one, two, gone = "9999010010010000000", "9999010010020000000", "9999010010090000000"
    villages = bench.table("CJDCQ", 3, BSM=list("abc"), ZLDWDM=[one, one, two], MSSM=["00", "01", "00"], DCMJ=[600.30, 50.0, 7.0])
    land = bench.table(
        "DLTB", 5, BSM=list("12345"), ZLDWDM=[one, one, one, one, gone], MSSM=["00", "00", "00", "01", "00"],
        TBMJ=[100.10, 200.20, 300.0, 49.99, 3.0],
    )  # fmt: skip
    found = bench.findings([bench.checked(packs["survey"], villages), bench.checked(packs["survey"], land)], rules["SX0604"])
    assert [(one.row, one.facts["was"], one.facts["should"], one.facts["difference"]) for one in found] == [
        ("b", "50.00", "49.99", "+0.01"), ("c", "7.00", "0.00", "+7.00"), ("", "0.00", "3.00", "-3.00"),
    ]  # fmt: skip


def test_units_and_their_patches_minerals_aside(packs, bench, rules):
    pack = packs["registration"]
    units = bench.table("ZRZYDJDY", 3, ZRZYDJDYH=["A", "B", "M"], DJDYLX=["GJGY", "SLDY", "KCZY"], DJDYZMJ=[30.0, 10.0, 99.0])
    patches = bench.table("ZRZYTB", 3, BSM=list("123"), ZRZYDJDYH=["A", "A", "B"], MJ=[10.1, 19.9, 9.0])
    found = bench.findings([bench.checked(pack, units), bench.checked(pack, patches)], rules["SX0654"])
    assert [(one.row, one.facts["difference"]) for one in found] == [("B", "+1.00")]


def test_state_collective_and_disputed_make_the_whole(packs, bench, rules):
    """60.10 + 39.90 + 0 = 100; 0.1 + 0.2 = 0.3 to the hundredth; parts that nobody filled say nothing; a part alone counts."""
    units = bench.table(
        "ZRZYDJDY", 4, ZRZYDJDYH=list("ABCD"), DJDYZMJ=[100.0, 0.3, 5.0, 5.0], GYMJ=[60.1, 0.1, np.nan, 4.0],
        JTMJ=[39.9, 0.2, np.nan, np.nan], ZYQMJ=[0.0, np.nan, np.nan, np.nan],
    )  # fmt: skip
    found = bench.findings([bench.checked(packs["registration"], units)], rules["SX0650"])
    assert bench.told(found) == [("D", "DJDYZMJ", "5.00", "4.00")]


def test_a_coast_longer_than_its_line(packs, bench, rules):
    lines = [shapely.LineString([(40_500_000, 3_302_000 + 10 * at), (40_501_000, 3_302_000 + 10 * at)]) for at in range(2)]
    layer = bench.checked(packs["sample"], bench.table("HAX", lines, BSM=["a", "b"], HAXCD=[1000.5, 1001.5]))
    assert [one.row for one in bench.findings([layer], rules["SX0671"])] == ["b"]
