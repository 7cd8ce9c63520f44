"""Pairs of polygons that share ground, and their common pieces; a row wholly inside one of the other layer is never cut."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from .shared import Shared

__all__ = ["Cuts", "Zones", "batches", "cut", "polygons_only", "without"]

Array = np.ndarray[Any, Any]
Check = Callable[[], None]

CUT, PATCH_WHOLE, ZONE_WHOLE = 0, 1, 2
_APART, _INSIDE, _CROSSING, _TOUCHING = 0, 1, 2, 3
_PAIRS = 1_500  # pairs judged or cut between two looks at the cancel button
_VERTICES = 150_000  # and at most about so many vertices
_KEPT = 4_000_000  # vertices of zones that may stay prepared at once
_TASKS = 8


@dataclass(frozen=True)
class Cuts:
    """Common pieces: positions of patch and zone, sorted by patch then zone, polygons, and how each came to be.

    how: CUT, PATCH_WHOLE (the piece is the patch, which lies inside) or ZONE_WHOLE. touches: pairs that share only lines or points;
    stray: lines and points that came along with a piece.
    """

    patch: Array
    zone: Array
    shapes: Array
    how: Array
    touches: int = 0
    stray: int = 0


class Zones:
    """The layer that is laid over the chunks: shapes with their boxes, prepared when first needed."""

    def __init__(self, shapes: Array) -> None:
        self.shapes = Shared(shapes)
        # asking for the boxes here fills the envelopes that GEOS may compute at first use, before threads share the shapes
        self.boxes = shapely.bounds(shapes)
        self.keep = int(shapely.get_num_coordinates(shapes).sum()) <= _KEPT

    def __len__(self) -> int:
        return len(self.shapes)

    def near(self, box: Array) -> Array:
        """Zones whose box meets `box` (xmin, ymin, xmax, ymax)."""
        low, high = self.boxes[:, :2] <= box[2:], self.boxes[:, 2:] >= box[:2]
        return np.flatnonzero(low.all(axis=1) & high.all(axis=1))


def batches(weights: Array, most: int = _PAIRS, vertices: int = _VERTICES) -> list[slice]:
    """Slices over rows of `weights` vertices, each of at most `most` rows and about `vertices` vertices."""
    if not len(weights):
        return []
    lot = np.cumsum(np.maximum(weights, vertices // most)) // vertices
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(lot)) + 1, [len(weights)]])
    return [slice(int(a), int(b)) for a, b in zip(bounds[:-1], bounds[1:])]


def cut(patches: Array, zones: Zones, grid: float, pool: Executor, check: Check) -> Cuts:
    """The common pieces of `patches` ((n,) polygons of one chunk) and `zones`.

    The side with fewer rows is prepared, the other is looked up in a tree. grid: precision of the cuts in CRS units, 0 for full.
    Raises what `check` raises.
    """
    near = zones.near(shapely.total_bounds(patches)) if len(patches) else np.empty(0, dtype=np.int64)
    over = zones.shapes[near]
    if len(near) <= len(patches):
        zone, patch, verdict = _judge(over, patches, zones.keep, pool, check)
        whole = PATCH_WHOLE
    else:
        patch, zone, verdict = _judge(patches, over, False, pool, check)
        whole = ZONE_WHOLE
    inside, crossing = verdict == _INSIDE, verdict == _CROSSING
    pieces = _cross(patches[patch[crossing]], over[zone[crossing]], grid, pool, check)
    pieces, real, stray = polygons_only(pieces)
    kept = np.flatnonzero(inside)
    cuts = np.flatnonzero(crossing)[real]
    shapes = np.concatenate([patches[patch[kept]] if whole == PATCH_WHOLE else over[zone[kept]], pieces[real]])
    how = np.repeat([whole, CUT], [len(kept), len(cuts)])
    at = np.concatenate([kept, cuts])
    patch, zone = patch[at], near[zone[at]]
    order = np.lexsort((zone, patch))
    touches = int((verdict == _TOUCHING).sum() + (~real).sum())
    return Cuts(patch[order], zone[order], shapes[order], how[order], touches, stray)


def _judge(few: Array, many: Array, keep: bool, pool: Executor, check: Check) -> tuple[Array, Array, Array]:
    """Pairs whose boxes meet as (few, many, verdict): _APART, _INSIDE (the one of `many` lies properly in the other), _TOUCHING or _CROSSING.

    Pairs are sorted by `few`, so that a prepared shape, which is not safe to share, stays within one task.
    """
    one, other = shapely.STRtree(many).query(few)
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    used = np.unique(one)
    shapely.prepare(few[used])
    boxes, frames, sizes = shapely.bounds(many), shapely.bounds(few), shapely.get_num_coordinates(many)
    verdict = np.zeros(len(one), dtype=np.int8)

    def task(part: slice) -> None:
        for step in batches(sizes[other[part]]):
            check()
            some = slice(part.start + step.start, part.start + step.stop)
            a, b = one[some], other[some]
            fits = (frames[a, :2] <= boxes[b, :2]).all(axis=1) & (frames[a, 2:] >= boxes[b, 2:]).all(axis=1)
            verdict[some] = _verdict(few[a], many[b], fits)

    heads = np.flatnonzero(np.concatenate([[True], one[1:] != one[:-1]])) if len(one) else np.empty(0, dtype=np.int64)
    lots = heads[np.searchsorted(heads, np.linspace(0, len(one), _TASKS + 1)[1:-1], side="right") - 1] if len(heads) else heads
    bounds = np.unique(np.concatenate([[0], lots, [len(one)]])).astype(int)
    list(pool.map(task, [slice(int(a), int(b)) for a, b in zip(bounds[:-1], bounds[1:])]))
    if not keep:
        shapely.destroy_prepared(few[used])
    return one, other, verdict


def _verdict(over: Array, under: Array, fits: Array) -> Array:
    out = np.full(len(over), _APART, dtype=np.int8)
    inside = fits.copy()
    inside[fits] = shapely.contains_properly(over[fits], under[fits])
    out[inside] = _INSIDE
    rest = np.flatnonzero(~inside)
    rest = rest[shapely.intersects(over[rest], under[rest])]
    # neighbours along a border share no ground: asking costs a tenth of cutting them
    touching = shapely.touches(over[rest], under[rest])
    out[rest[touching]] = _TOUCHING
    rest = rest[~touching]
    out[rest] = _CROSSING
    # shared borders keep a shape from lying properly inside; covers is asked only where the box allows it
    snug = rest[fits[rest]]
    out[snug[shapely.covers(over[snug], under[snug])]] = _INSIDE
    return out


def _cross(patches: Array, zones: Array, grid: float, pool: Executor, check: Check) -> Array:
    """Intersections pair by pair."""
    pieces = np.empty(len(patches), dtype=object)
    weights = shapely.get_num_coordinates(patches) + shapely.get_num_coordinates(zones)
    one, other = Shared(patches), Shared(zones)

    def task(part: slice) -> None:
        check()
        pieces[part] = shapely.intersection(one[part], other[part], grid_size=grid or None)

    list(pool.map(task, batches(weights)))
    return pieces


def polygons_only(shapes: Array) -> tuple[Array, Array, int]:
    """Shapes with everything but their polygons taken off: (shapes, which still have area, count of lines and points taken off)."""
    kind = shapely.get_type_id(shapes)
    mixed = np.flatnonzero(kind == 7)
    stray = 0
    if len(mixed):
        shapes = shapes.copy()
        for at in mixed:
            parts = shapely.get_parts(shapely.get_parts(shapes[at]))
            flat = parts[shapely.get_type_id(parts) == 3]
            stray += len(parts) - len(flat)
            shapes[at] = shapely.multipolygons(flat) if len(flat) > 1 else flat[0] if len(flat) else None
    real = np.isin(kind, (3, 6, 7)) & ~shapely.is_missing(shapes)
    real[real] = ~shapely.is_empty(shapes[real])
    return shapes, real, stray


def without(shape: Any, others: Array, grid: float, check: Check) -> Any:
    """What is left of a shape without the union of the others, each cut down to a box around the shape first. Raises what `check` raises."""
    if not len(others):
        return shape
    taken = others[0]
    if len(others) > 1:
        low_x, low_y, high_x, high_y = shapely.bounds(shape)
        # the box is wider than the shape, so that its own edges never meet it
        margin = max(high_x - low_x, high_y - low_y) * 0.01 + 4 * grid
        frame = shapely.box(low_x - margin, low_y - margin, high_x + margin, high_y + margin)
        beyond = ~shapely.contains(frame, others)
        local = others.copy()
        local[beyond] = shapely.intersection(frame, others[beyond])
        taken = _united(local, grid, check)
    return shapely.difference(shape, taken, grid_size=grid or None)


def _united(shapes: Array, grid: float, check: Check) -> Any:
    """The union of many shapes, neighbours first, so that a stop is seen between the steps."""
    low = shapely.bounds(shapes)[:, :2]
    strip = np.floor((low[:, 0] - low[:, 0].min()) / max(float(np.ptp(low[:, 0])), 1e-9) * np.sqrt(len(shapes)))
    shapes = shapes[np.lexsort((low[:, 1], strip))]
    made = []
    for lot in batches(shapely.get_num_coordinates(shapes), _PAIRS, _VERTICES // 2):
        check()
        made.append(shapely.union_all(shapes[lot], grid_size=grid or None))
    # two by two: a union of several would take the ready ones apart again
    while len(made) > 1:
        check()
        made.append(shapely.union(made.pop(0), made.pop(0), grid_size=grid or None))
    return made[0]
