"""Bare ground that rows enclose, narrower than a width, given to one of them."""

from __future__ import annotations

from typing import Any

import shapely

from ..registration.claims import longest_edge
from .guards import tried
from .work import Done, Pass, Work

__all__ = ["by_edge", "joined", "mend"]

_NAME = "gap"
_SHARE = 1e-6  # of the ground: what may be covered of a gap, or lost in joining it


def mend(one: Pass) -> None:
    """Give each gap to the row with which it shares the longest edge; where that is not safe to the next."""
    work = one.work
    for shape in one.faces.gaps:
        width = work.width(shape)
        rows = work.beside(shape)
        if not width > max(work.tolerance, 1e-6) or _covered(work, shape, rows):
            continue
        limit = work.plan.number(_NAME, "width")
        if width > limit:
            work.leave(_NAME, tuple(rows), "repair.too_wide", shape, was=f"{width:.3f}", should=f"{limit:g}", other="")
            continue
        if work.comes_back(_NAME, shape):
            work.leave(_NAME, tuple(rows), "repair.comes_back", shape, was=f"{width:.4f}", other="")
            continue
        _close(work, shape, rows, width)


def _covered(work: Work, shape: Any, rows: list[int]) -> bool:
    """Whether rows cover some of it by now, or always did: some faces are bare only among the rows of this pass."""
    taken = sum(float(shapely.intersection(work.shapes[row], shape).area) for row in rows)
    return taken > _SHARE * float(shape.area)


def _close(work: Work, shape: Any, rows: list[int], width: float) -> None:
    against: tuple[str, dict[str, Any]] | None = ("repair.no_neighbour", {})
    for row in by_edge(work, shape, rows):
        whole = joined(work.shapes[row], shape)
        done = Done(_NAME, "repair.done_gap", {"other": str(work.keys[row]), "width": f"{width:.3f}"})
        against = tried(work, {row: whole}, done, noded=True) if whole is not None else ("repair.would_part", {"other": str(work.keys[row])})
        if against is None:
            work.settle(_NAME, shape)
            return
    if against is not None:
        work.leave(_NAME, tuple(rows), against[0], shape, **against[1])


def by_edge(work: Work, shape: Any, rows: list[int]) -> list[int]:
    """Rows in the order of the edge they share with `shape`, the longest first; at most three, none that only touches it at points."""
    left = {row: work.shapes[row] for row in rows}
    found: list[int] = []
    while left and len(found) < 3:
        first = longest_edge(shape, left, work.dust, work.units(1.0), least=work.dust)
        if first is None:
            break
        found.append(first)
        del left[first]
    return found


def joined(shape: Any, piece: Any) -> Any:
    """A shape with a piece beside it as one; None where they do not become one without a slit, or ground is lost."""
    whole = shapely.union(shape, piece)
    parts = whole.geom_type in ("Polygon", "MultiPolygon") and shapely.get_num_geometries(whole) <= shapely.get_num_geometries(shape)
    return whole if parts and abs(whole.area - shape.area - piece.area) <= _SHARE * piece.area + 1e-12 * whole.area else None
