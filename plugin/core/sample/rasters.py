"""Climate, soil and vegetation of the sample county as fields on one grid; over the sea there is no value (NaN).

The formulas are ours and simple: what matters is that the fields fit the lie of the land and each other, in units and size of a
subtropical coast. Titles and units stand in the pack `sample`, rule `rasters`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .noise import Noise

__all__ = ["GROUPS", "Grid", "fields", "fitting_grid", "texture_class"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_CELLS = (30.0, 50.0, 100.0, 250.0)
_MOST = 900_000

# groups of land cover: share of ground under leaves, and how much of the possible growth it reaches
GROUPS = ("sea", "forest", "shrub", "grass", "field", "orchard", "wetland", "water", "built", "bare")
_COVER = np.array([0.0, 0.86, 0.68, 0.58, 0.52, 0.66, 0.55, 0.02, 0.16, 0.06])
_GROWTH = np.array([0.0, 1.0, 0.80, 0.66, 1.05, 0.90, 1.05, 0.0, 0.55, 0.35])
_ORGANIC = np.array([0.0, 2.6, 1.9, 1.6, 1.3, 1.5, 2.8, 1.6, 0.9, 0.4])
_EVAPORATION = np.array([0.0, 230.0, 150.0, 90.0, 60.0, 110.0, 180.0, 330.0, -190.0, -240.0])


@dataclass(frozen=True)
class Grid:
    """Square cells of `cell` metres in rows from the north: upper left corner x, y; shape (rows, columns)."""

    x: float
    y: float
    cell: float
    rows: int
    columns: int

    @property
    def centres(self) -> tuple[Floats, Floats]:
        """x and y of all cell centres, each (rows, columns)."""
        x = self.x + (np.arange(self.columns) + 0.5) * self.cell
        y = self.y - (np.arange(self.rows) + 0.5) * self.cell
        across, down = np.meshgrid(x, y)
        return across, down


def fitting_grid(low_x: float, low_y: float, high_x: float, high_y: float) -> Grid:
    """The finest grid over a box (metres) of 30, 50, 100 or 250 m that holds at most 900,000 cells; its corners are whole cells."""
    for cell in _CELLS:
        x, y = np.floor(low_x / cell) * cell, np.ceil(high_y / cell) * cell
        rows, columns = int(np.ceil((y - low_y) / cell)), int(np.ceil((high_x - x) / cell))
        if rows * columns <= _MOST or cell == _CELLS[-1]:
            break
    return Grid(float(x), float(y), cell, rows, columns)


def fields(grid: Grid, height: Floats, inland: Floats, group: Ints, seed: int) -> dict[str, Floats]:
    """All fields by name, each (rows, columns), NaN where `group` is 0 (sea).

    height: metres; inland: metres from the shore; group: place in GROUPS. Every field draws its noise from a seed of its own.
    """
    x, y = grid.centres
    reach = max(grid.rows, grid.columns) * grid.cell

    def noise(salt: int, part: float, layers: int = 4) -> Floats:
        return Noise(np.random.default_rng([seed, salt]), reach * part, layers)(x, y)

    height = np.maximum(height, 0.0)
    found = _climate(height, inland, noise(1, 0.4), noise(2, 0.3), noise(3, 0.2))
    found |= _soil(height, inland, noise(4, 0.12), noise(5, 0.10), noise(6, 0.06), group)
    leaves = np.clip(_COVER[group] * (1.0 + 0.16 * noise(7, 0.05)) + 0.04 * noise(8, 0.01, 2), 0.0, 0.98)
    leaves[group == GROUPS.index("water")] = 0.0
    found["VEGETATION_COVER"] = leaves
    found["NDVI"] = np.where(group == GROUPS.index("water"), -0.08 + 0.03 * noise(9, 0.02), 0.06 + 0.80 * leaves)
    found["NPP"] = np.maximum(_miami(found["TEMPERATURE"], found["PRECIPITATION"]) * _GROWTH[group] * leaves * (1 + 0.1 * noise(10, 0.03)), 0.0)
    demand = 640.0 + _EVAPORATION[group] * (0.6 + 0.4 * leaves) - 0.10 * height + 30.0 * noise(11, 0.2)
    found["EVAPOTRANSPIRATION"] = np.clip(demand, 250.0, 0.9 * found["PRECIPITATION"])
    found["DEM"] = height
    sea = group == 0
    return {name: np.where(sea, np.nan, values) for name, values in found.items()}


def _climate(height: Floats, inland: Floats, warm: Floats, wet: Floats, gust: Floats) -> dict[str, Floats]:
    """Means of many years: °C, mm, m/s, days a year of 6 m/s and more, MJ·mm/(hm²·h·a), and the dryness index."""
    temperature = 17.4 - 0.006 * height + 0.35 * warm
    precipitation = np.maximum(1280.0 + 0.42 * height + 0.004 * np.minimum(inland, 15_000.0) + 70.0 * wet, 900.0)
    wind = np.maximum(1.7 + 2.9 * np.exp(-inland / 4_000.0) + 0.0016 * height + 0.35 * gust, 0.8)
    # the sum of temperatures of days over 10 °C, by the season's mean
    warmth = np.maximum(temperature - 2.0, 0.0) * 335.0
    return {
        "TEMPERATURE": temperature,
        "PRECIPITATION": precipitation,
        "WIND": wind,
        "WIND_DAYS": np.clip(9.0 * (wind - 1.2), 0.0, 120.0),
        "EROSIVITY": 0.0534 * precipitation**1.6548,
        "DRYNESS": 0.16 * warmth / precipitation,
    }


def _soil(height: Floats, inland: Floats, coarse: Floats, fine: Floats, rock: Floats, group: Ints) -> dict[str, Floats]:
    """Sand, silt and clay in percent that sum to 100, organic carbon in percent, texture class, and what lies below."""
    dune = np.exp(-inland / 700.0)
    plain = np.exp(-height / 25.0)
    sand = np.clip(34.0 + 34.0 * dune + 12.0 * (1.0 - plain) + 22.0 * coarse, 6.0, 92.0)
    clay = np.clip((100.0 - sand) * np.clip(0.34 + 0.12 * plain + 0.22 * fine, 0.08, 0.75), 2.0, 60.0)
    silt = 100.0 - sand - clay
    return {
        "SAND": sand,
        "SILT": silt,
        "CLAY": clay,
        "ORGANIC_CARBON": np.maximum(_ORGANIC[group] * (1.0 + 0.25 * fine) * (1.0 + 0.0004 * np.minimum(height, 900.0)), 0.1),
        "TEXTURE": texture_class(sand, silt, clay).astype(float),
        "CARBONATE": np.clip(260.0 * rock - 80.0, 0.0, 95.0) * (height > 30.0),
        "GROUNDWATER_DEPTH": 0.7 + 0.06 * height + 0.4 * np.abs(coarse),
        "MINERALISATION": 0.3 + 16.0 * np.exp(-inland / 1_200.0) * plain,
    }


def _miami(temperature: Floats, precipitation: Floats) -> Floats:
    """Net primary production that climate allows, gC/(m²·a): the lesser of two curves (Lieth 1975), 0.45 g carbon a gram."""
    by_warmth = 3000.0 / (1.0 + np.exp(1.315 - 0.119 * temperature))
    by_rain = 3000.0 * (1.0 - np.exp(-0.000664 * precipitation))
    return np.asarray(0.45 * np.minimum(by_warmth, by_rain))


def texture_class(sand: Floats, silt: Floats, clay: Floats) -> Ints:
    """The class of the USDA triangle (percent), numbered as HWSD does: 1 heavy clay … 9 loam … 13 sand (redline-plan §1.2)."""
    return np.asarray(
        np.select(
            [
                clay >= 60,
                (clay >= 40) & (silt >= 40),
                (clay >= 40) & (sand <= 45),
                (clay >= 35) & (sand > 45),
                (clay >= 27) & (sand <= 20),
                (clay >= 27) & (sand <= 45),
                (clay >= 20) & (silt < 28) & (sand > 45),
                (silt >= 80) & (clay < 12),
                silt >= 50,
                silt + 1.5 * clay < 15,
                silt + 2.0 * clay < 30,
                (clay >= 7) & (silt >= 28) & (sand <= 52),
            ],
            [1, 2, 3, 8, 4, 5, 10, 6, 7, 13, 12, 9],
            default=11,
        ).astype(np.int64)
    )
