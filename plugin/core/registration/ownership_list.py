"""The list of resources by the government that exercises the state's ownership, with the ground of each (2019 rules, art. 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import measure
from ..finding import Finding
from ..progress import SILENT, Progress
from ..schema import Pack
from ..table import Table
from . import exercise, exercise_sums
from .levelling import add
from .unit_areas import UnitAreas, unit_areas
from .unit_types import unit_types

__all__ = ["OwnershipList", "ownership_list"]

_KEPT = ("ZRZYDJDYH", "DJDYMC", "ZL")


@dataclass(frozen=True)
class OwnershipList:
    """units: page ZYQD, a row for each unit; table: page ZYQDHZ. area: Σ of the units in m², equal to Σ of the table."""

    units: Table
    table: Table
    findings: list[Finding]
    area: float
    measured: int


def ownership_list(
    units: Table, catalogue: Table | None, patches: Table | None, pack: Pack, group_by: str = "none", field: str = "", progress: Progress = SILENT
) -> OwnershipList:
    """Every unit under the government that exercises it, and the sums by level of government and resource type.

    catalogue: the list of a department, see `exercise.decide`; patches: split a unit by resource type, else it counts whole under the
    type of its kind. Units that are in several lists, or in none, stand without level: they are findings, and in the sums. Mineral units
    enter no sum. Errors as `decide`, `unit_areas`, `of_patches`.
    """
    types = unit_types(pack)
    ground = unit_areas(units, types, progress.part(0, 0.7))
    told = exercise.decide(units, ground.kinds, types, catalogue, pack)
    findings = [*ground.findings, *told.findings]
    if patches is None:
        pieces = exercise_sums.of_units(units, ground, types, pack, group_by, field)
    else:
        pieces, more = exercise_sums.of_patches(units, patches, ground, pack, group_by, field)
        findings += more
    progress.at(0.8)
    base = exercise_sums.base_table(pieces)
    table = exercise_sums.sums_table(base, told.columns["XSZTCJ"], ground, pack)
    return OwnershipList(_listed(units, ground, told, pack), table, findings, add(ground.areas[np.isfinite(ground.areas)]), ground.measured)


def _listed(units: Table, ground: UnitAreas, told: exercise.Decided, pack: Pack) -> Table:
    """The units in page ZYQD, in the order of the levels of government, the undecided last."""
    page = pack.layer("ZYQD")
    resources = {row["code"]: row["resource_type"] for row in pack.rule("exercise_types")}
    columns = {name: units.text(name).to_numpy(dtype=object) for name in _KEPT}
    columns.update(told.columns, QDLY=told.by, DJDYLX=ground.kinds)
    columns["ZRZYLX"] = np.array([resources.get(kind or "", "") for kind in ground.kinds], dtype=object)
    empty: dict[str, Any] = {name: [value or None for value in values] for name, values in columns.items()}
    frame = units.rows.iloc[:, :0].assign(**empty)
    frame = frame.assign(MJ=ground.areas, MJ_HA=measure.convert(ground.areas, "ha", decimals=2), CLGSFWMJ=ground.below)
    levels = list(pack.codes["XSZTCJ"])
    rank = [levels.index(one) if one in levels else len(levels) for one in told.columns["XSZTCJ"]]
    order = np.argsort(rank, kind="stable")
    made = Table(frame[page.names], units.shapes, units.crs, "ZYQD", page)
    return made.take(order)
