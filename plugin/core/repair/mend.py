"""The repairs over a layer: pass after pass until one over all rows changes nothing, so that a second run has nothing to do either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .. import survey_area
from ..checks.case import Checked
from ..finding import Finding
from ..measure import round_half_away
from ..progress import SILENT, Progress
from ..table import Table
from . import gap, overlap, ring_order, shape_invalid, sliver, vertex_missing, vertex_near
from .plan import Plan
from .work import Left, Pass, Work

__all__ = ["PASSES", "REPAIRS", "Repaired", "repaired"]

Array = np.ndarray[Any, Any]

REPAIRS: dict[str, Callable[[Pass], None]] = {
    "ring_order": ring_order.mend,
    "shape_invalid": shape_invalid.mend,
    "vertex_near": vertex_near.mend,
    "vertex_missing": vertex_missing.mend,
    "overlap": overlap.mend,
    "gap": gap.mend,
    "sliver": sliver.mend,
}
PASSES = 24


@dataclass(frozen=True)
class Repaired:
    """What became of a layer.

    table: the rows that are left, with their shapes. work: the shapes before and after, what was done and left. settled: whether the last
    pass found nothing more to do. findings: what was left alone, and why.
    """

    table: Table
    work: Work
    settled: bool
    findings: list[Finding]


def repaired(layer: Checked, plan: Plan, tolerance: float = 0.001, progress: Progress = SILENT) -> Repaired:
    """A polygon layer with the repairs of a plan made where they are safe. tolerance: metres within which two places are one. Raises Cancelled."""
    work = Work(layer, plan, tolerance)
    everything = np.arange(len(layer.table))
    rows, settled = everything, not len(everything)
    for number in range(PASSES):
        walk = progress.part(1 - 0.5**number, 1 - 0.5 ** (number + 1))
        _pass(work, rows, walk)
        if not work.changed:
            if len(rows) == len(everything):
                settled = True
                break
            rows = everything
            continue
        rows = _around(work)
    work.restore()
    progress.at(1.0)
    findings = [_told(work, one) for one in work.left.values()]
    return Repaired(_rows_left(work), work, settled, findings)


def _pass(work: Work, rows: Array, progress: Progress) -> None:
    work.begin(rows)
    one = Pass(work, rows, progress)
    for repair in work.plan.repairs:
        progress.check()
        REPAIRS[repair.check](one)


def _around(work: Work) -> Array:
    """The rows changed in this pass and those that touch their boxes."""
    found: set[int] = set()
    for row in work.changed:
        shape = work.shapes[row] if work.shapes[row] is not None else work.given[row]
        found.update(work.rows_in(shape.bounds))
    return np.array(sorted(found), dtype=np.int64)


def _told(work: Work, one: Left) -> Finding:
    repair = work.plan.rule(one.repair)
    key = str(work.keys[one.rows[0]]) if one.rows else ""
    facts = {
        "layer": work.layer.name, "feature": key, "rule": repair.code, "side": repair.title_zh, "side_en": repair.title_en,
        "other": "", **one.facts,
    }  # fmt: skip
    severity = "note" if one.code == "repair.too_wide" else "warning"
    return Finding(one.code, severity, work.layer.name, key, "", facts, one.where)


def _rows_left(work: Work) -> Table:
    """The table without rows that a neighbour took up, which now has their stated areas."""
    table = work.layer.table
    shapes = table.shapes.copy()
    for row in work.done:
        shapes[row] = work.shapes[row]
    if not work.merged:
        return table.with_geometry(shapes) if work.done else table
    rows = table.rows.copy()
    for name in work.plan.rule("sliver").words("carry"):
        if name in table:
            _carry(work, rows, table.named(name))
    _deducted(rows, table, sorted({_taker(work, row) for row in work.merged}))
    stay = np.setdiff1d(np.arange(len(table)), np.fromiter(work.merged, dtype=np.int64))
    return Table(rows, shapes, table.crs, table.name, table.layer).take(stay)


def _taker(work: Work, row: int) -> int:
    """The row that a merged row's ground is part of in the end."""
    while row in work.merged:
        row = work.merged[row]
    return row


def _carry(work: Work, rows: pd.DataFrame, name: str) -> None:
    values = _numbers(rows, name)
    for row in work.merged:
        taker = _taker(work, row)
        if np.isfinite(values[row]) and np.isfinite(values[taker]):
            values[taker] = values[taker] + values[row]
            rows.loc[taker, name] = round_half_away(values[taker], 2)


def _deducted(rows: pd.DataFrame, table: Table, takers: list[int]) -> None:
    """What ridges take of the new TBMJ, for rows of a page that states it."""
    if any(name not in table for name in ("TBMJ", "TBDLMJ")):
        return
    area = _numbers(rows, table.named("TBMJ"))
    share = _numbers(rows, table.named("KCXS")) if "KCXS" in table else np.full(len(rows), np.nan)
    found = survey_area.deduct(np.nan_to_num(area), share)
    for row in (one for one in takers if np.isfinite(area[one])):
        rows.loc[row, table.named("TBDLMJ")] = float(found.tbdlmj[row])
        if np.isfinite(share[row]) and "KCMJ" in table:
            rows.loc[row, table.named("KCMJ")] = float(found.kcmj[row])


def _numbers(rows: pd.DataFrame, name: str) -> Array:
    found: Array = pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan).copy()
    return found
