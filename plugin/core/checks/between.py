"""Ground of one layer against that of another: outside it, left bare by it, claimed by both, or not the same.

Two layers are compared by the faces of their edges without a mate, as `coverage_faces` does for one: of two layers that tile the same ground
only the outer boundaries are left to look at. Faces no wider on average than the tolerance are none, and what a row that is not valid
encloses is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from .. import topology
from ..coverage_faces import compared
from ..finding import Finding
from .case import Case, of_values
from .coverages import DUST, sizes
from .rule import check

__all__: list[str] = []

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class _Ground:
    """Faces of two layers' ground with area (m²) and mean width (metres), and whether this layer and the other cover each."""

    other: str
    faces: Array
    area: Array
    width: Array
    mine: Array
    theirs: Array

    def found(self, case: Case, which: Array, **facts: Any) -> Iterator[Finding]:
        """A finding on each face of a mask."""
        for at in np.flatnonzero(which).tolist():
            sizes_of: dict[str, Any] = {"was": f"{self.width[at]:.4f}", "size": f"{self.area[at]:.2f}", "area": float(self.area[at])}
            yield case.found(-1, where=self.faces[at], beside=self.other, **sizes_of, **facts)


def _ground(case: Case) -> _Ground | None:
    """The ground of this layer and another (parameter `other`), wider than the tolerance; None where one has no shapes.

    No part take rows of this layer whose field `unless` is filled, and rows of this and of the other layer of the kinds that `but` and
    `but_other` name (FIELD:value|value). A layer of lines is the ground that its lines enclose.
    """
    other = case.require(case.rule.parameters["other"])
    if case.table.geometry is None or other.table.geometry is None:
        return None
    shapes, net = case.polygons, case.network()
    spared = case.rule.parameters.get("unless", "")
    kept = ~of_values(case.table, case.rule.parameters.get("but", ""))
    if spared:
        case.table.require(spared)
        kept &= (case.table.text(spared) == "").to_numpy(dtype=bool)
    if not kept.all():
        shapes[~kept] = None
        net = topology.network(shapes, case.units, case.progress.quiet(), whole=False)
    theirs = other.table.shapes[~of_values(other.table, case.rule.parameters.get("but_other", ""))]
    made = compared(shapes, net, _enclosed(theirs), case.units, case.progress.quiet())
    area, width = sizes(case, made.shapes)
    real = (width > max(case.tolerance, DUST)) & ~made.doubt
    return _Ground(other.name, made.shapes[real], area[real], width[real], made.one[real] > 0, made.other[real] > 0)


def _enclosed(shapes: Array) -> Array:
    """The shapes; of a layer of lines the polygons that they enclose."""
    lines = shapely.get_dimensions(shapes) == 1
    if not lines.any() or (shapely.get_dimensions(shapes) == 2).any():
        return shapes
    enclosed: Array = shapely.get_parts(shapely.polygonize([shapely.union_all(shapes[lines])]))
    return enclosed


@check("ground_outside")
def ground_outside(case: Case) -> Iterator[Finding]:
    """Ground of this layer that lies outside another. Parameters: other (page), unless, but, but_other (as `_ground`, optional)."""
    ground = _ground(case)
    if ground is not None:
        yield from ground.found(case, ground.mine & ~ground.theirs)


@check("ground_bare")
def ground_bare(case: Case) -> Iterator[Finding]:
    """Ground of another layer that this one leaves bare: gaps up to a boundary.

    Parameters: other (page of polygons, or of lines that enclose), unless, but, but_other (as `_ground`, optional).
    """
    ground = _ground(case)
    if ground is not None:
        yield from ground.found(case, ~ground.mine & ground.theirs)


@check("ground_shared")
def ground_shared(case: Case) -> Iterator[Finding]:
    """Ground that this layer and another both claim, which exclude each other.

    Parameters: other (page), unless (a field: rows that have it filled are decided on and let be).
    """
    ground = _ground(case)
    if ground is not None:
        yield from ground.found(case, ground.mine & ground.theirs)


@check("ground_differs")
def ground_differs(case: Case) -> Iterator[Finding]:
    """Ground that only one of two layers covers, which must cover the same. Parameters: other (page)."""
    ground = _ground(case)
    if ground is not None:
        yield from ground.found(case, ground.mine & ~ground.theirs, value=case.layer.name)
        yield from ground.found(case, ~ground.mine & ground.theirs, value=ground.other)
