"""Ground of special standing: protected areas, important wetlands, management areas of waters, state farms, mineral reserves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import lines, ownership
from .landcover import FLAT, LAKE, RESERVOIR, STREAM
from .lattice import Mesh
from .scene import Scene
from .strips import Opened
from .villages import ISLAND, LAND, SEA

__all__ = ["NAMES", "masks"]

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

# name of the mask: its Chinese name, and where it lies as u, v, radius in parts of the county's size
_ROUND: dict[str, tuple[str, float, float, float]] = {
    "national_park": ("青岚山国家公园", 0.205, 0.205, 0.115),
    "coastal_reserve": ("青溪口滨海湿地自然保护区", 0.815, 0.685, 0.055),
    "forest_park": ("云台岭森林公园", 0.30, 0.875, 0.050),
    "wetland_park": ("芦洲湖湿地公园", 0.64, 0.76, 0.038),
    "estuary_wetland": ("青溪口重要湿地", 0.765, 0.60, 0.042),
    "bay_wetland": ("月湾重要湿地", 0.705, 0.30, 0.034),
    "granite": ("石鼓山建筑用花岗岩矿", 0.36, 0.37, 0.022),
    "fluorite": ("北岭萤石矿", 0.50, 0.885, 0.018),
}
_OTHER = {
    "main_river": "青溪", "north_brook": "白石溪", "south_brook": "清源溪", "reservoir_north": "云台水库", "reservoir_south": "龙源水库",
    "lake": "芦洲湖", "state_forest": "青岚国有林场", "state_grass": "云台国有草场", "state_waste": "北滩国有荒地",
}  # fmt: skip
NAMES: dict[str, str] = {**{key: one[0] for key, one in _ROUND.items()}, **_OTHER}
_SEAWARD = ("coastal_reserve", "estuary_wetland", "bay_wetland")


def masks(ground: Scene, mesh: Mesh, opened: Opened, strip: Ints, kind: Ints, zone: Ints, owner: Ints) -> dict[str, Flags]:
    """(faces,) masks by the keys of NAMES. strip, kind, zone, owner: of the faces. Those of the coast reach into the sea, none onto islands."""
    x, y = mesh.centres.T
    u, v = ground.place(x, y)
    ragged = 1.0 + 0.65 * ground.noise("ragged", x, y) + 0.25 * ground.noise("cover", x, y)
    found: dict[str, Any] = {}
    for name, (_, middle_u, middle_v, radius) in _ROUND.items():
        reach = np.maximum(radius * ragged, 0.8 * mesh.spacing / ground.size)
        inside = opened.spread((u - middle_u) ** 2 + (v - middle_v) ** 2 < reach**2)
        found[name] = inside & ((kind == LAND) | ((kind == SEA) if name in _SEAWARD else False))
    found.update(_waters(ground, mesh, opened, strip, kind, zone))
    found["state_forest"] = owner == ownership.FOREST
    found["state_grass"] = owner == ownership.GRASS
    flat = (zone == FLAT) & (owner == ownership.SHORE) & (kind == LAND)
    north = opened.spread(v)
    found["state_waste"] = flat & (north > min(0.78, float(np.max(north, where=flat, initial=0.0)) - 0.02))
    return {name: mask & (kind != ISLAND) for name, mask in found.items()}


def _waters(ground: Scene, mesh: Mesh, opened: Opened, strip: Ints, kind: Ints, zone: Ints) -> dict[str, Flags]:
    """Water with the ground beside it that is managed with it."""
    x, y = mesh.centres.T
    beside = 0.75 * mesh.spacing
    river = opened.spread(np.abs(ground.river(x, y)) < ground.river_width(x, y) + beside)
    found = {"main_river": river | (strip == lines.RIVER) | (zone == STREAM)}
    for which, name in enumerate(("north_brook", "south_brook")):
        with np.errstate(invalid="ignore"):
            found[name] = opened.spread(np.abs(ground.tributary(x, y, which)) < beside)
    for which, name in enumerate(("reservoir_north", "reservoir_south", "lake")):
        water = (zone == RESERVOIR) | (zone == LAKE)
        found[name] = opened.spread(ground.still_water(x, y, which) > -beside) | (water & opened.spread(ground.still_water(x, y, which) > 0))
    # each piece of water is managed once: still water, then the river, then the brooks
    taken = np.zeros(len(kind), dtype=bool)
    for name in ("reservoir_north", "reservoir_south", "lake", "main_river", "north_brook", "south_brook"):
        found[name] = found[name] & (kind == LAND) & ~taken
        taken |= found[name]
    return found
