"""Features too narrow to be mapped, taken up by the neighbour with the longest shared edge."""

from __future__ import annotations

import numpy as np
import shapely

from ..checks.plane import widths
from .gap import by_edge, joined
from .guards import tried
from .work import Done, Pass, Work

__all__ = ["mend"]

_NAME = "sliver"


def mend(one: Pass) -> None:
    """Join each sliver, the smallest first, to a neighbour that is none and agrees with it in the fields of the rule's `alike`."""
    work, limit = one.work, one.work.plan.number(_NAME, "width")
    shapes = work.shapes[one.rows]
    narrow = np.flatnonzero(widths(shapes, work.crs) < limit)
    narrow = narrow[shapely.is_valid(shapes[narrow])]
    for at in narrow[np.argsort(shapely.area(shapes[narrow]), kind="stable")].tolist():
        row = int(one.rows[at])
        width = work.width(work.shapes[row])
        if width < limit:  # it may have taken up something meanwhile
            _join(work, row, width, limit)


def _join(work: Work, row: int, width: float, limit: float) -> None:
    piece = work.shapes[row]
    rows = [one for one in work.beside(piece, (row,)) if work.width(work.shapes[one]) >= limit and _alike(work, row, one)]
    against = ("repair.no_neighbour", dict[str, object]())
    for other in by_edge(work, piece, rows):
        whole = joined(work.shapes[other], piece)
        if whole is None:
            against = ("repair.would_part", {"other": str(work.keys[other])})
            continue
        facts = {"feature": str(work.keys[row]), "other": str(work.keys[other]), "width": f"{width:.3f}"}
        held, work.shapes[row] = work.shapes[row], None
        made = tried(work, {other: whole}, Done(_NAME, "repair.done_sliver", facts), noded=True)
        if made is None:
            work.shapes[row] = held
            work.put({row: None}, Done(_NAME, "repair.done_sliver", facts))
            work.merged[row] = other
            return
        work.shapes[row], against = held, made
    work.leave(_NAME, (row,), against[0], piece, **against[1])


def _alike(work: Work, row: int, other: int) -> bool:
    """Whether two rows agree in the fields that the rule names, as far as the layer has them."""
    table = work.layer.table
    names = [one for one in work.plan.rule(_NAME).words("alike") if one in table]
    return all(table.text(name).iloc[row] == table.text(name).iloc[other] for name in names)
