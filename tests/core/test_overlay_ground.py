"""Loose edges: what is left when edges of opposite direction cancel, against counting them one by one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from shanshui.plugin.core import overlay_ground as ground


def counted(shapes: Any) -> Counter[tuple[float, ...]]:
    """Edges that are left, by plain loops over counter-clockwise rings."""
    left: Counter[tuple[float, ...]] = Counter()
    for part in shapely.get_parts(shapes):
        for ring, turn in [(part.exterior, True), *((one, False) for one in part.interiors)]:
            xy = list(ring.coords) if ring.is_ccw == turn else list(ring.coords)[::-1]
            for a, b in zip(xy, xy[1:]):
                if left[(*b, *a)] > 0:
                    left[(*b, *a)] -= 1
                else:
                    left[(*a, *b)] += 1
    return +left


def told(edges: ground.Loose) -> Counter[tuple[float, ...]]:
    return Counter(tuple(one) for one in edges.ends.tolist())


def triangles(seed: int, count: int) -> Any:
    """Triangles on a few shared corners, off the axes, so that many edges meet again, often more than twice."""
    rng = np.random.default_rng(seed)
    corners = rng.random((9, 2)) * 100
    picked = [rng.choice(9, 3, replace=False) for _ in range(count)]
    return np.array([shapely.Polygon(corners[three]) for three in picked], dtype=object)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_as_counting_one_by_one(seed: int, count: int) -> None:
    shapes = triangles(seed, count)
    assert told(ground.loose(shapes)) == counted(shapes)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 60), st.integers(1, 7))
def test_gathered_parts_are_as_the_whole(seed: int, count: int, parts: int) -> None:
    shapes = triangles(seed, count)
    several = [ground.loose(some) for some in np.array_split(shapes, parts) if len(some)]
    assert told(ground.gather(several)) == counted(shapes)


def test_many_shapes_are_taken_apart_in_several_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = triangles(5, 200)
    monkeypatch.setattr(ground, "_SHAPES", 7)
    assert told(ground.loose(shapes)) == counted(shapes)


def test_nothing_has_no_loose_edges() -> None:
    assert len(ground.loose(np.empty(0, dtype=object))) == 0
    assert len(ground.loose(np.array([None, shapely.Polygon()], dtype=object))) == 0
    assert len(ground.gather([])) == 0


@pytest.mark.parametrize("back", [0, 9_000, 8_999, 20_000])
def test_one_edge_thousands_of_times(back: int) -> None:
    """More copies of an edge in one box than its sum can hold exactly are cancelled one by one all the same."""
    forth = shapely.Polygon([(0, 0), (7, 1), (3, 5)])
    mirror = shapely.Polygon([(0, 0), (7, 1), (4, -5)])  # runs the first edge the other way
    edges = told(ground.loose(np.array([forth] * 9_000 + [mirror] * back, dtype=object)))
    assert edges[(0.0, 0.0, 7.0, 1.0)] == max(9_000 - back, 0)
    assert edges[(7.0, 1.0, 0.0, 0.0)] == max(back - 9_000, 0)
    assert edges[(7.0, 1.0, 3.0, 5.0)] == 9_000
