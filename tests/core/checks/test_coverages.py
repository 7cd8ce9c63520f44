"""Overlaps, gaps and missing vertices: by hand at each tolerance, and on real layers against what others find in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core.checks.case import Checked
from shanshui.plugin.core.coverage_faces import faces_of
from shanshui.plugin.core.table import Table

X, Y = 40_512_000.0, 3_302_000.0
CHECKS = ("overlap", "gap", "vertex_missing")


def poly(*points):
    return shapely.Polygon([(X + east, Y + north) for east, north in points])


def table(shapes, crs="EPSG:4528"):
    return Table(pd.DataFrame({"AT": np.arange(len(shapes))}), np.array([*shapes, None], dtype=object)[:-1], crs, "L")


def look(bench, shapes, tolerance, crs="EPSG:4528"):
    """Findings by check."""
    found = bench.findings([Checked(table(shapes, crs))], *(bench.made(name, code=name) for name in CHECKS), tolerance=tolerance)
    return {name: [one for one in found if one.code == f"check.{name}"] for name in CHECKS}


def rows(found):
    """Places (from 0) of the rows that findings name."""
    return {int(name[1:]) - 1 for one in found for name in (one.row, one.facts.get("other", "")) if name}


def pair(apart):
    """Two fields of 100 m beside a third that closes a strip of `apart` metres between them (below 0: they overlap by that much)."""
    left, right = poly((0, 0), (100, 0), (100, 100), (0, 100)), poly((100 + apart, 0), (200, 0), (200, 100), (100 + apart, 100))
    below = poly((0, -50), (200, -50), (200, 0), (100 + apart, 0), (100, 0), (0, 0))
    above = poly((0, 100), (100, 100), (100 + apart, 100), (200, 100), (200, 150), (0, 150))
    return [left, right, below, above]


@pytest.mark.parametrize("apart", [0.0005, 0.005, 0.05])
@pytest.mark.parametrize("tolerance", [0.0, 0.001, 0.01])
def test_a_strip_counts_where_it_is_wider_than_the_tolerance(bench, apart, tolerance):
    gap, overlap = look(bench, pair(apart), tolerance), look(bench, pair(-apart), tolerance)
    told = int(apart > tolerance)
    assert (len(gap["gap"]), len(gap["overlap"])) == (told, 0)
    assert (len(overlap["gap"]), sum(one.row == "#1" and one.facts["other"] == "#2" for one in overlap["overlap"])) == (0, told)
    for one in gap["gap"]:
        assert float(one.facts["was"]) == pytest.approx(2 * apart * 100 / (200 + 2 * apart), abs=1e-4)
        assert one.facts["area"] == pytest.approx(100 * apart, abs=0.02)


def test_the_tolerance_is_metres_in_degrees_too(bench):
    degree = 111_319.49
    moved = [shapely.transform(one, lambda xy: (xy - [X, Y]) / degree) for one in pair(0.005)]
    assert [len(look(bench, moved, tolerance, "EPSG:4490")["gap"]) for tolerance in (0.0, 0.001, 0.01)] == [1, 1, 0]


@pytest.mark.parametrize(("tolerance", "count"), [(0.0, 0), (0.001, 0), (0.01, 1)])
def test_a_vertex_near_a_neighbours_edge_is_missing_there(bench, tolerance, count):
    """The vertex lies 5 mm off the edge: at 1 cm it is one that the neighbour lacks, below that the two leave a gap or an overlap."""
    one, other = poly((0, 0), (100, 0), (100, 100), (0, 100)), poly((100, 0), (200, 0), (200, 100), (100, 100), (100.005, 50))
    found = look(bench, [one, other], tolerance)
    assert [each.row for each in found["vertex_missing"]] == ["#1"] * count
    assert [len(found["gap"])] == [1 - count]


def test_an_exact_vertex_on_an_edge_is_missing_at_every_tolerance_but_nought(bench):
    one, other = poly((0, 0), (100, 0), (100, 100), (0, 100)), poly((100, 0), (200, 0), (200, 100), (100, 100), (100, 50))
    for tolerance, count in ((0.0, 0), (0.001, 1), (0.01, 1)):
        found = look(bench, [one, other], tolerance)
        assert [(each.row, each.where.x - X, each.where.y - Y) for each in found["vertex_missing"]] == [("#1", 100.0, 50.0)] * count
        assert found["gap"] == [] and found["overlap"] == []


def test_an_invalid_row_makes_no_gap_and_no_overlap(bench):
    """A field that runs through a bow-tie of its own among valid neighbours; the gap two fields on is still found."""
    bow = poly((0, 0), (100, 0), (100, 100), (0, 100), (0, 50), (30, 50), (20, 60), (15, 40), (0, 50))
    beside = poly((-50, 0), (0, 0), (0, 50), (0, 100), (-50, 100))
    frame = shapely.box(X - 200, Y - 100, X + 300, Y + 200).difference(shapely.box(X - 50, Y, X + 100, Y + 100))
    frame = frame.difference(shapely.box(X + 200, Y, X + 210, Y + 10))
    assert not bow.is_valid
    found = look(bench, [bow, beside, frame, poly((250, 50), (260, 50), (260, 60))], 0.001)
    assert [one.where.centroid.x - X for one in found["gap"]] == [205.0]
    assert [(one.row, one.facts["other"]) for one in found["overlap"]] == [("#3", "#4")]


def test_rows_without_numbers_or_shapes_do_no_harm(bench):
    broken = shapely.Polygon([(X, Y), (X + 9, np.nan), (X + 9, Y + 9)])
    found = look(bench, [*pair(0.05), None, shapely.Polygon(), broken, shapely.Point(X, Y)], 0.001)
    assert [len(found[name]) for name in CHECKS] == [0, 1, 0]


def test_a_piece_over_several_rows_overlaps_each(bench):
    """A face may lie in one row and in several side by side: every pair is told."""
    halves = [poly((0, 0), (50, 0), (50, 100), (0, 100)), poly((50, 0), (100, 0), (100, 100), (50, 100))]
    found = look(bench, [*halves, poly((0, 0), (50, 0), (100, 0), (100, 100), (50, 100), (0, 100))], 0.0)
    assert {(one.row, one.facts["other"], round(one.where.area)) for one in found["overlap"]} == {("#1", "#3", 5000), ("#2", "#3", 5000)}


def test_a_face_too_thin_for_a_level_line_is_counted_all_the_same():
    thin = shapely.Polygon([(0, 0), (1e6, 1e-10), (1e6, 0)])
    assert len(faces_of(np.array([thin, shapely.box(0, -1, 1e6, 0)], dtype=object)).count) >= 1


def read(path, layer=None):
    geopandas = pytest.importorskip("geopandas")
    found = geopandas.read_file(path, layer=layer) if layer else geopandas.read_file(path)
    return found.geometry.to_numpy(), found.crs.to_wkt()


@pytest.mark.real
@pytest.mark.parametrize(
    ("path", "layer", "overlaps", "gaps"),
    [
        ("ch_av_solothurn/ch_av_254900.gpkg", "liegenschaft", 0, 0),
        ("ch_av_solothurn/ch_av_254900.gpkg", "boflaeche", 0, 0),
        ("cz_bubenec/bubenec.gpkg", "plots", 23, 87),
        ("cz_bubenec/bubenec.gpkg", "tessellation", 0, 1),
        ("es_catastro/cons.shp", None, 1174, 52),
    ],
)  # fmt: skip
def test_real_layers_have_what_geos_finds_in_them(bench, real_data, path, layer, overlaps, gaps):
    """Every edge that GEOS calls invalid at tolerance 0 lies in a row of an overlap; pairs are those of plain intersections.

    SOURCES.md: 23 overlaps of the plots; 1,178 pairs of building parts, of which four are narrower than a micrometre. Rows of an overlap that
    GEOS calls good are `hidden`.
    """
    shapes, crs = read(real_data / path, layer)
    found = look(bench, shapes, 0.0, crs)
    assert (len(found["overlap"]), len(found["gap"])) == (overlaps, gaps)
    bad = {at for at, one in enumerate(shapely.coverage_invalid_edges(shapes)) if one is not None and not one.is_empty}
    assert bad <= rows(found["overlap"])
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    half = one < other
    common = shapely.intersection(shapes[one[half]], shapes[other[half]])
    around = np.array([sum(part.length for part in shapely.get_parts(each) if part.area > 0) for each in common])
    wide = 2 * shapely.area(common) > 1e-6 * around
    pairs = {tuple(sorted(map(int, each))) for each in zip(one[half][wide], other[half][wide])}
    assert {tuple(sorted((int(each.row[1:]) - 1, int(each.facts["other"][1:]) - 1))) for each in found["overlap"]} == pairs
    unseen = sorted(rows(found["overlap"]) - bad)
    assert len(unseen) == (21 if path.startswith("es_") else 0) and all(hidden(shapes, at) for at in unseen)


def edges(shape):
    """The edges of a polygon, either way the same."""
    found = set()
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        points = [tuple(point) for point in shapely.get_coordinates(ring)]
        found |= {frozenset(pair) for pair in zip(points[:-1], points[1:])}
    return found


def hidden(shapes, at):
    """Whether an overlap of a row is one that GEOS does not look for.

    The row lies within another, touching it nowhere, and each of its edges is an edge of a third row as well (parts of a building side by side,
    stacked on its footprint): GEOS takes an edge with a mate as good and asks of the others alone whether they lie inside a row.
    """
    inside = np.flatnonzero(shapely.contains_properly(shapes, shapes[at]))
    beside = [other for other in np.flatnonzero(shapely.intersects(shapes, shapes[at])) if other != at and other not in inside]
    alone = shapely.coverage_invalid_edges(np.append(shapes[inside], shapes[at]))[-1]
    return len(inside) and edges(shapes[at]) <= set().union(*(edges(shapes[other]) for other in beside)) and not alone.is_empty


@pytest.mark.real
@pytest.mark.parametrize(
    ("path", "layer", "holes", "bays", "hair"),
    [("cz_bubenec/bubenec.gpkg", "plots", 87, 0, 0), ("cz_bubenec/bubenec.gpkg", "tessellation", 1, 0, 0), ("es_catastro/cons.shp", None, 50, 3, 1)],
)
def test_gaps_are_the_holes_of_the_union_and_bays_that_a_touch_closes(bench, real_data, path, layer, holes, bays, hair):
    """SOURCES.md counts the interior rings of the union: 50 of the building parts, of which one is 8e-7 m wide and so none here.

    Three gaps are none of them: rows that touch in one point close a bay there, whose outline is part of the union's outer ring.
    """
    shapes, crs = read(real_data / path, layer)
    union = shapely.get_parts(shapely.union_all(shapes))
    rings = shapely.polygons([ring for part in union for ring in part.interiors])
    wide = 2 * shapely.area(rings) > 1e-6 * shapely.length(rings)
    assert (len(rings), int((~wide).sum())) == (holes, hair)
    gaps = np.array([one.where for one in look(bench, shapes, 0.0, crs)["gap"]], dtype=object)
    middles = shapely.point_on_surface(gaps)
    gap, ring = shapely.STRtree(rings[wide]).query(middles, predicate="within")
    assert sorted(ring) == list(range(int(wide.sum()))) and len(set(gap)) == len(gap) == len(gaps) - bays
    outer = shapely.union_all(shapely.get_exterior_ring(union))
    for at in set(range(len(gaps))) - set(gap.tolist()):
        assert shapely.difference(shapely.boundary(gaps[at]), outer).length < 1e-6 and not shapely.intersects(shapes, middles[at]).any()


@pytest.mark.real
def test_known_gaps_and_overlaps_of_the_test_layers_of_qgis(bench, real_data):
    """Gaps are the faces of all outlines that no row covers; the overlaps of the polygon layer are where its rows cross."""
    folder = real_data / "qgis_testdata" / "geometry_checker"
    shapes, crs = read(folder / "gap_layer.shp")
    enclosed = shapely.get_parts(shapely.polygonize([shapely.union_all(shapely.boundary(shapes))]))
    bare = [one for one in enclosed if not shapely.intersects(shapes, shapely.point_on_surface(one)).any()]
    found = look(bench, shapes, 0.0, crs)["gap"]
    assert len(found) == 6 and sorted(one.where.area for one in found) == pytest.approx(sorted(one.area for one in bare))
    shapes, crs = read(folder / "polygon_layer.shp")
    found = look(bench, shapes, 0.0, crs)["overlap"]
    assert {(one.row, one.facts["other"]): round(one.where.area, 4) for one in found}[("#1", "#11")] == 0.0061
    shapes, crs = read(folder / "missing_vertex.gpkg")
    assert len(look(bench, shapes, 0.001, crs)["vertex_missing"]) > 0
