"""Faults of one shape by itself: rings, parts, vertices, size, and the same shape twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from .. import measure
from ..codes import CodeList
from ..finding import Finding
from .case import Case
from .plane import metres, widths
from .rule import check
from .survey import of_classes

__all__ = ["valid_rows"]

Array = np.ndarray[Any, Any]

_ROWS = 20_000  # rows looked at in one go
_SMALL = ("construction", "agricultural", "other", "exempt")  # rows of `area_limits` that state a least area by class


def valid_rows(case: Case) -> Array:
    """(n,) whether each row's shape is valid and finite; None and empty count as valid."""

    def made() -> Array:
        shapes, good = case.table.shapes, np.ones(len(case.table), dtype=bool)
        for chunk in case.progress.chunks(len(shapes), _ROWS):
            good[chunk] = shapely.is_valid(shapes[chunk]) | shapely.is_missing(shapes[chunk])
        return good

    return case.share("valid", made)


@check("shape_invalid")
def shape_invalid(case: Case) -> Iterator[Finding]:
    """A polygon or line that is not valid, with the reason and the place."""
    if case.table.geometry is None:
        return
    for row in np.flatnonzero(~valid_rows(case)).tolist():
        shape = case.table.shapes[row]
        reason, _, place = shapely.is_valid_reason(shape).partition("[")
        spot = [float(one) for one in place.rstrip("]").split()[:2]] if place else []
        at = shapely.Point(spot) if len(spot) == 2 and np.isfinite(spot).all() else shapely.Point()
        yield case.found(row, where=at, reason=reason.strip())


@check("shape_twice")
def shape_twice(case: Case) -> Iterator[Finding]:
    """A shape that an earlier row has too: the same vertices, wherever its rings begin and however they run."""
    if case.table.geometry is None:
        return
    shapes, keys = case.table.shapes, case.keys()
    boxes = np.column_stack([shapely.bounds(shapes), shapely.get_num_coordinates(shapes)])
    there = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    _, slot, count = np.unique(boxes[there], axis=0, return_inverse=True, return_counts=True)
    alike = there[count[slot.ravel()] > 1]
    seen: dict[bytes, int] = {}
    for row, text in zip(alike.tolist(), shapely.to_wkb(shapely.normalize(shapes[alike]), output_dimension=2)):
        first = seen.setdefault(text, row)
        if first != row:
            yield case.found(row, where=shapes[row], other=str(keys[first]))


@check("multipart")
def multipart(case: Case) -> Iterator[Finding]:
    """A shape of several parts."""
    if case.table.geometry is None:
        return
    parts = shapely.get_num_geometries(case.table.geometry)
    for row in np.flatnonzero(parts > 1).tolist():
        yield case.found(row, was=str(parts[row]), should="1")


@dataclass(frozen=True)
class _Steps:
    """Edges of some rows: their row, ends as stored, ends in metres, and whether the edge goes on from the one before in its ring."""

    row: Array
    head: Array
    tail: Array
    way: Array
    length: Array
    ring: Array


def _steps(case: Case, chunk: slice) -> _Steps:
    shapes = case.table.shapes[chunk]
    parts, of_row = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_dimensions(parts) == 2
    rings, of_part = shapely.get_rings(parts[flat], return_index=True)
    lines = parts[shapely.get_dimensions(parts) == 1]
    listed = np.concatenate([rings, lines])
    owner = np.concatenate([of_row[flat][of_part], of_row[shapely.get_dimensions(parts) == 1]])
    points, of_ring = shapely.get_coordinates(listed, return_index=True)
    flat_points = metres(points, of_ring, case.table.crs)
    joined = np.flatnonzero(of_ring[1:] == of_ring[:-1])
    way = flat_points[joined + 1] - flat_points[joined]
    rows = owner[of_ring[joined]] + chunk.start
    return _Steps(rows, points[joined], points[joined + 1], way, np.hypot(way[:, 0], way[:, 1]), of_ring[joined])


def _short(case: Case, above: float, least: float) -> Iterator[tuple[int, Any, float]]:
    """(row, middle, length in metres) of the edges longer than `above` and up to `least`."""
    for chunk in case.progress.chunks(len(case.table), _ROWS):
        steps = _steps(case, chunk)
        for at in np.flatnonzero((steps.length > above) & (steps.length <= least)).tolist():
            yield int(steps.row[at]), shapely.Point((steps.head[at] + steps.tail[at]) / 2.0), float(steps.length[at])


@check("vertex_near")
def vertex_near(case: Case) -> Iterator[Finding]:
    """Two vertices that follow each other and are the same or nearly so. Parameters: within (metres; the tolerance where that is more)."""
    if case.table.geometry is not None:
        for row, where, length in _short(case, -1.0, max(case.rule.number("within"), case.tolerance)):
            yield case.found(row, where=where, was=f"{length:.4f}")


@check("short_edge")
def short_edge(case: Case) -> Iterator[Finding]:
    """An edge shorter than is drawn on purpose. Parameters: least (metres), above (metres; shorter ones are vertices nearly the same)."""
    if case.table.geometry is not None:
        least = case.rule.number("least")
        for row, where, length in _short(case, max(case.rule.number("above"), case.tolerance), least):
            yield case.found(row, where=where, was=f"{length:.4f}", should=f"{least:g}")


@check("sharp_angle")
def sharp_angle(case: Case) -> Iterator[Finding]:
    """A vertex at which a boundary turns back on itself. Parameters: least (degrees between the two edges)."""
    if case.table.geometry is None:
        return
    least = case.rule.number("least")
    for chunk in case.progress.chunks(len(case.table), _ROWS):
        steps = _steps(case, chunk)
        keep = np.flatnonzero(steps.length > 0)
        way, length, ring = steps.way[keep], steps.length[keep], steps.ring[keep]
        before = np.arange(len(keep)) - 1
        heads = np.flatnonzero(np.concatenate([[True], ring[1:] != ring[:-1]])) if len(keep) else np.empty(0, dtype=int)
        ends = np.append(heads[1:], len(keep)) - 1
        before[heads] = ends
        # the first edge of an open line has none before it
        meets = (steps.tail[keep][before] == steps.head[keep]).all(axis=1) & (before != np.arange(len(keep)))
        cosine = -(way * way[before]).sum(axis=1) / np.maximum(length * length[before], 1e-300)
        angle = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
        for at in np.flatnonzero(meets & (angle < least)).tolist():
            yield case.found(int(steps.row[keep[at]]), where=shapely.Point(steps.head[keep[at]]), was=f"{angle[at]:.2f}", should=f"{least:g}")


@check("patch_small")
def patch_small(case: Case) -> Iterator[Finding]:
    """A patch under the least area that its class is mapped with (pack rule `area_limits`).

    A class of several rows takes the one that names it most closely; one with the value 0 is not mapped by its area.
    """
    pack, table = case.layer.pack, case.table
    if pack is None or table.geometry is None or "DLBM" not in table or "area_limits" not in pack.rules:
        return
    codes = table.text("DLBM").to_numpy(dtype=object)
    limits = _limits(pack.codes["DLBM"], [(float(one["value"]), one["classes"]) for one in pack.rule("area_limits") if one["key"] in _SMALL])
    least = np.array([limits.get(one, 0.0) for one in codes])
    name, crs, shapes = case.layer.name, table.crs, table.shapes
    area = case.share("areas", lambda: measure.areas(shapes, crs, progress=case.progress, layer=name)) if crs else shapely.area(shapes)
    for row in np.flatnonzero(area < least).tolist():
        yield case.found(row, was=f"{area[row]:.2f}", should=f"{least[row]:g}", value=codes[row], area=float(area[row]))


def _limits(classes: CodeList, listed: Sequence[tuple[float, str]]) -> dict[str, float]:
    """The least area of each class. A row names classes by their code or its beginning, or by the letter of their group (A, J, W)."""
    found: dict[str, float] = {}
    for code, one in classes.entries.items():
        closest = 0
        for value, text in listed:
            for word in text.split("|"):
                near = 1 if word and word == one.extra.get("major") else 1 + len(word) if word and of_classes(np.array([code]), (word,))[0] else 0
                if near > closest:
                    closest, found[code] = near, value
    return found


@check("sliver")
def sliver(case: Case) -> Iterator[Finding]:
    """A polygon narrower on average than any that is mapped: 2 · area / perimeter. Parameters: width (metres)."""
    if case.table.geometry is None:
        return
    width, limit = widths(case.table.shapes, case.table.crs), case.rule.number("width")
    flat = shapely.get_dimensions(case.table.shapes) == 2
    # a ring that crosses itself may have less than no area: it is told as not valid
    for row in np.flatnonzero(flat & (width >= 0) & (width < limit)).tolist():
        yield case.found(row, was=f"{width[row]:.3f}", should=f"{limit:g}")
