"""Abutments against a slow count of its own: points along the boundary as it is, a look outward at each, shapely and nothing else."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.registration.abutments import abutments
from shanshui.plugin.core.table import Table

EAST, NORTH = 40_400_000.0, 3_300_000.0
SIDES = ["DYSZB", "DYSZD", "DYSZN", "DYSZX"]
STARTS = [315.0, 45.0, 135.0, 225.0]


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


def named(shapes, pack):
    """For each shape and side the set of names that the algorithm writes; names are positions."""
    frame = pd.DataFrame({"MC": [str(at) for at in range(len(shapes))]})
    rows = abutments(Table(frame, np.array(shapes, dtype=object), "EPSG:4528", "units"), [], "MC", 0.0, pack).table.rows
    return [[set((text or "").split("、")) - {""} for text in rows.loc[at, SIDES]] for at in range(len(shapes))]


def counted(shapes, at, step=2.0):
    """For each side how many metres of the outer ring of shape `at` face whom ("" = nobody)."""
    ring = shapely.geometry.polygon.orient(shapes[at], -1.0).exterior
    found = [Counter() for _ in SIDES]
    for a, b in zip(ring.coords[:-1], ring.coords[1:]):
        east, north = b[0] - a[0], b[1] - a[1]
        length = float(np.hypot(east, north))
        out = np.array([-north, east]) / length  # the ring runs clockwise: outward lies to the left
        bearing = float(np.degrees(np.arctan2(*out))) % 360
        side = next(place for place, start in enumerate(STARTS) if (bearing - start) % 360 < 90)
        parts = max(1, int(np.ceil(length / step)))
        for part in range(parts):
            point = shapely.Point(np.array(a) + np.array([east, north]) * (part + 0.5) / parts + out * 0.01)
            who = next((str(other) for other, shape in enumerate(shapes) if other != at and shape.contains(point)), "")
            found[side][who] += length / parts
    return found


def cells(seed):
    """Units of a square of 1 km: 48 Voronoi cells shared out among 12, the largest connected part of each; so some ground is nobody's."""
    chance = np.random.default_rng(seed)
    places = shapely.MultiPoint(chance.uniform(0, 1000, (48, 2)) + np.array([EAST, NORTH]))
    whole = shapely.box(EAST, NORTH, EAST + 1000, NORTH + 1000)
    made = [shapely.intersection(one, whole) for one in shapely.voronoi_polygons(places, extend_to=whole).geoms]
    kind = np.arange(len(made)) % 12
    grouped = [shapely.union_all([one for one, of in zip(made, kind) if of == which]) for which in range(12)]
    return [max(shapely.get_parts(one), key=shapely.area) for one in grouped]


@pytest.mark.parametrize("seed", range(6))
def test_every_neighbour_of_a_side_is_named_and_no_other(pack, seed, tmp_path):
    """Without generalising, what has a clear share of a side (over 1.5 %) is named on it, what has clearly less (under 0.5 %) is not."""
    page = tmp_path / "registration" / "rules" / "abutments.csv"
    page.parent.mkdir(parents=True)
    page.write_text("key,value,source,status\ngeneralise,0,test,default\n", encoding="utf-8")
    plain = schema.load_packs(overlay_roots=[tmp_path])["registration"]
    shapes = cells(seed)
    for at, texts in enumerate(named(shapes, plain)):
        for side, lengths in enumerate(counted(shapes, at)):
            whole = sum(lengths.values()) or 1.0
            shares = {who: length / whole for who, length in lengths.items() if who}
            assert {who for who, share in shares.items() if share > 0.015} <= texts[side], (at, SIDES[side])
            assert texts[side] <= {who for who, share in shares.items() if share > 0.005}, (at, SIDES[side])


@pytest.mark.parametrize("seed", range(6))
def test_generalising_moves_a_neighbour_to_another_side_and_loses_none(pack, seed):
    shapes = cells(seed)
    for at, texts in enumerate(named(shapes, pack)):
        seen = counted(shapes, at)
        whole = sum(sum(one.values()) for one in seen)
        clear = {who for one in seen for who, length in one.items() if who and length > 0.03 * whole}
        assert clear <= set().union(*texts), at


def test_a_bay_of_a_large_unit_is_no_zigzag(pack):
    """A unit of 4 km with a bay 150 m deep: whoever lies in the bay lies west and east of its banks, too."""
    bay = shapely.box(EAST + 1000, NORTH + 3850, EAST + 1600, NORTH + 4100)
    unit = shapely.difference(shapely.box(EAST, NORTH, EAST + 4000, NORTH + 4000), bay)
    inland = shapely.difference(shapely.box(EAST, NORTH + 4000, EAST + 4000, NORTH + 4100), bay)
    assert named([unit, bay, inland], pack)[0] == [{"1", "2"}, {"1"}, set(), {"1"}]
