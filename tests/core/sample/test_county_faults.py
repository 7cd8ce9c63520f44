"""The whole county: its clean layers hold no fault that the checks know, and with faults each is found where the key says."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.sample import county

LEAST = 200.0  # m², the smallest patch of construction land; slivers lie below it
# consequences: a patch that a bow-tie or a missing vertex disfigures is no other fault
SHAPES = ("ring_crosses", "geometry_twice", "overlap", "sliver", "small_patch", "short_edge", "near_vertex", "vertex_missing", "multipart")
EXTRA = {"key_twice", "edge_mismatch", "coast_no_class", "ownership_overlap_wide", "ownership_overlap_narrow", "ownership_gap", "gap"}


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


@pytest.fixture(scope="module")
def clean(packs):
    return county.made(600, 1, False, packs=packs)


@pytest.fixture(scope="module")
def faulty(packs):
    return county.made(600, 1, True, packs=packs)


def paired(names):
    return {"|".join(sorted(one.split("|"))) for one in names}


def keys(faulty, code):
    return paired(faulty.key.rows.loc[faulty.key["CODE"] == code, "FEATURE"])


def test_without_faults_there_are_none(clean, packs, checks):
    assert clean.key is None
    for name in ("DLTB", "DLTB_T1"):
        found = {code: some for code, some in checks.geometry(clean.tables[name], LEAST).items() if len(some)}
        assert not found, (name, found)
        found = {code: some for code, some in checks.rows(clean.tables[name], packs).items() if some}
        assert not found, (name, found)
    shapes = checks.geometry(clean.tables["SYQ"], 0.0)
    assert not shapes["overlap"] and not shapes["gap"] and not shapes["ring_crosses"]
    assert clean.tables["HAX"]["HAXLX"].notna().all()


def test_fields_that_must_be_filled_are_filled_on_every_page(clean):
    paged = {name: table for name, table in clean.tables.items() if table.layer is not None}
    assert len(paged) > 30
    for name, table in paged.items():
        for one in table.layer.fields:
            column = table.rows[one.name]
            assert one.presence != "M" or (column.notna().all() and (column.astype(str).str.strip() != "").all()), f"{name}.{one.name}"
            if one.type == "text" and one.length:
                assert (column.dropna().astype(str).str.len() <= one.length).all(), f"{name}.{one.name}"
        assert not table.layer.key or table.rows[table.layer.key].is_unique, name


def test_every_code_is_planted(faulty, packs):
    assert Counter(faulty.key["CODE"]) == dict.fromkeys(packs["sample"].codes["FAULT"], 1)


def test_faults_of_shape_are_found_and_nothing_else(faulty, checks):
    found = checks.geometry(faulty.tables["DLTB"], LEAST)
    for code in SHAPES:
        named = {one for key in keys(faulty, code) for one in key.split("|")}
        got = {one for key in paired(found[code]) for one in key.split("|")}
        assert got and got <= named, code
    assert len(found["gap"]) == 1


def test_faults_of_attributes_are_found_and_nothing_else(faulty, packs, checks):
    found = checks.rows(faulty.tables["DLTB"], packs)
    for code, some in found.items():
        if code not in EXTRA:
            assert some == keys(faulty, code), code
    assert len(found["key_twice"]) == 1


def test_ownership_and_coast(faulty, clean, checks):
    found = checks.geometry(faulty.tables["SYQ"], 0.0)
    width = {name: 2.0 * piece.area / piece.length for name, piece in found["overlap"].items()}
    assert paired(name for name, wide in width.items() if wide >= 0.2) == keys(faulty, "ownership_overlap_wide")
    assert paired(name for name, wide in width.items() if wide < 0.2) == keys(faulty, "ownership_overlap_narrow")
    before, after = (shapely.union_all(one.tables["SYQ"].shapes) for one in (clean, faulty))
    lost = shapely.difference(before, after)
    assert lost.area > 10.0 and lost.area == pytest.approx(faulty.key.rows.set_index("CODE").loc["ownership_gap", "AREA"], rel=1e-3)
    coast = faulty.tables["HAX"].rows
    assert set(coast.loc[coast["HAXLX"].isna(), "BSM"]) == keys(faulty, "coast_no_class")


def test_the_red_line_beyond_the_border_was_cut_back(faulty, clean):
    row = faulty.key.rows.set_index("CODE").loc["edge_mismatch"]
    lost = shapely.difference(shapely.union_all(clean.tables["STBHHX_LX"].shapes), shapely.union_all(faulty.tables["STBHHX_LX"].shapes))
    assert lost.area == pytest.approx(row["AREA"], rel=1e-3) and lost.distance(shapely.Point(row["X"], row["Y"])) < 1.0


def test_only_layers_with_faults_differ(faulty, clean):
    changed = {name for name, table in clean.tables.items() if table.geometry is not None and not same(table, faulty.tables[name])}
    assert changed == {"DLTB", "SYQ", "STBHHX_LX"} and set(faulty.key["LAYER"]) == changed | {"HAX"}


def same(one, other):
    return len(one) == len(other) and bool(np.all([a.wkb == b.wkb for a, b in zip(one.shapes, other.shapes)]))
