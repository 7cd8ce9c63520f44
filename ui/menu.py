"""Menu and toolbar *Shanshui*: the sample county, the findings, the manual, the options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QDesktopServices, QIcon
from qgis.PyQt.QtWidgets import QAction, QMenu

from ..plugin.bridge import manual
from ..plugin.bridge.places import RESOURCES
from ..plugin.bridge.settings import ui_language
from ..plugin.bridge.speech import tr
from .options.factory import PAGE

__all__ = ["put_up"]

NAME = "Shanshui 山水"


def put_up(iface: Any, show_findings: Callable[[], None]) -> Callable[[], None]:
    """Put up the menu, left of Help, and the toolbar; the answer takes both down."""
    window = iface.mainWindow()
    menu = QMenu(NAME, window)
    menu.setObjectName("ShanshuiMenu")
    bar = iface.addToolBar(NAME)
    bar.setObjectName("ShanshuiToolBar")
    for text, icon, does in _entries(iface, show_findings):
        action = QAction(_icon(icon), text, menu)
        action.triggered.connect(does)
        menu.addAction(action)
        bar.addAction(action)
    window.menuBar().insertMenu(iface.firstRightStandardMenu().menuAction(), menu)

    def take_down() -> None:
        window.menuBar().removeAction(menu.menuAction())
        window.removeToolBar(bar)
        bar.deleteLater()
        menu.deleteLater()

    return take_down


def _entries(iface: Any, show_findings: Callable[[], None]) -> list[tuple[str, str, Callable[[], None]]]:
    return [
        (tr("Create the sample county…"), "sample_county", lambda: _start(iface, "shanshui:sample_county")),
        (tr("Findings"), "findings", lambda: show_findings()),
        (tr("Manual"), "manual", lambda: _open_manual(iface)),
        (tr("Options…"), "options", lambda: iface.showOptionsDialog(iface.mainWindow(), PAGE)),
    ]


def _icon(name: str) -> QIcon:
    return QIcon(str(RESOURCES / "icons" / f"{name}.svg"))


def _start(iface: Any, algorithm: str) -> None:
    """Open the dialog of an algorithm, which Processing owns."""
    try:
        import processing
    except ImportError:
        _say(iface, tr("Switch on the plugin Processing first (Plugins ▸ Manage and Install Plugins)."))
        return
    processing.execAlgorithmDialog(algorithm, {})


def _open_manual(iface: Any) -> None:
    """Write the manual in the window's language into the profile's cache and hand it to the browser."""
    try:
        first = manual.write_manual(manual.folder(ui_language()), ui_language())
    except OSError as why:
        _say(iface, tr("The manual cannot be written ({reason}). Look into the folder resources/help of the plugin.").format(reason=why))
        return
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(first))):
        _say(iface, tr("No browser opens the manual. It lies here: {path}").format(path=first))


def _say(iface: Any, text: str) -> None:
    iface.messageBar().pushMessage(NAME, text, Qgis.MessageLevel.Warning)
