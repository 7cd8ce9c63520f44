"""The overlay engine: pieces of two polygon layers that add up to what was cut.

Rows of a layer that overlap each other are not an error: a common piece is made for every pair, and what is left of a row is
the row less the union of all rows of the other layer, as `native:union` has it for two layers.
"""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import shapely

from .errors import InputError
from .overlay_books import Aside, Books, Pieces
from .overlay_walk import Task, walk
from .progress import SILENT, Progress
from .projection import all_or_none, reproject
from .table import Table
from .topology import units_of

__all__ = [
    "OPERATIONS", "Aside", "Books", "Pieces", "difference", "identity", "intersect", "noise_of", "stream", "symmetric_difference", "union",
]

Array = np.ndarray[Any, Any]

# operation → common pieces, rest of the left rows, rest of the right rows
OPERATIONS = {
    "intersection": (True, False, False),
    "identity": (True, True, False),
    "union": (True, True, True),
    "difference": (False, True, False),
    "symmetric_difference": (False, True, True),
}


def stream(
    left: Table, right: Table, operation: str, *, noise: float = 0.0, grid: float = 0.0, progress: Progress = SILENT
) -> Iterator[Pieces]:
    """The pieces of an operation of OPERATIONS, chunk by chunk, the next chunk computed while the caller uses this one.

    left, right: valid polygons; the right layer is brought to the CRS of the left. noise (m²): smaller pieces are united with their
    neighbour of the same row and counted, 0 keeps all. grid (m): precision of all vertices, 0 for full precision. The `stats` of all
    chunks are one Books, complete after the last, which is empty.
    InputError `overlay.unknown_operation`; CrsError as `reproject`. Raises Cancelled.
    """
    if operation not in OPERATIONS:
        raise InputError("overlay.unknown_operation", operation=operation, choices=", ".join(OPERATIONS))
    pieces, left_rest, right_rest = OPERATIONS[operation]
    if all_or_none(left, right):
        right = reproject(right, left.crs)
    books = Books(noise=noise_of(noise, left))
    fine = units_of(grid, left.crs) if grid else 0.0
    found = walk(left.shapes, right.shapes, Task(pieces, left_rest, right_rest, fine), books, progress.check)
    progress.at(0.0)
    for fraction, patch, zone, shapes in _ahead(found):
        progress.at(fraction)
        if len(shapes):
            yield Pieces(patch, zone, shapes, books)
    none = np.empty(0, dtype=np.int64)
    yield Pieces(none, none, np.empty(0, dtype=object), books)


def noise_of(noise: float, table: Table) -> float:
    """A noise area in m² as square units of the table's CRS (square degrees at its middle for a geographic one)."""
    if noise <= 0 or table.crs is None:
        return max(noise, 0.0)
    unit = units_of(1.0, table.crs)
    area = noise * unit * unit
    if unit < 1e-3 and len(table):  # degrees: a degree of longitude shrinks away from the equator
        middle = float(np.nanmean(shapely.total_bounds(table.shapes)[1::2]))
        area /= max(math.cos(math.radians(middle)), 1e-3)
    return area


def intersect(left: Table, right: Table, *, noise: float = 0.0, grid: float = 0.0, progress: Progress = SILENT) -> Pieces:
    """A piece for every pair of rows that share ground; parameters and errors as `stream`."""
    return _all(left, right, "intersection", noise, grid, progress)


def identity(left: Table, right: Table, *, noise: float = 0.0, grid: float = 0.0, progress: Progress = SILENT) -> Pieces:
    """The common pieces and what is left of the left rows (right -1); parameters and errors as `stream`."""
    return _all(left, right, "identity", noise, grid, progress)


def union(left: Table, right: Table, *, noise: float = 0.0, grid: float = 0.0, progress: Progress = SILENT) -> Pieces:
    """The common pieces and what is left of either layer (-1 on the other side); parameters and errors as `stream`."""
    return _all(left, right, "union", noise, grid, progress)


def difference(left: Table, right: Table, *, noise: float = 0.0, grid: float = 0.0, progress: Progress = SILENT) -> Pieces:
    """What is left of the left rows without the ground of the right layer; parameters and errors as `stream`."""
    return _all(left, right, "difference", noise, grid, progress)


def symmetric_difference(left: Table, right: Table, *, noise: float = 0.0, grid: float = 0.0, progress: Progress = SILENT) -> Pieces:
    """What is left of either layer without the ground of the other; parameters and errors as `stream`."""
    return _all(left, right, "symmetric_difference", noise, grid, progress)


def _all(left: Table, right: Table, operation: str, noise: float, grid: float, progress: Progress) -> Pieces:
    parts = list(stream(left, right, operation, noise=noise, grid=grid, progress=progress))
    columns = [np.concatenate(column) for column in zip(*((part.left, part.right, part.shapes) for part in parts))]
    order = np.lexsort((_last(columns[1]), _last(columns[0])))
    return Pieces(columns[0][order], columns[1][order], columns[2][order], parts[-1].stats)


def _last(rows: Array) -> Array:
    """A sort key that puts -1 behind all rows."""
    return np.where(rows < 0, np.iinfo(np.int64).max, rows)


def _ahead(source: Iterator[Any]) -> Generator[Any, None, None]:
    """The items of `source`, computed one ahead in a thread; its exceptions are raised here, and leaving early stops it."""
    items: queue.Queue[tuple[str, Any]] = queue.Queue(maxsize=1)
    left = threading.Event()

    def put(word: str, item: Any) -> bool:
        while not left.is_set():
            try:
                items.put((word, item), timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for item in source:
                if not put("item", item):
                    break
            else:
                put("end", None)
        except BaseException as failure:  # noqa: BLE001  (handed to the thread that asked)
            put("failed", failure)

    thread = threading.Thread(target=work, name="overlay", daemon=True)
    thread.start()
    try:
        while True:
            word, item = items.get()
            if word == "end":
                return
            if word == "failed":
                raise item
            yield item
    finally:
        left.set()
        thread.join()
