"""Grids become GeoTIFFs: tiled, compressed, with description, unit and statistics, staged beside the target and read back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from osgeo import gdal, osr

from ..core.errors import OutputError
from ..core.progress import SILENT, Progress
from . import sinks

if TYPE_CHECKING:
    from ..core.sample.rasters import Grid

__all__ = ["NODATA", "write_grid", "write_grids"]

NODATA = -9999.0
_OPTIONS = ["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "COMPRESS=DEFLATE", "PREDICTOR=3", "ZLEVEL=1", "NUM_THREADS=2", "BIGTIFF=IF_SAFER"]


def write_grids(
    folder: Path, grid: Grid, fields: Mapping[str, Any], about: Mapping[str, Mapping[str, str]], crs: str, progress: Progress = SILENT
) -> list[Path]:
    """Write each field as <name>.tif into `folder` (made if absent) and return the files.

    about: name → a row with title_zh, title_en and unit (rule `rasters` of the pack). OutputError as `write_grid`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for at, (name, values) in enumerate(fields.items()):
        progress.at(at / len(fields))
        row = about.get(name, {})
        title = " / ".join(word for word in (row.get("title_zh"), row.get("title_en")) if word)
        made.append(write_grid(folder / f"{name}.tif", grid, values, crs, title or name, row.get("unit", "")))
    progress.at(1.0)
    return made


def write_grid(target: Path, grid: Grid, values: Any, crs: str, description: str = "", unit: str = "") -> Path:
    """Write one field (rows, columns; NaN = no value) as a one-band Float32 GeoTIFF, staged and then swapped in.

    OutputError `output.not_written` when what is read back is not what was given; `output.no_folder`, `output.in_use` as the sinks.
    """
    held = np.asarray(values, dtype=np.float32)
    held = np.where(np.isfinite(held), held, np.float32(NODATA))
    with sinks.staged(target) as stage:
        file = stage / target.name
        _create(file, grid, held, crs, description, unit)
        made = gdal.Open(str(file))
        if made is None or not np.array_equal(made.GetRasterBand(1).ReadAsArray(), held):
            raise OutputError("output.not_written", path=str(target), reason="read back differently")
        made = None
        sinks.swap(stage, target)
    return target


def _create(file: Path, grid: Grid, held: Any, crs: str, description: str, unit: str) -> None:
    plane = osr.SpatialReference()
    plane.SetFromUserInput(crs)
    made = gdal.GetDriverByName("GTiff").Create(str(file), grid.columns, grid.rows, 1, gdal.GDT_Float32, _OPTIONS)
    if made is None:
        raise OutputError("output.not_written", path=str(file), reason=gdal.GetLastErrorMsg())
    made.SetProjection(plane.ExportToWkt())
    made.SetGeoTransform((grid.x, grid.cell, 0.0, grid.y, 0.0, -grid.cell))
    band = made.GetRasterBand(1)
    band.SetNoDataValue(NODATA)
    band.SetDescription(description)
    band.SetUnitType(unit)
    valid = held[held != np.float32(NODATA)].astype(float)
    if len(valid):
        band.SetStatistics(float(valid.min()), float(valid.max()), float(valid.mean()), float(valid.std()))
    band.WriteArray(held)
    band.FlushCache()
    made.FlushCache()
