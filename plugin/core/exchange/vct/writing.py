"""Tables as a VCT 3.0 file: shared borders once as lines, polygons as signed ids of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from ... import topology
from ...arcs import arcs, join
from ...crs import crs_of
from ...errors import InputError
from ...finding import Finding
from ...progress import SILENT, Progress
from ...schema import Layer, Pack
from ...table import Table
from .columns_out import Dressed, dressed, rows_out
from .head import written
from .signed_lines import signed_ids
from .structure import Structure, written_table

__all__ = ["Index", "Written", "write_vct"]

Array = np.ndarray[Any, Any]

_SECTIONS = (("point", "Point"), ("line", "Line"), ("polygon", "Polygon"))
_OBJECTS = 2_000  # objects written in one piece
_KINDS = {0: "point", 1: "line", 2: "polygon"}


@dataclass
class Index:
    """Where the objects of a layer stand in the file: ids, boxes (n, 4), byte offsets of the shape and of the row."""

    layer: str
    ids: list[int] = field(default_factory=list)
    boxes: list[Array] = field(default_factory=list)
    shapes: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


@dataclass
class Written:
    """What went into the file: rows by layer, shared lines, findings, and the index of each layer with shapes."""

    rows: dict[str, int] = field(default_factory=dict)
    lines: int = 0
    findings: list[Finding] = field(default_factory=list)
    index: list[Index] = field(default_factory=list)


@dataclass
class _Layer:
    table: Table
    page: Layer | None
    kind: str
    code: str
    dress: Dressed
    row: Array  # the row of each object
    shapes: Array
    first: int = 0  # object id of the first
    index: Index | None = None
    signed: list[list[int]] = field(default_factory=list)
    net: Any = None
    found: Any = None
    border: int = 0  # id of the line before the first


def write_vct(
    tables: Sequence[Table], pages: Sequence[Layer | None], crs: str, date: str, pack: Pack, put: Callable[[str], int],
    index: bool = False, progress: Progress = SILENT,
) -> Written:
    """Write tables in `crs` through `put`, which takes text and answers with the byte offset behind it.

    pages: the page of a standard for each, where known: its feature code, its widths. date: YYYYMMDD. A shape in parts becomes as many objects
    with the same row (a finding names them); rows without a shape are left out and told. InputError `vct.twice` for two layers of one name,
    `vct.mixed`; CrsError of the head. Raises Cancelled.
    """
    writer = _Writer(pack, put, crs, index, progress)
    return writer.write(tables, pages, date)


class _Writer:
    def __init__(self, pack: Pack, put: Callable[[str], int], crs: str, index: bool, progress: Progress) -> None:
        self.pack, self._put, self.crs, self.indexed, self.progress = pack, put, crs, index, progress
        self.done = Written()
        self.next_id = 1
        self.codes: set[str] = set()
        degrees = bool(crs) and crs_of(crs).is_geographic
        places = int(pack.number("vct", "degree_decimals" if degrees else "decimals"))
        self.vertex = f"%.{places}f,%.{places}f\r\n"
        self.a_line = int(pack.number("vct", "ids_a_line"))

    def put(self, lines: Sequence[str]) -> int:
        """Lines with their ends; the byte offset behind them."""
        return self._put("".join(f"{line}\r\n" for line in lines))

    def write(self, tables: Sequence[Table], pages: Sequence[Layer | None], date: str) -> Written:
        """All sections."""
        names = [one.name.upper() for one in tables]
        for name in names:
            if names.count(name) > 1:
                raise InputError("vct.twice", layer=name)
        layers = [self._layer(table, page, at) for at, (table, page) in enumerate(zip(tables, pages))]
        boxes = [shapely.total_bounds(one.shapes) for one in layers if len(one.shapes)]
        box = np.array(boxes) if boxes else np.zeros((1, 4))
        whole = (*box[:, :2].min(axis=0), *box[:, 2:].max(axis=0))
        self.put([*written(self.crs, whole, date, self.pack), "", "FeatureCodeBegin"])
        self.put([f"{one.code},{self._title(one)},{one.kind.capitalize()},{one.table.name}" for one in layers if one.kind != "none"])
        self.put(["FeatureCodeEnd", "", "TableStructureBegin"])
        for one in layers:
            self.put(written_table(Structure(one.table.name, one.dress.columns, one.kind == "none")))
        self.put(["TableStructureEnd", ""])
        self._sections(layers)
        self._attributes(layers)
        return self.done

    def _title(self, layer: _Layer) -> str:
        return layer.page.title_zh if layer.page is not None else layer.table.name

    def _layer(self, table: Table, page: Layer | None, at: int) -> _Layer:
        dress = dressed(table, page, ",")
        if dress.changed:
            self._tell("vct.text_changed", table.name, count=dress.changed, value=dress.first[:40])
        if table.geometry is None:
            return _Layer(table, page, "none", "", dress, np.arange(len(table)), np.empty(0, dtype=object))
        shapes = table.shapes
        real = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        if not real.all():
            self._tell("vct.left_out", table.name, count=int((~real).sum()), row=int(np.flatnonzero(~real)[0]) + 1)
        sizes = set(shapely.get_dimensions(shapes[real]).tolist())
        if len(sizes) > 1:
            raise InputError("vct.mixed", layer=table.name)
        kind = _KINDS[sizes.pop()] if sizes else (page.geometry if page is not None and page.geometry != "none" else "polygon")
        row = np.flatnonzero(real)
        parts = shapes[row]
        if kind == "polygon":
            parts, of = shapely.get_parts(parts, return_index=True)
            several = np.flatnonzero(np.bincount(of, minlength=len(row)) > 1)
            if len(several):
                self._tell("vct.in_parts", table.name, count=len(several), row=int(row[several[0]]) + 1)
            row = row[of]
        made = _Layer(table, page, kind, self._code(table, page, at), dress, row, parts, self.next_id)
        self.next_id += len(parts)
        self.done.rows[table.name] = int(real.sum())
        return made

    def _tell(self, code: str, layer: str, **facts: Any) -> None:
        row = str(facts.get("row", ""))
        self.done.findings.append(Finding(code, "warning", layer, row, facts={"layer": layer, **facts}))

    def _code(self, table: Table, page: Layer | None, at: int) -> str:
        """The feature code of a layer: its page's, else the one its rows carry, else one of our own, which is told.

        A code names one table: a second layer of it (the same survey of another year) gets one of our own too.
        """
        carried = [str(one) for one in table.text("YSDM").unique()] if "YSDM" in table else []
        for code in (page.ysdm if page is not None else "", carried[0] if len(carried) == 1 else ""):
            if code and code not in self.codes:
                self.codes.add(code)
                return code
        own = str(int(self.pack.number("vct", "own_codes")) + at + 1)
        self._tell("vct.own_code", table.name, value=own)
        return own

    def _sections(self, layers: list[_Layer]) -> None:
        for layer in layers:
            if self.indexed and layer.kind != "none":
                layer.index = Index(layer.table.name)
                self.done.index.append(layer.index)
        for number, (kind, word) in enumerate(_SECTIONS):
            step = self.progress.part(0.2 * number, 0.2 * (number + 1))
            self.put([f"{word}Begin"])
            if kind == "line":
                polygons = [one for one in layers if one.kind == "polygon"]
                for at, layer in enumerate(polygons):
                    self._borders(layer, step.part(at / len(polygons), (at + 1) / len(polygons)))
            for layer in [one for one in layers if one.kind == kind]:
                self._objects(layer, step)
                layer.signed = []
            self.put([f"{word}End", ""])
        self.put(["AnnotationBegin", "AnnotationEnd", ""])

    def _borders(self, layer: _Layer, progress: Progress) -> None:
        """The lines that the polygons of a layer share or have alone."""
        net = topology.network(layer.shapes, 0.0, progress.part(0.0, 0.5))
        found = arcs(net, progress.part(0.5, 0.8))
        layer.signed = signed_ids(net, found, len(layer.shapes))
        layer.border = self.next_id - 1
        count, code = len(found.reverse), self.pack.value("vct", "border_code")
        for part in progress.part(0.8, 1.0).chunks(count, _OBJECTS):
            ids = range(self.next_id + part.start, self.next_id + part.stop)
            lines = join(net, found.edges, found.start[part.start : part.stop + 1], found.reverse[part])
            self._put("".join(self._line(number, code, [xy]) for number, xy in zip(ids, _split(lines))))
        self.next_id += count
        self.done.lines += count

    def _line(self, number: int, code: str, parts: list[Array]) -> str:
        body = "".join(f"11\r\n{len(xy)}\r\n" + self._vertices(xy) for xy in parts)
        return f"{number}\r\n{code}\r\nUnknown\r\n1\r\n{len(parts)}\r\n{body}0\r\n\r\n"

    def _vertices(self, xy: Array) -> str:
        return (self.vertex * len(xy)) % tuple(xy.ravel().tolist())

    def _objects(self, layer: _Layer, progress: Progress) -> None:
        for part in progress.quiet().chunks(len(layer.shapes), _OBJECTS):
            shapes = layer.shapes[part]
            if layer.kind == "polygon":
                made = self._polygons(layer, part)
            else:
                made = [self._object(layer, part.start + at, shape) for at, shape in enumerate(shapes)]
            end = self._put("".join(made))
            if layer.index is not None:
                sizes = np.array([len(one.encode("gb18030")) for one in made])
                layer.index.ids += list(range(layer.first + part.start, layer.first + part.stop))
                layer.index.boxes.append(shapely.bounds(shapes))
                layer.index.shapes += (end - sizes.sum() + np.cumsum(sizes) - sizes).tolist()

    def _object(self, layer: _Layer, at: int, shape: Any) -> str:
        number = layer.first + at
        if layer.kind == "line":
            return self._line(number, layer.code, [shapely.get_coordinates(one) for one in shapely.get_parts(shape)])
        xy = shapely.get_coordinates(shape)
        return f"{number}\r\n{layer.code}\r\nUnknown\r\n{1 if len(xy) == 1 else 4}\r\n{len(xy)}\r\n{self._vertices(xy)}0\r\n\r\n"

    def _polygons(self, layer: _Layer, part: slice) -> list[str]:
        shapes = layer.shapes[part]
        labels = shapely.get_coordinates(shapely.point_on_surface(shapes))
        made = []
        for at, (shape, xy) in enumerate(zip(shapes, labels)):
            head = f"{layer.first + part.start + at}\r\n{layer.code}\r\nUnknown\r\n"
            ids = [0 if one == 0 else one + layer.border if one > 0 else one - layer.border for one in layer.signed[part.start + at]]
            if ids:
                rows = "".join(",".join(map(str, ids[i : i + self.a_line])) + "\r\n" for i in range(0, len(ids), self.a_line))
                made.append(f"{head}100\r\n{self._vertices(xy[None])}21\r\n{len(ids)}\r\n{rows}0\r\n\r\n")
                continue
            rings = [shapely.get_coordinates(one) for one in shapely.get_rings(shape)]
            body = "".join(f"11\r\n{len(one)}\r\n{self._vertices(one)}" for one in rings)
            made.append(f"{head}1\r\n{self._vertices(xy[None])}{len(rings)}\r\n{body}0\r\n\r\n")
        return made

    def _attributes(self, layers: list[_Layer]) -> None:
        self.put(["AttributeBegin"])
        step = self.progress.part(0.6, 1.0)
        for number, layer in enumerate(layers):
            step.at(number / len(layers))
            if not len(layer.row):
                continue
            self.put([layer.table.name])
            first = layer.first if layer.kind != "none" else 1
            bare = Table(layer.table.rows)
            for part in step.quiet().chunks(len(layer.row), _OBJECTS):
                cells = zip(*rows_out(bare.take(layer.row[part]), layer.dress.columns, ","))
                rows = [f"{one},{','.join(row)}\r\n" for one, row in zip(range(first + part.start, first + part.stop), cells)]
                end = self._put("".join(rows))
                if layer.index is not None:
                    sizes = np.array([len(one.encode("gb18030")) for one in rows])
                    layer.index.rows += (end - sizes.sum() + np.cumsum(sizes) - sizes).tolist()
            self.put(["TableEnd", ""])
            if layer.kind == "none":
                self.done.rows[layer.table.name] = len(layer.row)
        self.put(["AttributeEnd"])
        step.at(1.0)


def _split(lines: Array) -> list[Array]:
    xy, line = shapely.get_coordinates(lines, return_index=True)
    return list(np.split(xy, np.flatnonzero(line[1:] != line[:-1]) + 1)) if len(lines) else []
