"""Batches of shapes judged beside: order kept, missing ones not valid, a stop seen."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.bridge.judged import Judged
from shanshui.plugin.core.errors import Cancelled
from shanshui.plugin.core.progress import SILENT, Progress

BOX, BOW = shapely.box(0, 0, 1, 1), shapely.from_wkt("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))")


def test_shapes_stay_in_order_with_what_is_thought_of_each() -> None:
    batches = [np.array(one, dtype=object) for one in ([BOX, BOW], [], [None, shapely.Point(1, 2)], [BOW])]
    with Judged() as judged:
        for batch in batches:
            judged.add(batch)
        shapes, valid = judged.gathered(SILENT)
    assert shapes.tolist() == [BOX, BOW, None, shapely.Point(1, 2), BOW]
    assert valid.tolist() == [True, False, False, True, False]


def test_nothing_is_no_shape() -> None:
    with Judged() as judged:
        shapes, valid = judged.gathered(SILENT)
    assert shapes.shape == valid.shape == (0,) and valid.dtype == bool


def test_a_stop_is_seen_between_batches() -> None:
    with pytest.raises(Cancelled), Judged() as judged:
        judged.add(np.array([BOX], dtype=object))
        judged.gathered(Progress(stopped=lambda: True))
