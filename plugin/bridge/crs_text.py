"""A CRS of QGIS as the text that core takes, and back."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem

__all__ = ["crs_of", "crs_text"]

# QGIS looks through all it knows for a WKT without a code, more than a second: what was read is remembered with its text
_READ: dict[str, QgsCoordinateReferenceSystem] = {}
_MOST = 64


def crs_text(crs: QgsCoordinateReferenceSystem) -> str | None:
    """What core takes as CRS: the authority's code where it has one that PROJ knows, else WKT, None when unset."""
    if not crs.isValid():
        return None
    code = crs.authid()
    if code and not code.startswith("USER:"):
        return code
    text = str(crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED))
    if len(_READ) >= _MOST:
        _READ.clear()
    _READ[text] = QgsCoordinateReferenceSystem(crs)
    return text


def crs_of(text: str | None) -> QgsCoordinateReferenceSystem:
    """The QGIS CRS of a table's CRS text (an invalid one for None)."""
    if text and text in _READ:
        return QgsCoordinateReferenceSystem(_READ[text])
    crs = QgsCoordinateReferenceSystem()
    if text:
        crs.createFromUserInput(text)
    return crs
