"""The village, township or other group that each piece counts to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..errors import FieldError, InputError
from ..table import Table
from .owners import Owners

__all__ = ["groups_of"]

Array = np.ndarray[Any, Any]

# how much of the village code ZLDWDM names the group (GB/T 2260 county 6, township 9, village 12)
_LEADING = {"village": 12, "township": 9}
_VILLAGE = "ZLDWDM"


def groups_of(pieces: pd.DataFrame, group_by: str, field: str, cover: Table, ownership: Table, owners: Owners, units: Table) -> Array:
    """(n,) group of each piece, "" where none is told.

    group_by: none; village or township, by ZLDWDM of the land survey; or field, which means `field` of the land survey, else of the
    ownership layer, else of the units. FieldError `input.missing_field` when no layer has it; InputError `patches.no_group_field` when it
    is not named.
    """
    if group_by == "none":
        return np.full(len(pieces), "", dtype=object)
    length = _LEADING.get(group_by)
    name = _VILLAGE if length else field.strip()
    if not name:
        raise InputError("patches.no_group_field")
    if name in cover:
        found = _values(cover, name, pieces["COVER"].to_numpy(dtype=int))
    elif name in ownership:
        zone = pieces["ZONE"].to_numpy(dtype=int)
        first = np.array([rows[0] for rows in owners.rows], dtype=int)
        found = _values(ownership, name, np.where(zone < 0, -1, first[zone] if len(first) else -1))
    elif name in units:
        found = _values(units, name, pieces["UNIT"].to_numpy(dtype=int))
    else:
        present = ", ".join(dict.fromkeys([*cover.fields, *ownership.fields, *units.fields]))
        raise FieldError("input.missing_field", layer=cover.name, field=name, present=present)
    return found if length is None else np.array([one[:length] for one in found], dtype=object)


def _values(table: Table, name: str, at: Array) -> Array:
    out = np.full(len(at), "", dtype=object)
    real = at >= 0
    out[real] = table.text(name).to_numpy(dtype=object)[at[real]]
    return out
