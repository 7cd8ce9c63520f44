"""Every planted fault is found again by a simple check of its own, at its place and nowhere else; without faults none is found."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import measure, schema
from shanshui.plugin.core.sample import assemble, faults, fractal, lattice
from shanshui.plugin.core.table import Table

CLASSES = ("0101", "0103", "0301", "0302", "0404", "0601", "0702", "1006", "1104", "0305")
ORIGIN = np.array([40_512_000.0, 3_302_000.0])


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


def coverage(spacing, seed):
    """A clean coverage of about 2.4 × 2.0 km whose borders are fractal and shared to the bit."""
    mesh = lattice.honeycomb(2400.0, 2000.0, spacing, np.random.default_rng(seed))
    ends = mesh.nodes[mesh.edges] + ORIGIN
    arcs = fractal.draw(ends[:, 0], ends[:, 1], lattice.slack(mesh), np.full(len(ends), 0.8), seed + 1)
    labels = np.full(mesh.count, -1)
    labels[~mesh.frame] = np.arange((~mesh.frame).sum())
    web = assemble.Web(mesh.edges, mesh.sides, arcs, mesh.count, len(mesh.nodes))
    return assemble.polygons(web, labels, int((~mesh.frame).sum()))


def land(packs, shapes):
    """DLTB rows that break no rule, one class after another."""
    page = packs["survey"].layer("DLTB")
    names = packs["survey"].codes["DLBM"]
    count = len(shapes)
    code = np.array([CLASSES[at % len(CLASSES)] for at in range(count)])
    area = measure.areas(shapes, "EPSG:4528")
    rows = schema.empty_rows(page).reindex(range(count))
    grade = np.where(code == "0103", "3", np.where(code == "0101", "1", None))
    ridges = np.where(code == "0103", 0.076, np.nan)
    taken = np.array([float(f"{a * r:.2f}") if r == r else np.nan for a, r in zip(area, ridges)])
    rows = rows.assign(
        BSM=[f"9999010010{at:08d}" for at in range(1, count + 1)], YSDM=page.ysdm, TBBH=[f"{at:08d}" for at in range(1, count + 1)],
        DLBM=code, DLMC=[names[one].name_zh for one in code], QSXZ=np.where(code == "1104", "20", "30"),
        QSDWDM=np.where(code == "1104", "9999010000000000000", "9999011012010000000"), QSDWMC=np.where(code == "1104", "青岚县", "甲村"),
        ZLDWDM="9999011012010000000", ZLDWMC="甲村", TBMJ=area, KCDLBM=np.where(code == "0103", "1203", None), KCXS=ridges, KCMJ=taken,
        TBDLMJ=area - np.nan_to_num(taken), GDPDJB=grade, GDLX=np.where(code == "0103", "PD", None), ZZSXDM=np.where(pd.notna(grade), "LS", None),
        ZZSXMC=np.where(pd.notna(grade), "种植粮食作物", None), XZDWKD=np.where(code == "1006", 5.0, np.nan),
        CZCSXM=np.where(code == "0702", "203", np.where(code == "0601", "201A", None)), SJNF=2024, MSSM="00",
    )  # fmt: skip
    return Table(rows, shapes, "EPSG:4528", "DLTB", page)


@pytest.fixture(scope="module")
def base(packs):
    ground = land(packs, coverage(95.0, 5))
    page = packs["registration"].layer("SYQ")
    parcels = coverage(240.0, 9)
    owned = schema.empty_rows(page).reindex(range(len(parcels)))
    owned = owned.assign(BSM=[f"9999010020{at:08d}" for at in range(len(parcels))], QSXZ="30", MJ=measure.areas(parcels, "EPSG:4528"))
    page = packs["sample"].layer("HAX")
    lines = [shapely.LineString(ORIGIN + np.array([[-500.0 * at, -900.0], [-500.0 * at - 400.0, -900.0]])) for at in range(6)]
    coast = schema.empty_rows(page).reindex(range(6)).assign(BSM=[f"9999010030{at:08d}" for at in range(6)], HAXLX="11", HAXLXMC="基岩岸线")
    red, beyond = red_lines(packs)
    return {
        "DLTB": ground,
        "SYQ": Table(owned, parcels, "EPSG:4528", "SYQ", packs["registration"].layer("SYQ")),
        "HAX": Table(coast, np.array(lines, dtype=object), "EPSG:4528", "HAX", page),
        "STBHHX": red,
        "STBHHX_LX": beyond,
    }


def red_lines(packs):
    """Three red-line patches on this side of a straight county edge and three that meet them to the bit."""
    found = []
    for name, low, high, code in (("STBHHX", -700.0, 0.0, 40), ("STBHHX_LX", 0.0, 600.0, 50)):
        page = packs["sample"].layer(name)
        x, y = ORIGIN + 5000.0
        boxes = [shapely.box(x + low, y + 1000.0 * at, x + high, y + 1000.0 * at + 500.0) for at in range(3)]
        rows = schema.empty_rows(page).reindex(range(3)).assign(BSM=[f"99990100{code}{at:08d}" for at in range(3)], MJ=[one.area for one in boxes])
        found.append(Table(rows, np.array(boxes, dtype=object), "EPSG:4528", name, page))
    return found


@pytest.fixture(scope="module")
def faulty(base, packs):
    return faults.plant(base, packs, 7)


def keys(planted, code):
    return set(planted.key.rows.loc[planted.key["CODE"] == code, "FEATURE"])


def places(planted, code):
    return shapely.points(planted.key.rows.loc[planted.key["CODE"] == code, ["X", "Y"]].to_numpy(dtype=float))


# --- the tests --------------------------------------------------------------------------------------------------------------------------


def test_every_code_of_the_pack_is_planted_once(faulty, packs):
    assert Counter(faulty.key["CODE"]) == dict.fromkeys(packs["sample"].codes["FAULT"], 1)
    assert faulty.key["FAULT"].is_unique and faulty.key.layer.names == faulty.key.fields


def test_the_clean_layers_hold_none(base, packs, checks):
    shapes = checks.geometry(base["DLTB"], 200.0)
    assert not [code for code, some in shapes.items() if len(some)]
    assert not [code for code, some in checks.rows(base["DLTB"], packs).items() if some]


def test_planting_leaves_what_was_given_alone(base, packs):
    before = base["DLTB"].rows.copy(), [one.wkb for one in base["DLTB"].shapes]
    again = faults.plant(base, packs, 7)
    assert before[0].equals(base["DLTB"].rows) and before[1] == [one.wkb for one in base["DLTB"].shapes]
    assert again.key.rows.equals(faults.plant(base, packs, 7).key.rows)
    assert not again.key.rows.equals(faults.plant(base, packs, 8).key.rows)


@pytest.mark.parametrize("code", ["ring_crosses", "geometry_twice", "overlap", "sliver", "small_patch"])
def test_faults_of_one_feature_or_pair_are_found_where_the_key_says(faulty, code, checks):
    found = checks.geometry(faulty.tables["DLTB"], 200.0)[code]
    assert found and {"|".join(sorted(one.split("|"))) for one in found} == {"|".join(sorted(one.split("|"))) for one in keys(faulty, code)}


@pytest.mark.parametrize("code", ["short_edge", "near_vertex", "vertex_missing", "multipart"])
def test_faults_of_vertices_and_parts_are_found_where_the_key_says(faulty, code, checks):
    found = checks.geometry(faulty.tables["DLTB"], 200.0)[code]
    named = {one for key in keys(faulty, code) for one in key.split("|")}
    assert found and found <= named and (found == named or code == "multipart")


def test_gaps_lie_where_the_key_says(faulty, checks):
    found = checks.geometry(faulty.tables["DLTB"], 200.0)["gap"]
    assert len(found) == len(places(faulty, "gap")) == 1 and found[0].covers(places(faulty, "gap")[0])


ROW_CODES = [
    "value_missing", "value_unknown", "name_differs", "text_long", "area_wrong", "deduction_wrong", "blank_behind", "old_code", "nature_differs",
    "planting_farmland", "slope_missing", "terrace_missing", "planting_forest", "planting_grass", "farmland_fields", "road_wide",
    "industry_refined", "settlement_differs",
]  # fmt: skip


@pytest.mark.parametrize("code", ROW_CODES)
def test_faults_of_attributes_are_found_in_their_rows_alone(faulty, packs, code, checks):
    assert checks.rows(faulty.tables["DLTB"], packs)[code] == keys(faulty, code)


def test_a_key_that_stands_twice_is_found(faulty, packs, checks):
    assert checks.rows(faulty.tables["DLTB"], packs)["key_twice"] == set(faulty.key.rows.loc[faulty.key["CODE"] == "key_twice", "NOW"])


def test_ownership_overlaps_wide_and_narrow_and_the_gap(faulty, base, checks):
    assert not checks.geometry(base["SYQ"], 0.0)["overlap"]
    found = checks.geometry(faulty.tables["SYQ"], 0.0)
    width = {name: 2.0 * piece.area / piece.length for name, piece in found["overlap"].items()}
    named = {"|".join(sorted(one.split("|"))): w for one, w in width.items()}
    wide, narrow = ({"|".join(sorted(one.split("|"))) for one in keys(faulty, f"ownership_overlap_{code}")} for code in ("wide", "narrow"))
    assert {name for name, w in named.items() if w >= 0.2} == wide and {name for name, w in named.items() if w < 0.2} == narrow
    assert len(found["gap"]) == 1 and found["gap"][0].covers(places(faulty, "ownership_gap")[0])


def test_the_coast_piece_without_class_and_the_red_line_that_is_not_met(faulty, base):
    coast = faulty.tables["HAX"].rows
    assert set(coast.loc[coast["HAXLX"].isna(), "BSM"]) == keys(faulty, "coast_no_class")

    def unmet(tables):
        red, beyond = (shapely.union_all(tables[name].shapes) for name in ("STBHHX", "STBHHX_LX"))
        edge = shapely.LineString(ORIGIN + 5000.0 + np.array([[0.0, -10.0], [0.0, 3000.0]]))
        return shapely.get_parts(edge.intersection(red).difference(beyond))

    assert not len(unmet(base)) or sum(one.length for one in unmet(base)) == 0
    lost = unmet(faulty.tables)
    assert len(lost) == 1 and lost[0].length == pytest.approx(40.0, abs=0.5) and lost[0].distance(places(faulty, "edge_mismatch")[0]) < 6.0


def test_faults_lie_apart(faulty):
    key = faulty.key.rows[faulty.key["LAYER"] == "DLTB"]
    points = shapely.points(key[["X", "Y"]].to_numpy(dtype=float))
    nearest = [min(one.distance(other) for other in points if other is not one) for one in points]
    assert min(nearest) > 60.0
