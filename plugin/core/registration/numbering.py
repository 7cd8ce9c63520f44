"""Order and numbers of boundary points along the rings of each parcel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..topology import Network, vertex_keys

__all__ = ["Walk", "numbers", "walk"]

Array = np.ndarray[Any, Any]

_TIE = 1e-6  # two distances nearer than this are equal (CRS units)


@dataclass(frozen=True)
class Walk:
    """Boundary points ring by ring, each ring in its order of numbering.

    vertex: (K,) vertex of the network. ring: (K,) its ring. first: (R + 1,) where each ring begins (rings without points are empty).
    side: (K,) length of the boundary to the next point of the ring (plane). number: of the ring within its row, from 1, at `ring_no`.
    """

    vertex: Array
    ring: Array
    first: Array
    side: Array
    ring_no: Array


def walk(net: Network, kept: Array, start_point: tuple[float, float] | None = None) -> Walk:
    """The order of the points `kept` ((V,) bool) of every ring: exterior rings clockwise, interior ones counter-clockwise.

    Each ring starts at the vertex nearest to the north-west corner of its envelope (tie: more northern, then more western), or at the
    one nearest to `start_point` (domain-rules §3).
    """
    at = np.flatnonzero(kept)
    ring = np.searchsorted(net.start, at, side="right") - 1
    count = np.bincount(ring, minlength=len(net.row))
    first = np.append(0, np.cumsum(count))
    head = _starts(net, at, ring, count, first, start_point)
    local = np.arange(len(at)) - first[ring]
    # the polygon lies on the right of the way we go: clockwise outside, counter-clockwise in a hole
    back = net.left[ring]
    place = np.where(back, (head[ring] - local) % count[ring], (local - head[ring]) % count[ring])
    order = np.empty(len(at), dtype=np.int64)
    order[first[ring] + place] = np.arange(len(at))
    vertex = at[order]
    of_row = np.searchsorted(net.row, net.row, side="left")
    return Walk(vertex, ring, first, _sides(net, vertex, ring, first), np.arange(len(net.row)) - of_row + 1)


def numbers(net: Network, way: Walk, numbering: str) -> Array:
    """(K,) number of each point: from 1 in every row (`parcel`) or over the layer (`layer`); one place, one number."""
    keys = vertex_keys(net.xy[way.vertex])
    if numbering == "parcel":
        row = net.row[way.ring]
        keys = keys + row.astype(np.uint64) * np.uint64(0xD6E8FEB86659FD93)
    _, first, slot = np.unique(keys, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(1, len(first) + 1)
    number: Array = rank[slot.ravel()]
    if numbering == "parcel" and len(number):
        # ranks run over the layer in the order of the rows: count anew from each row's first point
        begins = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
        number = number - np.repeat(number[begins] - 1, np.diff(np.append(begins, len(number))))
    return number


def _starts(net: Network, at: Array, ring: Array, count: Array, first: Array, start_point: tuple[float, float] | None) -> Array:
    """(R,) which of the ring's points comes first, counted from 0 in ring order."""
    if not len(at):
        return np.zeros(len(net.row), dtype=np.int64)
    xy = net.xy[at]
    goal: Any = start_point
    if start_point is None:
        goal = np.minimum.reduceat(net.xy[:, 0], net.start[:-1])[ring], np.maximum.reduceat(net.xy[:, 1], net.start[:-1])[ring]
    away = np.hypot(xy[:, 0] - goal[0], xy[:, 1] - goal[1])
    some = np.flatnonzero(count)
    nearest = np.zeros(len(count))
    nearest[some] = np.minimum.reduceat(away, first[some])
    ties = np.flatnonzero(away <= nearest[ring] + _TIE)
    ties = ties[np.lexsort((xy[ties, 0], -xy[ties, 1], ring[ties]))]
    best = ties[np.concatenate([[True], ring[ties][1:] != ring[ties][:-1]])]
    head = np.zeros(len(count), dtype=np.int64)
    head[ring[best]] = best - first[ring[best]]
    return head


def _sides(net: Network, vertex: Array, ring: Array, first: Array) -> Array:
    """Length of the boundary from each point to the next of its ring, along all vertices between."""
    step = np.hypot(*np.diff(net.xy, axis=0).T)
    step[net.start[1:-1] - 1] = 0.0
    along = np.append(0.0, np.cumsum(step))
    around = (along[net.start[1:] - 1] - along[net.start[:-1]])[ring]
    after = np.arange(1, len(vertex) + 1)
    ends = first[1:][np.diff(first) > 0] - 1
    after[ends] = first[ring[ends]]
    way = np.where(net.left[ring], along[vertex] - along[vertex[after]], along[vertex[after]] - along[vertex])
    way = np.where(way < 0, way + around, way)
    side: Array = np.where(after == np.arange(len(vertex)), around, way)
    return side
