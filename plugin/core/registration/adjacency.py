"""Who lies on the other side of the outer boundary of each row: by shared edges, and by looking outward across a gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from .. import topology
from ..arcs import Arcs, arcs
from ..progress import SILENT, Progress

__all__ = ["Fronts", "fronts"]

Array = np.ndarray[Any, Any]

NOTHING = -1
_BATCH = 20_000  # probes looked up between two looks at the cancel button


@dataclass(frozen=True)
class Fronts:
    """Pieces of outer boundary: (n,) row, (n,) target (place among rows, then neighbours, NOTHING), (n,) lines with the row on the right.

    inner: number of inner rings, which have no abutment.
    """

    row: Array
    target: Array
    lines: Array
    inner: int


def fronts(shapes: Array, neighbours: Array, distance: float, tolerance: float, cut: float, progress: Progress = SILENT) -> Fronts:
    """The fronts of the rows `shapes` towards each other and towards the polygons `neighbours`.

    Edges that two rows share (within `tolerance`) face each other. From the others a probe goes straight outward from the middle of each
    piece, as far as `distance`; the nearest polygon it meets is the neighbour. Pieces are at most `cut` of the ring long. Planar units.
    """
    net = topology.network(shapes, tolerance, progress.part(0.0, 0.3))
    found = arcs(net, progress.part(0.3, 0.35))
    lines = found.lines(net, progress.part(0.35, 0.4))
    faced = found.left >= 0
    right_outer, left_outer = _outer_sides(net, found)
    shared, mirrored = faced & right_outer, faced & left_outer
    lone = ~faced & right_outer
    pieces = _probe(shapes, neighbours, found.right[lone], lines[lone], distance, tolerance, cut, progress.part(0.4, 1.0))
    return Fronts(
        np.concatenate([found.right[shared], found.left[mirrored], pieces[0]]),
        np.concatenate([found.left[shared], found.right[mirrored], pieces[1]]),
        np.concatenate([lines[shared], shapely.reverse(lines[mirrored]), pieces[2]]),
        int((~net.outer).sum()),
    )


def _outer_sides(net: topology.Network, found: Arcs) -> tuple[Array, Array]:
    """Whether each arc lies on an exterior ring of its right and of its left row."""
    head = found.edges[found.start[:-1]]
    right = net.outer[np.searchsorted(net.start, head, side="right") - 1] if len(head) else np.empty(0, dtype=bool)
    mate = net.mate[head]
    left = np.zeros(len(head), dtype=bool)
    left[mate >= 0] = net.outer[np.searchsorted(net.start, mate[mate >= 0], side="right") - 1]
    return right, left


def _probe(
    shapes: Array, neighbours: Array, rows: Array, lines: Array, distance: float, tolerance: float, cut: float, progress: Progress
) -> tuple[Array, Array, Array]:
    """(row, target, line) of the runs of pieces of `lines` that face the same target; the rows lie on the right."""
    around = np.bincount(rows, shapely.length(lines), minlength=len(shapes)) if len(rows) else np.zeros(len(shapes))
    xy, line = shapely.get_coordinates(lines, return_index=True)
    step = np.flatnonzero(line[1:] == line[:-1])
    length = np.hypot(*(xy[step + 1] - xy[step]).T)
    finest = np.maximum(around[rows[line[step]]] * cut, 10 * tolerance)
    parts = np.maximum(np.ceil(length / finest), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(step)), parts)
    share = (np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts))[:, None] / parts[edge][:, None]
    way = (xy[step + 1] - xy[step])[edge]
    head = xy[step][edge] + way * share
    tail = head + way / parts[edge][:, None]
    row, of_line = rows[line[step]][edge], line[step][edge]
    outward = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.hypot(*way.T)[:, None] if len(way) else way
    start = (head + tail) / 2 + outward * 2 * tolerance
    target = _nearest(shapes, neighbours, row, start, start + outward * max(distance, 8 * tolerance), progress)
    run = np.cumsum(np.append(0, (of_line[1:] != of_line[:-1]) | (target[1:] != target[:-1]))) if len(row) else row
    first = np.flatnonzero(np.append(True, run[1:] != run[:-1])) if len(row) else np.empty(0, dtype=np.int64)
    last = np.append(first[1:], len(row)) - 1 if len(row) else first
    points = np.concatenate([head, tail[last]])
    order = np.argsort(np.append(run, run[last]), kind="stable") if len(row) else np.empty(0, dtype=int)
    made = shapely.linestrings(points[order], indices=np.append(run, run[last])[order]) if len(row) else np.empty(0, dtype=object)
    return row[first], target[first], np.asarray(made, dtype=object).reshape(-1)


def _nearest(shapes: Array, neighbours: Array, row: Array, start: Array, end: Array, progress: Progress) -> Array:
    """The polygon that each probe start→end meets first, itself and its copies apart; the earlier one where two are equally near."""
    every = np.concatenate([shapes, neighbours])
    tree = shapely.STRtree(every)
    box, area = shapely.bounds(every), shapely.area(every)
    target = np.full(len(row), NOTHING, dtype=np.int64)
    for chunk in progress.chunks(len(row), _BATCH):
        probes = shapely.linestrings(np.stack([start[chunk], end[chunk]], axis=1))
        probe, other = tree.query(probes, predicate="intersects")
        own = row[chunk][probe]
        twin = (np.abs(box[own] - box[other]) < 1e-6).all(axis=1) & (np.abs(area[own] - area[other]) <= 1e-9 * area[own])
        probe, other = probe[~twin], other[~twin]
        away = shapely.distance(shapely.points(start[chunk])[probe], every[other])
        order = np.lexsort((other, away, probe))
        probe, other = probe[order], other[order]
        head = np.append(True, probe[1:] != probe[:-1]) if len(probe) else np.empty(0, dtype=bool)
        target[chunk.start + probe[head]] = other[head]
    return target
