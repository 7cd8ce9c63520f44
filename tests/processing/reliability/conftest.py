"""A county of a few squares in files, its numbers easy to add up, and Processing with the plugin's algorithms in it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

EAST, NORTH = 40_500_000.0, 3_300_000.0
# layer → fields, then rows of (x0, y0, x1, y1, value …) in metres from EAST, NORTH
SQUARES = {
    "XZQ": (("XZQDM",), (0, 0, 1000, 1000, "999901")),
    "国家公园": (("MC",), (0, 0, 400, 400, "青岚国家公园")),
    "自然保护区": (("MC",), (300, 0, 700, 400, "东溪自然保护区")),
    "SYQ": (("QSXZ", "QSDWDM", "QSDWMC"), (0, 0, 350, 400, "10", "999901", "国有林场"), (350, 0, 700, 400, "30", "9999010010001", "东溪村")),
    "DLTB": (
        ("BSM", "DLBM", "ZLDWDM"),
        (0, 0, 200, 400, "B1", "0301", "9999010010001"),
        (200, 0, 500, 400, "B2", "1106", "9999010010001"),
        (500, 0, 700, 400, "B3", "0101", "9999010010002"),
    ),
}


@pytest.fixture(scope="session")
def county(tmp_path_factory) -> dict[str, Path]:
    """Layer name → GeoPackage with that layer, EPSG:4528."""
    from osgeo import gdal, ogr, osr

    ogr.UseExceptions()
    gdal.UseExceptions()
    place = osr.SpatialReference()
    place.ImportFromEPSG(4528)
    place.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    folder, made = tmp_path_factory.mktemp("county"), {}
    for name, (fields, *rows) in SQUARES.items():
        made[name] = folder / f"{name}.gpkg"
        source = ogr.GetDriverByName("GPKG").CreateDataSource(str(made[name]))
        layer = source.CreateLayer(name, place, ogr.wkbPolygon)
        for field in fields:
            layer.CreateField(ogr.FieldDefn(field, ogr.OFTString))
        for x0, y0, x1, y1, *values in rows:
            feature = ogr.Feature(layer.GetLayerDefn())
            west, east, south, north = EAST + x0, EAST + x1, NORTH + y0, NORTH + y1
            feature.SetGeometry(
                ogr.CreateGeometryFromWkt(f"POLYGON(({west} {south},{west} {north},{east} {north},{east} {south},{west} {south}))")
            )
            for field, value in zip(fields, values):
                feature.SetField(field, value)
            layer.CreateFeature(feature)
        del layer, source
    return made


@pytest.fixture(scope="session")
def provider(qgis_app):
    """The plugin's algorithms in QGIS's registry, and `processing` ready to run them."""
    from qgis.core import QgsApplication

    from shanshui.processing_algorithms.provider import ShanshuiProvider

    plugins = str(Path(QgsApplication.pkgDataPath()) / "python" / "plugins")
    if plugins not in sys.path:
        sys.path.insert(0, plugins)
    from processing.core.Processing import Processing

    Processing.initialize()
    registry = QgsApplication.processingRegistry()
    known = registry.providerById("shanshui")
    made = known or ShanshuiProvider()
    if known is None:
        assert registry.addProvider(made)
    yield made
    if known is None:
        registry.removeProvider(made)
