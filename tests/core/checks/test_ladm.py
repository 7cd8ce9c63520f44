"""Labelled cases of a cadastral project: the counts that its own tests state (SOURCES.md, co_ladm) are those that the rules find."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.core.checks.case import Checked

pytestmark = pytest.mark.real


@pytest.fixture
def layer(real_data):
    geopandas = pytest.importorskip("geopandas")

    def read(file, name):
        return geopandas.read_file(real_data / "co_ladm" / f"{file}.gpkg", layer=name, fid_as_index=True)

    return read


@pytest.fixture
def look(bench):
    def found(check, shapes, other=None, crs="EPSG:3116", **parameters):
        tables = [("ONE", shapes), ("OTHER", other)][: 1 if other is None else 2]
        layers = [Checked(bench.table(name, list(some), crs, A=list(range(len(some))))) for name, some in tables]
        asked = bench.made(check, "ONE", "" if other is None else "OTHER", other="OTHER", **parameters)
        return bench.findings(layers, asked, tolerance=0.0)

    return found


def rows(found):
    """Places (from 0) of all rows that findings name."""
    return {int(name[1:]) - 1 for one in found for name in (one.row, one.facts.get("other", "")) if name}


def test_eighteen_polygons_overlap(layer, look):
    """The source counts parts of multipolygons as features of their own."""
    parts = shapely.get_parts(layer("geometry_utils", "overlapping_polygons").geometry.to_numpy())
    found = look("overlap", parts)
    assert len(parts) == 68 and len(found) == 13 and len(rows(found)) == 18
    one, other = shapely.STRtree(parts).query(parts)
    pairs = {(int(a), int(b)) for a, b in zip(one, other) if a < b and parts[a].intersection(parts[b]).area > 0}
    assert {tuple(sorted(rows([one]))) for one in found} == pairs


def test_nineteen_ends_of_fifteen_lines_are_loose_and_none_of_the_clean_ones(layer, look):
    lines = layer("geometry_utils", "overlapping_lines")
    names = sorted(int(lines["t_id"].iloc[int(one.row[1:]) - 1]) for one in look("line_dangles", lines.geometry))
    assert len(lines) == 15 and names == [4, 4, 5, 6, 6, 7, 8, 10, 10, 13, 14, 325, 325, 334, 334, 335, 336, 336, 337]
    assert look("line_dangles", layer("quality_validations", "boundary").geometry) == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bad_boundary", [2, 3, 6, 7]),
        ("bbox_intersect_boundary", [39185, 39193, 39207, 39209, 39210, 39231, 39232, 48767, 48768]),
        ("good_boundary", []),
    ],
)
def test_boundaries_that_meet_one_other_alone(layer, look, name, told):
    lines = layer("quality_validations", name)
    assert sorted(int(lines["t_id"].iloc[row]) for row in rows(look("line_unsplit", lines.geometry))) == told


@pytest.mark.parametrize(
    ("without", "roads", "count"),
    [
        ((), True, 5), ((2,), True, 2), ((), False, 2), ((2,), False, 2), ((1, 2, 3), True, 0), ((1, 2, 3), False, 0), ((1, 3), True, 1),
        ((1, 3), False, 0),
    ],
)  # fmt: skip
def test_gaps_of_plots_closed_by_plots_or_by_their_hull(layer, look, without, roads, count):
    """The source's gaps: those that plots enclose; with roads, and where the plots form several blocks, all ground of their hull that is bare."""
    plots = layer("quality_validations", "check_gaps_in_plots").geometry
    shapes = plots[~plots.index.isin(without)].to_numpy()
    union = shapely.union_all(shapes)
    bounded = roads and len(shapely.get_parts(union)) > 1
    found = look("ground_bare", shapes, [union.convex_hull]) if bounded else look("gap", shapes)
    assert len(found) == count
    ground = union.convex_hull.difference(union) if bounded else shapely.union_all(
        [shapely.Polygon(ring) for part in shapely.get_parts(union) for ring in part.interiors]
    )  # fmt: skip
    assert sum(one.where.area for one in found) == pytest.approx(ground.area, abs=1e-6)


def test_six_rights_of_way_hold_eight_parts_in_three_of_several(layer, look):
    """Eight are the parts of the three that have several."""
    found = look("multipart", layer("quality_validations", "right_of_way").geometry)
    assert len(found) == 3 and sum(int(one.facts["was"]) for one in found) == 8


def test_rights_of_way_and_buildings_share_four_places_and_one_point_stands_twice(layer, look):
    ways, houses = (layer("quality_validations", name).geometry for name in ("servidumbre_transito", "construccion"))
    assert len(look("ground_shared", ways, houses)) == 4
    points = layer("geometry_utils", "overlapping_points").geometry
    assert len(points) == 286 and [(one.row, one.facts["other"]) for one in look("shape_twice", points)] == [("#286", "#285")]


def test_buildings_outside_their_plots(layer, look):
    """The source: building 5 lies apart; 2 lies in two plots and 6 in part outside; 1, 3 and 4 lie within one."""
    houses, plots = (layer("quality_validations", name).geometry for name in ("buildings", "plots"))
    outside = look("ground_outside", houses, plots, crs="EPSG:4326")
    assert {int(name) for name, shape in houses.items() if any(shape.intersection(one.where).area > 1e-15 for one in outside)} == {5, 6}
    found = {int(houses.index[int(one.row[1:]) - 1]): one.facts["value"] for one in look("not_within", houses, plots, crs="EPSG:4326")}
    assert set(found) == {2, 5, 6} and found[5] == "∅" != found[2]


def test_boundary_points_lie_on_their_boundaries(layer, look):
    points, lines = (layer("quality_validations", name).geometry for name in ("good_boundary_points", "good_boundary"))
    assert len(points) == 24 and look("point_off_line", points, lines) == []
    moved = shapely.transform(points.to_numpy(), lambda places: places + np.array([0.0, 0.5]))
    off = look("point_off_line", moved, lines)
    assert len(off) == int(np.sum(shapely.distance(moved, shapely.union_all(lines.to_numpy())) > 1e-6)) > 0
