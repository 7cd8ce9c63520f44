"""Patches of two real cadastres: they balance parcel by parcel, and legal areas that disagree are told, never overwritten."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.registration.resource_patches import Options, resource_patches
from shanshui.plugin.core.table import Table


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


def run(packs, unit_layer, ownership, cover, **options):
    return resource_patches(unit_layer, ownership, cover, packs["registration"], packs["survey"], Options(**options))


def real_layer(path, name, crs):
    pyogrio = pytest.importorskip("pyogrio")
    frame = pyogrio.read_dataframe(path, layer=name)
    return Table(pd.DataFrame(frame.drop(columns="geometry")), shapely.force_2d(frame.geometry.to_numpy()), crs, name)


@pytest.mark.real
@pytest.mark.parametrize("dissolve", [False, True])
def test_a_real_survey_balances_parcel_by_parcel(packs, real_data, dissolve):
    """ch_av_solothurn 254900: 34 parcels and 125 land-cover patches tile the same ground; classes stand for its kinds of cover."""
    path = real_data / "ch_av_solothurn" / "ch_av_254900.gpkg"
    parcels, cover = real_layer(path, "liegenschaft", "EPSG:2056"), real_layer(path, "boflaeche", "EPSG:2056")
    listed = parcels.with_columns(ZRZYDJDYH=parcels.text("nummer"))
    owned = parcels.with_columns(QSXZ="30", QSDWDM=parcels.text("nummer"), QSDWMC=parcels.text("egrid"))
    classes = dict(zip(sorted(cover["art"].unique()), ["0101", "0301", "1106", "0401", "1101", "1206", "0601"] * 4))
    cover = cover.with_columns(BSM=cover.text("tid"), DLBM=cover["art"].map(classes))
    result = run(packs, listed, owned, cover, dissolve=dissolve, control="flaechenmass")
    planar = pd.Series(shapely.area(result.patches.shapes)).groupby(result.patches["ZRZYDJDYH"].to_numpy()).sum()
    own = dict(zip(listed["ZRZYDJDYH"], shapely.area(listed.shapes)))
    assert len(own) == 34 and set(planar.index) == set(own)
    assert max(abs(planar[name] - area) for name, area in own.items()) < 1e-4
    assert not len(result.rejected) and (result.summary["WQDMJ"] == 0).all()
    assert len(cover) == 125 and (dissolve or set(result.patches["GLTBBSM"]) == set(cover["BSM"]))
    stated = dict(zip(listed["ZRZYDJDYH"], listed["flaechenmass"]))
    missed = {one.row for one in result.findings if one.code == "patches.control_differs"}
    assert {one.code for one in result.findings} <= {"patches.control_differs"}
    for row in result.summary.rows.itertuples():
        wanted = row.JSMJ if row.ZRZYDJDYH in missed else stated[row.ZRZYDJDYH]
        assert pytest.approx(wanted, abs=1e-6) == row.DJDYZMJ


@pytest.mark.real
def test_legal_areas_that_disagree_are_reported_not_overwritten(packs, real_data):
    """fr_cadastre_edigeo 13029: 143 of 389 parcels have a legal area more than 5 % from their geometry."""
    parcels = real_layer(real_data / "fr_cadastre_edigeo" / "fr_13029.gpkg", "PARCELLE_id", "EPSG:2154")
    listed = parcels.with_columns(ZRZYDJDYH=parcels.text("OBJECT_RID"), SUPF=pd.to_numeric(parcels["SUPF"]))
    everywhere = shapely.box(*shapely.total_bounds(parcels.shapes))
    owned = Table(pd.DataFrame({"QSXZ": ["30"], "QSDWDM": ["1"]}), np.array([everywhere]), "EPSG:2154", "SYQ")
    cover = Table(pd.DataFrame({"BSM": ["1"], "DLBM": ["0101"]}), np.array([everywhere]), "EPSG:2154", "DLTB")
    result = run(packs, listed, owned, cover, control="SUPF")
    planar, legal = shapely.area(parcels.shapes), listed["SUPF"].to_numpy(dtype=float)
    apart = set(listed["ZRZYDJDYH"][np.abs(legal - planar) > 0.05 * legal])
    assert len(apart) == 143
    reported = {one.row: one.facts for one in result.findings if one.code == "patches.control_differs"}
    unusable = {one.row for one in result.findings if one.code == "patches.no_control"}
    assert apart.issubset(set(reported) | unusable)
    rows = result.summary.rows.set_index("ZRZYDJDYH")
    for name in apart & set(reported):
        assert rows.at[name, "DJDYZMJ"] == rows.at[name, "JSMJ"]
    assert dict(zip(rows.index, rows["DJMJ"].fillna(-1))) == dict(zip(listed["ZRZYDJDYH"], pd.Series(legal).fillna(-1)))
