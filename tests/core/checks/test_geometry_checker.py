"""The test layers of QGIS's geometry checker: the errors that its own tests state for them are found, with their places and values.

Expected rows, places and values are those of tests/src/geometry_checker/testqgsgeometrychecks.cpp of QGIS (rows from 0, places to 1e-4). Layers
are in degrees; without a CRS their units count as metres, as the thresholds of those tests do.
"""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.core.checks.case import Checked

pytestmark = pytest.mark.real

NEAR = 2e-4


@pytest.fixture
def shapes(real_data):
    geopandas = pytest.importorskip("geopandas")

    def read(name):
        return geopandas.read_file(real_data / "qgis_testdata" / "geometry_checker" / name).geometry.to_numpy()

    return read


@pytest.fixture
def look(bench):
    def found(check, some, other=None, tolerance=0.0, **parameters):
        tables = [("ONE", some), ("OTHER", other)][: 1 if other is None else 2]
        layers = [Checked(bench.table(name, list(one), None, A=list(range(len(one))))) for name, one in tables]
        return bench.findings(layers, bench.made(check, "ONE", "" if other is None else "OTHER", other="OTHER", **parameters), tolerance=tolerance)

    return found


def row(one):
    return int(one.row[1:]) - 1


ANGLES = {
    "line_layer.shp": [(0, -0.2225, 0.5526, 10.5865), (0, -0.94996, 0.99967, 8.3161), (2, -0.4547, -0.3059, 5.4165), (2, -0.7594, -0.1971, 12.5288)],
    "polygon_layer.shp": [(0, 0.2402, 1.0786, 13.5140), (1, 0.6960, 0.5908, 7.0556), (1, 0.98690, 0.55699, 7.7351), (11, -0.3186, 1.6734, 3.5092)],
    "point_layer.shp": [],
}
SHORT = {
    "line_layer.shp": [(3, 0.0753, 0.7921, 0.0197)],
    "polygon_layer.shp": [(2, 0.7807, 1.1009, 0.0176), (10, -0.2819, 1.3553, 0.0281), (11, -0.2819, 1.3553, 0.0281)],
    "point_layer.shp": [],
}
TWICE = {
    "line_layer.shp": [(0, -0.6360, 0.6203, 0.0), (6, 0.2473, 2.0821, 0.0), (6, 0.5158, 2.0930, 0.0)],
    "polygon_layer.shp": [(4, 1.6319, 0.5642, 0.0)],
    "point_layer.shp": [],
}


@pytest.mark.parametrize(
    ("check", "parameters", "expected"),
    [("sharp_angle", {"least": 15}, ANGLES), ("short_edge", {"least": 0.03, "above": 1e-8}, SHORT), ("vertex_near", {"within": 1e-8}, TWICE)],
)
@pytest.mark.parametrize("name", ["line_layer.shp", "polygon_layer.shp", "point_layer.shp"])
def test_faults_of_vertices_and_edges(shapes, look, name, check, parameters, expected):
    """The ring of row 6 has no ground at all: that it turns back on itself is told beside that it is not valid."""
    found = [one for one in look(check, shapes(name), **parameters) if not (check == "sharp_angle" and name == "polygon_layer.shp" and row(one) == 6)]
    told = sorted((row(one), *shapely.get_coordinates(one.where)[0], float(one.facts["was"])) for one in found)
    for mine, theirs in zip(told, sorted(expected[name])):
        assert mine[0] == theirs[0] and mine[1:3] == pytest.approx(theirs[1:3], abs=NEAR) and mine[3] == pytest.approx(theirs[3], abs=0.006)
    assert len(told) == len(expected[name])


def test_shapes_that_are_not_valid(shapes, look):
    """Rows 1 and 12 cross themselves, where QGIS says; row 6 is degenerate."""
    found = {row(one): shapely.get_coordinates(one.where) for one in look("shape_invalid", shapes("polygon_layer.shp"))}
    assert set(found) == {1, 6, 12}
    assert found[1][0] == pytest.approx([1.2592, 0.0888], abs=NEAR) and found[12][0] == pytest.approx([0.2213, 0.2365], abs=NEAR)


@pytest.mark.parametrize(("name", "pair"), [("point_layer.shp", (2, 6)), ("line_layer.shp", (4, 7)), ("polygon_layer.shp", (7, 8))])
def test_shapes_that_stand_twice(shapes, look, name, pair):
    (one,) = look("shape_twice", shapes(name))
    assert (int(one.facts["other"][1:]) - 1, row(one)) == pair


def test_overlaps(shapes, look):
    """QGIS tells two small overlaps of row 10 (both with row 0: one pair in two pieces) and that row 3 lies in row 0; row 1 is not valid."""
    some = shapes("polygon_layer.shp")
    found = {(row(one), int(one.facts["other"][1:]) - 1): one.where for one in look("overlap", some)}
    assert len(shapely.get_parts(found[0, 10])) == 2 and all(part.area < 0.01 for part in shapely.get_parts(found[0, 10]))
    assert found[0, 3].equals(some[3]) and not any(1 in pair for pair in found)
    valid = np.flatnonzero(shapely.is_valid(some))
    common = {(int(a), int(b)): some[a].intersection(some[b]).area for a in valid for b in valid if a < b}
    assert {pair: one.area for pair, one in found.items()} == pytest.approx({pair: area for pair, area in common.items() if area > 0})


GAPS = [(0.2924, -0.8798, 0.0027), (0.4238, -0.7479, 0.0071), (0.0094, -0.4448, 0.0033), (0.2939, -0.4694, 0.0053), (0.6284, -0.3641, 0.0018)]


def test_gaps(shapes, look):
    """Five below the 0.01 that QGIS's test asks for, each of its area and at its place (the mean of its corners), and one larger."""
    found = [one.where for one in look("gap", shapes("gap_layer.shp"))]
    assert len(found) == 6 and sorted(one.area for one in found)[-1] > 0.01
    for x, y, area in GAPS:
        (one,) = (each for each in found if abs(each.area - area) < 1e-4)
        assert shapely.get_coordinates(one)[:-1].mean(axis=0) == pytest.approx([x, y], abs=NEAR)


MISSING = [(0, 0.251153, -0.460895), (3, 0.257985, -0.932886), (4, 0.259197, -0.478311), (5, 0.59781, -0.480033), (5, 0.605252, -0.664875)]


@pytest.mark.parametrize(("tolerance", "count"), [(0.0, 0), (1e-8, 5), (1e-4, 5)])
def test_missing_vertices(shapes, look, tolerance, count):
    found = look("vertex_missing", shapes("missing_vertex.gpkg"), tolerance=tolerance)
    told = sorted((row(one), one.where.x, one.where.y) for one in found)
    assert len(told) == count
    for mine, theirs in zip(told, MISSING):
        assert mine[0] == theirs[0] and mine[1:] == pytest.approx(theirs[1:], abs=NEAR)


def test_slivers_and_multiparts(shapes, look):
    """QGIS's two slivers are the two polygons narrower than 0.01; its multipart types are told by the number of parts here."""
    some = shapes("polygon_layer.shp")
    assert [row(one) for one in look("sliver", some, width=0.01)] == [6, 11]
    for name in ("polygon_layer.shp", "line_layer.shp"):
        several = np.flatnonzero(shapely.get_num_geometries(shapes(name)) > 1).tolist()
        assert [row(one) for one in look("multipart", shapes(name))] == several != []


DANGLES = [(0, -0.7558, 0.7648), (2, -0.7787, -0.2237), (3, -0.2326, 0.9537), (3, 0.0715, 0.7830), (8, -1.5974, 0.5237), (8, -0.9315, 0.3146)]


def test_loose_ends(shapes, look):
    """QGIS's six; an end that another line passes through, or its own line, is loose here as well: lines are to be split where one ends."""
    lines = shapes("line_layer.shp")
    found = look("line_dangles", lines)
    left = [one for one in found if not any(row(one) == at and shapely.distance(one.where, shapely.Point(x, y)) < NEAR for at, x, y in DANGLES)]
    assert len(found) - len(left) == len(DANGLES)
    for one in left:
        own = shapely.get_parts(lines[row(one)])
        others = shapely.union_all(np.delete(lines, row(one)))
        turns = sum(shapely.distance(part, one.where) < 1e-9 for edge in own for part in edges(edge))
        assert shapely.distance(others, one.where) < 1e-9 or turns > 1


def edges(line):
    points = shapely.get_coordinates(line)
    return shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1))


def test_points_covered_by_lines(shapes, look):
    """QGIS: points 0 and 1 are; the others as a plain distance says."""
    points, lines = shapes("point_layer.shp"), shapes("line_layer.shp")
    away = shapely.distance(points, shapely.union_all([one for one in lines if one is not None]))
    found = {row(one): float(one.facts["was"]) for one in look("point_off_line", points, lines)}
    assert set(found) == {2, 3, 4, 5, 6} and found == pytest.approx({at: away[at] for at in found}, abs=1e-4)
