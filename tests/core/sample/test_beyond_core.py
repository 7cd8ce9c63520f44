"""The layers beyond the core: clean, on their pages, consistent with the land survey and with each other, the same every time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import measure, schema
from shanshui.plugin.core.sample import beyond_core, redline
from shanshui.plugin.core.sample import faces as webs
from shanshui.plugin.core.sample import ground as grounds
from shanshui.plugin.core.table import Table

TILING = ("GHFQ", "HYKJ", "ZTGNFQ", "STBHHX", "CZKFBJ", "YJJBNTBHTB", "HY_T1", "ZH")


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


def land_of(ground, packs):
    """A bare land survey of the later year: shapes, classes, areas."""
    shapes = ground.polygons(ground.later.patch, len(ground.later.code))
    code = np.array([str(one) for one in ground.later.code], dtype=object)
    area = measure.areas(shapes, "EPSG:4528")
    page = packs["survey"].layer("DLTB")
    rows = schema.empty_rows(page).reindex(range(len(shapes)))
    grade = np.where([one.startswith("01") for one in code], "2", None)
    first = np.unique(ground.later.patch, return_index=True)[1][1:]
    rows = rows.assign(
        BSM=[f"999901DL01{at:08d}" for at in range(len(shapes))], DLBM=code, TBMJ=area, TBDLMJ=area, GDPDJB=grade, ZLDWDM="9999011010010000000",
        ZLDWMC="甲村", DLMC="甲", QSXZ="30", QSDWDM="9999011010010000000", TBBH=[f"{at:08d}" for at in range(len(shapes))],
        MSSM=np.where(ground.island[first] >= 0, "01", "00"),
    )  # fmt: skip
    return Table(rows, shapes, "EPSG:4528", "DLTB", page)


def towns_of(ground, packs):
    township = np.where(ground.kind1 == grounds.LAND, ground.scene.township_of[np.maximum(ground.village1, 0)], -1)
    shapes, mark = webs.as_polygons(webs.faces_of(ground), township)
    joined = np.array([shapely.union_all(shapes[mark == at]) for at in range(5)], dtype=object)
    page = packs["survey"].layer("XZQ")
    rows = schema.empty_rows(page).reindex(range(5)).assign(XZQDM=[f"99990110{at}" for at in range(5)], XZQMC=[f"{at}镇" for at in range(5)])
    return Table(rows, joined, "EPSG:4528", "XZQ", page)


def made_of(seed, packs, patches=600):
    ground = grounds.make(seed, patches)
    land = land_of(ground, packs)
    faces = webs.faces_of(ground)
    years = (2019, 2024, 2035)
    made = beyond_core.further_layers(
        faces, ground.island, ground.regions, land, towns_of(ground, packs), ground.scene, packs, ground.filled, years
    )
    return {**made, "DLTB": land}


@pytest.fixture(scope="module")
def made(packs):
    return made_of(1, packs)


def known(made, kind):
    return made["KNOWN"].rows[made["KNOWN"]["KIND"] == kind]


def within(one, other):
    return shapely.difference(one, other).area < 1e-6


def test_every_layer_of_the_pack_is_made_and_stands_on_its_page(made, packs):
    assert set(packs["sample"].layers) - {"FAULTS"} | {"YJJBNTBHTB", "DLTB"} == set(made)
    for name, table in made.items():
        page = packs["survey" if name in ("DLTB", "YJJBNTBHTB") else "sample"].layer(name)
        assert table.fields == page.names and len(table), name
        kind = {"polygon": {"Polygon", "MultiPolygon"}, "line": {"LineString"}, "point": {"Point"}, "none": set()}[page.geometry]
        assert {one.geom_type for one in (table.geometry if table.geometry is not None else [])} <= kind, name
        assert (table.geometry is None) == (page.geometry == "none") and (table.crs == "EPSG:4528" or table.geometry is None)


def test_fields_hold_what_their_page_allows(made, packs):
    for name in sorted(set(made) - {"DLTB", "YJJBNTBHTB"}):
        rows = made[name].rows
        for one in packs["sample"].layer(name).fields:
            column = rows[one.name]
            where = f"{name}.{one.name}"
            assert one.presence != "M" or (column.notna().all() and (column.astype(str) != "").all()), where
            filled = column.dropna()
            if one.domain:
                assert set(filled) <= set(packs["sample"].codes[one.domain]), where
            if one.type == "text":
                assert filled.map(lambda text: isinstance(text, str)).all() and (filled.str.len() <= (one.length or 10**6)).all(), where
            if one.pattern:
                assert filled.str.fullmatch(one.pattern).all(), where
            if one.minimum is not None:
                assert (filled.astype(float) >= one.minimum).all(), where
            if one.type == "real" and one.decimals is not None:
                assert np.allclose(filled * 10**one.decimals, (filled * 10**one.decimals).round(), atol=1e-3), where
        key = packs["sample"].layer(name).key
        assert not key or rows[key].is_unique, name


def test_shapes_are_valid_and_do_not_overlap(made):
    for name, table in made.items():
        if table.geometry is not None:
            assert shapely.is_valid(table.shapes).all() and not shapely.is_empty(table.shapes).any(), name
    for name in TILING:
        shapes = made[name].shapes
        assert shapely.coverage_is_valid(shapely.get_parts(shapes)) or name == "ZH", name
        assert shapely.area(shapes).sum() == pytest.approx(shapely.union_all(shapes).area, rel=1e-9), name


def test_plan_zones_and_planned_use_tile_the_county(made):
    county = shapely.union_all([*made["DLTB"].shapes, *made["HY_T1"].shapes])
    for name in ("GHFQ", "GHYDYH"):
        assert shapely.area(made[name].shapes).sum() == pytest.approx(county.area, rel=1e-9), name
        assert shapely.union_all(made[name].shapes).symmetric_difference(county).area < 1.0, name
    assert shapely.union_all(made["HYKJ"].shapes).symmetric_difference(shapely.union_all(made["HY_T1"].shapes)).area < 1e-3


def test_the_coast_is_the_edge_of_the_land_survey_to_the_bit(made):
    held = set(map(tuple, shapely.get_coordinates(made["DLTB"].shapes)))
    assert set(map(tuple, shapely.get_coordinates(made["HAX_T1"].shapes))) <= held
    edge = shapely.union_all(made["DLTB"].shapes).boundary
    coast = shapely.line_merge(shapely.union_all(made["HAX_T1"].shapes))
    assert shapely.difference(coast, edge).length == 0.0
    sea = shapely.union_all(made["HY_T1"].shapes)
    assert shapely.intersection(edge, sea.boundary).length == pytest.approx(shapely.length(made["HAX_T1"].shapes).sum(), rel=1e-9)


def test_the_two_years_differ_by_the_fills_and_the_restored_stretches(made):
    filled = shapely.difference(shapely.union_all(made["HY"].shapes), shapely.union_all(made["HY_T1"].shapes))
    works = made["XM"].take(made["XM"]["XMLX"].isin(["07", "08"]).to_numpy(dtype=bool))
    assert filled.area > 0 and shapely.union_all(works.shapes).symmetric_difference(filled).area < 1e-3
    later, earlier = made["HAX_T1"], shapely.union_all(made["HAX"].shapes)
    fresh = (later["BHQK"] == "1").to_numpy(dtype=bool)
    old = shapely.length(shapely.difference(later.shapes, earlier))
    assert fresh.any() and (old[~fresh] == 0).all() and np.allclose(old[fresh], shapely.length(later.shapes[fresh]))
    assert set(later["HAXLX"][fresh]) <= {"21", "22"}
    back = later.take((later["BHQK"] == "2").to_numpy(dtype=bool))
    assert set(back["HAXLX"]) == {"31"} and set(back["XFRK"]) <= {"0", "1"} and len(back)
    before = made["HAX"].take((made["HAX"]["HAXLX"] == "22").to_numpy(dtype=bool))
    assert shapely.difference(shapely.union_all(back.shapes), shapely.union_all(before.shapes)).length == 0.0
    assert "31" not in set(made["HAX"]["HAXLX"]) and made["HAX"]["XFRK"].isna().all()


def test_lengths_and_areas_are_those_of_the_ellipsoid(made):
    for name, field in (("HAX_T1", "HAXCD"), ("HHAX", "CD")):
        assert np.allclose(made[name][field], measure.lengths(made[name].shapes, "EPSG:4528"), atol=0.006)
    for name in ("GHFQ", "STBHHX", "STBHHX_LX", "ZRBHD", "HD", "HY_T1"):
        assert np.allclose(made[name]["MJ"], measure.areas(made[name].shapes, "EPSG:4528"), atol=0.006), name


def test_the_three_lines_meet_in_the_known_conflicts_alone(made):
    pairs = {"farmland_urban": ("YJJBNTBHTB", "CZKFBJ"), "redline_farmland": ("STBHHX", "YJJBNTBHTB"), "redline_urban": ("STBHHX", "CZKFBJ")}
    for kind, (first, second) in pairs.items():
        common = shapely.intersection(shapely.union_all(made[first].shapes), shapely.union_all(made[second].shapes))
        expected = known(made, kind)
        parts = [one for one in shapely.get_parts(common) if one.area > 1e-3]
        assert len(parts) == len(expected), kind
        for part, (_, row) in zip(parts, expected.iterrows()):
            assert part.area == pytest.approx(row["AREA"], rel=2e-3) and part.distance(shapely.Point(row["X"], row["Y"])) < 0.01
    assert len(made["KNOWN"].rows) > 10


def test_control_lines_and_their_zones_agree_outside_the_conflicts(made):
    codes = made["GHFQ"]["GHFQDM"].to_numpy(dtype=object)
    zone = {code: shapely.union_all(made["GHFQ"].shapes[codes == code]) for code in set(codes)}
    conflicts = made["KNOWN"].rows["AREA"][made["KNOWN"]["KIND"].isin(["farmland_urban", "redline_farmland", "redline_urban"])].sum()
    assert zone["100"].symmetric_difference(shapely.union_all(made["STBHHX"].shapes)).area < 1e-3
    assert shapely.difference(shapely.union_all(made["YJJBNTBHTB"].shapes), zone["300"]).area <= conflicts * 1.01 + 1e-3
    town = shapely.union_all([zone[code] for code in ("410", "420", "430") if code in zone])
    assert town.symmetric_difference(shapely.union_all(made["CZKFBJ"].shapes)).area <= conflicts * 1.01 + 1e-3


def test_permanent_farmland_is_farmland_and_most_of_it(made):
    land, permanent = made["DLTB"].rows, made["YJJBNTBHTB"].rows
    assert permanent["DLBM"].str.startswith("01").all()
    share = permanent["YJJBNTTBMJ"].sum() / land.loc[land["DLBM"].str.startswith("01"), "TBMJ"].sum()
    assert 0.6 < share < 0.97


def test_the_neighbour_meets_the_red_line_once_its_offset_is_taken_back(made):
    east, north = redline.OFFSET
    back = shapely.transform(made["STBHHX_LX"].shapes, lambda places: places - np.array([east, north]))
    ours = shapely.union_all(made["STBHHX"].shapes)
    for shape in back:
        assert shapely.intersection(shape, ours).area < 1e-3
        assert shapely.intersection(shape.boundary, ours.boundary.buffer(1e-6)).length > 50.0
    assert np.allclose(known(made, "edge_offset")["LENGTH"], np.hypot(east, north))


def test_sea_parcels_lie_at_sea_and_each_has_its_permit(made):
    before, now = (shapely.union_all(made[name].shapes) for name in ("HY", "HY_T1"))
    fill = (made["ZH"]["YHFS"] == "11").to_numpy(dtype=bool)
    assert all(within(one, before) for one in made["ZH"].shapes) and all(within(one, now) for one in made["ZH"].shapes[~fill])
    assert fill.any() and set(made["HYSYQ"]["ZHDM"]) == set(made["ZH"]["ZHDM"]) and (made["HYSYQ"]["QSRQ"] < made["HYSYQ"]["ZZRQ"]).all()
    assert len(set(made["ZH"]["YHLXB"])) >= 4


def test_fills_without_and_beyond_their_permit_are_known(made):
    granted = shapely.union_all(made["HYSYQ"].shapes[(made["HYSYQ"]["YHFS"] == "11").to_numpy(dtype=bool)])
    works = made["XM"].take(made["XM"]["XMLX"].isin(["07", "08"]).to_numpy(dtype=bool))
    share = shapely.area(shapely.intersection(works.shapes, granted)) / shapely.area(works.shapes)
    names = works["BSM"].to_numpy(dtype=object)
    assert set(names[share < 1e-6]) == set(known(made, "permit_missing")["FEATURE"])
    assert set(names[(share > 1e-6) & (share < 1 - 1e-6)]) == set(known(made, "permit_exceeded")["FEATURE"]) != set()


def test_buildings_stand_on_land_apart_from_each_other(made):
    land = shapely.union_all(made["DLTB"].shapes)
    assert shapely.covers(land, made["JZW"].shapes).all()
    one, other = shapely.STRtree(made["JZW"].shapes).query(made["JZW"].shapes, predicate="intersects")
    assert (one == other).all()
    assert not shapely.intersects(shapely.union_all(made["HD"].shapes), made["JZW"].shapes).any()
    assert (made["JZW"]["JZMJ"] >= made["JZW"]["ZDMJ"] - 0.006).all()
    filled = shapely.difference(shapely.union_all(made["HY"].shapes), shapely.union_all(made["HY_T1"].shapes)).buffer(-1.0)
    assert (made["JZW"]["JGNF"][shapely.intersects(filled, made["JZW"].shapes)] >= 2022).all() and (made["JZW"]["JGNF"] < 2024).all()


def test_buildings_inside_the_setback_are_known(made):
    mainland = (made["HAX_T1"]["DLHD"] == "00").to_numpy(dtype=bool)
    zone = shapely.union_all([one.buffer(reach) for one, reach in zip(made["HAX_T1"].shapes[mainland], made["HAX_T1"]["TSJL"][mainland])])
    inside = set(made["JZW"]["BSM"][shapely.intersects(zone, made["JZW"].shapes)])
    named = set(known(made, "building_setback")["FEATURE"])
    assert named and len(inside ^ named) <= 0.02 * len(named) and inside <= named  # a buffer's arc lies inside the circle


def test_rights_lie_where_they_can(made):
    code = made["DLTB"]["DLBM"].to_numpy(dtype=object)
    wet = shapely.union_all(made["DLTB"].shapes[np.isin(code, ["1101", "1102", "1103"])])
    assert shapely.covers(wet, made["QSQ"].shapes).all()
    land, red = shapely.union_all(made["DLTB"].shapes), shapely.union_all(made["STBHHX"].shapes)
    inside = made["KYQ"]["BSM"][shapely.intersects(red, made["KYQ"].shapes)]
    assert list(inside) == list(known(made, "mine_redline")["FEATURE"])
    assert shapely.covers(land.convex_hull, made["KYQ"].shapes).all() and shapely.covers(land, made["PWQ"].shapes).all()


def test_indicators_are_what_the_layers_hold(made):
    table = made["GHZB"].rows.set_index("ZBDM")
    assert table.loc["1", "JQZ"] == pytest.approx(made["STBHHX"]["MJ"].sum() / 1e6, abs=1e-4)
    farm = made["DLTB"].rows
    assert table.loc["4", "JQZ"] == pytest.approx(farm.loc[farm["DLBM"].isin(["0101", "0102", "0103"]), "TBDLMJ"].sum() / 1e6, abs=1e-4)
    coast = made["HAX_T1"].rows[made["HAX_T1"]["DLHD"] == "00"]
    natural = coast["HAXLX"].isin(["11", "12", "13", "14"]) | ((coast["HAXLX"] == "31") & (coast["XFRK"] == "1"))
    assert table.loc["10", "JQZ"] == pytest.approx(100 * coast.loc[natural, "HAXCD"].sum() / coast["HAXCD"].sum(), abs=1e-3)
    assert 10 < table.loc["10", "JQZ"] < 90


def test_the_same_seed_makes_the_same_county(made, packs):
    again = made_of(1, packs)
    for name, table in made.items():
        pd.testing.assert_frame_equal(table.rows, again[name].rows)
        assert table.geometry is None or [one.wkb for one in table.shapes] == [one.wkb for one in again[name].shapes], name


@pytest.mark.parametrize("seed", [2, 7])
def test_other_seeds_make_other_clean_counties(made, packs, seed):
    other = made_of(seed, packs)
    assert set(other) == set(made) and all(len(table) for name, table in other.items())
    for name in TILING:
        assert shapely.is_valid(other[name].shapes).all(), name
        assert shapely.area(other[name].shapes).sum() == pytest.approx(shapely.union_all(other[name].shapes).area, rel=1e-9), name
    assert shapely.union_all(other["HAX_T1"].shapes).length != shapely.union_all(made["HAX_T1"].shapes).length
