"""The options page as QGIS asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.gui import QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QWidget

from ...plugin.bridge.places import RESOURCES

__all__ = ["PAGE", "OptionsFactory", "register"]

PAGE = "ShanshuiOptions"


class OptionsFactory(QgsOptionsWidgetFactory):
    """Makes a page each time the options dialog opens; what the page needs is imported then."""

    def __init__(self) -> None:
        super().__init__("Shanshui 山水", QIcon(str(RESOURCES / "icons" / "shanshui.svg")))
        if hasattr(self, "setKey"):
            self.setKey("shanshui")

    def icon(self) -> QIcon:
        """The mark of the plugin."""
        return QIcon(str(RESOURCES / "icons" / "shanshui.svg"))

    def createWidget(self, parent: QWidget | None = None) -> QgsOptionsPageWidget:  # noqa: N802
        """The page with the settings as they are stored."""
        from .page import OptionsPage

        page = OptionsPage(parent)
        page.setObjectName(PAGE)
        return page


def register(iface: Any) -> Callable[[], None]:
    """Add the page to QGIS's options; the answer takes it away."""
    factory = OptionsFactory()
    iface.registerOptionsWidgetFactory(factory)
    return lambda: iface.unregisterOptionsWidgetFactory(factory)
