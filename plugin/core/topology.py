"""The edges of a polygon layer: which two rows share each one, found by hashing vertices.

A `Network` holds every ring vertex once and, for each edge, its mate: the same edge in the ring of the
neighbour. Edges are matched bit for bit first (64-bit hash of each vertex, sorted); what stays alone is
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

__all__ = ["ALONE", "CLOSING", "Network", "build", "match", "network", "units_of", "vertex_keys"]

Array = np.ndarray[Any, Any]

ALONE = -1  # an edge without a mate: outer boundary, or the rim of a gap or an overlap
CLOSING = -2  # a ring's last vertex starts no edge
_CHUNK = 1_000_000  # edges between two looks at the cancel button
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
        return np.flatnonzero(self.mate == ALONE).astype(self.mate.dtype)

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


def network(shapes: Array, tolerance: float = 0.0, progress: Progress = SILENT) -> Network:
    """The network of `shapes` ((n,) Polygon or MultiPolygon, None and empty allowed), noded within `tolerance` (units of the shapes).

    tolerance 0 matches identical vertices only. Raises Cancelled.
    """
    from . import noding  # it builds on this module

    net = build(shapes, progress.part(0.0, 0.2))
    net = match(net, net.alone, progress.part(0.2, 0.7))
    if tolerance > 0:
        # one name for all stages, so that each lets go of the one before
        net = noding.snap(net, tolerance, progress.part(0.7, 0.8))
        net = match(net, net.alone, progress.part(0.8, 0.85)) if net.moved else net
        net = noding.split(net, tolerance, progress.part(0.85, 0.95))
        net = match(net, net.alone, progress.part(0.95, 1.0)) if net.added else net
    progress.at(1.0)
    return net


def units_of(metres: float, crs: str | None) -> float:
    """A small distance in metres as units of `crs` (degrees for a geographic one; no CRS counts as metres)."""
    if crs is None:
        return metres
    from pyproj import CRS

    known = CRS.from_user_input(crs)
    if known.is_geographic:
        return metres / _DEGREE
    factor = known.axis_info[0].unit_conversion_factor if known.axis_info else 1.0
    return metres / (factor or 1.0)


def build(shapes: Array, progress: Progress = SILENT) -> Network:
    """The rings of `shapes` as a Network with no edge matched; repeated vertices are dropped."""
    xy = np.empty((int(shapely.get_num_coordinates(shapes).sum()), 2))
    filled = 0
    pieces: list[tuple[Array, ...]] = [tuple(np.empty(0, dtype=t) for t in (int, int, int, bool, bool))]
    for chunk in progress.chunks(len(shapes), 20_000):
        vertices, piece = _rings(shapes[chunk], chunk.start)
        xy[filled : filled + len(vertices)] = vertices
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
    parts, of_row = shapely.get_parts(shapes, return_index=True)
    whole = ~(shapely.is_missing(parts) | shapely.is_empty(parts))
    parts, of_row = parts[whole], of_row[whole]
    rings, of_part = shapely.get_rings(parts, return_index=True)
    xy, of_ring = shapely.get_coordinates(rings, return_index=True)
    fresh = np.ones(len(xy), dtype=bool)
    fresh[1:] = (of_ring[1:] != of_ring[:-1]) | (xy[1:] != xy[:-1]).any(axis=1)
    outer = np.ones(len(rings), dtype=bool)
    outer[1:] = of_part[1:] != of_part[:-1]
    part = np.arange(len(parts)) - np.searchsorted(of_row, of_row, side="left")
    left = (shapely.is_ccw(rings) == outer) if len(rings) else outer
    sizes = np.bincount(of_ring[fresh], minlength=len(rings))
    return xy[fresh] + 0.0, (sizes, of_row[of_part] + base, part[of_part], outer, left)


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
    keys = _edge_keys(net, edges, progress.part(0.0, 0.3))
    mate = net.mate.copy()
    mate[edges] = ALONE
    crowds = [np.setdiff1d(net.crowded, edges) if len(net.crowded) else net.crowded]
    bits = (len(edges) // _CHUNK).bit_length()
    buckets = 1 << bits
    bucket_of = (keys >> np.uint64(64 - bits)).astype(np.uint16) if bits else np.zeros(len(keys), dtype=np.uint16)
    walk = progress.part(0.3, 1.0)

    def sort(bucket: int) -> tuple[Array, Array, Array]:
        inside = np.flatnonzero(bucket_of == bucket)
        inside = inside[np.argsort(keys[inside])]
        return _pairs(keys[inside], edges[inside])

    with ThreadPoolExecutor(2) as pool:
        for bucket in range(0, buckets, 2):
            walk.at(bucket / buckets)
            for one, other, crowd in pool.map(sort, range(bucket, min(bucket + 2, buckets))):
                same = (net.xy[one] == net.xy[other]) | (net.xy[one] == net.xy[other + 1])  # equal hashes of unequal edges
                one, other = one[same.all(axis=1)], other[same.all(axis=1)]
                mate[one], mate[other] = other, one
                crowds.append(crowd)
    walk.at(1.0)
    return replace(net, mate=mate, crowded=np.unique(np.concatenate(crowds)).astype(np.int64))


def _edge_keys(net: Network, edges: Array, progress: Progress) -> Array:
    """A key for each edge: 63 bits of both ends in either direction, the last bit the side of its polygon."""
    keys = np.empty(len(edges), dtype=np.uint64)
    for chunk in progress.chunks(len(edges), _CHUNK):
        at = edges[chunk]
        low, high = int(at[0]), int(at[-1]) + 2
        vertex = vertex_keys(net.xy[low:high])
        head, tail = vertex[at - low], vertex[at - low + 1]
        left = net.left[np.searchsorted(net.start, at, side="right") - 1]
        side = (head < tail) == left
        keys[chunk] = ((head + tail) & ~np.uint64(1)) | side.astype(np.uint64)
    return keys


def _pairs(keys: Array, edges: Array) -> tuple[Array, Array, Array]:
    """Mates and crowded edges among sorted `keys`: (one, other, crowded) as edge indices."""
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
