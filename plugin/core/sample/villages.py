"""Which cells are the county's land, sea and islands, and to which village each belongs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .graph import keep_largest, runs
from .lattice import Mesh
from .scene import ORIGIN, Scene

__all__ = ["ISLAND", "LAND", "NOTHING", "SEA", "blocks", "domain", "villages"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOTHING, LAND, SEA, ISLAND = -1, 0, 1, 2


def domain(mesh: Mesh, ground: Scene, inland: Floats) -> tuple[Ints, Ints]:
    """(cells,) from `Scene.inland` of the cells: NOTHING, LAND, SEA or ISLAND, and the number of the island (-1: none).

    Land and sea are one connected region each.
    """
    x, y = mesh.centres.T
    inside = (ground.inside(x, y) > 0) & ~mesh.frame
    kind = np.where(inside, np.where(inland > 0, LAND, SEA), NOTHING)
    island = np.full(mesh.count, -1)
    part = runs(kind, mesh.sides)
    main = np.argmax(np.bincount(part[kind == LAND]))
    for number, one in enumerate(ground.islands):
        far = (x - one.x) ** 2 + (y - one.y) ** 2
        middle = int(np.argmin(far))
        if not inside[middle] or part[middle] == main:
            continue
        own = (part == part[middle]) if kind[middle] == LAND else np.arange(mesh.count) == middle
        kind[own], island[own] = ISLAND, number
    kind[(kind == LAND) & (part != main)] = SEA
    return _whole(kind, mesh.sides), np.where(kind == ISLAND, island, -1)


def _whole(kind: Ints, sides: Ints) -> Ints:
    """Only the largest piece of sea is sea; what it leaves, and holes outside the county, become land, or nothing where no land is near."""
    for value, into in ((SEA, LAND), (NOTHING, LAND)):
        part = runs(kind, sides)
        largest = np.argmax(np.bincount(part[kind == value]))
        kind[(kind == value) & (part != largest)] = into
    part = runs(kind, sides)
    kind[(kind == LAND) & (part != np.argmax(np.bincount(part[kind == LAND])))] = NOTHING
    return kind


def villages(mesh: Mesh, ground: Scene, kind: Ints, island: Ints) -> Ints:
    """(cells,) the village 0…39 of each cell of land (the nearest seat over bent ground; connected); -1 elsewhere.

    An island belongs whole to the village of its first cell. island: the number of each cell's, -1 where none is.
    """
    x, y = mesh.centres.T
    bend = 0.045 * ground.size
    here = np.column_stack([x + bend * ground.noise("warp_x", x, y), y + bend * ground.noise("warp_y", x, y)])
    nearest, best = np.full(mesh.count, -1), np.full(mesh.count, np.inf)
    for number, seat in enumerate(ground.villages):
        far = ((here - seat) ** 2).sum(axis=1)
        nearer = far < best
        nearest[nearer], best[nearer] = number, far[nearer]
    found = keep_largest(np.where(kind == LAND, nearest, -1), mesh.sides)
    _, first, of = np.unique(island, return_index=True, return_inverse=True)
    return np.where(kind == ISLAND, nearest[first[of.ravel()]], found)


def blocks(mesh: Mesh, ground: Scene, across: float, salt: int) -> Ints:
    """(cells,) a number for each block of about `across` metres: the nearest point of a jittered grid over slightly bent ground."""
    x, y = mesh.centres.T
    bend = 0.12 * across
    u = (x - ORIGIN[0] + bend * ground.noise("fine", x, y)) / across
    v = (y - ORIGIN[1] + bend * ground.noise("fine", y + ground.size, x)) / across
    column, row = np.floor(u).astype(np.int64), np.floor(v).astype(np.int64)
    table = np.random.default_rng([ground.seed, salt]).random((64, 64, 2))
    best, named = np.full(mesh.count, np.inf), np.zeros(mesh.count, dtype=np.int64)
    for right in (-1, 0, 1):
        for up in (-1, 0, 1):
            c, r = column + right, row + up
            spot = table[r % 64, c % 64]
            far = (c + 0.1 + 0.8 * spot[:, 0] - u) ** 2 + (r + 0.1 + 0.8 * spot[:, 1] - v) ** 2
            nearer = far < best
            best[nearer], named[nearer] = far[nearer], ((r + 1000) * 100_000 + c + 1000)[nearer]
    return np.asarray(np.unique(named, return_inverse=True)[1], dtype=np.int64).ravel()
