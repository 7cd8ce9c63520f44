"""Patches of units on squares that a person can add up, and the equalities of their sums."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from shanshui.plugin.core import measure, schema
from shanshui.plugin.core.errors import Cancelled, CrsError, FieldError, InputError
from shanshui.plugin.core.progress import Progress
from shanshui.plugin.core.projection import reproject
from shanshui.plugin.core.registration.equalities import equalities
from shanshui.plugin.core.registration.resource_patches import Options, resource_patches
from shanshui.plugin.core.registration.summary import columns
from shanshui.plugin.core.table import Table

CRS = "EPSG:4528"
EAST, NORTH = 40_500_000.0, 3_300_000.0
UNIT = {"ZRZYDJDYH": "99990100000001", "DJDYMC": "东溪自然保护区", "DJDYLX": "自然保护区"}
STATE = {"QSXZ": "10", "QSDWDM": "999901", "QSDWMC": "国有林场", "XSZTCJ": "县"}
VILLAGE = {"QSXZ": "30", "QSDWDM": "9999010010001", "QSDWMC": "东溪村"}
OTHER = {"QSXZ": "30", "QSDWDM": "9999010010002", "QSDWMC": "西溪村"}


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


def box(x, y, w, h):
    return shapely.box(EAST + x, NORTH + y, EAST + x + w, NORTH + y + h)


def layer(name, *rows):
    frame = pd.DataFrame([fields for _, fields in rows], index=range(len(rows)))
    return Table(frame.astype(object).where(frame.notna(), None), np.array([shape for shape, _ in rows], dtype=object), CRS, name)


def units(*rows):
    return layer("ZRZYDJDY", *rows)


def ground(*rows):
    return layer(
        "DLTB", *[(shape, {"BSM": f"{at:018d}", "DLBM": code, "ZLDWDM": village}) for at, (shape, code, village) in enumerate(rows, 1)]
    )


def run(packs, unit_layer, ownership, cover, **options):
    return resource_patches(unit_layer, ownership, cover, packs["registration"], packs["survey"], Options(**options))


ONE = units((box(0, 0, 200, 100), UNIT))
OWNED = layer("SYQ", (box(0, 0, 100, 100), STATE), (box(100, 0, 100, 100), VILLAGE))
COVER = ground(
    (box(0, 0, 50, 100), "0301", "9999010010001"),
    (box(50, 0, 100, 100), "1106", "9999010010001"),
    (box(150, 0, 50, 100), "0101", "9999010010002"),
)


def sums(result, row=0):
    return result.summary.rows.iloc[row]


def test_three_squares(packs):
    result = run(packs, ONE, OWNED, COVER)
    rows = result.patches.rows
    seen = list(zip(rows["TBBH"], rows["ZRZYLX"], rows["OWNERSHIP"], rows["QSDWMC"], rows["GLTBBSM"]))
    assert seen == [
        ("1", "SL", "state", "国有林场", "000000000000000001"),
        ("2", "SD", "state", "国有林场", "000000000000000002"),
        ("3", "SD", "collective", "东溪村", "000000000000000002"),
        ("4", "FZRZY", "collective", "东溪村", "000000000000000003"),
    ]
    whole = measure.areas(ONE.shapes, CRS)[0]
    assert rows["MJ"].sum() == pytest.approx(whole, abs=0.001)
    assert rows["MJ"].to_numpy() == pytest.approx(whole / 4, abs=0.02)
    summary = sums(result)
    assert summary["DJDYZMJ"] == whole and summary["WQDMJ"] == 0 and summary["TBSL"] == 4
    assert summary["GYMJ"] == pytest.approx(whole / 2, abs=0.02) and summary["JTMJ"] == pytest.approx(whole / 2, abs=0.02)
    assert (
        summary["SLMJ"] == rows["MJ"][0]
        and summary["SDMJ"] == round(rows["MJ"][1] + rows["MJ"][2], 2)
        and summary["FZRZYZMJ"] == rows["MJ"][3]
    )
    assert [summary[name] for name in ("DJDYZMJ_HA", "GYMJ_HA", "JTMJ_HA", "SDMJ_HA")] == [2.0, 1.0, 1.0, 1.0]
    assert not result.findings and not len(result.rejected)


def test_type_tables_count_patches(packs):
    result = run(packs, ONE, OWNED, COVER)
    rows = result.types.rows
    assert sorted(zip(rows["ZRZYLX"], rows["OWNERSHIP"], rows["BHTBSL"], rows["MJ_HA"])) == [
        ("FZRZY", "collective", 1, 0.5),
        ("SD", "collective", 1, 0.5),
        ("SD", "state", 1, 0.5),
        ("SL", "state", 1, 0.5),
    ]
    assert dict(zip(rows["ZRZYLX"], rows["TABLE"]))["SD"] == "SDZKXX"


def test_dissolving_joins_what_touches_along_a_line(packs):
    cover = ground(
        (box(0, 0, 50, 100), "0301", ""),
        (box(50, 0, 20, 100), "0301", ""),
        (box(70, 0, 30, 50), "0101", ""),
        (box(70, 50, 30, 50), "0301", ""),
        (box(100, 0, 50, 50), "0301", ""),
        (box(100, 50, 100, 50), "0101", ""),
        (box(150, 0, 50, 50), "0101", ""),
    )
    one_owner = layer("SYQ", (box(-10, -10, 300, 300), STATE))
    joined = run(packs, ONE, one_owner, cover).patches.rows
    assert list(zip(joined["ZRZYLX"], joined["SOURCES"], joined["GLTBBSM"])) == [
        ("SL", 3, "000000000000000001"),
        ("FZRZY", 1, "000000000000000003"),
        ("SL", 1, "000000000000000005"),
        ("FZRZY", 2, "000000000000000006"),
    ]
    apart = run(packs, ONE, one_owner, cover, dissolve=False).patches.rows
    assert sorted(apart["GLTBBSM"]) == [f"{at:018d}" for at in range(1, 8)] and set(apart["SOURCES"]) == {1}


def test_ground_without_owner_or_cover_is_named_and_kept_out_of_the_sums(packs):
    owned = layer("SYQ", (box(0, 0, 150, 100), STATE))
    cover = ground((box(20, 0, 100, 100), "0301", ""), (box(120, 0, 50, 100), "9999", ""))
    result = run(packs, ONE, owned, cover)
    reasons = {one.code: one.facts["area"] for one in result.findings if one.where is not None and "area" in one.facts}
    assert set(reasons) == {"patches.no_cover", "patches.no_ownership", "patches.no_ownership_no_cover", "patches.class_not_known"}
    whole = measure.areas(ONE.shapes, CRS)[0]
    assert sum(reasons.values()) + result.patches["MJ"].sum() == pytest.approx(whole, abs=1e-6)
    assert reasons["patches.no_cover"] == pytest.approx(whole / 10, abs=0.02) and reasons["patches.no_ownership"] == pytest.approx(
        whole / 10, abs=0.02
    )
    summary = sums(result)
    assert summary["KZMJ"] == whole and summary["WQDMJ"] == pytest.approx(sum(reasons.values()), abs=1e-6)
    assert summary["DJDYZMJ"] == pytest.approx(whole / 2, abs=0.02) == pytest.approx(summary["SLMJ"], abs=1e-6)
    assert sorted(result.rejected["REASON"]) == sorted(reasons) and result.rejected["AREA"].sum() == pytest.approx(
        summary["WQDMJ"], abs=1e-6
    )
    assert not equalities(result.summary, result.patches, packs["registration"])


def test_a_narrow_overlap_of_ownership_is_no_dispute(packs):
    owned = layer("SYQ", (box(0, 0, 100.1, 100), STATE), (box(100, 0, 100, 100), VILLAGE))
    result = run(packs, ONE, owned, COVER)
    assert set(result.patches["OWNERSHIP"]) == {"state", "collective"} and not result.findings
    assert result.counts["slivers"] == 1 and result.counts["area"] == pytest.approx(10.0, abs=0.01)
    assert sums(result)["ZYQMJ"] == 0


def test_sliver_width_and_limit_of_areas_are_those_of_the_users_pack(packs, tmp_path):
    for page, row in {"registration/rules/settings": "sliver_width,0.05", "survey/rules/area": "level_limit,0.1"}.items():
        file = tmp_path / f"{page}.csv"
        file.parent.mkdir(parents=True)
        file.write_text(f"key,value,source,status\n{row},province,default\n", encoding="utf-8")
    province = schema.load_packs(overlay_roots=[tmp_path])
    whole = measure.areas(ONE.shapes, CRS)[0]
    far = dataclasses.replace(ONE, rows=ONE.rows.assign(DJMJ=whole * 1.06))
    owned = layer("SYQ", (box(0, 0, 100.1, 100), STATE), (box(100, 0, 100, 100), VILLAGE))
    result = run(province, far, owned, COVER, control="DJMJ")
    assert result.counts["slivers"] == 0 and sums(result)["ZYQMJ"] == pytest.approx(10.6, abs=0.02)
    assert "patches.control_differs" not in {one.code for one in result.findings}
    assert sums(result)["KZMJ"] == measure.round_half_away(whole * 1.06, 2)
    assert run(province, far, owned, COVER, sliver=0.2).counts["slivers"] == 1


def test_a_wide_overlap_is_a_dispute_unless_told_otherwise(packs):
    owned = layer("SYQ", (box(0, 0, 120, 100), STATE), (box(100, 0, 100, 100), VILLAGE))
    result = run(packs, ONE, owned, COVER)
    whole = measure.areas(ONE.shapes, CRS)[0]
    assert sums(result)["ZYQMJ"] == pytest.approx(whole / 10, abs=0.02)
    disputed = result.patches.rows[result.patches["OWNERSHIP"] == "disputed"]
    assert (
        list(disputed["DISPUTE"]) == ["overlap"] and list(disputed["QSDWMC"]) == ["国有林场、东溪村"] and list(disputed["ZYQBS"]) == ["1"]
    )
    assert [one.code for one in result.findings] == ["patches.ownership_overlap"] and "国有林场、东溪村" in result.findings[0].facts[
        "owners"
    ]
    for word, expected, share in (("first", "GYMJ", 0.6), ("state", "GYMJ", 0.6), ("collective", "JTMJ", 0.5)):
        told = run(packs, ONE, owned, COVER, disputed_as=word)
        assert sums(told)["ZYQMJ"] == 0 and sums(told)[expected] == pytest.approx(whole * share, abs=0.05)
        assert [one.code for one in told.findings] == ["patches.ownership_overlap_given"]
    with pytest.raises(InputError, match="DISPUTED_AS"):
        run(packs, ONE, owned, COVER, disputed_as="nobody")


def test_disputes_by_source_and_by_overlap_are_told_apart(packs):
    owned = layer(
        "SYQ",
        (box(0, 0, 120, 100), STATE),
        (box(100, 0, 80, 100), VILLAGE),
        (box(180, 0, 20, 100), {"QSXZ": "30", "QSDWDM": "", "QSDWMC": "两村", "ZYQBS": "1"}),
    )
    result = run(packs, ONE, owned, COVER)
    whole = measure.areas(ONE.shapes, CRS)[0]
    assert result.counts["source"] == pytest.approx(whole / 10, abs=0.02)
    assert result.counts["overlap"] == pytest.approx(whole / 10, abs=0.02)


def test_the_same_parcel_twice_is_no_dispute(packs):
    owned = layer("SYQ", (box(0, 0, 200, 100), VILLAGE), (box(0, 0, 200, 100), VILLAGE))
    result = run(packs, ONE, owned, COVER)
    assert set(result.patches["OWNERSHIP"]) == {"collective"} and [one.code for one in result.findings] == ["patches.parcel_twice"]


def test_sea_and_islands_are_taken_whole_and_minerals_enter_no_sum(packs):
    listed = units(
        (box(0, 0, 1000, 1000), {"ZRZYDJDYH": "S", "DJDYMC": "青岚海域", "DJDYLX": "海域", "XSZTCJ": "省"}),
        (box(400, 400, 100, 100), {"ZRZYDJDYH": "I", "DJDYMC": "鹭岛", "DJDYLX": "无居民海岛"}),
        (box(-50, 0, 100, 100), {"ZRZYDJDYH": "M", "DJDYMC": "西岭铁矿", "DJDYLX": "探明储量矿产资源"}),
    )
    result = run(packs, listed, OWNED, COVER)
    rows = result.patches.rows
    assert list(zip(rows["ZRZYDJDYH"], rows["ZRZYLX"], rows["OWNERSHIP"], rows["XSZTCJ"])) == [
        ("S", "HY", "state", "省"),
        ("I", "WJMHD", "state", None),
    ]
    island, sea = measure.areas(listed.shapes, CRS)[1], measure.areas(listed.shapes, CRS)[0]
    assert list(rows["MJ"]) == [pytest.approx(sea - island, abs=0.02), island]
    assert list(result.summary["ZRZYDJDYH"]) == ["S", "I"] and list(result.summary["QTMJ"]) == list(rows["MJ"])
    mineral = result.types.rows[result.types["ZRZYLX"] == "TMCLKCZY"].iloc[0]
    assert np.isnan(mineral["MJ"]) and mineral["CLGSFWMJ"] == measure.areas(listed.shapes, CRS)[2] and mineral["TABLE"] == "TMCLKCZYZKXX"
    assert not result.findings


def test_registered_area_within_the_limit_is_met_and_beyond_it_reported(packs):
    whole = measure.areas(ONE.shapes, CRS)[0]
    near = dataclasses.replace(ONE, rows=ONE.rows.assign(DJMJ=whole + 3.17))
    result = run(packs, near, OWNED, COVER, control="DJMJ")
    assert result.patches["MJ"].sum() == pytest.approx(whole + 3.17, abs=1e-6) and sums(result)["DJDYZMJ"] == pytest.approx(
        whole + 3.17, abs=1e-6
    )
    assert result.patches["ADJUSTMENT"].sum() == pytest.approx(3.17, abs=0.03) and not result.findings
    far = dataclasses.replace(ONE, rows=ONE.rows.assign(DJMJ=whole * 1.06))
    result = run(packs, far, OWNED, COVER, control="DJMJ")
    assert result.patches["MJ"].sum() == pytest.approx(whole, abs=1e-6) and sums(result)["DJMJ"] == pytest.approx(whole * 1.06)
    assert [(one.code, one.facts["share"]) for one in result.findings] == [("patches.control_differs", "+6.00%")]


def test_groups_by_village_have_their_own_rows_and_numbers(packs):
    result = run(packs, ONE, OWNED, COVER, group_by="village")
    assert list(zip(result.patches["GROUP"], result.patches["TBBH"])) == [
        ("999901001000", "1"),
        ("999901001000", "2"),
        ("999901001000", "3"),
        ("999901001000", "4"),
    ]
    by_field = run(packs, ONE, OWNED, COVER, group_by="field", group_field="ZLDWDM")
    assert list(zip(by_field.patches["GROUP"], by_field.patches["TBBH"])) == [
        ("9999010010001", "1"),
        ("9999010010001", "2"),
        ("9999010010001", "3"),
        ("9999010010002", "1"),
    ]
    assert by_field.summary["DJDYZMJ"].sum() == pytest.approx(sums(result)["DJDYZMJ"], abs=1e-6) and len(by_field.summary) == 2
    with pytest.raises(FieldError, match=r"input\.missing_field"):
        run(packs, ONE, OWNED, COVER, group_by="field", group_field="CUNZ")
    with pytest.raises(InputError, match=r"patches\.no_group_field"):
        run(packs, ONE, OWNED, COVER, group_by="field")


def test_numbers_and_overlaps_of_units(packs):
    listed = units(
        (box(0, 0, 120, 100), UNIT), (box(100, 0, 100, 100), {**UNIT, "DJDYMC": "再一个"}), (box(0, 500, 0.1, 0.1), {"DJDYMC": "无号"})
    )
    result = run(packs, listed, OWNED, COVER)
    codes = [one.code for one in result.findings]
    assert codes.count("patches.duplicate_unit") == 1 and codes.count("patches.no_unit_number") == 1
    overlap = next(one for one in result.findings if one.code == "patches.units_overlap")
    assert overlap.facts["area"] == pytest.approx(2_000)


def test_overlapping_land_cover_is_counted_once(packs):
    cover = ground((box(0, 0, 120, 100), "0301", ""), (box(80, 0, 120, 100), "0401", ""))
    result = run(packs, ONE, layer("SYQ", (box(-10, -10, 300, 300), STATE)), cover)
    whole = measure.areas(ONE.shapes, CRS)[0]
    assert [one.code for one in result.findings] == ["patches.cover_overlap"]
    assert dict(zip(result.patches["ZRZYLX"], result.patches["MJ"])) == {
        "SL": pytest.approx(whole * 0.6, abs=0.05),
        "CY": pytest.approx(whole * 0.4, abs=0.05),
    }


def test_missing_fields_are_named(packs):
    with pytest.raises(FieldError, match="QSXZ"):
        run(packs, ONE, layer("SYQ", (box(0, 0, 1, 1), {"QSDWMC": "甲"})), COVER)
    with pytest.raises(FieldError, match="DLBM"):
        run(packs, ONE, OWNED, layer("DLTB", (box(0, 0, 1, 1), {"BSM": "1"})))


def test_storage_crs_does_not_change_the_areas(packs):
    flat = run(packs, ONE, OWNED, COVER)
    mixed = run(packs, ONE, reproject(OWNED, "EPSG:4490"), reproject(COVER, "EPSG:4490"))
    degrees = run(packs, reproject(ONE, "EPSG:4490"), reproject(OWNED, "EPSG:4490"), COVER)
    for one in (mixed, degrees):
        assert list(one.patches["ZRZYLX"]) == list(flat.patches["ZRZYLX"])
        assert one.patches["MJ"].to_numpy() == pytest.approx(flat.patches["MJ"].to_numpy(), abs=0.02)
        assert not one.findings
    assert degrees.patches.crs == "EPSG:4490" and abs(shapely.total_bounds(degrees.patches.shapes)[0] - 120) < 1


def test_a_wrong_sum_is_found(packs):
    result = run(packs, ONE, OWNED, COVER)
    for name in ("GYMJ", "SDMJ", "DYNZRZYZMJ", "DJDYZMJ", "GYMJ_HA", "KZMJ"):
        spoilt = dataclasses.replace(result.summary, rows=result.summary.rows.assign(**{name: result.summary[name] + 0.01}))
        assert equalities(spoilt, result.patches, packs["registration"]), name
    fewer = result.patches.take(slice(1, None))
    assert {one.field for one in equalities(result.summary, fewer, packs["registration"])} == {"DJDYZMJ", "GYMJ", "SLMJ"}


cuts = st.lists(st.integers(1, 39), min_size=1, max_size=6, unique=True)


@settings(max_examples=25, deadline=None)
@given(cuts, cuts, st.sampled_from(["none", "field"]), st.booleans())
def test_every_equality_holds_on_any_grid(packs, across, down, group_by, dissolve):
    """Ground strips against owner strips at odd places, some without owner, class or village: books balance to the cent."""
    codes, owners = (
        ["0301", "1106", "0101", "9999", "1206", "0401", "1101"],
        [STATE, VILLAGE, OTHER, {"QSXZ": ""}, {**STATE, "XSZTCJ": "省"}, VILLAGE, OTHER],
    )
    xs, ys = [0, *sorted(across), 40], [0, *sorted(down), 40]
    cover = ground(*[(box(7.31 * a, 0, 7.31 * (b - a), 300), codes[at], f"v{at % 3}") for at, (a, b) in enumerate(zip(xs, xs[1:]))])
    owned = layer("SYQ", *[(box(0, 7.31 * a, 300, 7.31 * (b - a)), owners[at]) for at, (a, b) in enumerate(zip(ys, ys[1:]))])
    listed = units((box(3, 5, 111.11, 200.2), {**UNIT, "ZRZYDJDYH": "A"}), (box(114.11, 5, 150, 200.2), {**UNIT, "ZRZYDJDYH": "B"}))
    result = run(packs, listed, owned, cover, group_by=group_by, group_field="ZLDWDM", dissolve=dissolve)
    pack = packs["registration"]
    assert not equalities(result.summary, result.patches, pack)
    wholes = measure.areas(listed.shapes, CRS)
    for number, whole in zip(("A", "B"), wholes):
        rows = result.summary.rows[result.summary["ZRZYDJDYH"] == number]
        assert rows["KZMJ"].sum() == pytest.approx(whole, abs=1e-6)
        mine = result.patches["MJ"][result.patches["ZRZYDJDYH"] == number].sum()
        aside = result.rejected["AREA"][result.rejected["FEATURE"] == number].sum()
        assert mine + aside == pytest.approx(whole, abs=1e-6)
        assert rows["KZMJ_HA"].sum() == pytest.approx(measure.round_half_away(whole / 10_000, 2), abs=1e-9)
    tables = result.types.rows
    assert tables["MJ"].sum() == pytest.approx(result.summary["DJDYZMJ"].sum(), abs=1e-6)
    assert tables["MJ_HA"].sum() == pytest.approx(result.summary["DJDYZMJ_HA"].sum(), abs=1e-9)
    natural = [*columns(pack).natural]
    assert result.summary.rows[natural].sum().sum() == pytest.approx(result.summary["DYNZRZYZMJ"].sum(), abs=1e-6)
    found = sum(one.facts["area"] for one in result.findings if one.where is not None and "unit" in one.facts and "area" in one.facts)
    assert found == pytest.approx(result.summary["WQDMJ"].sum(), abs=1e-6)


def test_empty_layers_and_layers_without_crs(packs):
    nothing = layer("DLTB", (box(0, 0, 1, 1), {"BSM": "1", "DLBM": "0301"})).take(slice(0, 0))
    result = run(packs, ONE, OWNED, nothing)
    assert not len(result.patches) and {one.code for one in result.findings} == {"patches.no_cover"}
    assert sums(result)["WQDMJ"] == sums(result)["KZMJ"] == measure.areas(ONE.shapes, CRS)[0] and sums(result)["DJDYZMJ"] == 0
    result = run(packs, ONE, OWNED.take(slice(0, 0)), COVER)
    assert not len(result.patches) and {one.code for one in result.findings} == {"patches.no_ownership"}
    result = run(packs, ONE.take(slice(0, 0)), OWNED, COVER)
    assert not len(result.patches) and not len(result.summary) and not len(result.types) and not result.findings
    with pytest.raises(CrsError, match="SYQ"):
        run(packs, ONE, dataclasses.replace(OWNED, crs=None), COVER)


def test_a_stop_is_seen(packs):
    with pytest.raises(Cancelled):
        resource_patches(ONE, OWNED, COVER, packs["registration"], packs["survey"], Options(), Progress(stopped=lambda: True))


@pytest.mark.parametrize("crs, x, y", [("EPSG:3857", 13_360_000.0, 3_400_000.0), ("EPSG:3395", 13_360_000.0, 5_900_000.0)])
def test_planes_whose_straight_edges_bend_on_the_zone(packs, crs, x, y):
    """On a Mercator plane a long edge and its pieces do not measure alike: the room for it grows with the edge, and the sums hold."""

    def placed(table):
        moved = shapely.transform(table.shapes, lambda xy: (xy - [EAST, NORTH]) * [15.0, 9.0] + [x, y])
        return dataclasses.replace(table, geometry=moved, crs=crs)

    def triangle(left, right):
        return shapely.Polygon([(EAST + left, NORTH), (EAST + right, NORTH), (EAST + 100, NORTH + 100)])

    # a fan: nothing but the base of the unit is split, and what that changes is on one side only
    unit, cover = units((triangle(0, 200), UNIT)), ground((box(0, 0, 200, 100), "0301", "9999010010001"))
    fan = layer("SYQ", *((triangle(at, at + 10), STATE if at % 20 else VILLAGE) for at in range(0, 200, 10)))
    whole = measure.areas(placed(unit).shapes, crs)[0]
    parts = measure.areas(placed(fan).shapes, crs).sum()
    assert abs(whole - parts) > 1e-6 * whole + 0.01 * len(fan)
    row = sums(run(packs, placed(unit), placed(fan), placed(cover)))
    assert row["WQDMJ"] == 0 and row["KZMJ"] == row["DJDYZMJ"] == whole
