"""What kind of boundary lies between two patches: the four kinds of registration, and disputes (domain-rules §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..schema import Pack
from ..table import Table

__all__ = ["EXERCISER", "KINDS", "Kinds", "kinds_between", "ownership"]

Array = np.ndarray[Any, Any]

KINDS = ("K1", "K2", "K3", "K4", "K5")
EXERCISER = ("XSZTCJ", "DBXSZT", "DLXSZT")  # level, representative and agent who exercises state ownership
_EXCLUSIVE = "K5"


@dataclass(frozen=True)
class Kinds:
    """flags: DataFrame K1 … K5 of 1, 0 or None (unknown), a row a line. open_kind_2: lines between state patches of unknown kind 2.

    unowned: number of patches whose ownership the fields do not tell.
    """

    flags: pd.DataFrame
    open_kind_2: Array
    unowned: int


def ownership(table: Table, pack: Pack) -> Array:
    """(n,) state, collective, disputed or "" for each row, by the pack's rule `boundary_ownership`: the last rule that fits holds."""
    found = np.full(len(table), "", dtype=object)
    for rule in pack.rules["boundary_ownership"]:
        if rule["field"] in table:
            fits = table.text(rule["field"]).str.upper().str.startswith(rule["starts"].upper()).to_numpy(dtype=bool)
            found[fits] = rule["class"]
    return found


def kinds_between(table: Table, left: Array, right: Array, pack: Pack) -> Kinds:
    """The kinds of the lines between rows `left` and `right` ((n,) positions, −1 = nothing there) of a patch layer.

    1 state/collective; 2 state by exercising government (unknown without its fields); 3 different collectives (full QSDWDM);
    4 different resource types; 5 disputed. A line between disputed land and other land is of kind 5 only.
    """
    both = (left >= 0) & (right >= 0)
    one, other = np.where(both, left, 0), np.where(both, right, 0)
    if not len(table):
        return Kinds(pd.DataFrame({kind: np.empty(0, dtype=object) for kind in KINDS}), np.zeros(0, dtype=bool), 0)
    owner = ownership(table, pack)
    a, b = owner[one], owner[other]
    known = both & (a != "") & (b != "")
    state, collective = known & (a == "state") & (b == "state"), known & (a == "collective") & (b == "collective")
    disputed = both & ((a == "disputed") != (b == "disputed"))
    flags: dict[str, Array] = {
        "K1": _flag(known & (a != b) & (a != "disputed") & (b != "disputed"), both & ~known & ~disputed),
        "K4": _differs(table, "ZRZYLX", one, other, both),
        "K5": _flag(disputed, np.zeros(len(both), dtype=bool)),
    }
    flags["K2"], open_ = _exercisers(table, one, other, state, both & ~known & ~disputed)
    flags["K3"] = _differs(table, "QSDWDM", one, other, collective)
    flags["K3"][both & ~known & ~disputed] = None
    for kind in KINDS:
        if kind != _EXCLUSIVE:
            flags[kind][disputed] = 0
    if not any(field in table for field in EXERCISER):
        flags["K2"][:] = None
    return Kinds(pd.DataFrame({kind: flags[kind] for kind in KINDS}), open_, int((owner == "").sum()))


def _flag(true: Array, unknown: Array) -> Array:
    flag = true.astype(int).astype(object)
    flag[unknown] = None
    return flag


def _differs(table: Table, field: str, one: Array, other: Array, where: Array) -> Array:
    """1 where the texts of `field` differ, 0 where they agree or the question does not arise, None where a side is empty."""
    if field not in table:
        return _flag(np.zeros(len(where), dtype=bool), where)
    text = table.text(field).to_numpy(dtype=object)
    a, b = text[one], text[other]
    return _flag(where & (a != b), where & ((a == "") | (b == "")))


def _exercisers(table: Table, one: Array, other: Array, state: Array, unclear: Array) -> tuple[Array, Array]:
    """(kind 2 of each line, lines between two state patches whose exerciser is not known on both sides)."""
    differ, known = np.zeros(len(one), dtype=bool), np.zeros(len(table), dtype=bool)
    texts = [table.text(field).to_numpy(dtype=object) for field in EXERCISER if field in table]
    for text in texts:
        known |= text != ""
    for field in EXERCISER:
        if field not in table:
            continue
        text = table.text(field).to_numpy(dtype=object)
        a, b = text[one], text[other]
        # no agent means that the representative exercises it himself, which is an answer; an empty level or representative is none
        differ |= (a != b) & ((field == EXERCISER[-1]) | ((a != "") & (b != "")))
    open_ = state & ~(known[one] & known[other])
    return _flag(state & differ & ~open_, open_ | unclear), open_
