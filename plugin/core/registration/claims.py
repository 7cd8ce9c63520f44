"""Who claims which ground: overlapping polygons taken apart into zones that do not overlap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from .. import ellipsoid
from ..coverage import mean_width, overlaps, shared_lengths
from ..overlay_cuts import polygons_only
from ..progress import SILENT, Progress
from ..table import Table
from ..topology import network

__all__ = ["Settled", "common_ground", "longest_edge", "settle", "tied", "without"]

Array = np.ndarray[Any, Any]
Rows = tuple[int, ...]

_NODE = 1e-6  # corners nearer than this are one when the shared edges of a strip are measured (CRS units)
_AROUND = 1.0  # a neighbour is looked at within this distance of the strip (CRS units)


@dataclass(frozen=True)
class Settled:
    """Zones that do not overlap. rows: the rows of the layer that each zone belongs to (one, or several where the claim stays open).

    narrow: overlaps narrower than the sliver width, given to the owner with the longer shared edge; narrow_area: their planar area.
    wide: the wider ones, as (rows, shape), whatever was decided about them.
    """

    shapes: Array
    rows: list[Rows]
    narrow: int = 0
    narrow_area: float = 0.0
    wide: list[tuple[Rows, Any]] = field(default_factory=list)


def without(shape: Any, other: Any) -> Any:
    """The polygons of `shape` outside `other` (None when nothing is left)."""
    return _polygonal(shapely.difference(shape, other))


def common_ground(shape: Any, other: Any) -> Any:
    """The polygons that two shapes share (None when they share none)."""
    return _polygonal(shapely.intersection(shape, other))


def settle(table: Table, sliver: float, decide: Callable[[Rows], Rows], progress: Progress = SILENT) -> Settled:
    """The rows of `table` as zones without overlap (domain-rules §3).

    Every connected overlap is judged by itself: with a mean width (2 · area / perimeter) under `sliver` metres it goes to the claimant with
    the longer shared edge; for a wider one `decide(claimants)` answers whose it is: one row, or all of them where the claim stays open.
    """
    shapes = table.shapes
    metre = ellipsoid.metres(table.crs) if table.crs else 1.0
    pairs = overlaps(table, 0.0, progress.part(0.0, 0.6))
    kept: list[list[Any]] = [[shape] if shape is not None and not shape.is_empty else [] for shape in shapes]
    opened: dict[Rows, list[Any]] = {}
    result = Settled(np.empty(0, dtype=object), [])
    wide: list[tuple[Rows, Any]] = []
    narrow, narrow_area = 0, 0.0
    groups = tied(pairs.left, pairs.right)
    walk = progress.part(0.6, 1.0)
    for number, group in enumerate(groups):
        walk.at(number / len(groups))
        zones = _apart([(shapes[row], row) for row in group])
        sole = {rows[0]: shape for shape, rows in zones if len(rows) == 1}
        for row in group:
            kept[row] = [sole[row]] if row in sole else []
        for shape, rows in zones:
            for part in shapely.get_parts(shape) if len(rows) > 1 else ():
                if float(mean_width(np.array([part]))[0]) * metre < sliver:
                    to_row = longest_edge(part, {row: sole[row] for row in rows if row in sole})
                    kept[rows[0] if to_row is None else to_row].append(part)
                    narrow, narrow_area = narrow + 1, narrow_area + float(part.area)
                    continue
                wide.append((rows, part))
                to = decide(rows)
                (kept[to[0]] if len(to) == 1 else opened.setdefault(to, [])).append(part)
    walk.at(1.0)
    listed = [((row,), parts) for row, parts in enumerate(kept)] + list(opened.items())
    listed = [(rows, parts) for rows, parts in listed if parts]
    out = np.array([*(parts[0] if len(parts) == 1 else shapely.union_all(parts) for _, parts in listed), None], dtype=object)[:-1]
    return Settled(out, [rows for rows, _ in listed], narrow, narrow_area, wide) if listed else result


def _apart(members: Sequence[tuple[Any, int]]) -> list[tuple[Any, Rows]]:
    """Shapes of some rows as zones, each with the rows that claim all of it."""
    zones: list[tuple[Any, Rows]] = []
    for shape, row in members:
        rest, after = shape, []
        for zone, rows in zones:
            common = None if rest is None or not shapely.intersects(zone, rest) else common_ground(zone, rest)
            if common is None:
                after.append((zone, rows))
                continue
            left = without(zone, common)
            after += [(left, rows)] * (left is not None) + [(common, (*rows, row))]
            rest = without(rest, common)
        zones = after + [(rest, (row,))] * (rest is not None)
    return zones


def longest_edge(part: Any, others: Mapping[int, Any], node: float = _NODE, around: float = _AROUND, least: float = -1.0) -> int | None:
    """The key of the shape that shares the longest edge with `part` (tie: the smallest key); None where none lies at it.

    node: corners nearer than this are one; around: how far from the part is looked; least: an edge no longer than this is none (CRS units).
    """
    xmin, ymin, xmax, ymax = part.bounds
    window = shapely.box(xmin - around, ymin - around, xmax + around, ymax + around)
    near = {key: common_ground(shape, window) for key, shape in others.items()}
    near = {key: shape for key, shape in near.items() if shape is not None}
    if not near:
        return None
    found = shared_lengths(network(np.array([part, *near.values()], dtype=object), node))
    length = {key: found.get((0, at), 0.0) for at, key in enumerate(near, 1)}
    best = max(near, key=lambda key: (length[key], -key))
    return best if length[best] > least else None


def tied(left: Array, right: Array) -> list[list[int]]:
    """Rows that pairs (left[i], right[i]) tie together, each group ascending."""
    root: dict[int, int] = {}

    def find(row: int) -> int:
        while root.setdefault(row, row) != row:
            root[row] = row = root[root[row]]
        return row

    for one, other in zip(left.tolist(), right.tolist()):
        a, b = find(one), find(other)
        root[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for row in sorted(root):
        groups.setdefault(find(row), []).append(row)
    return list(groups.values())


def _polygonal(shape: Any) -> Any:
    shapes, real, _ = polygons_only(np.array([shape], dtype=object))
    return shapes[0] if real[0] and shapely.area(shapes[0]) > 0 else None
