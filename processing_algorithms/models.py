"""Models that ship with the plugin: loaded from resources/models, named from their manual pages."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingModelAlgorithm
from qgis.PyQt.QtGui import QIcon

from ..plugin.bridge.places import RESOURCES
from .base import Described

__all__ = ["ShippedModel", "shipped"]

# model id → toolbox group; the work order of the group decides where a user looks for it
GROUP_OF = {"registration_chain": "registration", "check_and_repair": "quality", "register_book_chain": "registration"}


class ShippedModel(Described, QgsProcessingModelAlgorithm):
    """A model of ours with its display name and help in the window's language."""

    def __init__(self, identifier: str) -> None:
        super().__init__()
        self.ID, self.GROUP = identifier, GROUP_OF[identifier]
        self.fromFile(str(RESOURCES / "models" / f"{identifier}.model3"))
        self.setName(identifier)
        for one in self.parameterDefinitions():
            one.setDescription(self.manual.label(one.name().rpartition(":")[2]))

    def icon(self) -> QIcon:
        return QIcon(self.svgIconPath())

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802
        ready, why = super().canExecute()
        return (ready, why) if not ready else QgsProcessingModelAlgorithm.canExecute(self)

    def createInstance(self) -> Any:  # noqa: N802
        return type(self)(self.ID)


def shipped() -> list[ShippedModel]:
    """Every model whose file is there."""
    return [ShippedModel(one) for one in GROUP_OF if (RESOURCES / "models" / f"{one}.model3").is_file()]
