"""The faces of the county's web with what lies on them: the common ground of coast, sea, red line and plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .assemble import Web, polygons
from .graph import components
from .ground import ISLAND, NOTHING, Ground
from .ground import SEA as _SEA
from .scene import ORIGIN

__all__ = ["LAND", "OUTSIDE", "SEA", "Faces", "as_polygons", "faces_of", "flagged_strips", "neighbours", "settled", "without_small"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

RIM, OUTSIDE, SEA, LAND = -2, -1, 0, 1


@dataclass(frozen=True, eq=False)
class Faces:
    """One value a face.

    kind: RIM (not closed), OUTSIDE, SEA or LAND; code: survey class ("" off land); area: m², about; strip: roads and rivers cut from edges;
    patch: row of the later year's land survey (-1 off land). triangles (t, 3): the strips that meet at each of the last t faces.
    """

    web: Web
    x: Floats
    y: Floats
    kind: Ints
    code: NDArray[Any]
    area: Floats
    strip: Flags
    patch: Ints
    triangles: Ints

    @cached_property
    def _classes(self) -> tuple[list[str], Ints]:
        names, number = np.unique(self.code.astype(str), return_inverse=True)
        return [str(one) for one in names], np.asarray(number, dtype=np.int64).ravel()

    def of(self, *starts: str) -> Flags:
        """Faces whose class begins with one of `starts`."""
        names, number = self._classes
        return np.asarray(np.array([one.startswith(starts) for one in names], dtype=bool)[number])

    @cached_property
    def beside(self) -> tuple[Ints, Ints]:
        """Strips and the cells beside them, as pairs."""
        left, right = self.web.sides.T
        one, other = self.strip[left] & ~self.strip[right], self.strip[right] & ~self.strip[left]
        return np.concatenate([left[one], right[other]]), np.concatenate([right[one], left[other]])


def faces_of(ground: Ground, row: Ints | None = None) -> Faces:
    """The faces of a ground as they are in the later year; islands are land. row: of the later land survey (default: the patch's number)."""
    opened, count = ground.opened, ground.web.faces
    kind = np.where(ground.kind1 == NOTHING, OUTSIDE, np.where(ground.kind1 == _SEA, SEA, LAND))
    kind[ground.kind1 == ISLAND] = LAND
    kind[_open(ground.web)] = RIM
    code = np.full(count, "", dtype=object)
    on = ground.later.patch >= 0
    code[on] = ground.later.code[ground.later.patch[on]]
    strips = len(opened.of_edge) - len(opened.junctions)
    of_edge = np.full(len(opened.left), -1)
    of_edge[opened.of_edge[:strips]] = ground.cells + np.arange(strips)
    return Faces(
        ground.web, ground.centres[:, 0], ground.centres[:, 1], kind, code, _areas(ground.web), np.arange(count) >= ground.cells,
        ground.later.patch if row is None else row,
        of_edge[opened.junctions],
    )  # fmt: skip


def _areas(web: Web) -> Floats:
    """m² of each face, from the arcs around it (those at the rim are not closed: theirs mean nothing)."""
    cross = np.empty(len(web.arcs))
    for first in range(0, len(cross), 200_000):
        near = web.arcs[first : first + 200_000] - np.array(ORIGIN)
        cross[first : first + 200_000] = (near[:, :-1, 0] * near[:, 1:, 1] - near[:, 1:, 0] * near[:, :-1, 1]).sum(axis=1) / 2.0
    left, right = web.sides.T
    return np.asarray(np.abs(np.bincount(left, cross, web.faces) - np.bincount(right, cross, web.faces)))


def _open(web: Web) -> Flags:
    """Faces at the rim of the mesh, whose borders do not close."""
    left, right = web.sides.T
    start, end = web.edges.T.astype(float)
    found = np.zeros(web.faces, dtype=bool)
    for first, last in ((start, end), (start * start, end * end)):
        step = first - last
        found |= np.bincount(left, step, web.faces) - np.bincount(right, step, web.faces) != 0
    return found


def settled(faces: Faces, values: NDArray[Any]) -> NDArray[Any]:
    """The values with those of the triangles at junctions replaced by what two of their strips agree on."""
    found = values.copy()
    if len(faces.triangles):
        a, b, c = values[faces.triangles].T
        last = found[len(found) - len(a) :]
        found[len(found) - len(a) :] = np.where((a == b) | (a == c), a, np.where(b == c, b, last))
    return found


def neighbours(web: Web, flags: Flags) -> Flags:
    """Faces beside a flagged one."""
    left, right = web.sides.T
    found = np.zeros(web.faces, dtype=bool)
    found[left[flags[right]]] = True
    found[right[flags[left]]] = True
    return found


def flagged_strips(faces: Faces, flags: Flags) -> Flags:
    """The flags with strips added between two flagged cells, and strips that lie between others taken off."""
    strip, cell = faces.beside
    yes = np.bincount(strip[flags[cell]], minlength=faces.web.faces)
    no = np.bincount(strip[~flags[cell]], minlength=faces.web.faces)
    return settled(faces, np.where(faces.strip, (yes > 0) & (no == 0), flags))


def without_small(faces: Faces, flags: Flags, least: float) -> Flags:
    """The flags without connected parts below `least` m²."""
    rows, part = _parts(faces, np.where(flags, 0, -1))
    found = np.zeros(faces.web.faces, dtype=bool)
    found[rows] = np.bincount(part, faces.area[rows])[part] >= least
    return found


def _parts(faces: Faces, labels: Ints) -> tuple[Ints, Ints]:
    """The faces of label 0 and above, and the connected part of equal label that each is in."""
    rows = np.flatnonzero(labels >= 0)
    place = np.full(faces.web.faces, -1)
    place[rows] = np.arange(len(rows))
    left, right = faces.web.sides.T
    same = np.flatnonzero((labels[left] >= 0) & (labels[left] == labels[right]))
    return rows, components(len(rows), place[faces.web.sides[same]])


def as_polygons(faces: Faces, labels: Ints) -> tuple[NDArray[Any], Ints]:
    """Each connected part of equal label (−1: nobody's) as a polygon, and its label; parts stand in the order of their first face."""
    rows, part = _parts(faces, labels)
    number = np.full(faces.web.faces, -1)
    number[rows] = part
    count = int(part.max(initial=-1)) + 1
    of_part = np.zeros(count, dtype=np.int64)
    of_part[part] = labels[rows]
    return polygons(faces.web, number, count), of_part
