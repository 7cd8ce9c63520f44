"""Ground that two rows claim, narrower than a width, given to one of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..coverage import overlaps
from ..registration.claims import common_ground, longest_edge, without
from .guards import tried
from .work import Done, Pass, Work

__all__ = ["mend"]

Array = np.ndarray[Any, Any]

_NAME = "overlap"
_ROWS = 5_000  # rows looked up in one go


def mend(one: Pass) -> None:
    """Give each part of an overlap to the row with whose own ground it shares the longer edge; where that is not safe to the other."""
    work = one.work
    if not len(one.faces.shared):
        return
    rows = _covering(one)
    pairs = overlaps(work.layer.table.take(one.rows[rows]).with_geometry(one.shapes[rows]), 0.0, one.progress.quiet())
    for left, right, shape in zip(one.rows[rows[pairs.left]].tolist(), one.rows[rows[pairs.right]].tolist(), pairs.shapes):
        fresh = {left, right} & work.changed
        common = common_ground(work.shapes[left], work.shapes[right]) if fresh else shape
        for part in shapely.get_parts(common) if common is not None else ():
            _settle(work, left, right, part)


def _covering(one: Pass) -> Array:
    """Positions of the valid rows that meet a face which several cover."""
    tree = shapely.STRtree(one.faces.shared)
    walk = one.progress.quiet().chunks(len(one.shapes), _ROWS)
    found = np.unique(np.concatenate([tree.query(one.shapes[chunk], predicate="intersects")[0] + chunk.start for chunk in walk]))
    valid: Array = found[one.valid[found]]
    return valid


def _settle(work: Work, left: int, right: int, part: Any) -> None:
    width, limit = work.width(part), work.plan.number(_NAME, "width")
    if not width > max(work.tolerance, 1e-6):
        return
    if width > limit:
        work.leave(_NAME, (left, right), "repair.too_wide", part, was=f"{width:.3f}", should=f"{limit:g}", other=str(work.keys[right]))
        return
    if work.comes_back(_NAME, part):
        work.leave(_NAME, (left, right), "repair.comes_back", part, was=f"{width:.4f}", other=str(work.keys[right]))
        return
    own = {row: without(work.shapes[row], part) for row in (left, right)}
    kept = {row: shape for row, shape in own.items() if shape is not None}
    first = longest_edge(part, kept, work.dust, work.units(1.0))
    first = left if first is None else first
    against = None
    for winner in (first, right if first == left else left):
        loser = right if winner == left else left
        facts = {"other": str(work.keys[winner]), "loser": str(work.keys[loser]), "width": f"{width:.3f}"}
        against = tried(work, {loser: own[loser]}, Done(_NAME, "repair.done_overlap", facts), noded=True)
        if against is None:
            work.settle(_NAME, part)
            return
    if against is not None:
        work.leave(_NAME, (left, right), against[0], part, **against[1])
