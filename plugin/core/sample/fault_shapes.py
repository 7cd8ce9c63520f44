"""Faults of geometry, each on one feature or one shared edge of a clean coverage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from .fault_work import Mask, Ring, Work
from .fractal import thousandths

__all__ = [
    "bow_tie", "cut_back", "edge_moved", "multipart", "split_off", "twice", "vertex_added",
]  # fmt: skip

Floats = NDArray[np.float64]
# metres within which the lines of two counties meet
_NEAR = 5.0
# a bow-tie whose two lobes have the same area, along and across the way into the patch
_LOOP = np.array([[1.7, 0.0], [1.0, 0.8], [0.7, -0.8]])


def bow_tie(work: Work, layer: str, mask: Mask, salt: int) -> bool:
    """`ring_crosses`: a ring that runs on from one vertex through a small bow-tie inside the patch; its signed area stays."""
    for row in work.free(layer, mask, salt):
        shape = work.shapes[layer][row]
        if shape.interiors or not work.untouched(layer, row):
            continue
        points = shapely.get_coordinates(shape)[:-1]
        inside = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
        for at, start in enumerate(points):
            along = (inside - start) / np.hypot(*(inside - start))
            loop = start + 3.0 * (_LOOP[:, :1] * along + _LOOP[:, 1:] * np.array([-along[1], along[0]]))
            if shape.covers(shapely.MultiPoint([start, *loop]).convex_hull):
                work.take(layer, row)
                work.shapes[layer][row] = shapely.polygons(np.vstack([points[: at + 1], loop, points[at:]]))
                work.note("ring_crosses", layer, work.name(layer, row), shapely.Point(loop[0]))
                return True
    return False


def twice(work: Work, layer: str, mask: Mask, salt: int) -> bool:
    """`geometry_twice`: the same shape again under another BSM."""
    for row in work.free(layer, mask, salt):
        if work.untouched(layer, row):
            work.take(layer, row)
            shape = work.shapes[layer][row]
            new = work.add(layer, row, shape)
            work.note("geometry_twice", layer, f"{work.name(layer, row)}|{new}", shape, area=float(shape.area))
            return True
    return False


def edge_moved(work: Work, layer: str, mask: Mask, salt: int, code: str, push: float, least: float) -> bool:
    """A vertex of a shared edge moved `push` metres into the neighbour (an overlap), or back from it (push < 0: a gap), of `least` m² or more."""
    for row in work.free(layer, mask, salt):
        if not work.untouched(layer, row):
            continue
        shape = work.shapes[layer][row]
        for ring in work.shared(layer, row):
            for place in _aside(ring, abs(push)):
                moved = ring.moved(place)
                if not moved.is_valid:
                    continue
                wedge = moved.difference(shape) if push > 0 else shape.difference(moved)
                back = shape.difference(moved) if push > 0 else moved.difference(shape)
                met = all(moved.intersection(work.given[layer].shapes[one]).area == 0.0 for one in work.near(layer, row) if one != ring.neighbour)
                if met and wedge.geom_type == "Polygon" and wedge.area >= least and back.area < 1e-9:
                    work.take(layer, row, ring.neighbour)
                    features = f"{work.name(layer, row)}|{work.name(layer, ring.neighbour)}"
                    work.reshape(layer, row, moved)
                    work.note(code, layer, features, wedge, area=float(wedge.area))
                    return True
    return False


def _aside(ring: Ring, far: float) -> Iterator[Floats]:
    """The two places `far` metres from the vertex at right angles to the line between those beside it."""
    before, here, after = ring.three
    along = (after - before) / max(float(np.hypot(*(after - before))), 1e-9)
    for sign in (1.0, -1.0):
        yield thousandths(here + sign * far * np.array([-along[1], along[0]]))


def split_off(work: Work, layer: str, mask: Mask, salt: int, code: str, depth: float, low: float, high: float) -> bool:
    """A triangle between two vertices and a point `depth` metres inside becomes a feature of its own of `low`…`high` m²."""
    for row in work.free(layer, mask, salt):
        shape = work.shapes[layer][row]
        if not work.untouched(layer, row):
            continue
        for ring in work.shared(layer, row):
            here, after = ring.three[1:]
            along = (after - here) / np.hypot(*(after - here))
            for sign in (1.0, -1.0):
                tip = thousandths((here + after) / 2.0 + sign * depth * np.array([-along[1], along[0]]))
                piece = shapely.polygons([here, after, tip])
                rest = shapely.polygons(np.insert(ring.points, ring.at + 1, tip, axis=0))
                if low <= piece.area <= high and rest.is_valid and shape.contains(shapely.Point(tip)) and piece.difference(shape).area < 1e-9:
                    work.take(layer, row)
                    work.reshape(layer, row, rest)
                    new = work.add(layer, row, piece)
                    work.note(code, layer, new, piece, area=float(piece.area))
                    return True
    return False


def vertex_added(work: Work, layer: str, mask: Mask, salt: int, code: str, near: float | None) -> bool:
    """A vertex `near` metres behind another on both sides of a shared edge, or (None) one in the middle of an edge on one side alone."""
    for row in work.free(layer, mask, salt):
        if not work.untouched(layer, row):
            continue
        for ring in work.shared(layer, row):
            here, after = ring.three[1:]
            long = float(np.hypot(*(after - here)))
            if long < 2.0:
                continue
            new = (here + after) / 2.0 if near is None else here + (after - here) * near / long
            names = work.name(layer, row)
            work.take(layer, row, ring.neighbour)
            work.shapes[layer][row] = _inserted(work.shapes[layer][row], here, after, new)
            if near is None:
                names = work.name(layer, ring.neighbour)
            else:
                names = f"{names}|{work.name(layer, ring.neighbour)}"
                work.shapes[layer][ring.neighbour] = _inserted(work.shapes[layer][ring.neighbour], here, after, new)
            work.note(code, layer, names, shapely.Point(new))
            return True
    return False


def _inserted(shape: Any, first: Floats, second: Floats, new: Floats) -> Any:
    """The polygon with `new` put between two vertices that follow each other in one of its rings, in either order."""
    rings = []
    for ring in (shape.exterior, *shape.interiors):
        points = shapely.get_coordinates(ring)
        for one, other in ((first, second), (second, first)):
            at = np.flatnonzero((points[:-1] == one).all(axis=1) & (points[1:] == other).all(axis=1))
            if len(at):
                points = np.insert(points, at[0] + 1, new, axis=0)
                break
        rings.append(points)
    return shapely.Polygon(rings[0], rings[1:])


def multipart(work: Work, layer: str, mask: Mask, salt: int, alike: tuple[str, ...]) -> bool:
    """`multipart`: two features of equal `alike` fields that do not touch become one of two parts."""
    rows = work.rows[layer]
    for row in work.free(layer, mask, salt):
        if not work.untouched(layer, row):
            continue
        same = mask.copy()
        for field in alike:
            same &= (rows[field].isna() if pd.isna(rows.at[row, field]) else rows[field] == rows.at[row, field]).to_numpy(dtype=bool)
        beside = {row, *work.near(layer, row)}
        for other in np.flatnonzero(same):
            if int(other) in beside or not work.untouched(layer, int(other)):
                continue
            names = f"{work.name(layer, row)}|{work.name(layer, int(other))}"
            work.take(layer, row, int(other))
            both = shapely.MultiPolygon([work.shapes[layer][row], work.shapes[layer][other]])
            work.reshape(layer, row, both)
            work.remove(layer, int(other))
            work.note("multipart", layer, names, both)
            return True
    return False


def cut_back(work: Work, layer: str, other: str, land: str, salt: int, far: float) -> bool:
    """`edge_mismatch`: a feature of `layer` loses what lies within `far` metres of an end of the line where it meets one of `other`.

    Not beside a stretch that `other` has along the edge of `land` and `layer` leaves alone: there no line ends too early.
    """
    for row in work.free(layer, np.ones(len(work.rows[layer]), dtype=bool), salt):
        shape = work.shapes[layer][row]
        # the two lines may be some metres apart
        near = work.shapes[other][shapely.dwithin(work.shapes[other], shape, _NEAR)]
        window = shape.envelope.buffer(10.0 * _NEAR, cap_style="square").bounds
        across = shapely.union_all([shapely.clip_by_rect(one, *window).buffer(_NEAR, quad_segs=2) for one in near])
        met = shapely.line_merge(shapely.intersection(shape.boundary, across))
        lines = [one for one in shapely.get_parts(met) if one.geom_type == "LineString" and one.length > 4.0 * far]
        for end in (shapely.get_point(line, at) for line in lines for at in (0, -1)):
            left = shapely.difference(shape, end.buffer(far))
            if left.geom_type == "Polygon" and _unmet(work, layer, other, land, end.buffer(2.0 * far)) < 2.0 * _NEAR:
                work.take(layer, row)
                features = work.name(layer, row)
                lost = float(shape.area - left.area)
                work.reshape(layer, row, left)
                work.note("edge_mismatch", layer, features, end, area=lost)
                return True
    return False


def _unmet(work: Work, layer: str, other: str, land: str, window: Any) -> float:
    """Metres within a window of the edge of `land` along which `other` lies and `layer` does not."""

    def ground(name: str, wide: float) -> Any:
        shapes = work.shapes[name]
        return shapely.union_all([one.buffer(wide) if wide else one for one in shapes[shapely.dwithin(shapes, window, wide)]])

    below = ground(land, 0.0)
    if below.is_empty:
        return 0.0
    edge = shapely.intersection(shapely.boundary(below), window)
    return float(shapely.difference(shapely.intersection(edge, ground(other, 0.01)), ground(layer, _NEAR)).length)
