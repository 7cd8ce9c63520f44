"""Standard sheet grid as it is run: scales by word and by index, too many sheets, files."""

from __future__ import annotations

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsVectorLayer


@pytest.fixture
def run(provider, tmp_path):
    import processing

    def go(extent: str, **parameters: object):
        given = {"EXTENT": extent, "OUTPUT": str(tmp_path / "sheets.gpkg"), **parameters}
        feedback = QgsProcessingFeedback(False)
        found = processing.run("shanshui:sheet_grid", given, context=QgsProcessingContext(), feedback=feedback)
        return found, QgsVectorLayer(found["OUTPUT"], "sheets", "ogr"), feedback.textLog()

    return go


def test_a_scale_is_its_denominator_or_its_index(run):
    """500 is a scale and no index; 10 is the index of 1:500; 10000 is the default."""
    place = "114.001,114.0011,36.001,36.0011 [EPSG:4490]"
    numbers = {}
    for scale in ("10000", 10000, 6, None, "500", 500, 10, "10", 0, "1000000"):
        _, layer, _ = run(place, **({} if scale is None else {"SCALE": scale}))
        numbers[scale] = [one["TFH"] for one in layer.getFeatures()]
    assert numbers["10000"] == numbers[10000] == numbers[6] == numbers[None] == ["J50G096001"]
    assert numbers["500"] == numbers[500] == numbers[10] == numbers["10"] == ["J50K23040001"]
    assert numbers[0] == numbers["1000000"] == ["J50"]


def test_sheets_are_in_degrees_and_counted(run):
    found, layer, log = run("119.0,121.0,29.9,30.2 [EPSG:4490]", SCALE="50000")
    assert layer.crs().authid() == "EPSG:4490" and found["SHEETS"] == layer.featureCount() == 8 * 3
    assert found["AREA"] == pytest.approx(sum(one["LLMJ"] for one in layer.getFeatures()), abs=0.001)
    assert ("24 sheets 1:50000 (H50E011021 to H51E013004)" in log) or ("1∶50000 图幅 24 幅（H50E011021 至 H51E013004）" in log)


def test_too_many_sheets_are_refused_before_any_is_made(run, tmp_path):
    with pytest.raises(QgsProcessingException, match="857088"):
        run("73,135,18,54 [EPSG:4490]")
    assert not (tmp_path / "sheets.gpkg").exists()
    found, _, _ = run("114,115,36,37 [EPSG:4490]", LIMIT=384)
    assert found["SHEETS"] == 16 * 24


def test_an_extent_on_an_old_datum_is_refused(run):
    with pytest.raises(QgsProcessingException):
        run("40500000,40501000,3300000,3301000 [EPSG:2364]")
