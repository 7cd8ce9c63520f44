"""What a notice (通告) or an announcement (公告) says of its units: the list, its sums, its extent, and what is amiss with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import measure
from ..area_text import stated_areas
from ..errors import InputError
from ..finding import Finding
from ..projection import reproject_shapes
from ..schema import Pack
from ..table import Table
from .exercise import labels_of
from .levelling import add
from .summary import OWNERSHIPS
from .unit_areas import unit_areas
from .unit_types import unit_types

__all__ = ["KINDS", "Listed", "listed", "shown"]

Array = np.ndarray[Any, Any]

KINDS = ("notice", "announcement")
_TEXTS = ("ZRZYDJDYH", "DJDYMC", "DJDYLX", "ZL", "SYQZT", "XSZTCJ", "DBXSZT", "QLXSFS", "DLXSZT", "DJJG")
_STATES = {"notice": "notice_states", "announcement": "announcement_states"}


@dataclass(frozen=True)
class Listed:
    """units: the list in the order it is printed, NO its running number, areas in hectares of two decimals (mineral units have none).

    total: hectares, the sum of the printed ones. types: code and number of units of each type, in the pack's order. box: west, south,
    east, north in degrees of CGCS2000, None without CRS. agency: the registry where the units name one.
    """

    units: Table
    total: float
    types: tuple[tuple[str, int], ...]
    box: tuple[float, float, float, float] | None
    agency: str
    findings: list[Finding]


def listed(units: Table, kind: str, pack: Pack) -> Listed:
    """The list of a paper of `kind`; InputError `notice.no_units` without a unit.

    Findings: `notice.no_number`, `notice.no_name`, `notice.twice`, and `notice.other_state` where DJZT says that the unit is not at the stage
    at which such a paper is posted (rows notice_states and announcement_states of the pack's settings).
    """
    if not len(units):
        raise InputError("notice.no_units", layer=units.name)
    ground = unit_areas(units, unit_types(pack))
    ranks = {code: at for at, code in enumerate(pack.codes["DJDYLX"])}
    columns = {name: units.text(name).to_numpy(dtype=object) for name in _TEXTS}
    columns["DJDYLX"] = np.array([code or text for code, text in zip(ground.kinds, columns["DJDYLX"])], dtype=object)
    keys = [(ranks.get(code, len(ranks)), number) for code, number in zip(columns["DJDYLX"], columns["ZRZYDJDYH"])]
    order = np.array(sorted(range(len(units)), key=keys.__getitem__), dtype=int)
    data: dict[str, Any] = {name: [one or None for one in values[order]] for name, values in columns.items()}
    data["NO"] = np.arange(1, len(units) + 1)
    data["DJDYZMJ_HA"] = measure.convert(ground.areas[order], "ha", decimals=2)
    for name in OWNERSHIPS.values():
        written = stated_areas(units, name).values if name in units else np.full(len(units), np.nan)
        data[f"{name}_HA"] = measure.convert(written[order], "ha", decimals=2)
    table = Table(pd.DataFrame(data), units.shapes[order], units.crs, units.name, pack.layer("ZRZYDJDY"))
    counts = Counter(columns["DJDYLX"].tolist())
    types = tuple((code, counts[code]) for code in sorted(counts, key=lambda code: ranks.get(code, len(ranks))))
    agency = next((one for one in columns["DJJG"] if one), "")
    areas = table.rows["DJDYZMJ_HA"].dropna()
    return Listed(table, add(areas), types, _box(units), agency, [*ground.findings, *_findings(units, kind, pack)])


def _box(units: Table) -> tuple[float, float, float, float] | None:
    if units.crs is None:
        return None
    box = shapely.total_bounds(reproject_shapes(units.shapes, units.crs, "EPSG:4490", units.name))
    return (float(box[0]), float(box[1]), float(box[2]), float(box[3])) if np.isfinite(box).all() else None


def _findings(units: Table, kind: str, pack: Pack) -> list[Finding]:
    found, labels = [], labels_of(units)
    numbers, names, states = (units.text(name).tolist() for name in ("ZRZYDJDYH", "DJDYMC", "DJZT"))
    expected = pack.value("settings", _STATES[kind]).split()
    seen: dict[str, str] = {}
    for row, (number, name, state) in enumerate(zip(numbers, names, states)):
        facts = {"unit": labels[row], "row": row + 1}
        told: list[tuple[str, str, str, dict[str, Any]]] = []
        if not number:
            told.append(("notice.no_number", "warning", "ZRZYDJDYH", {}))
        elif number in seen:
            told.append(("notice.twice", "error", "ZRZYDJDYH", {"was": number, "first": seen[number]}))
        if not name:
            told.append(("notice.no_name", "warning", "DJDYMC", {}))
        if state and state not in expected:
            should = ", ".join(_stage(code, pack) for code in expected)
            told.append(("notice.other_state", "warning", "DJZT", {"was": _stage(state, pack), "should": should}))
        seen.setdefault(number, str(row + 1))
        for code, severity, field, more in told:
            found.append(Finding(code, severity, units.name, labels[row], field, {**facts, **more}, units.shapes[row]))
    return found


def _stage(code: str, pack: Pack) -> str:
    """A state of registration by its code and both its names: the sentence is in either language."""
    known = pack.codes["DJZT"].entries
    return f"{code} {known[code].name_zh} / {known[code].name_en}" if code in known else code


def shown(listed_units: Table) -> Table:
    """The list for a map: larger units first, so that those inside others are drawn over them."""
    sizes = np.nan_to_num(shapely.area(listed_units.shapes))
    return replace(listed_units.take(np.argsort(-sizes, kind="stable")), layer=None)
