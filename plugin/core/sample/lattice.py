"""An irregular honeycomb over a rectangle: cells with three neighbours at every node.

Because exactly three cells meet at a node, any set of cells has a border without pinches, and a region's
next border edge at a node is unique. That is what lets `assemble` build polygons without geometry operations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .noise import Noise

__all__ = ["Mesh", "honeycomb", "relax", "slack"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# radians that every edge must leave to its fractal, between the edge and its two cells' centres
_LEAST_ROOM = 0.20


@dataclass(frozen=True)
class Mesh:
    """Nodes (n, 2), edges (e, 2) as start and end node, sides (e, 2) as left and right cell, centres (c, 2); frame: cells at the rim."""

    nodes: Floats
    edges: Ints
    sides: Ints
    centres: Floats
    frame: NDArray[np.bool_]
    spacing: float

    @property
    def count(self) -> int:
        """How many cells there are."""
        return len(self.centres)


def honeycomb(width: float, height: float, spacing: float, rng: np.random.Generator) -> Mesh:
    """A honeycomb over 0…width × 0…height whose cell centres are moved at random and by a smooth warp."""
    columns, rows = int(np.ceil(width / spacing)) + 3, int(np.ceil(height / (spacing * 0.75**0.5))) + 3
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(columns), np.arange(rows)))
    x = (column - 1 + 0.5 * (row % 2)) * spacing
    y = (row - 1) * spacing * 0.75**0.5
    bend, lean = Noise(rng, spacing * 9, 2), Noise(rng, spacing * 9, 2)
    x, y = x + 1.1 * spacing * bend(x, y), y + 1.1 * spacing * lean(x, y)
    turn, far = rng.random(len(x)) * 2 * np.pi, np.sqrt(rng.random(len(x))) * 0.30 * spacing
    base, shift = np.column_stack([x, y]), np.column_stack([far * np.cos(turn), far * np.sin(turn)])

    def cell(c: Ints, r: Ints) -> Ints:
        inside = (c >= 0) & (c < columns) & (r >= 0) & (r < rows)
        return np.where(inside, r * columns + c, -1)

    meets, edges, sides = _joints(columns, rows)
    frame = (column < 2) | (column >= columns - 2) | (row < 2) | (row >= rows - 2)
    strength = np.ones((len(x), 1))
    while True:
        centres = base + strength * shift
        mesh = Mesh(centres[meets].mean(axis=1), edges, sides, centres, frame, spacing)
        tight = slack(mesh) < _LEAST_ROOM
        if not tight.any() or strength.min() < 1e-3:
            return mesh
        corner = np.unique(meets[edges[tight]])
        strength[corner] /= 2.0


def _joints(columns: int, rows: int) -> tuple[Ints, Ints, Ints]:
    """The topology of a honeycomb: the three cells of each node (north nodes, then south nodes), the edges, and their two cells.

    A cell owns its north and its south node and its edges to the east, the upper right and the upper left.
    """
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(columns), np.arange(rows)))
    me, odd = np.arange(len(row)), row % 2

    def cell(c: Ints, r: Ints) -> Ints:
        inside = (c >= 0) & (c < columns) & (r >= 0) & (r < rows)
        return np.where(inside, r * columns + c, -1)

    east, upper_right, upper_left = cell(column + 1, row), cell(column + odd, row + 1), cell(column - 1 + odd, row + 1)
    lower_right, lower_left = cell(column + odd, row - 1), cell(column - 1 + odd, row - 1)
    meets = np.concatenate([np.column_stack([me, upper_right, upper_left]), np.column_stack([me, lower_left, lower_right])])
    south = len(me)
    starts = np.concatenate([lower_right, upper_right, me])
    ends = np.concatenate([upper_right, me, upper_left])
    there = (starts >= 0) & (ends >= 0)
    starts[len(me) : 2 * len(me)] += south
    ends[: len(me)] += south
    ends[2 * len(me) :] += south
    sides = np.concatenate([np.column_stack([me, other]) for other in (east, upper_right, upper_left)])
    edges = np.column_stack([starts, ends])
    keep = there & (sides >= 0).all(axis=1)
    edges, sides = edges[keep], sides[keep]
    whole = (meets >= 0).all(axis=1)
    good = whole[edges].all(axis=1)
    edges, sides = edges[good], sides[good]
    # number the nodes that have all three cells
    number = np.cumsum(whole) - 1
    return meets[whole], number[edges], sides


def slack(mesh: Mesh) -> Floats:
    """For each edge the smallest angle, in radians, between it and the lines from its ends to the centres of its two cells.

    A fractal drawn within this angle of the edge's ends stays in the kite of the edge, and kites do not overlap.
    Not positive where the kite is not convex.
    """
    a, b = mesh.nodes[mesh.edges[:, 0]], mesh.nodes[mesh.edges[:, 1]]
    least = np.full(len(a), np.inf)
    for side, sign in ((0, 1.0), (1, -1.0)):
        centre = mesh.centres[mesh.sides[:, side]]
        least = np.minimum(least, sign * _turn(b - a, centre - a))
        least = np.minimum(least, sign * _turn(centre - b, a - b))
    return least


def _turn(first: Floats, second: Floats) -> Floats:
    """The angle from the first to the second direction, counter-clockwise."""
    cross = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    return np.asarray(np.arctan2(cross, (first * second).sum(axis=1)))


def relax(mesh: Mesh, chosen: NDArray[np.bool_], rounds: int = 4, least: float = 0.22) -> Mesh:
    """The mesh with the nodes along the chosen edges moved towards the middle of their neighbours along them.

    Takes the zigzag out of shores and rivers. A node whose move would leave some edge less than `least` radians of room stays.
    """
    nodes = mesh.nodes.copy()
    ends = mesh.edges[chosen]
    free = np.bincount(ends.ravel(), minlength=len(nodes)) == 2
    # only edges that a free node bounds can lose room
    near = free[mesh.edges].any(axis=1)
    around = replace(mesh, edges=mesh.edges[near], sides=mesh.sides[near])
    for _ in range(rounds):
        total = np.column_stack(
            [np.bincount(ends.ravel(), nodes[ends[:, ::-1].ravel(), axis], minlength=len(nodes)) for axis in (0, 1)]
        )
        moved = nodes.copy()
        moved[free] = 0.5 * nodes[free] + 0.25 * total[free]
        for _ in range(6):
            tight = slack(replace(around, nodes=moved)) < least
            if not tight.any():
                break
            crowded = np.zeros(mesh.count, dtype=bool)
            crowded[around.sides[tight].ravel()] = True
            back = around.edges[crowded[around.sides].any(axis=1)].ravel()
            moved[back] = mesh.nodes[back]
        nodes = moved
    return replace(mesh, nodes=nodes)
