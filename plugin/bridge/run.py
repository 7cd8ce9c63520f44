"""One run of an algorithm: what it read, counted and said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsFeatureRequest,
    QgsFields,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
    QgsWkbTypes,
)

from ..core import schema
from ..core.errors import CrsError, InputError
from ..core.finding import Finding
from ..core.progress import Progress
from . import settings as stored
from .packs_in_use import packs_in_use
from .speech import sentence

if TYPE_CHECKING:
    from .layers import Reading

__all__ = ["Origin", "Run", "Snapshot", "origin"]

_NEEDS = {"polygon": "input.needs_polygons", "line": "input.needs_lines", "point": "input.needs_points"}


@dataclass(frozen=True)
class Origin:
    """Where a source's features lie, as known before the run left the main thread.

    plain: nothing but the file itself is meant (no filter, no selection, no edits), so that it may be read in bulk.
    """

    path: str = ""
    layer: str = ""
    plain: bool = False


def origin(layer: QgsVectorLayer | None, definition: Any) -> Origin:
    """The origin of a vector layer given as parameter value `definition`."""
    if layer is None or layer.providerType() != "ogr":
        return Origin()
    path, *rest = layer.source().split("|")
    name = next((one.partition("=")[2] for one in rest if one.startswith("layername=")), "")
    definition = getattr(definition, "value", lambda: definition)
    chosen = any(getattr(definition, word, False) for word in ("selectedFeaturesOnly", "filterExpression"))
    partial = chosen or getattr(definition, "featureLimit", -1) > 0
    plain = not (partial or layer.subsetString() or layer.isEditable() or any(not one.startswith("layername=") for one in rest))
    return Origin(path, name, plain and Path(path).is_file())


def named(label: str, place: Origin) -> str:
    """A layer's name: for a layer of a container that was given as `file.gpkg|layername=X` QGIS knows only the file's name, and X is meant."""
    return place.layer if place.layer and label in ("", Path(place.path).stem) else label


class Snapshot:
    """A vector layer's features as they are when the run starts, readable in any thread, edits included."""

    def __init__(self, layer: QgsVectorLayer) -> None:
        self._source = QgsVectorLayerFeatureSource(layer)
        self._fields, self._crs, self._count, self._type = QgsFields(layer.fields()), layer.crs(), layer.featureCount(), layer.wkbType()
        self.name = layer.name()
        self.has_geometry = layer.isSpatial()

    def fields(self) -> QgsFields:
        """The layer's fields."""
        return self._fields

    def sourceCrs(self) -> Any:  # noqa: N802  (as QgsFeatureSource has it)
        """The layer's CRS."""
        return self._crs

    def featureCount(self) -> int:  # noqa: N802
        """How many features the layer had."""
        return int(self._count)

    def wkbType(self) -> Any:  # noqa: N802
        """The layer's geometry type."""
        return self._type

    def getFeatures(self, request: QgsFeatureRequest) -> Any:  # noqa: N802
        """An iterator over the features."""
        return self._source.getFeatures(request)


class Run:
    """What an algorithm may ask of the house while it runs."""

    def __init__(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback, prepared: Mapping[str, Any]) -> None:
        self.context, self.feedback, self.prepared = context, feedback, prepared
        self.settings = stored.load()
        self.language = self.settings.output_language
        self.readings: dict[str, Reading] = {}
        self.counts: dict[str, int] = {}
        self.findings: list[Finding] = []
        self._packs: dict[str, schema.Pack] | None = None
        # nothing here may hold the run itself: a circle would keep the context, and layers with it, until some thread collects it
        whole = Progress(_forward(feedback), feedback.isCanceled, lambda code, facts: feedback.pushInfo(sentence(code, facts)))
        self.reading_progress, self.progress, self.writing_progress = whole.part(0.0, 0.15), whole.part(0.15, 0.85), whole.part(0.85, 1.0)
        self._sources = sum(len(one) if isinstance(one, list) else 1 for one in prepared.values() if isinstance(one, (list, Origin)))

    @property
    def packs(self) -> dict[str, schema.Pack]:
        """The packs by id, the user's laid over the shipped ones."""
        if self._packs is None:
            self._packs = packs_in_use(self.settings)
        return self._packs

    def info(self, code: str, /, **facts: object) -> None:
        """Say a sentence in the log."""
        self.feedback.pushInfo(sentence(code, facts))

    def number(self, name: str, value: float | None, pack: schema.Pack, rule: str, key: str) -> float:
        """A parameter's number, or where it was left empty that of a row of the pack in use, which the log then names with its status."""
        if value is not None:
            return value
        row = pack.row(rule, key)
        self.info("run.from_pack", name=name, value=row["value"], unit=row.get("unit", ""), pack=pack.id, edition=pack.edition, status=row["status"])
        return pack.number(rule, key)

    def warn(self, code: str, /, **facts: object) -> None:
        """Say a sentence as a warning, with what to do next."""
        self.feedback.pushWarning(sentence(code, facts, with_next=True))

    def count(self, name: str, number: int) -> None:
        """Keep a count for the closing lines of the log."""
        self.counts[name] = self.counts.get(name, 0) + int(number)

    def invalid_setting(self, source: Any) -> str:
        """repair, reject or stop: what the user's *Invalid features* setting means here."""
        checks = QgsFeatureRequest.InvalidGeometryCheck
        chosen = source.invalidGeometryCheck() if hasattr(source, "invalidGeometryCheck") else self.context.invalidGeometryCheck()
        return {checks.GeometryNoCheck: "repair", checks.GeometrySkipInvalid: "reject"}.get(chosen, "stop")

    def read(self, name: str, source: Any, kind: str, label: str, place: Origin, judged: bool = True) -> Any:
        """Read a source into a Table under parameter `name`, and say what was mended or set aside, and what looks wrong with its coordinates.

        judged: invalid and missing shapes are dealt with; else they pass as they are. InputError `input.no_geometry`, `input.needs_polygons`
        and the like for a layer that can hold no shape of the kind.
        """
        from . import layers

        label = named(label, place)
        _can_hold(source, kind, label)
        done, among = len(self.readings), max(self._sources, len(self.readings) + 1)
        step = self.reading_progress.part(done / among, (done + 1) / among)
        reading = layers.read(source, label, kind, self.invalid_setting(source) if judged else "keep", step, place)
        reading.path, reading.layer = place.path, place.layer
        self.readings[name] = reading
        self._look(reading, kind if judged else "table")
        if reading.repaired:
            self.warn("read.repaired", layer=label, count=reading.repaired)
        for reason, count in reading.reasons.items():
            self.warn("read.set_aside", layer=label, count=count, reason=sentence(reason, {}))
        return reading.table

    def _look(self, reading: Reading, kind: str) -> None:
        """Say that there is nothing to work on, that the CRS is missing, or that the coordinates contradict it; the last are findings too."""
        from ..core.zone_check import check_zone
        from . import legacy_text

        table = reading.table
        garbled = legacy_text.garbled(reading.path, table)
        if garbled:
            self.warn("read.encoding_unknown", layer=table.name, value=garbled)
        if not len(table):
            self.warn("input.nothing_to_use", layer=table.name)
        elif kind != "table" and not table.crs:
            self.warn("crs.none_given", layer=table.name)
        elif kind != "table":
            try:
                self.findings += self._placed(check_zone(table.shapes, table.crs, table.name), table)
            except CrsError as failure:
                self.warn(failure.code, **failure.facts)

    def _placed(self, findings: list[Finding], table: Any) -> list[Finding]:
        """Findings of a layer with their places in the CRS of all findings, without one where coordinates cannot be brought there."""
        import numpy as np
        import shapely

        from ..core.projection import reproject_shapes

        if not self.crs or not findings:
            return findings
        moved = []
        for one in findings:
            try:
                shape = reproject_shapes(np.array([one.where], dtype=object), table.crs, self.crs, table.name)[0]
            except CrsError:
                shape = None
            known = shape is not None and np.isfinite(shapely.bounds(shape)).all()
            moved.append(replace(one, where=shape if known else None))
        return moved

    @property
    def known_fields(self) -> list[QgsFields]:
        """The fields of the sources, for columns that pass through unchanged."""
        return [reading.fields for reading in self.readings.values()]

    @property
    def crs(self) -> str | None:
        """The CRS of the first source read."""
        return next((reading.table.crs for reading in self.readings.values()), None)

    @property
    def paths(self) -> list[tuple[str, str]]:
        """The files the sources came from, each with the layer in it ("" = its first)."""
        return [(reading.path, reading.layer) for reading in self.readings.values() if reading.path]


def _forward(feedback: QgsProcessingFeedback) -> Callable[[float], None]:
    """A report of progress that never goes back, however many layers are read and written."""
    reached = 0.0

    def report(fraction: float) -> None:
        nonlocal reached
        if 100 * fraction > reached:
            reached = 100 * fraction
            feedback.setProgress(reached)

    return report


def _can_hold(source: Any, kind: str, label: str) -> None:
    kinds = QgsWkbTypes.GeometryType
    found = QgsWkbTypes.geometryType(source.wkbType())
    if kind != "table" and found == kinds.NullGeometry:
        raise InputError("input.no_geometry", layer=label)
    wanted = {"polygon": kinds.PolygonGeometry, "line": kinds.LineGeometry, "point": kinds.PointGeometry}.get(kind)
    if wanted is not None and found not in (wanted, kinds.UnknownGeometry):
        raise InputError(_NEEDS[kind], layer=label)
