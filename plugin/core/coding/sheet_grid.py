"""The sheets of an extent as polygons with their numbers and theoretical areas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ..errors import CrsError, InputError
from ..measure import round_half_away, sheet_area
from ..progress import SILENT, Progress
from ..projection import reproject_shapes
from ..schema import Pack
from ..table import Table
from . import sheets

__all__ = ["LONLAT", "PAGE", "sheet_grid"]

LONLAT, PAGE = "EPSG:4490", "TFH"
Array = np.ndarray[Any, Any]
Box = tuple[float, float, float, float]
# along how many places of each side the extent is brought to longitude and latitude
_STEPS = 64
# sheets made between two looks at the user's wish to stop
_CHUNK = 4096


def sheet_grid(extent: Box, crs: str | None, scale: int, limit: int, pack: Pack, progress: Progress = SILENT) -> Table:
    """The sheets 1:`scale` that an extent (xmin, ymin, xmax, ymax in `crs`) has ground in, row by row from the north-west.

    Columns of page TFH of `pack`: TFH, SCALE, LLMJ (m², series area of the frame, 0.01). Polygons in EPSG:4490, edges cut into equal pieces,
    the corners of neighbours the same numbers. CrsError `crs.missing`; InputError `sheets.outside`, `sheets.too_many`.
    """
    known = sheets.scale_of(scale)
    west, south, east, north = _frame(extent, crs)
    if south >= sheets.NORTHERNMOST or north < 0 or west < -180 or east > 180:
        raise InputError("sheets.outside", west=west, south=south, east=east, north=north, limit=sheets.NORTHERNMOST)
    columns = _span(sheets.column_at(west, known), east * known.sheets / sheets.WIDTH)
    top = _span(sheets.row_at(max(south, 0.0), known), min(north, sheets.NORTHERNMOST) * known.sheets / sheets.HEIGHT)
    rows = top[::-1]
    count = len(rows) * len(columns)
    if count > limit:
        raise InputError("sheets.too_many", count=count, scale=scale, limit=limit)
    row, column = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
    of_row = sheet_area(rows * sheets.HEIGHT / known.sheets, (rows + 1) * sheets.HEIGHT / known.sheets, sheets.WIDTH / known.sheets)
    shapes: list[Array] = []
    for start in range(0, count, _CHUNK):
        progress.at(start / count)
        shapes.append(_polygons(row[start : start + _CHUNK], column[start : start + _CHUNK], known))
    found = pd.DataFrame(
        {
            "TFH": [sheets.number_of(int(down), int(along), known) for down, along in zip(row, column)],
            "SCALE": np.full(count, known.scale, dtype=np.int64),
            "LLMJ": np.repeat(round_half_away(of_row, 2), len(columns)),
        }
    )
    return Table(found, np.concatenate(shapes), LONLAT, PAGE, pack.layer(PAGE))


def _frame(extent: Box, crs: str | None) -> Box:
    """The extent in degrees: that of its sides, which bend on the way."""
    if crs is None:
        raise CrsError("crs.missing", layer="EXTENT")
    x0, y0, x1, y1 = extent
    steps = np.linspace(0.0, 1.0, _STEPS + 1)
    across, up = x0 + (x1 - x0) * steps, y0 + (y1 - y0) * steps
    sides = ((across, np.full_like(across, y0)), (across, np.full_like(across, y1)), (np.full_like(up, x0), up), (np.full_like(up, x1), up))
    places = shapely.points(np.concatenate([np.column_stack(side) for side in sides]))
    moved = reproject_shapes(places, crs, LONLAT, "EXTENT")
    west, south, east, north = shapely.total_bounds(moved)
    return float(west), float(south), float(east), float(north)


def _span(first: int, end: float) -> Array:
    """Whole numbers from `first` to the last sheet that begins before `end`, one at least: an extent that ends on a line does not reach on."""
    return np.arange(first, max(first + 1, math.ceil(end - 1e-7)), dtype=np.int64)


def _polygons(row: Array, column: Array, scale: sheets.Scale) -> Array:
    """One polygon a sheet, clockwise from the south-west; lines of the grid are whole numbers divided once, so that neighbours agree."""
    parts = scale.pieces
    step = np.arange(parts)
    far = np.full(parts, parts)
    near = np.zeros(parts, dtype=np.int64)
    east = np.concatenate([near, step, far, parts - step, [0]])
    north = np.concatenate([step, far, parts - step, near, [0]])
    whole = scale.sheets * parts
    x = sheets.WIDTH * (column[:, None] * parts + east) / whole
    y = sheets.HEIGHT * (row[:, None] * parts + north) / whole
    made: Array = shapely.polygons(np.stack([x, y], axis=-1))
    return made
