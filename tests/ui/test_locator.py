"""The locator in QGIS: its prefix, what it finds in a thread, where it goes, and that nothing of it stays."""

from __future__ import annotations

import time
import types

import pytest

pytest.importorskip("qgis.gui")
from qgis.core import (
    QgsFeature,
    QgsFeedback,
    QgsGeometry,
    QgsLocator,
    QgsLocatorContext,
    QgsLocatorResult,
    QgsProject,
    QgsRectangle,
    QgsSettings,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from shanshui.ui.locator import door, find

CODE = "330127001002GB0000"


def layer_of(name: str = "DLTB", count: int = 12, fields: str = "field=BSM:string&field=ZLDWMC:string&field=TBBH:integer") -> QgsVectorLayer:
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:4528&{fields}", name, "memory")
    features = []
    for at in range(count):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([f"{CODE}{at:02}", "东溪村" if at % 2 else None, at + 100])
        x = 40_420_000 + 1000 * at
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(x, 3_300_000, x + 100, 3_300_100)))
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    return layer


class Window:
    """The parts of QGIS's window that the filter asks for, with a locator of its own."""

    def __init__(self, iface) -> None:
        self.locator, self.said, self._iface = QgsLocator(), [], iface

    def registerLocatorFilter(self, one) -> None:  # noqa: N802
        self.locator.registerFilter(one)

    def deregisterLocatorFilter(self, one) -> None:  # noqa: N802
        self.locator.deregisterFilter(one)

    def mapCanvas(self):  # noqa: N802
        return self._iface.mapCanvas()

    def messageBar(self):  # noqa: N802
        return types.SimpleNamespace(pushMessage=lambda *given: self.said.append(given[1]))


@pytest.fixture
def window(qgis_iface):
    made = Window(qgis_iface)
    leave = door.register(made)
    yield made
    leave()
    QgsProject.instance().removeAllMapLayers()


@pytest.fixture
def patches(window):
    layer = layer_of()
    QgsProject.instance().addMapLayer(layer)
    return layer


def ask(window, text: str) -> list[QgsLocatorResult]:
    """The results of a search as the locator makes them, in its thread."""
    found: list[QgsLocatorResult] = []
    done: list[bool] = []
    window.locator.foundResult.connect(lambda one: found.append(QgsLocatorResult(one)))  # what comes is gone when the slot is left
    window.locator.finished.connect(lambda: done.append(True))
    window.locator.fetchResults(text, QgsLocatorContext())
    end = time.monotonic() + 20
    while not done and time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.01)
    QCoreApplication.processEvents()
    window.locator.foundResult.disconnect()
    window.locator.finished.disconnect()
    assert done
    return found


def labels(window, text: str) -> list[str]:
    return [one.displayString for one in ask(window, text)]


def test_the_short_prefix_counts(window):
    one = window.locator.filters()[-1]
    assert one.activePrefix() == "sx" and not one.useWithoutPrefix() and list(window.locator.prefixedFilters()) == ["sx"]


def test_a_code_or_a_name_is_found_in_a_thread(window, patches):
    assert labels(window, f"sx {CODE}03") == [f"{CODE}03  东溪村"]
    assert labels(window, "sx gb000004") == [f"{CODE}04"]  # in any case, no name beside it
    assert len(labels(window, "sx 东溪")) == len(labels(window, "sx 溪")) == 6
    assert labels(window, "sx 107") == ["107  东溪村"]
    assert labels(window, "sx nowhere") == [] and labels(window, "sx 3") == [] and labels(window, "sx") == []


def test_without_the_prefix_nothing_is_asked(window, patches):
    assert labels(window, f"{CODE}03") == []


@pytest.mark.parametrize("odd", ["O'Neil", '"x" OR 1=1', "100%", "a_b", "back\\slash", "%%", "') OR ('1'='1"])
@pytest.mark.parametrize("kind", ["memory", "GPKG"])
def test_odd_letters_mean_themselves(window, tmp_path, odd, kind):
    layer = layer_of()
    layer.startEditing()
    layer.changeAttributeValue(3, 0, odd)
    assert layer.commitChanges()
    if kind == "GPKG":
        options = QgsVectorFileWriter.SaveVectorOptions()
        QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(tmp_path / "x.gpkg"), QgsProject.instance().transformContext(), options)
        layer = QgsVectorLayer(str(tmp_path / "x.gpkg"), "DLTB", "ogr")
    QgsProject.instance().addMapLayer(layer)
    assert [one.partition("  ")[0] for one in labels(window, f"sx {odd}")] == [odd]


def test_edits_that_are_not_saved_count(window, patches):
    patches.startEditing()
    patches.changeAttributeValue(1, 0, "NEWCODE")
    assert [one.partition("  ")[0] for one in labels(window, "sx newcode")] == ["NEWCODE"]
    patches.rollBack()


def test_results_are_limited_and_grouped_by_layer(window):
    QgsProject.instance().addMapLayers([layer_of(f"layer {at}", 300) for at in range(5)])
    found = ask(window, f"sx {CODE}")
    assert len(found) == 60 and {one.group for one in found} <= {f"layer {at}" for at in range(5)}
    assert max(sum(one.group == name for one in found) for name in {one.group for one in found}) == 20


def test_only_layers_with_such_fields_and_shapes_are_read(window, patches):
    QgsProject.instance().addMapLayers([
        layer_of("others", 3, "field=A:string&field=B:string&field=C:integer"),
        QgsVectorLayer("NoGeometry?field=BSM:string", "table", "memory"),
    ])  # fmt: skip
    made = find.FindFilter(window)
    made.prepare("33", QgsLocatorContext())
    assert [(one.name, one.fields.codes, one.fields.names) for one in made._searched] == [("DLTB", ("BSM", "TBBH"), ("ZLDWMC",))]
    short = find.FindFilter(window)
    short.prepare("3", QgsLocatorContext())
    assert short._searched == []


def test_a_click_zooms_and_flashes(window, patches, monkeypatch):
    canvas = window.mapCanvas()
    canvas.setDestinationCrs(patches.crs())
    canvas.resize(400, 400)
    flashed = []
    monkeypatch.setattr(canvas, "flashGeometries", lambda shapes, crs: flashed.append(shapes[0].boundingBox().xMinimum()), raising=False)
    result = ask(window, f"sx {CODE}07")[0]
    made = window.locator.filters()[-1]
    made.triggerResult(result)
    assert flashed == [40_427_000] and canvas.extent().contains(QgsRectangle(40_427_000, 3_300_000, 40_427_100, 3_300_100))
    assert canvas.extent().width() < 2000 and window.said == []
    QgsProject.instance().removeMapLayer(patches)
    made.triggerResult(result)
    assert len(window.said) == 1 and flashed == [40_427_000]


def test_a_search_can_be_stopped(window, patches):
    made, feedback, found = find.FindFilter(window), QgsFeedback(), []
    made.resultFetched.connect(lambda one: found.append(one.displayString))
    made.prepare(CODE, QgsLocatorContext())
    feedback.cancel()
    made.fetchResults(CODE, QgsLocatorContext(), feedback)
    assert found == []


def test_a_large_layer_is_searched_in_a_moment(window):
    layer = layer_of("many", 100_000)
    QgsProject.instance().addMapLayer(layer)
    made, found = find.FindFilter(window), []
    made.resultFetched.connect(lambda one: found.append(one.displayString))
    made.prepare("100099", QgsLocatorContext())
    start = time.thread_time()
    made.fetchResults("100099", QgsLocatorContext(), QgsFeedback())
    spent = time.thread_time() - start
    print(f"100,000 features searched in {spent:.2f} s")
    assert len(found) == 1 and spent < 5


def test_it_comes_and_goes_three_times(qgis_iface):
    made, store = Window(qgis_iface), QgsSettings()
    before = [store.value(key) for key in door._KEYS]
    for _ in range(3):
        leave = door.register(made)
        assert [one.name() for one in made.locator.filters()] == ["shanshui_find"]
        leave()
        assert made.locator.filters() == [] and [store.value(key) for key in door._KEYS] == before


def test_a_prefix_that_the_user_has_chosen_stays(qgis_iface):
    store = QgsSettings()
    try:
        for key in door._KEYS:
            store.setValue(key, "zd")
        made = Window(qgis_iface)
        leave = door.register(made)
        assert made.locator.filters()[-1].activePrefix() == "zd"
        leave()
        assert [store.value(key) for key in door._KEYS] == ["zd", "zd"]
    finally:
        for key in door._KEYS:
            store.remove(key)


def test_its_words_are_for_people(window):
    assert window.locator.filters()[-1].displayName() not in ("", "shanshui_find")
