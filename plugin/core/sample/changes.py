"""What became of the land by the second year: building, planting, clearing, splitting, joining, and land won from the sea."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .graph import components, runs
from .landcover import port_distance
from .noise import hashed
from .scene import Scene
from .villages import LAND, SEA

__all__ = ["Later", "later", "reclaimed"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.object_]

# class before, class after, share of such patches; near: towns, slope or any
_CHANGES = (
    ("0101", "0702", 0.012, "any"), ("0103", "0702", 0.015, "any"), ("0101", "0601", 0.10, "town"), ("0102", "0701", 0.10, "town"),
    ("0103", "0601", 0.10, "town"), ("0101", "1202", 0.010, "any"), ("0102", "1202", 0.010, "any"), ("0103", "0301", 0.07, "slope"),
    ("0404", "0301", 0.10, "slope"), ("0305", "0301", 0.05, "any"), ("0404", "0103", 0.04, "any"), ("1104A", "1105", 0.05, "any"),
    ("0603", "1104A", 0.12, "any"), ("0201", "0103", 0.04, "any"), ("1201", "05H1", 0.20, "any"), ("1206", "0307", 0.15, "any"),
    ("0301", "0602", 0.004, "any"), ("0307", "0201", 0.03, "any"),
)  # fmt: skip
# classes in which a new patch is cut out, and what it becomes
_CUTS = {
    "0101": "1202", "0102": "0702", "0103": "1202", "0201": "0702", "0301": "1206", "0305": "0103", "0307": "0601", "0404": "0601", "1104": "0103",
}  # fmt: skip


@dataclass(frozen=True)
class Later:
    """The second year. patch (faces,): -1 outside; code and before (patches,): class, and the patch of the first year it lies in (-1: sea)."""

    patch: Ints
    code: Codes
    before: Ints


def reclaimed(places: Floats, ground: Scene, kind: Ints, sides: Ints, spacing: float, inland: Floats) -> Ints:
    """(cells,) from places (cells, 2): 1 for sea filled at the port, 2 for sea enclosed in the bay by the second year, 0 elsewhere."""
    x, y = places.T
    reach = np.maximum(1.7 * spacing, 0.010 * ground.size)
    near = (kind == SEA) & (-inland < reach)
    found = np.zeros(len(x), dtype=np.int64)
    found[near & (port_distance(ground, x, y) < 0.030 * ground.size)] = 1
    bay_x, bay_y = ground.metres(0.72, 0.325)
    far = np.where(near, (x - bay_x) ** 2 + (y - bay_y) ** 2, np.inf)
    spot = int(np.argmin(far))
    from_spot = (x - x[spot]) ** 2 + (y - y[spot]) ** 2
    found[near & (from_spot < max(0.026 * ground.size, 0.9 * spacing) ** 2)] = 2
    # only what hangs together with the shore, and leaves no pond of sea behind
    for value in (1, 2):
        part = runs(np.where(found == value, 1, 0), sides)
        land = np.unique(part[sides[(kind[sides] == LAND).any(axis=1) & (found[sides] == value).any(axis=1)]])
        found[(found == value) & ~np.isin(part, land)] = 0
    water = np.where((kind == SEA) & (found == 0), 1, 0)
    part = runs(water, sides)
    if (water == 1).any():
        pond = (water == 1) & (part != np.argmax(np.bincount(part[water == 1])))
        found[pond] = np.where(from_spot[pond] < (0.06 * ground.size) ** 2, 2, 1)
    return found


def later(patch: Ints, code: Codes, owner: Ints, filled: Ints, cells: int, sides: Ints, centres: Floats, ground: Scene) -> Later:
    """The patches of the second year.

    patch (faces,), code (patches,), owner (patches,): the first year; filled (faces,): `reclaimed`; cells: how many faces are no strips.
    """
    count = len(code)
    x, y = (np.bincount(patch[patch >= 0], centres[patch >= 0, axis], count) / np.bincount(patch[patch >= 0], minlength=count) for axis in (0, 1))
    new = _changed(code, x, y, ground)
    piece = np.where(patch >= 0, patch * 2, -1)
    chosen = _cut_cells(patch, code, new, cells)
    piece[chosen] += 1
    group = _joined(patch, code, new, owner, sides, chosen, count)
    whole = (piece >= 0) & (piece % 2 == 0)
    piece[whole] = group[patch[whole]] * 2
    piece[filled > 0] = 2 * count + filled[filled > 0]
    part = runs(piece, sides)
    inside = piece >= 0
    part[~inside] = -1
    _, first, number = np.unique(part[inside], return_index=True, return_inverse=True)
    found = np.full(len(patch), -1)
    found[inside] = number.ravel()
    at = np.flatnonzero(inside)[first]
    before = np.where(filled[at] > 0, -1, patch[at])
    became = np.where(before >= 0, new[before], "0601").astype(object)
    cut = piece[at] % 2 == 1
    became[cut & (before >= 0)] = [_CUTS[one] for one in code[before[cut & (before >= 0)]]]
    became[filled[at] == 1], became[filled[at] == 2] = "1008", "1104A"
    return Later(found, became, before)


def _changed(code: Codes, x: Floats, y: Floats, ground: Scene) -> Codes:
    chance, at = hashed(np.arange(len(code)), 61 + ground.seed), np.arange(len(code))
    far = np.min([(x - town[0]) ** 2 + (y - town[1]) ** 2 for town in ground.towns], axis=0)
    fits = {"any": np.ones(len(code), dtype=bool), "town": far < (0.06 * ground.size) ** 2, "slope": ground.slope(x, y) > 6.0}
    new, spent = code.copy(), np.zeros(len(code))
    for old, into, share, where in _CHANGES:
        own = (code == old) & fits[where] & (chance >= spent) & (chance < spent + share)
        spent = np.where((code == old) & fits[where], spent + share, spent)
        new[own] = into
    return np.asarray(new[at])


def _cut_cells(patch: Ints, code: Codes, new: Codes, cells: int) -> Ints:
    """One cell each of some patches that stay otherwise and have several."""
    own = patch[:cells]
    size = np.bincount(own[own >= 0], minlength=len(code))
    able = (size >= 2) & (code == new) & np.isin(code, list(_CUTS)) & (hashed(np.arange(len(code)), 62) < 0.022)
    inside = np.flatnonzero((own >= 0) & able[own])
    return np.asarray(inside[np.unique(own[inside], return_index=True)[1]])


def _joined(patch: Ints, code: Codes, new: Codes, owner: Ints, sides: Ints, cut: Ints, count: int) -> Ints:
    """(patches,) patches of one class and owner that became one carry one number."""
    a, b = patch[sides].T
    still = np.ones(count, dtype=bool)
    still[patch[cut]] = False
    alike = (a != b) & (a >= 0) & (b >= 0)
    a, b = np.minimum(a, b)[alike], np.maximum(a, b)[alike]
    fit = (code[a] == code[b]) & (owner[a] == owner[b]) & still[a] & still[b] & (new[a] == code[a]) & (new[b] == code[b])
    fit &= hashed(a * count + b, 63) < 0.012
    a, b = a[fit], b[fit]
    once = np.unique(a, return_index=True)[1]
    a, b = a[once], b[once]
    free = ~np.isin(b, a)
    group = components(count, np.column_stack([a[free], b[free]]))
    return np.asarray(np.unique(group, return_index=True)[1][group])
