"""What drawing units leaves: ground given away, the book of it, and their tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import measure
from ..schema import Pack
from ..table import Table, is_missing
from .claims import without
from .levelling import level_parts
from .plane import Plane
from .unit_numbers import unit_numbers
from .unit_sources import UnitSource

__all__ = ["Booked", "Given", "journal_table", "rest_table", "units_table"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Booked:
    """One piece of a source: kept, taken (by the unit at position `taker`), outside the county or excluded."""

    source: UnitSource
    action: str
    taker: int
    shape: Any


@dataclass
class Given:
    """Ground given away so far: shapes, whose they are, which lie underground; parts under `noise` (CRS units²) are dropped and counted."""

    noise: float
    shapes: list[Any] = field(default_factory=list)
    sources: list[UnitSource] = field(default_factory=list)
    below: list[bool] = field(default_factory=list)
    boxes: list[Array] = field(default_factory=list)
    dropped: int = 0

    def give(self, source: UnitSource, shape: Any, below: bool) -> int:
        """Give a source its ground; the position of the unit."""
        self.shapes.append(shape)
        self.sources.append(source)
        self.below.append(below)
        self.boxes.append(shapely.bounds(shape))
        return len(self.shapes) - 1

    def near(self, shape: Any) -> Array:
        """Positions of the units on the ground whose box meets that of `shape`."""
        if not self.shapes:
            return np.empty(0, dtype=np.int64)
        box, boxes = shapely.bounds(shape), np.array(self.boxes)
        found: Array = np.flatnonzero((boxes[:, :2] <= box[2:]).all(axis=1) & (boxes[:, 2:] >= box[:2]).all(axis=1) & ~np.array(self.below))
        return found

    def clean(self, shape: Any) -> Any:
        """The shape without parts under the noise area; None when nothing else is left."""
        if shape is None:
            return None
        parts = shapely.get_parts(shape)
        real = shapely.area(parts) >= self.noise
        self.dropped += int((~real).sum())
        if real.all():
            return shape
        return None if not real.any() else parts[real][0] if real.sum() == 1 else shapely.multipolygons(parts[real])


def units_table(given: Given, plane: Plane, county: Table, pack: Pack) -> Table:
    """The units in the ZRZYDJDY schema: numbers given or kept, names kept, ellipsoidal area, that page's fields from their layer."""
    page = pack.layers["ZRZYDJDY"]
    codes = county.text(str(pack.value("drawing", "county_field")))
    code = str(codes.iloc[0])[:6] if len(codes) else ""
    shapes = np.array([*given.shapes, None], dtype=object)[:-1]
    columns: dict[str, Any] = {name: _carried(given.sources, name) for name in page.names}
    columns["ZRZYDJDYH"] = unit_numbers([one.number for one in given.sources], code, int(pack.value("drawing", "number_digits")))
    columns["DJDYMC"] = [one.name or None for one in given.sources]
    columns["DJZT"] = [value or str(pack.value("drawing", "state")) for value in _carried(given.sources, "DJZT")]
    columns["DJDYLX"] = [one.kind for one in given.sources]
    columns["DJDYZMJ"] = measure.areas(shapes, plane.crs)
    columns["SOURCE"] = [one.layer for one in given.sources]
    for name in (row["field"] for row in pack.rule("unit_carried")):
        columns.setdefault(name, _carried(given.sources, name))
    if "SSQDM" in columns and code:
        columns["SSQDM"] = [value or code for value in columns["SSQDM"]]
    rows = pd.DataFrame(columns)
    return Table(rows, plane.back(shapes, county.crs), county.crs, "ZRZYDJDY", page)


def _carried(sources: Sequence[UnitSource], name: str) -> list[Any]:
    values = [one.fields.get(name) for one in sources]
    return [None if is_missing(value) else value for value in values]


def _booked_areas(booked: Sequence[Booked], areas: Array, unit_area: Array, whole: float) -> Array:
    """Areas of a source's pieces that sum to the source (m²): what it keeps has the unit's area, the rest is levelled among the others."""
    kept = np.array([one.action == "kept" for one in booked])
    out = areas.copy()
    out[kept] = [unit_area[one.taker] for one in booked if one.action == "kept"]
    left = measure.round_half_away(whole - float(out[kept].sum()), 2)
    if not kept.any() or kept.all() or left < 0.01 * (~kept).sum():
        return level_parts(areas, whole)
    out[~kept] = level_parts(areas[~kept], left)
    return out


def journal_table(journal: Sequence[Booked], given: Given, units: Table, plane: Plane, pack: Pack) -> Table:
    """One row a piece, with its shape; its pieces sum to the source's own area (m²), what is kept with the unit's; SHARE is of the source's area."""
    numbers = units["ZRZYDJDYH"].tolist()
    own = {id(given.sources[at]): number for at, number in enumerate(numbers)}
    shapes = np.array([*(one.shape for one in journal), None], dtype=object)[:-1]
    areas = measure.areas(shapes, plane.crs)
    members: dict[int, list[int]] = {}
    for at, one in enumerate(journal):
        members.setdefault(id(one.source), []).append(at)
    wholes = measure.areas(np.array([*(journal[at[0]].source.shape for at in members.values()), None], dtype=object)[:-1], plane.crs)
    share = np.zeros(len(journal))
    unit_area = units["DJDYZMJ"].to_numpy(dtype=float)
    for whole, places in zip(wholes, members.values()):
        areas[places] = _booked_areas([journal[at] for at in places], areas[places], unit_area, float(whole))
        share[places] = areas[places] / whole
    taker = [given.sources[one.taker] if one.action == "taken" else None for one in journal]
    columns: dict[str, Any] = {
        "STEP": range(1, len(journal) + 1),
        "FROM_LAYER": [one.source.layer for one in journal],
        "FROM_TYPE": [one.source.kind for one in journal],
        "FROM_NO": [own.get(id(one.source), one.source.number) for one in journal],
        "FROM_NAME": [one.source.label for one in journal],
        "ACTION": [one.action for one in journal],
        "TO_TYPE": [None if one is None else one.kind for one in taker],
        "TO_NO": [numbers[one.taker] if one.action == "taken" else None for one in journal],
        "TO_NAME": [None if one is None else one.label for one in taker],
        "AREA": areas,
        "SHARE": measure.round_half_away(share, 6),
    }
    page = pack.layers["YSL"]
    rows = pd.DataFrame(columns, columns=page.names)
    return Table(rows, plane.back(shapes, units.crs), units.crs, "JOURNAL", page)


def rest_table(county: Table, given: Given, barred: Any, plane: Plane, crs: str | None) -> Table:
    """What no unit covers, part by part, with the fields of the county's row and MJ, the ellipsoidal area (m²)."""
    covering = [shape for shape, below in zip(given.shapes, given.below) if not below] + ([barred] if barred is not None else [])
    covered = shapely.union_all(covering) if covering else None
    shapes: list[Any] = []
    rows: list[int] = []
    for row, shape in enumerate(county.shapes):
        left = shape if covered is None or shape is None else without(shape, covered)
        for part in shapely.get_parts(left) if left is not None else ():
            if part.area >= given.noise:
                shapes.append(part)
                rows.append(row)
            else:
                given.dropped += 1
    parts = np.array([*shapes, None], dtype=object)[:-1]
    made = county.take(np.array(rows, dtype=int)).with_geometry(parts)
    made = made.with_columns(MJ=measure.areas(parts, plane.crs))
    return Table(made.rows, plane.back(parts, crs), crs, "REST")
