"""What `C:<name>` in a field table means: a named function from rows to whether the field must be filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..errors import PackError
from ..schema import Pack
from ..table import Table

__all__ = ["CONDITIONS", "must"]

Mask = np.ndarray[Any, Any]
Condition = Callable[[Table, Pack], Mask]


def must(presence: str, table: Table, pack: Pack) -> Mask:
    """(n,) whether a field of that presence must be filled: all rows for M, none for O, else what the predicate says.

    PackError `check.unknown_condition`.
    """
    if not presence.startswith("C:"):
        return np.full(len(table), presence == "M")
    name = presence[2:]
    if name not in CONDITIONS:
        raise PackError("check.unknown_condition", pack=pack.id, condition=name, choices=", ".join(CONDITIONS))
    return CONDITIONS[name](table, pack)


def _begins(field: str, *starts: str) -> Condition:
    return lambda table, _: np.array([one.startswith(starts) for one in table.text(field)], dtype=bool)


def _filled(field: str) -> Condition:
    return lambda table, _: (table.text(field) != "").to_numpy(dtype=bool)


def _is(field: str, *values: str) -> Condition:
    return lambda table, _: table.text(field).isin(values).to_numpy(dtype=bool)


def _grade(table: Table) -> Mask:
    return np.array([int(one) if one.isdigit() else 0 for one in table.text("GDPDJB")])


def _ridged(table: Table, pack: Pack) -> Mask:
    """Farmland of slope grade 2 and above is deducted (cadastre §3.6: grade 1 has no coefficient)."""
    mask: Mask = farmland(table, pack) & (_grade(table) >= 2)
    return mask


def _sloping(table: Table, pack: Pack) -> Mask:
    mask: Mask = farmland(table, pack) & (_grade(table) > 1)
    return mask


def _undisputed(table: Table, pack: Pack) -> Mask:
    mask: Mask = ~_is("ZYQBS", "1")(table, pack) & ~_is("OWNERSHIP", "disputed")(table, pack)
    return mask


def _on_island(table: Table, pack: Pack) -> Mask:
    mask: Mask = _is("MSSM", "01")(table, pack) | _is("DLHD", "01")(table, pack)
    return mask


def _undisputed_of(begins: Condition) -> Condition:
    return lambda table, pack: begins(table, pack) & _undisputed(table, pack)


farmland = _begins("DLBM", "01")

CONDITIONS: Mapping[str, Condition] = {
    "undisputed": _undisputed,
    "state_owned": _undisputed_of(_begins("QSXZ", "1", "2")),
    "collective": _undisputed_of(_begins("QSXZ", "3", "4")),
    "exercised_by_agent": _is("QLXSFS", "2"),
    "on_island": _on_island,
    "farmland": farmland,
    "sloping_farmland": _sloping,
    "farmland_with_ridges": _ridged,
    "linear_feature": _filled("XZDWKD"),
    "refined": _filled("TBXHDM"),
    "planted": farmland,
    "settlement": _filled("CZCSXM"),
    "restored_coast": _is("HAXLX", "31"),
}
