"""Parcels as lists of points: number and name of each, and what a table, a drawing or KML cannot carry."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ...finding import Finding
from ...progress import SILENT, Progress
from ...registration.boundary_points import Choices, boundary_points
from ...registration.plane import Plane
from ...schema import Pack
from ...table import Table

__all__ = ["Listed", "listed_parcels", "named_parcels"]

Array = np.ndarray[Any, Any]

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_KEY = "_SHANSHUI_KEY"


@dataclass(frozen=True)
class Listed:
    """listed: the rows of the list (see boundary_points) with NAME; flat: the parcels on the plane of the list, eastings with their zone prefix."""

    listed: Table
    flat: Table
    plane: Plane
    findings: list[Finding] = field(default_factory=list)


def named_parcels(table: Table, key: str | None, name: str | None, pack: Pack, all_fields: bool = False) -> tuple[Table, list[Finding]]:
    """The parcels with DKBH and DKMC alone, each number once; key, name: the fields asked for, else the first the pack knows.

    all_fields: the format takes the other fields too, so none is told to be left out.
    Findings: coords.fields_left, coords.key_repeated, coords.text_changed.
    """
    key, name = key or _found(table, "parcel", pack), name or _found(table, "name", pack)
    numbers, changed = _cleaned(table.text(key) if key else pd.Series([""] * len(table), dtype=object))
    names, more = _cleaned(table.text(name) if name else pd.Series([""] * len(table), dtype=object))
    findings = []
    left = [one for one in table.fields if one not in (table.named(key or ""), table.named(name or ""), "fid")]
    if left and not all_fields:
        findings.append(Finding("coords.fields_left", "note", table.name, facts={"layer": table.name, "fields": ", ".join(left)[:300]}))
    if changed or more:
        findings.append(Finding("coords.text_changed", "warning", table.name, facts={"layer": table.name, "count": changed + more}))
    once, again = _each_once(numbers)
    if again:
        facts = {"layer": table.name, "count": len(again), "parcel": again[0], "field": key or "—"}
        findings.append(Finding("coords.key_repeated", "warning", table.name, again[0], key or "", facts))
    rows = pd.DataFrame({"DKBH": once, "DKMC": [one or None for one in names]}, dtype=object)
    return Table(rows, table.shapes, table.crs, table.name), findings


def listed_parcels(parcels: Table, progress: Progress = SILENT) -> Listed:
    """The list of all points of parcels made by `named_parcels`, every vertex as it stands. Raises Cancelled."""
    made = boundary_points(parcels.with_columns(**{_KEY: parcels.rows["DKBH"]}), Choices(key=_KEY, same=0.0), None, progress)
    names = parcels.text("DKMC").to_numpy(dtype=object)
    listed = made.listed.with_columns(NAME=names[made.listed.rows["ROW"].to_numpy(dtype=int)])
    flat = made.plane.flat(parcels)
    if made.plane.shift:
        flat = flat.with_geometry(shapely.transform(flat.shapes, lambda xy: xy + np.array([made.plane.shift, 0.0])))
    return Listed(listed, flat, made.plane)


def _found(table: Table, role: str, pack: Pack) -> str | None:
    """The field that the pack's words name, one that is filled before one that is not."""
    words = {word.upper() for word in pack.value("point_columns", role, "words").split("|")}
    fields = [one for one in table.fields if one.upper() in words]
    return max(fields, key=lambda one: bool((table.text(one) != "").any()), default=None)


def _cleaned(column: Any) -> tuple[list[str], int]:
    """Texts on one line, and how many had to be changed."""
    texts = [str(one) for one in column]
    clean = [_CONTROL.sub(" ", one).strip() for one in texts]
    return clean, sum(one != other for one, other in zip(texts, clean))


def _each_once(numbers: list[str]) -> tuple[list[str], list[str]]:
    """Numbers that differ: an empty one is its position, one met again gets -2, -3 … behind it; and those that were met again."""
    taken: set[str] = set()
    once, again = [], []
    for at, number in enumerate(numbers, 1):
        text, count = number or str(at), 1
        while text in taken:
            count += 1
            text = f"{number or at}-{count}"
        if count > 1:
            again.append(number or str(at))
        taken.add(text)
        once.append(text)
    return once, again
