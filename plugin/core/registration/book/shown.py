"""Values of the database as a page shows them: names for codes, ISO days, numbers with the decimals of their field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...schema import Field, Pack
from ...table import is_missing
from .book import Cell, Column

__all__ = ["column_of", "heading", "shown"]

# signs that no XML document may hold
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNITS = {"m2": "m²", "m3": "m³"}


def shown(value: Any, field: Field | None, pack: Pack, language: str) -> Cell:
    """A value as the cell of a page: None for a blank, the name of a code, the day of a date; numbers stay numbers."""
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        return None
    if field is not None and field.domain and field.domain in pack.codes:
        code = str(value).strip()
        return pack.codes[field.domain][code].name(language) if code in pack.codes[field.domain] else code
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    if isinstance(value, (bool, str)):
        return _CONTROL.sub("", str(value)).strip() or None
    number = value.item() if hasattr(value, "item") else value
    return int(number) if field is not None and field.type == "integer" else number


def heading(field: Field, language: str) -> str:
    """The label of a field with its unit behind it, where the label does not say it already."""
    unit = _UNITS.get(field.unit, field.unit)
    label = field.label(language)
    if not unit or "（" in label or "(" in label:
        return label
    return f"{label}（{unit}）" if language == "zh" else f"{label} ({unit})"


def column_of(row: Mapping[str, str], field: Field | None, language: str) -> Column:
    """The column that a row of the pack's `book_columns` means; what it leaves blank comes from the field of the layer's page."""
    label = row[f"label_{language}"] or (heading(field, language) if field is not None else row["column"])
    decimals = int(row["decimals"]) if row["decimals"] else None
    if decimals is None and field is not None and field.type in ("real", "integer") and not field.domain:
        decimals = field.decimals if field.type == "real" else 0
    return Column(label, decimals, float(row["width"]), row[f"group_{language}"])
