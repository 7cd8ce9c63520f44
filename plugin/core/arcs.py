"""Shared boundaries as lines: edges of a network joined from junction to junction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from .progress import SILENT, Progress
from .topology import CLOSING, Network, vertex_keys

__all__ = ["Arcs", "arcs", "join"]

Array = np.ndarray[Any, Any]

_CHUNK = 500_000


@dataclass(frozen=True)
class Arcs:
    """Each boundary once, from junction to junction, clockwise around the row on its right.

    edges: the edge of the network for each step, arc after arc, in the direction of the owner's ring. start: (n + 1,) first step of each.
    right: (n,) the owner, the lower row; left: (n,) its neighbour, -1 where there is none. closed: (n,) the arc is a whole ring
    (it starts at the vertex nearest to the north-west corner of its envelope). reverse: (n,) the owner's ring runs against the line.
    inner: edges between two parts of one row, which are no boundary.
    """

    edges: Array
    start: Array
    left: Array
    right: Array
    closed: Array
    reverse: Array
    inner: int

    def lines(self, net: Network, progress: Progress = SILENT) -> Array:
        """(n,) LineString of each arc."""
        return join(net, self.edges, self.start, self.reverse, progress)


def arcs(net: Network, progress: Progress = SILENT, marks: Array | None = None) -> Arcs:
    """The arcs of `net`: runs of edges between the same two rows, broken where three boundaries meet.

    A vertex is passed when both neighbours' rings pass it too, edge by edge: then no third boundary can end there.
    marks: (V,) of each edge; lines also break where the marks of two owned edges differ.
    """
    points = _meeting(net, progress.part(0.0, 0.3))
    bounds = np.append(np.arange(0, len(net.xy), _CHUNK), len(net.xy))
    rings = np.unique(np.searchsorted(net.start, bounds))
    walk = progress.part(0.3, 1.0)
    found = [_piece(net, 0, 0, points, marks)]
    for number, (low, high) in enumerate(zip(rings[:-1], rings[1:])):
        walk.at(number / len(rings))
        found.append(_piece(net, int(low), int(high), points, marks))
    walk.at(1.0)
    edges, sizes, left, right, closed, reverse, inner = (np.concatenate(column) for column in zip(*found))
    return Arcs(edges, np.append(0, np.cumsum(sizes)), left, right, closed, reverse, int(inner.sum()) // 2)


def _piece(net: Network, low: int, high: int, points: Array, marks: Array | None) -> tuple[Array, ...]:
    """The arcs owned by the rings low … high − 1: edges, size, left, right, closed and reverse of each arc, count of inner edges."""
    edges = np.arange(net.start[low], net.start[high], dtype=net.mate.dtype)
    size = np.diff(net.start[low : high + 1])
    ring = np.repeat(np.arange(low, high), size)
    mate = net.mate[edges]
    neighbour, row = net.rows_of(mate), net.row[ring]
    inner = (mate >= 0) & (neighbour == row)
    owned = (mate != CLOSING) & ~inner & ((mate < 0) | (edges < mate))
    earlier = net.before(edges) - net.start[low]
    follows = owned & owned[earlier] & (neighbour == neighbour[earlier])
    follows &= ~np.isin(vertex_keys(net.xy[edges]), points) if len(points) else True
    if marks is not None:
        follows &= marks[edges] == marks[edges[earlier]]
    shared = np.flatnonzero(follows & (mate >= 0))
    here, there = mate[shared], mate[earlier[shared]]
    follows[shared] = (net.before(here) == there) | (net.before(there) == here)
    order = _turned(net, low, high, owned, follows)
    steps = order[owned[order]]
    first = np.ones(len(steps), dtype=bool)
    first[1:] = ring[steps[1:]] != ring[steps[:-1]]
    start = np.flatnonzero(~follows[steps] | first)
    head = steps[start]
    sizes = np.diff(np.append(start, len(steps)))
    closed = follows[head]  # nothing broke the whole ring
    return edges[steps], sizes, neighbour[head], row[head], closed, net.left[ring[head]], np.array([inner.sum()])


def _turned(net: Network, low: int, high: int, owned: Array, follows: Array) -> Array:
    """Places of the edges of some rings, each ring starting where a line starts (or at its north-west vertex if none does)."""
    if low == high:
        return np.empty(0, dtype=np.int64)
    start = net.start[low:high] - net.start[low]
    length = np.diff(net.start[low : high + 1]) - 1
    place = np.arange(len(owned)) - np.repeat(start, length + 1)
    none = len(owned)
    shift = np.minimum.reduceat(np.where(owned & ~follows, place, none), start)
    whole = np.flatnonzero(shift == none)
    for ring in whole[owned[start[whole]]]:
        at = net.start[low + ring]
        shift[ring] = _north_west(net.xy[at : at + length[ring]])
    shift[shift == none] = 0
    wide = np.repeat(length, length + 1)
    turned = np.where(place == wide, place, (place - np.repeat(shift, length + 1)) % wide)
    order = np.empty(len(owned), dtype=np.int64)
    order[np.repeat(start, length + 1) + turned] = np.arange(len(owned))
    return order


def join(net: Network, edges: Array, start: Array, reverse: Array, progress: Progress = SILENT) -> Array:
    """(n,) LineString through the edges start[i] … start[i + 1] − 1, turned round where `reverse`."""
    count = len(start) - 1
    made = np.empty(count, dtype=object)
    bounds = np.unique(np.append(np.searchsorted(start, np.arange(0, len(edges), _CHUNK), side="left"), count))
    for number, (low, high) in enumerate(zip(bounds[:-1], bounds[1:])):
        progress.at(number / len(bounds))
        steps = edges[start[low] : start[high]]
        size = np.diff(start[low : high + 1])
        line = np.repeat(np.arange(high - low), size)
        xy = np.empty((len(steps) + high - low, 2))
        xy[np.arange(len(steps)) + line] = net.xy[steps]
        last = np.cumsum(size) - 1
        xy[last + np.arange(1, high - low + 1)] = net.xy[steps[last] + 1]
        made[low:high] = shapely.linestrings(xy, indices=np.repeat(np.arange(high - low), size + 1))
    progress.at(1.0)
    made[reverse] = shapely.reverse(made[reverse])
    return made


def _meeting(net: Network, progress: Progress) -> Array:
    """Hashes of vertices where lines part although two rings pass on: outer boundaries that touch, and a row that touches itself."""
    alone = net.alone
    keys, count = np.unique(np.concatenate([vertex_keys(net.xy[alone]), vertex_keys(net.xy[alone + 1])]), return_counts=True)
    progress.at(0.5)
    rings = np.flatnonzero(np.bincount(net.row, minlength=1)[net.row] > 1)
    size = (net.start[rings + 1] - net.start[rings]) - 1
    at = np.repeat(net.start[rings], size) + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    own, row = vertex_keys(net.xy[at]), np.repeat(net.row[rings], size)
    order = np.lexsort((own, row))
    own, row = own[order], row[order]
    pinched = own[1:][(own[1:] == own[:-1]) & (row[1:] == row[:-1])]
    progress.at(1.0)
    return np.union1d(keys[count > 2], pinched)


def _north_west(xy: Array) -> int:
    away = np.hypot(xy[:, 0] - xy[:, 0].min(), xy[:, 1].max() - xy[:, 1])
    return int(np.lexsort((xy[:, 0], -xy[:, 1], away))[0])
