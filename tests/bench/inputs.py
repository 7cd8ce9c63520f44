"""What the benchmark runs on: the sample county at a given size, and patches polygonised from a real land-cover raster.

`inputs.py county PATCHES FOLDER` and `inputs.py raster FILE OUT` make one each in a process of its own.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from contender import checkout

LAND = "DLTB"
OWNERSHIP = ("SYQ", "QS")
REDLINE = ("STBHHX", "STBHHX_GH", "REDLINE")
_BLOCK = 16  # cells of the raster along a side of the blocks that its zones are made of


def layers(path: Path) -> dict[str, int]:
    """The layers of a GeoPackage with their numbers of rows."""
    with closing(sqlite3.connect(path)) as link:
        names = [name for (name,) in link.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'")]
        return {name: link.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def first_of(names: tuple[str, ...], path: Path) -> str | None:
    """The first of `names` that the file has as a layer."""
    there = layers(path)
    return next((name for name in names if name in there), None)


def county(patches: int, folder: Path) -> None:
    """The sample county of about so many patches in a folder, by the plugin's own algorithm."""
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback

    application = QgsApplication([], False)
    application.initQgis()
    checkout()
    from shanshui.processing_algorithms.provider import ShanshuiProvider

    provider = ShanshuiProvider()  # held here: its algorithms are Python's
    QgsApplication.processingRegistry().addProvider(provider)
    algorithm = QgsApplication.processingRegistry().algorithmById("shanshui:sample_county").create()
    feedback = QgsProcessingFeedback(False)
    _, done = algorithm.run({"PATCHES": patches, "OUTPUT": str(folder)}, QgsProcessingContext(), feedback)
    assert done, feedback.textLog()


def raster(source: Path, out: Path) -> None:
    """PATCHES, the raster polygonised cell by cell, and ZONES, the same in blocks of the commonest value."""
    from osgeo import gdal, ogr

    gdal.UseExceptions()
    ogr.UseExceptions()
    cells = gdal.Open(str(source))
    step = cells.GetGeoTransform()
    blocks = gdal.Warp("", cells, format="MEM", resampleAlg="mode", xRes=step[1] * _BLOCK, yRes=abs(step[5]) * _BLOCK)
    made = ogr.GetDriverByName("GPKG").CreateDataSource(str(out))
    for name, field, image in (("PATCHES", "CLASS", cells), ("ZONES", "ZONE", blocks)):
        layer = made.CreateLayer(name, cells.GetSpatialRef(), ogr.wkbPolygon)
        layer.CreateField(ogr.FieldDefn(field, ogr.OFTInteger))
        band = image.GetRasterBand(1)
        layer.StartTransaction()
        gdal.Polygonize(band, band.GetMaskBand(), layer, 0)
        layer.CommitTransaction()
    del layer, made


if __name__ == "__main__":
    kind, given, target = sys.argv[1:]
    if kind == "county":
        county(int(given), Path(target))
    else:
        raster(Path(given), Path(target))
    sys.stdout.flush()
    import os

    os._exit(0)
