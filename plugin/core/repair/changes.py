"""Features before and after, with their areas, and what the areas of the layer did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import measure
from ..errors import CrsError
from ..rejected import gather, reject
from ..schema import Pack
from ..table import Table
from .mend import Repaired
from .plan import ORDER
from .work import Work

__all__ = ["Books", "books", "changes_table", "merged_table"]

Array = np.ndarray[Any, Any]

PAGE = "REPAIR_CHANGES"


@dataclass(frozen=True)
class Books:
    """What the areas of a layer did, m² after less before: ellipsoidal, planar; features: how many changed; merged: how many went into others."""

    ellipsoidal: float
    planar: float
    features: int
    merged: int


def changes_table(done: Repaired, pack: Pack) -> Table:
    """Two rows a changed feature, its shape before and after (after: none where a neighbour took it up), in the REPAIR_CHANGES schema.

    AREA_BEFORE, AREA_AFTER and CHANGE are ellipsoidal m². REASONS is JSON: a list of [code of a sentence, facts].
    """
    work, page = done.work, pack.layer(PAGE)
    rows = sorted(work.done)
    before, after = _both(work, rows)
    was, now = _areas(work, before, "cgcs2000_series"), np.nan_to_num(_areas(work, after, "cgcs2000_series"))
    repairs = [sorted({one.repair for one in work.done[row]}) for row in rows]
    reasons = [json.dumps([[one.code, one.facts] for one in work.done[row]], ensure_ascii=False) for row in rows]
    once: dict[str, Any] = {
        "LAYER": [work.layer.name] * len(rows),
        "FEATURE": [str(work.keys[row]) for row in rows],
        "REPAIRS": [",".join(one for one in ORDER if one in names) for names in repairs],
        "AREA_BEFORE": was,
        "AREA_AFTER": now,
        "CHANGE": measure.round_half_away(now - was, 2),
        "REASONS": reasons,
    }
    frame = pd.DataFrame(once).loc[np.repeat(np.arange(len(rows)), 2)].reset_index(drop=True)
    frame["SIDE"] = ["before", "after"] * len(rows)
    shapes = np.full(2 * len(rows), None, dtype=object)
    shapes[0::2], shapes[1::2] = before, after
    return Table(frame.reindex(columns=page.names), shapes, work.crs, PAGE, page)


def merged_table(done: Repaired) -> Table:
    """The features that neighbours took up, as rejected rows with their shapes and attributes."""
    work = done.work
    rows = np.array(sorted(work.merged), dtype=np.int64)
    if not len(rows):
        return gather([], work.crs)
    table = work.layer.table.with_geometry(work.given)
    key = work.layer.page.key if work.layer.page is not None and work.layer.page.key else "BSM"
    return reject(table, rows, "repair.merged", _areas(work, work.given[rows], "cgcs2000_series"), table.named(key))


def books(done: Repaired) -> Books:
    """The differences of area that the repairs made."""
    work = done.work
    before, after = _both(work, sorted(work.done))
    moved = [
        float(np.nansum(_areas(work, after, method)) - np.nansum(_areas(work, before, method))) for method in ("cgcs2000_series", "planar")
    ]
    return Books(measure.round_half_away(moved[0], 2), measure.round_half_away(moved[1], 4), len(work.done), len(work.merged))


def _both(work: Work, rows: list[int]) -> tuple[Array, Array]:
    at = np.array(rows, dtype=np.int64)
    return work.given[at], work.shapes[at]


def _areas(work: Work, shapes: Array, method: str) -> Array:
    """Areas in m²; on the plane of the layer where its datum has no way to the ellipsoid's, as they are where it has no CRS."""
    if work.crs and len(shapes):
        try:
            found: Array = measure.areas(shapes, work.crs, method, layer=work.layer.name)
            return found
        except CrsError:
            pass
    return np.where(shapely.is_missing(shapes), np.nan, shapely.area(shapes) / work.units(1.0) ** 2)
