"""Overlaps, gaps and slivers of a polygon layer that ought to tile its ground."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from .arcs import arcs
from .coverage_faces import faces_of, rows_in_doubt
from .progress import SILENT, Progress
from .shared import Shared
from .table import Table
from .topology import Network

__all__ = ["Overlaps", "gaps", "mean_width", "overlaps", "shared_lengths"]

Array = np.ndarray[Any, Any]

_ROWS = 5_000  # rows looked up between two looks at the cancel button
_VERTICES = 50_000  # vertices of the pairs cut in one go


@dataclass(frozen=True)
class Overlaps:
    """Pairs of rows that claim the same ground: left < right, the common shapes, planar areas and mean widths (CRS units)."""

    left: Array
    right: Array
    shapes: Array
    areas: Array
    widths: Array

    def __len__(self) -> int:
        return len(self.left)


def mean_width(shapes: Array) -> Array:
    """2 · area / perimeter: the width of a long strip, half the side of a square; 0 for an empty shape."""
    around = shapely.length(shapes)
    width: Array = np.divide(2 * shapely.area(shapes), around, out=np.zeros(len(shapes)), where=around > 0)
    return width


def overlaps(table: Table, least: float = 0.0, progress: Progress = SILENT, among: Array | None = None) -> Overlaps:
    """Every overlap of two rows of `table` with more than `least` area (planar, CRS units²), each pair once.

    Rows that cannot overlap (see `rows_in_doubt`) are left out, and pairs that only touch are told apart before anything is cut.
    among: the rows (ascending) that may, where that is known already. Raises Cancelled.
    """
    rows = rows_in_doubt(table.shapes, progress.part(0.0, 0.3)) if among is None else among
    shapes = table.shapes[rows]
    one, other = _candidates(shapes, progress.part(0.3, 0.5))
    weight = shapely.get_num_coordinates(shapes)
    bounds = _batches(weight[one] + weight[other])
    walk, given = progress.part(0.5, 1.0), Shared(shapes)
    found: list[tuple[Array, Array, Array]] = []
    with ThreadPoolExecutor(2) as pool:
        for number in range(0, len(bounds) - 1, 2):
            walk.at(number / len(bounds))
            pieces = [slice(low, high) for low, high in zip(bounds[number : number + 2], bounds[number + 1 : number + 3])]
            found += pool.map(lambda piece: _cut(given, one[piece], other[piece], least), pieces)
    walk.at(1.0)
    if not found:
        none = np.empty(0, dtype=np.int64)
        return Overlaps(none, none, np.empty(0, dtype=object), np.empty(0), np.empty(0))
    left, right, common = (np.concatenate(column) for column in zip(*found))
    return Overlaps(rows[left], rows[right], common, shapely.area(common), mean_width(common))


def _candidates(shapes: Array, progress: Progress) -> tuple[Array, Array]:
    """Pairs of rows (lower first) whose envelopes share area."""
    tree = shapely.STRtree(shapes)
    boxes = shapely.bounds(shapes)
    pairs: list[tuple[Array, Array]] = []
    for chunk in progress.chunks(len(shapes), _ROWS):
        one, other = tree.query(shapes[chunk])
        one = one + chunk.start
        low = np.maximum(boxes[one, :2], boxes[other, :2])
        high = np.minimum(boxes[one, 2:], boxes[other, 2:])
        real = (one < other) & (high > low).all(axis=1)
        order = np.lexsort((other[real], one[real]))
        pairs.append((one[real][order], other[real][order]))
    if not pairs:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    one, other = (np.concatenate(column) for column in zip(*pairs))
    return one, other


def _batches(weight: Array) -> Array:
    """Bounds that part the pairs into batches of about _VERTICES vertices."""
    total = np.cumsum(weight)
    last = int(total[-1]) if len(total) else 0
    bounds: Array = np.unique(np.concatenate([[0], np.searchsorted(total, np.arange(_VERTICES, last, _VERTICES)) + 1, [len(weight)]]))
    return bounds[bounds <= len(weight)]


def _cut(shapes: Shared, one: Array, other: Array, least: float) -> tuple[Array, Array, Array]:
    apart = shapely.touches(shapes[one], shapes[other]) | shapely.disjoint(shapes[one], shapes[other])
    one, other = one[~apart], other[~apart]
    common = shapely.intersection(shapes[one], shapes[other])
    mixed = shapely.get_type_id(common) == 7
    common[mixed] = [shapely.union_all([part for part in shapely.get_parts(shape) if shapely.area(part) > 0]) for shape in common[mixed]]
    real = shapely.area(common) > least
    return one[real], other[real], common[real]


def gaps(table: Table, tolerance: float = 0.0, progress: Progress = SILENT) -> Array:
    """Polygons that the rows of `table` enclose but do not cover, as an object array.

    They are the faces of the edges without a neighbour in which no row lies; corners are noded within `tolerance` (CRS units).
    """
    return faces_of(table.shapes, tolerance, progress).gaps


def shared_lengths(net: Network, progress: Progress = SILENT) -> dict[tuple[int, int], float]:
    """Planar length of the common boundary of each pair of rows (lower first) that has one."""
    found = arcs(net, progress)
    both = found.left >= 0
    step = np.hypot(*(net.xy[found.edges + 1] - net.xy[found.edges]).T)
    length = np.add.reduceat(step, found.start[:-1])[both] if len(step) else np.empty(0)
    pairs = np.sort(np.stack([found.left[both], found.right[both]], axis=1), axis=1)
    names, slot = np.unique(pairs, axis=0, return_inverse=True)
    total = np.bincount(slot.ravel(), length, minlength=len(names))
    return {(int(a), int(b)): float(sum_) for (a, b), sum_ in zip(names, total)}
