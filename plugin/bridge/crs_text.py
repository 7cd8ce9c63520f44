"""A CRS of QGIS as the text that core takes."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem

__all__ = ["crs_text"]


def crs_text(crs: QgsCoordinateReferenceSystem) -> str | None:
    """What core takes as CRS: the authority's code where it has one that PROJ knows, else WKT, None when unset."""
    if not crs.isValid():
        return None
    code = crs.authid()
    return code if code and not code.startswith("USER:") else crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED)
