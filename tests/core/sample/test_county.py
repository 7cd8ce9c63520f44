"""The county's core layers: on their pages, tiling, with areas that add up, and ready for the registration chain."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from shanshui.plugin.core import measure, schema
from shanshui.plugin.core.errors import InputError
from shanshui.plugin.core.registration import draw_units, resource_patches
from shanshui.plugin.core.sample import county, units

CORE = ("XZQ", "XZQJX", "CJDCQ", "CJDCQJX", "DLTB", "DLTB_T1", "SYQ", "ZRZYDJDY")
TILED = ("XZQ", "CJDCQ", "DLTB", "SYQ")


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


@pytest.fixture(scope="module")
def small(packs):
    return county.county(600, 1, packs=packs)


def exact(values):
    return sum((Decimal(repr(float(one))) for one in values), Decimal(0))


def test_all_layers_are_there_in_their_order_and_none_is_empty(small):
    assert list(small)[: len(CORE)] == list(CORE)
    assert list(small)[len(CORE) : len(CORE) + len(units.SOURCES)] == list(units.SOURCES)
    assert not [name for name, table in small.items() if not len(table)]


@pytest.mark.parametrize("name", CORE)
def test_rows_fit_their_page(small, packs, name):
    table = small[name]
    page, pack = table.layer, next(one for one in packs.values() if table.layer in one.layers.values())
    assert [one for one in table.fields if one != "DJMJ"] == page.names
    for entry in page.fields:
        column = table.rows[entry.name]
        there = column[column.notna()]
        assert entry.presence != "M" or (len(there) == len(table) and not (there.astype(str) == "").any()), entry.name
        if entry.domain:
            assert set(there) <= set(pack.codes[entry.domain]), entry.name
        if entry.type == "text" and entry.length:
            assert there.map(len).max() <= entry.length if len(there) else True, entry.name
        if entry.pattern:
            assert all(re.fullmatch(entry.pattern, one) for one in there), entry.name
        if entry.minimum is not None and len(there):
            assert there.min() >= entry.minimum
        if entry.maximum is not None and len(there):
            assert there.max() <= entry.maximum
    assert not page.key or table.rows[page.key].is_unique


def test_districts_are_five_townships_and_forty_villages_and_the_islands(small):
    for name, field, count in (("XZQ", "XZQDM", 5), ("CJDCQ", "ZLDWDM", 40)):
        table = small[name]
        main = table["MSSM"] == "00"
        assert main.sum() == count and table[field].nunique() == count
        assert (table["HDMC"].notna() == ~main).all() and (~main).sum() >= 5


@pytest.mark.parametrize("name", [*TILED, "DLTB_T1"])
def test_coverages_are_clean(small, name):
    shapes = small[name].shapes
    assert shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes)
    assert (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all()


def test_they_tile_the_same_ground(small):
    whole = shapely.union_all(small["XZQ"].shapes)
    for name in TILED[1:]:
        assert shapely.symmetric_difference(whole, shapely.union_all(small[name].shapes)).area < 1e-6, name
    assert not any(part.interiors for part in shapely.get_parts(shapely.union_all(small["DLTB"].shapes)))


def test_each_patch_lies_in_the_village_it_names(small):
    village = small["CJDCQ"]
    tree = shapely.STRtree(village.shapes)
    row, at = tree.query(shapely.point_on_surface(small["DLTB"].shapes), predicate="within")
    assert (row == np.arange(len(small["DLTB"]))).all()
    assert (village["ZLDWDM"].to_numpy()[at] == small["DLTB"]["ZLDWDM"].to_numpy()).all()
    assert (village["MSSM"].to_numpy()[at] == small["DLTB"]["MSSM"].to_numpy()).all()


def test_areas_sum_to_the_last_hundredth(small):
    land, village, town = small["DLTB"], small["CJDCQ"], small["XZQ"]
    assert exact(land["TBMJ"]) == exact(village["DCMJ"]) == exact(town["DCMJ"])
    for part in ("00", "01"):
        sums = [exact(one[field][one["MSSM"] == part]) for one, field in ((land, "TBMJ"), (village, "DCMJ"), (town, "DCMJ"))]
        assert sums[0] == sums[1] == sums[2]
    main = land["MSSM"] == "00"
    by_village = land["TBMJ"][main].groupby(land["ZLDWDM"][main]).agg(exact)
    control = village["DCMJ"][village["MSSM"] == "00"].map(lambda one: Decimal(repr(one)))
    assert by_village[village["ZLDWDM"][village["MSSM"] == "00"]].tolist() == control.tolist()


def test_the_county_area_is_that_of_the_ellipsoid(small):
    """By geodesic polygons of another library, on the mainland's outline (the edges are short, so both definitions agree)."""
    main = small["DLTB"].take((small["DLTB"]["MSSM"] == "00").to_numpy())
    lonlat = [shapely.get_coordinates(one.exterior) for one in [shapely.union_all(main.shapes)]]
    from pyproj import Transformer

    x, y = Transformer.from_crs(4528, 4490, always_xy=True).transform(*lonlat[0].T)
    area = abs(Geod(a=6378137.0, rf=298.257222101).polygon_area_perimeter(x, y)[0])
    assert float(exact(main["TBMJ"])) == pytest.approx(area, abs=5.0)


def test_ridges_are_deducted_by_grade_and_type(small, packs):
    land = small["DLTB"].rows
    share = {(one["gdpdjb"], one["gdlx"]): float(one["value"]) for one in packs["survey"].rule("ksxs")}
    ridged = land[land["KCXS"].notna()]
    assert len(ridged) > 20 and (ridged["DLBM"].str[:2] == "01").all()
    assert (ridged["KCXS"] == [share[key] for key in zip(ridged["GDPDJB"], ridged["GDLX"])]).all()
    assert [measure.multiply_round(a, b, 2) for a, b in zip(ridged["TBMJ"], ridged["KCXS"])] == ridged["KCMJ"].tolist()
    left = [Decimal(repr(a)) - Decimal(repr(b)) for a, b in zip(ridged["TBMJ"], ridged["KCMJ"])]
    assert left == [Decimal(repr(one)) for one in ridged["TBDLMJ"]]
    rest = land[land["KCXS"].isna()]
    assert (rest["TBMJ"] == rest["TBDLMJ"]).all() and set(rest["GDPDJB"][rest["DLBM"].str[:2] == "01"]) <= {"1"}


def test_the_second_year_carries_on_the_first(small):
    first, second = small["DLTB"], small["DLTB_T1"]
    shared = pd.merge(first.rows, second.rows, on="BSM", suffixes=("", "_1"))
    assert 0.85 < len(shared) / len(first) < 1.0
    assert (shared["TBMJ"] == shared["TBMJ_1"]).all() and (shared["DLBM"] == shared["DLBM_1"]).all() and (shared["TBBH"] == shared["TBBH_1"]).all()
    where = dict(zip(first["BSM"], first.shapes))
    kept = [(where[key], shape) for key, shape in zip(second["BSM"], second.shapes) if key in where]
    assert all(shapely.equals(one, other) for one, other in kept)
    old = shapely.union_all(first.shapes)
    won = np.array([shapely.area(shapely.intersection(one, old)) < 1.0 for one in second.shapes])
    assert won.any() and exact(second["TBMJ"][~won]) == exact(first["TBMJ"])
    assert not second.rows.duplicated(["ZLDWDM", "TBBH"]).any() and not first.rows.duplicated(["ZLDWDM", "TBBH"]).any()


def test_ownership_is_of_all_kinds(small):
    owned = small["SYQ"]
    assert set(owned["QSXZ"].dropna()) == {"10", "20", "30"} and 1 <= (owned["ZYQBS"] == "1").sum() < 40
    assert (owned["QSXZ"].isna() == (owned["ZYQBS"] == "1")).all()
    state = owned["QSXZ"].isin(["10", "20"])
    assert set(owned["XSZTCJ"][state]) == {"中央直接", "省", "市", "县"} and owned["XSZTCJ"][~state].isna().all()


def test_units_of_every_kind_are_drawn_without_overlap(small, packs):
    drawn = small["ZRZYDJDY"]
    kinds = {one["code"] for one in packs["registration"].rule("draw_order")} - {"QTDY"}
    assert set(drawn["DJDYLX"]) == kinds
    above = drawn.take((drawn["DJDYLX"] != "KCZY").to_numpy())
    assert shapely.area(above.shapes).sum() == pytest.approx(shapely.union_all(above.shapes).area, abs=0.01)
    off = (drawn["DJMJ"] - drawn["DJDYZMJ"]).abs() / drawn["DJDYZMJ"]
    assert 0 < off.max() < 1 / 2000


def test_the_registration_chain_balances(small, packs):
    drawn = draw_units.draw_units(small["XZQ"], [small[name] for name in units.SOURCES], packs["registration"])
    assert not [one for one in drawn.findings if one.severity == "error"]
    options = resource_patches.Options(control="DJMJ")
    found = resource_patches.resource_patches(small["ZRZYDJDY"], small["SYQ"], small["DLTB"], packs["registration"], packs["survey"], options)
    assert not [one for one in found.findings if one.severity == "error"] and not len(found.rejected)
    by_unit = found.patches.rows.groupby("ZRZYDJDYH")["MJ"].agg(exact)
    for number, area, kind in zip(small["ZRZYDJDY"]["ZRZYDJDYH"], small["ZRZYDJDY"]["DJMJ"], small["ZRZYDJDY"]["DJDYLX"]):
        assert kind == "KCZY" or by_unit[number] == Decimal(repr(area)), number


def test_too_few_patches_are_refused():
    with pytest.raises(InputError) as failure:
        county.county(20)
    assert failure.value.code == "sample.too_few"


def test_rasters_lie_on_land_alone(packs):
    made = county.made(300, 2, packs=packs)
    grid, fields = county.grids(made.ground)
    land = shapely.union_all(made.tables["DLTB_T1"].shapes)
    x, y = grid.centres
    inside = shapely.contains_xy(land, x, y)
    valued = np.isfinite(fields["DEM"])
    assert (inside == valued).all()
    assert all((np.isfinite(one) == valued).all() for one in fields.values())


def test_the_same_call_gives_the_same_county(packs):
    one, other = county.county(300, 5, packs=packs), county.county(300, 5, packs=packs)
    assert list(one) == list(other)
    for name in one:
        assert one[name].rows.equals(other[name].rows), name
        if one[name].geometry is not None:
            assert (shapely.to_wkb(one[name].shapes) == shapely.to_wkb(other[name].shapes)).all(), name


def test_the_smallest_county_may_have_exclaves_and_no_town(packs):
    """300 patches, seed 1: one township lies in two parts, and there is no town to hold people; everything still tiles and sums."""
    made = county.county(300, 1, packs=packs)
    assert shapely.coverage_is_valid(made["XZQ"].shapes) and (shapely.get_num_geometries(made["XZQ"].shapes) > 1).any()
    assert round(made["XZQ"].rows["DCMJ"].sum(), 2) == round(made["CJDCQ"].rows["DCMJ"].sum(), 2) == round(made["DLTB"].rows["TBMJ"].sum(), 2)
    indicators = made["GHZB"].rows.set_index("ZBDM")["JQZ"]
    assert np.isnan(indicators["17"]) and indicators["15"] == 0
