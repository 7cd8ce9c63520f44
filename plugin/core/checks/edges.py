"""Edge matching (接边): along the border of two counties the layers of both lie at the same stretches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from ..finding import Finding
from .case import Case, Checked, of_values
from .plane import scales
from .rule import check

__all__: list[str] = []

Array = np.ndarray[Any, Any]

_TOUCH = 0.01  # metres from a stretch to the next one beside it


@check("edge_mismatch")
def edge_mismatch(case: Case) -> Iterator[Finding]:
    """A stretch of the border where only one of two layers lies, beside one where both do: one ends before the other.

    Told on the feature of this layer that is nearest, with the one on its other side. Parameters: other (page: the layer on the other side),
    border (page of lines or polygons), kinds (field:values of the lines that are the border; all without it), within (metres from the border to
    a layer that lies on it; the tolerance where that is more), least and reach (metres): shorter stretches come from angles and offsets; where
    a layer goes on alone for longer than `reach`, it is no line that ends too early but one without a counterpart, which is not judged.
    """
    if case.table.geometry is None:
        return
    other, border = case.require(case.rule.parameters["other"]), case.require(case.rule.parameters["border"])
    if other.table.geometry is None or border.table.geometry is None or not len(case.table):
        return
    scale = scales(border.table.shapes, case.table.crs)
    line = _flat(shapely.union_all(_border(case, border)), scale)
    within = max(case.rule.number("within"), case.tolerance)
    mine = _flat(case.polygons, scale)
    here, there = (_along(line, shapes, within) for shapes in (mine, _flat(other.table.shapes, scale)))
    both = shapely.intersection(here, there)
    least, reach = case.rule.number("least"), case.rule.number("reach")
    for alone in (shapely.difference(there, here), shapely.difference(here, there)):
        for stretch in shapely.get_parts(shapely.line_merge(alone)):
            if least < stretch.length <= reach and shapely.dwithin(stretch, both, _TOUCH):
                row, second = _beside(mine, stretch, 2.0 * within)
                where = shapely.transform(stretch, lambda points: points / scale)
                facts: dict[str, Any] = {} if second < 0 else {"other": str(case.keys()[second])}
                yield case.found(row, where=where, beside=other.name, was=f"{stretch.length:.2f}", should=f"{least:g}", **facts)


def _beside(shapes: Array, stretch: Any, much: float) -> tuple[int, int]:
    """The shape nearest to a stretch, and the next one where it is no more than `much` farther away (−1: none): either may end too early."""
    away = shapely.distance(shapes, stretch)
    away = np.where(np.isnan(away), np.inf, away)
    first, *more = np.argsort(away, kind="stable")[:2].tolist()
    return first, more[0] if more and away[more[0]] <= away[first] + much else -1


def _border(case: Case, border: Checked) -> Array:
    """The lines of the border: of a layer of lines those of the rule's kinds, of polygons their common outline."""
    shapes = border.table.shapes
    kinds = case.rule.parameters.get("kinds", "")
    shapes = shapes[of_values(border.table, kinds)] if kinds else shapes
    flat = shapely.get_dimensions(shapes) == 2
    outline = shapely.boundary(shapely.union_all(shapes[flat & shapely.is_valid(shapes)]))
    return np.append(shapes[shapely.get_dimensions(shapes) == 1], outline)


def _flat(shapes: Any, scale: Array) -> Any:
    """Shapes in metres, see `scales`."""
    return shapely.transform(shapes, lambda points: points * scale)


def _along(line: Any, shapes: Array, within: float) -> Any:
    """The stretches of a line that lie within a distance of shapes."""
    near = shapes[shapely.dwithin(shapes, line, within)]
    return shapely.intersection(line, shapely.union_all(shapely.buffer(near, within, quad_segs=4)))
