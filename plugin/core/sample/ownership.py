"""Who owns the ground: villages, the state by managing body, and a few spots in dispute."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import lines
from .landcover import FARM, FLAT, ISLE, LAKE, PASTURE, PORT, RESERVOIR, STREAM, TOWN
from .lattice import Mesh
from .scene import Scene

__all__ = ["DISPUTED", "ROADS", "STATE", "WATER", "disputes", "of_cells", "of_strips"]

Ints = NDArray[np.int64]

# below STATE: the village 0…39 that owns; from STATE on a body of the state; from DISPUTED on the number of a dispute
STATE = 100
WATER, ROADS, RAIL, STILL, SHORE, HARBOUR, FOREST, GRASS, ISLES, URBAN = range(STATE, STATE + 10)
DISPUTED = 200
_BODIES = {
    STREAM: WATER, RESERVOIR: STILL, LAKE: STILL, FLAT: SHORE, PORT: HARBOUR, FARM: FOREST, PASTURE: GRASS, ISLE: ISLES, TOWN: URBAN,
}  # fmt: skip
_SPOTS = 7


def of_cells(zone: Ints, village: Ints) -> Ints:
    """(cells,) owner of each cell of land and islands; -1 elsewhere."""
    owner = village.copy()
    for number, body in _BODIES.items():
        owner[zone == number] = body
    return np.where(zone >= 0, owner, -1)


def of_strips(kind: Ints, left: Ints) -> Ints:
    """(edges,) owner of strips by kind; field roads and ditches are their left neighbour's."""
    bodies = {lines.RIVER: WATER, lines.BROOK: WATER, lines.HIGHWAY: ROADS, lines.RAILWAY: RAIL}
    owner = left.copy()
    for number, body in bodies.items():
        owner[kind == number] = body
    return owner


def disputes(mesh: Mesh, ground: Scene, owner: Ints) -> Ints:
    """(cells,) owner, but DISPUTED + number in a few spots on borders between villages."""
    one, other = owner[mesh.sides].T
    border = np.flatnonzero((one != other) & (one >= 0) & (other >= 0) & (one < STATE) & (other < STATE))
    rng = np.random.default_rng([ground.seed, 91])
    found = owner.copy()
    if not len(border):
        return found
    reach = max(1.6 * mesh.spacing, 0.004 * ground.size)
    for number in range(_SPOTS):
        middle = mesh.nodes[mesh.edges[border[int(rng.integers(0, len(border)))], 0]]
        near = ((mesh.centres - middle) ** 2).sum(axis=1) < (reach * (0.8 + 0.5 * rng.random())) ** 2
        found[near & (owner >= 0) & (owner < STATE)] = DISPUTED + number
    return found
