"""A shapely with a GEOS of its own stands apart from QGIS's, or is refused in a sentence: never a crash."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")
import shapely

from shanshui.plugin.bridge import libraries, speech, wheels

ROOT = Path(__file__).resolve().parents[2]
# Debian 12 starts the program with a word that 3.22 does not know
PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")


def test_loading_leaves_the_flags_of_python_as_they_were():
    before = sys.getdlopenflags() if hasattr(sys, "getdlopenflags") else None
    assert wheels.load("pyproj").Geod and wheels.load("json").dumps
    assert before is None or sys.getdlopenflags() == before


@pytest.mark.skipif(not hasattr(os, "RTLD_DEEPBIND"), reason="only on Linux is a wheel mixed with what the program is linked to")
@pytest.mark.parametrize("program", ["3.9.0", ".".join(map(str, shapely.geos_version)), ""])
def test_a_shapely_that_others_loaded_is_held_against_the_geos_of_the_program(monkeypatch, program):
    monkeypatch.setattr(wheels, "_geos_of_the_program", lambda: program)
    monkeypatch.setattr(shapely, wheels.APART, False, raising=False)
    found = libraries.obstacle()
    if program != "3.9.0":
        assert found is None
        return
    code, facts = found
    assert code == "library.other_geos" and facts["qgis"] == "3.9.0"
    for language, word in (("zh", "重新编译"), ("en", "--no-binary")):
        said = speech.sentence(code, facts, language, with_next=True)
        assert "3.9.0" in said and word in said and "{" not in said
    monkeypatch.setattr(shapely, wheels.APART, True, raising=False)
    assert libraries.obstacle() is None


@pytest.mark.skipif(PROGRAM is None, reason="no qgis_process on this machine")
def test_qgis_process_with_plain_wheels_runs_or_says_why_not(tmp_path):
    """QGIS from 3.40 on has imported shapely before any plugin can; 3.22 has not."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for one in Path(sysconfig.get_path("purelib")).iterdir():
        if one.name != "sitecustomize.py":
            (packages / one.name).symlink_to(one)
    default = tmp_path / "profiles" / "default"
    (default / "python" / "plugins").mkdir(parents=True)
    (default / "QGIS").mkdir()
    (default / "python" / "plugins" / "shanshui").symlink_to(ROOT, target_is_directory=True)
    (default / "QGIS" / "QGIS3.ini").write_text("[PythonPlugins]\nprocessing=true\nshanshui=true\n", encoding="utf-8")
    square = '{"type": "Polygon", "coordinates": [[[120, 30], [120.001, 30], [120.001, 30.001], [120, 30.001], [120, 30]]]}'
    (tmp_path / "one.geojson").write_text(square, encoding="utf-8")
    surroundings = {**os.environ, "PYTHONPATH": str(packages), "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    words = [PROGRAM, "run", "shanshui:measure_areas", f"--INPUT={tmp_path / 'one.geojson'}", f"--OUTPUT={tmp_path / 'out.gpkg'}"]
    done = subprocess.run(words, env=surroundings, capture_output=True, encoding="utf-8", errors="replace", timeout=240, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0 or (done.returncode == 1 and "GEOS" in said and "unforeseen" not in said), said
    assert (tmp_path / "out.gpkg").exists() == (done.returncode == 0)
