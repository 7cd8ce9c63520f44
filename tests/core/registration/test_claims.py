"""Overlapping claims taken apart: the zones never overlap, cover what the rows covered, and go to whom the rule says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from shanshui.plugin.core.registration.claims import settle
from shanshui.plugin.core.table import Table


def layer(*shapes):
    return Table(pd.DataFrame(index=range(len(shapes))), np.array(shapes, dtype=object), "EPSG:4528", "claims")


def everyone(rows):
    return rows


def test_rows_that_only_touch_stay_as_they_are():
    shapes = [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)]
    found = settle(layer(*shapes), 0.2, everyone)
    assert found.rows == [(0,), (1,)]
    assert [shape.equals(was) for shape, was in zip(found.shapes, shapes)] == [True, True]
    assert (found.narrow, found.wide) == (0, [])


def test_a_wide_overlap_stays_open_with_both_claimants():
    found = settle(layer(shapely.box(0, 0, 10, 10), shapely.box(8, 0, 20, 10)), 0.2, everyone)
    assert sorted(zip(found.rows, shapely.area(found.shapes))) == [((0,), 80.0), ((0, 1), 20.0), ((1,), 100.0)]
    assert [(rows, shape.area) for rows, shape in found.wide] == [((0, 1), 20.0)]


def test_a_strip_goes_to_the_claimant_with_the_longer_shared_edge():
    # the strip x 10 … 10.1 lies in both; its left side (100 m) adjoins row 0, of its right side only the 40 m that row 1 has beyond it
    tall = shapely.box(0, 0, 10.1, 100)
    narrow = shapely.union_all([shapely.box(10, 0, 10.1, 100), shapely.box(10.1, 0, 50, 40)])
    found = settle(layer(tall, narrow), 0.2, everyone)
    assert found.narrow == 1 and found.narrow_area == pytest.approx(10.0)
    areas = dict(zip(found.rows, shapely.area(found.shapes)))
    assert areas[(0,)] == pytest.approx(1010.0) and areas[(1,)] == pytest.approx(39.9 * 40)
    turned = settle(layer(narrow, tall), 0.2, everyone)  # the same whichever row comes first
    assert dict(zip(turned.rows, shapely.area(turned.shapes)))[(1,)] == pytest.approx(1010.0)


def test_three_claimants_are_told_apart():
    found = settle(layer(shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10), shapely.box(8, 0, 20, 10)), 0.2, everyone)
    areas = dict(zip(found.rows, shapely.area(found.shapes)))
    assert areas == {(0,): 50.0, (0, 1): 30.0, (0, 1, 2): 20.0, (1, 2): 50.0, (2,): 50.0}


boxes = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 15), st.integers(1, 15)), min_size=1, max_size=9)


@settings(max_examples=60, deadline=None)
@given(boxes)
def test_zones_cover_the_same_ground_once(places):
    shapes = [shapely.box(x, y, x + w, y + h) for x, y, w, h in places]
    found = settle(layer(*shapes), 0.2, everyone)
    assert shapely.area(found.shapes).sum() == pytest.approx(shapely.union_all(shapes).area, abs=1e-6)
    for zone, rows in zip(found.shapes, found.rows):
        inside = zone.point_on_surface()
        assert set(rows) == {at for at, shape in enumerate(shapes) if shape.covers(inside)}
