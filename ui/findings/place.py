"""Where a finding is: the map goes there and lets it flash."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsCoordinateTransform, QgsCsException, QgsProject, QgsUnitTypes, QgsVectorLayer

__all__ = ["go"]

_AROUND = 40.0  # metres that are seen of the surroundings at least
_WIDER = 1.6


def go(canvas: Any, layer: QgsVectorLayer, number: int) -> bool:
    """Zoom the map to a feature and let it flash; False where it has no place that the map's CRS knows."""
    geometry = layer.getFeature(number).geometry()
    target = canvas.mapSettings().destinationCrs()
    if geometry.isNull() or geometry.isEmpty():
        return False
    try:
        box = QgsCoordinateTransform(layer.crs(), target, QgsProject.instance()).transformBoundingBox(geometry.boundingBox())
    except QgsCsException:
        return False
    if not box.isFinite():
        return False
    least = _AROUND * QgsUnitTypes.fromUnitToUnitFactor(QgsUnitTypes.DistanceUnit.DistanceMeters, target.mapUnits())
    box.scale(_WIDER)
    box.grow(max(0.0, (least - max(box.width(), box.height())) / 2))
    canvas.setExtent(box)
    canvas.refresh()
    canvas.flashGeometries([geometry], layer.crs())
    return True
