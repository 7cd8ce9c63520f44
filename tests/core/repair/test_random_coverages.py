"""Random coverages with faults of the width of pen strokes: what was overlapped or bare is settled, the sums are kept, a second run rests."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

SIDE = 4  # cells along a side
CELL = 50.0  # metres

faults = st.fixed_dictionaries({
    "seed": st.integers(0, 10**6),
    "moved": st.floats(0.0, 0.4),  # share of the corners that one of the cells has elsewhere
    "far": st.sampled_from([0.0005, 0.004, 0.05, 0.12]),  # how far, metres
    "doubled": st.floats(0.0, 0.3),  # share of the corners followed by another a few millimetres on
    "dropped": st.floats(0.0, 0.3),  # share of the corners in the middle of edges that one side lacks
    "turned": st.floats(0.0, 0.3),  # share of the rings that run the other way
})  # fmt: skip


def coverage(bench, seed, moved, far, doubled, dropped, turned):
    """A grid of cells with bent edges, and its faults; all corners within 10 m of where they belong."""
    random = np.random.default_rng(seed)
    count = 2 * SIDE + 1
    places = np.stack(np.meshgrid(np.arange(count), np.arange(count), indexing="ij"), axis=-1) * (CELL / 2)
    places = places + random.uniform(-8, 8, places.shape) + [bench.X, bench.Y]
    cells = []
    for east in range(0, count - 1, 2):
        for north in range(0, count - 1, 2):
            steps = [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
            ring = []
            for at, (dx, dy) in enumerate(steps):
                place = places[east + dx, north + dy]
                if at % 2 and random.random() < dropped * (far < 0.05):
                    continue
                ring.append(place + (random.uniform(-far, far, 2) if random.random() < moved else 0.0))
                if random.random() < doubled:
                    ring.append(ring[-1] + random.uniform(-0.003, 0.003, 2))
            shape = shapely.Polygon(ring)
            cells.append(shapely.reverse(shape) if random.random() < turned else shape)
    return cells


def crossed(shapes):
    """Area of the plain pairwise intersections, and the largest mean width among them."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    common = shapely.intersection(shapes[one[one < other]], shapes[other[one < other]])
    area, around = shapely.area(common), shapely.length(common)
    return float(area.sum()), float((2 * area / np.maximum(around, 1e-9)).max(initial=0.0))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(faults)
def test_faults_are_settled_sums_are_kept_and_a_second_run_rests(bench, one):
    shapes = coverage(bench, **one)
    given_ = bench.table(shapes)
    done = bench.mended(given_)
    after = done.table.shapes
    assert done.settled and shapely.is_valid(after[shapely.is_valid(np.array(shapes))]).all()
    assert shapely.is_valid(after).all() or {"repair.area_moves"} <= {code for code, _ in bench.told(done)}
    # the books: what the sum of the cells did is what is said, planar and to the hundredth of a square metre
    moved = float(shapely.area(after).sum() - shapely.area(np.array(shapes)).sum())
    assert bench.changes.books(done).planar == pytest.approx(moved, abs=1e-3)
    # ground: none that was covered is bare, but for what vertices a few millimetres apart and the tolerance move
    before, now = shapely.union_all(shapely.make_valid(np.array(shapes))), shapely.union_all(shapely.make_valid(after))
    assert shapely.difference(before, now).area <= 0.005 * 4 * CELL * len(shapes)
    if not done.findings:
        # all that overlapped is settled: the cells sum to the ground that they cover
        area, width = crossed(after)
        assert width <= 0.001 and float(shapely.area(after).sum()) == pytest.approx(now.area, abs=max(2 * area, 1e-6))
        assert bench.found([done.table], "SX0305,SX0307") == []
    again = bench.mended(done.table)
    assert again.settled and not again.work.done and [bench.told(again)] == [bench.told(done)]
    assert [shape.wkb for shape in again.table.shapes] == [shape.wkb for shape in after]
