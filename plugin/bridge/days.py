"""A day as a parameter: a calendar in the window, a date as text in scripts and models; today where none is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from qgis.core import QgsProcessingParameterDateTime, QgsProcessingParameterDefinition, QgsProperty

from .pages import Page
from .params import Kind

__all__ = ["Day"]


class Day(Kind):
    """Read as a `datetime.date`; InputError `notice.bad_day` for a text that is none (QGIS would take today in silence)."""

    def __init__(self, name: str) -> None:
        super().__init__(name, None, True)

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterDateTime(self.name, label, QgsProcessingParameterDateTime.Type.Date, None, True)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        from ..core.registration.periods import parsed_day

        value = parameters.get(self.name)
        if isinstance(value, str) and value.strip():
            return parsed_day(value)
        found = alg.parameterAsDateTime(parameters, self.name, context).date()
        if not found.isValid():
            if value not in (None, "") and not isinstance(value, QgsProperty):
                return parsed_day(str(value))
            return date.today()
        return date(found.year(), found.month(), found.day())
