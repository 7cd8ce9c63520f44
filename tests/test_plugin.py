"""The plugin as QGIS loads it: light at start, whole in the toolbox, gone without a trace when it is unloaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")
from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QTranslator
from qgis.PyQt.QtWidgets import QDockWidget, QMenu, QToolBar

import shanshui
from shanshui.plugin.bridge import libraries, pages, settings, translator

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("pandas", "shapely", "pyproj", "openpyxl", "matplotlib", "docx", "jinja2", "lxml")


def start_in(code: str) -> object:
    """What `code` prints last as JSON in an interpreter of its own, with QGIS started and the plugin's package known as `shanshui`."""
    head = (
        "import importlib.util, json, os, sys\n"
        "from qgis.core import QgsApplication\n"
        "import qgis.gui, qgis.utils\n"
        "app = QgsApplication([], True)\n"
        "app.initQgis()\n"
        "before = set(sys.modules)\n"
        f"spec = importlib.util.spec_from_file_location('shanshui', {str(ROOT / '__init__.py')!r}, submodule_search_locations=[{str(ROOT)!r}])\n"
        "package = importlib.util.module_from_spec(spec)\n"
        "sys.modules['shanshui'] = package\n"
        "spec.loader.exec_module(package)\n"
    )
    end = "\nsys.stdout.flush()\nos._exit(0)\n"
    done = subprocess.run([sys.executable, "-c", head + code + end], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_loading_imports_nothing_heavy():
    found = start_in(
        "plugin = package.classFactory(None)\n"
        "plugin.initProcessing()\n"
        "provider = QgsApplication.processingRegistry().providerById('shanshui')\n"
        "names = [one.displayName() + one.group() + ' '.join(one.tags()) for one in provider.algorithms()]\n"
        f"heavy = sorted(set({HEAVY!r}) & ({{one.split('.')[0] for one in sys.modules}} - {{one.split('.')[0] for one in before}}))\n"
        "print(json.dumps([len(names), heavy]))"
    )
    assert found[0] >= 9 and found[1] == []


@pytest.mark.parametrize("absent", ["pandas", "shapely", "pyproj"])
def test_without_a_package_the_provider_loads_and_every_algorithm_says_why(absent):
    found = start_in(
        f"sys.modules[{absent!r}] = None\n"
        "plugin = package.classFactory(None)\n"
        "plugin.initProcessing()\n"
        "algorithms = QgsApplication.processingRegistry().providerById('shanshui').algorithms()\n"
        "print(json.dumps([one.canExecute() for one in algorithms]))"
    )
    assert len(found) >= 9
    assert all(not ready and absent in why for ready, why in found)


def test_an_old_shapely_is_told_by_what_it_lacks():
    """A shapely of 1.8 can be imported; it has no function that reads many shapes at once."""
    found = start_in(
        "import types\n"
        "sys.modules['shapely'] = types.ModuleType('shapely')\n"
        "sys.modules['shapely'].__version__ = '9.9'\n"
        "plugin = package.classFactory(None)\n"
        "plugin.initProcessing()\n"
        "algorithms = QgsApplication.processingRegistry().providerById('shanshui').algorithms()\n"
        "print(json.dumps([one.canExecute() for one in algorithms]))"
    )
    assert len(found) >= 9 and all(not ready and "shapely" in why for ready, why in found)


def test_the_root_module_imports_nothing_of_qgis():
    code = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('shanshui', {str(ROOT / '__init__.py')!r}, submodule_search_locations=[{str(ROOT)!r}])\n"
        "spec.loader.exec_module(importlib.util.module_from_spec(spec))\n"
        "print(any(one.startswith(('qgis', 'PyQt')) for one in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_no_module_takes_the_window_when_it_is_imported():
    import ast

    for room in ("plugin", "processing_algorithms", "ui"):
        for file in (ROOT / room).rglob("*.py"):
            if "vendor" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = [one.name for one in getattr(node, "names", []) if isinstance(node, (ast.Import, ast.ImportFrom))]
                assert "iface" not in names and "qgis.utils" not in names, f"{file}:{node.lineno}"


@pytest.fixture
def window(qgis_iface, monkeypatch):
    """The mock window with what the mock leaves out: a real menu to stand left of, and lists of options pages and locator filters."""
    kept, filters = [], []
    right = QMenu("Help", qgis_iface.mainWindow())
    qgis_iface.mainWindow().menuBar().addMenu(right)
    monkeypatch.setattr(qgis_iface, "firstRightStandardMenu", lambda: right, raising=False)
    monkeypatch.setattr(qgis_iface, "registerOptionsWidgetFactory", kept.append, raising=False)
    monkeypatch.setattr(qgis_iface, "unregisterOptionsWidgetFactory", kept.remove, raising=False)
    monkeypatch.setattr(qgis_iface, "pages", kept, raising=False)
    monkeypatch.setattr(qgis_iface, "registerLocatorFilter", filters.append, raising=False)
    monkeypatch.setattr(qgis_iface, "deregisterLocatorFilter", filters.remove, raising=False)
    monkeypatch.setattr(qgis_iface, "filters", filters, raising=False)
    return qgis_iface


def traces(iface, installed) -> dict[str, object]:
    """What a plugin may leave behind in QGIS."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    main = iface.mainWindow()
    return {
        "provider": QgsApplication.processingRegistry().providerById("shanshui") is not None,
        "menu": [one.text() for one in main.menuBar().actions()],
        "menus": len([one for one in main.findChildren(QMenu) if one.objectName().startswith("Shanshui")]),
        "toolbars": len([one for one in main.findChildren(QToolBar) if one.objectName().startswith("Shanshui")]),
        "docks": len([one for one in main.findChildren(QDockWidget) if one.objectName().startswith("Shanshui")]),
        "options": len(iface.pages),
        "locators": len(iface.filters),
        "translators": len(installed),
    }


def test_load_and_unload_three_times(window, monkeypatch):
    installed: list[QTranslator] = []
    monkeypatch.setattr(translator, "ui_language", lambda: "zh")
    monkeypatch.setattr(translator.QTranslator, "load", lambda *_: True)
    monkeypatch.setattr(translator.QCoreApplication, "installTranslator", installed.append)
    monkeypatch.setattr(translator.QCoreApplication, "removeTranslator", installed.remove)
    registry = QgsApplication.processingRegistry()
    other = registry.providerById("shanshui")
    if other is not None:
        registry.removeProvider(other)
    before = traces(window, installed)
    assert not before["provider"]
    for _ in range(3):
        plugin = shanshui.classFactory(window)
        plugin.initGui()
        there = traces(window, installed)
        assert there == {
            **before,
            "provider": True,
            "menu": [*before["menu"][:-1], "Shanshui 山水", before["menu"][-1]],
            "menus": 1,
            "toolbars": 1,
            "docks": 1,
            "options": 1,
            "locators": 1,
            "translators": 1,
        }
        assert len(window.mainWindow().findChild(QMenu, "ShanshuiMenu").actions()) == 4
        plugin.unload()
        assert traces(window, installed) == before
        plugin.unload()


def test_without_a_window_there_is_only_the_provider():
    registry = QgsApplication.processingRegistry()
    if (other := registry.providerById("shanshui")) is not None:
        registry.removeProvider(other)
    plugin = shanshui.classFactory(None)
    plugin.initGui()
    assert registry.providerById("shanshui") is not None
    plugin.unload()
    assert registry.providerById("shanshui") is None


@pytest.fixture(params=["zh_CN", "zh-Hans", "zh", "en"])
def locale(request):
    store = QgsSettings()
    before = store.value("locale/userLocale")
    store.setValue("locale/userLocale", request.param)
    yield request.param
    store.remove("locale/userLocale") if before is None else store.setValue("locale/userLocale", before)


def test_an_old_shapely_is_said_in_a_sentence(locale, monkeypatch):
    from shanshui.processing_algorithms.measure.measure_areas import MeasureAreas

    assert MeasureAreas().canExecute() == (True, "")
    monkeypatch.setattr(libraries, "NEEDED", {**libraries.NEEDED, "shapely": "a_function_of_tomorrow"})
    ready, why = MeasureAreas().canExecute()
    assert not ready and "shapely" in why and "{" not in why
    assert ("请" in why and "组件" in why) if locale.startswith("zh") else ("too old" in why and "pip" in why)


def test_a_missing_package_is_said_too(monkeypatch):
    from shanshui.processing_algorithms.measure.overlay import Overlay

    monkeypatch.setattr(libraries, "NEEDED", {"package_of_nobody": "x", **libraries.NEEDED})
    assert "package_of_nobody" in Overlay().canExecute()[1]
    monkeypatch.setattr(libraries, "SHOWN", ("numpy", "package_of_nobody"))
    assert [name for name, version in libraries.found() if not version] == ["package_of_nobody"]


def test_a_package_of_the_zip_is_found(tmp_path, monkeypatch):
    (tmp_path / "plugin" / "vendor").mkdir(parents=True)
    (tmp_path / "plugin" / "vendor" / "vendored_for_shanshui.py").write_text("__version__ = '9.9'\n", encoding="utf-8")
    monkeypatch.setattr(libraries, "ROOT", tmp_path)
    monkeypatch.setattr(libraries, "SHOWN", ("vendored_for_shanshui",))
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert libraries.found() == [("vendored_for_shanshui", "9.9")]


def test_a_package_that_breaks_on_import_is_told_apart(tmp_path, monkeypatch):
    (tmp_path / "broken_for_shanshui.py").write_text("raise ValueError('built for another numpy')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(libraries, "SHOWN", ("broken_for_shanshui",))
    monkeypatch.setattr(libraries, "NEEDED", {"broken_for_shanshui": "x"})
    assert libraries.found() == [("broken_for_shanshui", libraries.BROKEN)] and libraries.missing() == "broken_for_shanshui"


def test_the_settings_are_the_defaults_of_measuring():
    from shanshui.processing_algorithms.measure.measure_areas import MeasureAreas
    from shanshui.processing_algorithms.measure.measure_lengths import MeasureLengths

    def defaults(kind):
        made = kind().create()
        return {one.name(): one.defaultValue() for one in made.parameterDefinitions()}

    before = settings.load()
    assert (defaults(MeasureAreas)["METHOD"], defaults(MeasureAreas)["DECIMALS"]) == (0, 2)
    try:
        settings.save(settings.Settings(area_method="planar", decimals=4))
        assert (defaults(MeasureAreas)["METHOD"], defaults(MeasureAreas)["DECIMALS"], defaults(MeasureLengths)["DECIMALS"]) == (2, 4, 4)
    finally:
        settings.save(before)


def test_a_run_without_method_measures_by_the_one_of_the_options(qgis_app):
    from qgis.core import QgsFeature, QgsGeometry, QgsProcessingContext, QgsProcessingFeedback, QgsProject, QgsVectorLayer

    from shanshui.processing_algorithms.measure.measure_areas import MeasureAreas

    layer = QgsVectorLayer("Polygon?crs=EPSG:4528", "square", "memory")
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromWkt("Polygon((40420000 3300000, 40420100 3300000, 40420100 3300100, 40420000 3300100, 40420000 3300000))"))
    layer.dataProvider().addFeatures([feature])
    QgsProject.instance().addMapLayer(layer)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    before, found = settings.load(), {}
    try:
        for method in settings.AREA_METHODS:
            settings.save(settings.Settings(area_method=method, decimals=1))
            results, done = MeasureAreas().create().run({"INPUT": layer, "OUTPUT": "memory:"}, context, QgsProcessingFeedback())
            assert done and results["BASIS"].startswith(method)
            found[method] = results["TOTAL"]
    finally:
        settings.save(before)
    assert found["planar"] == 10_000.0 and found["geodesic"] == round(found["geodesic"], 1) != 10_000.0
    assert abs(found["geodesic"] - found["cgcs2000_series"]) <= 0.1


def test_every_algorithm_presents_itself(locale):
    plugin = shanshui.classFactory(None)
    plugin.initProcessing()
    try:
        algorithms = QgsApplication.processingRegistry().providerById("shanshui").algorithms()
        named = {one.displayName() for one in algorithms}
        assert len(algorithms) >= 9 and len(named) == len(algorithms)
        for one in algorithms:
            tags = " ".join(one.tags())
            chinese = [letter for letter in one.displayName() + one.group() if "\u4e00" <= letter <= "\u9fff"]
            assert bool(chinese) == locale.startswith("zh"), one.id()
            assert one.displayName() != one.name() and one.groupId() and one.group()[:2].isdigit(), one.id()
            assert any("\u4e00" <= letter <= "\u9fff" for letter in tags.replace("山水", "")), one.id()
            assert any(letter.isascii() and letter.isalpha() for letter in tags.replace("shanshui", "")), one.id()
            assert Path(one.svgIconPath()).is_file() and not one.icon().isNull(), one.id()
            assert one.shortDescription() and one.shortHelpString() and one.helpUrl(), one.id()
            for language in ("zh", "en"):
                assert pages.path(one.name(), language).is_file(), (one.id(), language)
    finally:
        plugin.unload()
