"""The part of a network that edges without a mate touch: all that noding, gaps and overlaps ever look at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .progress import SILENT, Progress
from .topology import Network, vertex_keys

__all__ = ["instances", "loose"]

Array = np.ndarray[Any, Any]

_VERTICES = 100_000  # vertices looked through in one go
_SHORT = 22  # bits of a short hash


def loose(net: Network, progress: Progress = SILENT) -> Network:
    """The rings of `net` with a corner where an edge without a mate or one claimed by many ends, all others left out.

    An edge whose mate lies in a ring left out is its own mate. What is alone or crowded after `snap` and `split` is the same as in the whole:
    only such corners move, and a ring that vanishes by that frees edges of rings that have the corner too.
    """
    edges = np.union1d(net.alone, net.crowded)
    at = np.union1d(edges, edges + 1)
    keys, first = np.unique(vertex_keys(net.xy[at]), return_index=True)
    held = np.zeros(len(net.row), dtype=bool)
    held[np.searchsorted(net.start, instances(net.xy, net.xy[at[first]], keys, progress)[1], side="right") - 1] = True
    if 2 * held.sum() > len(held):
        return net
    size = np.diff(net.start)[held]
    start = np.append(0, np.cumsum(size))
    from_ = net.start[:-1][held]
    old = np.repeat(from_ - start[:-1], size) + np.arange(start[-1])
    mate = net.mate[old]
    mated = np.flatnonzero(mate >= 0)
    new = _places(mate[mated], from_, start)
    mate[mated] = np.where(new >= 0, new, mated)
    rings = {name: getattr(net, name)[held] for name in ("row", "part", "outer", "left")}
    return replace(net, xy=net.xy[old], start=start, mate=mate, crowded=_places(net.crowded, from_, start), **rings)


def _places(vertices: Array, from_: Array, start: Array) -> Array:
    """The new places of some vertices when only the rings that began at `from_` are left and begin at `start` now; −1 of those that are gone."""
    if not len(from_):
        return np.full(len(vertices), -1, dtype=np.int64)
    ring = np.searchsorted(from_, vertices, side="right") - 1
    inside = vertices - from_[ring]
    return np.where((ring >= 0) & (inside < np.diff(start)[ring]), start[ring] + inside, -1)


def instances(xy: Array, points: Array, keys: Array, progress: Progress = SILENT) -> tuple[Array, Array]:
    """(slot, vertex) of every vertex of `xy`, ascending, at one of some `points`, whose hashes are the ascending `keys`."""
    none = np.empty(0, dtype=np.int64)
    if not len(keys):
        return none, none
    maybe = np.zeros(1 << _SHORT, dtype=bool)  # by a short hash of x alone: few vertices need to be asked for more
    maybe[_short(points)] = True
    found = [(none, none)]
    for chunk in progress.chunks(len(xy), _VERTICES):
        near = np.flatnonzero(maybe.take(_short(xy[chunk]))) + chunk.start
        name = vertex_keys(xy[near])
        slot = np.minimum(np.searchsorted(keys, name), len(keys) - 1)
        hit = keys[slot] == name
        found.append((slot[hit], near[hit]))
    slot, vertices = (np.concatenate(column) for column in zip(*found))
    return slot, vertices


def _short(xy: Array) -> Array:
    bits = np.ascontiguousarray(xy[:, 0]).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits >>= np.uint64(64 - _SHORT)
    return bits.view(np.int64)
