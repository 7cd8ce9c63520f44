"""What the manual says of the tolerance at 0, 1 mm and 1 cm, on the plane and in degrees at 30° north."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.core.checks.case import Checked

X, Y = 40_512_000.0, 3_302_000.0
DEGREE, LATITUDE = 111_319.49, 30.0
TOLERANCES = (0.0, 0.001, 0.01)


def place(points, crs):
    """Metres from a corner as coordinates of the plane, or as degrees at 120° east, 30° north."""
    near = np.asarray(points, dtype=float)
    if crs == "EPSG:4528":
        return near + np.array([X, Y])
    return near / DEGREE / [np.cos(np.radians(LATITUDE)), 1.0] + np.array([120.0, LATITUDE])


def poly(crs, *points):
    return shapely.Polygon(place(points, crs))


def strips(crs, apart):
    """Two fields one above the other, `apart` metres asunder (below 0: over each other), closed by a third on the right and a fourth on the left."""
    low = poly(crs, (0, 0), (100, 0), (100, 50), (0, 50))
    high = poly(crs, (0, 50 + apart), (100, 50 + apart), (100, 100), (0, 100))
    inner = sorted((50, 50 + apart))
    right = poly(crs, (100, 0), (150, 0), (150, 100), (100, 100), (100, inner[1]), (100, inner[0]))
    left = poly(crs, (0, 0), (0, inner[0]), (0, inner[1]), (0, 100), (-50, 100), (-50, 0))
    return [low, high, right, left]


def count(bench, check, shapes, tolerance, crs, **parameters):
    layer = Checked(bench.table("L", shapes, crs, A=list(range(len(shapes)))))
    return len(bench.findings([layer], bench.made(check, "L", **parameters), tolerance=tolerance))


@pytest.mark.parametrize("crs", ["EPSG:4528", "EPSG:4490"])
@pytest.mark.parametrize(("check", "sign"), [("gap", 1.0), ("overlap", -1.0)])
def test_strips_count_where_they_are_wider_than_the_tolerance(bench, crs, check, sign):
    """A strip of 1e-4, 4 mm and 4 cm: its mean width is a hair less than its width."""
    told = [[count(bench, check, strips(crs, sign * apart), tolerance, crs) for apart in (1e-4, 0.004, 0.04)] for tolerance in TOLERANCES]
    assert told == [[1, 1, 1], [0, 1, 1], [0, 0, 1]]


@pytest.mark.parametrize("crs", ["EPSG:4528", "EPSG:4490"])
def test_a_strip_narrower_than_a_micrometre_is_none_at_tolerance_nought(bench, crs):
    assert [count(bench, "gap", strips(crs, apart), 0.0, crs) for apart in (5e-7, 5e-6)] == [0, 1]


def beside(crs, off, upright):
    """A field whose long edge has no vertex where its neighbour has one, `off` metres inside itself; the edge runs north, or east."""
    one = [(0, 0), (100, 0), (100, 100), (0, 100)]
    other = [(100, 0), (200, 0), (200, 100), (100, 100), (100 + off, 50)]
    turn = np.array([[1, 0], [0, 1]] if upright else [[0, 1], [1, 0]])
    return [poly(crs, *(np.array(points) @ turn)) for points in (one, other)]


@pytest.mark.parametrize("upright", [True, False])
@pytest.mark.parametrize("crs", ["EPSG:4528", "EPSG:4490"])
def test_vertices_that_a_shared_edge_lacks(bench, crs, upright):
    """On the edge, 0.8 mm, 8 mm and 2 cm off it."""
    offs = (0.0, 0.0008, 0.008, 0.02)
    told = [[count(bench, "vertex_missing", beside(crs, off, upright), tolerance, crs) for off in offs] for tolerance in TOLERANCES]
    assert told == [[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]


def test_east_and_west_the_tolerance_shrinks_with_the_latitude(bench):
    """9.3 mm north of an edge that runs east a vertex is missing there at 1 cm; 9.3 mm east of one that runs north it is not: cos 30° × 1 cm."""
    told = {upright: count(bench, "vertex_missing", beside("EPSG:4490", 0.0093, upright), 0.01, "EPSG:4490") for upright in (False, True)}
    assert told == {False: 1, True: 0}


@pytest.mark.parametrize("crs", ["EPSG:4528", "EPSG:4490"])
def test_near_vertices_and_short_edges(bench, crs):
    """Edges of 3 mm, 8 mm and 3 cm, east and north; the rules as shipped."""
    shape = poly(crs, (0, 0), (50, 0), (50.003, 0), (100, 0), (100, 50), (100, 50.008), (100, 100), (50, 100), (49.97, 100), (0, 100))
    near = [count(bench, "vertex_near", [shape], tolerance, crs, within=0.005) for tolerance in TOLERANCES]
    short = [count(bench, "short_edge", [shape], tolerance, crs, least=0.05, above=0.005) for tolerance in TOLERANCES]
    assert (near, short) == ([1, 1, 2], [2, 2, 1])


def test_the_shipped_rules_have_the_numbers_that_the_manual_names(packs):
    from shanshui.plugin.core.checks.rule import rules_of

    rules = {one.check: one for one in rules_of(packs.values()) if one.check in ("vertex_near", "short_edge", "edge_mismatch")}
    assert (rules["vertex_near"].number("within"), rules["short_edge"].number("least"), rules["short_edge"].number("above")) == (0.005, 0.05, 0.005)
    assert [rules["edge_mismatch"].number(name) for name in ("within", "least", "reach")] == [3.0, 20.0, 100.0]
