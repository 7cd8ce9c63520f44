"""Trace lineage as it is run: files, log in both languages, retired codes that Assign codes takes up, and the picture of the result."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from qgis.core import NULL, QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsProject, QgsVectorLayer

from shanshui.plugin.bridge import speech

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "trace_lineage" / "one_of_each"
OLD, NEW = (str(GOLDEN / f"in_{name}.geojson") for name in ("DLTB", "DLTB_T1"))


@pytest.fixture
def run(provider, tmp_path, monkeypatch):
    import processing

    monkeypatch.setattr(speech, "ui_language", lambda: "en")

    def go(**parameters: object):
        given = {"OLD": OLD, "NEW": NEW, "KEY_FIELD": "BSM", **{one: str(tmp_path / f"{one}.gpkg") for one in ("OUTPUT", "RETIRED", "FINDINGS")}}
        feedback = QgsProcessingFeedback(False)
        found = processing.run("shanshui:trace_lineage", {**given, **parameters}, context=QgsProcessingContext(), feedback=feedback)
        return found, feedback.textLog()

    return go


def rows(path: str) -> list[dict]:
    layer = QgsVectorLayer(path, "result", "ogr")
    assert layer.isValid()
    return [{name: None if one[name] == NULL else one[name] for name in layer.fields().names()} for one in layer.getFeatures()]


def test_the_log_counts_and_names(run):
    found, log = run()
    assert (found["CHANGED"], found["SLIVERS"]) == (10, 1)
    for told in ("1 unchanged", "2 split", "2 merged", "1 gone", "0.2", "999901DL0100000002 → 999901DL0100000001", "cgcs2000_series", "4 codes"):
        assert told in log, told
    listed = rows(found["OUTPUT"])
    assert len(listed) == 12 and {one["CHANGE"] for one in listed} == {"unchanged", "attribute", "split", "merge", "boundary", "new", "gone", "noise"}


def test_without_tolerance_the_sliver_is_a_moved_boundary(run):
    found, log = run(TOLERANCE=0)
    assert found["SLIVERS"] == 0 and "sliver" not in log
    assert sum(one["CHANGE"] == "boundary" for one in rows(found["OUTPUT"])) == 6


def test_retired_codes_are_taken_up_by_assign_codes(run, tmp_path):
    import processing

    found, _ = run()
    path = str(tmp_path / "numbered.gpkg")
    processing.run("shanshui:assign_codes", {"INPUT": NEW, "RULE": "bsm", "KEEP": False, "RETIRED_CODES": found["RETIRED"], "OUTPUT": path,
                                             "RETIRED": str(tmp_path / "later.gpkg")}, feedback=QgsProcessingFeedback(False))  # fmt: skip
    retired = {one["CODE"] for one in rows(found["RETIRED"])}
    assert retired == {f"999901DL01{at:08d}" for at in (2, 4, 5, 8)}
    assert not retired & {one["BSM"] for one in rows(path)}
    checked = processing.run("shanshui:check_codes", {"INPUT": OLD, "FIELD": "BSM", "RULE": "bsm", "RETIRED_CODES": found["RETIRED"],
                                                      "FINDINGS": str(tmp_path / "f.gpkg")}, feedback=QgsProcessingFeedback(False))  # fmt: skip
    assert checked["FAULTY"] == 4
    again, _ = run(OLD=NEW, NEW=OLD, RETIRED_CODES=found["RETIRED"], RETIRED=str(tmp_path / "back.gpkg"))
    assert {one["FEATURE"] for one in rows(again["FINDINGS"]) if one["CODE"] == "codes.retired"} == retired


def test_only_some_fields_are_compared(run):
    found, _ = run(FIELDS=["BSM"])
    fields = {one["NEW_KEY"]: one["FIELDS"] for one in rows(found["OUTPUT"]) if one["CHANGE"] == "attribute"}
    assert fields == {"999901DL0100000012": "BSM"}


def test_a_key_that_the_later_year_lacks_is_said(run, tmp_path):
    other = QgsVectorLayer("Polygon?crs=EPSG:4528&field=NO:string", "DLTB_T1", "memory")
    other.dataProvider().addFeatures(list(QgsVectorLayer(NEW, "x", "ogr").getFeatures()))
    QgsProject.instance().addMapLayer(other)
    try:
        with pytest.raises(QgsProcessingException) as caught:
            run(NEW=other)
        assert "BSM" in str(caught.value) and not list(tmp_path.iterdir())
    finally:
        QgsProject.instance().removeMapLayer(other)
