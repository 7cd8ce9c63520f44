"""Area and length of the shape that an expression is asked about, by the house's one measure."""

from __future__ import annotations

from typing import Any

from qgis.core import NULL, QgsCoordinateReferenceSystem, QgsExpressionContext, QgsGeometry

from ..core.errors import InputError
from .crs_text import crs_text

__all__ = ["area", "length"]


def area(context: QgsExpressionContext, shape: Any = None, crs: Any = None) -> float | None:
    """Area (m²) of a shape, by default the feature's own, in `crs`, by default the layer's, else the project's; None where there is none."""
    from ..core import quick_measure

    found = _paths(context, shape)
    return quick_measure.area(found, _crs(context, crs)) if found else None


def length(context: QgsExpressionContext, shape: Any = None, crs: Any = None) -> float | None:
    """Length (m) of a shape's lines and rings; see `area`."""
    from ..core import quick_measure

    found = _paths(context, shape)
    return quick_measure.length(found, _crs(context, crs)) if found else None


def _paths(context: QgsExpressionContext, shape: Any) -> Any:
    """Lines and rings of the shape, arcs made straight; InputError `expression.no_geometry`."""
    from ..core.bare_wkb import paths

    if shape is None:
        shape = context.feature().geometry()
    if not isinstance(shape, QgsGeometry):
        raise InputError("expression.no_geometry", value=str(shape)[:60], kind=type(shape).__name__)
    if shape.isNull():
        return None
    found = paths(shape.asWkb().data())
    return paths(shape.constGet().segmentize().asWkb().data()) if found is None else found


def _crs(context: QgsExpressionContext, given: Any) -> str:
    """The CRS as core takes it: the one given as text, else the layer's, else the project's; InputError `expression.no_crs`."""
    text = given
    if text is None:
        # the layer's CRS itself, since one without a code of an authority has no text
        own = context.variable("_layer_crs")
        text = crs_text(own) if isinstance(own, QgsCoordinateReferenceSystem) else context.variable("project_crs")
    if isinstance(text, str) and text.startswith("USER:"):
        text = crs_text(QgsCoordinateReferenceSystem(text))
    if text in (None, NULL, ""):
        raise InputError("expression.no_crs")
    return str(text)
