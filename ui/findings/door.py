"""The way into the findings panel and out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import Qt

from .dock import FindingsDock

__all__ = ["put_up"]


def put_up(iface: Any) -> tuple[Callable[[], None], Callable[[], None]]:
    """Add the panel, closed unless QGIS remembers it open; the answers show it and take it away."""
    window = iface.mainWindow()
    dock = FindingsDock(iface, window)
    if not window.restoreDockWidget(dock):  # asked first: a panel that is added gives up the place that is kept for it
        iface.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        dock.setVisible(False)

    def show() -> None:
        dock.setUserVisible(True)

    def take_away() -> None:
        dock.leave()
        iface.removeDockWidget(dock)
        dock.deleteLater()

    return show, take_away
