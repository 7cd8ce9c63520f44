"""The plane on which boundary points are listed: a Gauss–Krüger zone whose eastings carry the zone number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from .. import ellipsoid
from ..projection import reproject_shapes
from ..table import Table

__all__ = ["Plane", "or_none", "plane_of", "row_keys"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Plane:
    """crs: the plane; label: as a result names it, "" where no zone is known; shift: what brings its eastings to the zone prefix, m."""

    crs: str | None
    label: str = ""
    shift: float = 0.0

    @property
    def title(self) -> str:
        """The plane as a list prints it: zone, or the CRS, or a dash."""
        return self.label or (ellipsoid.title(self.crs) if self.crs else "—")

    def flat(self, table: Table) -> Table:
        """The table on this plane."""
        if table.crs is None or self.crs is None:
            return table
        return table.with_geometry(reproject_shapes(table.shapes, table.crs, self.crs, table.name), self.crs)

    def back(self, shapes: Array, crs: str | None) -> Array:
        """Shapes of this plane in `crs`."""
        return shapes if crs is None or self.crs is None else reproject_shapes(shapes, self.crs, crs)


def plane_of(table: Table) -> Plane:
    """The plane of a layer: its own where it is projected, else the 3° zone that holds the layer's middle (domain-rules §1).

    Eastings of CGCS2000 zones without prefix get it by `shift`; other planes are taken as they are.
    """
    if table.crs is None:
        return Plane(None)
    if not ellipsoid.is_geographic(table.crs):
        zone = ellipsoid.zone_of(table.crs)
        return Plane(table.crs, zone.label if zone else "", zone.number * 1e6 if zone and not zone.prefix else 0.0)
    box = shapely.total_bounds(table.shapes)
    zone = ellipsoid.zone_at(float((box[0] + box[2]) / 2) if np.isfinite(box).all() else 120.0)
    zone = replace(zone, easting=zone.easting + zone.number * 1e6, prefix=zone.number)
    return Plane(zone.definition, zone.label)


def or_none(which: Array, values: Array, at: Array | None = None) -> Array:
    """(n,) values[at] (default: values, one each) where `which` ((n,) bool) holds, None elsewhere."""
    found = np.full(len(which), None, dtype=object)
    found[which] = values[which] if at is None else values[at[which]]
    return found


def row_keys(table: Table, *candidates: str) -> Array:
    """(n,) a name for each row: the first of the fields `candidates` that is filled and differs in every row, else the position from 1."""
    for field in candidates:
        if field in table:
            text = table.text(field)
            if (text != "").all() and text.is_unique:
                named: Array = text.to_numpy(dtype=object)
                return named
    return np.array([str(at + 1) for at in range(len(table))], dtype=object)
