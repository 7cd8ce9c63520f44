"""Shared edges, noding and arcs, against squares that a person can draw and against GEOS's own line merging."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from shanshui.plugin.core import arcs, coverage, noding, topology
from shanshui.plugin.core.errors import Cancelled
from shanshui.plugin.core.progress import Progress
from shanshui.plugin.core.table import Table

BASE = 40_400_000.0, 3_300_000.0


def square(x, y, width=100.0, height=100.0):
    return shapely.box(BASE[0] + x, BASE[1] + y, BASE[0] + x + width, BASE[1] + y + height)


def shapes(*listed):
    return np.array(listed, dtype=object)


def pairs(found):
    return sorted((int(a), int(b)) for a, b in zip(found.left, found.right))


def closes(polygons, tolerance=0.0):
    net = topology.network(polygons, tolerance)
    found = arcs.arcs(net)
    length = shapely.length(found.lines(net))
    rings = np.nansum(shapely.length(polygons))
    assert 2 * length.sum() - length[found.left < 0].sum() == pytest.approx(rings, abs=1e-6)
    return net, found


def test_two_squares_share_one_edge_of_a_hundred_metres():
    net, found = closes(shapes(square(0, 0), square(100, 0)))
    assert pairs(found) == [(-1, 0), (-1, 1), (1, 0)]
    shared = found.lines(net)[found.left >= 0]
    assert shapely.length(shared)[0] == pytest.approx(100)
    assert len(net.alone) == 6 and len(net.crowded) == 0


def test_lines_run_clockwise_around_the_row_on_their_right():
    ring = shapely.Polygon(square(0, 0).exterior.coords[::-1])  # the other direction in storage
    for one in (square(0, 0), ring):
        net, found = closes(shapes(one))
        line = found.lines(net)[0]
        assert found.closed[0] and not shapely.is_ccw(shapely.linearrings(line.coords))
        assert line.coords[0] == (BASE[0], BASE[1] + 100)  # the north-west corner


def test_a_neighbours_corner_on_the_edge_splits_it():
    # two squares above one long rectangle that lacks the corner in the middle
    polygons = shapes(square(0, 100), square(100, 100), square(0, 0, 200, 100))
    assert pairs(arcs.arcs(topology.network(polygons))).count((2, 0)) == 0
    net, found = closes(polygons, 0.001)
    assert net.added == 1
    assert pairs(found) == [(-1, 0), (-1, 1), (-1, 2), (1, 0), (2, 0), (2, 1)]


def test_corners_a_millimetre_apart_become_one():
    corners = np.array([(100.0004, 0), (200, 0), (200, 100), (100, 100.0004)]) + BASE
    other = shapely.Polygon(corners)
    polygons = shapes(square(0, 0), other)
    assert pairs(arcs.arcs(topology.network(polygons))) == [(-1, 0), (-1, 1)]
    net = topology.network(polygons, 0.001)
    assert net.moved == 2
    assert pairs(arcs.arcs(net)) == [(-1, 0), (-1, 1), (1, 0)]
    assert pairs(arcs.arcs(topology.network(polygons, 0.0001))) == [(-1, 0), (-1, 1)]


def test_a_ring_smaller_than_the_tolerance_goes_and_its_neighbours_stay():
    tiny = square(100, 50, 0.0004, 0.0004)
    net = topology.network(shapes(square(0, 0), tiny, square(100.0, 0)), 0.001)
    assert set(net.row.tolist()) == {0, 2}
    assert (2, 0) in pairs(arcs.arcs(net))


def test_an_island_is_one_closed_line_and_a_hole_that_touches_its_rim_parts():
    lake = square(20, 20, 10, 10)
    _, found = closes(shapes(shapely.difference(square(0, 0), lake), lake))
    assert pairs(found) == [(-1, 0), (1, 0)] and found.closed.all()
    # the hole's corner lies on the outer ring's corner: three boundaries meet there
    hole = shapely.Polygon([(BASE[0], BASE[1]), (BASE[0] + 30, BASE[1] + 10), (BASE[0] + 10, BASE[1] + 30)])
    rim = shapely.Polygon(square(0, 0).exterior.coords, [hole.exterior.coords])
    _, found = closes(shapes(rim, hole))
    assert not found.closed.any() and len(found.left) == 2


def test_outer_rings_that_touch_in_a_point_part_there():
    net, found = closes(shapes(square(0, 0), square(100, 100)))
    ends = {line.coords[0] for line in found.lines(net)} | {line.coords[-1] for line in found.lines(net)}
    assert (BASE[0] + 100, BASE[1] + 100) in ends


def test_edges_claimed_twice_are_crowded_and_the_first_rows_are_mates():
    net = topology.network(shapes(square(0, 0), square(0, 0), square(100, 0)))
    assert set(net.rows_of(net.crowded)) == {0, 1, 2}
    assert (2, 0) in pairs(arcs.arcs(net))


def test_rows_without_shape_are_passed():
    _, found = closes(shapes(None, square(0, 0), shapely.Polygon(), square(100, 0)))
    assert pairs(found) == [(-1, 1), (-1, 3), (3, 1)]
    assert len(arcs.arcs(topology.network(shapes(None))).left) == 0


def test_corners_that_all_differ_a_little_give_the_same_lines():
    random = np.random.default_rng(2)
    cells = [square(100 * i, 100 * j) for i in range(6) for j in range(6)]
    shaken = [shapely.Polygon(np.array(cell.exterior.coords)[:-1] + random.uniform(-3e-4, 3e-4, (4, 2))) for cell in cells]
    assert pairs(arcs.arcs(topology.network(shapes(*shaken), 0.001))) == pairs(arcs.arcs(topology.network(shapes(*cells))))


def test_marks_break_a_line():
    net = topology.network(shapes(square(0, 0), square(100, 0)))
    marks = net.xy[:, 1] > BASE[1] + 50
    assert len(arcs.arcs(net, marks=marks).left) > len(arcs.arcs(net).left)


def test_near_finds_what_a_brute_force_search_finds():
    random = np.random.default_rng(4)
    head, points = random.random((300, 2)) * 50, random.random((400, 2)) * 50
    tail = head + random.normal(0, 6, (300, 2))
    edge, point, _ = noding.near(points, head, tail, 0.7)
    lines = shapely.linestrings(np.stack([head, tail], axis=1))
    away = shapely.distance(lines[:, None], shapely.points(points)[None, :])
    assert set(zip(edge.tolist(), point.tolist())) == set(zip(*(place.tolist() for place in np.nonzero(away <= 0.7))))


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 60), st.integers(0, 10_000))
def test_any_tiling_gives_the_lines_that_geos_merges(count, seed):
    points = np.random.default_rng(seed).random((count, 2)) * 1000
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=shapely.box(0, 0, 1000, 1000)))
    net, found = closes(cells)
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(cells))))
    assert len(merged) == len(found.left)
    assert shapely.length(merged).sum() == pytest.approx(shapely.length(found.lines(net)).sum())
    shared = shapely.length(shapely.intersection(cells[:, None], cells[None, :]))
    touch = {(a, b) for a, b in zip(*np.nonzero(shared > 1e-6)) if a < b}
    assert {(min(p), max(p)) for p in pairs(found) if min(p) >= 0} == touch


def test_overlaps_are_pairs_with_area_and_mean_width():
    four = shapes(square(0, 0), square(99.8, 0), square(199.8, 0), square(10, 10, 5, 5))
    table = Table(pd.DataFrame({"A": range(4)}), four, "EPSG:4528")
    found = coverage.overlaps(table)
    assert list(zip(found.left.tolist(), found.right.tolist())) == [(0, 1), (0, 3)]
    assert found.areas == pytest.approx([20.0, 25.0])
    assert found.widths == pytest.approx([2 * 20 / 200.4, 2.5])
    assert len(coverage.overlaps(table, least=21)) == 1


def test_gaps_are_what_the_rows_enclose_and_do_not_cover():
    ring = shapes(square(0, 0, 300, 100), square(0, 100, 100, 100), square(200, 100, 100, 100), square(0, 200, 300, 100))
    found = coverage.gaps(Table(pd.DataFrame({"A": range(4)}), ring, "EPSG:4528"), 0.001)
    assert len(found) == 1 and shapely.area(found)[0] == pytest.approx(10_000)
    assert len(coverage.gaps(Table(pd.DataFrame({"A": [1]}), shapes(square(0, 0)), "EPSG:4528"))) == 0


def test_shared_lengths():
    net = topology.network(shapes(square(0, 0), square(100, 50)), 0.001)
    assert coverage.shared_lengths(net) == {(0, 1): pytest.approx(50)}


def test_a_stop_is_seen():
    stop = Progress(stopped=lambda: True)
    with pytest.raises(Cancelled):
        topology.network(shapes(square(0, 0)), 0.001, stop)


@pytest.mark.parametrize(
    ("crs", "units"), [("EPSG:4528", 0.01), ("EPSG:4490", 0.01 / 111_319.49), (None, 0.01), ("EPSG:2225", 0.01 / 0.3048006096)]
)
def test_a_tolerance_in_metres_becomes_units(crs, units):
    assert topology.units_of(0.01, crs) == pytest.approx(units, rel=1e-6)


def test_two_hundred_thousand_edges_take_moments():
    rows = [square(100 * i, 100 * j) for i in range(220) for j in range(220)]
    before = time.perf_counter()
    net = topology.network(np.array(rows, dtype=object), 0.001)
    found = arcs.arcs(net)
    assert time.perf_counter() - before < 10
    assert len(net.alone) == 880 and (found.left >= 0).sum() == 2 * 220 * 219


@pytest.mark.real
def test_missing_vertex_of_the_geometry_checker(real_data):
    import geopandas

    layer = geopandas.read_file(real_data / "qgis_testdata" / "geometry_checker" / "missing_vertex.gpkg")
    polygons = np.asarray(layer.geometry.array, dtype=object)
    alone = {(min(p), max(p)) for p in pairs(arcs.arcs(topology.network(polygons))) if min(p) >= 0}
    noded = {(min(p), max(p)) for p in pairs(arcs.arcs(topology.network(polygons, 1e-8))) if min(p) >= 0}
    common = shapely.length(shapely.intersection(polygons[:, None], shapely.buffer(polygons, 1e-8)[None, :]))
    touch = {(a, b) for a, b in zip(*np.nonzero(common > 1e-3)) if a < b}
    assert noded == touch and alone < noded


@pytest.mark.real
@pytest.mark.parametrize("layer", ["liegenschaft", "boflaeche"])
def test_lines_of_a_real_survey_are_those_that_geos_merges(real_data, layer):
    import geopandas

    read = geopandas.read_file(real_data / "ch_av_solothurn" / "ch_av_254900.gpkg", layer=layer)
    polygons = np.asarray(read.geometry.array, dtype=object)
    net, found = closes(polygons)
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(polygons))))
    assert len(merged) == len(found.left)
    assert shapely.length(found.lines(net)).sum() == pytest.approx(shapely.length(merged).sum(), abs=1e-6)
    assert len(net.crowded) == 0
