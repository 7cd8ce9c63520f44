"""A hole without vertices is taken out, whatever holds it, and nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.core.empty_rings import without_empty_holes

SHELL = "(0 0, 9 0, 9 9, 0 9, 0 0)"
HOLE = "(1 1, 1 2, 2 2, 2 1, 1 1)"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (f"POLYGON ({SHELL}, EMPTY)", f"POLYGON ({SHELL})"),
        (f"POLYGON ({SHELL}, EMPTY, {HOLE}, EMPTY)", f"POLYGON ({SHELL}, {HOLE})"),
        (f"MULTIPOLYGON (({SHELL}, EMPTY), ((20 0, 30 0, 30 9, 20 0), {HOLE.replace('1', '28').replace('2 ', '29 ')}))", None),
    ],
)
def test_empty_holes_go_and_full_ones_stay(given: str, wanted: str | None) -> None:
    shapes = np.array([shapely.Point(1, 1), shapely.from_wkt(given), None, shapely.from_wkt("LINESTRING (0 0, 1 1)")], dtype=object)
    found = without_empty_holes(shapes)
    assert [one and one.wkt for one in found[[0, 2, 3]]] == [one and one.wkt for one in shapes[[0, 2, 3]]]
    assert "EMPTY" not in found[1].wkt and found[1].geom_type == shapes[1].geom_type
    assert found[1].area == shapes[1].area and len(shapely.get_parts(found[1])) == len(shapely.get_parts(shapes[1]))
    assert wanted is None or found[1].wkt == shapely.from_wkt(wanted).wkt
    assert shapely.touches(found[1], shapely.box(9, 0, 10, 9)) or wanted is None  # ends the process while the hole is there


def test_shapes_without_any_are_the_same_array() -> None:
    shapes = np.array([shapely.from_wkt(f"POLYGON ({SHELL}, {HOLE})"), shapely.Polygon(), None], dtype=object)
    assert without_empty_holes(shapes) is shapes
