"""Parcels of a coordinate table as polygons: rings that close or do not, holes by where they lie, and the points they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ...ellipsoid import is_geographic
from ...errors import InputError
from ...finding import Finding
from ...progress import SILENT, Progress
from ...schema import Pack
from ...table import Table
from ...zone_check import check_zone
from ..txt.rings import polygon_of
from .frame import Placed, placed
from .heads import Words
from .reading import Notes, Parcel, Sheet, read_sheets

__all__ = ["Imported", "parcels_of", "read_points"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Imported:
    """parcels: polygons with DKBH, DKMC, SHEET, SHEET_ROW, POINTS, RINGS. points: DKBH, DH, RING, SXH, SHEET, SHEET_ROW. how: see Placed."""

    parcels: Table
    points: Table
    how: str
    notes: Notes
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def read_points(sheets: Sequence[Sheet], mapping: str, crs: str | None, pack: Pack, name: str, progress: Progress = SILENT) -> Imported:
    """The parcels of the sheets of a file `name`; mapping: see heads.py; crs: what the user names, or None.

    InputError `coords.mapping`, `coords.nothing`. Raises Cancelled. Findings as `read_sheets`, `placed` and `parcels_of`.
    """
    parcels, notes = read_sheets(sheets, Words(pack, mapping), progress.part(0.0, 0.5))
    if not parcels:
        raise InputError("coords.nothing", path=name, first=next((one.code for one in notes.findings), "—"))
    where = placed(parcels, notes.texts, crs, pack, name)
    return parcels_of(parcels, where, notes, pack, name, progress.part(0.5, 1.0))


def parcels_of(parcels: Sequence[Parcel], where: Placed, notes: Notes, pack: Pack, name: str, progress: Progress = SILENT) -> Imported:
    """Polygons of placed parcels. Findings: coords.short_ring, coords.no_ring, coords.crossing, and those of check_zone."""
    closing = pack.number("point_table", "closing")
    if where.crs and is_geographic(where.crs):
        closing /= pack.number("point_table", "degree")
    made = _Made(closing)
    for at, (parcel, xy) in enumerate(zip(parcels, where.points)):
        if at % 64 == 0:
            progress.at(0.9 * at / len(parcels))
        if xy is not None:
            made.take(parcel, xy)
    frame = pd.DataFrame(made.rows, columns=["DKBH", "DKMC", "SHEET", "SHEET_ROW", "POINTS", "RINGS"])
    shapes = np.array(made.shapes, dtype=object).reshape(-1)
    table = Table(frame, shapes, where.crs, name)
    dots = pd.DataFrame(made.dots, columns=["DKBH", "DH", "RING", "SXH", "SHEET", "SHEET_ROW"])
    places = np.asarray(shapely.points(np.concatenate([np.empty((0, 2)), *made.places])), dtype=object).reshape(-1)
    zone = check_zone(shapes, where.crs, name) if where.crs and len(shapes) else []
    counts = {"parcels": len(shapes), "rings": made.rings, "holes": made.holes, "parts": made.parts, "open": made.open, "points": len(dots)}
    progress.at(1.0)
    findings = [*notes.findings, *where.findings, *made.findings, *zone]
    return Imported(table, Table(dots, places, where.crs, name), where.how, notes, findings, counts)


class _Made:
    def __init__(self, closing: float) -> None:
        self.closing = closing
        self.rows: list[tuple[Any, ...]] = []
        self.dots: list[tuple[Any, ...]] = []
        self.shapes: list[Any] = []
        self.places: list[Array] = []
        self.findings: list[Finding] = []
        self.rings = self.holes = self.parts = self.open = 0

    def take(self, parcel: Parcel, xy: Array) -> None:
        """One parcel."""
        rings, numbers = [], []
        for number, (at, closed) in enumerate(self._rings(parcel, xy), 1):
            distinct = len(np.unique(xy[at], axis=0))
            if distinct < 3:
                self._tell("coords.short_ring", parcel, at[0], {"count": distinct})
                continue
            self.open += not closed
            rings.append(shapely.linearrings(xy[[*at, at[0]]]))
            numbers.append(number)
            self._list(parcel, xy, at, number)
        if not rings:
            self._tell("coords.no_ring", parcel, 0, {})
            return
        shape, _, _ = polygon_of(rings, [True] * len(rings))
        inner = int(shapely.get_num_interior_rings(shapely.get_parts(shape)).sum())
        self.rings, self.holes, self.parts = self.rings + len(rings), self.holes + inner, self.parts + len(shapely.get_parts(shape))
        if not shapely.is_valid(shape):
            self._tell("coords.crossing", parcel, 0, {"reason": shapely.is_valid_reason(shape)}, shape)
        self.shapes.append(shape)
        points = int(sum(shapely.get_num_points(rings))) - len(rings)
        self.rows.append((parcel.number or None, parcel.name or None, parcel.sheet, parcel.row, points, len(rings)))

    def _rings(self, parcel: Parcel, xy: Array) -> list[tuple[list[int], bool]]:
        """Positions of the points of each ring without its closing one, and whether it was there: by ring numbers, and where a ring closes."""
        groups: dict[str, list[int]] = {}
        for at, number in enumerate(parcel.rings):
            groups.setdefault(number, []).append(at)
        found: list[tuple[list[int], bool]] = []
        for group in groups.values():
            ring: list[int] = []
            for at in group:
                if len(ring) > 2 and np.hypot(*(xy[at] - xy[ring[0]])) <= self.closing:
                    found.append((ring, True))
                    ring = []
                elif not ring or (xy[at] != xy[ring[-1]]).any():
                    ring.append(at)
            if ring:
                found.append((ring, False))
        return found

    def _list(self, parcel: Parcel, xy: Array, at: list[int], number: int) -> None:
        for order, one in enumerate(at, 1):
            self.dots.append((parcel.number or None, parcel.labels[one] or None, number, order, parcel.sheets[one], parcel.rows[one]))
        self.places.append(xy[at])

    def _tell(self, code: str, parcel: Parcel, at: int, facts: dict[str, Any], shape: Any = None) -> None:
        sheet, row = parcel.sheets[at], parcel.rows[at]
        more = {"layer": sheet, "row": row, "parcel": parcel.number or parcel.name or "—", **facts}
        self.findings.append(Finding(code, "error", sheet, str(row), "", more, shape))
