"""The map page of a registration unit: one project and one layout, filled with unit after unit, as a picture and as a vector page."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from qgis.core import (
    Qgis,
    QgsExpressionContextUtils,
    QgsLayoutExporter,
    QgsLayoutItem,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutRenderContext,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QPainter

from ..core.errors import OutputError
from ..core.registration.plane import plane_of
from ..core.schema import Pack
from ..core.table import Table
from . import fonts
from .crs_text import crs_of
from .label_words import in_width, millimetres, set_words_size, words_size
from .layouts import frame, load, metres_a_unit, scale_for, set_family, set_scale_bar
from .neighbour_words import SIDES, arrange, margins, rooms_of
from .places import RESOURCES
from .register_layers import DRAWN, RegisterLayers, Sources
from .register_legend import RegisterLegend
from .register_words import About, UnitWords, Words

__all__ = ["TEMPLATE", "About", "RegisterMaps", "UnitWords"]

TEMPLATE = RESOURCES / "layouts" / "register_map.qpt"
_NAMED = {
    **{"map": QgsLayoutItemMap, "legend": QgsLayoutItemLegend, "scale_bar": QgsLayoutItemScaleBar},
    **{f"neighbours_{side}": QgsLayoutItemLabel for side in SIDES},
}
_PLAIN = ("title", "subtitle", "state", "scale", "crs", "source", "imprint", "north", "side_frame", "outer_frame")
_WORDS = ("title", "subtitle", "state", "legend", "scale_text", "crs", "source", "imprint", *SIDES)
_BROKEN = ("crs", "source", "imprint")  # texts that are broken to the width of the label of that name
_VARIABLE = re.compile(r"@(map_\w+)")
_PART = 0.0105  # metres on paper of a part of the scale bar
_THIN = 4.0  # millimetres on paper: a unit narrower on average gets thin lines
_SMALLEST = 8.0  # points of a title that had to be made smaller
_METRES = "EPSG:4528"  # a plane in metres for layers that do not say where they lie
_NO_FIGURES = UnitWords()


class RegisterMaps:
    """Used as a context: `picture` and `paint` draw the unit in a row of `units`; leaving it lets go of project and layers.

    units, patches: ZRZYDJDY and ZRZYTB; lines, points: BOUNDARY_LINES and JZD where there are such. template: a .qpt of the user's.
    OutputError `layout.no_template`, `layout.unreadable`. Not for a thread: layouts belong to the main one.
    """

    def __init__(
        self, units: Table, patches: Table, pack: Pack, about: About, language: str, template: Path | None = None,
        lines: Table | None = None, points: Table | None = None,
    ) -> None:  # fmt: skip
        plane = plane_of(units)
        flat = [one if one is None else plane.flat(one) for one in (units, patches, lines, points)]
        self._most_points = int(pack.number("settings", "map_point_numbers"))
        self._family = fonts.family()
        self._project = QgsProject()
        self._project.setCrs(crs_of(plane.crs or _METRES))
        self._metre = metres_a_unit(self._project)
        self._layout = QgsPrintLayout(self._project)
        try:
            load(self._layout, template or TEMPLATE)
        except OutputError:
            self._layout = None  # before its project goes
            raise
        self._layers = RegisterLayers(self._project, self._project.crs(), Sources(*flat), pack, language)
        self._words = Words(units, pack, about, plane, self._project.crs(), language)
        set_family(self._layout, self._family)
        self._place = self._item("map")
        if self._place is not None:
            self._place.setKeepLayerSet(True)
            self._place.setLayers([self._layers.layers[key] for key in DRAWN])
        self._rooms = rooms_of(self._layout)
        legend = self._item("legend")
        self._legend = RegisterLegend(legend, self._layers, pack, language) if legend is not None else None
        # a legend knows its size only when it was drawn once
        QgsLayoutExporter(self._layout).renderPageToImage(0, QSize(), 10)
        title = self._layout.itemById("title")
        self._title_size = words_size(title) if isinstance(title, QgsLayoutItemLabel) else 0.0
        self._shown: tuple[int, UnitWords] | None = None

    def __enter__(self) -> RegisterMaps:
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        self._legend = self._place = self._layout = None
        self._layers.layers.clear()
        self._project.clear()

    @property
    def page(self) -> tuple[float, float]:
        """Width and height of the page in millimetres."""
        size = self._layout.pageCollection().page(0).pageSize()
        return float(size.width()), float(size.height())

    def has_shape(self, row: int) -> bool:
        """Whether the unit in `row` can be drawn."""
        return self._layers.has_shape(row)

    def remarks(self) -> list[tuple[str, dict[str, Any]]]:
        """(code, facts) of what is to be said about the template: named items it has not, items and words that nothing fills, further pages."""
        items = [one for one in self._layout.items() if isinstance(one, QgsLayoutItem) and one.id()]
        asked = {word for one in items if isinstance(one, QgsLayoutItemLabel) for word in _VARIABLE.findall(one.text())}
        listed = {
            "layout.missing": [name for name in _NAMED if self._item(name) is None],
            "layout.as_it_is": sorted({one.id() for one in items} - {*_NAMED, *_PLAIN}),
            "layout.unknown_words": sorted(asked - {f"map_{word}" for word in _WORDS}),
        }
        found: list[tuple[str, dict[str, Any]]] = [(code, {"items": ", ".join(names)}) for code, names in listed.items() if names]
        pages = self._layout.pageCollection().pageCount()
        return [*found, ("layout.first_page", {"pages": pages})] if pages > 1 else found

    def picture(self, row: int, path: Path, figures: UnitWords = _NO_FIGURES, dpi: int = 150) -> bool:
        """Write the page as an image; False where the unit has no shape. OutputError `layout.not_exported`."""
        if not self._show(row, figures):
            return False
        self._layout.renderContext().setDpi(dpi)
        image = QgsLayoutExporter(self._layout).renderPageToImage(0, QSize(), dpi)
        if image.isNull() or not image.save(str(path)):
            raise OutputError("layout.not_exported", path=str(path))
        return True

    def paint(self, row: int, painter: QPainter, figures: UnitWords = _NO_FIGURES) -> bool:
        """Draw the page over the whole of the painter's device, as lines and text; False where the unit has no shape."""
        if not self._show(row, figures):
            return False
        context, vector = self._layout.renderContext(), QgsLayoutRenderContext.Flag.FlagForceVectorOutput
        context.setDpi(painter.device().logicalDpiX())
        context.setTextRenderFormat(Qgis.TextRenderFormat.AlwaysText)
        context.setFlag(vector, True)
        QgsLayoutExporter(self._layout).renderPage(painter, 0)
        context.setFlag(vector, False)
        return True

    def _item(self, name: str) -> Any:
        """The template's item of that name, None where it has none or one of another kind."""
        item = self._layout.itemById(name)
        return item if isinstance(item, _NAMED[name]) else None

    def _show(self, row: int, figures: UnitWords) -> bool:
        if self._shown == (row, figures):
            return True
        drawn = self._layers.show(row, self._most_points)
        if drawn is None:
            return False
        self._shown = (row, figures)
        texts = self._words.on_sides(row, drawn, figures)
        self._fit_title(texts["map_title"])
        if self._place is not None:
            box = QgsRectangle(*drawn.box)
            scale = self._zoom(box)
            self._layers.draw_fine(drawn.width * self._metre / scale * 1000 < _THIN)
            seen = self._place.extent()
            drawn = self._layers.show_around(drawn, row, (seen.xMinimum(), seen.yMinimum(), seen.xMaximum(), seen.yMaximum()))
            said = partial(self._neighbours, row)
            words = arrange(self._layout, self._place, box, self._rooms, self._family, said)
            texts.update({f"map_{side}": text for side, text in words.items()})
            frame(self._layout, self._place, scale, self._metre, self._in_lines(texts))
            bar = self._item("scale_bar")
            if bar is not None:
                set_scale_bar(bar, scale, _PART)
        else:
            blank = {name: re.sub(r"\{\w+\}", "—", text) for name, text in texts.items()}
            QgsExpressionContextUtils.setLayoutVariables(self._layout, self._in_lines(blank))
        if self._legend is not None:
            self._legend.fill(drawn, figures.by_type)
        self._layout.refresh()
        return True

    def _zoom(self, box: QgsRectangle) -> float:
        """Bring the unit into the part of the frame that the words leave free, at a printed scale; its denominator."""
        wide, deep = margins(self._place, self._rooms)
        width, height = self._place.rect().width() - 2 * wide, self._place.rect().height() - 2 * deep
        scale = scale_for(box, max(width, 10.0), max(height, 10.0), self._metre)
        self._place.zoomToExtent(box)
        self._place.setScale(scale)
        return scale

    def _neighbours(self, row: int, side: str, wide: float, deep: float, size: float) -> str:
        return self._words.neighbours(row, side, wide, deep, self._family, size)

    def _in_lines(self, texts: dict[str, str]) -> dict[str, str]:
        labels = {name: self._layout.itemById(name) for name in _BROKEN}
        broken = {
            f"map_{name}": in_width(texts[f"map_{name}"], label.rect().width(), words_size(label))
            for name, label in labels.items()
            if isinstance(label, QgsLayoutItemLabel)
        }
        return {**texts, **broken}

    def _fit_title(self, text: str) -> None:
        """Set a long title in smaller letters."""
        title = self._layout.itemById("title")
        if isinstance(title, QgsLayoutItemLabel):
            needed = millimetres(text, self._family, self._title_size) * 1.03
            set_words_size(title, max(self._title_size * min(title.rect().width() / max(needed, 1.0), 1.0), _SMALLEST))
