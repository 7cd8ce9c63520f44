"""Gaps and overlaps of faulty tilings against plain pairwise intersections and the holes of the union, and the loose part against the whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from shanshui.plugin.core import coverage, coverage_faces, loose, topology
from shanshui.plugin.core.coverage_faces import faces_of
from shanshui.plugin.core.table import Table

SEEDS = st.integers(0, 100_000)


def held(shapes):
    """An array of shapes, whatever they are."""
    return np.array([*shapes, None], dtype=object)[:-1]


def on_metres(shapes):
    """Shapes with whole coordinates, whose cuts are not on whole ones (a shape that keeps its grid rounds what is cut from it)."""
    return shapely.set_precision(shapely.set_precision(shapes, 1.0), 0.0)


def tiling(random, count=None):
    """Cells on whole metres that tile a square of a kilometre."""
    points = random.random((count or int(random.integers(4, 40)), 2)) * 1000
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=shapely.box(0, 0, 1000, 1000))
    cells = on_metres(shapely.get_parts(cells))
    return [one for one in cells if one.geom_type == "Polygon" and not one.is_empty]


def spoilt(random, cells):
    """The cells with some faults: left out, twice, turned round, shifted, a corner moved, a hole, a stranger on top, two made one row."""
    cells = list(cells)
    for fault in random.choice(8, size=int(random.integers(0, 5))):
        at = int(random.integers(len(cells)))
        cell = cells[at]
        if fault == 0 and len(cells) > 2:
            del cells[at]
        elif fault == 1:
            cells += [cell] * int(random.integers(1, 3))
        elif fault == 2:
            cells[at] = shapely.reverse(cell)
        elif fault == 3:
            step = random.integers(-30, 30, 2)
            cells[at] = shapely.transform(cell, lambda xy, step=step: xy + step)
        elif fault == 4 and cell.geom_type == "Polygon":
            corners = shapely.get_coordinates(cell.exterior)[:-1]
            corners[random.integers(len(corners))] += random.integers(-20, 20, 2)
            moved = shapely.Polygon(corners)
            cells[at] = moved if moved.is_valid else cell
        elif fault == 5:
            inner = on_metres(cell.buffer(-20))
            cells[at] = cell.difference(inner)
        elif fault == 6:
            x, y = random.integers(0, 900, 2)
            cells.append(shapely.box(x, y, x + 150, y + 3))
        elif fault == 7 and cell.geom_type == "Polygon":
            far = [one for one in cells if one.geom_type == "Polygon" and one.disjoint(cell)]
            cells[at] = shapely.MultiPolygon([cell, far[0]]) if far else cell
    random.shuffle(cells)
    return held(one for one in cells if one.is_valid and not one.is_empty)


def holes(shapes):
    """What rows enclose and none covers, by the union."""
    covered = shapely.union_all(shapes)
    rims = [shapely.Polygon(ring) for part in shapely.get_parts(covered) for ring in part.interiors]
    return shapely.difference(shapely.union_all(rims), covered)  # a row may stand in a gap like an island


def alike(one, other):
    """Polygons or lists of them that differ by no ground."""
    one, other = (shapely.union_all([part for part in shapely.get_parts(shapes) if part.area > 0]) for shapes in (one, other))
    return shapely.area(shapely.symmetric_difference(one, other)) < 1e-6


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_gaps_and_overlaps_are_those_of_the_union_and_of_plain_intersections(seed):
    random = np.random.default_rng(seed)
    shapes = spoilt(random, tiling(random))
    found = faces_of(shapes)
    one, other = np.triu_indices(len(shapes), 1)
    common = shapely.intersection(shapes[one], shapes[other])
    flat = [part for part in shapely.get_parts(shapely.get_parts(common)) if part.area > 0]
    assert alike(found.shared, flat)
    assert alike(found.gaps, holes(shapes))
    pairs = coverage.overlaps(Table(pd.DataFrame(index=range(len(shapes))), shapes, None))
    area = shapely.area(common)
    assert set(zip(pairs.left.tolist(), pairs.right.tolist())) == set(zip(one[area > 0].tolist(), other[area > 0].tolist()))


def turned(shapes, angle, east):
    """Rows turned and moved, so that no corner lies exactly on an edge any more."""
    way = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return shapely.transform(shapes, lambda xy: xy @ way + [east, 0.0])


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_rows_out_of_doubt_overlap_none(seed):
    """Every pair that shares ground, be it less than coordinates are exact to, is of rows in doubt."""
    random = np.random.default_rng(seed)
    shapes = spoilt(random, tiling(random, 60))
    if random.random() < 0.5:
        shapes = np.append(shapes, shapely.segmentize(shapes[:3], 10.0))
    shapes = turned(shapes, random.choice([0.0, 0.3]), random.choice([0.0, 4.0e7]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coverage_faces, "_MANY", 2.0)  # however many edges are loose
        sure = np.setdiff1d(np.arange(len(shapes)), coverage_faces.rows_in_doubt(shapes))
    one, other = shapely.STRtree(shapes).query(shapes[sure], predicate="intersects")
    one = sure[one]
    common = shapely.intersection(shapes[one], shapes[other])
    assert not (shapely.area(common) > 0)[one != other].any()


def test_of_a_clean_coverage_no_row_is_in_doubt_and_an_invalid_one_puts_its_neighbours_there(monkeypatch):
    monkeypatch.setattr(coverage_faces, "_MANY", 2.0)
    squares = [shapely.box(10 * i, 10 * j, 10 * i + 10, 10 * j + 10) for i in range(9) for j in range(9)]
    assert coverage_faces.rows_in_doubt(held(squares)).tolist() == []
    twice = coverage_faces.rows_in_doubt(held([*squares, None, shapely.Polygon(), squares[40]])).tolist()
    assert {40, 83} <= set(twice) and len(twice) <= 10  # those that touch it, too
    bow = shapely.Polygon([(40, 40), (50, 50), (50, 40), (40, 50)])
    assert {40, 81} <= set(coverage_faces.rows_in_doubt(held([*squares, bow])).tolist())


def rims(net):
    """Row and ends of every edge that is alone or claimed by many."""
    edges = np.union1d(net.alone, net.crowded)
    edges = edges[net.mate[edges] != topology.CLOSING]
    return sorted(map(tuple, np.column_stack([net.rows_of(edges), net.xy[edges], net.xy[edges + 1]]).tolist()))


@settings(max_examples=150, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 0.001, 1.5, 8.0]))
def test_the_loose_part_has_the_edges_without_a_mate_of_the_whole(seed, tolerance):
    """Noded, too: with a tolerance of metres corners meet and rings vanish."""
    random = np.random.default_rng(seed)
    shapes = spoilt(random, tiling(random, 60))
    whole, part = (topology.network(shapes, tolerance, whole=one) for one in (True, False))
    assert rims(part) == rims(whole)
    assert (part.moved, part.added) == (whole.moved, whole.added)
    assert part.xy[part.inserted].tolist() == whole.xy[whole.inserted].tolist()
    assert part.rows_of(part.inserted).tolist() == whole.rows_of(whole.inserted).tolist()


def test_of_a_clean_coverage_little_more_than_the_rim_is_left():
    squares = shapely.box(*(place.ravel() * 10.0 for place in np.mgrid[0:60, 0:60]), *(place.ravel() * 10.0 + 10 for place in np.mgrid[0:60, 0:60]))
    net = topology.network(squares, 0.001, whole=False)
    assert len(net.alone) == 240 and len(net.row) <= 240
    mated = np.flatnonzero(net.mate >= 0)
    assert (net.mate[mated] == mated).any()  # whose mates were left out
    assert not len(faces_of(squares).gaps) and not len(faces_of(squares).shared)


@pytest.mark.parametrize("times", [2, 3, 4])
def test_a_row_many_times_over_is_shared_ground(times):
    """All edges are claimed as often as there are rows, on one side or (turned round) on both."""
    square = shapely.box(0, 0, 100, 100)
    for shapes in ([square] * times, [square, shapely.reverse(square)] * (times // 2)):
        found = faces_of(held([*shapes, shapely.box(100, 0, 200, 100)]))
        assert sorted(found.count.tolist()) == [1, len(shapes)]
        assert shapely.area(found.shared).tolist() == [10_000.0]


def test_nought_and_minus_nought_are_one_place_and_heights_are_not_looked_at():
    left = shapely.Polygon([(-10, -0.0, 5), (0.0, -0.0, 5), (-0.0, 10, 5), (-10, 10, 5)])
    right = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])
    assert len(topology.network(held([left, right])).alone) == 6


def test_repeated_vertices_are_one():
    twice = shapely.Polygon([(0, 0), (0, 0), (10, 0), (10, 10), (10, 10), (10, 10), (0, 10), (0, 0), (0, 0)])
    net = topology.network(held([twice, None, shapely.Polygon(), shapely.box(10, 0, 20, 10)]))
    assert np.diff(net.start).tolist() == [5, 5] and net.row.tolist() == [0, 3]
    assert len(net.alone) == 6


@pytest.mark.parametrize("width", [40, 52, 58, 61])
def test_few_bits_of_hash_pair_the_same_edges(width, monkeypatch):
    """With few bits left beside the edge's own number, unequal edges fall together and are told apart."""
    random = np.random.default_rng(7)
    shapes = spoilt(random, tiling(random, 300))
    known = topology.network(shapes)
    monkeypatch.setattr(topology, "_width", lambda net: width)
    net = topology.network(shapes)
    assert net.mate.tolist() == known.mate.tolist() and net.crowded.tolist() == known.crowded.tolist()


def test_many_buckets_pair_the_same_edges(monkeypatch):
    random = np.random.default_rng(8)
    shapes = spoilt(random, tiling(random, 300))
    known = topology.network(shapes)
    monkeypatch.setattr(topology, "_BUCKET", 5)
    monkeypatch.setattr(topology, "_CHUNK", 100)
    net = topology.network(shapes)
    assert net.mate.tolist() == known.mate.tolist() and net.crowded.tolist() == known.crowded.tolist()


def test_instances_are_all_vertices_at_the_points():
    random = np.random.default_rng(9)
    xy = random.integers(0, 30, (5000, 2)).astype(float)
    points = np.array([[3.0, 4.0], [29.0, 0.0], [31.0, 4.0]])
    keys = topology.vertex_keys(points)
    order = np.argsort(keys)
    slot, vertex = loose.instances(xy, points[order], keys[order])
    assert vertex.tolist() == np.flatnonzero((xy[:, None] == points).all(axis=2).any(axis=1)).tolist()
    assert (xy[vertex] == points[order][slot]).all()
