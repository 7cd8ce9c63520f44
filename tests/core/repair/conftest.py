"""Small layers, and the repairs made on them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.checks import engine, rule
from shanshui.plugin.core.repair import changes, mend, plan
from shanshui.plugin.core.table import Table

X, Y = 40_512_000.0, 3_302_000.0


@pytest.fixture(scope="session")
def packs():
    return schema.load_packs()


def poly(*places):
    """A polygon of places in metres from the corner of the ground."""
    return shapely.Polygon([(X + east, Y + north) for east, north in places])


def square(east, north, side=100.0):
    """A square, counter-clockwise from its south-west corner."""
    return poly((east, north), (east + side, north), (east + side, north + side), (east, north + side))


def places(shape):
    """The set of vertices of a shape in metres from the corner of the ground, to the millimetre."""
    return {(round(x - X, 3), round(y - Y, 3)) for x, y in shapely.get_coordinates(shape)}


@pytest.fixture(scope="session")
def bench(packs):
    """What tests build with: poly, square, places; table, layer, mended, found, told."""
    rules = rule.rules_of(packs.values())

    def table(shapes, name="ground", crs="EPSG:4528", **columns):
        rows = pd.DataFrame(columns, index=range(len(shapes)))
        return Table(rows, np.array([*shapes, None], dtype=object)[:-1], crs, name)

    def layer(one):
        return engine.recognise([one], list(packs.values()))[0]

    def mended(one, wanted="all", tolerance=0.001, width=None):
        """The repairs on a table or on shapes."""
        known = layer(one if isinstance(one, Table) else table(one))
        return mend.repaired(known, plan.planned(packs["survey"], rules, wanted, known, width), tolerance)

    def found(tables, wanted="all", tolerance=0.001):
        """What checks find: (rule, finding)."""
        result = engine.run(engine.recognise(list(tables), list(packs.values())), rule.chosen(rules, wanted), tolerance)
        assert [one.reason for one in result.ran if one.state == "failed"] == []
        return result.findings

    def told(done):
        return sorted((one.code, one.row) for one in done.findings)

    return SimpleNamespace(
        poly=poly, square=square, places=places, table=table, layer=layer, mended=mended, found=found, told=told, X=X, Y=Y, changes=changes
    )
