"""Where units come from: the features of source layers, joined to one shape a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from ..finding import Finding
from ..table import Table
from .unit_types import UnitType, of_layer, of_rows

__all__ = ["UnitSource", "unit_sources"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class UnitSource:
    """One unit to be drawn: its type, layer, number and name as given, the rows it comes from, its shape and the first row's fields."""

    kind: str
    layer: str
    number: str
    name: str
    rows: tuple[int, ...]
    shape: Any
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Name, else number, else layer and position."""
        return self.name or self.number or f"{self.layer} {self.rows[0] + 1}"


def unit_sources(
    layers: Sequence[Table], types: Mapping[str, UnitType], name_fields: Sequence[str], class_field: str
) -> tuple[list[UnitSource], list[Finding]]:
    """Units of all layers in the order of drawing.

    The type is the row's DJDYLX, else that of the layer's name; a layer with `class_field` gives the rows of the classes that stand in
    for a type (surveyed water), by name. Rows of one type with the same number or, without one, the same name are one unit; those of a
    type drawn `each`, and rows without either, stand alone. Findings: `draw.unknown_layer`, `draw.unknown_type`, `draw.unnamed_survey`.
    """
    found: list[tuple[int, UnitSource]] = []
    findings: list[Finding] = []
    for at, table in enumerate(layers):
        surveyed = class_field in table and "DJDYLX" not in table
        kinds, more = _surveyed(table, types, class_field, name_fields) if surveyed else _given(table, types)
        findings += more
        found += [(at, one) for one in _joined(table, kinds, types, name_fields)]
    drawn = {(one.kind, one.name) for at, one in found if one.name and class_field not in layers[at]}
    kept = [(at, one) for at, one in found if class_field not in layers[at] or (one.kind, one.name) not in drawn]
    order = sorted(kept, key=lambda pair: (types[pair[1].kind].rank, class_field in layers[pair[0]], pair[0], pair[1].rows[0]))
    return [one for _, one in order], findings


def _given(table: Table, types: Mapping[str, UnitType]) -> tuple[Array, list[Finding]]:
    """(n,) type of each row, None for those that cannot be told."""
    kinds = of_rows(table, types)
    by_name = of_layer(table.name, types)
    empty = (table.text("DJDYLX") == "").to_numpy(dtype=bool)
    kinds[empty] = by_name
    findings = []
    if by_name is None and empty.any():
        facts = {"layer": table.name, "count": int(empty.sum())}
        findings.append(Finding("draw.unknown_layer", "error", table.name, facts=facts))
    for row in np.flatnonzero((kinds == None) & ~empty):  # noqa: E711  (element by element)
        word = str(table["DJDYLX"].iloc[row])
        findings.append(
            Finding("draw.unknown_type", "error", table.name, str(row + 1), "DJDYLX", {"was": word, "layer": table.name}, table.shapes[row])
        )
    return kinds, findings


def _surveyed(table: Table, types: Mapping[str, UnitType], class_field: str, name_fields: Sequence[str]) -> tuple[Array, list[Finding]]:
    """(n,) type that the class of each row stands in for, where the row is named."""
    kinds = np.full(len(table), None, dtype=object)
    code = table.text(class_field)
    for one in types.values():
        if one.classes:
            kinds[code.isin(one.classes).to_numpy(dtype=bool)] = one.code
    unnamed = (kinds != None) & (_first_filled(table, name_fields) == "")  # noqa: E711  (element by element)
    kinds[unnamed] = None
    count = int(unnamed.sum())
    return kinds, [Finding("draw.unnamed_survey", "note", table.name, facts={"layer": table.name, "count": count})] if count else []


def _joined(table: Table, kinds: Array, types: Mapping[str, UnitType], name_fields: Sequence[str]) -> list[UnitSource]:
    numbers, names = table.text("ZRZYDJDYH").to_numpy(dtype=object), _first_filled(table, name_fields)
    groups: dict[tuple[Any, ...], list[int]] = {}
    blank = shapely.is_missing(table.shapes) | shapely.is_empty(table.shapes)
    for row in np.flatnonzero((kinds != None) & ~blank):  # noqa: E711  (element by element)
        own = numbers[row] or names[row]
        alone = types[kinds[row]].each or not own
        groups.setdefault((kinds[row], row if alone else own, alone), []).append(int(row))
    made = []
    for (kind, _, _), rows in groups.items():
        shape = table.shapes[rows[0]] if len(rows) == 1 else shapely.union_all(table.shapes[rows])
        fields = {str(key): value for key, value in table.rows.iloc[rows[0]].to_dict().items()}
        made.append(UnitSource(kind, table.name, numbers[rows[0]], names[rows[0]], tuple(rows), shape, fields))
    return made


def _first_filled(table: Table, fields: Sequence[str]) -> Array:
    found = np.full(len(table), "", dtype=object)
    for name in fields:
        text = table.text(name).to_numpy(dtype=object)
        found = np.where(found == "", text, found)
    return found
