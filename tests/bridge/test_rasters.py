"""Grids are written as GeoTIFFs that another reader understands, and an old file survives a failure."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("qgis.core")
from osgeo import gdal

from shanshui.plugin.bridge import rasters
from shanshui.plugin.core.errors import OutputError
from shanshui.plugin.core.sample.rasters import Grid

GRID = Grid(40_500_000.0, 3_304_000.0, 30.0, 70, 300)


def values():
    field = np.arange(GRID.rows * GRID.columns, dtype=float).reshape(GRID.rows, GRID.columns) / 7.0
    field[:5, :9] = np.nan
    return field


def test_a_grid_is_a_tiled_geotiff_with_all_that_a_map_needs(tmp_path):
    folder = tmp_path / "栅格 数据"
    folder.mkdir()
    file = rasters.write_grid(folder / "DEM.tif", GRID, values(), "EPSG:4528", "数字高程 / Elevation", "m")
    made = gdal.Open(str(file))
    band = made.GetRasterBand(1)
    assert made.GetGeoTransform() == (40_500_000.0, 30.0, 0.0, 3_304_000.0, 0.0, -30.0)
    assert made.GetSpatialRef().GetAuthorityCode(None) == "4528"
    assert (band.GetDescription(), band.GetUnitType()) == ("数字高程 / Elevation", "m")
    assert (band.GetNoDataValue(), band.GetBlockSize()) == (-9999.0, [256, 256])
    assert made.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE") == "DEFLATE"
    read = band.ReadAsArray()
    assert (read[:5, :9] == -9999).all() and np.allclose(read[5:], values()[5:])
    statistics = band.GetStatistics(False, False)
    assert statistics == pytest.approx([np.nanmin(values()), np.nanmax(values()), np.nanmean(values()), np.nanstd(values())], rel=1e-6)
    assert [one.name for one in folder.iterdir()] == ["DEM.tif"]


def test_qgis_reads_it(tmp_path):
    from qgis.core import QgsRasterLayer

    about = {"A": {"title_zh": "甲", "title_en": "A", "unit": "mm"}}
    rasters.write_grids(tmp_path / "new", GRID, {"A": values(), "B": values() * 2}, about, "EPSG:4528")
    layer = QgsRasterLayer(str(tmp_path / "new" / "B.tif"), "B")
    assert layer.isValid() and layer.crs().authid() == "EPSG:4528" and (layer.width(), layer.height()) == (300, 70)
    assert layer.dataProvider().sourceNoDataValue(1) == -9999.0


def test_an_old_file_survives_a_failure(tmp_path):
    file = rasters.write_grid(tmp_path / "A.tif", GRID, values(), "EPSG:4528")
    before = file.read_bytes()
    with pytest.raises(ValueError):
        rasters.write_grid(file, GRID, values()[:, :-1].T, "EPSG:4528")
    assert file.read_bytes() == before
    with pytest.raises(OutputError, match=r"output\.no_folder"):
        rasters.write_grid(tmp_path / "none" / "A.tif", GRID, values(), "EPSG:4528")
