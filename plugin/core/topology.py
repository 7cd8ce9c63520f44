"""The edges of a polygon layer: which two rows share each one, found by hashing vertices.

A `Network` holds every ring vertex once and, for each edge, its mate: the same edge in the ring of the
neighbour. Edges are matched bit for bit first (64-bit hash of each vertex, sorted, then compared); what stays alone is
noded: corners within a tolerance become one, and a neighbour's corner lying on an edge splits it
(see noding.py). Nothing else moves.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from .progress import SILENT, Progress

__all__ = ["ALONE", "CLOSING", "Network", "build", "match", "network", "points_of", "units_of", "vertex_keys"]

Array = np.ndarray[Any, Any]

ALONE = -1  # an edge without a mate: outer boundary, or the rim of a gap or an overlap
CLOSING = -2  # a ring's last vertex starts no edge
_CHUNK = 60_000  # edges taken in one go: as many as stay in the cache
_ROWS = 5_000  # rows read in one go
_BUCKET = 400_000  # edges sorted between two looks at the cancel button
_DEGREE = 111_319.49  # metres of one degree on the equator, only to turn a tolerance into degrees


@dataclass(frozen=True)
class Network:
    """Rings of all rows laid end to end; edge i runs from xy[i] to xy[i + 1].

    xy: (V, 2) vertices, each ring closed. start: (R + 1,) first vertex of each ring. row, part: (R,) row and part
    (from 0 in its row) of each ring. outer: (R,) the ring is an exterior one. left: (R,) the polygon lies left of the ring's direction.
    mate: (V,) the same edge in the neighbour's ring, ALONE or CLOSING. crowded: edges that more than two
    polygons claim, or two on one side (an overlap). moved, added: corners snapped together and inserted by noding.
    inserted: (added,) the vertices that noding put on the edges of neighbours, ascending.
    """

    xy: Array
    start: Array
    row: Array
    part: Array
    outer: Array
    left: Array
    mate: Array
    crowded: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    moved: int = 0
    added: int = 0
    inserted: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def ring(self) -> Array:
        """(V,) the ring of each vertex."""
        return np.repeat(np.arange(len(self.row), dtype=np.int32), np.diff(self.start))

    @property
    def alone(self) -> Array:
        """Edges without a mate, ascending."""
        kind, starts = self.mate.dtype, range(0, max(len(self.mate), 1), _CHUNK)
        return np.concatenate([np.flatnonzero(self.mate[at : at + _CHUNK] == ALONE).astype(kind) + kind.type(at) for at in starts])

    def before(self, edges: Array) -> Array:
        """The edge before each edge in its ring."""
        earlier = edges - 1
        heads = np.flatnonzero((edges <= 0) | (self.mate[earlier] == CLOSING))
        earlier[heads] = self.start[np.searchsorted(self.start, edges[heads], side="right")] - 2
        return earlier

    def rows_of(self, edges: Array) -> Array:
        """The row of each edge; -1 for a negative edge index."""
        found = np.full(len(edges), -1, dtype=np.int64)
        real = edges >= 0
        found[real] = self.row[np.searchsorted(self.start, edges[real], side="right") - 1]
        return found


def network(shapes: Array, tolerance: float = 0.0, progress: Progress = SILENT, whole: bool = True) -> Network:
    """The network of `shapes` ((n,) Polygon or MultiPolygon, None and empty allowed), noded within `tolerance` (units of the shapes).

    tolerance 0 matches identical vertices only. whole: False leaves out the rings that no edge without a mate touches (see loose.py), which
    is less to hold and to node. Raises Cancelled.
    """
    from . import loose, noding  # they build on this module

    net = build(shapes, progress.part(0.0, 0.2))
    # one name for all stages, so that each lets go of the one before
    net = match(net, net.alone, progress.part(0.2, 0.65))
    if not whole:
        net = loose.loose(net, progress.part(0.65, 0.7))
    if tolerance > 0:
        net = noding.snap(net, tolerance, progress.part(0.7, 0.8))
        net = match(net, net.alone, progress.part(0.8, 0.85)) if net.moved else net
        net = noding.split(net, tolerance, progress.part(0.85, 0.95))
        net = match(net, net.alone, progress.part(0.95, 1.0)) if net.added else net
    progress.at(1.0)
    return net


def units_of(metres: float, crs: str | None) -> float:
    """A small distance in metres as units of `crs` (degrees for a geographic one; no CRS counts as metres). CrsError `crs.unknown`."""
    if crs is None:
        return metres
    from .crs import crs_of  # pyproj is read only where there is a CRS

    known = crs_of(crs)
    if known.is_geographic:
        return metres / _DEGREE
    factor = known.axis_info[0].unit_conversion_factor if known.axis_info else 1.0
    return metres / (factor or 1.0)


def build(shapes: Array, progress: Progress = SILENT) -> Network:
    """The rings of `shapes` as a Network with no edge matched; repeated vertices are dropped."""
    xy = np.empty((int(shapely.get_num_coordinates(shapes).sum()), 2))
    filled = 0
    pieces: list[tuple[Array, ...]] = [tuple(np.empty(0, dtype=t) for t in (int, int, int, bool, bool))]
    for chunk in progress.chunks(len(shapes), _ROWS):
        vertices, piece = _rings(shapes[chunk], chunk.start)
        np.add(vertices, 0.0, out=xy[filled : filled + len(vertices)])  # -0.0 and 0.0 are one
        filled += len(vertices)
        pieces.append(piece)
    xy = xy[:filled]
    sizes, row, part, outer, left = (np.concatenate(column) for column in zip(*pieces))
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    mate = np.full(filled, ALONE, dtype=np.int32 if filled < 2**31 - 1 else np.int64)
    mate[start[1:] - 1] = CLOSING
    return Network(xy, start, row, part, outer, left, mate)


def _rings(shapes: Array, base: int) -> tuple[Array, tuple[Array, ...]]:
    """Vertices of some rows, and for each ring its size, row (counted from `base`), part, outer and left."""
    plain = bool((shapely.get_type_id(shapes) == 3).all())
    parts, of_row = (shapes, np.arange(len(shapes))) if plain else shapely.get_parts(shapes, return_index=True)
    whole = ~(shapely.is_missing(parts) | shapely.is_empty(parts))
    parts, of_row = parts[whole], of_row[whole]
    rings, of_part = shapely.get_rings(parts, return_index=True)
    xy, sizes = shapely.get_coordinates(rings), shapely.get_num_points(rings).astype(np.int64)
    point = points_of(xy)
    again = point[1:] == point[:-1]
    ends = np.cumsum(sizes)
    again[ends[:-1] - 1] = False
    outer = np.ones(len(rings), dtype=bool)
    outer[1:] = of_part[1:] != of_part[:-1]
    part = np.arange(len(parts)) - np.searchsorted(of_row, of_row, side="left")
    left = (shapely.is_ccw(rings) == outer) if len(rings) else outer
    if again.any():
        twice = np.flatnonzero(again) + 1
        sizes -= np.bincount(np.searchsorted(ends, twice, side="right"), minlength=len(rings))
        xy = np.delete(xy, twice, axis=0)
    return xy, (sizes, of_row[of_part] + base, part[of_part], outer, left)


def points_of(xy: Array) -> Array:
    """(n,) each x, y as one number, which numpy compares and moves about faster than rows of two; shares memory with (n, 2) `xy`."""
    point: Array = np.ascontiguousarray(xy).view(np.complex128).ravel()
    return point


def vertex_keys(xy: Array) -> Array:
    """(n,) 64-bit hash of the bits of each x, y."""
    bits = np.ascontiguousarray(xy).view(np.uint64).reshape(-1, 2)
    key: Array = bits[:, 0] * np.uint64(0x9E3779B97F4A7C15)
    key ^= key >> np.uint64(32)
    key += bits[:, 1] * np.uint64(0xC2B2AE3D27D4EB4F)
    key ^= key >> np.uint64(29)
    key *= np.uint64(0xBF58476D1CE4E5B9)
    key ^= key >> np.uint64(32)
    return key


def match(net: Network, edges: Array, progress: Progress = SILENT) -> Network:
    """The network with `edges` (ascending indices) matched among themselves; their former mates are forgotten.

    Two edges are mates when both ends are the same vertices and their polygons lie on opposite sides. Where more than two
    claim one edge, the first of each side (lowest row) are mates, and all are `crowded`.
    """
    mate = net.mate.copy()
    mate[edges] = ALONE
    odd = _first_pass(net, edges, mate, progress.part(0.0, 0.9))
    one, other, crowd = _crowds(_edge_keys(net, odd), odd)
    mate[one], mate[other] = other, one
    _told_apart(net.xy, mate, edges, progress.part(0.9, 1.0))
    crowded = np.setdiff1d(net.crowded, edges) if len(net.crowded) else net.crowded
    return replace(net, mate=mate, crowded=np.union1d(crowded, crowd).astype(np.int64))


def _first_pass(net: Network, edges: Array, mate: Array, progress: Progress) -> Array:
    """Set the mates of edges that two rows share; the others that meet another edge, ascending."""
    width = _width(net)
    marks = _Marks(net, edges, width, progress.part(0.0, 0.3))
    walk, odd = progress.part(0.3, 1.0), [np.empty(0, dtype=np.int64)]
    with ThreadPoolExecutor(2) as pool:
        for bucket in range(0, marks.count, 2):
            walk.at(bucket / marks.count)
            for one, other, rest in pool.map(lambda at: _pairs(marks[at], width), range(bucket, min(bucket + 2, marks.count))):
                mate[one], mate[other] = other, one
                odd.append(rest)
    walk.at(1.0)
    return np.sort(np.concatenate(odd))


def _width(net: Network) -> int:
    """Bits that any edge's index fits into."""
    return len(net.xy).bit_length()


def _edge_keys(net: Network, edges: Array) -> Array:
    """A key for each edge (ascending): 63 bits of both ends in either direction, the last bit the side of its polygon."""
    if not len(edges):
        return np.empty(0, dtype=np.uint64)
    low, high = int(edges[0]), int(edges[-1]) + 1
    dense = high - low < 2 * len(edges)
    vertex = vertex_keys(net.xy[low : high + 1] if dense else net.xy[np.stack([edges, edges + 1], axis=1)])
    head, tail = (vertex[:-1], vertex[1:]) if dense else (vertex[0::2], vertex[1::2])
    first, last = np.searchsorted(net.start, [low, high - 1], side="right") - 1
    if dense:
        left = np.repeat(net.left[first : last + 1], np.diff(np.clip(net.start[first : last + 2], low, high)))
    else:
        left = net.left[np.searchsorted(net.start, edges, side="right") - 1]
    keys: Array = head + tail
    keys &= ~np.uint64(1)
    keys |= (head < tail) == left
    return keys[edges - low] if dense else keys


class _Marks:
    """One number for each edge that sorts mates together: what fits of its key, the side, and in the last `width` bits the edge.

    They lie in `count` buckets by their first bits, so that mates are in one.
    """

    def __init__(self, net: Network, edges: Array, width: int, progress: Progress) -> None:
        bits = min((len(edges) // _BUCKET).bit_length(), 8)
        self.count = 1 << bits
        self._held: list[tuple[Array, Array]] = []
        for chunk in progress.chunks(len(edges), _CHUNK):
            marks = _edge_keys(net, edges[chunk])
            side = (marks & np.uint64(1)) << np.uint64(width)
            marks &= ~np.uint64((2 << width) - 1)
            marks |= side
            marks |= edges[chunk].astype(np.uint64)
            bucket = (marks >> np.uint64(64 - bits)).astype(np.uint8) if bits else np.zeros(len(marks), dtype=np.uint8)
            order = np.argsort(bucket, kind="stable")  # by counting: one byte
            self._held.append((marks[order], np.append(0, np.cumsum(np.bincount(bucket, minlength=self.count)))))

    def __getitem__(self, bucket: int) -> Array:
        """The marks of one bucket, an array of their own."""
        return np.concatenate([marks[start[bucket] : start[bucket + 1]] for marks, start in self._held] or [np.empty(0, dtype=np.uint64)])


def _pairs(marks: Array, width: int) -> tuple[Array, Array, Array]:
    """Of some marks: the two edges of each pair on opposite sides, and the edges that meet in any other number or way."""
    marks.sort()
    group = marks >> np.uint64(width + 1)
    first = np.flatnonzero(group[1:] == group[:-1])
    edges = (marks & np.uint64((1 << width) - 1)).view(np.int64)
    one, other = edges[first], edges[first + 1]
    odd = (((marks[first] ^ marks[first + 1]) >> np.uint64(width)) & np.uint64(1)) == 0
    chained = np.flatnonzero(first[1:] == first[:-1] + 1)
    odd[chained] = odd[chained + 1] = True
    if not odd.any():
        return one, other, one[:0]
    return one[~odd], other[~odd], np.unique(np.concatenate([one[odd], other[odd]]))


def _told_apart(xy: Array, mate: Array, edges: Array, progress: Progress) -> None:
    """Take the mates from edges whose ends are not the same: equal hashes of unequal edges. Changes `mate`."""
    point = points_of(xy)
    for chunk in progress.chunks(len(edges), _CHUNK):
        edge = edges[chunk]
        other = mate[edge]
        # one end of each edge is enough: the other is looked at from its mate
        doubt = np.flatnonzero((point.take(other + 1, mode="wrap") != point[edge]) & (other >= 0))
        one, other = edge[doubt], other[doubt]
        same = (point[one] == point[other]) & (point[one + 1] == point[other + 1])
        same |= (point[one] == point[other + 1]) & (point[one + 1] == point[other])
        mate[one[~same]] = mate[other[~same]] = ALONE


def _crowds(keys: Array, edges: Array) -> tuple[Array, Array, Array]:
    """Mates and crowded edges by their `keys`: (one, other, crowded) as edge indices."""
    order = np.argsort(keys)
    keys, edges = keys[order], edges[order]
    group = keys >> np.uint64(1)
    first = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]])) if len(keys) else np.empty(0, dtype=int)
    size = np.diff(np.append(first, len(keys)))
    two = first[size == 2]
    fits = keys[two] != keys[two + 1]
    one, other = edges[two[fits]], edges[two[fits] + 1]
    odd = np.concatenate([two[~fits], first[size > 2]])
    if not len(odd):
        return one, other, np.empty(0, dtype=edges.dtype)
    many = np.concatenate([two[~fits] * 0 + 2, size[size > 2]])
    at = np.repeat(odd, many) + np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    at = at[np.lexsort((edges[at], keys[at]))]
    head = np.concatenate([[True], keys[at][1:] != keys[at][:-1]])
    rank = np.arange(len(at)) - np.flatnonzero(head)[np.cumsum(head) - 1]
    right = (keys[at] & np.uint64(1)).astype(bool)
    # the rank-th edge of one side meets the rank-th of the other
    order = np.lexsort((right, rank, group[at]))
    sorted_at, sorted_group, sorted_rank = at[order], group[at][order], rank[order]
    meets = np.flatnonzero((sorted_group[1:] == sorted_group[:-1]) & (sorted_rank[1:] == sorted_rank[:-1]))
    return (
        np.concatenate([one, edges[sorted_at[meets]]]),
        np.concatenate([other, edges[sorted_at[meets + 1]]]),
        edges[at],
    )
