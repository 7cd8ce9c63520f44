"""Patches with survey areas: TBMJ shared out by hand; sums that are TBMJ whatever is cut and joined."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import measure, schema
from shanshui.plugin.core.errors import FieldError, InputError
from shanshui.plugin.core.registration.resource_patches import Options, resource_patches
from shanshui.plugin.core.table import Table

EAST, NORTH = 40_500_000.0, 3_300_000.0
SURVEY = Options(area="survey")


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


def box(x0, y0, x1, y1):
    return shapely.box(EAST + x0, NORTH + y0, EAST + x1, NORTH + y1)


def table(name, *shapes, **columns):
    return Table(pd.DataFrame(columns), np.array(shapes, dtype=object), "EPSG:4528", name)


def units(*shapes):
    return table("ZRZYDJDY", *shapes, ZRZYDJDYH=[f"9999010000{at}" for at in range(len(shapes))], DJDYLX=["自然公园"] * len(shapes), DJMJ=1.0)


# three patches of 300 × 100 m one above the other, surveyed a little larger than they measure; three owners side by side
LAND = table(
    "DLTB", box(0, 0, 300, 100), box(0, 100, 300, 200), box(0, 200, 300, 300), BSM=["a", "b", "c"], DLBM=["0301", "0302", "1106"],
    TBMJ=[30010.01, 30020.00, 30000.05], ZLDWDM=["9999010010010000000"] * 3,
)  # fmt: skip
OWNERS = table(
    "SYQ", box(0, 0, 100, 300), box(100, 0, 200, 300), box(200, 0, 300, 300), QSXZ=["10", "30", "30"], QSDWDM=["1", "2", "3"],
    QSDWMC=["国", "甲", "乙"],
)  # fmt: skip


def made(packs, unit, options=SURVEY, land=LAND, owners=OWNERS):
    return resource_patches(unit, owners, land, packs["registration"], packs["survey"], options)


def cents(values):
    return int(sum((Decimal(repr(float(one))) for one in values), Decimal(0)) * 100)


def test_thirds_of_a_patch_by_hand(packs):
    """30010.01 in three is 10003.34 (the larger remainders) and 10003.33; each third measures the same within a millimetre's doing."""
    found = made(packs, units(box(0, 0, 300, 300)), Options(area="survey", dissolve=False)).patches
    areas = {key: sorted(part["MJ"].tolist()) for key, part in found.rows.groupby("GLTBBSM")}
    assert {key: cents(one) for key, one in areas.items()} == {"a": 3001001, "b": 3002000, "c": 3000005}
    assert all(abs(one - whole / 3) < 0.5 for key, whole in (("a", 30010.01), ("b", 30020.0), ("c", 30000.05)) for one in areas[key])
    measured = measure.areas(found.shapes, found.crs)
    assert np.allclose(found["MJ"] - measured, found["ADJUSTMENT"], atol=0.0051)


@pytest.mark.parametrize("dissolve", [True, False])
@pytest.mark.parametrize("group_by", ["none", "village"])
def test_every_table_sums_to_tbmj(packs, dissolve, group_by):
    found = made(packs, units(box(0, 0, 300, 300)), Options(area="survey", dissolve=dissolve, group_by=group_by))
    whole = cents(LAND["TBMJ"])
    assert cents(found.patches["MJ"]) == cents(found.summary["KZMJ"]) == cents(found.summary["DJDYZMJ"]) == cents(found.types["MJ"]) == whole
    assert set(found.summary["AREA_BASIS"]) == set(found.types["AREA_BASIS"]) == {"survey"}
    assert cents(found.summary["SLMJ"]) == 3001001 + 3002000 and cents(found.summary["SDMJ"]) == 3000005
    assert cents(found.summary["GYMJ"]) + cents(found.summary["JTMJ"]) == whole and found.counts["unstated"] == 0
    assert cents(found.types["MJ_HA"]) == cents(found.summary["KZMJ_HA"]) == 900


def test_two_units_share_a_patch_without_loss(packs):
    found = made(packs, units(box(0, 0, 170, 300), box(170, 0, 300, 300)))
    assert cents(found.patches["MJ"]) == cents(LAND["TBMJ"])
    assert found.summary["KZMJ"].tolist() == pytest.approx([90030.06 * 170 / 300, 90030.06 * 130 / 300], abs=1.0)


def test_part_of_a_patch_has_its_part(packs):
    found = made(packs, units(box(0, 0, 150, 100)))
    assert found.summary["KZMJ"].tolist() == pytest.approx([30010.01 / 2], abs=0.6)


def test_ground_in_several_parts_and_without_owner_counts_too(packs):
    """The middle owner is missing: two decided patches of each row's parts and one undecided, and together they are TBMJ."""
    found = made(packs, units(box(0, 0, 300, 300)), owners=OWNERS.take([0, 2]))
    assert cents(found.patches["MJ"]) + cents(found.rejected["AREA"]) == cents(LAND["TBMJ"]) == cents(found.summary["KZMJ"])
    assert cents(found.summary["WQDMJ"]) == cents(found.rejected["AREA"]) > 0


def test_a_patch_without_survey_area_has_its_measured_one(packs):
    land = LAND.with_columns(TBMJ=[30010.01, np.nan, 30000.05])
    found = made(packs, units(box(0, 0, 300, 300)), land=land)
    measured = measure.areas(LAND.shapes[1:2], "EPSG:4528")[0]
    assert found.counts["unstated"] == 3 and found.summary["KZMJ"].iloc[0] == pytest.approx(60010.06 + measured, abs=0.03)


def test_what_does_not_go_together_is_refused(packs):
    unit = units(box(0, 0, 300, 300))
    with pytest.raises(InputError, match=r"patches\.area_and_control"):
        made(packs, unit, Options(area="survey", control="DJMJ"))
    with pytest.raises(InputError, match=r"input\.unknown_choice"):
        made(packs, unit, Options(area="both"))
    with pytest.raises(FieldError, match=r"input\.missing_field"):
        made(packs, unit, land=Table(LAND.rows.drop(columns="TBMJ"), LAND.geometry, LAND.crs, "DLTB"))


def test_measured_areas_stay_the_default(packs):
    found = made(packs, units(box(0, 0, 300, 300)), Options())
    assert "AREA_BASIS" not in found.summary and "AREA_BASIS" not in found.types
    assert found.summary["KZMJ"].tolist() == found.summary["JSMJ"].tolist() != [90030.06]
