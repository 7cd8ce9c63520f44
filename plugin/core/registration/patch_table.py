"""Patches as rows of ZRZYTB: numbers, codes and the fields of the standard's page in their order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..schema import Pack
from ..table import Table
from .row_order import rows_order
from .unit_ground import UnitGround

__all__ = ["patch_table"]

Array = np.ndarray[Any, Any]

_OWN = ("DLMC", "OWNERSHIP", "DISPUTE", "GROUP", "SOURCES", "ADJUSTMENT")


def patch_table(rows: pd.DataFrame, shapes: Array, units: UnitGround, pack: Pack) -> Table:
    """Rows of pieces as ZRZYTB, unit by unit in the order of numbering, in the plane of `units`.

    TBBH runs from 1 in every unit (and group), rows from north to south and each from west to east. After the page's fields stand OWNERSHIP
    (state, collective, disputed), DISPUTE (source, overlap), GROUP, SOURCES (survey patches in it) and ADJUSTMENT (m², what levelling
    changed).
    """
    page = pack.layers["ZRZYTB"]
    unit = rows["UNIT"].to_numpy(dtype=int)
    order, number = _numbered(rows, shapes)
    rows, unit = rows.iloc[order].reset_index(drop=True), unit[order]
    given: dict[str, Any] = {str(name): rows[name].to_numpy() for name in rows.columns}
    given.update(ZRZYDJDYH=units.numbers[unit], DJDYMC=units.names[unit], DJDYLX=units.kinds[unit], TBBH=number.astype(str).astype(object))
    given["YSDM"] = np.full(len(rows), page.ysdm or None, dtype=object)
    given["BSM"] = np.array([f"{_county(units.numbers[one])}0000{at:08d}" for at, one in enumerate(unit, 1)], dtype=object)
    columns = {name: given.get(name, np.full(len(rows), None, dtype=object)) for name in dict.fromkeys([*page.names, *_OWN])}
    frame = pd.DataFrame({name: _without_blanks(values) for name, values in columns.items()})
    return Table(frame, shapes[order], units.table.crs, page.name, page)


def _without_blanks(values: Array) -> Array:
    """Texts with None for "", other columns as they are."""
    if values.dtype != object:
        return values
    filled = values.copy()
    filled[values == ""] = None
    return filled


def _numbered(rows: pd.DataFrame, shapes: Array) -> tuple[Array, Array]:
    """Order of the rows, and the number of each in that order."""
    orders, numbers = [], []
    for _, at in sorted(rows.groupby(["UNIT", "GROUP"], sort=True).indices.items()):
        places = np.asarray(at)[rows_order(shapes[at])]
        orders.append(places)
        numbers.append(np.arange(1, len(places) + 1))
    if not orders:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate(orders), np.concatenate(numbers)


def _county(number: str) -> str:
    return number[:6] if len(number) >= 6 and number[:6].isdigit() else "000000"
