"""The composition root: knows every room, does no work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import QgsApplication

from .bridge import translator

__all__ = ["ShanshuiPlugin"]


class ShanshuiPlugin:
    """What QGIS loads and unloads. `iface` is None in qgis_process, where only the provider is wanted.

    Every room that is entered gives back how to leave it; unloading leaves them in the opposite order.
    """

    def __init__(self, iface: Any = None) -> None:
        self.iface = iface
        self._leave: list[Callable[[], None]] = []

    def initProcessing(self) -> None:  # noqa: N802  (the name QGIS calls)
        """The words, the algorithms and the expression functions."""
        from ..processing_algorithms.provider import ShanshuiProvider
        from .bridge import expressions

        self._leave.append(translator.install())
        provider = ShanshuiProvider()
        QgsApplication.processingRegistry().addProvider(provider)
        self._leave.append(lambda: QgsApplication.processingRegistry().removeProvider(provider))
        self._leave.append(expressions.register())

    def initGui(self) -> None:  # noqa: N802
        """The algorithms, and in a window the options page, the panels, menu and toolbar, and the locator."""
        self.initProcessing()
        if self.iface is None:
            return
        from ..ui import menu
        from ..ui.findings import door as findings
        from ..ui.locator import door as locator
        from ..ui.options import factory

        self._leave.append(factory.register(self.iface))
        show_findings, take_away = findings.put_up(self.iface)
        self._leave.append(take_away)
        self._leave.append(menu.put_up(self.iface, show_findings))
        self._leave.append(locator.register(self.iface))

    def unload(self) -> None:
        """Leave nothing behind."""
        while self._leave:
            self._leave.pop()()
