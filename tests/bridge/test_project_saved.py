"""A project whose old file is open elsewhere (Windows): said in a sentence, the new one kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core")
from qgis.core import QgsCoordinateReferenceSystem

from shanshui.plugin.bridge import project
from shanshui.plugin.core.errors import OutputError


def test_a_project_that_is_held_stays_and_the_new_one_lies_beside_it(qgis_app: Any, tmp_path: Path, monkeypatch: Any) -> None:
    made, path = project.new_project(QgsCoordinateReferenceSystem("EPSG:4528"), "青岚县"), tmp_path / "项目.qgz"
    project.save_project(made, path)
    old = path.read_bytes()

    def held(source: Any, goal: Any) -> None:
        raise PermissionError(13, "Permission denied", str(goal))

    monkeypatch.setattr(os, "replace", held)
    with pytest.raises(OutputError) as refused:
        project.save_project(made, path)
    assert refused.value.code == "output.in_use" and refused.value.facts["kept"] == str(tmp_path / "项目.new.qgz")
    assert path.read_bytes() == old and (tmp_path / "项目.new.qgz").stat().st_size > 0
