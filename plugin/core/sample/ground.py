"""The ground of the sample county: faces of one web with all their labels, from which every layer is cut.

A layer is a labelling of the faces: `assemble.polygons(ground.web, labels, count)` gives one polygon for each label 0…count-1 (each must be
connected; -1 belongs to none), with borders that agree to the bit between all layers. `Ground.parts` makes such labels from any mask.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..progress import SILENT, Progress
from . import assemble, changes, landcover, lines, ownership, regions, villages
from .assemble import Web
from .graph import components, runs
from .lattice import Mesh, honeycomb, relax
from .scene import HEIGHT, ORIGIN, WIDTH, Scene, scene
from .strips import Opened, open_edges
from .villages import ISLAND, LAND, NOTHING, SEA

__all__ = ["ISLAND", "LAND", "NOTHING", "SEA", "Ground", "make"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# cells of land for n patches: so many times n, less so many times √n for roads and borders; by counting what comes out
_CELLS, _LESS = 2.66, 30.0


@dataclass(frozen=True, eq=False)
class Ground:
    """All arrays are (faces,) unless said otherwise; faces are the `cells` cells of the mesh, then strips of rivers and roads.

    web: the faces' borders. opened: makes values of faces from values of cells (`opened.spread(values)`). centres (faces, 2): metres.
    kind: NOTHING (-1), LAND 0, SEA 1, ISLAND 2 in the first year; kind1 in the second (land won from the sea is LAND). island: number or -1.
    village: 0…39, -1 at sea; township = scene.township_of[village]. village1: the same in the second year.
    strip: 0 for cells, else lines.RURAL, DITCH, HIGHWAY, RAILWAY, BROOK, RIVER. zone: landcover.PLAIN …, -1 at sea.
    owner: ownership (below STATE = 100 the village, then a body of the state; no disputes); claim: the same with disputes (DISPUTED + n).
    patch: land-survey patch of the first year, -1 at sea; code (patches,): its class. later: patch, code and before of the second year.
    filled: 1 sea filled at the port, 2 sea enclosed in the bay by the second year, 0 elsewhere.
    regions: masks of special ground by name (see regions.NAMES).
    """

    scene: Scene
    web: Web
    opened: Opened
    cells: int
    spacing: float
    centres: Floats
    kind: Ints
    kind1: Ints
    island: Ints
    village: Ints
    village1: Ints
    strip: Ints
    zone: Ints
    owner: Ints
    claim: Ints
    patch: Ints
    code: NDArray[np.object_]
    later: changes.Later
    filled: Ints
    regions: dict[str, Flags]

    def parts(self, mask: Flags, key: Ints | None = None) -> tuple[Ints, int]:
        """Labels 0…count-1 of the connected parts of a mask (of equal `key` where given), -1 outside, and their count."""
        sides = self.web.sides[mask[self.web.sides].all(axis=1)]
        if key is not None:
            sides = sides[key[sides[:, 0]] == key[sides[:, 1]]]
        place = np.cumsum(mask) - 1
        labels = np.full(len(mask), -1)
        labels[mask] = components(int(mask.sum()), place[sides])
        return labels, int(labels.max(initial=-1)) + 1

    def polygons(self, labels: Ints, count: int) -> NDArray[Any]:
        """One polygon for each label; see `assemble.polygons`."""
        return assemble.polygons(self.web, labels, count)

    def shapes(self, mask: Flags) -> NDArray[Any]:
        """The polygons of the connected parts of a mask, the largest first."""
        import shapely

        labels, count = self.parts(mask)
        made = self.polygons(labels, count)
        return np.asarray(made[np.argsort(-shapely.area(made), kind="stable")])

    def lines(self, between: Flags, kind: Ints) -> tuple[NDArray[Any], Ints]:
        """Borders of a mask as lines with the mask on their left, cut where `kind` (edges of the web) changes; see `assemble.chains`."""
        side = between[self.web.sides]
        left, right = np.flatnonzero(side[:, 0] & ~side[:, 1]), np.flatnonzero(side[:, 1] & ~side[:, 0])
        return assemble.chains(self.web, np.concatenate([left * 2, right * 2 + 1]), kind[np.concatenate([left, right])])


def make(seed: int = 1, patches: int = 4000, progress: Progress = SILENT) -> Ground:
    """The ground of a county of about so many land-survey patches. Raises Cancelled."""
    lie = scene(seed, patches)
    spacing = _spacing(lie)
    mesh = honeycomb(lie.size * WIDTH, lie.size * HEIGHT, spacing, np.random.default_rng([seed, 5]))
    mesh = replace(mesh, nodes=mesh.nodes + np.array(ORIGIN), centres=mesh.centres + np.array(ORIGIN))
    progress.at(0.15)
    inland = lie.inland(*mesh.centres.T)
    kind, island = villages.domain(mesh, lie, inland)
    village = villages.villages(mesh, lie, kind, island)
    dry = np.flatnonzero((kind == LAND) | (kind == ISLAND))
    zone = np.full(mesh.count, -1)
    zone[dry] = landcover.zones(mesh.centres[dry], spacing, lie, kind[dry], inland[dry])
    owner = ownership.of_cells(zone, village)
    progress.at(0.3)
    opened, strip_kind = _opened(mesh, lie, kind, zone, village, owner, progress)
    progress.at(0.6)
    return _labelled(lie, mesh, opened, strip_kind, kind, island, village, zone, owner, inland, progress)


def _spacing(lie: Scene) -> float:
    """Between cells, such that the land has as many cells as the patches want."""
    u, v = np.meshgrid((np.arange(300) + 0.5) / 300 * WIDTH, (np.arange(270) + 0.5) / 270 * HEIGHT)
    x, y = lie.metres(u, v)
    land = ((lie.inside(x, y) > 0) & (lie.inland(x, y) > 0)).mean() * WIDTH * HEIGHT * lie.size**2
    cells = lie.patches * _CELLS - _LESS * float(np.sqrt(lie.patches))
    return float(np.sqrt(land / max(cells, 150.0) / 0.75**0.5))


def _opened(mesh: Mesh, lie: Scene, kind: Ints, zone: Ints, village: Ints, owner: Ints, progress: Progress) -> tuple[Opened, Ints]:
    """The mesh with smooth shores and courses, rivers and roads opened; and the kind of line of each edge."""
    net = lines.network(mesh, lie, kind, np.isin(zone, landcover.WATERS), zone == landcover.TOWN)
    one, other = mesh.sides.T
    smooth = (net.kind > lines.RURAL) | (kind[one] != kind[other]) | (np.isin(zone[one], landcover.WATERS) != np.isin(zone[other], landcover.WATERS))
    smooth |= (village[one] != village[other]) | ((owner[one] < ownership.STATE) != (owner[other] < ownership.STATE))
    mesh = relax(mesh, smooth)
    progress.at(0.45)
    return open_edges(mesh, net.half, net.kind, net.rough, lie.seed + 17), net.kind


def _labelled(
    lie: Scene, mesh: Mesh, opened: Opened, strip_kind: Ints, kind: Ints, island: Ints, village: Ints, zone: Ints, owner: Ints,
    inland: Floats, progress: Progress,
) -> Ground:
    web, spread = opened.web, opened.spread
    filled = changes.reclaimed(mesh.centres, lie, kind, mesh.sides, mesh.spacing, inland)
    near = _nearest_village(mesh, village, filled, inland)
    claim = ownership.disputes(mesh, lie, owner)
    left_owner = ownership.of_strips(strip_kind, owner[opened.left])
    left_claim = ownership.of_strips(strip_kind, claim[opened.left])
    strip = spread(np.zeros(mesh.count, dtype=np.int64), strip_kind)
    middle = mesh.nodes[mesh.edges].mean(axis=1)
    centres = np.concatenate([mesh.centres, middle[opened.of_edge]])
    faces = {"kind": spread(kind), "village": spread(village), "owner": spread(owner, left_owner), "zone": spread(zone)}
    patch, code = _patches(web, mesh, lie, faces, strip, spread(np.zeros(mesh.count, dtype=np.int64), _tiles(mesh, middle)), centres)
    progress.at(0.8)
    full = spread(filled)
    first = np.unique(patch, return_index=True)[1][-len(code) :]
    key = faces["owner"][first] * 64 + faces["village"][first]
    after = changes.later(patch, code, key, full, mesh.count, web.sides, centres, lie)
    progress.at(0.95)
    return Ground(
        scene=lie, web=web, opened=opened, cells=mesh.count, spacing=mesh.spacing, centres=centres, kind=faces["kind"],
        kind1=np.where(full > 0, LAND, faces["kind"]), island=spread(island), village=faces["village"],
        village1=np.where(full > 0, spread(near), faces["village"]), strip=strip, zone=faces["zone"], owner=faces["owner"],
        claim=spread(claim, left_claim), patch=patch, code=code, later=after, filled=full,
        regions=regions.masks(lie, mesh, opened, strip, faces["kind"], faces["zone"], faces["owner"]),
    )  # fmt: skip


def _nearest_village(mesh: Mesh, village: Ints, filled: Ints, inland: Floats) -> Ints:
    """The village whose land lies nearest to each cell of land won from the sea."""
    found = village.copy()
    land = np.flatnonzero((village >= 0) & (inland < 6.0 * mesh.spacing))
    for cell in np.flatnonzero(filled > 0):
        found[cell] = village[land[np.argmin(((mesh.centres[land] - mesh.centres[cell]) ** 2).sum(axis=1))]]
    return found


def _tiles(mesh: Mesh, places: Floats) -> Ints:
    """Squares that long roads are cut by, so that no patch grows without end."""
    column, row = np.floor((places - np.array(ORIGIN)) / (5.2 * mesh.spacing)).astype(np.int64).T
    return np.asarray(row * 100_000 + column)


def _patches(web: Web, mesh: Mesh, lie: Scene, faces: dict[str, Ints], strip: Ints, tile: Ints, centres: Floats) -> tuple[Ints, Any]:
    """Land-survey patches of the first year: the label of each face, and the class of each patch."""
    cells, count = mesh.count, web.faces
    key = faces["owner"] * 64 + faces["village"] + 1
    land = faces["kind"] != SEA
    land &= faces["kind"] != NOTHING
    alike = np.where(land & (strip == 0), key, -1)
    inner = web.sides[(web.sides < cells).all(axis=1) & land[web.sides].all(axis=1)]
    part = np.full(count, -1)
    part[:cells] = landcover.grown(faces["zone"][:cells], alike[:cells], inner)
    road = np.where(strip > 0, (tile * 8 + strip) * 16_384 + key, -1)
    part[cells:] = part[:cells].max() + 1 + runs(road, web.sides)[cells:]
    found, code = _classed(part, land, faces["zone"], strip, centres, lie)
    # neighbours of one class and owner are often one patch: as many of them as leave the number wanted
    kinds = np.unique(code, return_inverse=True)[1].ravel()
    same = np.where((alike >= 0) & ~np.isin(faces["zone"], landcover.WATERS), alike * 64 + kinds[found], -1)
    part[:cells] = landcover.joined_alike(part[:cells], same[:cells], inner, len(code) - lie.patches)
    return _classed(part, land, faces["zone"], strip, centres, lie, code[found])


def _classed(
    part: Ints, land: Flags, zone: Ints, strip: Ints, centres: Floats, lie: Scene, given: Any = None
) -> tuple[Ints, Any]:
    """Parts numbered 0…, and their classes: as given for the faces, else by zone and place."""
    found = np.full(len(part), -1)
    _, first, number = np.unique(part[land], return_index=True, return_inverse=True)
    found[land] = number.ravel()
    at = np.flatnonzero(land)[first]
    if given is not None:
        return found, given[at]
    x, y = (np.bincount(found[land], centres[land, axis]) / np.bincount(found[land]) for axis in (0, 1))
    code = landcover.classes(zone[at], x, y, lie)
    line = strip[at] > 0
    code[line] = lines.STRIPS[strip[at[line]]]
    return found, code
