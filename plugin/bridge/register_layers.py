"""The layers of a register map: made once, then filled with one unit after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsPalLayerSettings,
    QgsProject,
    QgsRenderContext,
    QgsSimpleLineSymbolLayer,
    QgsSingleSymbolRenderer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QColor, QFont

from ..core.schema import Pack
from ..core.table import Table
from . import fonts
from .dress import dress
from .layers import features, make_field

__all__ = ["DRAWN", "Drawn", "RegisterLayers", "Sources"]

Array = np.ndarray[Any, Any]

# from top to bottom: key of the layer → geometry, fields
DRAWN = {
    "points": ("Point", ("LABEL",)),
    "boundaries": ("MultiLineString", ("KIND",)),
    "outlines": ("MultiPolygon", ("ZRZYDJDYH",)),
    "types": ("MultiPolygon", ("ZRZYLX", "TBBH")),
    "neighbours": ("MultiPolygon", ("ZRZYDJDYH",)),
}
_KINDS = {"Point": "point", "MultiLineString": "line", "MultiPolygon": "polygon"}
_STYLES = {"points": "boundary_points", "boundaries": "boundary_lines", "types": "patch_types"}
_CLASSES = {"boundaries": "KIND", "types": "ZRZYLX"}
_PAGES = {"points": "JZD", "boundaries": "BOUNDARY_LINES", "types": "ZRZYTB"}
# field, colour, only where it fits into the polygon
_LABELS = {"points": ("LABEL", "#b2182b", False), "types": ("TBBH", "#222222", True)}
_UNIT = "ZRZYDJDYH"
_LINES = ("boundaries", "outlines")
_FINE = 0.4  # of their width
_VIOLET = "#6a3d8f"


@dataclass(frozen=True)
class Sources:
    """The tables of a book's maps, all on one plane. lines: BOUNDARY_LINES, points: JZD, where there are such; unit numbers are ZRZYDJDYH."""

    units: Table
    patches: Table
    lines: Table | None = None
    points: Table | None = None


@dataclass(frozen=True)
class Drawn:
    """What the layers show now. box: minx, miny, maxx, maxy of the unit; width: how wide it is on average; points: its boundary points,
    drawn or not. classes: layer → codes that it has; counts: layer → its rows.
    """

    box: tuple[float, float, float, float]
    width: float
    classes: Mapping[str, frozenset[str]]
    counts: Mapping[str, int]
    points: int


class RegisterLayers:
    """Scratch layers in `project`, dressed in one language; `show` puts the row of a unit and what belongs to it into them."""

    def __init__(self, project: QgsProject, crs: QgsCoordinateReferenceSystem, sources: Sources, pack: Pack, language: str) -> None:
        self._sources, self._pack = sources, pack
        self._of = {
            "types": _rows_of(sources.patches.text(_UNIT)),
            "boundaries": _rows_of(sources.lines.text("LEFT_UNIT"), sources.lines.text("RIGHT_UNIT")) if sources.lines is not None else {},
            "points": _points_of(sources.points) if sources.points is not None else {},
        }
        self._numbers = sources.units.text(_UNIT).to_numpy(dtype=object)
        self._beneath = _beneath(sources.units, pack)
        self._around = shapely.STRtree(np.where(self._beneath, None, sources.units.shapes))
        self.layers = {key: _made(key, geometry, fields, crs, pack, language) for key, (geometry, fields) in DRAWN.items()}
        self._bold = {key: self.layers[key].renderer().clone() for key in _LINES}
        self._fine = {key: _finer(one) for key, one in self._bold.items()}
        project.addMapLayers(list(self.layers.values()), False)

    def has_shape(self, row: int) -> bool:
        """Whether the unit in `row` can be drawn."""
        shape = self._sources.units.shapes[row]
        return shape is not None and not shape.is_empty

    def show(self, row: int, most_points: int) -> Drawn | None:
        """Fill the layers with the unit in `row`; None where it has no shape. More boundary points than `most_points` are counted, not drawn."""
        shape, number = self._sources.units.shapes[row], self._numbers[row]
        if not self.has_shape(row):
            return None
        outline = pd.DataFrame({_UNIT: [number]})
        patches = _picked(self._sources.patches, self._of["types"].get(number, ()), ("ZRZYLX", "TBBH"))
        lines = _picked(self._sources.lines, self._of["boundaries"].get(number, ()), ("KIND",))
        points = self._points(number)
        self._fill("outlines", Table(outline, np.array([shape], dtype=object)))
        self._fill("types", patches)
        self._fill("boundaries", lines)
        self._fill("points", points if len(points) <= most_points else points.take(slice(0, 0)))
        classes = {"types": frozenset(patches.text("ZRZYLX")), "boundaries": frozenset(lines.text("KIND"))}
        counts = {key: layer.featureCount() for key, layer in self.layers.items()}
        return Drawn(tuple(shape.bounds), 2 * shape.area / shape.length, classes, counts, len(points))

    def draw_fine(self, fine: bool) -> None:
        """Draw lines thin, for a unit that they would cover, or as the styles have them."""
        for key, renderer in (self._fine if fine else self._bold).items():
            self.layers[key].setRenderer(renderer.clone())

    def show_around(self, drawn: Drawn, row: int, view: Sequence[float]) -> Drawn:
        """Fill the neighbours with the other units in `view` (minx, miny, maxx, maxy), cut to a little more than it; what is shown then."""
        near = np.setdiff1d(self._around.query(shapely.box(*view), predicate="intersects"), [row])
        margin = 0.1 * max(view[2] - view[0], view[3] - view[1])
        cut = shapely.clip_by_rect(self._sources.units.shapes[near], *(np.array(view) + np.array([-1, -1, 1, 1]) * margin))
        there = ~shapely.is_empty(cut) & (shapely.get_dimensions(cut) == 2)
        self._fill("neighbours", Table(pd.DataFrame({_UNIT: self._numbers[near[there]]}), cut[there]))
        return replace(drawn, counts={**drawn.counts, "neighbours": int(there.sum())})

    def classes(self, key: str) -> list[tuple[str, str]]:
        """(code, label) of the classes of a layer in the style's order."""
        return [(str(one.value() or ""), one.label()) for one in self.layers[key].renderer().categories()]

    def _points(self, number: str) -> Table:
        listed = self._of["points"].get(number, ())
        labels = pd.DataFrame({"LABEL": [label for _, label in listed]}, dtype=object)
        if self._sources.points is None or not listed:
            return Table(labels, np.empty(0, dtype=object))
        return Table(labels, self._sources.points.shapes[[at for at, _ in listed]])

    def _fill(self, key: str, table: Table) -> None:
        layer = self.layers[key]
        provider = layer.dataProvider()
        if not provider.truncate():
            provider.deleteFeatures([one.id() for one in layer.getFeatures(QgsFeatureRequest().setNoAttributes())])
        there = ~shapely.is_missing(table.shapes) & ~shapely.is_empty(table.shapes)
        provider.addFeatures(list(features(table.take(there), layer.fields(), _KINDS[DRAWN[key][0]])))
        layer.updateExtents()
        layer.triggerRepaint()


def _rows_of(*columns: pd.Series[Any]) -> dict[str, list[int]]:
    """Positions of the rows of each unit; a line between two units belongs to both."""
    found: dict[str, list[int]] = {}
    for at, numbers in enumerate(zip(*(one.tolist() for one in columns))):
        for number in dict.fromkeys(numbers):
            found.setdefault(number, []).append(at)
    return found


def _points_of(points: Table) -> dict[str, list[tuple[int, str]]]:
    """(position, number in the unit) of the boundary points of each unit; NUMBERS lists all that share a point: A:J1、B:J5."""
    found: dict[str, list[tuple[int, str]]] = {}
    listed = zip(points.text("NUMBERS").tolist(), points.text("ZDZHDM").tolist(), points.text("JZDH").tolist())
    for at, (numbers, unit, own) in enumerate(listed):
        for claim in numbers.split("、") if ":" in numbers else [f"{unit}:{own}"]:
            owner, _, label = claim.rpartition(":")
            found.setdefault(owner, []).append((at, label))
    return found


def _beneath(units: Table, pack: Pack) -> Array:
    """(n,) units below ground: they are nobody's neighbour."""
    deep = [row["code"] for row in pack.rule("unit_types") if row["overlaps"] == "1"]
    return np.asarray(units.text("DJDYLX").isin(deep))


def _picked(table: Table | None, rows: Sequence[int], fields: Sequence[str]) -> Table:
    if table is None or not len(rows):
        return Table(pd.DataFrame({name: [] for name in fields}, dtype=object), np.empty(0, dtype=object))
    part = table.take(np.asarray(rows))
    return replace(part, rows=pd.DataFrame({name: part.text(name) for name in fields}), layer=None)


def _made(key: str, geometry: str, fields: Sequence[str], crs: QgsCoordinateReferenceSystem, pack: Pack, language: str) -> QgsVectorLayer:
    layer = QgsVectorLayer(geometry, key, "memory")
    layer.setCrs(crs)
    layer.dataProvider().addAttributes([make_field(name, "text", 60) for name in fields])
    layer.updateFields()
    page = pack.layers.get(_PAGES.get(key, ""))
    dress(layer, page, pack, language, _STYLES.get(key, ""))
    layer.setScaleBasedVisibility(False)
    if key in _LABELS:
        _label(layer, *_LABELS[key])
    if key in ("outlines", "neighbours"):
        layer.setRenderer(QgsSingleSymbolRenderer(_unit_symbol() if key == "outlines" else _neighbour_symbol()))
    return layer


def _finer(renderer: Any) -> Any:
    """The same renderer with its lines at a part of their width."""
    finer = renderer.clone()
    for symbol in finer.symbols(QgsRenderContext()):
        for at in range(symbol.symbolLayerCount()):
            part = symbol.symbolLayer(at)
            if isinstance(part, QgsSimpleLineSymbolLayer):
                part.setWidth(part.width() * _FINE)
    return finer


def _unit_symbol() -> QgsFillSymbol:
    """A thin line on a wide pale one, on which the kinds of boundary are drawn where they are known."""
    symbol = QgsFillSymbol.createSimple({"style": "no", "outline_style": "no"})
    pale, line = QColor(_VIOLET), QColor(_VIOLET)
    pale.setAlpha(90)
    symbol.changeSymbolLayer(0, QgsSimpleLineSymbolLayer(pale, 1.6))
    symbol.appendSymbolLayer(QgsSimpleLineSymbolLayer(line, 0.45))
    return symbol


def _neighbour_symbol() -> QgsFillSymbol:
    return QgsFillSymbol.createSimple({"color": "#f6f5f1", "outline_color": "#8a8a8a", "outline_width": "0.25", "outline_style": "dash"})


def _label(layer: QgsVectorLayer, field: str, colour: str, inside: bool) -> None:
    """Write a field beside points or inside polygons, where there is room for it and no other label."""
    shape = QgsTextFormat()
    shape.setFont(QFont(fonts.family()))
    shape.setSize(6.5)
    shape.setColor(QColor(colour))
    rim = QgsTextBufferSettings()
    rim.setEnabled(True)
    rim.setSize(0.5)
    shape.setBuffer(rim)
    settings = QgsPalLayerSettings()
    settings.fieldName = field
    settings.setFormat(shape)
    if inside:
        settings.placement = QgsPalLayerSettings.Placement.Horizontal
        settings.fitInPolygonOnly = True
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)
