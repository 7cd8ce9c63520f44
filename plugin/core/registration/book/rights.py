"""Which rights and controls belong to which unit: by the unit's number where a table has it, else by place (cadastre §1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ... import ellipsoid, measure
from ...checks.pages import page_of, pages_of
from ...coverage import mean_width
from ...finding import Finding
from ...progress import SILENT, Progress
from ...schema import Layer, Pack
from ...table import Table
from ..one_plane import one_plane

__all__ = ["RIGHTS", "Linked", "link"]

Array = np.ndarray[Any, Any]
RIGHTS = ("control", "real_estate", "mining", "water", "discharge", "status")


@dataclass(frozen=True)
class Linked:
    """One table of rights. right: one of RIGHTS; page, pack: what it follows; links: UNIT, ROW and INSIDE (m² of the right in the unit, NaN for
    a link by number or a right without area)."""

    right: str
    table: Table
    page: Layer
    pack: Pack
    links: pd.DataFrame

    def of(self, unit: int) -> pd.DataFrame:
        """The links of a unit, in the order of the table."""
        return self.links[self.links["UNIT"] == unit]


def link(
    tables: Sequence[Table], units: Table, packs: Sequence[Pack], registration: Pack, progress: Progress = SILENT
) -> tuple[list[Linked], list[Finding]]:
    """The tables of rights with their links to the units.

    A polygon that is in a unit no wider than the pack's `sliver_width` on average only touches it; points lie in the unit or on its edge.
    Findings: `book.not_a_right` for a table that speaks of none, `book.right_elsewhere` for rows whose number names no unit.
    """
    meant = {row["layer"]: row["right"] for row in registration.rule("book_rights")}
    pages = {name: one for name, one in pages_of([registration, *packs]).items() if name in meant}
    linked, findings = list[Linked](), list[Finding]()
    for at, table in enumerate(tables):
        fit = page_of(table, pages)
        if fit is None:
            findings.append(Finding("book.not_a_right", "warning", table.name, facts={"layer": table.name, "known": ", ".join(meant)}))
            continue
        pack, page = fit
        by_number, lost = _by_number(table, units)
        if lost:
            facts = {"layer": table.name, "count": len(lost), "units": ", ".join(list(dict.fromkeys(lost))[:5])}
            findings.append(Finding("book.right_elsewhere", "note", table.name, facts=facts))
        coded = (table.text("ZRZYDJDYH") != "").to_numpy(dtype=bool)
        by_place = _by_place(table, ~coded, units, registration.number("settings", "sliver_width"))
        links = pd.concat([one for one in (by_number, by_place) if len(one)] or [by_number], ignore_index=True)
        linked.append(Linked(meant[page.name], table, page, pack, links.sort_values(["UNIT", "ROW"], kind="stable")))
        progress.at((at + 1) / len(tables))
    return linked, findings


def _by_number(table: Table, units: Table) -> tuple[pd.DataFrame, list[str]]:
    first = {number: at for at, number in reversed(list(enumerate(units.text("ZRZYDJDYH")))) if number}
    rows = [(first.get(number, -1), at) for at, number in enumerate(table.text("ZRZYDJDYH")) if number]
    lost = [str(table.text("ZRZYDJDYH").iloc[at]) for unit, at in rows if unit < 0]
    kept = [(unit, at, np.nan) for unit, at in rows if unit >= 0]
    return pd.DataFrame(kept, columns=["UNIT", "ROW", "INSIDE"]), lost


def _by_place(table: Table, open_: Array, units: Table, sliver: float) -> pd.DataFrame:
    """Links of the rows that name no unit, by their shapes on the plane of the units."""
    none = pd.DataFrame({"UNIT": np.empty(0, dtype=np.int64), "ROW": np.empty(0, dtype=np.int64), "INSIDE": np.empty(0)})
    if table.geometry is None or not open_.any() or not len(units):
        return none
    plane, (ground, flat) = one_plane(units, table)
    shapes = flat.shapes.copy()
    shapes[~open_] = None
    row, unit = shapely.STRtree(ground.shapes).query(shapes, predicate="intersects")
    if not len(row):
        return none
    common = shapely.intersection(shapes[row], ground.shapes[unit])
    plain = shapely.get_dimensions(shapes[row]) == 2
    metre = ellipsoid.metres(plane.crs) if plane.crs else 1.0
    wide = mean_width(common) * metre >= sliver
    lines = (shapely.get_dimensions(shapes[row]) == 1) & (shapely.length(common) * metre > sliver)
    keep = np.where(plain, wide, lines | (shapely.get_dimensions(shapes[row]) == 0))
    inside = np.full(len(row), np.nan)
    which = np.flatnonzero(plain & keep)
    inside[which] = measure.areas(common[which], plane.crs, layer=table.name)
    return pd.DataFrame({"UNIT": unit, "ROW": row, "INSIDE": inside})[keep]
