"""A QGIS project made from the pages of a pack: layers in groups, dressed and named in one language, themes, relative paths."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from osgeo import ogr
from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsFillSymbol,
    QgsLayerTreeGroup,
    QgsMapThemeCollection,
    QgsProject,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsRendererCategory,
    QgsVectorLayer,
)

from ..core.errors import OutputError
from ..core.schema import Layer, Pack
from . import fonts
from .dress import dress
from .speech import sentence

__all__ = ["KEY", "add_layers", "by_key", "new_project", "save_project", "view"]

# the custom property by which a layer of ours is found again, whatever its name
KEY = "shanshui/map_layer"
_OPEN = ("lines", "units", "patches")
_SMALL = "inset"
_UNCHECKED = ("checks", "sources", "tables")


def new_project(crs: QgsCoordinateReferenceSystem, title: str) -> QgsProject:
    """An empty project in `crs` whose files are named relative to it."""
    project = QgsProject()
    project.setCrs(crs)
    project.setTitle(title)
    project.writeEntryBool("Paths", "/Absolute", False)
    project.writeEntry("Measure", "/Ellipsoid", crs.ellipsoidAcronym())
    project.setEllipsoid(crs.ellipsoidAcronym())
    return project


def add_layers(
    project: QgsProject, packages: Mapping[str, Path], packs: Mapping[str, Pack], language: str, theme: str, pack: str = "registration"
) -> list[str]:
    """Add every layer of the pack's rule `map_layers` that the packages hold and that has rows; the keys of those added, top first.

    packages: package word of the rule → GeoPackage. theme: the theme shown when the project opens; each theme of the rule becomes a map theme.
    """
    rows = packs[pack].rule("map_layers")
    held = {name: _tables(path) for name, path in packages.items()}
    root = project.layerTreeRoot()
    themes: dict[str, list[str]] = {}
    for row in rows:
        if row["table"] not in held.get(row["package"], ()):
            continue
        path = packages[row["package"]]
        layer = QgsVectorLayer(f"{path}|layername={row['table']}", row[f"title_{language}"], "ogr")
        if not layer.isValid():
            raise OutputError("project.layer_invalid", layer=row["table"], path=str(path))
        if layer.featureCount() == 0:
            continue
        _dress(layer, row, packs, language)
        project.addMapLayer(layer, False)
        node = _group(root, row["group"], language).addLayer(layer)
        node.setExpanded(False)
        node.setItemVisibilityChecked(theme in row["themes"].split())
        for one in row["themes"].split():
            themes.setdefault(one, []).append(row["key"])
    _keep_themes(project, themes, language, theme, packs[pack])
    return list(by_key(project))


def by_key(project: QgsProject) -> dict[str, QgsVectorLayer]:
    """The layers of a project by their key in the pack's rule `map_layers`, top first."""
    listed = [node.layer() for node in project.layerTreeRoot().findLayers()]
    return {str(one.customProperty(KEY)): one for one in listed if one is not None and one.customProperty(KEY)}


def view(project: QgsProject, box: QgsRectangle) -> None:
    """The rectangle that a window shows when it opens the project."""
    project.viewSettings().setDefaultViewExtent(QgsReferencedRectangle(box, project.crs()))


def save_project(project: QgsProject, path: Path) -> None:
    """Write the project (.qgz) with relative paths, first beside the target, then over it.

    OutputError `project.not_saved`; `output.in_use` where another program holds the old one: the new one is kept beside it.
    """
    # in the folder where it will lie: QGIS makes paths relative to the file it writes
    beside = path.with_name(f"{path.stem}.new{path.suffix}")
    if not project.write(str(beside)):
        raise OutputError("project.not_saved", path=str(path), reason=project.error())
    try:
        os.replace(beside, path)
    except OSError as failure:
        raise OutputError("output.in_use", path=str(path), kept=str(beside), reason=failure.strerror) from failure
    project.setFileName(str(path))


def _tables(path: Path) -> set[str]:
    source = ogr.Open(str(path))
    if source is None:
        return set()
    return {source.GetLayer(at).GetName() for at in range(source.GetLayerCount())}


def _group(root: Any, name: str, language: str) -> QgsLayerTreeGroup:
    title = sentence(f"project.group.{name}", {}, language)
    found = root.findGroup(title)
    if found is None:
        found = root.addGroup(title)
        found.setExpanded(name in _OPEN)
        found.setItemVisibilityChecked(name not in _UNCHECKED)
    return found


def _dress(layer: QgsVectorLayer, row: Mapping[str, str], packs: Mapping[str, Pack], language: str) -> None:
    holder, page = _page(row["page"] or row["table"], packs)
    style, _, field = row["style"].partition(":")
    dress(layer, page, holder, language, style if not field else "")
    if field and holder is not None and page is not None:
        _by_code(layer, page, holder, field, language)
    layer.setCustomProperty(KEY, row["key"])
    face = fonts.family()
    labels = layer.labeling()
    if face and labels is not None:
        settings = labels.settings()
        shape = settings.format()
        font = shape.font()
        font.setFamily(face)
        shape.setFont(font)
        settings.setFormat(shape)
        labels = labels.clone()
        labels.setSettings(settings)
        layer.setLabeling(labels)


def _page(name: str, packs: Mapping[str, Pack]) -> tuple[Pack | None, Layer | None]:
    holder = next((one for one in packs.values() if name in one.layers), None)
    return holder, holder.layers[name] if holder is not None else None


def _by_code(layer: QgsVectorLayer, page: Layer, pack: Pack, field: str, language: str) -> None:
    """Classes in the colours of the field's code list, only those the layer has."""
    listed = pack.codes[page.field(field).domain].entries
    there = {str(one) for one in layer.uniqueValues(layer.fields().indexOf(field)) if one is not None}
    classes = []
    for code, one in listed.items():
        if code in there and one.colour:
            symbol = QgsFillSymbol.createSimple({"color": one.colour, "outline_color": "110,110,110", "outline_width": "0.05"})
            classes.append(QgsRendererCategory(code, symbol, f"{code} {one.name_zh if language == 'zh' else one.name_en}"))
    layer.setRenderer(QgsCategorizedSymbolRenderer(field, classes))


def _without_labels(layer: QgsVectorLayer) -> str:
    """The name of a style of the layer that is like its own but has no labels: a small map has no room for them."""
    styles = layer.styleManager()
    own = styles.currentStyle()
    if _SMALL not in styles.styles():
        styles.addStyleFromLayer(_SMALL)
        styles.setCurrentStyle(_SMALL)
        layer.setLabelsEnabled(False)
        styles.setCurrentStyle(own)
    return _SMALL


def _keep_themes(project: QgsProject, themes: Mapping[str, Sequence[str]], language: str, shown: str, pack: Pack) -> None:
    """Each theme as a map theme under its title; the one that is shown is what the tree shows now."""
    layers = by_key(project)
    titles = {row["theme"]: row[f"title_{language}"] for row in pack.rule("map_sheets")} | {_SMALL: sentence("map.inset", {}, language)}
    for name, keys in themes.items():
        record = QgsMapThemeCollection.MapThemeRecord()
        entries = []
        for key in keys:
            if key in layers:
                entry = QgsMapThemeCollection.MapThemeLayerRecord(layers[key])
                entry.isVisible = True
                entry.usingCurrentStyle = True
                entry.currentStyle = _without_labels(layers[key]) if name == _SMALL else layers[key].styleManager().currentStyle()
                entries.append(entry)
        record.setLayerRecords(entries)
        project.mapThemeCollection().insert(titles.get(name, name), record)
