"""One vector layer with or without shapes as a parameter, read as it is: a result of an earlier run, not material to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import QgsProcessing, QgsProcessingParameterDefinition, QgsProcessingParameterVectorLayer

from .pages import Page
from .params import Layers

__all__ = ["OneLayer"]


class OneLayer(Layers):
    """A vector layer as a Table; None when optional and not given."""

    def __init__(self, name: str, optional: bool = False) -> None:
        super().__init__(name, "table", optional, judged=False)

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterVectorLayer(self.name, label, [QgsProcessing.SourceType.TypeVector], None, self.optional)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        return next(iter(super().read(alg, parameters, context, run)), None)
