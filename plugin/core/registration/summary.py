"""The sums of a unit from one base table levelled once: SUMMARY and TYPE_TABLES, in m² and printed hectares (domain-rules §1, §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..measure import convert
from ..schema import Pack
from ..table import Table
from .levelling import add, printed
from .unit_ground import UnitGround

__all__ = ["OWNERSHIPS", "Columns", "base_table", "columns", "summary_table", "type_tables"]

Array = np.ndarray[Any, Any]

# column of the summary by ownership
OWNERSHIPS = {"state": "GYMJ", "collective": "JTMJ", "disputed": "ZYQMJ"}
_HA = "_HA"


@dataclass(frozen=True)
class Columns:
    """Column of the summary for each resource type, `other` for a type without one, and the types that are no natural resource."""

    by_type: Mapping[str, str]
    other: str
    outside: frozenset[str]

    def of(self, kind: str) -> str:
        """The summary's column for a resource type."""
        return self.by_type.get(kind, self.other)

    @property
    def natural(self) -> list[str]:
        """The columns that sum to DYNZRZYZMJ."""
        return list(dict.fromkeys([*(name for kind, name in self.by_type.items() if kind not in self.outside), self.other]))

    @property
    def outsiders(self) -> list[str]:
        """The columns that sum to FZRZYZMJ."""
        return [name for kind, name in self.by_type.items() if kind in self.outside]


def columns(pack: Pack) -> Columns:
    """The pack's rule `summary_columns`; its row `other` is the column of all types that have none."""
    rows = pack.rule("summary_columns")
    by_type = {row["type"]: row["column"] for row in rows if row["type"] != "other"}
    other = next(row["column"] for row in rows if row["type"] == "other")
    return Columns(by_type, other, frozenset(row["type"] for row in rows if row["natural"] == "0"))


def base_table(pieces: pd.DataFrame) -> pd.DataFrame:
    """The base of all sums: one row for unit × group × resource type × ownership, with COUNT, MJ (m²) and MJ_HA.

    pieces: UNIT, GROUP, ZRZYLX, OWNERSHIP, REASON, MJ. What is not decided (REASON) is one row of a group, its type and ownership empty.
    Hectares of two decimals are levelled over the rows of a unit to the unit's own, so that all printed sums agree.
    """
    decided = (pieces["REASON"] == "").to_numpy(dtype=bool)
    work = pd.DataFrame(
        {
            "UNIT": pieces["UNIT"],
            "GROUP": pieces["GROUP"],
            "DECIDED": decided,
            "ZRZYLX": np.where(decided, pieces["ZRZYLX"], ""),
            "OWNERSHIP": np.where(decided, pieces["OWNERSHIP"], ""),
            "CENTS": np.rint(pieces["MJ"].fillna(0.0) * 100).astype("int64"),
        }
    )
    keys = ["UNIT", "GROUP", "DECIDED", "ZRZYLX", "OWNERSHIP"]
    base = work.groupby(keys, sort=True, as_index=False).agg(COUNT=("CENTS", "size"), CENTS=("CENTS", "sum"))
    base["MJ"] = base.pop("CENTS") / 100
    base["MJ_HA"] = 0.0
    for _, at in base.groupby("UNIT", sort=False).indices.items():
        own = base["MJ"].to_numpy(dtype=float)[at]
        whole = float(convert([add(own)], "ha", decimals=2)[0])
        base.loc[at, "MJ_HA"] = printed(own / 10_000, whole)
    return base


def summary_table(base: pd.DataFrame, units: UnitGround, pack: Pack) -> Table:
    """ZRZK for each unit (and group), in m², then the same columns in hectares (`_HA`), without geometry.

    Beside the standard's columns: KZMJ = DJDYZMJ + WQDMJ, where WQDMJ is what stays undecided for want of owner or cover and DJDYZMJ the
    sum of the patches; JSMJ the measured and DJMJ the registered area of the whole unit; TBSL the number of patches.
    """
    page, places = pack.layers["ZRZK"], columns(pack)
    sums = [*OWNERSHIPS.values(), *places.natural, *places.outsiders]
    every = ["DJDYZMJ", *OWNERSHIPS.values(), "DYNZRZYZMJ", *places.natural, "FZRZYZMJ", "WQDMJ", "KZMJ"]
    rows: list[dict[str, Any]] = []
    unit: Any  # a position: of a key the stubs know no more than that it can be one
    for (unit, group), part in base.groupby(["UNIT", "GROUP"], sort=True):
        row: dict[str, Any] = dict.fromkeys(page.names)
        row.update(ZRZYDJDYH=units.numbers[unit], DJDYMC=units.names[unit], DJDYLX=units.kinds[unit], GROUP=group or None)
        for amount, tail in (("MJ", ""), ("MJ_HA", _HA)):
            row.update({name + tail: value for name, value in _sums(part, amount, places, sums).items()})
        whole = units.registered[unit]
        row.update(JSMJ=units.measured[unit], DJMJ=None if np.isnan(whole) else whole, TBSL=int(part["COUNT"][part["DECIDED"]].sum()))
        rows.append(row)
    ends = ["DJDYMC", "DJDYLX", "GROUP", "WQDMJ", "KZMJ", "JSMJ", "DJMJ", "TBSL", *(name + _HA for name in every)]
    order = list(dict.fromkeys([*page.names, *every, *ends]))
    amounts = [name + tail for name in every for tail in ("", _HA)]
    frame = pd.DataFrame(rows, columns=order).astype(dict.fromkeys(amounts, float))  # without rows they would be no numbers
    if "YSDM" in order:
        frame["YSDM"] = page.ysdm or None
    return Table(frame, None, None, "ZRZK", page)


def _sums(part: pd.DataFrame, amount: str, places: Columns, names: list[str]) -> dict[str, float]:
    decided = part[part["DECIDED"]]
    found = dict.fromkeys(names, 0.0)
    for ownership, name in OWNERSHIPS.items():
        found[name] = add(decided[amount][decided["OWNERSHIP"] == ownership])
    column = decided["ZRZYLX"].map(places.of)
    for name in [*places.natural, *places.outsiders]:
        found[name] = add(decided[amount][column == name])
    found["DYNZRZYZMJ"] = add([found[name] for name in places.natural])
    found["FZRZYZMJ"] = add([found[name] for name in places.outsiders])
    found["DJDYZMJ"] = add(decided[amount])
    found["WQDMJ"] = add(part[amount][~part["DECIDED"]])
    found["KZMJ"] = add(part[amount])
    return found


def type_tables(base: pd.DataFrame, units: UnitGround, pack: Pack) -> Table:
    """One row for unit × group × resource type × ownership: BHTBSL patches, MJ (m²), MJ_HA; TABLE names the standard's table of the type.

    Mineral units have one row each, their extent in CLGSFWMJ and no MJ: they enter no sum.
    """
    names = {row["type"]: row.get("table") or "" for row in pack.rule("type_tables")}
    decided = base[base["DECIDED"]]
    unit = decided["UNIT"].to_numpy(dtype=int)
    frame = pd.DataFrame(
        {
            "ZRZYDJDYH": units.numbers[unit],
            "DJDYMC": units.names[unit],
            "DJDYLX": units.kinds[unit],
            "GROUP": [one or None for one in decided["GROUP"]],
            "ZRZYLX": decided["ZRZYLX"].to_numpy(),
            "TABLE": decided["ZRZYLX"].map(names).fillna("").to_numpy(),
            "OWNERSHIP": decided["OWNERSHIP"].to_numpy(),
            "BHTBSL": decided["COUNT"].to_numpy(),
            "MJ": decided["MJ"].to_numpy(),
            "MJ_HA": decided["MJ_HA"].to_numpy(),
            "CLGSFWMJ": np.nan,
        }
    )
    below = np.flatnonzero(units.chains == "mineral")
    if len(below):
        kind = str(pack.value("patches", "mineral_type"))
        minerals = pd.DataFrame(
            {
                "ZRZYDJDYH": units.numbers[below],
                "DJDYMC": units.names[below],
                "DJDYLX": units.kinds[below],
                "GROUP": None,
                "ZRZYLX": kind,
                "TABLE": names.get(kind, ""),
                "OWNERSHIP": "state",
                "BHTBSL": 0,
                "MJ": np.nan,
                "MJ_HA": np.nan,
                "CLGSFWMJ": units.areas[below],
            }
        )
        frame = pd.concat([frame, minerals], ignore_index=True) if len(frame) else minerals
    return Table(frame, None, None, "TYPE_TABLES", pack.layers["TYPE_TABLES"])
