"""Polygons as signed ids of shared lines, both ways: +id runs as stored, −id turned round, 0 closes a ring and begins the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from ...arcs import Arcs
from ...topology import CLOSING, Network

__all__ = ["Lines", "polygons_of", "signed_ids"]

Array = np.ndarray[Any, Any]

_EDGES = 1_000_000  # looked at together
_NEAR = 1.5e-3  # ends of lines that follow each other meet within this many metres or none


class Lines:
    """The lines of a file by their id, gathered part by part."""

    def __init__(self) -> None:
        self._ids: list[Array] = []
        self._parts: list[Array] = []
        self._sizes: list[Array] = []
        self._made: tuple[Array, Array, Array] | None = None

    def add(self, ids: Sequence[int], parts: Sequence[Array]) -> None:
        """More lines: their ids and vertices ((n, 2) each)."""
        if len(ids):
            self._ids.append(np.array(ids, dtype=np.int64))
            self._sizes.append(np.array([len(one) for one in parts], dtype=np.int64))
            self._parts.append(np.concatenate(list(parts)))
            self._made = None

    def arrays(self) -> tuple[Array, Array, Array]:
        """(sorted ids, first vertex of each and the end, vertices of all); where an id is used twice the first is meant."""
        if self._made is None:
            ids = np.concatenate([np.empty(0, dtype=np.int64), *self._ids])
            sizes = np.concatenate([np.empty(0, dtype=np.int64), *self._sizes])
            xy = np.concatenate([np.empty((0, 2)), *self._parts])
            start = np.append(0, np.cumsum(sizes))
            order = np.argsort(ids, kind="stable")
            self._made = ids[order], np.stack([start[:-1][order], start[1:][order]], axis=1), xy
            self._parts = [xy]  # the parts themselves are not needed a second time
            self._ids, self._sizes = [ids], [sizes]
        return self._made

    def __len__(self) -> int:
        return sum(map(len, self._ids))


@dataclass(frozen=True)
class _Steps:
    """The signed ids of several polygons laid end to end, zeros taken out. ring: the ring of each; polygon: (rings,) the polygon of each."""

    signed: Array
    ring: Array
    polygon: Array


def polygons_of(ids: Sequence[Sequence[int]], lines: Lines, near: float = _NEAR) -> tuple[Array, Array]:
    """(n,) polygons of lists of signed ids, and (n,) why one could not be made: "" or a code.

    `vct.unknown_line`: an id that no line has; `vct.open_ring`: lines that do not meet within `near`; `vct.flat_ring`: under three corners.
    """
    why = np.full(len(ids), "", dtype=object)
    made = np.full(len(ids), None, dtype=object)
    steps = _steps(ids)
    known, span, xy = lines.arrays()
    at = np.searchsorted(known, np.abs(steps.signed))
    missing = np.ones(len(at), dtype=bool)
    if len(known):
        missing = (at >= len(known)) | (known[np.minimum(at, len(known) - 1)] != np.abs(steps.signed))
    why[steps.polygon[steps.ring[missing]]] = "vct.unknown_line"
    good = why[steps.polygon[steps.ring]] == "" if len(steps.ring) else np.empty(0, dtype=bool)
    signed, ring, at = steps.signed[good], steps.ring[good], at[good]
    first, last = _ends(signed, span[at], xy)
    follows = _next_of(ring)
    gap = np.abs(last - first[follows]).max(axis=1, initial=0.0)
    why[steps.polygon[ring[gap > near]]] = "vct.open_ring"
    vertex, of_step = _vertices(signed, span[at])
    count = np.bincount(ring[of_step], minlength=len(steps.polygon))
    flat = np.flatnonzero((count < 3) & (why[steps.polygon] == ""))
    why[steps.polygon[flat]] = "vct.flat_ring"
    why[[at for at, some in enumerate(ids) if not any(some)]] = "vct.flat_ring"
    whole = why[steps.polygon] == ""
    kept = whole[ring[of_step]]
    rings = np.flatnonzero(whole)
    if len(rings):
        number = np.full(len(whole), -1)
        number[rings] = np.arange(len(rings))
        loops = shapely.linearrings(xy[vertex[kept]], indices=number[ring[of_step[kept]]])
        polygon = steps.polygon[rings]
        real, place = np.unique(polygon, return_inverse=True)
        made[real] = shapely.polygons(loops, indices=place)
    return made, why


def _steps(ids: Sequence[Sequence[int]]) -> _Steps:
    """Signed ids without zeros; an empty ring (two zeros, or one at either end) is none."""
    sizes = np.array([len(one) for one in ids], dtype=np.int64)
    flat = np.array([one for some in ids for one in some], dtype=np.int64)
    polygon = np.repeat(np.arange(len(ids)), sizes)
    head = np.ones(len(flat), dtype=bool)
    head[1:] = (polygon[1:] != polygon[:-1]) | (flat[:-1] == 0)
    ring = np.cumsum(head) - 1
    real = flat != 0
    used, number = np.unique(ring[real], return_inverse=True)
    owner = np.full(int(ring.max(initial=-1)) + 1, 0)
    owner[ring] = polygon
    return _Steps(flat[real], number, owner[used])


def _ends(signed: Array, span: Array, xy: Array) -> tuple[Array, Array]:
    """First and last vertex of each step in its direction."""
    if not len(signed):
        return np.empty((0, 2)), np.empty((0, 2))
    low, high = xy[span[:, 0]], xy[span[:, 1] - 1]
    ahead = (signed > 0)[:, None]
    return np.where(ahead, low, high), np.where(ahead, high, low)


def _next_of(ring: Array) -> Array:
    """The step after each within its ring, the first after the last."""
    follows = np.arange(1, len(ring) + 1)
    head = np.flatnonzero(np.append(True, ring[1:] != ring[:-1])) if len(ring) else np.empty(0, dtype=np.int64)
    tail = np.append(head[1:], len(ring)) - 1
    if len(ring):
        follows[tail] = head
    return follows


def _vertices(signed: Array, span: Array) -> tuple[Array, Array]:
    """Vertices along the steps, each step without its last (the next begins there), and the step of each."""
    size = np.maximum(span[:, 1] - span[:, 0] - 1, 0) if len(span) else np.empty(0, dtype=np.int64)
    of_step = np.repeat(np.arange(len(signed)), size)
    place = np.arange(len(of_step)) - np.repeat(np.cumsum(size) - size, size)
    ahead = signed[of_step] > 0
    return np.where(ahead, span[of_step, 0] + place, span[of_step, 1] - 1 - place), of_step


def signed_ids(net: Network, found: Arcs, count: int) -> list[list[int]]:
    """For each of `count` single polygons of `net` its lines as signed numbers from 1, rings parted by 0, the outer ring first and clockwise.

    A row that shares an edge with itself has none: it must be written by its coordinates. The arcs run clockwise around the row on their
    right, so with its ground on the right a row walks its own arcs forward.
    """
    arc = _arc_of_edges(net, found)
    starts = _line_starts(net, arc)
    begun = np.searchsorted(net.start, starts, side="right") - 1
    quiet = np.setdiff1d(np.arange(len(net.row)), begun)  # one line is the whole ring
    starts = np.sort(np.concatenate([starts, net.start[quiet]]))
    begun = np.searchsorted(net.start, starts, side="right") - 1
    owner = found.right[arc[starts]] == net.row[begun]
    signed = np.where(owner, 1, -1) * (arc[starts].astype(np.int64) + 1)
    listed: list[list[int]] = [[] for _ in range(count)]
    bounds = np.append(np.flatnonzero(np.append(True, begun[1:] != begun[:-1])), len(begun)) if len(begun) else np.zeros(1, dtype=int)
    order = np.lexsort((~net.outer[begun[bounds[:-1]]], net.row[begun[bounds[:-1]]]))
    unfit = set(net.row[begun[arc[starts] < 0]].tolist())
    for at in order:
        one = signed[bounds[at] : bounds[at + 1]].tolist()
        number = begun[bounds[at]]
        if net.left[number]:  # the ring runs with its ground on the left: walk it backwards, so that it lies on the right
            one.reverse()
        row = listed[net.row[number]]
        row += [0, *one] if row else one
    for at in unfit:
        listed[at] = []
    return listed


def _arc_of_edges(net: Network, found: Arcs) -> Array:
    """(V,) the arc of each edge, its own or that of its mate; -1 where it has none."""
    arc = np.full(len(net.xy), -1, dtype=np.int32)
    arc[found.edges] = np.repeat(np.arange(len(found.start) - 1, dtype=np.int32), np.diff(found.start))
    theirs = np.flatnonzero((arc < 0) & (net.mate >= 0))
    arc[theirs] = arc[net.mate[theirs]]
    return arc


def _line_starts(net: Network, arc: Array) -> Array:
    """The edges at which a ring passes from one line to another, a few rings at a time."""
    found = [np.empty(0, dtype=np.int64)]
    bounds = np.unique(np.append(np.searchsorted(net.start, np.arange(0, len(arc), _EDGES)), len(net.row)))
    for low, high in zip(bounds[:-1], bounds[1:]):
        edges = np.arange(net.start[low], net.start[high])
        edges = edges[net.mate[edges] != CLOSING]
        found.append(edges[arc[edges] != arc[net.before(edges)]])
    return np.concatenate(found)
