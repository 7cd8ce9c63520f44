"""The ground and the area of each registration unit before it is cut into patches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from .. import measure
from ..area_text import stated_areas
from ..coverage import overlaps
from ..finding import Finding
from ..progress import SILENT, Progress
from ..table import Table
from .claims import without
from .unit_types import LAND, UnitType, of_rows

__all__ = ["UnitGround", "unit_ground"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class UnitGround:
    """Units on the working plane. shapes: their ground, islands cut out of the sea (None where nothing is left).

    numbers, names, kinds: text of each; chains: of each; areas: what the patches of each must sum to (m²), measured: the ellipsoidal
    area, registered: the area of the control field (NaN without one).
    """

    table: Table
    shapes: Array
    numbers: Array
    names: Array
    kinds: Array
    chains: Array
    measured: Array
    registered: Array
    areas: Array
    findings: list[Finding]


def unit_ground(table: Table, types: Mapping[str, UnitType], control: str, limit: float, progress: Progress = SILENT) -> UnitGround:
    """Chain, ground and area of each unit; all in the CRS of `table`.

    control: field of registered areas (m², or text with the unit), "" for none; one that differs from the measured area by more than
    `limit` (a share of it) is a finding (`patches.control_differs`) and is not used. Others: `patches.unknown_unit_type` (treated as
    land), `patches.no_unit_number`, `patches.duplicate_unit`, `patches.units_overlap`, `patches.unit_without_ground`.
    """
    numbers, names = table.text("ZRZYDJDYH").to_numpy(dtype=object), table.text("DJDYMC").to_numpy(dtype=object)
    kinds = of_rows(table, types)
    findings = _named(table, kinds, numbers)
    chains = np.array([types[kind].chain if kind is not None else LAND for kind in kinds], dtype=object)
    kinds = np.where(kinds == None, table.text("DJDYLX"), kinds)  # noqa: E711  (element by element)
    shapes, more = _shapes(table, chains, numbers, progress)
    measured = measure.areas(shapes, table.crs, layer=table.name)
    registered = np.full(len(table), np.nan)
    if control:
        written = stated_areas(table, control)
        registered, findings = written.values, findings + written.findings(table.name, control)
    areas, differing = _controlled(measured, registered, numbers, table, shapes, control, limit)
    return UnitGround(table, shapes, numbers, names, kinds, chains, measured, registered, areas, findings + more + differing)


def _named(table: Table, kinds: Array, numbers: Array) -> list[Finding]:
    findings = []
    told = table.text("DJDYLX").to_numpy(dtype=object)
    for row in np.flatnonzero((kinds == None) & (told != "")):  # noqa: E711  (element by element)
        facts = {"unit": _label(numbers, row), "was": told[row]}
        findings.append(
            Finding("patches.unknown_unit_type", "warning", table.name, _label(numbers, row), "DJDYLX", facts, table.shapes[row])
        )
    first: dict[str, int] = {}
    for row, number in enumerate(numbers.tolist()):
        if not number:
            facts = {"unit": str(row + 1)}
            findings.append(Finding("patches.no_unit_number", "error", table.name, str(row + 1), "ZRZYDJDYH", facts, table.shapes[row]))
        elif first.setdefault(number, row) != row:
            facts = {"unit": number, "first": first[number] + 1, "row": row + 1}
            findings.append(Finding("patches.duplicate_unit", "error", table.name, number, "ZRZYDJDYH", facts, table.shapes[row]))
    return findings


def _shapes(table: Table, chains: Array, numbers: Array, progress: Progress) -> tuple[Array, list[Finding]]:
    """Shapes with islands cut out of the sea, and what still overlaps (minerals apart)."""
    shapes = table.shapes.copy()
    islands, sea = np.flatnonzero(chains == "island"), np.flatnonzero(chains == "sea")
    if len(islands) and len(sea):
        tree = shapely.STRtree(shapes[islands])
        for row in sea:
            near = islands[tree.query(shapes[row], predicate="intersects")]
            shapes[row] = without(shapes[row], shapely.union_all(shapes[near])) if len(near) else shapes[row]
    findings = []
    above = np.flatnonzero((chains != "mineral") & ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    found = overlaps(Table(table.rows.iloc[above].reset_index(drop=True), shapes[above], table.crs, table.name), 0.0, progress)
    for one, other, shape, area in zip(above[found.left], above[found.right], found.shapes, measure.areas(found.shapes, table.crs, layer=table.name)):
        if area >= 0.01:
            facts = {"unit": _label(numbers, one), "other": _label(numbers, other), "area": float(area)}
            findings.append(Finding("patches.units_overlap", "error", table.name, _label(numbers, one), facts=facts, where=shape))
    for row in np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes)):
        findings.append(
            Finding("patches.unit_without_ground", "error", table.name, _label(numbers, row), facts={"unit": _label(numbers, row)})
        )
    return shapes, findings


def _controlled(
    measured: Array, registered: Array, numbers: Array, table: Table, shapes: Array, control: str, limit: float
) -> tuple[Array, list[Finding]]:
    areas, findings = measured.copy(), []
    for row in np.flatnonzero(np.isfinite(measured)):
        stated = registered[row]
        if not control:
            continue
        facts = {
            "unit": _label(numbers, row),
            "was": None if np.isnan(stated) else f"{stated:.2f}",
            "should": f"{measured[row]:.2f}",
            "limit": limit,
        }
        if np.isnan(stated) or stated <= 0:
            findings.append(Finding("patches.no_control", "warning", table.name, _label(numbers, row), control, facts, shapes[row]))
        elif abs(stated - measured[row]) > limit * stated:
            facts["share"] = f"{(stated - measured[row]) / measured[row]:+.2%}"
            findings.append(Finding("patches.control_differs", "error", table.name, _label(numbers, row), control, facts, shapes[row]))
        else:
            areas[row] = float(measure.round_half_away(stated, 2))
    return areas, findings


def _label(numbers: Array, row: int) -> str:
    return str(numbers[row] or row + 1)
