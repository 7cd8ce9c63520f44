"""Which vertices of the shared boundaries are boundary points: junctions, and corners where the line turns."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..arcs import Arcs
from ..progress import SILENT, Progress
from ..topology import CLOSING, Network, vertex_keys

__all__ = ["corners"]

Array = np.ndarray[Any, Any]

_BATCH = 300_000  # edges between two looks at the cancel button


def corners(net: Network, found: Arcs, angle: float, tolerance: float, progress: Progress = SILENT) -> tuple[Array, int]:
    """((V,) the vertex of the ring is a boundary point, number of rings that kept finer corners than asked).

    Vertices within `tolerance` (> 0) of the straight line between the corners kept are dropped, then those that turn by less than
    `angle` degrees; ends of lines always stay (domain-rules §3). Neighbours share one line, so they keep the same points. A ring that
    would have fewer than three points keeps all that the tolerance left, or all of its vertices.
    """
    straight = _flags(net, found, tolerance, progress.part(0.0, 0.6))
    turned = _turns(net, found, straight, angle) if angle > 0 else straight
    progress.at(0.7)
    whole = np.ones_like(straight)
    rescued = np.zeros(len(net.row), dtype=bool)
    for finer in (straight, whole):
        kept = _on_rings(net, found, turned)
        count = np.add.reduceat(kept, net.start[:-1]) if len(net.row) else np.empty(0, dtype=int)
        poor = (count < 3) & (count < np.diff(net.start) - 1)
        if not poor.any():
            break
        rescued |= poor
        touched = _arcs_of(net, found, poor)
        step = np.repeat(touched, np.diff(found.start) + 1)
        turned = np.where(step, finer, turned)
    kept = _on_rings(net, found, turned)
    progress.at(1.0)
    return kept, int(rescued.sum())


def _vertices(net: Network, found: Arcs, low: int, high: int) -> tuple[Array, Array]:
    """Vertices of the arcs low … high − 1 in the direction of the edges, and the arc (from 0) of each."""
    edges = found.edges[found.start[low] : found.start[high]]
    size = np.diff(found.start[low : high + 1])
    xy = np.empty((len(edges) + high - low, 2))
    xy[np.arange(len(edges)) + np.repeat(np.arange(high - low), size)] = net.xy[edges]
    last = np.cumsum(size)
    xy[last + np.arange(high - low)] = net.xy[edges[last - 1] + 1]
    return xy, np.repeat(np.arange(high - low), size + 1)


def _flags(net: Network, found: Arcs, tolerance: float, progress: Progress) -> Array:
    """(E + n,) the vertex of the arc stays when vertices within `tolerance` of the straight line are dropped."""
    count = len(found.left)
    flags = np.ones(len(found.edges) + count, dtype=bool)
    if tolerance <= 0 or not count:
        return flags
    bounds = np.unique(np.append(np.searchsorted(found.start, np.arange(0, len(found.edges), _BATCH)), count))
    bounds = np.unique(np.append(0, bounds))
    for number, (low, high) in enumerate(zip(bounds[:-1], bounds[1:])):
        progress.at(number / len(bounds))
        xy, line = _vertices(net, found, low, high)
        simple = shapely.simplify(shapely.linestrings(xy, indices=line), tolerance, preserve_topology=False)
        left, of_line = shapely.get_coordinates(simple, return_index=True)
        name, kept = vertex_keys(xy), vertex_keys(left)
        salt = np.uint64(0x9E3779B97F4A7C15)
        stays = np.isin(name + line.astype(np.uint64) * salt, kept + of_line.astype(np.uint64) * salt)
        ends = np.concatenate([[True], line[1:] != line[:-1]])
        stays |= ends | np.append(ends[1:], True)
        base = found.start[low] + low
        flags[base : base + len(stays)] = stays
    return flags


def _turns(net: Network, found: Arcs, straight: Array, angle: float) -> Array:
    """`straight` without the vertices at which the line through the flagged ones turns by less than `angle` degrees."""
    xy, line = _vertices(net, found, 0, len(found.left))
    at = np.flatnonzero(straight)
    way = np.diff(xy[at], axis=0)
    heading = np.degrees(np.arctan2(way[:, 1], way[:, 0]))
    turn = np.abs((np.diff(heading) + 180.0) % 360.0 - 180.0)
    inside = (line[at[1:-1]] == line[at[:-2]]) & (line[at[1:-1]] == line[at[2:]])
    flat = at[1:-1][inside & (turn < angle - 1e-9)]
    turned = straight.copy()
    turned[flat] = False
    return turned


def _on_rings(net: Network, found: Arcs, flags: Array) -> Array:
    """(V,) flags of arc vertices carried to every ring that runs along the arc."""
    head = np.arange(len(found.edges)) + np.repeat(np.arange(len(found.left)), np.diff(found.start))
    heads, tails = np.zeros(len(net.xy), dtype=bool), np.zeros(len(net.xy), dtype=bool)
    heads[found.edges], tails[found.edges] = flags[head], flags[head + 1]
    kept = heads.copy()
    owned = np.zeros(len(net.xy), dtype=bool)
    owned[found.edges] = True
    rest = np.flatnonzero(~owned & (net.mate >= 0))
    mate = net.mate[rest]
    along = (net.xy[mate] == net.xy[rest]).all(axis=1)
    kept[rest] = np.where(along, heads[mate], tails[mate])
    kept[net.mate == CLOSING] = False
    return kept


def _arcs_of(net: Network, found: Arcs, rings: Array) -> Array:
    """(n,) the arc runs along one of the rings."""
    edge = found.edges
    ring = np.searchsorted(net.start, edge, side="right") - 1
    mate = net.mate[edge]
    other = np.searchsorted(net.start, np.maximum(mate, 0), side="right") - 1
    hit = rings[ring] | ((mate >= 0) & rings[other])
    marked: Array = np.logical_or.reduceat(hit, found.start[:-1]) if len(edge) else np.empty(0, dtype=bool)
    return marked
