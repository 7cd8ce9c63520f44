"""Runs two algorithms from the unzipped zip in a fresh QGIS profile, with a Python that has no openpyxl and python-docx but the vendored ones."""

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
    own = [name for name in ("openpyxl", "docx") if _has(name, surroundings)]
    _parcels(folder / "parcels.geojson")
    points = {"OUTPUT_POINTS": "points.gpkg", "OUTPUT_LINES": "lines.gpkg", "OUTPUT_LIST": "list.xlsx"}
    _process("boundary_points", {"INPUT": "parcels.geojson", **points}, folder, surroundings)
    _process("registration_notices", {"UNITS": "parcels.geojson", "OUTPUT": "paper.docx"}, folder, surroundings, "LANGUAGE=en")
    if not any((plugins / "shanshui").rglob("*.qm")):
        raise RuntimeError("the unzipped plugin has no translation")
    sheets = _sheets(folder / "list.xlsx")
    if sheets < 2:
        raise RuntimeError(f"the workbook has {sheets} sheets for two parcels")
    with zipfile.ZipFile(folder / "paper.docx") as book:
        if b"2 registration units have been drawn" not in book.read("word/document.xml") or "word/media/image1.png" not in book.namelist():
            raise RuntimeError("the notice does not list the two parcels and show them")
    whose = f"this system's own {' and '.join(own)} (the vendored ones were NOT tried)" if own else "the vendored openpyxl and python-docx"
    return f"tried from the zip in a fresh profile by qgis_process: a workbook of {sheets} sheets and a notice with its map, written by {whose}"


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


def _has(name: str, surroundings: dict[str, str]) -> bool:
    python = str(Path(sys.executable).resolve())
    return subprocess.run([python, "-c", f"import {name}"], env=surroundings, capture_output=True, cwd="/", check=False).returncode == 0


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


def _process(algorithm: str, files: dict[str, str], folder: Path, surroundings: dict[str, str], *more: str) -> None:
    """Run an algorithm by qgis_process; files: names in the folder by parameter."""
    given = [*(f"{key}={folder / name}" for key, name in files.items()), *more]
    program = shutil.which("qgis_process.bin") or "qgis_process"  # Debian 12 starts the program with a word that 3.22 does not know
    command = [program, "run", f"shanshui:{algorithm}", "--", *given]
    heard = {"capture_output": True, "text": True, "encoding": "utf-8", "stdin": subprocess.DEVNULL}
    done = subprocess.run(command, env=surroundings, cwd=folder, timeout=300, check=False, **heard)
    if done.returncode:
        raise RuntimeError(f"qgis_process gave {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def _sheets(path: Path) -> int:
    with zipfile.ZipFile(path) as book:
        return len([name for name in book.namelist() if name.startswith("xl/worksheets/sheet")])
