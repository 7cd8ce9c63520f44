"""The order in which rows get their serials."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..errors import InputError
from ..projection import reproject
from ..registration.row_order import rows_order
from ..table import Table

__all__ = ["along", "by_field", "by_rows"]

Array = np.ndarray[Any, Any]


def by_rows(table: Table, at: Array) -> Array:
    """The rows `at` from the north, each from west to east; those without a shape last. InputError `input.no_geometry`."""
    shapes = table.shapes[at]
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return np.concatenate([at[there][rows_order(shapes[there])], at[~there]])


def by_field(table: Table, field: str, at: Array) -> Array:
    """The rows `at` by the values of a field, numbers before texts, missing ones last, equal ones as they stand."""

    def key(row: int) -> tuple[int, float, str]:
        value = column[row]
        if not there[row]:
            return 2, 0.0, ""
        return (0, float(value), "") if isinstance(value, (int, float)) else (1, 0.0, str(value))

    there, column = table[field].notna().tolist(), table[field].tolist()
    return np.array(sorted(at.tolist(), key=key), dtype=np.int64)


def along(table: Table, line: Table, at: Array) -> Array:
    """The rows `at` by where their middles lie along a line; those without a shape last.

    InputError `codes.broken_line` for a layer whose lines do not make one, `input.no_geometry`; CrsError as `reproject`.
    """
    lines = reproject(line, table.crs).shapes if table.crs and line.crs else line.shapes
    one = shapely.line_merge(shapely.union_all(lines[~shapely.is_missing(lines)]))
    if shapely.get_type_id(one) != 1 or shapely.is_empty(one):
        raise InputError("codes.broken_line", layer=line.name, parts=int(shapely.get_num_geometries(one)))
    first = shapely.get_point(next(single for single in shapely.get_parts(lines) if not shapely.is_empty(single)), 0)
    if shapely.distance(first, shapely.get_point(one, -1)) == 0 and shapely.distance(first, shapely.get_point(one, 0)) > 0:
        one = shapely.reverse(one)
    shapes = table.shapes[at]
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    place = shapely.line_locate_point(one, shapely.centroid(shapes[there]))
    return np.concatenate([at[there][np.argsort(place, kind="stable")], at[~there]])
