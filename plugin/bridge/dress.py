"""A schema page becomes aliases, drop-downs and a style on a loaded layer."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsEditorWidgetSetup,
    QgsFieldConstraints,
    QgsProcessingLayerPostProcessorInterface,
    QgsVectorLayer,
)

from ..core.schema import Layer, Pack
from .places import RESOURCES

__all__ = ["Dresser", "dress"]


def dress(layer: QgsVectorLayer, page: Layer | None, pack: Pack | None, language: str, style: str = "") -> None:
    """Give a layer its shipped style, aliases in `language`, value lists for coded fields and constraints for mandatory ones."""
    if style:
        layer.loadNamedStyle(str(RESOURCES / "styles" / f"{style}.qml"))
    if page is not None:
        for entry in page.fields:
            at = layer.fields().indexOf(entry.name)
            if at < 0:
                continue
            layer.setFieldAlias(at, entry.label_zh if language == "zh" else entry.label_en)
            if entry.presence == "M":
                layer.setFieldConstraint(
                    at, QgsFieldConstraints.Constraint.ConstraintNotNull, QgsFieldConstraints.ConstraintStrength.ConstraintStrengthSoft
                )
            if pack is not None and entry.domain in pack.codes:
                names = [{_word(code, language): code.code} for code in pack.codes[entry.domain].entries.values()]
                layer.setEditorWidgetSetup(at, QgsEditorWidgetSetup("ValueMap", {"map": names}))
    _label_categories(layer, page, pack, language)
    layer.triggerRepaint()


def _word(code: Any, language: str) -> str:
    return f"{code.code} {code.name_zh if language == 'zh' else code.name_en}"


def _label_categories(layer: QgsVectorLayer, page: Layer | None, pack: Pack | None, language: str) -> None:
    """Name the classes of a shipped style in the language wanted, from the same lists that the fields use.

    A class that is in no list (nothing decided, a severity) has both words in the style, parted by a slash.
    """
    renderer = layer.renderer()
    if not isinstance(renderer, QgsCategorizedSymbolRenderer):
        return
    entry = next((one for one in page.fields if one.name == renderer.classAttribute()), None) if page is not None else None
    listed = pack.codes[entry.domain].entries if pack is not None and entry is not None and entry.domain in pack.codes else {}
    for at, category in enumerate(renderer.categories()):
        code = listed.get(str(category.value()))
        words = category.label().split(" / ")
        if code is not None:
            renderer.updateCategoryLabel(at, code.name_zh if language == "zh" else code.name_en)
        elif len(words) == 2:
            renderer.updateCategoryLabel(at, words[language != "zh"])
    layer.rendererChanged.emit()  # a legend that is shown already does not see labels change


class Dresser(QgsProcessingLayerPostProcessorInterface):
    """Dresses a result when QGIS loads it; kept alive by the class, since a collected one crashes QGIS."""

    kept: list[Dresser] = []

    def __init__(self, page: Layer | None, pack: Pack | None, language: str, style: str) -> None:
        super().__init__()
        self._page, self._pack, self._language, self._style = page, pack, language, style
        Dresser.kept = [*Dresser.kept[-63:], self]

    def postProcessLayer(self, layer: Any, context: Any, feedback: Any) -> None:  # noqa: N802
        """Called by QGIS in the main thread when the layer is loaded."""
        if isinstance(layer, QgsVectorLayer):
            dress(layer, self._page, self._pack, self._language, self._style)
