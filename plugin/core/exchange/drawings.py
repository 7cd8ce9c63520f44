"""Closed lines and texts of a drawing as parcels: a line within another is its hole, a text inside is the name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from ..finding import Finding
from .point_table.reading import Parcel

__all__ = ["Drawing", "Drawn", "parcels_of_drawing"]

Array = np.ndarray[Any, Any]

_MOST = 200  # open lines of a layer that are told one by one


@dataclass(frozen=True)
class Drawn:
    """One thing of a drawing: its layer, its number in the file, its points (n, 2) as x and y, and its text."""

    layer: str
    row: int
    xy: Array
    text: str = ""


@dataclass
class Drawing:
    """parcels: ready to be placed; counts: closed, open, same, nested, named, unused texts."""

    parcels: list[Parcel] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def parcels_of_drawing(lines: Sequence[Drawn], texts: Sequence[Drawn], closing: float) -> Drawing:
    """Parcels of closed lines; closing: how near the last point is to the first of a closed one.

    A line within another of its layer without a text of its own is a hole of it (or a part within the hole); with a text it is a parcel of
    its own, which the outer one goes around. Lines drawn twice are one. A text belongs to the smallest line around it, of any layer.
    Findings: drawing.open_line, drawing.more_open, drawing.too_short.
    """
    found = Drawing()
    closed = _closed(lines, closing, found)
    rings, same = _once(closed)
    found.counts = {"closed": len(closed), "open": len(lines) - len(closed), "same": same}
    faces = np.array([shapely.Polygon(one.xy) for one in rings], dtype=object).reshape(-1)
    areas = shapely.area(faces)
    parent = _parents(rings, faces, areas)
    names, unused = _names(faces, areas, texts)
    own = [bool(names[at]) or parent[at] < 0 for at in range(len(rings))]  # what begins a parcel
    made: dict[int, Parcel] = {}
    depth = [0] * len(rings)  # within its parcel: 0 outer, 1 hole, 2 part in the hole …
    for at in np.argsort(-areas, kind="stable").tolist():  # the outer ones first
        around = int(parent[at])
        if own[at]:
            made[at] = Parcel("", rings[at].layer, rings[at].row, names[at])
            _add(made[at], rings[at])
        if around < 0:
            continue
        depth[at] = 0 if own[at] else depth[around] + 1
        if not own[at] or depth[around] % 2 == 0:  # a parcel in a hole of another is not cut out of it again
            while not own[around]:
                around = int(parent[around])
            _add(made[around], rings[at])
    found.parcels = [made[at] for at in sorted(made, key=lambda at: rings[at].row)]
    found.counts.update(nested=int((parent >= 0).sum()), named=sum(map(bool, names)), unused=unused)
    return found


def _closed(lines: Sequence[Drawn], closing: float, found: Drawing) -> list[Drawn]:
    """The lines that close; the others are told."""
    closed: list[Drawn] = []
    counts: dict[str, int] = {}
    for one in lines:
        distinct = len(np.unique(one.xy, axis=0))
        gap = float(np.hypot(*(one.xy[0] - one.xy[-1]))) if len(one.xy) else 0.0
        if distinct >= 3 and gap <= closing:
            closed.append(one)
            continue
        counts[one.layer] = counts.get(one.layer, 0) + 1
        if counts[one.layer] <= _MOST:
            facts = {"layer": one.layer, "row": one.row, "gap": f"{gap:.3f}", "points": distinct}
            shape = shapely.linestrings(one.xy) if distinct >= 2 else None
            code = "drawing.open_line" if distinct >= 3 else "drawing.too_short"
            found.findings.append(Finding(code, "error" if distinct >= 3 else "note", one.layer, str(one.row), "", facts, shape))
    for layer, count in counts.items():
        if count > _MOST:
            found.findings.append(Finding("drawing.more_open", "error", layer, "", "", {"layer": layer, "count": count - _MOST}))
    return closed


def _once(closed: Sequence[Drawn]) -> tuple[list[Drawn], int]:
    """Each line once, and how many were drawn again, in whatever order of points."""
    seen: dict[bytes, Drawn] = {}
    for one in closed:
        key = shapely.to_wkb(shapely.normalize(shapely.Polygon(one.xy)))
        seen.setdefault(one.layer.encode() + b"\0" + key, one)
    return list(seen.values()), len(closed) - len(seen)


def _parents(rings: Sequence[Drawn], faces: Array, areas: Array) -> Array:
    """(n,) the smallest line of the same layer around each, -1 for none."""
    parent = np.full(len(rings), -1)
    if not len(rings):
        return parent
    inner, outer = shapely.STRtree(faces).query(shapely.point_on_surface(faces), predicate="intersects")
    layers = np.array([one.layer for one in rings], dtype=object)
    fits = (inner != outer) & (layers[inner] == layers[outer]) & (areas[outer] > areas[inner])
    for one, other in zip(inner[fits].tolist(), outer[fits].tolist()):
        if parent[one] < 0 or areas[other] < areas[parent[one]]:
            parent[one] = other
    return parent


def _names(faces: Array, areas: Array, texts: Sequence[Drawn]) -> tuple[list[str], int]:
    """The texts in each line, from top to bottom, and how many lie in none."""
    held: dict[int, list[tuple[float, float, str]]] = {}
    filled = [one for one in texts if one.text.strip() and len(one.xy)]
    if len(faces) and filled:
        points = shapely.points(np.array([one.xy[0] for one in filled]))
        text, face = shapely.STRtree(faces).query(points, predicate="intersects")
        best: dict[int, int] = {}
        for one, other in zip(text.tolist(), face.tolist()):
            if one not in best or areas[other] < areas[best[one]]:
                best[one] = other
        for one, other in best.items():
            held.setdefault(other, []).append((-float(filled[one].xy[0][1]), float(filled[one].xy[0][0]), filled[one].text.strip()))
    names = [" ".join(dict.fromkeys(text for _, _, text in sorted(held.get(at, [])))) for at in range(len(faces))]
    return names, len(filled) - sum(map(len, held.values()))


def _add(parcel: Parcel, ring: Drawn) -> None:
    """A line as a further ring of a parcel."""
    count = len(ring.xy)
    parcel.rings += [str(len(set(parcel.rings)) + 1)] * count
    parcel.sheets += [ring.layer] * count
    parcel.rows += [ring.row] * count
    parcel.labels += [""] * count
    parcel.first += ring.xy[:, 1].tolist()
    parcel.second += ring.xy[:, 0].tolist()
