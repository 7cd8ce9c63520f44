"""The findings panel in a window: what it lists, where it goes, what it decides, and what others do to its layer meanwhile."""

from __future__ import annotations

import sqlite3
import time
import types
from contextlib import closing

import pytest

pytest.importorskip("qgis.gui")
from qgis.core import NULL, QgsFeature, QgsGeometry, QgsProject, QgsRectangle, QgsVectorFileWriter, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QItemSelectionModel, Qt
from qgis.PyQt.QtWidgets import QDockWidget

from shanshui.plugin.bridge import rule_titles
from shanshui.plugin.core.checks import states
from shanshui.ui.findings import dock as dock_module
from shanshui.ui.findings import door, place

FIELDS = "&".join(f"field={name}:{'double' if name in ('AREA', 'X', 'Y') else 'string'}" for name in (*states.COLUMNS, "MESSAGE_ZH", "MESSAGE_EN"))


def layer_of(count: int, name: str = "Findings") -> QgsVectorLayer:
    """A layer of findings: every fourth a warning, every tenth fixed, squares of 1 m ten metres apart, the last without a place."""
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:4528&{FIELDS}", name, "memory")
    features = []
    for at in range(count):
        feature = QgsFeature(layer.fields())
        values = {
            "CODE": f"SX04{at % 4:02}", "SEVERITY": "error" if at % 4 else "warning", "LAYER": "DLTB", "FEATURE": f"p{at}", "GROUP": "topology",
            "STATE": "open" if at % 10 else "fixed", "WORDS": "check.x", "FIRST_SEEN": "2024-05-06", "FINGERPRINT": f"{at:016x}",
            "MESSAGE_ZH": f"图斑 p{at} 重叠", "MESSAGE_EN": f"Patch p{at} overlaps",
        }  # fmt: skip
        for field, value in values.items():
            feature[field] = value
        if at < count - 1:
            x = 40_420_000 + 10 * at
            feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(x, 3_300_000, x + 1, 3_300_001)))
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    return layer


@pytest.fixture
def panel(qgis_iface, monkeypatch):
    """The dock in the window, shown, and what it says."""
    said = []
    monkeypatch.setattr(qgis_iface, "messageBar", lambda: types.SimpleNamespace(pushMessage=lambda *given: said.append(given[1])), raising=False)
    monkeypatch.setattr(dock_module, "ui_language", lambda: "en")
    show, take_away = door.put_up(qgis_iface)
    dock = qgis_iface.mainWindow().findChild(QDockWidget, "ShanshuiFindings")
    monkeypatch.setattr(dock, "isVisible", lambda: True)
    show()
    yield types.SimpleNamespace(dock=dock, said=said, view=dock.panel, model=dock.model, iface=qgis_iface)
    take_away()
    QgsProject.instance().removeAllMapLayers()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def findings(panel):
    layer = layer_of(40)
    QgsProject.instance().addMapLayer(layer)
    return layer


def choose(panel, *rows: int) -> None:
    flags = QItemSelectionModel.SelectionFlag
    panel.view.table.clearSelection()
    for at in rows:
        panel.view.table.selectionModel().select(panel.model.index(at, 0), flags.Select | flags.Rows)


def settled(panel) -> None:
    panel.dock.followed.tell()


def pick(box, key: str) -> None:
    at = box.findData(key)
    assert at >= 0
    box.setCurrentIndex(at)


def test_a_layer_of_findings_is_listed_as_it_comes_and_goes(panel):
    assert panel.view.layers.count() == 0 and "No layer" in panel.view.count.text()
    other = QgsVectorLayer("Polygon?crs=EPSG:4528&field=CODE:string", "Other", "memory")
    layer = layer_of(5)
    QgsProject.instance().addMapLayers([other, layer])
    assert [panel.view.layers.itemText(at) for at in range(panel.view.layers.count())] == ["Findings"]
    assert len(panel.model.rows) == 5 and panel.view.count.text().startswith("5 of 5")
    QgsProject.instance().removeMapLayer(layer)
    assert panel.view.layers.count() == 0 and panel.model.rows == [] and panel.dock.followed.layer is None


def test_cells_speak_words(panel, findings):
    role = Qt.ItemDataRole.DisplayRole
    told = [panel.model.data(panel.model.index(4, at), role) for at in range(panel.model.columnCount())]
    assert told == ["Warning", "Open", "SX0400", "Patch p4 overlaps", "", "DLTB", "p4", "", "2024-05-06"]
    assert panel.model.headerData(0, Qt.Orientation.Horizontal, role) == "Severity"


def test_filters_and_order(panel, findings):
    pick(panel.view.severity, "warning")
    assert len(panel.model.rows) == 10
    pick(panel.view.state, "open")
    assert len(panel.model.rows) == 8  # 0 and 20 are fixed
    panel.view.text.setText("P3")
    panel.view.text.returnPressed.emit()
    assert [row.feature for row in panel.model.rows] == ["p32", "p36"]
    panel.view.table.sortByColumn(6, Qt.SortOrder.DescendingOrder)
    assert [row.feature for row in panel.model.rows] == ["p36", "p32"]
    panel.view.text.clear()
    pick(panel.view.severity, "")
    pick(panel.view.rule, "code:SX0403")
    assert {row.code for row in panel.model.rows} == {"SX0403"}
    assert "(40)" in panel.view.rule.itemText(1)  # the group with all its findings


def test_many_rows_are_one_named_step_that_can_be_undone(panel, findings):
    choose(panel, 1, 2, 3, 10)
    panel.view.reason.setText("Known to the office")
    panel.view.excuse.click()
    assert findings.undoStack().count() == 1 and findings.undoStack().text(0) == "Findings as exceptions"
    excused = [one["FEATURE"] for one in findings.getFeatures() if one["STATE"] == "exception" and one["REASON"] == "Known to the office"]
    assert excused == ["p1", "p2", "p3"] and any("1" in text for text in panel.said)  # p10 is fixed and stays
    assert [panel.model.rows[at].state for at in (1, 2, 3, 10)] == ["exception"] * 3 + ["fixed"]
    assert [row.feature for row in panel.dock.selected()] == ["p1", "p2", "p3", "p10"]
    panel.view.undo.click()
    assert {one["STATE"] for one in findings.getFeatures()} == {"open", "fixed"} and not findings.isModified()
    assert panel.model.rows[1].state == "open" and not panel.view.undo.isEnabled()


def test_open_again_clears_the_reason_and_saving_writes(panel, findings):
    choose(panel, 1, 2)
    panel.view.reason.setText("Known")
    panel.view.excuse.click()
    choose(panel, 2)
    panel.view.reopen.click()
    assert panel.view.save.isEnabled()
    panel.view.save.click()
    stored = {one["FEATURE"]: one for one in findings.dataProvider().getFeatures()}
    assert (stored["p1"]["STATE"], stored["p1"]["REASON"]) == ("exception", "Known")
    assert stored["p2"]["STATE"] == "open" and stored["p2"]["REASON"] in (NULL, None)
    assert not findings.isEditable() and panel.said == [] and not panel.view.save.isEnabled()


def test_editing_that_was_on_stays_on(panel, findings):
    findings.startEditing()
    choose(panel, 1)
    panel.view.reason.setText("Known")
    panel.view.excuse.click()
    panel.view.save.click()
    assert findings.isEditable() and not findings.isModified()


def test_a_refused_save_keeps_the_edits_and_says_so(panel, tmp_path):
    path, options = tmp_path / "问题.gpkg", QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = "findings"
    written = QgsVectorFileWriter.writeAsVectorFormatV3(layer_of(5), str(path), QgsProject.instance().transformContext(), options)
    assert written[0] == QgsVectorFileWriter.WriterError.NoError
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("CREATE TRIGGER guard BEFORE UPDATE ON findings BEGIN SELECT RAISE(ABORT, 'sealed by the archive'); END")
    layer = QgsVectorLayer(f"{path}|layername=findings", "Findings", "ogr")
    QgsProject.instance().addMapLayer(layer)
    choose(panel, 1)
    panel.view.reason.setText("Known")
    panel.view.excuse.click()
    panel.view.save.click()
    assert len(panel.said) == 1 and "sealed by the archive" in panel.said[0] and "still open" in panel.said[0]
    assert layer.isEditable() and layer.isModified() and panel.view.save.isEnabled() and panel.model.rows[1].state == "exception"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("DROP TRIGGER guard")
    panel.view.save.click()
    assert len(panel.said) == 1 and not layer.isModified()
    assert [one["REASON"] for one in layer.dataProvider().getFeatures()].count("Known") == 1


@pytest.mark.parametrize("reason", ["", "   "])
def test_an_exception_without_a_reason_is_refused(panel, findings, reason):
    choose(panel, 1)
    panel.view.reason.setText(reason)
    panel.view.excuse.click()
    assert "needs a reason" in panel.said[0] and not findings.isEditable()


def test_a_layer_that_cannot_be_edited_says_so(panel, findings):
    findings.setReadOnly(True)
    choose(panel, 1)
    panel.view.reason.setText("Known")
    panel.view.excuse.click()
    assert "cannot be edited" in panel.said[0] and panel.model.rows[1].state == "open"


def test_what_others_change_is_seen(panel, findings):
    findings.startEditing()
    number = panel.model.rows[1].id
    findings.changeAttributeValue(number, findings.fields().indexOf("STATE"), "exception")
    findings.deleteFeature(panel.model.rows[5].id)
    settled(panel)
    assert len(panel.model.rows) == 39 and panel.model.rows[1].state == "exception"
    findings.rollBack()
    settled(panel)
    assert len(panel.model.rows) == 40 and panel.model.rows[1].state == "open"
    findings.setSubsetString("\"SEVERITY\" = 'warning'")
    settled(panel)
    assert len(panel.model.rows) == 10


def test_a_click_goes_there_and_flashes(panel, findings, monkeypatch):
    canvas, flashed = panel.iface.mapCanvas(), []
    canvas.setDestinationCrs(findings.crs())
    monkeypatch.setattr(canvas, "flashGeometries", lambda *given: flashed.append(given), raising=False)
    panel.view.table.clicked.emit(panel.model.index(7, 0))
    seen = canvas.extent()
    assert seen.contains(QgsRectangle(40_420_070, 3_300_000, 40_420_071, 3_300_001)) and 35 < min(seen.width(), seen.height()) < 200
    assert len(flashed) == 1 and panel.said == []
    panel.view.table.clicked.emit(panel.model.index(39, 0))
    assert len(flashed) == 1 and "no place" in panel.said[0]
    assert place.go(canvas, findings, 10_000_000) is False


def test_groups_and_titles_in_both_languages():
    for language, word in (("zh", "拓扑"), ("en", "Topology")):
        assert rule_titles.group_words(language)["topology"] == word
    titles = {language: rule_titles.rule_titles(language) for language in ("zh", "en")}
    assert titles["en"]["SX0101"] == "Layer without features" and titles["zh"]["SX0101"] == "图层没有要素"


def test_leaving_lets_go_of_everything(panel, findings):
    dock = panel.dock
    dock.leave()
    layer = layer_of(3, "Later")
    QgsProject.instance().addMapLayer(layer)
    findings.startEditing()
    findings.deleteFeature(panel.model.rows[0].id)
    settled(panel)
    assert len(panel.model.rows) == 40 and panel.view.layers.count() == 1 and dock.followed.layer is None


@pytest.mark.slow
def test_100_000_findings_do_not_freeze_it(panel):
    layer = layer_of(100_000)
    begun = time.perf_counter()
    QgsProject.instance().addMapLayer(layer)
    loaded = time.perf_counter() - begun
    assert len(panel.model.rows) == 100_000
    times = []
    for text in ("p77", "overlaps p1", ""):
        panel.view.text.setText(text)
        begun = time.perf_counter()
        panel.view.text.returnPressed.emit()
        times.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    pick(panel.view.severity, "error")
    times.append(time.perf_counter() - begun)
    panel.view.table.selectAll()
    panel.view.reason.setText("All of them")
    begun = time.perf_counter()
    panel.view.excuse.click()
    decided = time.perf_counter() - begun
    begun = time.perf_counter()
    panel.view.undo.click()
    undone = time.perf_counter() - begun
    print(f"load {loaded:.2f} s, filters {max(times):.3f} s, decide {decided:.2f} s, undo {undone:.2f} s")
    assert loaded < 2 and max(times) < 0.3 and decided < 8 and undone < 8
