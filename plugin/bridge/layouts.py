"""Maps from a shipped layout template: title, grid, legend of what is present, notes; as PNG and PDF."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsExpressionContextUtils,
    QgsLayoutExporter,
    QgsLayoutFrame,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemManualTable,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendRenderer,
    QgsLegendStyle,
    QgsMapLayerLegendUtils,
    QgsPrintLayout,
    QgsProject,
    QgsReadWriteContext,
    QgsRectangle,
    QgsTableCell,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QFont
from qgis.PyQt.QtXml import QDomDocument

from ..core.errors import OutputError
from . import fonts
from .places import RESOURCES
from .sinks import staged, swap

__all__ = [
    "SCALES",
    "Entry",
    "MapSheet",
    "export",
    "frame",
    "grid_step",
    "lay_out",
    "load",
    "metres_a_unit",
    "scale_for",
    "set_classes",
    "set_family",
    "set_scale_bar",
    "texts_of",
    "wrapped",
]

# scales that are printed: those of the standard series and round ones between them
SCALES = (
    *(100, 200, 500, 1_000, 2_000, 3_000, 4_000, 5_000, 7_500, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 45_000, 50_000),
    *(60_000, 75_000, 100_000, 125_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000, 750_000, 1_000_000),
)
# the side column's table, millimetres: a row and a column of numbers without the margins around their text
_ROW, _NUMBER, _MARGIN = 3.6, 19.0, 0.9
_OPENING, _CLOSING = "（《「“", "，。、；：！？）》」”,.;:!?)"
_ITEMS_OF_INSET = ("inset", "inset_title")


@dataclass(frozen=True)
class Entry:
    """A layer in the legend under a heading ("" = the layer's own symbol with its title)."""

    layer: QgsVectorLayer
    heading: str


@dataclass(frozen=True)
class MapSheet:
    """One map: template, the layout's name, texts by variable (map_title …), theme, box in the project's CRS, scale (0 = one that fits),
    legend from top to bottom, figures (rows of texts, the first the head, the last column numbers) for the side column, and the inset's
    theme and box where it has one. wrap: characters of a legend line.
    """

    template: str
    name: str
    texts: Mapping[str, str]
    theme: str
    box: QgsRectangle
    scale: float = 0.0
    legend: Sequence[Entry] = ()
    figures: Sequence[Sequence[str]] = ()
    inset_theme: str = ""
    inset_box: QgsRectangle = field(default_factory=QgsRectangle)
    wrap: int = 30


def lay_out(project: QgsProject, sheet: MapSheet) -> QgsPrintLayout:
    """Add the map to the project's layouts; OutputError `layout.no_template`."""
    layout = QgsPrintLayout(project)
    load(layout, RESOURCES / "layouts" / f"{sheet.template}.qpt")
    layout.setName(sheet.name)
    place = layout.itemById("map")
    place.setFollowVisibilityPreset(True)
    place.setFollowVisibilityPresetName(sheet.theme)
    place.zoomToExtent(sheet.box)
    metre = metres_a_unit(project)
    scale = sheet.scale or scale_for(sheet.box, place.rect().width(), place.rect().height(), metre)
    place.setScale(scale)
    frame(layout, place, scale, metre, sheet.texts)
    set_family(layout, fonts.family())
    set_scale_bar(layout.itemById("scale_bar"), scale)
    _inset(layout, sheet)
    project.layoutManager().addLayout(layout)
    _legend(layout.itemById("legend"), place, sheet)
    if sheet.figures:
        _figures(layout, sheet.figures, fonts.family())
    layout.refresh()
    return layout


def frame(layout: QgsPrintLayout, place: QgsLayoutItemMap, scale: float, metre: float, texts: Mapping[str, str]) -> None:
    """Set the frame's grid to round distances and the layout's variables to `texts`; {scale}, {grid} and {unit} in them become the map's own."""
    step = grid_step(place.extent().width())
    place.grid().setIntervalX(step)
    place.grid().setIntervalY(step)
    texts = {**texts, "map_scale_text": texts.get("map_scale_text", "").replace("{scale}", f"{scale:,.0f}")}
    decimals = _decimals(step, metre)
    distance = f"{step * metre / 1000:g} km" if step * metre >= 1000 else f"{step * metre:g} m"
    texts["map_crs"] = texts.get("map_crs", "").replace("{grid}", distance).replace("{unit}", "m" if decimals < 0 else "km")
    QgsExpressionContextUtils.setLayoutVariables(layout, {**texts, "grid_decimals": decimals})


def scale_for(box: QgsRectangle, width: float, height: float, metre: float = 1.0) -> float:
    """The largest printed scale (its denominator) at which `box` fits into width × height millimetres with a little air."""
    need = max(box.width() / width, box.height() / height) * metre * 1000 * 1.04
    return float(next((one for one in SCALES if one >= need), math.ceil(need / 100_000) * 100_000))


def grid_step(width: float) -> float:
    """A round distance, 1, 2 or 5 times a power of ten, that divides `width` into about six parts (3.8 to 9.5)."""
    rough = width / 6
    power = 10 ** math.floor(math.log10(rough))
    return float(min((1, 2, 5, 10), key=lambda one: abs(math.log(one * power / rough))) * power)


def load(layout: QgsPrintLayout, source: Path) -> None:
    """Fill the layout from a template; OutputError `layout.no_template` where there is none, `layout.unreadable` where the file is not one."""
    if not source.is_file():
        raise OutputError("layout.no_template", template=str(source))
    document = QDomDocument()
    read = document.setContent(source.read_bytes())
    if not (read[0] if isinstance(read, tuple) else read) or document.documentElement().tagName() != "Layout":
        raise OutputError("layout.unreadable", path=str(source))
    layout.loadFromTemplate(document, QgsReadWriteContext(), True)


def metres_a_unit(project: QgsProject) -> float:
    """Metres of one unit of the project's CRS."""
    return float(QgsUnitTypes.fromUnitToUnitFactor(project.crs().mapUnits(), QgsUnitTypes.DistanceUnit.DistanceMeters))


def texts_of(layout: QgsPrintLayout) -> str:
    """Every text that the layout prints, for a check that the font has its characters."""
    listed = [one.currentText() for one in layout.items() if isinstance(one, QgsLayoutItemLabel)]
    for one in layout.items():
        if isinstance(one, QgsLayoutItemLegend):
            listed += [node.name() for node in one.model().rootGroup().findLayers()] + [one.title()]
    return "\n".join(listed)


def export(layout: QgsPrintLayout, path: Path, dpi: int = 200) -> None:
    """Write the layout as .png or .pdf, staged and swapped in; OutputError `layout.not_exported`."""
    exporter = QgsLayoutExporter(layout)
    with staged(path) as stage:
        made = str(stage / path.name)
        if path.suffix.lower() == ".pdf":
            settings = QgsLayoutExporter.PdfExportSettings()
            settings.dpi = dpi
            done = exporter.exportToPdf(made, settings)
        else:
            image = QgsLayoutExporter.ImageExportSettings()
            image.dpi = dpi
            image.generateWorldFile = False
            done = exporter.exportToImage(made, image)
        if done != QgsLayoutExporter.ExportResult.Success:
            raise OutputError("layout.not_exported", path=str(path))
        swap(stage, path)


def _decimals(step: float, metre: float) -> int:
    """Decimals of the figures on the frame, which are in km; −1 where the grid is finer than 100 m and they are in metres."""
    return 0 if step * metre >= 1000 else 1 if step * metre >= 100 else -1


def set_family(layout: QgsPrintLayout, family: str) -> None:
    """Set the typeface of every text of the layout; sizes and weights stay the template's."""
    if not family:
        return
    for item in layout.items():
        if isinstance(item, QgsLayoutItemLabel):
            if hasattr(item, "setTextFormat"):
                item.setTextFormat(_with_face(item.textFormat(), family))
            else:  # before 3.24
                item.setFont(_of_family(item.font(), family))
        elif isinstance(item, QgsLayoutItemScaleBar):
            item.setTextFormat(_with_face(item.textFormat(), family))
        elif isinstance(item, QgsLayoutItemMap):
            item.grid().setAnnotationTextFormat(_with_face(item.grid().annotationTextFormat(), family))
        elif isinstance(item, QgsLayoutItemLegend):
            styles = QgsLegendStyle.Style
            for kind in (styles.Title, styles.Group, styles.Subgroup, styles.SymbolLabel):
                style = item.style(kind)
                if hasattr(style, "setTextFormat"):
                    style.setTextFormat(_with_face(style.textFormat(), family))
                else:  # before 3.30
                    style.setFont(_of_family(style.font(), family))
                item.setStyle(kind, style)


def _with_face(shape: Any, family: str) -> Any:
    """The same text in another typeface; bold text of one without a bold cut, as many Chinese ones are, gets a rim of its own colour instead.

    Qt would draw such text twice, and a PDF would then hold it twice.
    """
    font = _of_family(shape.font(), family)
    if font.bold() and not fonts.has_bold(family):
        font.setBold(False)
        rim = QgsTextBufferSettings()
        rim.setEnabled(True)
        rim.setSize(0.011 * shape.size())
        rim.setColor(shape.color())
        shape.setBuffer(rim)
    shape.setFont(font)
    return shape


def _of_family(font: QFont, family: str) -> QFont:
    font.setFamily(family)
    return font


def set_scale_bar(bar: QgsLayoutItemScaleBar, scale: float, part: float = 0.018) -> None:
    """Parts of about `part` metres on paper each, in km where one part is a kilometre or more, else in metres."""
    step = grid_step(scale * part * 6)
    units = QgsUnitTypes.DistanceUnit
    large = step >= 1000
    bar.setUnits(units.DistanceKilometers if large else units.DistanceMeters)
    bar.setUnitLabel("km" if large else "m")
    bar.setUnitsPerSegment(step / 1000 if large else step)
    bar.update()


def _inset(layout: QgsPrintLayout, sheet: MapSheet) -> None:
    small = layout.itemById("inset")
    if sheet.inset_theme:
        small.setFollowVisibilityPreset(True)
        small.setFollowVisibilityPresetName(sheet.inset_theme)
        small.zoomToExtent(sheet.inset_box)
        small.setScale(scale_for(sheet.inset_box, small.rect().width(), small.rect().height()))
        return
    for name in _ITEMS_OF_INSET:
        layout.removeLayoutItem(layout.itemById(name))


def _legend(legend: QgsLayoutItemLegend, place: QgsLayoutItemMap, sheet: MapSheet) -> None:
    """Only the sheet's entries, and of their classes only those that the map shows."""
    legend.setAutoUpdateModel(False)
    legend.setLinkedMap(place)
    legend.setTitle(sheet.texts.get("map_legend", ""))
    root = legend.model().rootGroup()
    root.removeAllChildren()
    for one in sheet.legend:
        node = root.addLayer(one.layer)
        classes = one.layer.renderer().legendSymbolItems()
        single = len(classes) < 2
        node.setCustomProperty("legend/title-label", one.heading)
        set_classes(legend, node, [wrapped(one.heading if single else item.label(), sheet.wrap) for item in classes], None, single)
    legend.setLegendFilterByMapEnabled(True)
    legend.adjustBoxSize()


def _figures(layout: QgsPrintLayout, rows: Sequence[Sequence[str]], family: str) -> None:
    """A small table at the foot of the side column: first row head, last row total, first column words, the others numbers."""
    side = layout.itemById("side_frame")
    wide, numbers = side.rect().width() - 8, len(rows[0]) - 1
    first = wide - _NUMBER * numbers - 2 * _MARGIN * (numbers + 1)
    broken = [(wrapped(row[0], int(first / 1.45)).replace("|", "\n"), *row[1:]) for row in rows]
    heights = [_ROW * (row[0].count("\n") + 1) for row in broken]
    deep = sum(heights) + (2 * _MARGIN + 0.15) * len(rows)
    table = QgsLayoutItemManualTable.create(layout)
    layout.addMultiFrame(table)
    table.setTableContents([_cells(row, family, at == 0, at == len(rows) - 1) for at, row in enumerate(broken)])
    table.setColumnWidths([first, *[_NUMBER] * numbers])
    table.setRowHeights(heights)
    table.setGridStrokeWidth(0.15)
    table.setCellMargin(_MARGIN)
    frame = QgsLayoutFrame(layout, table)
    frame.setId("figures")
    frame.attemptMove(QgsLayoutPoint(side.pos().x() + 4, side.pos().y() + side.rect().height() - deep - 4.5))
    frame.attemptResize(QgsLayoutSize(wide + 1, deep + 1))
    table.addFrame(frame)


def _cells(row: Sequence[str], family: str, head: bool, total: bool) -> list[QgsTableCell]:
    sides, made = Qt.AlignmentFlag, []
    for place, text in enumerate(row):
        cell = QgsTableCell(text)
        cell.setTextFormat(_text(family, 8, head or total))
        cell.setHorizontalAlignment(sides.AlignHCenter if head else sides.AlignRight if place else sides.AlignLeft)
        cell.setVerticalAlignment(sides.AlignVCenter)
        made.append(cell)
    return made


def _text(family: str, size: float, bold: bool) -> QgsTextFormat:
    shape = QgsTextFormat()
    font = QFont(family)
    font.setBold(bold)
    shape.setFont(font)
    shape.setSize(size)
    return _with_face(shape, family)


def set_classes(legend: QgsLayoutItemLegend, node: Any, labels: Sequence[str], shown: Sequence[int] | None, single: bool) -> None:
    """Name the classes of a layer's node, `shown` being the positions of those that are drawn (None = all); one that is `single` has no heading."""
    for at, text in enumerate(labels):
        QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, at, text)
    if shown is not None:
        QgsMapLayerLegendUtils.setLegendNodeOrder(node, list(shown))
    legend.model().refreshLayerLegend(node)
    QgsLegendRenderer.setNodeLegendStyle(node, QgsLegendStyle.Style.Hidden if single else QgsLegendStyle.Style.Subgroup)


def wrapped(text: str, wide: int) -> str:
    """The text broken with | (the template's wrap sign) into lines of about `wide` Latin characters; a CJK one counts double."""
    lines, line, length = [], "", 0
    for word in _words(text):
        size = sum(1 if ord(one) < 0x2E80 else 2 for one in word)
        if line and length + size > wide:
            lines.append(line.rstrip())
            line, length, word = "", 0, word.lstrip()
        line, length = line + word, length + size
    return "|".join([*lines, line.rstrip()])


def _words(text: str) -> list[str]:
    """Pieces that may be parted: Latin words with the blank before them, CJK characters one by one but for marks that begin or end no line."""
    found: list[str] = []
    for one in text:
        last = found[-1][-1] if found else " "
        free = one not in _CLOSING and last not in _OPENING
        if not found or one == " " or (free and (ord(one) >= 0x2E80 or ord(last) >= 0x2E80)):
            found.append(one)
        else:
            found[-1] += one
    return found
