"""What a layer must be before its rows are looked at."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.core.checks import rule
from shanshui.plugin.core.checks.case import Checked


@pytest.fixture(scope="module")
def rules(packs):
    return {one.code: one for one in rule.rules_of(packs.values())}


def test_empty_layers_and_layers_without_a_crs(packs, bench, rules):
    empty = bench.checked(packs["survey"], bench.table("XZQ", [], BSM=[]))
    bare = bench.checked(packs["survey"], bench.table("DLTB", 1, crs=None, BSM=["1"]))
    plain = Checked(bench.table("y", None, A=[1]))
    found = bench.findings([empty, bare, plain], rules["SX0101"], rules["SX0201"])
    assert [(one.code, one.layer) for one in found] == [("check.layer_empty", "XZQ"), ("check.crs_missing", "DLTB")]


@pytest.mark.parametrize(
    ("crs", "told"), [("EPSG:4490", False), ("EPSG:4528", False), ("EPSG:4326", True), ("EPSG:2364", True), ("EPSG:32650", True)]
)
def test_the_datum(bench, rules, crs, told):
    found = bench.findings([Checked(bench.table("A", [shapely.Point(120, 30)], crs=crs, BSM=["1"]))], rules["SX0202"])
    assert bool(found) is told
    if told:
        assert found[0].facts["should"] == "CGCS2000" and found[0].facts["was"]


def test_a_text_that_is_no_crs(bench, rules):
    found = bench.findings([Checked(bench.table("A", 1, crs="no such", BSM=["1"]))], rules["SX0202"])
    assert [(one.code, one.facts["was"]) for one in found] == [("check.crs_unknown", "no such")]


def test_layers_in_two_systems(bench, rules):
    layers = [Checked(bench.table(name, 1, crs=crs, BSM=["1"])) for name, crs in (("A", None), ("B", "EPSG:4528"), ("C", "EPSG:4490"))]
    found = bench.findings(layers, rules["SX0203"])
    assert [(one.layer, one.facts["beside"]) for one in found] == [("C", "B")]


def test_shapes_that_are_not_there_not_finite_or_of_another_kind(packs, bench, rules):
    bad = shapely.linestrings([[0.0, 0.0], [1.0, np.inf]])
    both = shapely.GeometryCollection([bench.square(0, 0), shapely.Point(0, 0)])
    shapes = [bench.square(0, 0), None, shapely.Polygon(), bad, shapely.Point(1, 1), both]
    layer = bench.checked(packs["survey"], bench.table("DLTB", shapes, BSM=list("abcdef")))
    found = bench.findings([layer], rules["SX0301"], rules["SX0302"], rules["SX0303"])
    assert [(one.row, one.facts.get("was")) for one in found if one.code == "check.geometry_missing"] == [("b", None), ("c", None)]
    assert [one.row for one in found if one.code == "check.geometry_not_finite"] == ["d"]
    kinds = [(one.row, one.facts["was"]) for one in found if one.code == "check.geometry_kind"]
    assert kinds == [("d", "line"), ("e", "point"), ("f", "collection")]


def test_a_table_where_a_layer_is_meant(packs, bench, rules):
    layer = bench.checked(packs["survey"], bench.table("DLTB", None, BSM=["1"]))
    assert [one.code for one in bench.findings([layer], rules["SX0301"])] == ["check.geometry_none"]


def test_rows_whose_shapes_had_arcs(packs, bench, rules):
    layer = Checked(bench.table("A", 2, BSM=["1", "2"]), curved=frozenset([1]))
    assert [one.row for one in bench.findings([layer], rules["SX0304"])] == ["2"]


def test_coordinates_that_contradict_the_zone(bench, rules):
    """40 512 000 in the CRS of zone 39 with prefix (EPSG:4527); the feature is named by its key."""
    found = bench.findings([Checked(bench.table("A", 2, crs="EPSG:4527", BSM=["7", "8"]))], rules["SX0204"])
    assert [(one.code, one.row, one.severity, one.facts["count"]) for one in found] == [("zone.prefix_differs", "7", "error", 2)]
