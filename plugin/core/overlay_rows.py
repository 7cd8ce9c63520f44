"""Rows for the pieces of an overlay: the fields of both layers side by side, nothing where a layer has no part in a piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from . import rejected
from .overlay import Books, noise_of, stream
from .progress import SILENT, Progress
from .table import Table

__all__ = ["Plan", "aside", "names_of", "report", "tables"]

Array = np.ndarray[Any, Any]


class Plan:
    """What an overlay shall give: the operation, the fields taken from either layer (empty = all), a prefix for those of the right."""

    def __init__(
        self,
        operation: str,
        left_fields: Sequence[str] = (),
        right_fields: Sequence[str] = (),
        prefix: str = "",
        noise: float = 0.0,
        grid: float = 0.0,
    ) -> None:
        self.operation, self.prefix, self.noise, self.grid = operation, prefix, noise, grid
        self.left_fields, self.right_fields = tuple(left_fields), tuple(right_fields)


def names_of(left: Sequence[str], right: Sequence[str], prefix: str = "") -> list[str]:
    """The names that the right layer's fields get beside those of the left, as `native:union` gives them.

    A prefix is put before each; a name that is taken (upper and lower case alike) gets _2, _3, … .
    """
    taken = {name.lower() for name in left}
    own = {name.lower() for name in right}
    out = []
    for name in right:
        fresh, number = prefix + name, 2
        if fresh.lower() in taken:
            while f"{fresh}_{number}".lower() in taken or f"{fresh}_{number}".lower() in own:
                number += 1
            fresh = f"{fresh}_{number}"
        taken.add(fresh.lower())
        out.append(fresh)
    return out


def tables(
    left: Table, right: Table, plan: Plan, finish: Callable[[Books], None] = lambda books: None, progress: Progress = SILENT
) -> Iterator[Table]:
    """The rows of an overlay, chunk by chunk; `finish` is given the books after the last. Errors as `stream`, and FieldError for an unknown field.

    A difference has the left fields only. A field of a layer that has no part in a piece is missing (NULL) there.
    """
    mine, theirs = list(plan.left_fields or left.fields), list(plan.right_fields or right.fields)
    left.require(*mine)
    right.require(*theirs)
    mine, theirs = [left.named(name) for name in mine], [right.named(name) for name in theirs]
    if plan.operation == "difference":
        theirs = []
    renamed = names_of(mine, theirs, plan.prefix)
    pieces = None
    for pieces in stream(left, right, plan.operation, noise=plan.noise, grid=plan.grid, progress=progress):
        columns = {name: _taken(left.rows[name], pieces.left) for name in mine}
        columns.update({fresh: _taken(right.rows[name], pieces.right) for fresh, name in zip(renamed, theirs)})
        rows = pd.DataFrame(columns, index=pd.RangeIndex(len(pieces)))
        yield Table(rows, pieces.shapes, left.crs, left.name)
    if pieces is not None:
        finish(pieces.stats)


def _taken(column: pd.Series[Any], at: Array) -> Any:
    """Values of a column at positions, missing at -1; whole numbers stay whole numbers."""
    gone = at < 0
    if not gone.any():
        return column.array.take(at)
    if not len(column):
        column = pd.Series([None], dtype=object if column.dtype == object else column.dtype if column.dtype.kind in "fM" else "Int64")
    if column.dtype == object:
        values = column.to_numpy()[at]
        values[gone] = None
        return values
    if column.dtype.kind in "iu" and isinstance(column.dtype, np.dtype):
        return pd.arrays.IntegerArray(column.to_numpy()[at].astype(np.int64), gone)
    if column.dtype.kind == "b" and isinstance(column.dtype, np.dtype):
        return pd.arrays.BooleanArray(column.to_numpy()[at], gone)
    return column.array.take(at, allow_fill=True)


def aside(left: Table, right: Table, books: Books) -> Table:
    """What an overlay set aside, as a rejected Table in the CRS of the left layer, areas in m²."""
    unit = noise_of(1.0, left) or 1.0
    made = []
    for side, table in (("left", left), ("right", right)):
        for reason in sorted({one.reason for one in books.aside if one.side == side}):
            some = [one for one in books.aside if one.side == side and one.reason == reason]
            rows = np.array([one.row for one in some])
            shapes = np.empty(len(some), dtype=object)
            shapes[:] = [one.shape for one in some]
            part = Table(table.rows.iloc[rows].reset_index(drop=True), shapes, left.crs, table.name)
            areas = np.array([one.area for one in some]) / unit
            made.append(rejected.reject(part, np.arange(len(some)), reason, areas).with_columns(FEATURE=[str(row + 1) for row in rows]))
    return rejected.gather(made, left.crs)


def report(books: Books, left: Table, noise: float, tolerance: float) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What the books say, as (note or warning, code, facts); `tolerance` is the relative deviation from which it is a warning."""
    unit = noise_of(1.0, left) or 1.0
    yield "note", "overlay.counts", {"pairs": books.pairs, "whole": books.whole}
    place = {"side": "INPUT" if books.worst_side == "left" else "OVERLAY", "row": books.worst_row + 1, "worst": f"{books.worst:.1e}"}
    if books.balanced:
        yield "note", "overlay.balanced", {"checked": books.balanced, **place}
    if books.worst > tolerance:
        yield "warning", "overlay.unbalanced", place
    if books.touches or books.stray:
        yield "note", "overlay.dropped", {"touches": books.touches, "stray": books.stray}
    if books.merged:
        yield "note", "overlay.merged", {"count": books.merged, "noise": noise, "area": f"{books.merged_area / unit:.2e}"}
    if books.overlapped:
        yield "warning", "overlay.overlapped", {"count": books.overlapped}
