"""A VCT file section by section, its tables one by one; what is broken is set aside with the line it stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd
import shapely

from ... import rejected
from ...finding import Finding
from ...progress import SILENT, Progress
from ...schema import Pack
from ...table import Table
from ...topology import units_of
from .head import Head, read_head
from .rows_in import Rows, column, read_rows
from .shapes_in import Item, Parser
from .signed_lines import Lines, polygons_of
from .source import Fault, Source
from .structure import Feature, Structure, read_codes, read_tables

__all__ = ["Held", "Notes", "Store", "read_vct"]

Array = np.ndarray[Any, Any]

_ITEMS, _VERTICES = 5_000, 400_000  # objects and vertices made into shapes together
_GEOMETRY = ("point", "line", "polygon", "annotation")
_NEAR = 1.5e-3  # m
_TEXT = "ZJNR"  # the column of the standard's annotation table that holds the text


class Store(Protocol):
    """Where the shapes of a table wait for its rows."""

    def put(self, table: str, ids: list[str], shapes: Array) -> None:
        """Keep shapes under their object ids."""

    def take(self, table: str) -> tuple[Array, Array]:
        """The ids and shapes of a table, which are forgotten."""

    def find(self, ids: Iterable[str]) -> dict[str, Any]:
        """The shapes of some ids, whatever their table."""

    def tables(self) -> list[str]:
        """The tables with shapes that were not taken."""


class Held:
    """A Store in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[list[str], Array]]] = {}

    def put(self, table: str, ids: list[str], shapes: Array) -> None:
        """See Store."""
        self._kept.setdefault(table, []).append((ids, shapes))

    def take(self, table: str) -> tuple[Array, Array]:
        """See Store."""
        parts = self._kept.pop(table, [])
        none = np.empty(0, dtype=object)
        ids = np.array([one for part, _ in parts for one in part], dtype=object)
        return ids, np.concatenate([none, *(shapes for _, shapes in parts)])

    def find(self, ids: Iterable[str]) -> dict[str, Any]:
        """See Store."""
        wanted = set(ids)
        return {one: shape for parts in self._kept.values() for some, shapes in parts for one, shape in zip(some, shapes) if one in wanted}

    def tables(self) -> list[str]:
        """See Store."""
        return list(self._kept)


@dataclass
class Notes:
    """What a reading found out, whole after its last table: the head, faults as findings, what was set aside, the names
    of the tables, and counts."""

    head: Head | None = None
    findings: list[Finding] = field(default_factory=list)
    aside: list[Table] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    lines: int = 0
    joined: int = 0

    def fault(self, code: str, facts: dict[str, Any], layer: str = "", row: str = "", where: Any = None, severity: str = "error") -> None:
        """Keep a finding."""
        self.findings.append(Finding(code, severity, layer, row, facts=facts, where=where))

    def set_aside(self, layer: str, names: list[str], reason: str, rows: dict[str, Any], shapes: Array | None, crs: str | None) -> None:
        """Keep rows that cannot be used, under a reason code."""
        held = Table(pd.DataFrame({"OBJECT": names, **rows}), shapes, crs, layer)
        self.aside.append(rejected.reject(held, np.arange(len(held)), reason, key="OBJECT"))


def read_vct(
    lines: Iterable[str], pack: Pack, notes: Notes, store: Store | None = None, wanted: Callable[[str], bool] | None = None,
    keys: Mapping[str, str] | None = None, progress: Progress = SILENT,
) -> Iterator[Table]:
    """The tables of a VCT file in the order of its attribute section, then those that have shapes and no rows.

    lines: decoded text lines; notes is filled on the way; store: where shapes wait (in memory by default); wanted: which tables by name;
    keys: the field that names a row, by table (in upper case; BSM by default). Each table has its columns by TableStructure, its shapes by
    object id, and the CRS of the head. Rows equal in every field, a key that is not empty among them, are one object in parts and become one
    row. InputError `vct.no_head`, `vct.unknown_dialect`, `vct.topology`. Raises Cancelled.
    """
    reader = _Reader(Source(lines), pack, notes, store or Held(), wanted or (lambda name: True), progress)
    reader.keys = keys or {}
    yield from reader.tables()


class _Reader:
    def __init__(self, source: Source, pack: Pack, notes: Notes, store: Store, wanted: Callable[[str], bool], progress: Progress) -> None:
        self.source, self.pack, self.notes, self.store, self.wanted, self.progress = source, pack, notes, store, wanted, progress
        self.keys: Mapping[str, str] = {}
        self.head = read_head(source, pack)
        notes.head = self.head
        self.features: dict[str, Feature] = {}
        self.structures: dict[str, Structure] = {}
        self.lines = Lines()
        self.near = units_of(_NEAR, self.head.crs)
        self.border = pack.value("vct", "border_code")
        self.done: set[str] = set()
        self.texts: dict[str, tuple[str, float]] = {}  # of annotation objects whose table has no column for them

    def tables(self) -> Iterator[Table]:
        """All tables; a section that breaks off is told, and the next one read."""
        while (line := self.source.peek()) is not None:
            self.progress.check()
            word = line.lower()
            self.source.next("")
            if not word.endswith("begin"):
                continue  # behind a fault, or between sections
            section = word[:-5]
            try:
                if section == "featurecode":
                    self.features = read_codes(self.source)
                elif section == "tablestructure":
                    self.structures = read_tables(self.source, self.pack)
                    self.notes.tables = [one.name for one in self.structures.values()]
                elif section in _GEOMETRY:
                    self._shapes(section)
                elif section == "attribute":
                    for rows in read_rows(self.source, self.structures):
                        yield from self._table(rows)
                else:
                    self.source.skip_to(f"{section}end")
            except Fault as fault:
                self.notes.fault(fault.code, {**fault.facts, "section": line[:-5]})
                self.source.skip_to(f"{section}end")
        for name in self.store.tables():
            structure = self.structures.get(name, Structure(name, ()))
            if name not in self.done:
                self.notes.fault("vct.no_rows", {"layer": structure.name, "count": 0}, structure.name, severity="warning")
                yield from self._table(Rows(structure), alone=True)

    def _table_of(self, code: str) -> str:
        feature = self.features.get(code)
        return feature.table.upper() if feature is not None else ""

    def _shapes(self, section: str) -> None:
        parser = Parser(self.source, self.head, section)
        waiting: list[Item] = []
        for item in parser.items():
            if item.fault is not None:
                self._broken(item, item.fault)
            else:
                waiting.append(item)
            if len(waiting) >= _ITEMS or len(parser.vertices) > _VERTICES:
                self.progress.check()
                self._made(section, waiting, parser)
                waiting = []
        self._made(section, waiting, parser)
        if (self.source.peek() or "").lower() == parser.end:
            self.source.next("")
        else:
            self.notes.fault("vct.section_open", {"line": self.source.number, "found": (self.source.peek() or "")[:60], "section": section})

    def _broken(self, item: Item, fault: Fault) -> None:
        layer = self._table_of(item.code) or "VCT"
        self.notes.fault(fault.code, {**fault.facts, "section": ""}, layer, item.id)
        self.notes.set_aside(layer, [item.id], "vct.broken_object", {"LINE": [item.line], "CODE": [item.code]}, None, self.head.crs)

    def _made(self, section: str, items: list[Item], parser: Parser) -> None:
        blocks = parser.vertices.take()
        drawn: list[tuple[Item, Any]] = []
        lines: list[tuple[int, Array]] = []
        at = 0
        for item in items:
            some = blocks[at : at + item.blocks]
            at += item.blocks
            fault = next((one for one in some if isinstance(one, Fault)), None)
            if fault is not None:
                self._broken(item, fault)
                continue
            parts = [one for one in some if isinstance(one, np.ndarray)]
            if section == "line" and parts and item.id.lstrip("-").isdigit():
                lines.append((int(item.id), np.concatenate(parts)))
            drawn.append((item, parts))
        self.lines.add([one for one, _ in lines], [xy for _, xy in lines])
        self.notes.lines += len(lines)
        self._keep(section, drawn)

    def _keep(self, section: str, drawn: list[tuple[Item, Any]]) -> None:
        made = np.full(len(drawn), None, dtype=object)
        why = np.full(len(drawn), "", dtype=object)
        signed = [at for at, (item, _) in enumerate(drawn) if item.of == "lines" and section == "polygon"]
        if signed:
            made[signed], why[signed] = polygons_of([drawn[at][0].ids for at in signed], self.lines, self.near)
        for at, (item, parts) in enumerate(drawn):
            if item.of and not (item.of == "lines" and section == "polygon"):
                made[at], why[at] = self._composed(item, section)
            elif not item.of and not self._bounds_only(item):
                made[at], why[at] = _direct(section, item, parts)
        by_table: dict[str, list[int]] = {}
        for at, (item, _) in enumerate(drawn):
            if why[at]:
                self._broken(item, Fault(why[at], line=item.line, found=item.id))
            elif made[at] is not None and not self._bounds_only(item):
                self._text(section, item)
                by_table.setdefault(self._table_of(item.code), []).append(at)
        for table, rows in by_table.items():
            if not table:
                self._nameless([drawn[at][0] for at in rows], made[rows])
            elif self.wanted(table):
                self.store.put(table, [drawn[at][0].id for at in rows], made[rows])

    def _text(self, section: str, item: Item) -> None:
        structure = self.structures.get(self._table_of(item.code))
        if section == "annotation" and (structure is None or all(one.name.upper() != _TEXT for one in structure.columns)):
            self.texts[item.id] = item.text, item.angle

    def _bounds_only(self, item: Item) -> bool:
        return item.code == self.border and item.code not in self.features

    def _nameless(self, items: list[Item], shapes: Array) -> None:
        """Objects whose code no feature code explains."""
        facts = {"count": len(items), "code": items[0].code, "line": items[0].line}
        self.notes.fault("vct.unknown_code", facts, "VCT", items[0].id)
        names = [one.id for one in items]
        self.notes.set_aside("VCT", names, "vct.lone_code", {"CODE": [one.code for one in items]}, shapes, self.head.crs)

    def _composed(self, item: Item, section: str) -> tuple[Any, str]:
        """A line of lines, or a polygon of polygons."""
        if item.of == "polygons":
            found = self.store.find(str(abs(one)) for one in item.ids if one)
            if len(found) < len({abs(one) for one in item.ids if one}):
                return None, "vct.unknown_polygon"
            return shapely.union_all(np.array(list(found.values()), dtype=object)), ""
        known, span, xy = self.lines.arrays()
        parts = []
        for one in item.ids:
            at = int(np.searchsorted(known, abs(one)))
            if at >= len(known) or known[at] != abs(one):
                return None, "vct.unknown_line"
            some = xy[span[at, 0] : span[at, 1]]
            parts.append(some if one > 0 else some[::-1])
        return shapely.linestrings(np.concatenate([parts[0], *(one[1:] for one in parts[1:])])), ""

    def _table(self, rows: Rows, alone: bool = False) -> Iterator[Table]:
        structure = rows.structure
        name = structure.name.upper()
        self.done.add(name)
        for bad in rows.bad:
            self.notes.fault("vct.bad_row", {"line": bad.line, "cells": bad.cells, "columns": bad.columns, "layer": structure.name}, structure.name)
        if rows.bad:
            texts = {"ROW": [one.text for one in rows.bad]}
            self.notes.set_aside(structure.name, [str(one.line) for one in rows.bad], "vct.torn_row", texts, None, self.head.crs)
        if not self.wanted(name):
            return
        ids, shapes = self.store.take(name)
        spatial = len(ids) > 0 or (any(one.table.upper() == name for one in self.features.values()) and not structure.plain)
        frame = self._frame(rows)
        if not spatial:
            yield Table(frame, None, self.head.crs, structure.name)
            return
        if alone:
            yield Table(self._with_texts(frame.reindex(range(len(ids))), ids), shapes, self.head.crs, structure.name)
            return
        where = pd.Index(ids).get_indexer(pd.Index(np.array(rows.ids, dtype=object))) if pd.Index(ids).is_unique else self._first(ids, rows.ids)
        drawn = where >= 0
        self._unmatched(structure.name, frame, rows, drawn, ids, shapes, where)
        frame = self._with_texts(frame, np.array(rows.ids, dtype=object))
        table = Table(frame[drawn].reset_index(drop=True), shapes[where[drawn]], self.head.crs, structure.name)
        yield self._one_row_an_object(table)

    def _with_texts(self, frame: pd.DataFrame, ids: Array) -> pd.DataFrame:
        """The rows with TEXT and ANGLE of their annotation objects, where the table does not hold them itself."""
        if not any(one in self.texts for one in ids):
            return frame
        found = [self.texts.get(one, ("", np.nan)) for one in ids]
        texts = np.array([text or None for text, _ in found], dtype=object)
        return frame.assign(TEXT=texts, ANGLE=np.array([angle for _, angle in found], dtype=float))

    def _first(self, ids: Array, wanted: list[str]) -> Array:
        places: dict[str, int] = {}
        for at, one in enumerate(ids):
            places.setdefault(one, at)
        return np.array([places.get(one, -1) for one in wanted], dtype=np.int64)

    def _frame(self, rows: Rows) -> pd.DataFrame:
        data: dict[str, Any] = {}
        listed = list(zip(*rows.cells)) if rows.cells else [()] * len(rows.structure.columns)
        for kind, cells in zip(rows.structure.columns, listed):
            data[kind.name], bad = column(list(cells), kind)
            if bad:
                value, name = cells[bad[0]], rows.structure.name
                facts = {"layer": name, "line": rows.lines[bad[0]], "field": kind.name, "type": kind.word, "value": value, "count": len(bad)}
                self.notes.fault("vct.bad_value", {**facts, "was": value}, name, rows.ids[bad[0]])
        return pd.DataFrame(data, index=pd.RangeIndex(len(rows.cells)))

    def _unmatched(self, layer: str, frame: pd.DataFrame, rows: Rows, drawn: Array, ids: Array, shapes: Array, where: Array) -> None:
        """Rows without a shape and shapes without a row are set aside, each with its reason."""
        lone = np.flatnonzero(~drawn)
        if len(lone):
            self.notes.fault("vct.row_without_shape", {"layer": layer, "count": len(lone), "line": rows.lines[lone[0]]}, layer, rows.ids[lone[0]])
            cells = {name: frame[name].iloc[lone].tolist() for name in frame.columns}
            self.notes.set_aside(layer, [rows.ids[at] for at in lone], "vct.lone_row", cells, None, self.head.crs)
        bare = np.setdiff1d(np.arange(len(ids)), where[drawn])
        if len(bare):
            self.notes.fault("vct.shape_without_row", {"layer": layer, "count": len(bare)}, layer, str(ids[bare[0]]), shapes[bare[0]])
            self.notes.set_aside(layer, [str(ids[at]) for at in bare], "vct.lone_shape", {}, shapes[bare], self.head.crs)

    def _one_row_an_object(self, table: Table) -> Table:
        """Rows that are equal in every field, the key among them, as one row with a shape in parts: a writer took the parts from each other."""
        key = table.named(self.keys.get(table.name.upper()) or "BSM")
        if key not in table.fields or not len(table) or table.rows[key].is_unique:
            return table
        lot = table.rows.groupby(list(table.rows.columns), dropna=False, sort=False).ngroup().to_numpy()
        lot = np.where(table.rows[key].isna(), -1 - np.arange(len(table)), lot)
        _, first, place, count = np.unique(lot, return_index=True, return_inverse=True, return_counts=True)
        if count.max() == 1:
            return table
        shapes = table.shapes.copy()
        for one in np.flatnonzero(count > 1):
            some = np.flatnonzero(place == one)
            parts = shapely.get_parts(table.shapes[some])
            shapes[first[one]] = shapely.multipolygons(parts) if shapely.get_dimensions(parts[0]) == 2 else shapely.union_all(parts)
            self.notes.joined += 1
        return table.with_geometry(shapes).take(np.sort(first))


def _direct(section: str, item: Item, parts: list[Array]) -> tuple[Any, str]:
    """A shape of its own coordinates, or why there is none."""
    if section in ("point", "annotation"):
        return (shapely.points(item.points[0]) if len(item.points) == 1 else shapely.multipoints(item.points), "") if item.points else (None, "")
    if section == "line":
        return _line(parts), ""
    rings = [one if (one[0] == one[-1]).all() else np.concatenate([one, one[:1]]) for one in parts if len(one)]
    if not rings or any(len(one) < 4 for one in rings):
        return None, "vct.flat_ring"
    return shapely.polygons(shapely.linearrings(rings[0]), holes=[shapely.linearrings(one) for one in rings[1:]] or None), ""


def _line(parts: list[Array]) -> Any:
    """Parts that follow each other as one line, others as a line in parts."""
    meet = all((one[-1] == other[0]).all() for one, other in zip(parts, parts[1:]))
    if meet:
        return shapely.linestrings(np.concatenate([parts[0], *(one[1:] for one in parts[1:])]))
    return shapely.multilinestrings([shapely.linestrings(one) for one in parts])
