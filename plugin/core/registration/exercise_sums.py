"""The ground of each unit by group, resource type and ownership, and its sums by level of government; every sum is of one base table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from .. import measure
from ..area_text import stated_areas
from ..errors import FieldError, InputError
from ..finding import Finding
from ..schema import Pack
from ..table import Table
from .boundary_kinds import ownership
from .exercise import labels_of
from .levelling import add, printed
from .summary import OWNERSHIPS
from .unit_areas import UnitAreas
from .unit_types import UnitType

__all__ = ["GROUP_BY", "base_table", "of_patches", "of_units", "sums_table"]

Array = np.ndarray[Any, Any]

GROUP_BY = ("none", "village", "township", "field")
_LEADING = {"village": 12, "township": 9}
_DISTRICTS = ("ZLDWDM", "SSQDM", "QSDWDM")
_NAMES = ("UNIT", "GROUP", "ZRZYLX", "OWNERSHIP")


def of_units(units: Table, ground: UnitAreas, types: Mapping[str, UnitType], pack: Pack, group_by: str, field: str) -> pd.DataFrame:
    """Rows UNIT, GROUP, ZRZYLX, OWNERSHIP, MJ of units taken whole: the type is that of the unit's kind, "" where it holds several.

    GYMJ, JTMJ and ZYQMJ tell the ownership where they sum to the unit; else the law's (sea, islands), else "".
    """
    resources = {row["code"]: row["resource_type"] for row in pack.rule("exercise_types")}
    groups, rows = _groups(units, group_by, field), []
    split = _split(units)
    for at in np.flatnonzero(np.isfinite(ground.areas)):
        kind, area = ground.kinds[at], float(ground.areas[at])
        parts = {name: float(values[at]) for name, values in split.items() if values[at] > 0}
        if not parts or add(list(parts.values())) != area:
            parts = {"state" if kind is not None and types[kind].nature else "": area}
        rows += [(at, groups[at], resources.get(kind or "", ""), owner, part) for owner, part in parts.items()]
    return pd.DataFrame(rows, columns=[*_NAMES, "MJ"])


def _split(units: Table) -> dict[str, Array]:
    if not all(name in units for name in OWNERSHIPS.values()):
        return {}
    return {owner: np.nan_to_num(stated_areas(units, name).values) for owner, name in OWNERSHIPS.items()}


def of_patches(
    units: Table, patches: Table, ground: UnitAreas, pack: Pack, group_by: str, field: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """As `of_units`, from the patches of each unit; what they leave of its area (or are too much) is a row without type and a finding.

    Findings `exercise.patch_without_unit`, `exercise.rest`. FieldError where patches lack ZRZYDJDYH or ZRZYLX.
    """
    patches.require("ZRZYDJDYH", "ZRZYLX")
    numbers, labels = units.text("ZRZYDJDYH").tolist(), labels_of(units)
    place = {number: at for at, number in reversed(list(enumerate(numbers))) if number and np.isfinite(ground.areas[at])}
    own = patches.text("ZRZYDJDYH")
    areas = stated_areas(patches, "MJ").values if "MJ" in patches else measure.areas(patches.shapes, patches.crs, layer=patches.name)
    owner = patches.text("OWNERSHIP").to_numpy(dtype=object) if "OWNERSHIP" in patches else ownership(patches, pack)
    frame = pd.DataFrame(
        {
            "UNIT": own.map(place).to_numpy(dtype=float),
            "GROUP": _groups(patches, group_by, field, units, own.map(place).to_numpy(dtype=float)),
            "ZRZYLX": patches.text("ZRZYLX").to_numpy(dtype=object),
            "OWNERSHIP": owner,
            "MJ": measure.round_half_away(areas, 2),
        }
    )
    findings = []
    lost = frame["UNIT"].isna()
    for number, count in own[lost.to_numpy()].value_counts(sort=False).items():
        facts = {"layer": patches.name, "was": number or "—", "count": int(count)}
        findings.append(Finding("exercise.patch_without_unit", "warning", patches.name, str(number), "ZRZYDJDYH", facts))
    frame = frame[~lost & frame["MJ"].notna()].astype({"UNIT": int})
    listed = frame.groupby("UNIT")["MJ"].apply(add).to_dict()
    whole = _groups(units, "none", "")
    rest = []
    for at in np.flatnonzero(np.isfinite(ground.areas)):
        left = add([float(ground.areas[at]), -listed.get(at, 0.0)])
        if left:
            rest.append((at, whole[at], "", "", left))
            facts = {"unit": labels[at], "area": left, "was": f"{listed.get(at, 0.0):.2f}", "should": f"{ground.areas[at]:.2f}"}
            findings.append(Finding("exercise.rest", "warning", units.name, labels[at], "DJDYZMJ", facts, units.shapes[at]))
    return pd.concat([frame, pd.DataFrame(rest, columns=frame.columns)], ignore_index=True) if rest else frame, findings


def _groups(table: Table, group_by: str, field: str, units: Table | None = None, unit: Array | None = None) -> Array:
    """(n,) group of each row, "" where none is told: by a district code of the layer, or by a field of it, else of its units.

    InputError `patches.no_group_field`; FieldError `input.missing_field` where no layer has it.
    """
    if group_by == "none":
        return np.full(len(table), "", dtype=object)
    if group_by == "field" and not field:
        raise InputError("patches.no_group_field")
    wanted = (field,) if group_by == "field" else _DISTRICTS
    for name in wanted:
        if name in table:
            found = table.text(name).to_numpy(dtype=object)
            break
        if units is not None and unit is not None and name in units:
            values = units.text(name).to_numpy(dtype=object)
            found = np.array(["" if np.isnan(at) else values[int(at)] for at in unit], dtype=object)
            break
    else:
        raise FieldError("input.missing_field", layer=table.name, field=wanted[0], present=", ".join(table.fields))
    length = _LEADING.get(group_by)
    return np.array([one[:length] for one in found], dtype=object)


def base_table(pieces: pd.DataFrame) -> pd.DataFrame:
    """One row for unit × group × type × ownership with MJ (m²) and MJ_HA, hectares of two decimals levelled to the unit's own."""
    cents = pieces.assign(CENTS=np.rint(pieces["MJ"].to_numpy(dtype=float) * 100).astype("int64"))
    base = cents.groupby(list(_NAMES), sort=True, as_index=False).agg(CENTS=("CENTS", "sum"))
    base["MJ"] = base.pop("CENTS") / 100
    base["MJ_HA"] = 0.0
    for _, at in base.groupby("UNIT", sort=False).indices.items():
        own = base["MJ"].to_numpy(dtype=float)[at]
        whole = float(measure.convert([add(own)], "ha", decimals=2)[0])
        base.loc[at, "MJ_HA"] = printed(own / 10_000, whole)
    return base


def sums_table(base: pd.DataFrame, levels: Array, ground: UnitAreas, pack: Pack) -> Table:
    """One row for group × level of government × type of unit × resource type: DYSL units, areas in m² and printed hectares by ownership.

    levels: (n,) code of each unit's level, "" where it is not decided; such rows stand last. Mineral units have rows with their extent
    only, in CLGSFWMJ: they enter no sum of areas (domain-rules §3).
    """
    page = pack.layer("ZYQDHZ")
    base = base.assign(XSZTCJ=levels[base["UNIT"].to_numpy(dtype=int)], DJDYLX=ground.kinds[base["UNIT"].to_numpy(dtype=int)])
    keys = ["GROUP", "XSZTCJ", "DJDYLX", "ZRZYLX"]
    rows = []
    for values, part in base.groupby(keys, sort=False, dropna=False):
        row: dict[str, Any] = {name: value if isinstance(value, str) else "" for name, value in zip(keys, values)}
        row["DYSL"] = int(part["UNIT"].nunique())
        for amount, tail in (("MJ", ""), ("MJ_HA", "_HA")):
            row[f"MJ{tail}"] = add(part[amount])
            # nothing is said of ownership where no piece tells it: 0 would say that there is none
            told = OWNERSHIPS if (part["OWNERSHIP"] != "").any() else {}
            row.update({f"{name}{tail}": add(part[amount][part["OWNERSHIP"] == owner]) for owner, name in told.items()})
        rows.append(row)
    below = pd.DataFrame({"XSZTCJ": levels, "DJDYLX": ground.kinds, "EXTENT": ground.below})[np.isfinite(ground.below)]
    for (level, kind), part in below.groupby(["XSZTCJ", "DJDYLX"], sort=False):
        mineral = str(pack.value("patches", "mineral_type"))
        rows.append({"GROUP": "", "XSZTCJ": level, "DJDYLX": kind, "ZRZYLX": mineral, "DYSL": len(part), "CLGSFWMJ": add(part["EXTENT"])})
    order = [list(pack.codes[name]) for name in ("XSZTCJ", "DJDYLX", "ZRZYLX")]
    rows.sort(key=lambda row: (row["GROUP"], *(_place(row[name], known) for name, known in zip(keys[1:], order))))
    for row in rows:
        row.update({name: row[name] or None for name in keys})
    frame = pd.DataFrame(rows, columns=page.names)
    amounts = [one.name for one in page.fields if one.type == "real"]
    return Table(frame.astype(dict.fromkeys(amounts, float)), None, None, "ZYQDHZ", page)


def _place(code: str, known: Sequence[str]) -> int:
    return known.index(code) if code in known else len(known)
