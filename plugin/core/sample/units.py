"""Source layers of registration units of every kind, and the units drawn from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from .. import measure
from ..progress import SILENT, Progress
from ..registration.draw_units import draw_units
from ..schema import Pack
from ..table import Table
from . import names, regions
from .ground import ISLAND, SEA, Ground
from .noise import hashed
from .parcels import exerciser
from .scene import CRS

__all__ = ["SOURCES", "drawn", "sources"]


@dataclass(frozen=True)
class _Kind:
    """A source layer: its name, the type of its units, the regions in it with the level that exercises ownership."""

    layer: str
    kind: str
    regions: tuple[tuple[str, str], ...]


_KINDS = (
    _Kind("国家公园", "GJGY", (("national_park", "中央直接"),)),
    _Kind("自然保护区", "ZRBH", (("coastal_reserve", "省"),)),
    _Kind("自然公园", "ZRGY", (("forest_park", "市"), ("wetland_park", "市"))),
    _Kind("重要湿地", "ZYSD", (("estuary_wetland", "省"), ("bay_wetland", "省"))),
    _Kind(
        "河湖管理范围", "SLDY",
        (("main_river", "省"), ("north_brook", "县"), ("south_brook", "县"), ("reservoir_north", "市"), ("reservoir_south", "市"), ("lake", "市")),
    ),
    _Kind("国有林场", "GYSL", (("state_forest", "省"),)),
    _Kind("国有草原", "GYCY", (("state_grass", "县"),)),
    _Kind("国有荒地", "GYHD", (("state_waste", "县"),)),
    _Kind("探明储量矿产", "KCZY", (("granite", "省"), ("fluorite", "省"))),
)  # fmt: skip
SOURCES = ("海域", "无居民海岛", *(one.layer for one in _KINDS))


def sources(ground: Ground) -> list[Table]:
    """The source layers by the names of SOURCES, with DJDYMC, DJDYLX, the exerciser and MJ; parts of one name are one unit.

    A county whose ground lacks a kind has an empty layer of it.
    """
    sea = ground.kind == SEA
    made = [_layer("海域", "HYDY", ground.shapes(sea), ["青岚县海域"], ["省"])]
    isles = np.unique(ground.island[ground.kind == ISLAND])
    shapes = np.array([*(one for at in isles for one in ground.shapes(ground.island == at)), None], dtype=object)[:-1]
    made.append(_layer("无居民海岛", "WJHD", shapes, [names.ISLANDS[at] for at in isles], ["省"] * len(isles)))
    for one in _KINDS:
        parts = [(name, level, shape) for name, level in one.regions for shape in _shapes(ground, name)]
        listed = np.array([*(shape for *_, shape in parts), None], dtype=object)[:-1]
        made.append(_layer(one.layer, one.kind, listed, [regions.NAMES[name] for name, *_ in parts], [level for _, level, _ in parts]))
    return made


def _shapes(ground: Ground, name: str) -> NDArray[Any]:
    """The parts of a region that are worth a unit: none below a cell's size but the largest."""
    found = ground.shapes(ground.regions[name])
    keep = shapely.area(found) > 0.5 * ground.spacing**2
    keep[:1] = True
    return np.asarray(found[keep])


def _layer(name: str, kind: str, shapes: NDArray[Any], titles: list[str], levels: list[str]) -> Table:
    rows = pd.DataFrame({"DJDYMC": titles, "DJDYLX": [kind] * len(shapes)}, dtype=object)
    for field in ("DBXSZT", "QLXSFS", "DLXSZT", "XSZTCJ"):
        rows[field] = np.array([exerciser(level).get(field) for level in levels], dtype=object)
    rows["MJ"] = measure.areas(shapes, CRS) if len(shapes) else np.empty(0)
    return Table(rows, shapes, CRS, name)


def drawn(county: Table, layers: list[Table], registration: Pack, progress: Progress = SILENT) -> Table:
    """ZRZYDJDY drawn by `draw_units`, and DJMJ, the registered area: a few hundredths off the measured one, as registers are.

    DJMJ is what CONTROL_FIELD of *Delineate resource patches* may level to (within its limit). Raises Cancelled.
    """
    units = draw_units(county, [one for one in layers if len(one)], registration, progress=progress).units
    off = hashed(np.arange(len(units)), 83) * 2.0 - 1.0
    area = units["DJDYZMJ"].to_numpy(dtype=float)
    registered = measure.round_half_away(area * (1.0 + 2e-6 * off), 2)
    return replace(units.with_columns(DJMJ=registered), name="ZRZYDJDY")
