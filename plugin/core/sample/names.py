"""Invented names and codes: townships, villages, islands, and the bodies that manage what the state owns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import ownership
from .pages import COUNTY
from .scene import Scene

__all__ = ["AGENTS", "BODIES", "CENTRAL", "ISLANDS", "TOWNSHIPS", "VILLAGES", "body_code", "township_codes", "village_codes", "village_names"]

TOWNSHIPS = ("青岚镇", "云台镇", "芦洲镇", "龙源乡", "月湾镇")
VILLAGES = (
    "东门村", "西浦村", "南湖村", "北桥村", "石塘村", "溪口村", "新埠村", "长堤村", "白沙村", "柳岸村",
    "大坪村", "松坡村", "竹坞村", "岩前村", "梅岭村", "高山村", "上洋村", "下洋村", "芦荡村", "渔梁村",
    "荷塘村", "莲塘村", "沙洲村", "湖头村", "龙潭村", "清源村", "枫林村", "桃源村", "茶园村", "杉木村",
    "泉水村", "月塘村", "湾底村", "海角村", "盐坨村", "红树村", "蚶田村", "鼓浪村", "灯塔村", "望海村",
)  # fmt: skip
ISLANDS = ("鼓石屿", "燕尾屿", "大帆岛", "青螺岛", "双髻屿", "白鹭屿", "灯笼礁")
# the body of each kind of state ground, and what level of government exercises ownership
BODIES = {
    ownership.WATER: ("青岚县水利局", "市"), ownership.ROADS: ("青岚县交通运输局", "县"), ownership.RAIL: ("滨东铁路公司", "省"),
    ownership.STILL: ("青岚县水库管理处", "市"), ownership.SHORE: ("青岚县自然资源局", "县"), ownership.HARBOUR: ("青岚港务公司", "市"),
    ownership.FOREST: ("青岚国有林场", "省"), ownership.GRASS: ("云台国有草场", "县"), ownership.ISLES: ("青岚县海洋局", "省"),
    ownership.URBAN: ("青岚县人民政府", "县"),
}  # fmt: skip
CENTRAL = "中央直接"
AGENTS = {"省": "滨东省人民政府", "市": "云州市人民政府", "县": "青岚县人民政府"}


def township_codes() -> NDArray[np.object_]:
    """(5,) codes of nine digits, in the order of `Scene.towns`."""
    return np.array([f"{COUNTY}{100 + at}" for at in range(len(TOWNSHIPS))], dtype=object)


def village_codes(scene: Scene) -> NDArray[np.object_]:
    """(40,) codes of twelve digits: township, then 201 and on within it."""
    towns, serial, found = township_codes(), [200] * len(TOWNSHIPS), []
    for town in scene.township_of.tolist():
        serial[town] += 1
        found.append(f"{towns[town]}{serial[town]}")
    return np.array(found, dtype=object)


def village_names(scene: Scene) -> NDArray[np.object_]:
    """(40,) names with the township before them."""
    return np.array([f"{TOWNSHIPS[town]}{name}" for town, name in zip(scene.township_of.tolist(), VILLAGES)], dtype=object)


def body_code(owner: int) -> str:
    """The nineteen digits of a body of the state."""
    return f"{COUNTY}900{owner - ownership.STATE + 1:03d}0000000"
