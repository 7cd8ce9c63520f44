"""The findings panel is where it was when QGIS is started again: open or closed, on the side where it stood, floating where it floated."""

from __future__ import annotations

import types

import pytest

pytest.importorskip("qgis.gui")
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QPoint, QSize, Qt
from qgis.PyQt.QtWidgets import QDockWidget, QMainWindow, QWidget

from shanshui.ui.findings import door

AREA = Qt.DockWidgetArea


def iface_of(window: QMainWindow) -> types.SimpleNamespace:
    """What the panel asks of QGIS's interface."""
    return types.SimpleNamespace(mainWindow=lambda: window, addDockWidget=window.addDockWidget, removeDockWidget=window.removeDockWidget)


class Started:
    """A window as QGIS starts it: the state kept from before is restored, then the plugin puts its panel up."""

    def __init__(self, state=None) -> None:
        self.window = QMainWindow()
        self.window.resize(1000, 700)
        self.window.setCentralWidget(QWidget())
        if state is not None:
            self.window.restoreState(state)
        self.show, self._take_away = door.put_up(iface_of(self.window))
        self.window.show()
        QCoreApplication.processEvents()
        self.dock = self.window.findChild(QDockWidget, "ShanshuiFindings")

    def state(self):
        """What QGIS keeps when it is left, the plugins still there."""
        return self.window.saveState()

    def leave(self) -> None:
        self._take_away()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.window.close()


@pytest.fixture
def start(qgis_app):
    made: list[Started] = []

    def go(state=None) -> Started:
        made.append(Started(state))
        return made[-1]

    yield go
    for one in made:
        one.leave()


def test_at_the_first_start_it_is_closed_and_waits_below(start):
    first = start()
    assert first.dock.isHidden() and first.window.dockWidgetArea(first.dock) == AREA.BottomDockWidgetArea
    first.show()
    assert not first.dock.isHidden()


@pytest.mark.parametrize("area", [AREA.BottomDockWidgetArea, AREA.RightDockWidgetArea, AREA.LeftDockWidgetArea])
def test_it_comes_back_open_where_it_was(start, area):
    first = start()
    first.show()
    first.window.addDockWidget(area, first.dock)
    QCoreApplication.processEvents()
    second = start(first.state())
    assert second.dock is not first.dock and not second.dock.isHidden() and second.window.dockWidgetArea(second.dock) == area


def test_it_comes_back_as_large_as_it_was(start):
    first = start()
    first.show()
    first.window.resizeDocks([first.dock], [410], Qt.Orientation.Vertical)
    QCoreApplication.processEvents()
    tall = first.dock.height()
    second = start(first.state())
    assert abs(second.dock.height() - tall) <= 2 and tall > 300


def test_closed_it_stays_closed_and_opens_on_its_side(start):
    first = start()
    first.show()
    first.window.addDockWidget(AREA.RightDockWidgetArea, first.dock)
    first.dock.hide()
    second = start(first.state())
    assert second.dock.isHidden()
    second.show()
    assert not second.dock.isHidden() and second.window.dockWidgetArea(second.dock) == AREA.RightDockWidgetArea


def test_floating_it_floats_again(start):
    first = start()
    first.show()
    first.dock.setFloating(True)
    first.dock.resize(QSize(780, 300))
    first.dock.move(QPoint(60, 80))
    QCoreApplication.processEvents()
    second = start(first.state())
    assert second.dock.isFloating() and not second.dock.isHidden() and second.dock.size() == QSize(780, 300)


def test_a_reload_of_the_plugin_keeps_the_place(start):
    """Taken away and put up again within one session, as the plugin manager does."""
    first = start()
    first.show()
    first.window.addDockWidget(AREA.RightDockWidgetArea, first.dock)
    state = first.state()
    first._take_away()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    first.window.restoreState(state)
    first.show, first._take_away = door.put_up(iface_of(first.window))
    again = first.window.findChild(QDockWidget, "ShanshuiFindings")
    assert not again.isHidden() and first.window.dockWidgetArea(again) == AREA.RightDockWidgetArea
