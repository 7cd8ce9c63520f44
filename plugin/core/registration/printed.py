"""What the results look like as printed tables: the same numbers turned so that a line is a line and a column can be added up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..schema import Pack
from ..table import Table
from .levelling import add

__all__ = ["by_class", "by_line_kind", "by_source", "by_type_and_ownership"]


def by_type_and_ownership(types: Table, pack: Pack) -> Table:
    """TYPE_TABLES with one row a unit and resource type and, for each ownership and for `all`, the area in hectares (_HA) and patches (_N).

    Mineral units, whose extent enters no sum of areas (domain-rules §3), have no row.
    """
    rows = types.rows[types["MJ_HA"].notna()]
    owners = list(pack.codes["OWNERSHIP"].entries)
    listed = []
    for (number, kind), part in _in_order(rows, ["ZRZYDJDYH", "ZRZYLX"], list(pack.codes["ZRZYLX"].entries)):
        row: dict[str, Any] = {"ZRZYDJDYH": number, "DJDYMC": part["DJDYMC"].iloc[0], "ZRZYLX": kind}
        for owner in (*owners, "all"):
            mine = part if owner == "all" else part[part["OWNERSHIP"] == owner]
            row[f"{owner}_HA"], row[f"{owner}_N"] = add(mine["MJ_HA"]), int(mine["BHTBSL"].sum())
        listed.append(row)
    names = ["ZRZYDJDYH", "DJDYMC", "ZRZYLX", *(f"{owner}_{tail}" for owner in (*owners, "all") for tail in ("HA", "N"))]
    return Table(pd.DataFrame(listed, columns=names), None, None, types.name, types.layer)


def by_class(table: Table, field: str, amount: str, count: str, pack: Pack) -> list[tuple[str, float, int]]:
    """(code, sum of `amount`, number) for each class of a coded field, in the order of its list; rows without an amount are left out.

    count: the field whose sum is the number, "" to count rows.
    """
    if table.layer is None:
        raise ValueError(f"{table.name} has no page that would name the list of {field}")
    rows = table.rows[table.rows[amount].notna()]
    found = []
    for code in pack.codes[table.layer.field(field).domain].entries:
        mine = rows[rows[field] == code]
        if len(mine):
            found.append((code, add(mine[amount]), int(mine[count].sum()) if count else len(mine)))
    return found


def by_line_kind(lines: Table, pack: Pack) -> Table:
    """BOUNDARY_LINES with one row a main kind (KIND, in the pack's order): N lines and LENGTH in metres. Each line is in one row only."""
    kinds = lines.text("KIND")
    listed = [
        {"KIND": kind or None, "N": int((kinds == kind).sum()), "LENGTH": add(lines["LENGTH"][kinds == kind])}
        for kind in (*pack.codes["BOUNDARY_KIND"].entries, "")
        if (kinds == kind).any()
    ]
    return Table(pd.DataFrame(listed, columns=["KIND", "N", "LENGTH"]), None, None, lines.name, lines.layer)


def by_source(journal: Table, pack: Pack) -> Table:
    """The journal of drawing units with one row a source and a column of m² for each action, and `all`."""
    actions = list(pack.codes["DRAW_ACTION"].entries)
    keys = ["FROM_LAYER", "FROM_TYPE", "FROM_NO", "FROM_NAME"]
    known = journal.rows.assign(**{name: journal.text(name) for name in keys})
    listed = []
    for values, part in known.groupby(keys, sort=False):
        row: dict[str, Any] = dict(zip(keys, values))
        row.update({action: add(part["AREA"][part["ACTION"] == action]) for action in actions}, all=add(part["AREA"]))
        listed.append(row)
    return Table(pd.DataFrame(listed, columns=[*keys, *actions, "all"]), None, None, journal.name, journal.layer)


def _in_order(rows: pd.DataFrame, keys: list[str], last: Sequence[str]) -> list[tuple[Any, pd.DataFrame]]:
    """Groups in the order in which the first key appears, and within it in the order of `last`."""
    place = {value: at for at, value in enumerate(dict.fromkeys(rows[keys[0]]))}
    groups = list(rows.groupby(keys, sort=False))
    order = np.lexsort(
        ([last.index(key[1]) if key[1] in last else len(last) for key, _ in groups], [place[key[0]] for key, _ in groups])
    )
    return [groups[at] for at in order]
