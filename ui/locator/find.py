"""The filter that QGIS's locator asks: what is needed of layers is taken in the main thread, the search runs in a thread of QGIS."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from qgis.core import (
    NULL,
    Qgis,
    QgsExpression,
    QgsFeatureRequest,
    QgsFeedback,
    QgsLocatorContext,
    QgsLocatorFilter,
    QgsLocatorResult,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)

from ...plugin.bridge.packs_in_use import packs_in_use
from ...plugin.bridge.speech import tr
from ...plugin.core.coding.find_fields import FindFields, find_fields
from ...plugin.core.errors import ShanshuiError
from ...plugin.core.schema import load_packs
from ..findings.place import go
from .presenter import enough, hit

__all__ = ["FindFilter", "known_fields"]

_OF_LAYER, _IN_ALL = 20, 60  # results


@lru_cache(maxsize=1)
def known_fields() -> FindFields:
    """The fields of the packs in use, read at the first search; none where a pack of the user's cannot be read."""
    try:
        return find_fields(packs_in_use())
    except ShanshuiError:
        return find_fields(load_packs())


@dataclass(frozen=True)
class _Searched:
    """A layer to search: its features as they are now, edits included."""

    id: str
    name: str
    fields: FindFields
    source: QgsVectorLayerFeatureSource


class FindFilter(QgsLocatorFilter):
    """Finds features by what stands in their fields of codes and names."""

    def __init__(self, iface: Any) -> None:
        super().__init__()
        self._iface = iface
        self._searched: list[_Searched] = []
        self.setUseWithoutPrefix(False)
        self.setFetchResultsDelay(200)

    def clone(self) -> FindFilter:
        """A filter for one search."""
        return FindFilter(self._iface)

    def name(self) -> str:
        """What QGIS calls it in its settings."""
        return "shanshui_find"

    def displayName(self) -> str:  # noqa: N802
        """What users call it."""
        return tr("Parcels and units by code or name")

    def prefix(self) -> str:
        """The prefix that plugins may have; see `door` for the short one."""
        return "shanshui"

    def prepare(self, text: str, context: QgsLocatorContext) -> list[str]:
        """Take the layers that have such fields; called in the main thread before each search."""
        if not enough(text.strip()):
            return []
        known = known_fields()
        for layer in QgsProject.instance().mapLayers().values():
            if isinstance(layer, QgsVectorLayer) and layer.isValid() and layer.isSpatial():
                fields = known.among(layer.fields().names())
                if fields.codes or fields.names:
                    self._searched.append(_Searched(layer.id(), layer.name(), fields, QgsVectorLayerFeatureSource(layer)))
        return []

    def fetchResults(self, text: str, context: QgsLocatorContext, feedback: QgsFeedback) -> None:  # noqa: N802
        """Search, in a thread; each result is told as it is found, some of each layer."""
        wanted, left = text.strip(), _IN_ALL
        for one in self._searched:
            if feedback.isCanceled() or left <= 0:
                return
            left -= self._search(one, wanted, min(left, _OF_LAYER), feedback)

    def _search(self, one: _Searched, wanted: str, most: int, feedback: QgsFeedback) -> int:
        """Tell the first features of a layer that hold the text; how many."""
        names = [*one.fields.codes, *one.fields.names]
        tests = " OR ".join(f"strpos(lower(to_string({QgsExpression.quotedColumnRef(name)})), {_quoted(wanted.lower())}) > 0" for name in names)
        request = QgsFeatureRequest(QgsExpression(tests)).setFlags(QgsFeatureRequest.Flag.NoGeometry).setLimit(most)
        request.setSubsetOfAttributes(names, one.source.fields())
        request.setFeedback(feedback)
        told = 0
        for feature in one.source.getFeatures(request):
            found = hit(wanted, [_text(feature[name]) for name in one.fields.codes], [_text(feature[name]) for name in one.fields.names])
            if found is None:
                continue
            result = QgsLocatorResult()
            result.filter, result.displayString, result.description = self, found.label, found.detail
            result.group, result.score = one.name, found.score
            _keep(result, [one.id, feature.id()])
            self.resultFetched.emit(result)
            told += 1
        return told

    def triggerResult(self, result: QgsLocatorResult) -> None:  # noqa: N802
        """Go to the feature; in the main thread."""
        where, number = _kept(result)
        layer = QgsProject.instance().mapLayer(where)
        if layer is None:
            self._say(tr("The layer is not in the project any more."))
        elif not go(self._iface.mapCanvas(), layer, int(number)):
            self._say(tr("This feature has no place on the map."))

    def _say(self, text: str) -> None:
        self._iface.messageBar().pushMessage(self.displayName(), text, Qgis.MessageLevel.Warning)


def _text(value: Any) -> str:
    return "" if value is None or value == NULL else str(value).strip()


def _quoted(text: str) -> str:
    return str(QgsExpression.quotedValue(text))


def _keep(result: QgsLocatorResult, data: list[Any]) -> None:
    if hasattr(result, "setUserData"):
        result.setUserData(data)
    else:  # 3.22
        result.userData = data


def _kept(result: QgsLocatorResult) -> Any:
    if hasattr(result, "getUserData"):  # 3.22, where to read the attribute ends in an error of the interpreter
        return result.getUserData()
    data = result.userData
    return data() if callable(data) else data
