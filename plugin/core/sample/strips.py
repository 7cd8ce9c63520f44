"""Mesh edges opened into narrow strips: rivers and roads with two banks, joined at junctions.

At a node where opened edges meet, each cell between them gets a corner of its own; what lies between the corners belongs to the strips, a
junction of three gets a small triangle. Strips stay within the cells' kites, so nothing crosses; where there is no room they grow narrower.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .assemble import Web
from .fractal import STEPS, draw, thousandths
from .lattice import Mesh

__all__ = ["Opened", "open_edges"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_LEAST_ROOM = 0.12
_TURNS = 5
# metres: an edge that would have less room stays closed
_NARROWEST = 0.3
_CHUNK = 200_000


@dataclass(frozen=True)
class Opened:
    """web: the mesh with strips as further faces after the cells; of_edge (strips,): the mesh edge that each strip was opened from.

    The last faces are the triangles at junctions; junctions (t, 3) are the three edges of each, of_edge names the one of the highest rank.
    left: the cell on the left of each mesh edge.
    """

    web: Web
    of_edge: Ints
    junctions: Ints
    left: Ints

    def spread(self, of_cells: NDArray[Any], of_edges: NDArray[Any] | None = None) -> NDArray[Any]:
        """One value a face from one a cell (and one a mesh edge, default: that of the cell on its left).

        A triangle takes what two of its strips agree on. So no region of equal values ever touches itself in a single point.
        """
        values = of_cells[self.left] if of_edges is None else of_edges
        strips = values[self.of_edge]
        a, b, c = values[self.junctions].T
        own = strips[len(strips) - len(a) :]
        strips[len(strips) - len(a) :] = np.where((a == b) | (a == c), a, np.where(b == c, b, own))
        return np.concatenate([of_cells, strips])


@dataclass
class _Corners:
    """The nodes at which opened edges end (m), their slots: outgoing edges counter-clockwise, the cells to their left, and corner ids.

    many: how many of the three edges are opened; first: the slot that is alone (the unopened one of two, the opened one of one).
    """

    at: Ints
    edge: Ints
    cell: Ints
    opened: Flags
    many: Ints
    first: Ints
    corner: Ints


def open_edges(mesh: Mesh, half_width: Floats, rank: Ints, rough: Floats, seed: int) -> Opened:
    """The mesh with the edges of positive `half_width` (metres) opened.

    rank: of equals at a junction the highest names it. rough: how rough each edge is drawn (0…1).
    """
    half = half_width.copy()
    while True:
        corners = _corners(mesh, half > 0)
        width = _node_widths(mesh, half)
        total = len(mesh.nodes) + int(corners.corner.max(initial=-1)) + 1
        starts, ends = _ends(mesh, corners)
        for _ in range(_TURNS):
            nodes = _places(mesh, corners, width, total)
            bad = _tight(mesh, corners, nodes, starts, ends)
            if not len(bad):
                break
            width[bad] *= 0.5
        hopeless = np.zeros(len(mesh.nodes), dtype=bool)
        hopeless[corners.at[width[corners.at] < _NARROWEST]] = True
        hopeless[bad] = True
        closed = hopeless[mesh.edges].any(axis=1) & (half > 0)
        if not closed.any():
            return _assemble(mesh, corners, nodes, starts, ends, rank, rough, seed)
        half[closed] = 0.0


def _corners(mesh: Mesh, opened: Flags) -> _Corners:
    touched = np.unique(mesh.edges[opened])
    number = np.full(len(mesh.nodes), -1)
    number[touched] = np.arange(len(touched))
    out_edge = np.concatenate([np.arange(len(mesh.edges)), np.arange(len(mesh.edges))])
    start = mesh.edges.T.ravel()
    keep = number[start] >= 0
    out_edge, start, back = out_edge[keep], start[keep], np.repeat([0, 1], len(mesh.edges))[keep]
    way = mesh.nodes[mesh.edges[out_edge, 1 - back]] - mesh.nodes[start]
    order = np.lexsort((np.arctan2(way[:, 1], way[:, 0]), start))
    if (np.bincount(number[start], minlength=len(touched)) != 3).any():
        raise ValueError("an edge at the rim of the mesh cannot be opened")
    edge = out_edge[order].reshape(-1, 3)
    cell = mesh.sides[out_edge, back][order].reshape(-1, 3)
    flags = opened[edge]
    many = flags.sum(axis=1)
    first = np.where(many == 2, np.argmin(flags, axis=1), np.argmax(flags, axis=1))
    corner = np.full((len(touched), 3), -1)
    row = np.arange(len(touched))
    three, two, one = many == 3, many == 2, many == 1
    corner[three] = [0, 1, 2]
    for chosen, slots in ((two, ((0, 0), (-1, 0), (1, 1))), (one, ((0, 0), (-1, 1)))):
        for shift, own in slots:
            corner[row[chosen], (first[chosen] + shift) % 3] = own
    base = np.append(0, np.cumsum(np.where(three, 3, 2)))[:-1]
    corner = np.where(corner >= 0, corner + base[:, None], -1)
    return _Corners(touched, edge, cell, flags, many, first, corner)


def _node_widths(mesh: Mesh, half_width: Floats) -> Floats:
    """At each node the widest opened edge, but no more than a share of the shortest edge there."""
    width, shortest = np.zeros(len(mesh.nodes)), np.full(len(mesh.nodes), np.inf)
    length = np.sqrt(((mesh.nodes[mesh.edges[:, 0]] - mesh.nodes[mesh.edges[:, 1]]) ** 2).sum(axis=1))
    for end in (0, 1):
        np.maximum.at(width, mesh.edges[:, end], half_width)
        np.minimum.at(shortest, mesh.edges[:, end], length)
    return np.minimum(width, 0.30 * shortest)


def _ends(mesh: Mesh, corners: _Corners) -> tuple[Ints, Ints]:
    """For each edge its start and end node on the left and on the right side, (e, 2) each; both sides are one for edges not opened."""
    starts, ends = np.repeat(mesh.edges[:, :1], 2, axis=1), np.repeat(mesh.edges[:, 1:], 2, axis=1)
    known, before = corners.corner, np.roll(corners.corner, 1, axis=1)
    left = np.where(known >= 0, known, before) + len(mesh.nodes)
    right = np.where(before >= 0, before, known) + len(mesh.nodes)
    outgoing = mesh.edges[corners.edge, 0] == corners.at[:, None]
    starts[corners.edge[outgoing]] = np.column_stack([left[outgoing], right[outgoing]])
    # seen from the end the edge's left is the right of the outgoing direction
    ends[corners.edge[~outgoing]] = np.column_stack([right[~outgoing], left[~outgoing]])
    return starts, ends


def _places(mesh: Mesh, corners: _Corners, width: Floats, total: int) -> Floats:
    """Coordinates of the mesh's nodes and of the corners."""
    nodes = np.empty((total, 2))
    nodes[: len(mesh.nodes)] = mesh.nodes
    middle, wide = mesh.nodes[corners.at], width[corners.at]
    row = np.arange(len(middle))
    for slot in range(3):
        inward = _unit(mesh.centres[corners.cell[:, slot]] - middle)
        own = (corners.many == 3) | ((corners.many == 2) & (slot == (corners.first + 1) % 3))
        nodes[len(mesh.nodes) + corners.corner[own, slot]] = (middle + inward * (wide * 1.1)[:, None])[own]
        edge = corners.edge[:, slot]
        other = np.where(mesh.edges[edge, 0] == corners.at, mesh.edges[edge, 1], mesh.edges[edge, 0])
        along = middle + _unit(mesh.nodes[other] - middle) * (wide * 1.1)[:, None]
        third = (corners.many == 2) & (slot == corners.first)
        nodes[len(mesh.nodes) + corners.corner[third, slot]] = along[third]
        for shift, side in ((1, 0), (2, 2)):
            end = (corners.many == 1) & (slot == (corners.first + shift) % 3)
            nodes[len(mesh.nodes) + corners.corner[row[end], (corners.first[end] + side) % 3]] = along[end]
    return nodes


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.sqrt((vectors**2).sum(axis=1))[:, None])


def _tight(mesh: Mesh, corners: _Corners, nodes: Floats, starts: Ints, ends: Ints) -> Ints:
    """The nodes of the mesh around which something has no room."""
    near = np.zeros(len(mesh.nodes), dtype=bool)
    near[corners.at] = True
    check = np.flatnonzero(near[mesh.edges].any(axis=1))
    bad = np.zeros(len(check), dtype=bool)
    for side in (0, 1):
        a, b = nodes[starts[check, side]], nodes[ends[check, side]]
        bad |= _room(a, b, mesh.centres[mesh.sides[check, side]], 1.0 if side == 0 else -1.0) < _LEAST_ROOM
    wide = check[starts[check, 0] != starts[check, 1]]
    quad = [nodes[starts[wide, 1]], nodes[ends[wide, 1]], nodes[ends[wide, 0]], nodes[starts[wide, 0]]]
    flat = np.zeros(len(wide), dtype=bool)
    for at in range(4):
        flat |= _cross(quad[(at + 1) % 4] - quad[at], quad[(at + 2) % 4] - quad[(at + 1) % 4]) <= 0
    return np.asarray(np.unique(np.concatenate([mesh.edges[check[bad]].ravel(), mesh.edges[wide[flat]].ravel()])), dtype=np.int64)


def _room(a: Floats, b: Floats, centre: Floats, sign: float) -> Floats:
    return np.asarray(np.minimum(sign * _angle(b - a, centre - a), sign * _angle(centre - b, a - b)))


def _cross(first: Floats, second: Floats) -> Floats:
    return np.asarray(first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0])


def _angle(first: Floats, second: Floats) -> Floats:
    return np.asarray(np.arctan2(_cross(first, second), (first * second).sum(axis=1)))


def _assemble(
    mesh: Mesh, corners: _Corners, nodes: Floats, starts: Ints, ends: Ints, rank: Ints, rough: Floats, seed: int
) -> Opened:
    """Number the faces, draw the edges, and add what closes the strips at their ends and junctions."""
    opened = np.flatnonzero((starts[:, 0] != starts[:, 1]) | (ends[:, 0] != ends[:, 1]))
    strip = np.full(len(mesh.edges), -1)
    strip[opened] = mesh.count + np.arange(len(opened))
    across, facing, junctions = _across(mesh, corners, strip, mesh.count + len(opened))
    count = len(mesh.edges) + len(opened)
    arcs = np.empty((count + len(across), STEPS + 1, 2))
    arcs[len(mesh.edges) : count] = _banks(mesh, nodes, starts, ends, opened, arcs[: len(mesh.edges)], rough, seed)
    arcs[count:] = thousandths(nodes[across[:, :1]])
    arcs[count:, -1] = thousandths(nodes[across[:, 1]])
    sides = mesh.sides.copy()
    sides[opened, 1] = strip[opened]
    of_junction = junctions[np.arange(len(junctions)), np.argmax(rank[junctions], axis=1)]
    edges = np.concatenate([np.column_stack([starts[:, 0], ends[:, 0]]), np.column_stack([starts[opened, 1], ends[opened, 1]]), across])
    web = Web(
        edges, np.concatenate([sides, np.column_stack([strip[opened], mesh.sides[opened, 1]]), facing]),
        arcs, mesh.count + len(opened) + len(of_junction), len(nodes),
    )  # fmt: skip
    return Opened(web, np.concatenate([opened, of_junction]), junctions, mesh.sides[:, 0])


def _banks(mesh: Mesh, nodes: Floats, starts: Ints, ends: Ints, opened: Ints, lines: Floats, rough: Floats, seed: int) -> Floats:
    """Draw all edges into `lines` (of the opened ones the left bank); the right banks."""
    for number, first in enumerate(range(0, len(lines), _CHUNK)):
        part = slice(first, first + _CHUNK)
        a, b = nodes[starts[part, 0]], nodes[ends[part, 0]]
        room = _room(a, b, mesh.centres[mesh.sides[part, 0]], 1.0)
        c, d = nodes[starts[part, 1]], nodes[ends[part, 1]]
        room = np.minimum(room, _room(c, d, mesh.centres[mesh.sides[part, 1]], -1.0))
        lines[part] = draw(a, b, np.maximum(room, 0.0), rough[part], seed + number)
    shift_a = nodes[starts[opened, 1]] - nodes[starts[opened, 0]]
    shift_b = nodes[ends[opened, 1]] - nodes[ends[opened, 0]]
    share = (np.arange(STEPS + 1) / STEPS)[None, :, None]
    left = lines[opened]
    offset = shift_a[:, None] * (1 - share) + shift_b[:, None] * share
    folded = _folded(left, offset)
    a, b = nodes[starts[opened[folded], 0]], nodes[ends[opened[folded], 0]]
    left[folded] = thousandths(a[:, None] * (1 - share) + b[:, None] * share)
    right = thousandths(left + offset)
    right[:, 0], right[:, -1] = thousandths(nodes[starts[opened, 1]]), thousandths(nodes[ends[opened, 1]])
    lines[opened] = left
    return right


def _folded(left: Floats, offset: Floats) -> Flags:
    """Which strips would turn over somewhere between their banks."""
    right = left + offset
    forward, facing = left[:, 1:] - left[:, :-1], right[:, 1:] - right[:, :-1]
    wrong = (_cross(forward, -offset[:, :-1]) <= 0) | (_cross(forward, -offset[:, 1:]) <= 0)
    wrong |= (_cross(facing, -offset[:, :-1]) <= 0) | (_cross(facing, -offset[:, 1:]) <= 0)
    return np.asarray(wrong.any(axis=1))


def _across(mesh: Mesh, corners: _Corners, strip: Ints, first: int) -> tuple[Ints, Ints, Ints]:
    """The short edges across strips: their nodes (from the right corner of a slot to its left one), faces left and right, and the three
    opened edges of each triangle (numbered from `first`).
    """
    row = np.arange(len(corners.at))
    made, facing = [], []

    def add(rows: Ints, slot: Ints, behind: Ints) -> None:
        made.append(np.column_stack([corners.corner[rows, (slot + 2) % 3], corners.corner[rows, slot]]) + len(mesh.nodes))
        facing.append(np.column_stack([behind, strip[corners.edge[rows, slot]]]))

    one, two, three = (row[corners.many == number] for number in (1, 2, 3))
    add(one, corners.first[one], corners.cell[one, (corners.first[one] + 1) % 3])
    slot = (corners.first[two] + 1) % 3
    add(two, slot, strip[corners.edge[two, (slot + 1) % 3]])
    for slot_of_three in range(3):
        add(three, np.full(len(three), slot_of_three), first + np.arange(len(three)))
    return np.concatenate(made), np.concatenate(facing), corners.edge[three]
