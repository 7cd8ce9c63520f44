"""Noding of what found no mate: corners that nearly meet become one, corners on a neighbour's edge split it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .loose import instances
from .progress import SILENT, Progress
from .topology import ALONE, CLOSING, Network, points_of, vertex_keys

__all__ = ["near", "snap", "split"]

Array = np.ndarray[Any, Any]

_BATCH = 400_000  # edges (cut into cells) looked up between two looks at the cancel button
_VERTICES = 100_000  # vertices looked through in one go


def near(points: Array, head: Array, tail: Array, tolerance: float, progress: Progress = SILENT) -> tuple[Array, Array, Array]:
    """Pairs (edge, point, share of the edge 0…1) of `points` (n, 2) within `tolerance` of the edges head→tail (m, 2).

    Points are sorted into square cells, edges cut into pieces of one cell: no tree, memory bounded by batches.
    """
    if not len(points) or not len(head):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    length = np.hypot(*(tail - head).T)
    span = np.ptp(np.concatenate([points, head, tail]), axis=0).max()
    cell = max(float(np.median(length)), 8 * tolerance, float(span) / 2**24)
    base = np.minimum(points.min(axis=0), np.minimum(head.min(axis=0), tail.min(axis=0))) - 2 * cell
    keys = _cells(points, base, cell)
    order = np.argsort(keys)
    keys = keys[order]
    found: list[tuple[Array, Array, Array]] = []
    pieces = np.maximum(np.ceil(length / cell), 1).astype(np.int64)
    ends = np.searchsorted(np.cumsum(pieces), np.arange(_BATCH, pieces.sum() + _BATCH, _BATCH), side="right")
    ends = np.unique(np.append(ends, len(head)))
    for number, (low, high) in enumerate(zip(np.append(0, ends[:-1]), ends)):
        progress.at(number / len(ends))
        edge, at = _lookup(head[low:high], tail[low:high], pieces[low:high], tolerance, base, cell, keys)
        edge, at = edge + low, order[at]
        along, away = _offset(points[at], head[edge], tail[edge], length[edge])
        close = away <= tolerance
        pair = np.unique(edge[close] * np.int64(len(points)) + at[close], return_index=True)[1]
        found.append((edge[close][pair], at[close][pair], along[close][pair]))
    progress.at(1.0)
    edge, at, along = (np.concatenate(column) for column in zip(*found))
    return edge, at, along


def _lookup(head: Array, tail: Array, pieces: Array, tolerance: float, base: Array, cell: float, keys: Array) -> tuple[Array, Array]:
    """Candidates: (edge, place in the sorted keys) of every point in a cell that a piece of the edge touches."""
    edge = np.repeat(np.arange(len(head)), pieces)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    count = pieces[edge][:, None]
    from_ = head[edge] + (tail - head)[edge] * (step[:, None] / count)
    to = head[edge] + (tail - head)[edge] * ((step[:, None] + 1) / count)
    low = np.floor((np.minimum(from_, to) - tolerance - base) / cell).astype(np.int64)
    high = np.floor((np.maximum(from_, to) + tolerance - base) / cell).astype(np.int64)
    wide = high - low + 1
    cells = wide.prod(axis=1)
    piece = np.repeat(np.arange(len(edge)), cells)
    inner = np.arange(len(piece)) - np.repeat(np.cumsum(cells) - cells, cells)
    column = low[piece, 0] + inner % wide[piece, 0]
    line = low[piece, 1] + inner // wide[piece, 0]
    wanted = (column << 32) + line
    first = np.searchsorted(keys, wanted, side="left")
    hits = np.searchsorted(keys, wanted, side="right") - first
    at = np.repeat(first, hits) + np.arange(hits.sum()) - np.repeat(np.cumsum(hits) - hits, hits)
    return edge[np.repeat(piece, hits)], at


def _cells(points: Array, base: Array, cell: float) -> Array:
    place = np.floor((points - base) / cell).astype(np.int64)
    keys: Array = (place[:, 0] << 32) + place[:, 1]
    return keys


def _offset(point: Array, head: Array, tail: Array, length: Array) -> tuple[Array, Array]:
    """Share along the edge (clipped to 0…1) and distance from it."""
    way = tail - head
    square = np.where(length > 0, length**2, 1.0)
    along = np.clip(((point - head) * way).sum(axis=1) / square, 0.0, 1.0)
    away = np.hypot(*(point - head - way * along[:, None]).T)
    return along, away


def _corners(net: Network) -> tuple[Array, Array]:
    """The distinct end vertices of the alone edges: (hash, place in xy), in the order of xy."""
    alone = net.alone
    at = np.unique(np.concatenate([alone, alone + 1]))
    keys, first = np.unique(vertex_keys(net.xy[at]), return_index=True)
    order = np.argsort(first)
    return keys[order], at[first[order]]


def snap(net: Network, tolerance: float, progress: Progress = SILENT) -> Network:
    """The network with the corners of alone edges that lie within `tolerance` (> 0, coordinate units) of each other made one.

    They take the place of the one among them that has mated edges, else of the first. Pairs stay pairs; what is alone may be matched now.
    """
    keys, at = _corners(net)
    points = net.xy[at]
    one, other, _ = near(points, points, points, tolerance, progress.part(0.0, 0.6))
    if not (one != other).any():
        return net
    # a corner with mated edges stays where it is, the lone ones come to it
    mated = (net.mate[np.minimum(at, len(net.mate) - 1)] >= 0) | (net.mate[np.maximum(at - 1, 0)] >= 0)
    rank = np.empty(len(at), dtype=np.int64)
    rank[np.lexsort((np.arange(len(at)), ~mated))] = np.arange(len(at))
    lowest = rank.copy()
    while True:  # the lowest rank spreads over each cluster
        spread = lowest.copy()
        np.minimum.at(spread, one, lowest[other])
        if (spread == lowest).all():
            break
        lowest = spread
    target = np.argsort(rank)[lowest]
    moves = np.flatnonzero(target != np.arange(len(at)))
    moves = moves[np.argsort(keys[moves])]
    slot, vertices = instances(net.xy, points[moves], keys[moves], progress.part(0.6, 1.0))
    return _moved(replace(net, moved=len(moves)), vertices, points[target[moves[slot]]])


def _moved(net: Network, vertices: Array, places: Array) -> Network:
    """The network with `vertices` (ascending) at `places`; vertices that became the same as the one before are dropped.

    A ring with fewer than three corners left goes whole. An edge without length is gone, and so is its mate.
    """
    same = _repeated(net, vertices, places)
    size = np.diff(net.start)
    np.subtract.at(size, np.searchsorted(net.start, same, side="right") - 1, 1)
    whole = size >= 4
    if not len(same) and whole.all():
        xy = net.xy.copy()
        xy[vertices] = places
        return replace(net, xy=xy)
    keep = np.ones(len(net.xy), dtype=bool)
    keep[same] = False
    stays = np.ones(len(net.xy), dtype=bool)
    stays[same - 1] = False
    for ring in np.flatnonzero(~whole):
        keep[net.start[ring] : net.start[ring + 1]] = stays[net.start[ring] : net.start[ring + 1]] = False
    # the edge after one without length starts at the vertex that stayed
    place = np.cumsum(stays, dtype=net.mate.dtype) - net.mate.dtype.type(1)
    place[~stays] = ALONE
    mate = _renamed(net.mate, place)[stays]
    xy = points_of(net.xy)[keep].view(np.float64).reshape(-1, 2)
    kept = keep[vertices]
    xy[vertices[kept] - np.searchsorted(np.flatnonzero(~keep), vertices[kept])] = places[kept]
    crowded = place[net.crowded]
    rings = {name: getattr(net, name)[whole] for name in ("row", "part", "outer", "left")}
    start = np.concatenate([[0], np.cumsum(size[whole])]).astype(np.int64)
    return replace(net, xy=xy, start=start, mate=mate, crowded=crowded[crowded >= 0], **rings)


def _renamed(mate: Array, place: Array) -> Array:
    """Mates by their new places; ALONE and CLOSING stay what they are."""
    place = np.append(place, np.array([CLOSING, ALONE], dtype=place.dtype))  # which is where −2 and −1 point
    new = np.empty_like(mate)
    for start in range(0, len(mate), _VERTICES):
        new[start : start + _VERTICES] = place.take(mate[start : start + _VERTICES])
    return new


def _repeated(net: Network, vertices: Array, places: Array) -> Array:
    """Vertices that have the same place as the one before in their ring, once `vertices` are at `places`."""
    near_ = np.unique(np.concatenate([vertices, vertices + 1]))
    near_ = near_[(near_ > 0) & (near_ < len(net.xy))]
    near_ = near_[net.mate[near_ - 1] != CLOSING]

    def at(vertex: Array) -> Array:
        slot = np.minimum(np.searchsorted(vertices, vertex), len(vertices) - 1)
        return np.where((vertices[slot] == vertex)[:, None], places[slot], net.xy[vertex])

    found: Array = near_[(at(near_) == at(near_ - 1)).all(axis=1)]
    return found


def split(net: Network, tolerance: float, progress: Progress = SILENT) -> Network:
    """The network with the corners of alone edges that lie on other alone edges inserted there; the pieces are alone."""
    _, at = _corners(net)
    alone = net.alone
    points = net.xy[at]
    edge, point, along = near(points, net.xy[alone], net.xy[alone + 1], tolerance, progress)
    edge = alone[edge]
    ends = (points[point] == net.xy[edge]).all(axis=1) | (points[point] == net.xy[edge + 1]).all(axis=1)
    inside = ~ends & (along > 0) & (along < 1)
    edge, point, along = edge[inside], point[inside], along[inside]
    if not len(edge):
        return net
    order = np.lexsort((along, edge))
    edge, point = edge[order], point[order]
    place = np.ones(len(net.xy), dtype=net.mate.dtype)
    np.add.at(place, edge + 1, 1)
    np.cumsum(place, dtype=place.dtype, out=place)
    place -= 1
    return replace(
        net,
        xy=np.insert(points_of(net.xy), edge + 1, points_of(points[point])).view(np.float64).reshape(-1, 2),
        start=np.append(place, len(place) + len(edge))[net.start].astype(np.int64),
        mate=np.insert(_renamed(net.mate, place), edge + 1, ALONE),
        crowded=place[net.crowded],
        added=len(edge),
        inserted=(edge + 1 + np.arange(len(edge))).astype(np.int64),
    )
