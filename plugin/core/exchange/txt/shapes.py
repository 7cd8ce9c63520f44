"""Parcels of a coordinate file as shapes, x east and y north."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from ...progress import Progress
from .parcels import Parcel, Ring
from .rings import polygon_of

__all__ = ["Shape", "drawn"]

Array = np.ndarray[Any, Any]

_LINE, _POINT = "线", "点"
_MOST = 4096  # parcels between two looks at the cancel button


@dataclass
class Shape:
    """shape: of a parcel, None where it has none; problem: why it cannot stand among polygons, "" where it can (txt.no_ring: a ring under three
    corners or none; txt.not_an_area: a line or points); inner, further: whether rings lie otherwise than their numbers say."""

    shape: Any
    problem: str
    east: Array
    inner: bool = False
    further: bool = False


def drawn(parcels: Sequence[Parcel], swap: Sequence[bool], progress: Progress) -> list[Shape]:
    """The shape of each parcel; swap: of which the northings stand second. Raises Cancelled."""
    found = []
    for at, parcel in enumerate(parcels):
        if at % _MOST == 0:
            progress.at(at / len(parcels))
        found.append(_drawn(parcel, bool(swap and swap[at])))
    return found


def _drawn(parcel: Parcel, swap: bool) -> Shape:
    paths = [_path(ring, swap) for ring in parcel.rings]
    east = np.concatenate([np.empty(0), *(path[:, 0] for path in paths)])
    if _POINT in parcel.cells:
        return Shape(shapely.multipoints(np.concatenate([np.empty((0, 2)), *paths])), "txt.not_an_area", east)
    if _LINE in parcel.cells:
        long = [path for path in paths if len(path) > 1]
        return Shape(shapely.multilinestrings([shapely.linestrings(path) for path in long]), "txt.not_an_area", east)
    if not paths or any(len(np.unique(path, axis=0)) < 3 for path in paths):
        return Shape(shapely.multipoints(np.concatenate([np.empty((0, 2)), *paths])) if paths else None, "txt.no_ring", east)
    rings = [shapely.linearrings(path) for path in paths]
    try:
        shape, inner, further = polygon_of(rings, [ring.number.strip() in ("1", "") for ring in parcel.rings])
    except shapely.errors.GEOSException:  # rings that cross so that GEOS cannot say what lies within what
        return Shape(shapely.multipoints(np.concatenate(paths)), "txt.no_ring", east)
    return Shape(shape, "", east, bool(inner), bool(further))


def _path(ring: Ring, swap: bool) -> Array:
    """Points (n, 2) of a ring, x east."""
    first, second = np.frombuffer(ring.first), np.frombuffer(ring.second)
    return np.column_stack((first, second) if swap else (second, first))
