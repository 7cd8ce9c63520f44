"""What was set aside, with the reason: one shape of table for the rows of any layer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from .table import Table, is_missing

__all__ = ["COLUMNS", "gather", "reject"]

COLUMNS = ("LAYER", "FEATURE", "REASON", "AREA", "ATTRIBUTES")


def reject(table: Table, which: Any, reason: str, area: Any = None, key: str | None = None) -> Table:
    """The rows of `table` that `which` names, as a rejected Table under the reason code `reason`.

    FEATURE is the value of field `key` where given, else the row's position from 1. `area` (m², one a
    rejected row) may be given; ATTRIBUTES holds the row as JSON, so that nothing of it is lost.
    """
    at = np.flatnonzero(which) if getattr(getattr(which, "dtype", None), "kind", "") == "b" else np.asarray(which, dtype=int)
    part = table.take(at)
    name = part.rows[key].astype(str) if key in part.rows.columns else pd.Series([str(i + 1) for i in at], dtype=object)
    rows = pd.DataFrame(
        {
            "LAYER": [table.name] * len(at),
            "FEATURE": name.to_numpy(object),
            "REASON": [reason] * len(at),
            "AREA": np.full(len(at), np.nan) if area is None else np.asarray(area, dtype=float),
            "ATTRIBUTES": [_json(row) for row in part.rows.to_dict("records")],
        },
        columns=list(COLUMNS),
    )
    shapes = part.geometry if part.geometry is not None else np.full(len(at), None, dtype=object)
    return Table(rows, shapes, table.crs, "REJECTED")


def gather(tables: Iterable[Table], crs: str | None) -> Table:
    """Rejected tables as one; all are taken to be in `crs` already."""
    listed = [one for one in tables if len(one)]
    if not listed:
        empty = pd.DataFrame({name: pd.Series(dtype=float if name == "AREA" else object) for name in COLUMNS})
        return Table(empty, np.empty(0, dtype=object), crs, "REJECTED")
    rows = pd.concat([one.rows for one in listed], ignore_index=True)
    return Table(rows, np.concatenate([one.shapes for one in listed]), crs, "REJECTED")


def _json(row: dict[Any, Any]) -> str:
    clean = {str(name): None if is_missing(value) else value for name, value in row.items()}
    return json.dumps(clean, ensure_ascii=False, default=str)
