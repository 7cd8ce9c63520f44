"""Arrays of shapes that several threads read."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import coverage, measure, overlay
from shanshui.plugin.core.registration.dissolve import dissolved
from shanshui.plugin.core.shared import Shared
from shanshui.plugin.core.table import Table

CRS = "EPSG:4528"


def squares(side: int, size: float, shift: float = 0.0) -> Any:
    x, y = (40_500_000.0 + shift + size * np.arange(side), 3_300_000.0 + shift + size * np.arange(side))
    low_x, low_y = (one.ravel() for one in np.meshgrid(x, y))
    return shapely.box(low_x, low_y, low_x + size, low_y + size)


def table(shapes: Any) -> Table:
    return Table(pd.DataFrame({"N": np.arange(len(shapes))}), shapes, CRS, "layer")


def marked(shapes: Any) -> Any:
    """The array as it is while another thread's shapely call has it."""
    shapes.flags.writeable = False
    return shapes


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads that take turns as often as Python lets them."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def test_rows_are_fresh_arrays() -> None:
    given = marked(squares(3, 1.0))
    held = Shared(given)
    assert len(held) == 9 and held.one(4) is given[4]
    for rows in (slice(2, 5), np.array([2, 3, 4]), np.arange(9) // 2 == 1, slice(None)):
        out = held[rows]
        assert out.flags.writeable and out.flags.owndata and out.dtype == object
        assert list(out) == list(given[rows])
    held[slice(0, 2)][:] = None
    assert held.one(0) is given[0]


@pytest.mark.parametrize("operation", overlay.OPERATIONS)
def test_an_overlay_of_arrays_in_use_elsewhere(operation: str) -> None:
    left, right = squares(9, 3.0), squares(6, 4.7, -1.3)
    wanted = getattr(overlay, "intersect" if operation == "intersection" else operation)(table(left), table(right))
    got = getattr(overlay, "intersect" if operation == "intersection" else operation)(table(marked(left)), table(marked(right)))
    assert shapely.equals(got.shapes, wanted.shapes).all()


def test_measures_of_arrays_in_use_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "_CHUNK", 20)
    shapes = squares(6, 50.0)
    for method in measure.METHODS:
        wanted = measure.areas(shapes, CRS, method)
        assert (measure.areas(marked(shapes.copy()), CRS, method) == wanted).all()
    assert (measure.lengths(marked(shapes.copy()), CRS) == measure.lengths(shapes, CRS)).all()


def test_overlaps_and_grounds_of_arrays_in_use_elsewhere() -> None:
    shapes = np.concatenate([squares(5, 3.0), squares(5, 3.0, 1.0)])
    assert len(coverage.overlaps(table(marked(shapes)))) == len(coverage.overlaps(table(shapes.copy()))) > 0
    made, _ = dissolved(marked(squares(4, 2.0)), np.repeat([0, 1], 8))
    assert shapely.area(made).tolist() == [32.0, 32.0]


@pytest.mark.usefixtures("restless")
def test_one_array_used_by_many_threads_at_once() -> None:
    """Each call alone would mark the array read-only for the others."""
    held = Shared(squares(8, 3.0))
    failures: list[BaseException] = []

    def work(start: int) -> None:
        try:
            for turn in range(200):
                part = slice((start + turn) % 32, (start + turn) % 32 + 30)
                some = held[part]
                assert shapely.area(some).sum() == 270.0
                assert len(shapely.get_rings(shapely.get_parts(held[part]))) == 30
                some[0] = None
        except BaseException as failure:  # noqa: BLE001  (a thread's failure is no test's failure by itself)
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not failures


@pytest.mark.usefixtures("restless")
def test_an_overlay_while_its_caller_works_on_the_same_layer() -> None:
    left, right = table(squares(30, 3.0)), table(squares(17, 5.1, -1.3))
    wanted = shapely.area(overlay.union(left, right).shapes).sum()
    for _ in range(10):
        total = 0.0
        for pieces in overlay.stream(left, right, "union"):
            assert shapely.area(left.shapes).sum() == 8100.0
            assert len(shapely.get_parts(left.shapes.copy())) == 900
            total += shapely.area(pieces.shapes).sum()
        assert total == pytest.approx(wanted, rel=1e-12)
