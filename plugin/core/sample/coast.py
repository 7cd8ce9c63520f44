"""The coastline by type at two years: lines made of the very edges that part land from sea, so that they coincide with the land survey."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .. import measure
from ..schema import Layer
from ..table import Table
from .assemble import Web, chains
from .faces import LAND, SEA, Faces
from .pages import page_table
from .scene import CRS, Scene

__all__ = ["ENCLOSED", "TYPES", "Shore", "both_years", "coast_table", "shore"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# number of the fill that is an enclosure, not land
ENCLOSED = 3
TYPES = ("11", "12", "13", "14", "21", "22", "23", "31", "32")
_BEDROCK, _SANDY, _MUDDY, _LIVING, _FILL, _DYKE, _WORKS, _RESTORED, _ESTUARY = range(9)
# use, protection class and setback (m) of each type
_USE = np.array(["0", "4", "0", "0", "2", "1", "3", "4", "0"], dtype=object)
_CLASS = np.array(["1", "2", "2", "1", "3", "3", "3", "2", "2"], dtype=object)
_SETBACK = np.array([100.0, 200.0, 150.0, 200.0, 50.0, 50.0, 25.0, 150.0, 100.0])
_NAMES = ("基岩", "砂质", "淤泥质", "生物", "填海造地", "围海", "构筑物", "生态恢复", "河口")


@dataclass(frozen=True, eq=False)
class Shore:
    """The half-edges with land to their left and sea to their right, in walking order.

    kind: place in TYPES; island: 0 for the mainland, 1… for islands; restored: the edges whose works were taken back between the years, 1 where
    the result was accepted, 2 where not; new: edges of land that was sea at the earlier year.
    """

    half: Ints
    kind: Ints
    island: Ints
    restored: Ints
    new: Flags


def shore(faces: Faces, land: Flags, scene: Scene, fresh: Ints, part_of: Ints) -> Shore:
    """The shore of `land` (a flag a face); fresh: number of the fill made since the earlier year, 0 for none; part_of: number of the island a
    land face is on, 0 for the mainland.
    """
    sea = ~land & (faces.kind >= SEA)
    left, right = faces.web.sides.T
    half = np.concatenate([np.flatnonzero(land[left] & sea[right]) * 2, np.flatnonzero(land[right] & sea[left]) * 2 + 1])
    half = _in_order(faces.web, half)
    face = faces.web.sides[half >> 1, half & 1]
    kind = _kinds(faces, face, scene, fresh)
    steady = _steady(half, kind, faces.web, part_of[face])
    steady = np.where(_estuary(faces, face, scene, steady), _ESTUARY, steady)
    kind = np.where(fresh[face] > 0, kind, steady)
    restored = _restored(kind, part_of[face], fresh[face] > 0, faces, face, scene)
    return Shore(half, kind, part_of[face], restored, fresh[face] > 0)


def _in_order(web: Web, half: Ints) -> Ints:
    """Half-edges so that each stands behind the one that ends where it starts; open ends first, then rings."""
    edge, back = half >> 1, half & 1
    start, end = web.edges[edge, back], web.edges[edge, 1 - back]
    order = np.argsort(start, kind="stable")
    at = np.clip(np.searchsorted(start[order], end), 0, len(half) - 1)
    follow = np.where(start[order][at] == end, order[at], -1)
    seen = np.zeros(len(half), dtype=bool)
    walked: list[int] = []
    for first in [*np.setdiff1d(np.arange(len(half)), follow), *range(len(half))]:
        one = int(first)
        while one >= 0 and not seen[one]:
            seen[one] = True
            walked.append(one)
            one = int(follow[one])
    return half[np.array(walked, dtype=np.int64)]


def _kinds(faces: Faces, face: Ints, scene: Scene, fresh: Ints) -> Ints:
    """What the land behind the shore and its lie make of each edge."""
    x, y, code = faces.x[face], faces.y[face], faces.code[face].astype(str).astype(object)
    steep, soft = scene.slope(x, y), scene.noise("bend", x, y)
    # behind a beach or a cliff lies wild ground; fields, ponds and houses at the sea stand behind a dyke or a quay
    kind = np.where(steep > 4.0, _BEDROCK, np.where(soft > -0.3, _SANDY, _BEDROCK))
    major = np.array([one[:2] for one in code], dtype=object)
    kind = np.where(np.isin(major, ("01", "02", "06", "11", "12")), _DYKE, kind)
    kind = np.where(np.isin(major, ("05", "07", "08", "09", "10")), _WORKS, kind)
    for codes, value in ((("0303",), _LIVING), (("1105", "1108", "1106"), _MUDDY), (("1205",), _SANDY), (("0601", "0508"), _FILL)):
        kind = np.where(np.isin(code, codes), value, kind)
    kind = np.where(fresh[face] > 0, np.where(fresh[face] == ENCLOSED, _DYKE, _FILL), kind)
    return kind


def _estuary(faces: Faces, face: Ints, scene: Scene, kind: Ints) -> Flags:
    """Edges at the river's mouth: all close to the river, farther ones where the bank is natural."""
    x, y = faces.x[face], faces.y[face]
    u, _ = scene.place(x, y)
    far = np.where(u > 0.66, np.abs(scene.river(x, y)) / scene.river_width(x, y), np.inf)
    return np.asarray((far < 3.5) | ((far < 6.0) & (kind < _FILL)))


def _steady(half: Ints, kind: Ints, web: Web, island: Ints, wide: int = 4) -> Ints:
    """The kind that most edges within `wide` steps along the shore have; islands have no works."""
    ring = np.cumsum(np.append(True, web.edges[half[1:] >> 1, half[1:] & 1] != web.edges[half[:-1] >> 1, 1 - (half[:-1] & 1)]))
    votes = np.zeros((len(half), len(TYPES)))
    for step in range(-wide, wide + 1):
        at = np.arange(len(half)) + step
        fit = (at >= 0) & (at < len(half))
        fit[fit] &= ring[at[fit]] == ring[fit]
        votes[np.flatnonzero(fit), kind[at[fit]]] += 1.0 + (step == 0) * 0.5
    steady = votes.argmax(axis=1)
    steady = np.where((island > 0) & (steady >= _FILL), _BEDROCK, steady)
    return steady


def _restored(kind: Ints, island: Ints, new: Flags, faces: Faces, face: Ints, scene: Scene) -> Ints:
    """Two stretches of dykes that were taken back: the one accepted (1), the other not (2)."""
    found = np.zeros(len(kind), dtype=np.int64)
    dyke = (kind == _DYKE) & (island == 0) & ~new
    if not dyke.any():
        return found
    _, v = scene.place(faces.x[face], faces.y[face])
    for which, share in ((1, 0.25), (2, 0.75)):
        middle = np.quantile(v[dyke], share)
        found[dyke & (np.abs(v - middle) < 0.02) & (found == 0)] = which
    return found


def coast_table(page: Layer, web: Web, one: Shore, scene: Scene, year: int, later: bool, islands: list[str]) -> Table:
    """The coast as lines of equal type. later: the second year, at which restored stretches are restored and fills are there."""
    kind = np.where((one.restored > 0) & later, _RESTORED, one.kind)
    change = np.where(later & one.new, 1, np.where(later & (one.restored > 0), 2, 0))
    mark = ((one.island * 16 + kind) * 4 + change) * 4 + one.restored * later
    lines, marks = chains(web, one.half, mark)
    kind, island = (marks // 16) % 16, marks // 256
    change, restored = (marks // 4) % 4, marks % 4
    names = page_names(kind, island, islands)
    long = measure.round_half_away(measure.lengths(lines, CRS), 2)
    accepted = np.array([None, "1", "0", None], dtype=object)[restored]
    return page_table(
        page,
        lines,
        HAXMC=names,
        HAXLX=np.array(TYPES, dtype=object)[kind],
        HAXLXMC=[f"{_NAMES[at]}岸线" if at != _ESTUARY else "河口岸线" for at in kind],
        DLHD=np.where(island > 0, "01", "00").astype(object),
        HDMC=[islands[at - 1] if at else None for at in island],
        XFRK=accepted,
        KFLY=_USE[kind],
        ZZXF=np.where(restored > 0, "1", "0").astype(object),
        BHDJ=np.where(island > 0, "1", _CLASS[kind]).astype(object),
        BHQK=change.astype(str).astype(object),
        TSJL=_SETBACK[kind],
        HAXCD=long,
        SJNF=year,
    )


def page_names(kind: Ints, island: Ints, islands: list[str]) -> list[str]:
    """A name for each line: the island's or the county's, its type and a number."""
    count: dict[tuple[int, int], int] = {}
    names = []
    for one, isle in zip(kind.tolist(), island.tolist()):
        count[(one, isle)] = count.get((one, isle), 0) + 1
        place = islands[isle - 1] if isle else "青岚"
        names.append(f"{place}{_NAMES[one]}岸段{count[(one, isle)]:02d}")
    return names


def both_years(faces: Faces, scene: Scene, fresh: Ints, part_of: Ints) -> tuple[Shore, Shore]:
    """The shore before the faces `fresh` were filled, and with them; an edge that lies at both years has one kind."""
    land = faces.kind == LAND
    later = shore(faces, land, scene, fresh, part_of)
    earlier = shore(faces, land & (fresh == 0), scene, np.zeros_like(fresh), part_of)
    order = np.argsort(later.half)
    at = order[np.clip(np.searchsorted(later.half[order], earlier.half), 0, len(order) - 1)]
    same = (later.half[at] == earlier.half) & ~later.new[at]
    kind, restored = np.where(same, later.kind[at], earlier.kind), np.where(same, later.restored[at], 0)
    return replace(earlier, kind=kind, restored=restored), later
