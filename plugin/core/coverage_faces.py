"""Gaps and overlaps of a layer that ought to tile its ground, from the edges that found no neighbour.

How many rows cover a place changes only across an edge that has no mate on its other side, or that several claim: everywhere else one row
ends where another begins. So the faces of those few edges have one count each, and a clean coverage, whatever its size, leaves only its
outer boundary to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from .arcs import join
from .progress import SILENT, Progress
from .topology import CLOSING, Network, network, points_of

__all__ = ["Compared", "Faces", "compared", "faces_of", "rows_at", "rows_in_doubt"]

Array = np.ndarray[Any, Any]

_ROWS = 5_000  # rows looked up between two looks at the cancel button
_MANY, _MOST = 0.05, 100_000  # share and number of loose edges from which each pair of neighbours is looked at: it costs less, and can be stopped
_ULPS = 16  # a face narrower than so many steps of its coordinates may have no point inside that can be asked
_TRIES = 8  # points asked in a face before one on a row's edge is taken as it is


@dataclass(frozen=True)
class Faces:
    """Faces of the edges without a mate.

    shapes: polygons that fill what these edges enclose. count: (n,) how many rows cover each; −1 where only a row in doubt may.
    """

    shapes: Array
    count: Array

    @property
    def gaps(self) -> Array:
        """Polygons that no row covers."""
        found: Array = self.shapes[self.count == 0]
        return found

    @property
    def shared(self) -> Array:
        """Polygons that two rows and more cover."""
        found: Array = self.shapes[self.count > 1]
        return found


def faces_of(
    shapes: Array, tolerance: float = 0.0, progress: Progress = SILENT, net: Network | None = None, doubtful: Array | None = None
) -> Faces:
    """The faces of `shapes` ((n,) polygons, None and empty allowed), corners noded within `tolerance` (units of the shapes).

    doubtful: (n,) rows whose shapes are not valid. They cover nothing; but what their rings enclose and no other row covers is neither
    taken for a gap. Raises Cancelled.
    """
    known = net if net is not None else network(shapes, tolerance, progress.part(0.0, 0.6), whole=False)
    rims = _rims(known, progress.part(0.6, 0.75))
    progress.at(0.75)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(rims)])) if len(rims) else np.empty(0, dtype=object)
    if doubtful is None or not doubtful.any():
        return Faces(faces, _counted(shapes, faces, progress.part(0.8, 1.0))[0])
    valid = shapes.copy()
    valid[doubtful] = None
    count, _ = _counted(valid, faces, progress.part(0.8, 1.0))
    outlines = np.array([_outline(one) for one in shapes[doubtful]], dtype=object)
    inside = np.unique(shapely.STRtree(outlines).query(shapely.point_on_surface(faces), predicate="intersects")[0])
    count[inside[count[inside] == 0]] = -1
    return Faces(faces, count)


def rows_in_doubt(shapes: Array, progress: Progress = SILENT) -> Array:
    """Rows of `shapes` ((n,) polygons), ascending, that may share ground with another; all others share none with any row.

    Loose edges that cross none, and of whose faces none is covered twice, part all rows from each other. In doubt are rows that meet an edge
    that is crossed, a face covered twice or too thin to tell, or the envelope of a row that is not valid. Raises Cancelled.
    """
    kind, held = shapely.get_type_id(shapes), shapes.copy()
    strange = (kind >= 0) & ~(np.isin(kind, (3, 6)) & np.isfinite(shapely.length(shapes)))
    held[strange] = None
    net = network(held, 0.0, progress.part(0.0, 0.5), whole=False)
    edges = np.union1d(net.alone, net.crowded)
    if len(edges) > min(_MANY * shapely.get_num_coordinates(held).sum(), _MOST):
        return np.arange(len(shapes))
    loose = np.unique(net.rows_of(edges))
    strange[loose] = ~shapely.is_valid(shapes[loose])
    held[strange] = None
    lines = shapely.union_all(_rims(net, progress.part(0.5, 0.55)))
    faces = shapely.get_parts(shapely.polygonize([lines]))
    count, unsure = _counted(held, faces, progress.part(0.6, 0.8))
    count[unsure] = 2
    count[2 * shapely.area(faces) < _ULPS * np.spacing(np.abs(net.xy).max(initial=0.0)) * shapely.length(faces)] = 2
    boxes = shapely.bounds(shapes[strange])
    boxes = shapely.box(*boxes[np.isfinite(boxes).all(axis=1)].T)
    cut = _cut_up(net, edges, lines)
    places = np.concatenate([faces[count > 1], boxes, shapely.linestrings(np.stack([net.xy[cut], net.xy[cut + 1]], axis=1))])
    return np.union1d(np.flatnonzero(strange), rows_at(held, places, progress.part(0.8, 1.0)))


def _cut_up(net: Network, edges: Array, lines: Any) -> Array:
    """The edges that are not whole in `lines`, what noding made of them."""
    parts, owner = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    point = points_of(parts)
    runs = np.flatnonzero(owner[1:] == owner[:-1])

    def keys(head: Array, tail: Array) -> Array:
        ends: Array = np.stack([np.minimum(head, tail), np.maximum(head, tail)], axis=1)
        return ends.view(np.dtype((np.void, 32))).ravel()

    place = points_of(net.xy)
    found: Array = edges[~np.isin(keys(place[edges], place[edges + 1]), keys(point[runs], point[runs + 1]))]
    return found


def rows_at(shapes: Array, places: Array, progress: Progress = SILENT) -> Array:
    """The rows that meet one of some places, ascending (a face may lie in one row and in several others side by side)."""
    if not len(places):
        return np.empty(0, dtype=np.int64)
    tree = shapely.STRtree(places)
    found = [tree.query(shapes[chunk], predicate="intersects")[0] + chunk.start for chunk in progress.chunks(len(shapes), _ROWS)]
    rows: Array = np.unique(np.concatenate(found))
    return rows


def _outline(shape: Any) -> Any:
    """All ground that the rings of an invalid polygon enclose in any way."""
    return shapely.union_all(shapely.get_parts(shapely.polygonize([shapely.union_all(shapely.get_rings(shapely.get_parts(shape)))])))


def _rims(net: Network, progress: Progress) -> Array:
    """The edges without a mate as lines, and those that several rows claim, edge by edge."""
    alone = net.alone
    start = np.flatnonzero(np.append(True, alone[1:] != alone[:-1] + 1)) if len(alone) else np.empty(0, dtype=np.int64)
    lines = join(net, alone, np.append(start, len(alone)), np.zeros(len(start), dtype=bool), progress)
    edges = net.crowded[net.mate[net.crowded] != CLOSING]
    many = shapely.linestrings(np.stack([net.xy[edges], net.xy[edges + 1]], axis=1)) if len(edges) else np.empty(0, dtype=object)
    both: Array = np.concatenate([lines, many])
    return both


def _counted(shapes: Array, faces: Array, progress: Progress) -> tuple[Array, Array]:
    """(n,) how many rows cover each face, asked at a point of it that lies on no row's edge; faces in which no such point was found."""
    count = np.zeros(len(faces), dtype=np.int64)
    left, points = np.arange(len(faces)), shapely.point_on_surface(faces)
    for attempt in range(_TRIES):
        if not len(left):
            break
        walk = progress.part(attempt / _TRIES, (attempt + 1) / _TRIES)
        within, touching = _at(shapes, points, walk)
        count[left] = within
        left = left[within != touching]
        points = np.array([_point(faces[at], at, attempt) for at in left], dtype=object)
    progress.at(1.0)
    return count, left


def _at(shapes: Array, points: Array, progress: Progress) -> tuple[Array, Array]:
    """(n,) rows that hold each point inside, and rows that hold it inside or on their edge."""
    tree, within, touching = shapely.STRtree(points), np.zeros(len(points), dtype=int), np.zeros(len(points), dtype=int)
    for chunk in progress.chunks(len(shapes), _ROWS):
        row, at = tree.query(shapes[chunk], predicate="intersects")
        np.add.at(touching, at, 1)
        np.add.at(within, at[shapely.contains(shapes[chunk][row], points[at])], 1)
    return within, touching


def _point(face: Any, salt: int, attempt: int) -> Any:
    """Another point inside a face: the middle of the longest stretch of a level line at a height that chance picks."""
    xmin, ymin, xmax, ymax = face.bounds
    height = ymin + (ymax - ymin) * np.random.default_rng([salt, attempt]).uniform(0.1, 0.9)
    inside = shapely.get_parts(shapely.intersection(shapely.linestrings([[xmin - 1, height], [xmax + 1, height]]), face))
    lengths = shapely.length(inside)
    if not len(inside) or not lengths.max() > 0:  # a face as thin as coordinates are exact
        return shapely.point_on_surface(face)
    longest = inside[np.argmax(lengths)]
    share = np.random.default_rng([salt, attempt, 1]).uniform(0.3, 0.7)
    return shapely.line_interpolate_point(longest, share, normalized=True)


@dataclass(frozen=True)
class Compared:
    """Faces of two layers' edges without a mate. one, other: (n,) rows of each that cover a face; doubt: (n,) an invalid row may."""

    shapes: Array
    one: Array
    other: Array
    doubt: Array


def compared(one: Array, net: Network, other: Array, tolerance: float = 0.0, progress: Progress = SILENT) -> Compared:
    """The ground of two polygon layers in one CRS. net: the network of `one`. Raises Cancelled."""
    flat = np.isin(shapely.get_type_id(other), (3, 6)) & np.isfinite(shapely.length(other))
    beside = other.copy()
    beside[~flat] = None
    second = network(beside, tolerance, progress.part(0.2, 0.5), whole=False)
    rims = np.concatenate([_rims(net, progress.part(0.0, 0.2)), _rims(second, progress.part(0.5, 0.6))])
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(rims)])) if len(rims) else np.empty(0, dtype=object)
    counts, doubt = [], np.zeros(len(faces), dtype=bool)
    for number, shapes in enumerate((one, beside)):
        bad = np.array([not (shape is None or shape.is_valid) for shape in shapes], dtype=bool)
        valid = shapes.copy()
        valid[bad] = None
        counts.append(_counted(valid, faces, progress.part(0.6 + 0.2 * number, 0.8 + 0.2 * number))[0])
        outlines = np.array([*(_outline(shape) for shape in shapes[bad]), None], dtype=object)[:-1]
        doubt[np.unique(shapely.STRtree(outlines).query(shapely.point_on_surface(faces), predicate="intersects")[0])] = True
    return Compared(faces, counts[0], counts[1], doubt)
