"""The legend of a register map: what the map shows and nothing else, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from typing import Any

from qgis.core import QgsLayoutItemLegend, QgsLegendStyle

from ..core.schema import Pack
from .label_words import set_words_size, words_size
from .layouts import set_classes, wrapped
from .register_layers import Drawn, RegisterLayers
from .speech import sentence

__all__ = ["RegisterLegend"]

_ORDER = ("outlines", "neighbours", "points", "types", "boundaries")
_COLUMNS = 5  # most columns
_SIZES = (1.0, 0.9, 0.8)  # of the template's letters
_STYLES = QgsLegendStyle.Style
_WRAPS = (52, 36)  # characters of a line


class RegisterLegend:
    """Keeps the room that the template gives to the legend and fills it for one unit after another."""

    def __init__(self, legend: QgsLayoutItemLegend, layers: RegisterLayers, pack: Pack, language: str) -> None:
        self._legend, self._layers, self._pack, self._language = legend, layers, pack, language
        self._room = legend.rect().width(), legend.rect().height()
        self._columns = max(legend.columnCount(), 1)
        self._sizes = {kind: words_size(legend.style(kind)) for kind in (_STYLES.Subgroup, _STYLES.SymbolLabel)}
        legend.setAutoUpdateModel(False)
        legend.setTitle(sentence("map.legend", {}, language))

    def fill(self, drawn: Drawn, amounts: Mapping[str, str]) -> None:
        """Entries for the layers that have something, and of their classes those that are there; amounts: resource type → its area as text."""
        root = self._legend.model().rootGroup()
        root.removeAllChildren()
        nodes = {key: root.addLayer(self._layers.layers[key]) for key in _ORDER if drawn.counts[key]}
        for key, node in nodes.items():
            node.setCustomProperty("legend/title-label", self._heading(key))
        self._fit(partial(self._label, nodes, drawn, amounts))

    def _label(self, nodes: Mapping[str, Any], drawn: Drawn, amounts: Mapping[str, str], wide: int) -> None:
        """Name the entries, in lines of about `wide` characters."""
        for key, node in nodes.items():
            if key not in drawn.classes:
                set_classes(self._legend, node, [wrapped(self._heading(key), wide)], None, True)
                continue
            listed = self._layers.classes(key)
            told = amounts if key == "types" else {}
            labels = [wrapped(f"{label}　{told[code]}" if code in told else label, wide) for code, label in listed]
            set_classes(self._legend, node, labels, [at for at, (code, _) in enumerate(listed) if code in drawn.classes[key]], False)

    def _heading(self, key: str) -> str:
        if key == "neighbours":
            return sentence("map.register.neighbours", {}, self._language)
        return self._pack.value("map_layers", key, f"legend_{self._language}")

    def _fit(self, label: Callable[[int], None]) -> None:
        """The largest letters, longest lines and fewest columns with which the legend stays in its room, else what leaves it least."""
        tried = []
        for part, wide in product(_SIZES, _WRAPS):
            label(wide)
            for count in range(self._columns, max(_COLUMNS, self._columns) + 1):
                over = self._set(part, count)
                if not over:
                    return
                tried.append((over, -part, -wide, count))
        _, part, wide, count = min(tried)
        label(-wide)
        self._set(-part, count)

    def _set(self, part: float, columns: int) -> float:
        """Set the letters to a part of the template's size, and the columns; by how many millimetres the legend is larger than its room."""
        for kind, size in self._sizes.items():
            style = self._legend.style(kind)
            set_words_size(style, size * part)
            self._legend.setStyle(kind, style)
        self._legend.setColumnCount(columns)
        self._legend.adjustBoxSize()
        rect = self._legend.rect()
        return float(max(rect.width() - self._room[0], 0.0) + max(rect.height() - self._room[1], 0.0))
