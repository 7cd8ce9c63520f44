"""Joining patches: the same ground as a plain union, one patch for each connected ground, and a stop that is seen."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.core.errors import Cancelled
from shanshui.plugin.core.progress import Progress
from shanshui.plugin.core.registration import dissolve
from shanshui.plugin.core.registration.row_order import rows_order


def grid(n, size=1.0):
    return np.array([shapely.box(size * i, size * j, size * (i + 1), size * (j + 1)) for j in range(n) for i in range(n)], dtype=object)


def test_connected_ground_of_equal_key_is_one_patch():
    squares = grid(4)
    keys = np.array([0, 0, 1, 1] * 2 + [1, 1, 0, 0] * 2)  # a chessboard of 2 × 2 blocks: blocks of one key meet in a corner only
    patches, home = dissolve.dissolved(squares, keys)
    assert sorted(shapely.area(patches)) == [4, 4, 4, 4] and len(set(home)) == 4
    for key in (0, 1):
        whole = shapely.union_all(squares[keys == key])
        assert shapely.union_all(patches[np.unique(home[keys == key])]).equals(whole)
    assert all(shapely.covers(patches[home], squares))


def test_single_shapes_pass_through_untouched():
    squares = grid(3)
    patches, home = dissolve.dissolved(squares, np.arange(9))
    assert [patches[at] is square for at, square in zip(home, squares)] == [True] * 9


def test_crumbs_left_open_inside_are_closed():
    ring = shapely.box(0, 0, 10, 10) - shapely.box(4, 4, 4.05, 4.05)
    parts = np.array(
        [shapely.intersection(ring, shapely.box(0, 0, 4.02, 10)), shapely.intersection(ring, shapely.box(4.02, 0, 10, 10))], dtype=object
    )
    closed, _ = dissolve.dissolved(parts, np.zeros(2, dtype=int), noise=0.01)
    kept, _ = dissolve.dissolved(parts, np.zeros(2, dtype=int), noise=0.0001)
    assert shapely.area(closed)[0] == pytest.approx(100) and shapely.area(kept)[0] == pytest.approx(100 - 0.0025)


def test_large_groups_are_joined_strip_by_strip(monkeypatch):
    monkeypatch.setattr(dissolve, "_VERTICES", 200)
    squares = grid(20)
    patches, home = dissolve.dissolved(squares, np.zeros(400, dtype=int))
    assert len(patches) == 1 and patches[0].equals(shapely.box(0, 0, 20, 20)) and set(home) == {0}


def test_a_stop_is_seen_while_joining(monkeypatch):
    monkeypatch.setattr(dissolve, "_VERTICES", 200)
    asked = []
    with pytest.raises(Cancelled):
        dissolve.dissolved(grid(20), np.zeros(400, dtype=int), 0.0, Progress(stopped=lambda: asked.append(1) or len(asked) > 6))


def test_no_parts():
    patches, home = dissolve.dissolved(np.empty(0, dtype=object), np.empty(0, dtype=int))
    assert len(patches) == len(home) == 0


def test_rows_from_the_north_each_from_the_west():
    #  2 | 0     the right one of the upper row lies a little lower
    #  3 | 1
    shapes = np.array([shapely.box(10, 18, 20, 28), shapely.box(10, 0, 20, 10), shapely.box(0, 20, 10, 30), shapely.box(0, 1, 10, 11)])
    assert list(rows_order(shapes)) == [2, 0, 3, 1]
    assert list(rows_order(np.empty(0, dtype=object))) == []
