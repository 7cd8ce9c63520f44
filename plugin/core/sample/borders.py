"""Where the border between two counties is shared: a layer beyond it is made to leave it where ours does."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .assemble import chains
from .faces import OUTSIDE, SEA, Faces
from .fractal import thousandths

__all__ = ["ending_together"]

Floats = NDArray[np.float64]
Shapes = NDArray[Any]
Flags = NDArray[np.bool_]

# metres between the places on a border from which it is told which stretch is nearer
_STEP = 2.0
# metres within which a new vertex is the one beside it
_NEAR = 0.01


def ending_together(faces: Faces, shapes: Shapes, ours: Flags, width: float) -> Shapes:
    """The polygons `shapes` on ground outside the county without the strip of `width` metres along the border where our side is not one of `ours`.

    ours: flags of faces. The strip ends half way between the border that is ours and that which is not, so that the polygons leave the border
    where ours does. Of a polygon that falls apart the largest piece stays; one that the strip takes whole becomes an empty polygon.
    """
    left, right = faces.kind[faces.web.sides].T
    edges = np.flatnonzero(((left == OUTSIDE) & (right >= SEA)) | ((right == OUTSIDE) & (left >= SEA)))
    back = (left[edges] != OUTSIDE).astype(np.int64)
    inner = faces.web.sides[edges, 1 - back]
    lines, kind = chains(faces.web, edges * 2 + back, ours[inner].astype(np.int64))
    near = shapely.dwithin(lines, shapely.union_all(shapes), 2.0 * width) if len(shapes) else np.zeros(len(lines), dtype=bool)
    lines, kind = lines[near], kind[near]
    if not len(lines) or (kind == 1).all():
        return shapes
    free = shapely.union_all(shapely.buffer(lines[kind == 0], width, quad_segs=4))
    strip = shapely.intersection(_nearest(lines, kind), free)
    return np.array([_largest(one, strip) for one in shapes], dtype=object)


def _nearest(lines: Shapes, kind: NDArray[np.int64]) -> Any:
    """The ground that is nearer to lines of kind 0 than to others."""
    points, of_line = shapely.get_coordinates(shapely.segmentize(lines, _STEP), return_index=True)
    # the middles of the steps: a place where two kinds meet belongs to neither
    inside = of_line[1:] == of_line[:-1]
    middles, of_middle = ((points[1:] + points[:-1]) / 2.0)[inside], kind[of_line[1:][inside]]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(middles)))
    cell, at = shapely.STRtree(shapely.points(middles)).query(cells, predicate="contains")
    return shapely.union_all(cells[cell[of_middle[at] == 0]])


def _largest(shape: Any, strip: Any) -> Any:
    """The largest piece of a polygon outside the strip, its new vertices to a thousandth of a millimetre (finer ones differ by machine)."""
    if not shapely.intersects(shape, strip):
        return shape
    pieces = shapely.get_parts(shapely.difference(shape, strip))
    if not len(pieces):
        return shapely.Polygon()
    own = set(map(tuple, shapely.get_coordinates(shape)))
    rings = [_apart(shapely.get_coordinates(ring)[:-1], own) for ring in shapely.get_rings(pieces[np.argmax(shapely.area(pieces))])]
    return shapely.Polygon(rings[0], rings[1:])


def _apart(points: Floats, own: set[tuple[float, float]]) -> Floats:
    """An open ring without those of its new vertices that lie within a centimetre of the next one; `own` are the ones that were there before."""
    old = np.array([tuple(one) in own for one in points], dtype=bool)
    rounded = np.where(old[:, None], points, thousandths(points, 6))
    kept: list[int] = []
    for at in range(len(points)):
        near = bool(kept) and np.hypot(*(rounded[at] - rounded[kept[-1]])) < _NEAR
        if near and old[at] and not old[kept[-1]]:
            kept[-1] = at
        elif not near or old[at]:
            kept.append(at)
    if np.hypot(*(rounded[kept[-1]] - rounded[kept[0]])) < _NEAR and not (old[kept[-1]] and old[kept[0]]):
        kept.pop(0 if old[kept[-1]] else -1)
    return np.asarray(rounded[kept])
