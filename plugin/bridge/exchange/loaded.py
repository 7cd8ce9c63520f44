"""Layers of a container that Processing shall open when the run is over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsProcessingContext

__all__ = ["later"]


def later(context: QgsProcessingContext, path: Path, layers: Sequence[str], output: str = "OUTPUT") -> None:
    """Have the layers of a GeoPackage opened in the project of the context, where the run has one."""
    project = context.project()
    if project is None:
        return
    for name in layers:
        details = QgsProcessingContext.LayerDetails(name, project, output)
        context.addLayerToLoadOnCompletion(f"{path}|layername={name}", details)
