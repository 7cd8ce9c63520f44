"""A county of a few squares in files, its numbers easy to add up; qgis_process in a profile of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Debian's script around the program hands it options of the desktop, which the one of 3.22 refuses
PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")

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


@pytest.fixture(scope="module")
def profile(tmp_path_factory) -> Path:
    """A QGIS profile with nothing in it but Processing and a link to this checkout."""
    home = tmp_path_factory.mktemp("qgis_process")
    default = home / "profiles" / "default"
    plugins = default / "python" / "plugins"
    plugins.mkdir(parents=True)
    (default / "QGIS").mkdir()
    (plugins / "shanshui").symlink_to(ROOT, target_is_directory=True)
    written = "[PythonPlugins]\nprocessing=true\nshanshui=true\n\n[locale]\noverrideFlag=true\nuserLocale=en\n"
    (default / "QGIS" / "QGIS3.ini").write_text(written, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def process(profile):
    """Run qgis_process; (exit code, what it printed)."""
    if PROGRAM is None:
        pytest.skip("no qgis_process on this machine (Debian's python3-qgis brings none; package qgis does)")

    def run(*words: str) -> tuple[int, str]:
        # the program starts the system's Python, which need not see the packages of the tests' .venv, nor keep their GEOS apart from QGIS's
        packages = os.pathsep.join([str(ROOT / ".ci" / "site"), sysconfig.get_paths()["purelib"]])
        environment = {**os.environ, "QGIS_CUSTOM_CONFIG_PATH": str(profile), "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": packages}
        done = subprocess.run([PROGRAM, *words], env=environment, capture_output=True, encoding="utf-8", errors="replace", timeout=240, check=False)
        return done.returncode, done.stdout + done.stderr

    return run
