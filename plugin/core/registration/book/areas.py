"""The areas of the book: each patch in hectares, levelled once, so that every sum in it is a sum of its patches (domain-rules §1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ... import measure
from ...area_text import stated_areas
from ...finding import Finding
from ...measure import convert
from ...schema import Pack
from ...table import Table
from ..levelling import add, printed
from ..summary import base_table

__all__ = ["Areas", "areas_of"]

Array = np.ndarray[Any, Any]
_KEYS = ["UNIT", "GROUP", "ZRZYLX", "OWNERSHIP"]


@dataclass(frozen=True)
class Areas:
    """unit: (n,) position of each patch's unit, −1 where it has none; square, hectares: (n,) areas of the patches, m² and printed ha.

    whole, whole_ha: (u,) area of each unit as the book states it; left, left_ha: (u,) what no patch covers, 0 where all is covered;
    off: (u,) m² by which the patches exceed the unit, 0 where they do not; counted: (u,) whether the unit enters sums of areas.
    """

    unit: Array
    square: Array
    hectares: Array
    whole: Array
    whole_ha: Array
    left: Array
    left_ha: Array
    off: Array
    counted: Array

    def rows(self, at: int) -> Array:
        """The patches of a unit, in the order of the layer."""
        return np.flatnonzero(self.unit == at)


def areas_of(units: Table, patches: Table, pack: Pack) -> tuple[Areas, list[Finding]]:
    """The areas of units and patches; patches belong to the unit of their ZRZYDJDYH.

    The unit's area is DJDYZMJ, or DJMJ where the patches were levelled to that; measured where neither is filled. What the patches leave of
    it is undecided ground with its own hectares. Findings: `book.patches_elsewhere`, `book.sums_differ`. FieldError `input.missing_field`.
    """
    for name in ("ZRZYDJDYH", "ZRZYLX", "OWNERSHIP", "MJ"):
        patches.require(name)
    numbers = units.text("ZRZYDJDYH").tolist()
    first = {number: at for at, number in reversed(list(enumerate(numbers))) if number}
    unit = np.array([first.get(one, -1) for one in patches.text("ZRZYDJDYH")], dtype=np.int64)
    square = stated_areas(patches, "MJ").values
    square = np.where(np.isfinite(square), square, 0.0)
    sums = np.array([add(square[unit == at]) for at in range(len(units))])
    inside = np.array([str(one) not in _below(pack) for one in units.text("DJDYLX")], dtype=bool)
    whole = _wholes(units, sums, pack.number("settings", "sum_tolerance"))
    gap = np.asarray(measure.round_half_away(whole - sums, 2), dtype=float)
    has = np.bincount(unit[unit >= 0], minlength=len(units)) > 0
    left = np.where(has & (gap > 0), gap, 0.0)
    off = np.where(has & (gap < 0), -gap, 0.0)
    hectares, left_ha = _hectares(patches, unit, square, left)
    summed = np.array([add([*hectares[unit == at], left_ha[at]]) for at in range(len(units))])
    alone = np.asarray(convert(np.nan_to_num(whole), "ha", decimals=2), dtype=float)
    areas = Areas(unit, square, hectares, whole, np.where(has, summed, alone), left, left_ha, off, inside)
    return areas, _findings(areas, units, patches)


def _below(pack: Pack) -> set[str]:
    """Types of units that enter no sum of areas: minerals lie below ground."""
    return {row["code"] for row in pack.rule("unit_types") if row["in_sums"] == "0"}


def _wholes(units: Table, sums: Array, tolerance: float) -> Array:
    stated = _numbers(units, "DJDYZMJ")
    registered = _numbers(units, "DJMJ")
    levelled = (sums > 0) & (np.abs(registered - sums) < tolerance / 2)
    stated = np.where(levelled, registered, stated)
    unknown = ~np.isfinite(stated)
    if unknown.any():
        stated[unknown] = measure.areas(units.shapes[unknown], units.crs, layer=units.name)
    return stated


def _numbers(table: Table, name: str) -> Array:
    if name not in table:
        return np.full(len(table), np.nan)
    found: Array = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return found


def _hectares(patches: Table, unit: Array, square: Array, left: Array) -> tuple[Array, Array]:
    """(n,) and (u,) hectares of two decimals: the base table's rows, parted over their patches."""
    known = np.flatnonzero(unit >= 0)
    rows = pd.DataFrame(
        {
            "UNIT": unit[known],
            "GROUP": patches.text("GROUP").to_numpy(dtype=object)[known],
            "ZRZYLX": patches.text("ZRZYLX").to_numpy(dtype=object)[known],
            "OWNERSHIP": patches.text("OWNERSHIP").to_numpy(dtype=object)[known],
            "REASON": "",
            "MJ": square[known],
        }
    )
    bare = np.flatnonzero(left > 0)
    rest = pd.DataFrame({"UNIT": bare, "GROUP": "", "ZRZYLX": "", "OWNERSHIP": "", "REASON": "left", "MJ": left[bare]})
    base = base_table(pd.concat([rows, rest], ignore_index=True) if len(bare) else rows)
    wholes = {tuple(row[:4]): row[4] for row in base[base["DECIDED"]][[*_KEYS, "MJ_HA"]].itertuples(index=False, name=None)}
    hectares, left_ha = np.zeros(len(unit)), np.zeros(len(left))
    key: Any  # of a group's key the stubs know no more than that it can be one
    for key, at in rows.groupby(_KEYS, sort=False).indices.items():
        hectares[known[at]] = printed(rows["MJ"].to_numpy()[at] / 10_000, wholes[key])
    undecided = base[~base["DECIDED"]]
    left_ha[undecided["UNIT"].to_numpy(dtype=int)] = undecided["MJ_HA"].to_numpy(dtype=float)
    return hectares, left_ha


def _findings(areas: Areas, units: Table, patches: Table) -> list[Finding]:
    found = []
    lost = int((areas.unit < 0).sum())
    if lost:
        named = ", ".join(sorted({one or "—" for one in patches.text("ZRZYDJDYH")[areas.unit < 0]})[:5])
        found.append(Finding("book.patches_elsewhere", "warning", patches.name, facts={"layer": patches.name, "count": lost, "units": named}))
    numbers = units.text("ZRZYDJDYH").tolist()
    for at in np.flatnonzero(areas.off > 0):
        was, should = f"{areas.whole[at]:.2f}", f"{areas.whole[at] + areas.off[at]:.2f}"
        facts = {"unit": numbers[at], "was": was, "should": should}
        found.append(Finding("book.sums_differ", "error", units.name, numbers[at], "DJDYZMJ", facts))
    return found
