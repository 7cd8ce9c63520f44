"""Runs one algorithm from the unzipped zip in a fresh QGIS profile, with a Python that has no openpyxl but the vendored one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

VENDORED = ("openpyxl", "et_xmlfile", "docx", "python_docx", "typing_extensions")
SQUARE = ((0, 0), (0, 100), (100, 100), (100, 0), (0, 0))


def run(zipped: Path, folder: Path) -> str:
    """What was tried, as a sentence; RuntimeError with the output when it failed."""
    shutil.rmtree(folder, ignore_errors=True)
    profile = folder / "profile" / "profiles" / "default"
    plugins = profile / "python" / "plugins"
    with zipfile.ZipFile(zipped) as book:
        book.extractall(plugins)
    (profile / "QGIS").mkdir()
    (profile / "QGIS" / "QGIS3.ini").write_text("[PythonPlugins]\nprocessing=true\nshanshui=true\n", encoding="utf-8")
    surroundings = _surroundings(folder)
    own = _has_openpyxl(surroundings)
    _parcels(folder / "parcels.geojson")
    _boundary_points(folder, surroundings)
    if not any((plugins / "shanshui").rglob("*.qm")):
        raise RuntimeError("the unzipped plugin has no translation")
    sheets = _sheets(folder / "list.xlsx")
    if sheets < 2:
        raise RuntimeError(f"the workbook has {sheets} sheets for two parcels")
    whose = "this system's own openpyxl (the vendored one was NOT tried)" if own else "the vendored openpyxl"
    return f"tried from the zip in a fresh profile: shanshui:boundary_points by qgis_process, a workbook of {sheets} sheets written by {whose}"


def _surroundings(folder: Path) -> dict[str, str]:
    """The environment of a user who has QGIS, shapely and pandas, and nothing of this checkout."""
    ground = folder / "packages"
    ground.mkdir()
    for one in Path(sysconfig.get_path("purelib")).iterdir():
        if not one.name.lower().startswith(VENDORED) and one.suffix != ".pth":
            (ground / one.name).symlink_to(one)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("QGIS_", "PYTHON", "VIRTUAL_ENV", "SHANSHUI_"))}
    python = {"PYTHONPATH": str(ground), "PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "QGIS_CUSTOM_CONFIG_PATH": str(folder / "profile")}
    return {**kept, **python, **home, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}


def _has_openpyxl(surroundings: dict[str, str]) -> bool:
    python = str(Path(sys.executable).resolve())
    return subprocess.run([python, "-c", "import openpyxl"], env=surroundings, capture_output=True, cwd="/", check=False).returncode == 0


def _parcels(path: Path) -> None:
    """Two squares of a hectare that share an edge."""
    features = [
        {
            "type": "Feature",
            "properties": {"BSM": name, "MC": name},
            "geometry": {"type": "Polygon", "coordinates": [[[40_400_000 + east + x, 3_300_000 + y] for x, y in SQUARE]]},
        }
        for name, east in (("A", 0), ("B", 100))
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4528"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8")


def _boundary_points(folder: Path, surroundings: dict[str, str]) -> None:
    outputs = {"OUTPUT_POINTS": "points.gpkg", "OUTPUT_LINES": "lines.gpkg", "OUTPUT_LIST": "list.xlsx"}
    given = [f"INPUT={folder / 'parcels.geojson'}", *(f"{key}={folder / name}" for key, name in outputs.items())]
    program = shutil.which("qgis_process.bin") or "qgis_process"  # Debian 12 starts the program with a word that 3.22 does not know
    command = [program, "run", "shanshui:boundary_points", "--", *given]
    heard = {"capture_output": True, "text": True, "encoding": "utf-8", "stdin": subprocess.DEVNULL}
    done = subprocess.run(command, env=surroundings, cwd=folder, timeout=300, check=False, **heard)
    if done.returncode:
        raise RuntimeError(f"qgis_process gave {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def _sheets(path: Path) -> int:
    with zipfile.ZipFile(path) as book:
        return len([name for name in book.namelist() if name.startswith("xl/worksheets/sheet")])
