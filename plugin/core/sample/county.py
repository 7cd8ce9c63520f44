"""The whole county in one call: layer name → Table, in the order of the layer list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ..errors import InputError
from ..progress import SILENT, Progress
from ..schema import Pack, load_packs
from ..table import Table
from . import beyond_core, districts, faults, landsurvey, parcels, rasters, units
from .faces import faces_of
from .ground import ISLAND, LAND, Ground, make
from .places import nearest_cells

__all__ = ["FEWEST", "YEARS", "Made", "county", "grids", "made"]

Floats = NDArray[np.float64]

# the first survey, the second survey, and the target of the plan
YEARS = (*landsurvey.YEARS, 2035)
FEWEST = 300


@dataclass(frozen=True, eq=False)
class Made:
    """A county: its ground, its layers by name; with faults, `key` names those that were planted (page FAULTS)."""

    ground: Ground
    tables: dict[str, Table]
    key: Table | None = None


def county(
    patches: int = 4000, seed: int = 1, with_faults: bool = False, progress: Progress = SILENT, packs: Mapping[str, Pack] | None = None
) -> dict[str, Table]:
    """The layers of 青岚县 by name, EPSG:4528; see `made`."""
    return made(patches, seed, with_faults, progress, packs).tables


def made(
    patches: int = 4000, seed: int = 1, with_faults: bool = False, progress: Progress = SILENT, packs: Mapping[str, Pack] | None = None
) -> Made:
    """The county of about `patches` land-survey patches: the same for the same `seed` and `patches` on every machine.

    with_faults: known faults are planted. packs: by id (default: those shipped). InputError `sample.too_few`; raises Cancelled.
    """
    if patches < FEWEST:
        raise InputError("sample.too_few", patches=patches, least=FEWEST)
    packs = packs or load_packs()
    ground = make(seed, patches, progress.part(0.0, 0.25))
    tables, row1 = _core(ground, packs, progress.part(0.25, 0.6))
    mainland = tables["XZQ"].take((tables["XZQ"].text("MSSM") == "00").to_numpy(dtype=bool))
    tables |= beyond_core.further_layers(
        faces_of(ground, row1), ground.island, ground.regions, tables["DLTB_T1"], mainland, ground.scene, packs, ground.filled, YEARS,
        progress.part(0.6, 0.95),
    )  # fmt: skip
    if not with_faults:
        return Made(ground, tables)
    faulty = faults.plant(tables, packs, seed)
    return Made(ground, faulty.tables, faulty.key)


def _core(ground: Ground, packs: Mapping[str, Pack], progress: Progress) -> tuple[dict[str, Table], NDArray[np.int64]]:
    """Districts, land survey, ownership, source layers of units, and the units drawn; and the row of DLTB_T1 that each face lies in."""
    survey, registration = packs["survey"], packs["registration"]
    found = districts.districts(ground, survey)
    town_lines, village_lines = districts.boundary_lines(ground, survey)
    progress.at(0.1)
    land = landsurvey.surveys(ground, found, survey, progress.part(0.1, 0.7))
    tables = [found.xzq, town_lines, found.cjdcq, village_lines, land.first, land.second, parcels.parcels(ground, registration)]
    listed = units.sources(ground)
    progress.at(0.75)
    drawn = units.drawn(found.xzq, listed, registration, progress.part(0.75, 1.0))
    return {one.name: one for one in [*tables, drawn, *listed]}, land.row1


def grids(ground: Ground) -> tuple[rasters.Grid, dict[str, Floats]]:
    """The county's rasters on one grid (`rasters.fields`): NaN off land; the land cover is that of the second year."""
    land = (ground.kind1 == LAND) | (ground.kind1 == ISLAND)
    shapes = ground.shapes(land)
    grid = rasters.fitting_grid(*shapely.total_bounds(shapes).tolist())
    x, y = grid.centres
    inside = np.zeros(x.shape, dtype=bool)
    for shape in shapes:
        shapely.prepare(shape)
        inside |= shapely.contains_xy(shape, x, y)
    cells = np.flatnonzero(land[: ground.cells])
    code = ground.later.code[ground.later.patch[cells]]
    number = {one: rasters.GROUPS.index(_GROUP.get(one) or _GROUP.get(one[:2], "field")) for one in np.unique(code.astype(str))}
    group = np.array([number[one] for one in code], dtype=np.int64)
    nearest = nearest_cells(ground.centres[cells], ground.spacing, x, y)
    inland = np.maximum(ground.scene.inland(x, y), 0.0)
    height = np.maximum(ground.scene.elevation(x, y), 0.3)
    return grid, rasters.fields(grid, height, inland, np.where(inside, group[nearest], 0), ground.scene.seed)


# group of land cover (rasters.GROUPS) by class, else by its first two digits
_GROUP = {
    "00": "wetland", "01": "field", "02": "orchard", "0301": "forest", "0302": "forest", "0303": "wetland", "0304": "wetland", "0305": "shrub",
    "0306": "wetland", "0307": "shrub", "04": "grass", "0402": "wetland", "05": "built", "06": "built", "0602": "bare", "0603": "wetland",
    "07": "built", "08": "built", "0810": "grass", "09": "built", "10": "built", "1101": "water", "1102": "water", "1103": "water",
    "1104": "water", "1104A": "water", "1105": "wetland", "1106": "wetland", "1107": "water", "1108": "wetland", "1109": "built", "12": "bare",
    "1202": "built",
}  # fmt: skip
