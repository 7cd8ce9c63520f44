"""Labels of cells become polygons and lines; a shared border is the same vertices on both sides, to the bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["Web", "chains", "polygons"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[Any]

# polygons made in one go
_CHUNK = 20_000


@dataclass(frozen=True)
class Web:
    """A partition of the plane: arcs (e, k, 2) from node `edges[:, 0]` to `edges[:, 1]`, with the faces left and right of each.

    At a node three faces meet, or four where a strip ends at a cell's border. faces: how many there are.
    """

    edges: Ints
    sides: Ints
    arcs: Floats
    faces: int
    nodes: int


def polygons(web: Web, labels: Ints, count: int) -> Shapes:
    """One Polygon for each label 0…count-1; faces of label -1 belong to none. Each label must be connected.

    labels: one a face. Outer rings run counter-clockwise. ValueError where a label has no face or falls apart.
    """
    half, region = _borders(web, labels)
    order, ring_start = _rings(web, half, region)
    half, region = half[order], region[order]
    lengths = np.diff(np.append(ring_start, len(half)))
    owner = region[ring_start]
    rings = np.argsort(owner, kind="stable")
    first = np.searchsorted(owner[rings], np.arange(0, count + _CHUNK, _CHUNK))
    made = [
        _some(web, half, ring_start, lengths, owner, rings[a:b], at * _CHUNK, min(count, (at + 1) * _CHUNK))
        for at, (a, b) in enumerate(zip(first[:-1], first[1:]))
    ]
    return np.concatenate(made) if made else np.empty(0, dtype=object)


def _some(web: Web, half: Ints, ring_start: Ints, lengths: Ints, owner: Ints, rings: Ints, low: int, high: int) -> Shapes:
    """Polygons of the labels low…high-1 from their rings; half: half-edges in walking order."""
    size = lengths[rings]
    begin = np.append(0, np.cumsum(size))
    walk = np.repeat(ring_start[rings] - begin[:-1], size) + np.arange(begin[-1])
    points, steps = _points(web, half[walk])
    begin, size = begin[:-1] * steps, size * steps
    area = _areas(points, begin, size)
    own = owner[rings] - low
    # rings of a region one after another, the outer one first
    rank = np.lexsort((area <= 0, own))
    outer = np.bincount(own[area > 0], minlength=high - low)
    if (outer != 1).any():
        raise ValueError(f"{int((outer != 1).sum())} labels are not one connected region")
    coordinates, ring_offsets = _closed(points, begin[rank], size[rank])
    per_region = np.bincount(own, minlength=high - low)
    return np.asarray(
        shapely.from_ragged_array(shapely.GeometryType.POLYGON, coordinates, (ring_offsets, np.append(0, np.cumsum(per_region))))
    )


def _borders(web: Web, labels: Ints) -> tuple[Ints, Ints]:
    """Half-edges (2·edge for the left face, 2·edge + 1 for the right) where the label changes, and the label they bound."""
    side = labels[web.sides]
    apart = side[:, 0] != side[:, 1]
    left = np.flatnonzero(apart & (side[:, 0] >= 0))
    right = np.flatnonzero(apart & (side[:, 1] >= 0))
    half = np.concatenate([left * 2, right * 2 + 1])
    region = np.concatenate([side[left, 0], side[right, 1]])
    return half, region


def _rings(web: Web, half: Ints, region: Ints) -> tuple[Ints, Ints]:
    """The order that walks all rings one after another, and where each ring starts in it."""
    edge, back = half >> 1, half & 1
    start, end = web.edges[edge, back], web.edges[edge, 1 - back]
    key = region * web.nodes + start
    order = np.argsort(key, kind="stable")
    wanted = region * web.nodes + end
    sorted_key = key[order]
    first = np.searchsorted(sorted_key, wanted)
    follow = order[first]
    for at in np.flatnonzero(sorted_key[np.minimum(first + 1, len(order) - 1)] == wanted):
        if first[at] + 1 < len(order):
            follow[at] = _rightmost(web, half, int(at), order[first[at] : np.searchsorted(sorted_key, wanted[at], side="right")])
    least = np.arange(len(half))
    jump = follow
    while True:
        smaller = np.minimum(least, least[jump])
        if (smaller == least).all():
            break
        least, jump = smaller, jump[jump]
    heads = np.flatnonzero(least == np.arange(len(half)))
    lengths = np.bincount(least, minlength=len(half))[heads]
    begin = np.append(0, np.cumsum(lengths))[:-1]
    walked = np.empty(len(half), dtype=np.int64)
    at, place, left = heads.copy(), begin.copy(), lengths.copy()
    while len(at):
        walked[place] = at
        left -= 1
        go = left > 0
        at, place, left = follow[at[go]], place[go] + 1, left[go]
    return walked, begin


def _rightmost(web: Web, half: Ints, came: int, choices: Ints) -> int:
    """Where a region touches itself in a node: the way on that turns most to the right, so that a hole touches the outer ring from within."""

    def leaving(one: int) -> Floats:
        arc = web.arcs[one >> 1]
        arc = arc[::-1] if one & 1 else arc
        return np.asarray(arc[np.flatnonzero((arc != arc[0]).any(axis=1))[0]] - arc[0])

    back = leaving(int(half[came]) ^ 1)
    ways = np.array([leaving(int(half[one])) for one in choices])
    turn = np.arctan2(back[0] * ways[:, 1] - back[1] * ways[:, 0], ways @ back) % (2 * np.pi)
    return int(choices[np.argmin(turn)])


def _points(web: Web, half: Ints) -> tuple[Floats, int]:
    """The vertices of half-edges in walking order without the last of each, and how many a half-edge has."""
    steps = web.arcs.shape[1] - 1
    points = np.empty((len(half), steps, 2))
    edge, back = half >> 1, (half & 1).astype(bool)
    points[~back] = web.arcs[edge[~back], :-1]
    points[back] = web.arcs[edge[back], :0:-1]
    return points.reshape(-1, 2), steps


def _areas(points: Floats, begin: Ints, lengths: Ints) -> Floats:
    """Signed areas of open rings that lie one after another (shifted to the first vertex, which keeps the digits)."""
    ring = np.repeat(np.arange(len(begin)), lengths)
    near = points - points[begin][ring]
    after = np.arange(1, len(points) + 1)
    after[begin + lengths - 1] = begin
    cross = near[:, 0] * near[after, 1] - near[after, 0] * near[:, 1]
    return np.asarray(np.add.reduceat(cross, begin) / 2.0)


def _closed(points: Floats, begin: Ints, lengths: Ints) -> tuple[Floats, Ints]:
    """Coordinates of rings in the given order, each closed by its first vertex, and the offsets of the rings; a vertex repeated at once goes."""
    offsets = np.append(0, np.cumsum(lengths + 1))
    ring = np.repeat(np.arange(len(begin)), lengths + 1)
    inner = np.arange(offsets[-1]) - offsets[:-1][ring]
    take = begin[ring] + np.where(inner == lengths[ring], 0, inner)
    closed = points[take]
    fresh = np.ones(len(closed), dtype=bool)
    fresh[1:] = (closed[1:] != closed[:-1]).any(axis=1)
    fresh[offsets[:-1]] = True
    if fresh.all():
        return closed, offsets
    return closed[fresh], np.append(0, np.cumsum(fresh))[offsets]


def chains(web: Web, chosen: Ints, kind: Ints) -> tuple[Shapes, Ints]:
    """The chosen half-edges joined into lines of equal kind, as LineStrings with the kind of each.

    chosen: half-edges as (2·edge) or (2·edge + 1) for the reverse; they must form simple paths or rings. A ring of one kind is a closed line.
    """
    edge, back = chosen >> 1, chosen & 1
    start, end = web.edges[edge, back], web.edges[edge, 1 - back]
    order = np.argsort(start, kind="stable")
    at = np.clip(np.searchsorted(start[order], end), 0, len(chosen) - 1)
    follow = np.where(start[order][at] == end, order[at], -1)
    follow = np.where((follow >= 0) & (kind[follow] == kind), follow, -1)
    begins = np.setdiff1d(np.arange(len(chosen)), follow[follow >= 0])
    seen = np.zeros(len(chosen), dtype=bool)
    lines, kinds = [], []
    for first in [*begins, *range(len(chosen))]:
        if seen[first]:
            continue
        walk = []
        one = int(first)
        while one >= 0 and not seen[one]:
            seen[one] = True
            walk.append(one)
            one = int(follow[one])
        points, _ = _points(web, chosen[np.array(walk)])
        last = chosen[walk[-1]]
        tail = web.arcs[last >> 1, 0 if last & 1 else -1]
        whole = np.vstack([points, tail])
        lines.append(shapely.linestrings(whole[np.append(True, (whole[1:] != whole[:-1]).any(axis=1))]))
        kinds.append(kind[first])
    return np.array(lines, dtype=object), np.array(kinds, dtype=np.int64)
