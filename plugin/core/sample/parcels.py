"""Ownership parcels: the state's by managing body and level of government, the villages' collectives', and spots in dispute."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import measure
from ..schema import Pack
from ..table import Table
from . import names, ownership
from .ground import ISLAND, LAND, Ground
from .pages import page_table
from .scene import CRS

__all__ = ["exerciser", "parcels"]

_PARK = 1000


def parcels(ground: Ground, registration: Pack) -> Table:
    """SYQ: one row for each connected piece of one owner, without overlap or gap over the land of the first year (islands too)."""
    land = (ground.kind == LAND) | (ground.kind == ISLAND)
    state = (ground.claim >= ownership.STATE) & (ground.claim < ownership.DISPUTED)
    key = np.where(state & ground.regions["national_park"], ground.claim + _PARK, ground.claim)
    labels, count = ground.parts(land, key)
    face = np.empty(count, dtype=np.int64)
    on = np.flatnonzero(labels >= 0)
    face[labels[on][::-1]] = on[::-1]
    order = np.lexsort((face, key[face]))
    rank = np.argsort(order)
    shapes = ground.polygons(np.where(labels >= 0, rank[labels], -1), count)
    owners = key[face[order]]
    claimants = {one: np.unique(ground.owner[ground.claim == one]) for one in np.unique(owners[(owners >= ownership.DISPUTED) & (owners < _PARK)])}
    rows = [_row(ground, int(one), claimants) for one in owners]
    columns: dict[str, Any] = {name: np.array([row.get(name) for row in rows], dtype=object) for name in _FIELDS}
    return page_table(registration.layer("SYQ"), shapes, MJ=measure.areas(shapes, CRS), **columns)


_FIELDS = ("QSXZ", "QSDWDM", "QSDWMC", "SYQZT", "DBXSZT", "QLXSFS", "DLXSZT", "XSZTCJ", "ZYQBS", "BZ")


def _row(ground: Ground, owner: int, claimants: dict[int, NDArray[np.int64]]) -> dict[str, Any]:
    titles, codes = names.village_names(ground.scene), names.village_codes(ground.scene)
    if owner in claimants:
        sides = "、".join(f"{titles[one]}农民集体" for one in claimants[owner] if one < ownership.STATE)
        return {"QSDWMC": f"{sides}争议区", "SYQZT": "未定", "ZYQBS": "1", "BZ": "权属来源资料不一致，待调处"}
    if owner < ownership.STATE:
        title = f"{titles[owner]}农民集体"
        return {"QSXZ": "30", "QSDWDM": f"{codes[owner]}0000000", "QSDWMC": title, "SYQZT": title, "ZYQBS": "0"}
    body = owner % _PARK
    name, level = names.BODIES[body]
    nature = "20" if body in (ownership.ROADS, ownership.RAIL, ownership.HARBOUR, ownership.URBAN) else "10"
    central = names.CENTRAL if owner >= _PARK else level
    return {"QSXZ": nature, "QSDWDM": names.body_code(body), "QSDWMC": name, "SYQZT": "全民所有", "ZYQBS": "0", **exerciser(central)}


def exerciser(level: str) -> dict[str, Any]:
    """Who exercises state ownership, at a level of XSZTCJ."""
    base = {"DBXSZT": "国务院自然资源主管部门", "XSZTCJ": level}
    return {**base, "QLXSFS": "1"} if level == names.CENTRAL else {**base, "QLXSFS": "2", "DLXSZT": names.AGENTS[level]}
