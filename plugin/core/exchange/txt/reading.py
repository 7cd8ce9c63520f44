"""A coordinate file as a table: dialect, CRS and unit of areas found out and told, faults with the line they stand on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ... import rejected
from ...finding import Finding
from ...progress import SILENT, Progress
from ...schema import Pack
from ...table import Table
from . import declared
from .dialects import AUTO, Dialect, dialect_named, recognised
from .frame import Frame, frame_of, stated, swapped_axes
from .parcels import Parcel, Sheet, read_lines
from .shapes import Shape, drawn

__all__ = ["Reading", "read_txt"]

Array = np.ndarray[Any, Any]

_HEAD = ("version", "producer", "date", "datum", "width", "projection", "unit", "zone", "precision", "shift")
_WARNINGS = ("txt.close_name", "txt.not_closed", "txt.open_ring", "txt.key_again", "txt.more_cells", "txt.blanks", "txt.chinese_comma")


@dataclass
class Reading:
    """What a file holds. table: parcels with their attributes, in `frame.crs`; unit: of the declared areas, "" where none fits or none is there;
    aside: what could not be used; values: keys of the head as they stand."""

    name: str
    table: Table
    dialect: Dialect
    frame: Frame
    unit: str
    findings: list[Finding] = field(default_factory=list)
    aside: list[Table] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    lines: int = 0


def read_txt(
    lines: Iterable[str], pack: Pack, name: str = "", dialect: str = AUTO, crs: str | None = None, progress: Progress = SILENT
) -> Reading:
    """Read a coordinate file named `name`. dialect: a key of the page `txt_dialects`, or auto; crs: of the coordinates, None = by the head.

    Rings are closed, axes put right (x east, y north), rings within others are holes, further ones parts. Lines and points of parcels that are
    none, and parcels without a usable ring, are set aside. InputError `txt.unknown_dialect`; raises Cancelled.
    """
    sheet = read_lines(lines, pack.number("txt", "closing"), progress)
    work = _Work(sheet, pack, name, progress)
    return work.read(dialect, crs)


class _Work:
    def __init__(self, sheet: Sheet, pack: Pack, name: str, progress: Progress) -> None:
        self.sheet, self.pack, self.name, self.progress = sheet, pack, name, progress
        self.findings: list[Finding] = []
        self.aside: list[Table] = []

    def tell(self, code: str, severity: str, line: int | str, **facts: Any) -> None:
        """A finding of the file, at a line."""
        self.findings.append(Finding(code, severity, self.name, str(line), facts={"layer": self.name, "line": line, **facts}))

    def read(self, wanted: str, crs: str | None) -> Reading:
        """All steps in their order."""
        sheet, pack = self.sheet, self.pack
        version = stated(sheet.values, "version", pack)
        auto = wanted.strip().lower() in ("", AUTO)
        dialect = recognised(sheet.parcels, version, pack) if auto else dialect_named(pack, wanted)
        odd = [one for one in sheet.parcels if not dialect.fits(one)]
        if odd:
            self.tell("txt.head_differs", "warning", odd[0].line, count=len(odd), dialect=dialect.name, found=",".join(odd[0].cells)[:60])
        self._head()
        degrees, swap = self._axes()
        shapes = drawn(sheet.parcels, swap, self.progress)
        east = np.concatenate([np.empty(0), *(one.east for one in shapes)])
        frame = frame_of(sheet.values, east, degrees, crs, pack, self.name) if sheet.parcels else Frame(crs, "none")
        self.findings += frame.findings
        self._tallies()
        table, unit = self._table(dialect, shapes, frame)
        self._lost()
        return Reading(self.name, table, dialect, frame, unit, self.findings, self.aside, dict(sheet.values), sheet.lines)

    def _head(self) -> None:
        if not self.sheet.values:
            self.tell("txt.no_keys", "warning", 1)
            return
        absent = [one for one in _HEAD if stated(self.sheet.values, one, self.pack) is None]
        if absent:
            words = "、".join(self.pack.value("txt_keys", one, "words").split("|")[0] for one in absent)
            self.tell("txt.keys_missing", "note", 1, keys=words)

    def _axes(self) -> tuple[bool, list[bool]]:
        """Whether the numbers are degrees, and of which parcels the axes are swapped."""
        rings = [ring for parcel in self.sheet.parcels for ring in parcel.rings]
        if not rings:
            return False, []
        largest = max(abs(value) for ring in rings for values in (ring.first, ring.second) for value in (min(values), max(values)))
        degrees = largest <= 180.0
        if degrees and "米" in (stated(self.sheet.values, "unit", self.pack) or ""):
            self.tell("txt.degrees", "warning", rings[0].line)
        known = [swapped_axes(*_numbers(one), degrees) for one in self.sheet.parcels]
        usual = sum(one is True for one in known) > sum(one is False for one in known)
        swap = [usual if one is None else one for one in known]
        if any(swap):
            lines = [one.line for one, turned in zip(self.sheet.parcels, swap) if turned]
            self.tell("txt.axes_swapped", "warning", lines[0], count=len(lines))
        return degrees, swap

    def _tallies(self) -> None:
        for code, (count, line, found) in self.sheet.tallies.items():
            self.tell(code, "warning" if code in _WARNINGS else "error", line, count=count, found=found)

    def _lost(self) -> None:
        if self.sheet.lost:
            rows = pd.DataFrame({"LINE": [str(line) for line, _ in self.sheet.lost], "TEXT": [text for _, text in self.sheet.lost]})
            held = Table(rows, np.full(len(rows), None, dtype=object), None, self.name)
            self.aside.append(rejected.reject(held, np.arange(len(held)), "txt.lost_line", key="LINE"))

    def _table(self, dialect: Dialect, shapes: list[Shape], frame: Frame) -> tuple[Table, str]:
        """The parcels with a shape as a table, its areas compared; the others set aside."""
        parcels, cells = self.sheet.parcels, [dialect.cells(one) for one in self.sheet.parcels]
        columns = {row["field"]: row["column"] for row in self.pack.rule("txt_fields")}
        rows = pd.DataFrame({column: pd.Series([one.get(field) or None for one in cells], dtype=object) for field, column in columns.items()})
        rows["DKMJ"] = np.array([_real(one.get("area", "")) for one in cells], dtype=float)
        rows["FILE"], rows["LINE"] = pd.Series([self.name] * len(rows), dtype=object), np.array([one.line for one in parcels], dtype=np.int64)
        geometry = np.empty(len(shapes), dtype=object)
        geometry[:] = [one.shape for one in shapes]
        whole = Table(rows, geometry, frame.crs, self.name)
        good = np.array([one.problem == "" for one in shapes], dtype=bool)
        self._judge(shapes, cells, whole)
        for reason in sorted({one.problem for one in shapes} - {""}):
            self._set_aside(whole, np.array([one.problem == reason for one in shapes]), reason)
        table = whole.take(good)
        unit = self._areas(table, [one.get("area", "") for one, kept in zip(cells, good) if kept])
        return table.with_columns(MJDW=np.array([unit or None] * len(table), dtype=object)), unit

    def _set_aside(self, whole: Table, which: Array, reason: str) -> None:
        part = whole.take(which)
        texts = [None if one is None else shapely.to_wkt(one, rounding_precision=9) for one in part.shapes]
        bare = part.with_columns(WKT=np.array(texts, dtype=object)).with_geometry(np.full(len(part), None, dtype=object))
        self.aside.append(rejected.reject(bare, np.arange(len(bare)), reason, key="LINE"))

    def _judge(self, shapes: list[Shape], cells: list[dict[str, str]], whole: Table) -> None:
        """Findings of single parcels: what their shape and their count are."""
        listed = list(zip(self.sheet.parcels, shapes))
        self._several("txt.not_polygon", "warning", [one for one, shape in listed if shape.problem == "txt.not_an_area"])
        self._several("txt.short_ring", "error", [one for one, shape in listed if shape.problem == "txt.no_ring"])
        self._several("txt.inner_first", "warning", [one for one, shape in listed if shape.inner])
        self._several("txt.further_part", "note", [one for one, shape in listed if shape.further])
        counted = [(one, cell["count"]) for one, cell in zip(self.sheet.parcels, cells) if cell.get("count")]
        self._several("txt.count_differs", "warning", [one for one, count in counted if not one.counts(count)])
        for at in np.flatnonzero(~shapely.is_valid(whole.shapes) & ~shapely.is_missing(whole.shapes)):
            line, reason = self.sheet.parcels[at].line, shapely.is_valid_reason(whole.shapes[at])
            facts = {"layer": self.name, "line": line, "reason": reason}
            self.findings.append(Finding("txt.invalid", "error", self.name, str(line), facts=facts, where=whole.shapes[at]))

    def _several(self, code: str, severity: str, parcels: list[Parcel]) -> None:
        if parcels:
            self.tell(code, severity, parcels[0].line, count=len(parcels), found=",".join(parcels[0].cells)[:60])

    def _areas(self, table: Table, texts: list[str]) -> str:
        """The unit of the declared areas, told where none fits, and parcels whose area is another."""
        stated_areas = table.rows["DKMJ"].to_numpy(float)
        if not (np.nan_to_num(stated_areas) > 0).any():
            return ""
        areas = declared.measured(table.shapes, table.crs)
        unit = declared.unit_of(np.nan_to_num(stated_areas), areas, self.pack.number("txt", "unit_tolerance"))
        if not unit:
            at = int(np.argmax(stated_areas > 0))
            line = int(table.rows["LINE"].iloc[at])
            self.tell("txt.unit_unknown", "error", line, area=float(stated_areas[at]), measured=float(areas[at]))
            return ""
        places = np.array([len(one.partition(".")[2]) for one in texts], dtype=float)
        for at in declared.differing(np.nan_to_num(stated_areas), areas, places, unit, self.pack.number("txt", "area_tolerance")):
            should = float(areas[at] * declared.one_in(unit))
            facts = {"layer": self.name, "line": int(table.rows["LINE"].iloc[at]), "was": float(stated_areas[at]), "should": should, "unit": unit}
            self.findings.append(Finding("txt.area_differs", "warning", self.name, str(facts["line"]), "DKMJ", facts, table.shapes[at]))
        return unit


def _numbers(parcel: Parcel) -> tuple[Array, Array]:
    first = np.concatenate([np.empty(0), *(np.frombuffer(ring.first) for ring in parcel.rings)])
    return first, np.concatenate([np.empty(0), *(np.frombuffer(ring.second) for ring in parcel.rings)])


def _real(text: str) -> float:
    try:
        value = float(text.replace("_", "x"))
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan
