"""What a Shapefile loses of a layer, said before it is written: names, widths, shapes and sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from ..errors import OutputError
from ..finding import Finding
from ..progress import SILENT, Progress
from ..table import Table
from .dbf import DbfField
from .dbf_columns import Column, Declared, column_of, row_ranges
from .dbf_names import short_names

__all__ = ["LARGEST", "Plan", "Source", "losses", "planned"]

Array = np.ndarray[Any, Any]

KINDS = ("point", "line", "polygon")
LARGEST = 2**31 - 1  # bytes of a part that every program opens
_WIDEST = 65_535  # bytes of a row
_FIELDS = 255  # more than these, not every program reads
_COLLECTION = 7
_MULTI = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)


@dataclass(frozen=True)
class Source:
    """A layer to be written. declared: by field; kind: point, line or polygon where the layer says it; has_z, has_m: what its shapes had;
    curved: rows whose arcs were made straight; stem: the name of its file."""

    table: Table
    stem: str
    declared: Mapping[str, Declared]
    kind: str = ""
    has_z: bool = False
    has_m: bool = False
    curved: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plan:
    """One Shapefile (kind: its shapes) or, with kind "", one table: what is written and how many bytes its parts take."""

    stem: str
    kind: str
    crs: str | None
    columns: tuple[Column, ...]
    shapes: Array | None
    count: int

    @property
    def row_bytes(self) -> int:
        """Bytes of a row of the .dbf."""
        return 1 + sum(one.field.width for one in self.columns)


def losses(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that tell of values lost; the others tell of changes that lose nothing."""
    return [one for one in findings if one.severity == "warning"]


def planned(source: Source, encoding: str, wanted: Mapping[str, str], progress: Progress = SILENT) -> tuple[list[Plan], list[Finding]]:
    """The files that a layer becomes, one for each kind of shape it has, and what does not go into them as it is.

    encoding: Python's name; wanted: see `dbf_names.wishes`. FieldError as `short_names`; OutputError `shp.too_many_fields`, `shp.row_too_wide`,
    `shp.too_large`, which no permission helps. Raises Cancelled.
    """
    table, name = source.table, source.table.name
    if len(table.fields) > _FIELDS:
        raise OutputError("shp.too_many_fields", layer=name, count=len(table.fields), most=_FIELDS)
    names = short_names(table.fields, encoding, wanted, name)
    findings = [
        Finding("shp.renamed", "note", name, field=old, facts={"layer": name, "field": old, "was": old, "should": new})
        for old, new in names.items() if old != new
    ]  # fmt: skip
    columns = []
    for number, field in enumerate(table.fields):
        progress.at(number / len(table.fields))
        column, told = column_of(table.rows[field], field, names[field], source.declared.get(field, Declared()), encoding, name)
        columns.append(column)
        findings += told
    if not columns:  # no reader opens a table without a field
        numbers = np.array([str(at).rjust(9).encode() for at in range(len(table))], dtype="S9")
        columns.append(Column("", DbfField(b"FID", "N", 9), numbers, list(range(len(table)))))
    shaped, more = _shapes(source)
    plans = []
    for kind, at, shapes in shaped:
        stem = source.stem if len(shaped) == 1 else f"{source.stem}_{kind}"
        plans.append(_limited(Plan(stem, kind, table.crs, tuple(_taken(one, at) for one in columns), shapes, len(at)), name))
    return plans, [*findings, *more]


def _taken(column: Column, at: Array) -> Column:
    if len(at) == len(column.cells):
        return column
    return replace(column, cells=column.cells[at], values=[column.values[row] for row in at.tolist()])


def _shapes(source: Source) -> tuple[list[tuple[str, Array, Array | None]], list[Finding]]:
    """(kind, rows, shapes) of each file, and what the shapes lose."""
    table, name = source.table, source.table.name
    everything = np.arange(len(table))
    if table.geometry is None:
        return [("", everything, None)], []
    findings = []
    for has, letter in ((source.has_z, "Z"), (source.has_m, "M")):
        if has:
            findings.append(Finding("shp.flat", "warning", name, facts={"layer": name, "letter": letter, "count": len(table)}))
    if source.curved:
        facts = {"layer": name, "count": len(source.curved), "rows": row_ranges(np.array(source.curved))}
        findings.append(Finding("shp.straightened", "warning", name, facts=facts))
    shapes = table.geometry.copy()
    shapes[shapely.is_empty(shapes)] = None
    of = [_of_kind(shapes, dimension) for dimension in range(3)]
    present = [dimension for dimension in range(3) if not shapely.is_missing(of[dimension]).all()]
    if len(present) < 2:
        at = present[0] if present else KINDS.index(source.kind) if source.kind in KINDS else 2
        return [(KINDS[at], everything, of[at])], findings
    counts = ", ".join(f"{KINDS[at]} {int((~shapely.is_missing(of[at])).sum())}" for at in present)
    findings.append(Finding("shp.mixed", "warning", name, facts={"layer": name, "kinds": counts, "count": len(table)}))
    found: list[tuple[str, Array, Array | None]] = []
    for at in present:
        rows = ~shapely.is_missing(of[at]) | (shapely.is_missing(shapes) if at == present[0] else False)
        found.append((KINDS[at], np.flatnonzero(rows), of[at][rows]))
    return found, findings


def _of_kind(shapes: Array, dimension: int) -> Array:
    """The shapes of a dimension, None for others; of a collection its parts of that dimension."""
    found: Array = shapes.copy()
    found[shapely.get_dimensions(shapes) != dimension] = None
    for at in np.flatnonzero(shapely.get_type_id(shapes) == _COLLECTION):
        parts = shapely.get_parts(shapely.get_parts(shapes[at]))
        parts = parts[shapely.get_dimensions(parts) == dimension]
        found[at] = _MULTI[dimension](parts) if len(parts) else None
    return found


def _limited(plan: Plan, layer: str) -> Plan:
    if plan.row_bytes > _WIDEST:
        raise OutputError("shp.row_too_wide", layer=layer, bytes=plan.row_bytes, most=_WIDEST)
    sizes = {"dbf": plan.count * plan.row_bytes, "shp": 0 if plan.shapes is None else _shape_bytes(plan.shapes)}
    for part, size in sizes.items():
        if size > LARGEST:
            raise OutputError("shp.too_large", layer=layer, part=part, size=f"{size / 2**30:.2f}")
    return plan


def _shape_bytes(shapes: Array) -> int:
    """Bytes of a .shp: 12 of a missing shape, else head, box, one number a ring or part, 16 a vertex."""
    vertices = shapely.get_num_coordinates(shapes).astype(np.int64)
    rings = shapely.get_num_geometries(shapes) + np.where(shapely.is_missing(shapes), 0, vertices // 4)
    return int(100 + 52 * len(shapes) + 16 * vertices.sum() + 4 * rings.sum())
