"""A table made ready for a database: fields as its page has them where the values fit, labels, one kind of shape."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from qgis.core import QgsField, QgsFields

from ...core.errors import InputError
from ...core.exchange.domains import entries
from ...core.schema import Field, Layer
from ...core.table import Table
from .. import layers, outcome

__all__ = ["Ready", "prepare", "stored_kind"]

_PLAIN = (str, int, float, bool)


@dataclass(frozen=True)
class Ready:
    """A table, its fields with labels, the page it follows, polygon, line, point or table; as_text: columns that were turned into text."""

    table: Table
    fields: QgsFields
    page: Layer | None
    kind: str
    as_text: tuple[str, ...] = ()


def prepare(table: Table, page: Layer | None, source: QgsFields, language: str) -> Ready:
    """The table ready to be written. InputError `vct.mixed` where points, lines and polygons are in one layer."""
    known, fields, texts = entries(page, table.fields), QgsFields(), {}
    for name in table.fields:
        column = table.rows[name]
        if column.dtype == object and not all(_is_plain(value) for value in column):
            texts[name] = [_as_text(value) for value in column]
            column = pd.Series(texts[name], dtype=object)
        fields.append(_field(name, column, known.get(name), source, language))
    ready = table.with_columns(**texts) if texts else table
    return Ready(ready, fields, page, _kind(table, page), tuple(texts))


def stored_kind(field: QgsField) -> str:
    """text, integer, real, bool, date, datetime or other."""
    word = field.typeName().lower()
    if field.isNumeric():
        return "integer" if word.startswith("int") else "real"
    return {"bool": "bool", "boolean": "bool", "date": "date", "datetime": "datetime"}.get(word, "text")


def _field(name: str, column: pd.Series[Any], entry: Field | None, source: QgsFields, language: str) -> QgsField:
    """As the page has it where every value fits, else as the source had it, else by the values."""
    kind = layers.fields_of(Table(pd.DataFrame({name: column})), [source])[0]
    if entry is not None and _fits(column, stored_kind(kind), entry):
        kind = layers.make_field(name, entry.type, int(entry.length or 0), int(entry.decimals or 0))
    made = QgsField(kind)
    made.setAlias(entry.label(language) if entry is not None else "")
    return made


def _fits(column: pd.Series[Any], kind: str, entry: Field) -> bool:
    wanted = "text" if entry.type == "path" else entry.type
    if wanted != kind and (kind, wanted) != ("integer", "real"):
        return False
    if kind == "text" and entry.length:
        return bool(column.dropna().astype(str).str.len().max() <= entry.length) if column.notna().any() else True
    if (kind, wanted) == ("integer", "real"):
        return bool((column.dropna().abs() <= 2**53).all())
    return True


def _kind(table: Table, page: Layer | None) -> str:
    if table.geometry is None:
        return "table"
    dimensions = set(np.unique(shapely.get_dimensions(table.geometry)).tolist()) - {-1}
    if len(dimensions) > 1 or (dimensions and (shapely.get_type_id(table.geometry) == 7).any()):
        raise InputError("vct.mixed", layer=table.name)
    if not dimensions and page is not None and page.geometry in ("polygon", "line", "point"):
        return page.geometry
    return outcome.geometry_of(table)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, _PLAIN) or hasattr(value, "isoformat") or value is pd.NA


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "toBase64"):  # a QByteArray
        return bytes(value.toBase64()).decode("ascii")
    return json.dumps(value, ensure_ascii=False, default=str)
