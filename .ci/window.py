"""Runs inside QGIS's window and takes pictures: toolbox, an algorithm, menu, options, a project, findings, sheets, the locator; then reloads."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback

import qgis.utils
from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QTimer
from qgis.PyQt.QtWidgets import QApplication, QDialog, QDockWidget, QMenu, QTreeView, QWidget
from qgis.utils import iface

HERE = os.environ["SHANSHUI_PICTURES"]
PROJECT = os.environ.get("SHANSHUI_PROJECT", "")
STEP = 1500  # milliseconds that QGIS gets to draw what a step has opened


def take(name: str, widget=None) -> None:
    """A picture of a widget (default the whole window) as <language>-<name>.png."""
    QApplication.processEvents()
    (widget or iface.mainWindow()).grab().save(f"{HERE}-{name}.png")


def start() -> None:
    """A window of a useful size without first-start messages."""
    iface.mainWindow().resize(1600, 1000)
    iface.messageBar().clearWidgets()


def toolbox() -> None:
    """The toolbox opened at the provider."""
    dock = iface.mainWindow().findChild(QDockWidget, "ProcessingToolbox")
    dock.setVisible(True)
    iface.mainWindow().resizeDocks([dock], [460], 1)
    view = dock.findChild(QTreeView)
    model = view.model()
    for row in range(model.rowCount()):
        at = model.index(row, 0)
        if "Shanshui" in str(model.data(at)):
            view.expandRecursively(at)
            view.scrollTo(at, QTreeView.ScrollHint.PositionAtTop)


def menu() -> None:
    """The menu, pulled down."""
    found = iface.mainWindow().findChild(QMenu, "ShanshuiMenu")
    found.popup(iface.mainWindow().mapToGlobal(iface.mainWindow().menuBar().geometry().bottomLeft()))


def dialog() -> None:
    """The dialog of an algorithm."""
    import processing

    global held
    held = processing.createAlgorithmDialog("shanshui:measure_areas", {})
    held.resize(1000, 700)
    held.show()


def options() -> None:
    """The options at the plugin's page; the dialog is modal, so the picture is taken while it is open."""
    from shanshui.ui.options.factory import PAGE

    def shoot() -> None:
        for one in QApplication.topLevelWidgets():
            if isinstance(one, QDialog) and one.isVisible():
                one.resize(1150, 860)
                take("options", one)
                one.reject()

    QTimer.singleShot(STEP, shoot)
    iface.showOptionsDialog(iface.mainWindow(), PAGE)


def project() -> None:
    """A project, drawn."""
    QgsProject.instance().read(PROJECT)
    iface.mapCanvas().zoomToFullExtent()
    iface.mapCanvas().waitWhileRendering()


def run(name: str, **parameters):
    """The results of an algorithm, those of layers loaded and dressed as the toolbox does it."""
    import processing

    return processing.runAndLoadResults(f"shanshui:{name}", parameters)


def findings() -> None:
    """The county with planted faults, checked, and the panel over what was found."""
    QgsProject.instance().clear()
    folder = tempfile.mkdtemp(prefix="shanshui-window-")
    import processing

    processing.run("shanshui:sample_county", {"PATCHES": 600, "FAULTS": True, "OUTPUT": folder})
    layers = [QgsVectorLayer(f"{folder}/qinglan.gpkg|layername={name}", name, "ogr") for name in ("CJDCQ", "DLTB")]
    QgsProject.instance().addMapLayers(layers)
    run("check_layers", LAYERS=layers, FINDINGS=f"{folder}/findings.gpkg")
    dock = iface.mainWindow().findChild(QDockWidget, "ShanshuiFindings")
    dock.setUserVisible(True)
    iface.mainWindow().resizeDocks([dock], [330], 2)
    iface.mapCanvas().setExtent(layers[1].extent())


def sheets() -> None:
    """The map sheets over the county."""
    iface.mainWindow().findChild(QDockWidget, "ShanshuiFindings").setUserVisible(False)
    land = QgsProject.instance().mapLayersByName("DLTB")[0]
    for one in QgsProject.instance().mapLayersByName("CJDCQ"):
        QgsProject.instance().layerTreeRoot().findLayer(one).setItemVisibilityChecked(False)
    run("sheet_grid", EXTENT=land, SCALE="10000", OUTPUT="TEMPORARY_OUTPUT")
    box = land.extent()
    box.scale(1.25)
    iface.mapCanvas().setExtent(box)


def locator() -> None:
    """What the search box finds by a name."""
    iface.locatorSearch("sx 村")


def reload() -> None:
    """Unload and load the plugin three times; RuntimeError when it leaves something behind."""
    for _ in range(3):
        qgis.utils.unloadPlugin("shanshui")
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        window = iface.mainWindow()
        left = [one.objectName() for one in window.findChildren(QWidget) if one.objectName().startswith("Shanshui")]
        left += [one.text() for one in window.menuBar().actions() if "Shanshui" in one.text()]
        left += [one.id() for one in QgsApplication.processingRegistry().providers() if one.id() == "shanshui"]
        if left:
            raise RuntimeError(f"left behind: {left}")
        if not (qgis.utils.loadPlugin("shanshui") and qgis.utils.startPlugin("shanshui")):
            raise RuntimeError("the plugin does not start again")


def steps():
    """What is done, one step at a time with time to draw between."""
    start()
    yield
    toolbox()
    yield
    take("toolbox")
    menu()
    yield
    take("menu", iface.mainWindow().findChild(QMenu, "ShanshuiMenu"))
    iface.mainWindow().findChild(QMenu, "ShanshuiMenu").close()
    dialog()
    yield
    take("algorithm", held)
    held.close()
    options()
    yield
    if PROJECT:
        project()
        yield
        yield
        take("project")
    findings()
    yield
    yield
    take("findings")
    sheets()
    yield
    yield
    take("sheets")
    locator()
    yield
    yield
    take("locator")
    reload()
    yield
    take("reloaded")


def walk(left) -> None:
    """Take the next step; leave QGIS after the last, with 1 when a step failed."""
    try:
        next(left)
    except StopIteration:
        leave(0)
    except Exception:  # noqa: BLE001  (whatever went wrong, QGIS must not stay open)
        traceback.print_exc()
        leave(1)
    QTimer.singleShot(STEP, lambda: walk(left))


def leave(code: int) -> None:
    """End without QGIS's own farewell, which would ask about unsaved things."""
    QgsApplication.instance().processEvents()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


held = None
QTimer.singleShot(4000, lambda: walk(steps()))
