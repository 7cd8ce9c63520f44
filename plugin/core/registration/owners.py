"""Ownership parcels as zones without overlap: narrow overlaps given away, disputes by source and by overlap (domain-rules §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import ellipsoid, measure
from ..errors import InputError
from ..finding import Finding
from ..progress import SILENT, Progress
from ..schema import Pack
from ..table import Table
from .boundary_kinds import ownership
from .claims import Rows, Settled, settle

__all__ = ["DISPUTED_AS", "FIELDS", "Owners", "owner_zones", "owners_of"]

Array = np.ndarray[Any, Any]

FIELDS = ("QSXZ", "QSDWDM", "QSDWMC", "DBXSZT", "QLXSFS", "DLXSZT", "XSZTCJ", "ZYQBS")
DISPUTED_AS = ("disputed", "first", "state", "collective")
_JOIN = "、"


@dataclass(frozen=True)
class Owners:
    """zones: polygons with `FIELDS`, OWNERSHIP (state, collective, disputed, "" = not told) and DISPUTE ("", source, overlap).

    rows: the rows of the ownership layer behind each zone. narrow, narrow_area (m², planar): overlaps under the sliver width.
    """

    zones: Table
    rows: list[Rows]
    findings: list[Finding]
    narrow: int = 0
    narrow_area: float = 0.0


def owners_of(table: Table, pack: Pack) -> Table:
    """The rows of a layer with the owner fields alone; those it lacks are empty."""
    table.require("QSXZ")
    columns: dict[str, Any] = {name: table.text(name).to_numpy(dtype=object) for name in FIELDS}
    kinds = ownership(table, pack)
    columns.update(OWNERSHIP=kinds, DISPUTE=np.where(kinds == "disputed", "source", ""))
    kept = table.rows.iloc[:, :0].assign(**columns)
    return Table(kept, table.shapes, table.crs, table.name)


def owner_zones(table: Table, pack: Pack, sliver: float, disputed_as: str = "disputed", progress: Progress = SILENT) -> Owners:
    """The ground of each owner. sliver: mean width in m; disputed_as: whose a wider overlap is taken to be (`DISPUTED_AS`).

    `first`: the parcel that stands first in the layer; `state`, `collective`: the only claimant of that kind, where there is one. Ground
    that a disputed parcel lies over is disputed by source; parcels of one and the same owner are no dispute. InputError for an unknown
    word.
    """
    if disputed_as not in DISPUTED_AS:
        raise InputError("input.unknown_choice", name="DISPUTED_AS", value=disputed_as, choices=", ".join(DISPUTED_AS))
    given = owners_of(table, pack)
    kinds = given["OWNERSHIP"].to_numpy(dtype=object)
    keys = list(given.rows[list(FIELDS)].itertuples(index=False, name=None))

    def decide(rows: Rows) -> Rows:
        if len({keys[row] for row in rows}) == 1:
            return rows[:1]
        if any(kinds[row] == "disputed" for row in rows):
            return tuple(row for row in rows if kinds[row] == "disputed")[:1]
        if disputed_as == "first":
            return rows[:1]
        fitting = tuple(row for row in rows if kinds[row] == disputed_as)
        return fitting if len(fitting) == 1 else rows

    found = settle(given, sliver, decide, progress)
    zones = given.rows.iloc[[rows[0] for rows in found.rows]].reset_index(drop=True)
    for at in np.flatnonzero(np.array([len(rows) > 1 for rows in found.rows], dtype=bool)):
        names = [str(given.rows.at[row, "QSDWMC"] or given.rows.at[row, "QSDWDM"]) for row in found.rows[at]]
        zones.loc[at] = ["", "", _JOIN.join(dict.fromkeys(names)), "", "", "", "", "1", "disputed", "overlap"]
    metre = ellipsoid.metres(table.crs) if table.crs else 1.0
    findings = _findings(found, given, decide)
    return Owners(Table(zones, found.shapes, table.crs, table.name), found.rows, findings, found.narrow, found.narrow_area * metre**2)


def _findings(found: Settled, given: Table, decide: Any) -> list[Finding]:
    """A finding for each wide overlap: the owners, the area, and what it is taken to be."""
    findings = []
    areas = measure.areas([shape for _, shape in found.wide], given.crs)
    for (rows, shape), area in zip(found.wide, areas.tolist()):
        to = decide(rows)
        who = [_who(given, row) for row in rows]
        same = len(set(given.rows.loc[list(rows), list(FIELDS)].itertuples(index=False, name=None))) == 1
        open_ = "patches.ownership_overlap" if len(to) > 1 else "patches.ownership_overlap_given"
        facts = {"owners": _JOIN.join(who), "area": area, "taken_as": _who(given, to[0])}
        code = "patches.parcel_twice" if same else open_
        findings.append(Finding(code, "warning", given.name, ", ".join(str(row + 1) for row in rows), "QSDWDM", facts, shape))
    return findings


def _who(given: Table, row: int) -> str:
    one = given.rows.loc[row]
    return str(one["QSDWMC"] or one["QSDWDM"] or f"#{row + 1}")
