"""The pieces that two years of a polygon layer have in common or apart, with areas that add up on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from .. import ellipsoid, measure
from ..balance import label_of
from ..coverage import mean_width
from ..finding import Finding
from ..overlay import union
from ..progress import SILENT, Progress
from ..registration.levelling import level_parts
from ..registration.one_plane import one_plane
from ..table import Table

__all__ = ["Pieces", "cut"]

Array = np.ndarray[Any, Any]

_NOTHING = 0.005  # m² that print as 0.00


@dataclass(frozen=True)
class Pieces:
    """Pieces of two years. old, new: rows (−1 = none); shapes in the CRS of the old layer; plane: planar area of each, old_plane and new_plane of
    the rows; width: mean width, m.

    area: m² to 0.01, the pieces of an old row summing to `old_area`; adjust: what levelling changed in it; new_area: of new rows, the sum of
    their pieces; new_adjust: that less the area measured. cut: how many pairs share only lines and points, and were left out.
    """

    old: Array
    new: Array
    shapes: Array
    plane: Array
    old_plane: Array
    new_plane: Array
    width: Array
    area: Array
    adjust: Array
    old_area: Array
    new_area: Array
    new_adjust: Array
    findings: list[Finding]
    label: str = ""


def cut(old: Table, new: Table, keys: tuple[Array, Array], progress: Progress = SILENT) -> Pieces:
    """Every piece of `old` and `new`, what only one of them has included; areas on the CGCS2000 ellipsoid, levelled.

    keys: names of the rows of both. The pieces of an old row are levelled proportionally to its own measured area. New ground takes up what a
    new row's pieces lack of its area; a row without new ground has the sum of its pieces. A row that the other layer claims twice cannot be
    levelled and is a finding `lineage.not_closed`.
    """
    plane, (one, other) = one_plane(old, new)
    found = union(one, other, progress=progress.part(0.0, 0.7))
    basis = measure.basis(one.shapes, plane.crs)
    sizes = [measure.areas(some, plane.crs, on=basis, progress=step) for some, step in (
        (one.shapes, progress.part(0.7, 0.75)), (other.shapes, progress.part(0.75, 0.8)), (found.shapes, progress.part(0.8, 0.95)))]  # fmt: skip
    wide = mean_width(found.shapes) * (ellipsoid.metres(str(plane.crs)))
    kept = ~((np.nan_to_num(sizes[2]) < _NOTHING) & (wide < 1e-3))
    left, right, measured = found.left[kept], found.right[kept], sizes[2][kept]
    area, findings = measured.copy(), []
    findings += _levelled(area, left, sizes[0], keys[0], old.name)
    new_area, more = _received(area, left, right, sizes[1], keys[1], new.name)
    shapes = found.shapes[kept]
    return Pieces(
        left, right, plane.back(shapes, old.crs), shapely.area(shapes), shapely.area(one.shapes), shapely.area(other.shapes), wide[kept],
        area, _difference(area, measured), sizes[0], new_area, _difference(new_area, sizes[1]), findings + more, basis.label,
    )  # fmt: skip


def _levelled(area: Array, rows: Array, wholes: Array, keys: Array, layer: str) -> list[Finding]:
    """Level the pieces of each row, in place."""
    findings = []
    for row, at in _grouped(rows):
        whole = wholes[row]
        if len(at) == 1 and abs(area[at[0]] - whole) <= _near(whole, 1):
            area[at] = whole
            continue
        total = area[at].sum()
        if np.isfinite(total) and abs(total - whole) > _near(whole, len(at)):
            findings.append(_open(layer, str(keys[row]), whole, total))
        elif np.isfinite(total):
            area[at] = level_parts(area[at], float(whole))
    return findings


def _received(area: Array, left: Array, rows: Array, wholes: Array, keys: Array, layer: str) -> tuple[Array, list[Finding]]:
    """Areas of new rows as the sums of their pieces; new ground is what the others lack of the area measured (in place)."""
    found, findings = wholes.copy(), []
    for row, at in _grouped(rows):
        whole, total = wholes[row], area[at].sum()
        if not np.isfinite(total):
            continue
        if abs(total - whole) > _near(whole, len(at)):
            findings.append(_open(layer, str(keys[row]), whole, total))
        fresh = at[left[at] < 0]
        wanted = whole - (total - area[fresh].sum())
        if len(fresh) == 1 and wanted > 0 and abs(total - whole) <= _near(whole, len(at)):
            area[fresh] = np.rint(wanted * 100) / 100
        found[row] = np.rint(area[at].sum() * 100) / 100
    return found, findings


def _near(whole: float, count: int) -> float:
    """How far the pieces of a row may be from its area and still be levelled: the survey's limit, and a hundredth for each piece."""
    return ellipsoid.formula().level_limit * whole + 0.01 * (count + 1)


def _open(layer: str, key: str, whole: float, total: float) -> Finding:
    facts = {"group": label_of(key), "was": f"{total:.2f}", "should": f"{whole:.2f}", "layer": layer}
    return Finding("lineage.not_closed", "warning", layer, key, facts=facts)


def _grouped(rows: Array) -> list[tuple[int, Array]]:
    """(row, positions) of each row that is one, in order."""
    order = np.argsort(rows, kind="stable")
    order = order[np.searchsorted(rows[order], 0) :]
    heads = np.flatnonzero(np.concatenate([[True], np.diff(rows[order]) != 0])) if len(order) else np.empty(0, dtype=np.int64)
    return [(int(rows[part[0]]), part) for part in np.split(order, heads[1:])] if len(order) else []


def _difference(one: Array, other: Array) -> Array:
    found: Array = np.rint((one - other) * 100) / 100 + 0.0
    return found
