"""Which mesh edges are rivers, railways, roads and ditches, how wide and how rough they are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .lattice import Mesh
from .noise import hashed
from .scene import Scene
from .villages import LAND, blocks

__all__ = ["BROOK", "DITCH", "HIGHWAY", "NONE", "RAILWAY", "RIVER", "RURAL", "STRIPS", "Network", "network"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NONE, RURAL, DITCH, HIGHWAY, RAILWAY, BROOK, RIVER = range(7)
# land class of a strip of each kind
STRIPS = np.array(["", "1006", "1107", "1003", "1001", "1101", "1101"], dtype=object)
# half of the width in metres, and how rough the banks are
_HALF = np.array([0.0, 2.4, 1.7, 8.5, 6.0, 7.0, 0.0])
_ROUGH = np.array([0.92, 0.35, 0.30, 0.22, 0.12, 0.75, 0.75])


@dataclass(frozen=True)
class Network:
    """Of each mesh edge: kind (NONE … RIVER; of equals at a junction the higher goes first), half width in metres, roughness 0…1."""

    kind: Ints
    half: Floats
    rough: Floats


def network(mesh: Mesh, ground: Scene, kind: Ints, wet: NDArray[np.bool_], town: NDArray[np.bool_]) -> Network:
    """The lines of the county. kind: of the cells (`villages.domain`); wet: cells that are water; town: cells where streets lie closer."""
    one, other = mesh.sides.T
    able = (kind[one] == LAND) & (kind[other] == LAND) & ~wet[one] & ~wet[other]
    touched = np.zeros(len(mesh.nodes), dtype=bool)
    touched[mesh.edges[~able].ravel()] = True
    found = np.zeros(len(mesh.edges), dtype=np.int64)
    x, y = mesh.centres.T
    field, street = blocks(mesh, ground, 7.5 * mesh.spacing, 31), blocks(mesh, ground, 4.0 * mesh.spacing, 32)
    limit = field[one] != field[other]
    pair = np.minimum(field[one], field[other]) * 1_000_003 + np.maximum(field[one], field[other])
    height = np.zeros(mesh.count)
    height[kind == LAND] = ground.elevation(x[kind == LAND], y[kind == LAND])
    plain = ground.slope(x, y) < 7.0
    chance = np.where(height < 60.0, 0.88, np.where(plain, 0.62, 0.30))
    drawn = hashed(pair, 41) < np.minimum(chance[one], chance[other])
    found[limit & drawn] = RURAL
    found[limit & drawn & (hashed(pair, 42) < 0.16) & (height[one] < 25.0)] = DITCH
    found[(street[one] != street[other]) & town[one] & town[other]] = RURAL
    for which in range(4):
        found[_crossed(ground.highway(x, y, which), one, other)] = RAILWAY if which == 3 else HIGHWAY
    for which in (0, 1):
        found[_crossed(ground.tributary(x, y, which), one, other)] = BROOK
    found[_crossed(ground.river(x, y), one, other)] = RIVER
    found[~able] = NONE
    # a road keeps off the shore; a river runs on into it
    found[(found < BROOK) & touched[mesh.edges].any(axis=1)] = NONE
    half = _HALF[found]
    half[found == RIVER] = ground.river_width(x[one], y[one])[found == RIVER]
    half[found == BROOK] += 0.0002 * ground.size
    return Network(found, half, _ROUGH[found])


def _crossed(signed: Floats, one: Ints, other: Ints) -> NDArray[np.bool_]:
    """Edges between cells on different sides of a line (NaN: beyond its ends)."""
    with np.errstate(invalid="ignore"):
        return np.asarray(((signed[one] > 0) & (signed[other] <= 0)) | ((signed[one] <= 0) & (signed[other] > 0)))
