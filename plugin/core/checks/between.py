"""Ground of one layer against that of another: outside it, left bare by it, claimed by both; and points that ought to lie on lines.

Two layers are compared by the faces of their edges without a mate, as `coverage_faces` does for one: of two layers that tile the same ground
only the outer boundaries are left to look at. Faces no wider on average than the tolerance are none, and what a row that is not valid
encloses is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..coverage_faces import compared
from ..finding import Finding
from .case import Case
from .coverages import DUST, sizes
from .rule import check

__all__: list[str] = []

Array = np.ndarray[Any, Any]


def _told(case: Case, mine: bool, theirs: bool) -> Iterator[Finding]:
    """Findings on the faces that this layer covers or not, and the other (parameter `other`) covers or not."""
    if case.table.geometry is None:
        return
    other = case.require(case.rule.parameters["other"])
    if other.table.geometry is None:
        return
    made = compared(case.polygons, case.network(), other.table.shapes, case.units, case.progress.quiet())
    faces = made.shapes[((made.one > 0) == mine) & ((made.other > 0) == theirs) & ~made.doubt]
    area, width = sizes(case, faces)
    for at in np.flatnonzero(width > max(case.tolerance, DUST)).tolist():
        facts: dict[str, Any] = {"beside": other.name, "was": f"{width[at]:.4f}", "size": f"{area[at]:.2f}", "area": float(area[at])}
        yield case.found(-1, where=faces[at], **facts)


@check("ground_outside")
def ground_outside(case: Case) -> Iterator[Finding]:
    """Ground of this layer that lies outside another. Parameters: other (page)."""
    yield from _told(case, True, False)


@check("ground_bare")
def ground_bare(case: Case) -> Iterator[Finding]:
    """Ground of another layer that this one leaves bare. Parameters: other (page)."""
    yield from _told(case, False, True)


@check("ground_shared")
def ground_shared(case: Case) -> Iterator[Finding]:
    """Ground that this layer and another both claim, which exclude each other. Parameters: other (page)."""
    yield from _told(case, True, True)
