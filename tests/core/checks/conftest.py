"""Small layers on pages of the shipped packs, and one rule run on them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.checks import engine, rule
from shanshui.plugin.core.checks.case import Checked
from shanshui.plugin.core.table import Table

X, Y = 40_512_000.0, 3_302_000.0


@pytest.fixture(scope="session")
def packs():
    return schema.load_packs()


def square(east, north, side=100.0):
    return shapely.box(X + east, Y + north, X + east + side, Y + north + side)


def table(name, shapes=None, crs="EPSG:4528", **columns):
    """A table of that name; shapes None makes a plain one, a number makes as many squares in a row."""
    rows = pd.DataFrame(columns)
    if isinstance(shapes, int):
        shapes = [square(100.0 * at, 0.0) for at in range(shapes)]
    held = None if shapes is None else np.array([*shapes, None], dtype=object)[:-1]
    return Table(rows, held, crs if held is not None else None, name)


def made(check, layers="any", others="", severity="error", code="T1", group="logic", **parameters):
    """A rule as a page would state it."""
    return rule.Rule(
        code, check, "test", tuple(layers.split("|")), tuple(one for one in others.split("|") if one), group, "规则", "Rule", severity,
        {name: str(value) for name, value in parameters.items()},
    )


def checked(pack, one, page=""):
    """A layer under check on a page of the pack (default: the one of its name)."""
    return Checked(one, pack.layer(page or one.name), pack)


def findings(layers, *rules, tolerance=0.001):
    """What the rules find, none of them failing."""
    result = engine.run(layers, rules, tolerance)
    assert [one.reason for one in result.ran if one.state == "failed"] == []
    return [one for _, one in result.findings]


def told(found):
    """(feature, field, was, should) of each finding."""
    return [(one.row, one.field, one.facts.get("was"), one.facts.get("should")) for one in found]


@pytest.fixture(scope="session")
def bench():
    """The functions above, for tests to build with."""
    return SimpleNamespace(square=square, table=table, made=made, checked=checked, findings=findings, told=told)
