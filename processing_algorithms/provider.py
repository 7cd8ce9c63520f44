"""The provider: every algorithm and every shipped model under one id."""

from __future__ import annotations

import contextlib
import importlib

from qgis.core import QgsApplication, QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ..plugin.bridge.places import RESOURCES, version
from . import GROUPS
from .base import modules
from .models import shipped

__all__ = ["ShanshuiProvider"]


class ShanshuiProvider(QgsProcessingProvider):
    """Shanshui 山水 in the toolbox."""

    def id(self) -> str:
        return "shanshui"

    def name(self) -> str:
        return "Shanshui 山水"

    def longName(self) -> str:  # noqa: N802
        return f"Shanshui 山水 {version()}"

    def versionInfo(self) -> str:  # noqa: N802
        return version()

    def icon(self) -> QIcon:
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:  # noqa: N802
        return str(RESOURCES / "icons" / "shanshui.svg")

    def loadAlgorithms(self) -> None:  # noqa: N802
        """Add every class named by ALGORITHMS of the group folders, then the models."""
        for group in GROUPS:
            package = importlib.import_module(f".{group}", __package__)
            for made in modules(package.ALGORITHMS, package.__name__):
                self.addAlgorithm(made())
        registry = QgsApplication.processingRegistry()
        if registry.providerById(self.id()) is None:
            registry.providerAdded.connect(self._add_models)
        else:
            self._add_models(self.id())

    def _add_models(self, added: str) -> None:
        """Add the models once this provider is known: only then does QGIS find the steps of a model, and with them its results."""
        if added != self.id():
            return
        registry = QgsApplication.processingRegistry()
        with contextlib.suppress(TypeError):  # not connected: this is a refresh
            registry.providerAdded.disconnect(self._add_models)
        for model in shipped():
            self.addAlgorithm(model)
        self.algorithmsLoaded.emit()
