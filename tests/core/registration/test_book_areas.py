"""Areas of the register book: hectares that add up wherever they are summed, and square metres that are the database's."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import FieldError
from shanshui.plugin.core.registration.book.areas import areas_of
from shanshui.plugin.core.table import Table

GOLDEN = Path(__file__).parents[2] / "golden" / "resource_patches"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/out_SUMMARY.csv"))


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


def layer(name, **columns):
    rows = pd.DataFrame(columns)
    boxes = np.array([shapely.box(40_500_000 + 200 * at, 3_300_000, 40_500_100 + 200 * at, 3_300_200) for at in range(len(rows))], dtype=object)
    return Table(rows, boxes, "EPSG:4528", name)


def units(*areas, **more):
    return layer("ZRZYDJDY", ZRZYDJDYH=[f"U{at}" for at in range(len(areas))], DJDYLX=["ZRGY"] * len(areas), DJDYZMJ=list(areas), **more)


def patches(*rows):
    numbers, kinds, owners, areas = zip(*rows)
    return layer("ZRZYTB", ZRZYDJDYH=list(numbers), ZRZYLX=list(kinds), OWNERSHIP=list(owners), MJ=list(areas))


def exact(values):
    return sum((Decimal(repr(float(one))) for one in values), Decimal(0))


def test_three_thirds_make_a_hectare(pack):
    rows = [("U0", "SL", "state", 3333.33), ("U0", "SL", "state", 3333.33), ("U0", "SL", "state", 3333.34)]
    found, findings = areas_of(units(10_000.00), patches(*rows), pack)
    assert found.hectares.tolist() == [0.33, 0.33, 0.34] and found.whole_ha.tolist() == [1.0] and not findings


def test_thousands_of_patches_add_up_by_unit_and_none_is_off_by_a_hundredth(pack):
    some = np.random.default_rng(5)
    areas = np.rint(some.lognormal(8, 2.5, 4000) * 100) / 100
    unit = some.integers(0, 6, 4000)
    rows = list(zip([f"U{at}" for at in unit], some.choice(["SL", "SD", "CY"], 4000), some.choice(["state", "collective"], 4000), areas))
    sums = [float(exact(areas[unit == at])) for at in range(6)]
    found, findings = areas_of(units(*sums), patches(*rows), pack)
    assert not findings and (found.left == 0).all() and found.square.tolist() == areas.tolist()
    for at in range(6):
        whole = (exact(areas[unit == at]) / 10_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert exact(found.hectares[unit == at]) == whole == Decimal(repr(float(found.whole_ha[at])))
    # each class is at most a hundredth away, and a patch the same from its class
    assert np.abs(found.hectares - areas / 10_000).max() < 0.0201 and (found.hectares >= 0).all()


def test_what_patches_leave_of_a_unit_is_undecided_and_has_its_hectares(pack):
    found, findings = areas_of(units(20_000.00), patches(("U0", "SL", "state", 12_345.67)), pack)
    assert (found.left.tolist(), found.left_ha.tolist(), found.hectares.tolist()) == ([7654.33], [0.77], [1.23]) and not findings
    assert found.whole_ha.tolist() == [2.0]


def test_patches_beyond_the_unit_are_a_finding(pack):
    found, findings = areas_of(units(10_000.00), patches(("U0", "SL", "state", 10_000.02)), pack)
    assert found.off.tolist() == [0.02] and [one.code for one in findings] == ["book.sums_differ"]
    assert findings[0].facts == {"unit": "U0", "was": "10000.00", "should": "10000.02"}


def test_a_registered_area_that_the_patches_were_levelled_to_is_the_units(pack):
    rows = patches(("U0", "SL", "state", 10_000.02))
    found, findings = areas_of(units(10_000.00, DJMJ=[10_000.02]), rows, pack)
    assert found.whole.tolist() == [10_000.02] and not findings
    found, findings = areas_of(units(10_000.00, DJMJ=[10_050.00]), rows, pack)
    assert found.whole.tolist() == [10_000.00] and len(findings) == 1


def test_a_unit_without_an_area_is_measured(pack):
    """100 m by 200 m on the central meridian."""
    found, _ = areas_of(units(float("nan")), patches(("U0", "SL", "state", 20_000.00)), pack)
    assert found.whole[0] == pytest.approx(20_000.00, abs=0.01)


def test_minerals_enter_no_sum_and_patches_of_nobody_are_told(pack):
    table = units(10_000.00, 90_000.00)
    table = table.with_columns(DJDYLX=["ZRGY", "KCZY"])
    found, findings = areas_of(table, patches(("U0", "SL", "state", 10_000.00), ("U7", "SL", "state", 5.0)), pack)
    assert found.counted.tolist() == [True, False] and found.left.tolist() == [0.0, 0.0]
    assert [(one.code, one.facts["count"], one.facts["units"]) for one in findings] == [("book.patches_elsewhere", 1, "U7")]


def test_a_layer_that_is_no_patches_is_refused(pack):
    with pytest.raises(FieldError):
        areas_of(units(1.0), layer("ZRZYTB", ZRZYDJDYH=["U0"], MJ=[1.0]), pack)


@pytest.mark.parametrize("case", CASES)
def test_hectares_are_those_of_the_summary(pack, case):
    """What Delineate resource patches printed for its units and what the book makes of the patches alone."""
    read = {}
    for name in ("OUTPUT", "SUMMARY"):
        with (GOLDEN / case / f"out_{name}.csv").open(encoding="utf-8", newline="") as stream:
            read[name] = pd.DataFrame(list(csv.DictReader(stream)))
    summary = read["SUMMARY"]
    sums = {name: pd.to_numeric(summary[name]).groupby(summary["ZRZYDJDYH"]).sum() for name in ("KZMJ", "KZMJ_HA", "DJDYZMJ_HA", "WQDMJ_HA")}
    numbers = list(sums["KZMJ"].index)
    rows = read["OUTPUT"].assign(MJ=pd.to_numeric(read["OUTPUT"]["MJ"]))
    given = units(*sums["KZMJ"]).with_columns(ZRZYDJDYH=numbers)
    boxes = np.array([shapely.box(0, 0, 1, 1)] * len(rows), dtype=object)
    found, _ = areas_of(given, Table(rows, boxes, "EPSG:4528", "ZRZYTB"), pack)
    for at, number in enumerate(numbers):
        if len(found.rows(at)):
            assert found.whole_ha[at] == pytest.approx(sums["KZMJ_HA"][number], abs=1e-9)
            assert found.hectares[found.rows(at)].sum() == pytest.approx(sums["DJDYZMJ_HA"][number], abs=1e-9)
            assert found.left_ha[at] == pytest.approx(sums["WQDMJ_HA"][number], abs=1e-9)
