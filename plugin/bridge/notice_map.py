"""The map of a notice: every unit of the list under its number, with a legend of the types that are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsFeature,
    QgsGeometry,
    QgsLayoutSize,
    QgsLegendRenderer,
    QgsLegendStyle,
    QgsMapThemeCollection,
    QgsProject,
    QgsVectorLayer,
)

from ..core.registration.notices import shown
from ..core.registration.plane import plane_of
from ..core.schema import Pack
from ..core.table import Table
from . import fonts
from .crs_text import crs_of
from .dress import dress
from .layers import make_field
from .layouts import Entry, MapSheet, export, lay_out
from .speech import sentence

__all__ = ["draw_units"]

TEMPLATE = "notice_map"
_FIELDS = ("ZRZYDJDYH", "DJDYMC", "DJDYLX")
_MOST_NAMES = 12  # units whose names the map has room for; where there are more it shows their numbers in the list
_DPI = 220


def draw_units(units: Table, path: Path, pack: Pack, language: str) -> None:
    """Draw the list's units (fields NO, DJDYMC, DJDYLX) as `path`, a PNG. Not for a thread: layouts belong to the main one.

    OutputError `layout.no_template`, `layout.not_exported`.
    """
    plane = plane_of(units)
    flat = plane.flat(shown(units))
    project = QgsProject()
    project.setCrs(crs_of(flat.crs))
    layer = _layer(flat, pack, language)
    project.addMapLayer(layer)
    _theme(project, layer)
    box = layer.extent()
    box.grow(0.02 * max(box.width(), box.height(), 1.0))
    words = {name: sentence(code, {}, language) for name, code in (("map_legend", "map.legend"), ("map_source", "map.area_note"))}
    words["map_scale_text"] = sentence("map.scale", {"scale": "{scale}"}, language)
    crs = sentence("map.crs_name", {"name": project.crs().description() or plane.title, "code": project.crs().authid() or "—"}, language)
    words["map_crs"] = "\n".join((crs, sentence("map.crs_grid", {"grid": "{grid}", "unit": "{unit}"}, language)))
    heading = sentence("map.figures.DJDYLX", {}, language)
    layout = lay_out(project, MapSheet(TEMPLATE, TEMPLATE, words, TEMPLATE, box, legend=(Entry(layer, heading),)))
    _finish(layout)
    export(layout, path, _DPI)
    project.layoutManager().clear()
    project.clear()


def _layer(units: Table, pack: Pack, language: str) -> QgsVectorLayer:
    layer = QgsVectorLayer("MultiPolygon", TEMPLATE, "memory")
    layer.setCrs(crs_of(units.crs))
    layer.dataProvider().addAttributes([make_field("NO", "integer"), *(make_field(name, "text", 255) for name in _FIELDS)])
    layer.updateFields()
    import shapely

    features = []
    for row, shape in zip(units.rows.to_dict("records"), shapely.to_wkb(units.shapes)):
        one = QgsFeature(layer.fields())
        geometry = QgsGeometry()
        geometry.fromWkb(shape)
        one.setGeometry(geometry)
        one.setAttributes([int(row["NO"]), *(row[name] for name in _FIELDS)])
        features.append(one)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    dress(layer, pack.layer("ZRZYDJDY"), pack, language, "units")
    _label(layer, len(features) <= _MOST_NAMES)
    return layer


def _label(layer: QgsVectorLayer, named: bool) -> None:
    """The number of each unit in the list, with its name where there are few; no unit goes without."""
    labels = layer.labeling().clone()
    settings = labels.settings()
    settings.isExpression = True
    settings.fieldName = "\"NO\" || coalesce(' ' || \"DJDYMC\", '')" if named else 'to_string("NO")'
    settings.autoWrapLength = 0
    settings.fitInPolygonOnly = False
    settings.thinningSettings().setMinimumFeatureSize(0.0)
    shape = settings.format()
    font = shape.font()
    font.setFamily(fonts.family() or font.family())
    shape.setFont(font)
    shape.setSize(7)
    settings.setFormat(shape)
    if hasattr(settings, "placementSettings"):
        settings.placementSettings().setOverlapHandling(Qgis.LabelOverlapHandling.AllowOverlapIfRequired)
    else:  # before 3.26
        settings.displayAll = True
    labels.setSettings(settings)
    layer.setLabeling(labels)


def _theme(project: QgsProject, layer: QgsVectorLayer) -> None:
    record = QgsMapThemeCollection.MapThemeRecord()
    entry = QgsMapThemeCollection.MapThemeLayerRecord(layer)
    entry.isVisible = entry.usingCurrentStyle = True
    entry.currentStyle = layer.styleManager().currentStyle()
    record.setLayerRecords([entry])
    project.mapThemeCollection().insert(TEMPLATE, record)


def _finish(layout: Any) -> None:
    """The legend without a heading of its own layer, in columns across the page, which ends where the legend does."""
    legend, page = layout.itemById("legend"), layout.pageCollection().page(0)
    for node in legend.model().rootGroup().findLayers():
        QgsLegendRenderer.setNodeLegendStyle(node, QgsLegendStyle.Style.Hidden)
    legend.adjustBoxSize()
    layout.refresh()
    end = legend.pos().y() + legend.rect().height() + 1.0
    page.setPageSize(QgsLayoutSize(page.rect().width(), end))
