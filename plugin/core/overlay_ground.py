"""Where a layer's cover changes: its loose edges, those that no neighbour runs back along.

Walk every ring with its polygon on the left. Round any place that lies on no edge, the number of polygons covering it is
the winding number of all these directed edges. Two edges that run the same line in opposite ways cancel, so the number can
only change across the edges that are left: the loose ones. Ground that no loose edge enters is covered the same number of
times throughout, whatever overlaps or gaps the layer has elsewhere. No area is summed to know it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from .topology import vertex_keys

__all__ = ["Loose", "bare", "gather", "loose"]

Array = np.ndarray[Any, Any]

_SHAPES = 1_000
_BLOCK = 65_536  # vertices hashed at once, so that they stay in the cache
_ONE = np.uint64(1)
_LOWER = np.uint64((1 << 40) - 1)
_FULL = 1 << 13


@dataclass(frozen=True)
class Loose:
    """Directed edges without a partner, (n, 4) as x, y, x, y, their polygon on the left."""

    ends: Array

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def lines(self) -> Array:
        """The edges as an array of LineStrings."""
        made: Array = np.asarray(shapely.linestrings(self.ends.reshape(-1, 2, 2)), dtype=object)
        return made

    def within(self, box: Array) -> Loose:
        """The edges whose box meets `box` (xmin, ymin, xmax, ymax)."""
        x, y = self.ends[:, 0::2], self.ends[:, 1::2]
        meets = (x.min(axis=1) <= box[2]) & (x.max(axis=1) >= box[0]) & (y.min(axis=1) <= box[3]) & (y.max(axis=1) >= box[1])
        return Loose(self.ends[meets])


def loose(shapes: Array) -> Loose:
    """The loose edges of polygons ((n,) Polygon or MultiPolygon, rings in either direction)."""
    # ring by ring the shapes are copied, so few at a time
    several = [_rings(shapes[at : at + _SHAPES]) for at in range(0, len(shapes), _SHAPES)]
    if not sum(len(sizes) for _, sizes, _ in several):
        return Loose(np.empty((0, 4)))
    xy, sizes, on_left = (np.concatenate(column) for column in zip(*several))
    del several
    xy += 0.0  # turns -0.0 into 0.0, which has other bits
    inner = np.ones(len(xy) - 1, dtype=bool)
    inner[np.cumsum(sizes)[:-1] - 1] = False  # from the end of a ring to the head of the next there is no edge
    left = np.repeat(on_left, sizes)
    at = _uncancelled(_keys(xy, left, inner))
    at = at[inner[at] & (xy[at] != xy[at + 1]).any(axis=1)] if len(at) else at
    ends = np.concatenate([xy[at], xy[at + 1]], axis=1)
    backward = ~left[at]
    ends[backward] = ends[backward][:, [2, 3, 0, 1]]
    return Loose(_level(ends))


def _rings(shapes: Array) -> tuple[Array, Array, Array]:
    """Vertices of all rings, and for each ring its size and whether the polygon lies on its left."""
    rings, of_part = shapely.get_rings(shapely.get_parts(shapes), return_index=True)
    hole = np.zeros(len(rings), dtype=bool)
    hole[1:] = of_part[1:] == of_part[:-1]
    return shapely.get_coordinates(rings), shapely.get_num_coordinates(rings), shapely.is_ccw(rings) != hole


def gather(several: list[Loose]) -> Loose:
    """Loose edges of the parts of a layer as those of the whole."""
    ends = np.concatenate([one.ends for one in several]) if several else np.empty((0, 4))
    if not len(ends):
        return Loose(ends)
    xy = ends.reshape(-1, 2)
    edge = np.arange(len(xy) - 1) % 2 == 0
    at = _uncancelled(_keys(xy, np.ones(len(xy), dtype=bool), edge)[::2])
    return Loose(_level(ends[at]))


def _keys(xy: Array, on_left: Array, real: Array) -> Array:
    """A key for each edge xy[i] → xy[i + 1]: 63 bits of both ends in either order, the last bit the way it runs, polygon on the left.

    Where `real` is False and where both ends are one, the key is that of no edge (0 or 1; the caller leaves those out).
    """
    keys = np.empty(len(xy) - 1, dtype=np.uint64)
    for start in range(0, len(keys), _BLOCK):
        stop = min(start + _BLOCK, len(keys))
        vertex = vertex_keys(xy[start : stop + 1])
        head, tail = vertex[:-1], vertex[1:]
        block = (head + tail) & ~_ONE
        block |= (head < tail) == on_left[start:stop]
        none = np.flatnonzero(~real[start:stop] | (head == tail))
        block[none] = none & 1
        keys[start:stop] = block
    return keys


def _uncancelled(keys: Array) -> Array:
    """Positions of the edges that remain when those of opposite direction cancel one by one."""
    at = _unsettled(keys)
    return _surplus(at, keys[at]) if len(at) else at


def _unsettled(keys: Array) -> Array:
    """Positions among which all edges without a partner are, and few others.

    Edges fall into many boxes by the upper bits of their keys, and in each the lower bits are summed, one way plus and the other minus:
    what cancels leaves nothing. That takes a fifth of the time of sorting.
    """
    bits = max(len(keys).bit_length() - 1, 8)
    box = (keys >> np.uint64(64 - bits)).astype(np.int64)
    signed = ((keys >> _ONE) & _LOWER).astype(float)
    np.negative(signed, out=signed, where=(keys & _ONE).astype(bool))
    # sums stay exact while a box holds fewer than 2^13 values of 40 bits; a fuller one is not judged here
    open_ = (np.bincount(box, signed, minlength=1 << bits) != 0) | (np.bincount(box, minlength=1 << bits) >= _FULL)
    found: Array = np.flatnonzero(open_[box])
    return found


def _surplus(at: Array, keys: Array) -> Array:
    order = np.argsort(keys, kind="stable")
    line = keys[order] >> _ONE
    first = np.flatnonzero(np.concatenate([[True], line[1:] != line[:-1]]))
    size = np.diff(np.append(first, len(line)))
    sums = np.add.reduceat(2 * (keys[order] & _ONE).astype(np.int64) - 1, first)
    # of a line with |sum| edges too many, the last ones are forward (sorted so) and the first ones backward
    many = np.abs(sums)
    start = np.where(sums > 0, first + size - many, first)
    taken = np.repeat(start, many) + np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    kept: Array = np.sort(at[order[taken]])
    return kept


def _level(ends: Array) -> Array:
    """The same edges with those along the axes cancelled piece by piece (a raster's outlines run past their neighbours' corners)."""
    upright, flat = ends[:, 0] == ends[:, 2], ends[:, 1] == ends[:, 3]
    columns = _sweep(ends[upright, 0], ends[upright, 1], ends[upright, 3])
    rows = _sweep(ends[flat & ~upright, 1], ends[flat & ~upright, 0], ends[flat & ~upright, 2])
    found: Array = np.concatenate([ends[~upright & ~flat], columns[:, [0, 1, 0, 2]], rows[:, [1, 0, 2, 0]]])
    return found


def _sweep(line: Array, start: Array, end: Array) -> Array:
    """Directed intervals on numbered lines, opposite ways cancelled: (n, 3) as line, start, end."""
    sign = np.where(end > start, 1, -1)
    line, place = np.concatenate([line, line]), np.concatenate([np.minimum(start, end), np.maximum(start, end)])
    order = np.lexsort((place, line))
    line, place = line[order], place[order]
    count = np.cumsum(np.concatenate([sign, -sign])[order])
    here = np.flatnonzero((count[:-1] != 0) & (place[1:] > place[:-1])) if len(line) else np.empty(0, dtype=np.int64)
    here = np.repeat(here, np.abs(count[here]))
    forth = count[here] > 0
    ends = np.stack([line[here], np.where(forth, place[here], place[here + 1]), np.where(forth, place[here + 1], place[here])], axis=1)
    out: Array = ends.reshape(-1, 3)
    return out


def bare(zone: Any, lines: Array, patches: Array) -> Any:
    """The ground of `zone` that none of `patches` covers; `lines` are the patches' loose edges in its box.

    The lines cut the zone into faces, each covered evenly; a place in each face tells which are bare. None when none is.
    """
    net = shapely.union_all(np.append(lines, shapely.boundary(zone)))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
    places = shapely.point_on_surface(faces)
    covered = np.zeros(len(faces), dtype=bool)
    covered[shapely.STRtree(patches).query(places, predicate="intersects")[0]] = True
    left = faces[~covered & shapely.intersects(zone, places)]
    if not len(left):
        return None
    return left[0] if len(left) == 1 else shapely.union_all(left)
