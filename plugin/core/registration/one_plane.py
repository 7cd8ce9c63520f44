"""Layers of one run brought to one plane."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import CrsError
from ..table import Table
from .plane import Plane, plane_of

__all__ = ["one_plane"]


def one_plane(first: Table, *others: Table) -> tuple[Plane, Sequence[Table]]:
    """The plane of `first` (its own where projected, else the 3° zone it lies in) and all tables on it, `first` leading.

    Vertices are moved and none added. CrsError `crs.missing` for a layer without CRS, and as `reproject_shapes`.
    """
    for one in (first, *others):
        if one.crs is None:
            raise CrsError("crs.missing", layer=one.name)
    plane = plane_of(first)
    return plane, [plane.flat(one) for one in (first, *others)]
