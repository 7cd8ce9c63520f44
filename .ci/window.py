"""Runs inside QGIS's window: opens the toolbox, an algorithm, the menu, the options page and a project, and takes a picture of each; then reloads."""

from __future__ import annotations

import os
import sys
import traceback

import qgis.utils
from qgis.core import QgsApplication, QgsProject
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
