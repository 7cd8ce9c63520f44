"""What measuring has in common: one value a feature, in a new layer or in place."""

from __future__ import annotations

from typing import Any

from qgis.core import NULL, QgsFeature, QgsFields, QgsProcessingAlgorithm, QgsVectorLayer, QgsWkbTypes

from ..plugin.bridge import params
from ..plugin.bridge.run import Run
from ..plugin.core.errors import FieldError
from .base import ShanshuiAlgorithm, speaking

__all__ = ["Measuring", "common"]


class Measuring(ShanshuiAlgorithm):
    """One value for each feature of INPUT, written to FIELD.

    In place, QGIS asks for the features one by one; the values are then all computed at once before the first is asked for and handed
    out by id, so that features keep their ids.
    """

    _in_place = False

    def initAlgorithm(self, configuration: Any = None) -> None:  # noqa: N802
        self._in_place = bool((configuration or {}).get("IN_PLACE"))
        super().initAlgorithm(configuration)

    def flags(self) -> Any:
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagSupportsInPlaceEdits

    def supportInPlaceEdit(self, layer: Any) -> bool:  # noqa: N802
        kinds = QgsWkbTypes.GeometryType
        wanted = {"polygon": (kinds.PolygonGeometry,), "any": (kinds.PolygonGeometry, kinds.LineGeometry)}[self.PARAMETERS[0].geometry]
        return isinstance(layer, QgsVectorLayer) and layer.geometryType() in wanted and any(one.isNumeric() for one in layer.fields())

    def outputFields(self, fields: QgsFields) -> QgsFields:  # noqa: N802
        return fields

    def outputWkbType(self, kind: Any) -> Any:  # noqa: N802
        return kind

    def outputCrs(self, crs: Any) -> Any:  # noqa: N802
        return crs

    def values(self, given: dict[str, Any], run: Run) -> tuple[Any, dict[str, Any]]:
        """The value of each row of given["INPUT"] (NaN = none), and the results to return beside the layer."""
        raise AssertionError(f"{type(self).__name__} measures nothing")

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        self._fits(run.readings["INPUT"].fields, given)
        values, results = self.values(given, run)
        return {"OUTPUT": given["INPUT"].with_columns(**{given["FIELD"]: values}), **results}

    def prepareAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> bool:  # noqa: N802
        if not super().prepareAlgorithm(parameters, context, feedback) or not self._in_place:
            return not self._in_place
        try:
            copy, run = self.translated(parameters), Run(context, feedback, self._prepared)
            given = {kind.name: kind.read(self, copy, context, run) for kind in self.PARAMETERS if not kind.is_output}
            reading = run.readings["INPUT"]
            self._at = reading.fields.lookupField(given["FIELD"])
            if self._at < 0:
                raise FieldError("measure.no_field", field=given["FIELD"], layer=reading.table.name)
            self._fits(reading.fields, given)
            found, _ = self.values(given, run)
            self._found = dict(zip(reading.ids.tolist(), found.tolist()))
        except Exception as failure:  # as in the base: a failure of any kind becomes a sentence
            raise speaking(failure) from failure
        return True

    def processFeature(self, feature: QgsFeature, context: Any, feedback: Any) -> list[QgsFeature]:  # noqa: N802
        value = self._found.get(feature.id(), float("nan"))
        feature.setAttribute(self._at, value if value == value else NULL)
        return [feature]

    def _fits(self, fields: QgsFields, given: dict[str, Any]) -> None:
        at = fields.lookupField(given["FIELD"])
        if at < 0:
            return
        if not fields.at(at).isNumeric():
            raise FieldError("measure.text_field", field=given["FIELD"])
        if fields.at(at).typeName().lower().startswith(("int", "big", "small")) and given["DECIMALS"] > 0:
            raise FieldError("measure.whole_field", field=given["FIELD"])


def common(field: str, units: tuple[str, ...]) -> tuple[params.Kind, ...]:
    """The parameters that measuring areas and lengths share."""
    decimals = params.Number("DECIMALS", 2, minimum=0, maximum=8, integer=True, setting="decimals")
    return (params.Text("FIELD", field), params.Choice("UNIT", units), decimals)
