"""The fields of climate, soil and vegetation fit the lie of the land, each other and their bounds."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from shanshui.plugin.core import schema
from shanshui.plugin.core.sample import rasters

ABOUT = {row["key"]: row for row in csv.DictReader((schema.SHIPPED / "sample/rules/rasters.csv").open(encoding="utf-8", newline=""))}


@pytest.fixture(scope="module")
def made():
    grid = rasters.fitting_grid(40_500_000.0, 3_300_010.0, 40_506_000.0, 3_304_000.0)
    x, _ = grid.centres
    inland = x - (x.min() + 1500.0)
    height = np.clip(inland, 0, None) * 0.15
    group = np.where(inland < 0, 0, 1 + (np.arange(grid.rows)[:, None] // 6 + np.arange(grid.columns)[None, :] // 6) % (len(rasters.GROUPS) - 1))
    return grid, height, inland, group, rasters.fields(grid, height, np.maximum(inland, 0.0), group, 7)


def test_the_grid_is_the_finest_that_fits_and_lies_on_whole_cells():
    grid = rasters.fitting_grid(40_500_000.0, 3_300_010.0, 40_506_000.0, 3_304_000.0)
    assert (grid.cell, grid.columns, grid.rows) == (30.0, 200, 134) and grid.x % 30 == 0 and grid.y % 30 == 0
    assert grid.y >= 3_304_000 and grid.y - grid.rows * grid.cell <= 3_300_010
    wide = rasters.fitting_grid(0.0, 0.0, 60_000.0, 60_000.0)
    assert wide.cell == 100.0 and wide.rows * wide.columns <= 900_000


def test_no_value_over_the_sea_and_one_everywhere_on_land(made):
    _, _, _, group, fields = made
    assert set(fields) == set(ABOUT)
    for name, values in fields.items():
        assert (np.isnan(values) == (group == 0)).all(), name


def test_values_lie_within_the_bounds_of_the_pack(made):
    for name, values in made[4].items():
        low, high = float(ABOUT[name]["low"]), float(ABOUT[name]["high"])
        assert low <= np.nanmin(values) and np.nanmax(values) <= high and np.nanstd(values) > 0, name


def test_fields_fit_each_other(made):
    _, height, inland, group, fields = made
    land = group > 0
    assert np.allclose(fields["SAND"][land] + fields["SILT"][land] + fields["CLAY"][land], 100.0)
    slope = np.polyfit(height[land], fields["TEMPERATURE"][land], 1)[0]
    assert -0.0075 < slope < -0.0045  # 0.6 °C in 100 m
    assert (fields["EVAPOTRANSPIRATION"] <= fields["PRECIPITATION"])[land].all()
    assert np.corrcoef(fields["NDVI"][land], fields["VEGETATION_COVER"][land])[0, 1] > 0.95
    growth = {name: np.nanmean(fields["NPP"][group == at]) for at, name in enumerate(rasters.GROUPS) if at}
    assert growth["forest"] > growth["field"] > growth["built"] > growth["water"] == 0
    near, far = land & (inland < 500), land & (inland > 3000)
    assert fields["WIND"][near].mean() > fields["WIND"][far].mean() + 0.5


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(made):
    grid, height, inland, group, fields = made
    again = rasters.fields(grid, height, np.maximum(inland, 0.0), group, 7)
    other = rasters.fields(grid, height, np.maximum(inland, 0.0), group, 8)
    assert all(np.array_equal(fields[name], again[name], equal_nan=True) for name in fields)
    assert not np.array_equal(fields["SAND"], other["SAND"], equal_nan=True)


@pytest.mark.parametrize(
    ("sand", "silt", "clay", "code"),
    # corners and middles of the printed USDA triangle
    [
        (20, 10, 70, 1), (5, 45, 50, 2), (22, 28, 50, 3), (10, 56, 34, 4), (33, 34, 33, 5), (7, 87, 6, 6), (20, 65, 15, 7),
        (52, 6, 42, 8), (40, 40, 20, 9), (60, 13, 27, 10), (65, 25, 10, 11), (82, 12, 6, 12), (92, 5, 3, 13),
    ],
)  # fmt: skip
def test_texture_classes_are_those_of_the_triangle(sand, silt, clay, code):
    assert sand + silt + clay == 100
    assert rasters.texture_class(np.array([sand]), np.array([silt]), np.array([clay])).tolist() == [code]
