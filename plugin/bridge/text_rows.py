"""Fields of a vector layer as texts, read once in bulk, its edit buffer and filter respected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from qgis.core import NULL, QgsFeatureRequest, QgsVectorLayer

__all__ = ["text_rows"]


def text_rows(layer: QgsVectorLayer, names: Sequence[str], ids: Iterable[int] | None = None) -> Iterator[tuple[int, list[str]]]:
    """Id and the texts of at least two fields of every feature, of those of `ids` where they are given; NULL is ""."""
    places = [layer.fields().indexOf(name) for name in names]
    request = QgsFeatureRequest()
    if ids is not None:
        request.setFilterFids(list(ids))
    request.setFlags(QgsFeatureRequest.Flag.NoGeometry).setSubsetOfAttributes(places)
    picked = itemgetter(*places)
    for feature in layer.getFeatures(request):
        yield feature.id(), [one if type(one) is str else _text(one) for one in picked(feature.attributes())]


def _text(value: Any) -> str:
    return "" if value is None or value == NULL else str(value)
