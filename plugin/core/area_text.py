"""Areas as offices write them: numbers, or text with a unit behind (1.25公顷, 18.75 亩, 12,500 m²)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from .errors import FieldError
from .finding import Finding
from .measure import UNITS, round_half_away
from .table import Table, is_missing

__all__ = ["Stated", "area_of", "stated_areas"]

_WORDS = {
    "m2": ("m2", "m^2", "sqm", "平方米", "平方公尺", "平米"),
    "ha": ("ha", "hectare", "hectares", "公顷"),
    "mu": ("mu", "亩", "市亩"),
    "km2": ("km2", "km^2", "平方公里", "平方千米"),
}
_UNIT = {word: unit for unit, words in _WORDS.items() for word in words}
# plain digits, or digits in groups of three; a lone comma is not taken for a decimal point
_NUMBER = re.compile(r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+)\s*(?P<unit>(?:[^\d.,].*)?)")


@dataclass(frozen=True)
class Stated:
    """values: m² of each row, NaN where nothing is written; units: how many rows state each unit ("" = none, taken for m²), for text only."""

    values: np.ndarray[Any, Any]
    units: dict[str, int] = field(default_factory=dict)

    def findings(self, layer: str, name: str) -> list[Finding]:
        """A note that the field is text, and how it was read; none for a field of numbers."""
        if not self.units:
            return []
        listed = ", ".join(f"{unit or '—'} × {count}" for unit, count in sorted(self.units.items()))
        facts = {"layer": layer, "field": name, "count": sum(self.units.values()), "units": listed}
        return [Finding("area.text_read", "note", layer, field=name, facts=facts)]


def area_of(text: str) -> tuple[float, str] | None:
    """(m², unit as in `measure.UNITS` or "" where none is written) of an area as text, exact to 0.0001 m²; None for what is none.

    Full-width digits, blanks and groups of three digits are read: 1.25公顷 → 12500.0, １８．７５ 亩 → 12500.0, 12,500.5㎡ → 12500.5.
    """
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    word = found["unit"].strip().rstrip("。.").lower().replace(" ", "")
    if word and word not in _UNIT:
        return None
    unit = _UNIT.get(word, "")
    top, bottom = UNITS[unit or "m2"]
    exact = Decimal(found["number"].replace(",", "")) * top / bottom
    return round_half_away(exact, 4), unit  # type: ignore[call-overload]


def stated_areas(table: Table, name: str) -> Stated:
    """The areas that a field states, a number taken for m².

    FieldError `input.missing_field`; `area.unreadable` for the first text that is no area, `area.not_numeric` for a field of dates or
    the like.
    """
    column = table[name]
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return Stated(column.to_numpy(dtype=float, na_value=np.nan))
    return _of_text(column.tolist(), table.name, name)


def _of_text(column: Iterable[Any], layer: str, name: str) -> Stated:
    values, units = [], dict[str, int]()
    for row, value in enumerate(column, 1):
        if is_missing(value) or (isinstance(value, str) and not value.strip()):
            values.append(np.nan)
            continue
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise FieldError("area.not_numeric", layer=layer, field=name, value=str(value))
        read = area_of(str(value))
        if read is None:
            raise FieldError("area.unreadable", layer=layer, field=name, row=row, value=str(value))
        values.append(read[0])
        units[read[1]] = units.get(read[1], 0) + 1
    return Stated(np.array(values, dtype=float), units)
