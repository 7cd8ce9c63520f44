"""Repairs through Processing: a preview leaves what is there, results have their places, the model tells what was fixed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsVectorLayer

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "repair_layer" / "strip" / "in_ground.geojson"


@pytest.fixture
def run(provider):
    def start(name="repair_layer", **given):
        import processing

        feedback = QgsProcessingFeedback(False)
        found = processing.run(f"shanshui:{name}", given, context=QgsProcessingContext(), feedback=feedback)
        return found, feedback.textLog()

    return start


def rows(path, *names):
    layer = QgsVectorLayer(str(path), "found", "ogr")
    assert layer.isValid(), path
    return sorted(tuple(one[name] for name in names) for one in layer.getFeatures())


def test_a_preview_shows_changes_and_leaves_what_is_there(run, tmp_path):
    there, changes = tmp_path / "repaired.gpkg", tmp_path / "changes.gpkg"
    there.write_bytes(b"what was there")
    found, log = run(INPUT=str(GOLDEN), PREVIEW=True, OUTPUT=str(there), CHANGES=str(changes))
    assert there.read_bytes() == b"what was there" and "OUTPUT" not in found and "OUTPUT" in log
    told = rows(changes, "FEATURE", "SIDE", "CHANGE")
    assert ("2", "before", 12.0) in told and ("2", "after", 12.0) in told and ("5", "after", -10.0) in told and len(told) == 10
    assert (found["CHANGED"], found["MERGED"], found["LEFT"]) == (5, 1, 1) and found["AREA_CHANGE"] == 0.0


def test_without_a_preview_the_layer_is_written_and_a_second_run_changes_nothing(run, tmp_path):
    first, second = tmp_path / "first.gpkg", tmp_path / "second.gpkg"
    run(INPUT=str(GOLDEN), OUTPUT=str(first), CHANGES="memory:")
    found, _ = run(INPUT=str(first), OUTPUT=str(second), CHANGES="memory:")
    assert found["CHANGED"] == 0 and found["LEFT"] == 1

    def shapes(path):
        return [(one["BSM"], one["TBMJ"], bytes(one.geometry().asWkb())) for one in QgsVectorLayer(str(path), "x", "ogr").getFeatures()]

    assert shapes(first) == shapes(second) and len(shapes(first)) == 7


def test_rules_are_picked_and_strange_words_refused(run, tmp_path):
    found, log = run(INPUT=str(GOLDEN), RULES="SX0405", OUTPUT="memory:", CHANGES="memory:")
    assert (found["CHANGED"], found["MERGED"]) == (2, 1) and "5" in log
    with pytest.raises(QgsProcessingException, match="nonsense"):
        run(INPUT=str(GOLDEN), RULES="nonsense", OUTPUT="memory:", CHANGES="memory:")


def test_the_model_knows_findings_again_whatever_files_are_called(run, tmp_path):
    given = tmp_path / "田块.geojson"
    shutil.copy(GOLDEN, given)
    names = ("before:FINDINGS_BEFORE", "repair:REPAIRED", "repair:CHANGES", "after:FINDINGS")
    files = {one: str(tmp_path / f"{one.partition(':')[2]}.gpkg") for one in names} | {"after:REPORT": str(tmp_path / "report.html")}
    found, _ = run("check_and_repair", INPUT=str(given), RULES="vector", REPAIRS="", TOLERANCE=0.001, **files)
    assert {one for one, _ in rows(found["after:FINDINGS"], "LAYER", "CODE")} == {"田块"}
    assert rows(found["after:FINDINGS"], "CODE", "FEATURE", "STATE") == [("SX0305", "6", "open"), ("SX0307", "4", "fixed")]
    assert "田块" in (tmp_path / "report.html").read_text(encoding="utf-8")
