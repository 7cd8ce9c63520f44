"""Do the coordinates fit the CRS? Zone prefixes, swapped axes and degrees, as findings."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from . import ellipsoid
from .errors import CrsError
from .finding import Finding

__all__ = ["check_zone"]

# a zone's easting runs within 500 km of its false easting, so whole millions of metres are the zone's prefix
_MILLION = 1e6


def check_zone(shapes: ArrayLike, crs: str | None, layer: str = "") -> list[Finding]:
    """Findings where coordinates contradict the zone that the CRS names (cadastre §3.6): one for each kind and zone found.

    zone.prefix_differs, zone.prefix_missing, zone.prefix_unexpected, zone.axes_swapped, zone.not_degrees (errors: such shapes get no
    series area), zone.too_far (a warning). Facts: count, found, expected, crs; row is the position of the first shape, from 1. CrsError
    `crs.missing`.
    """
    if not crs:
        raise CrsError("crs.missing", layer=layer)
    listed = np.asarray(shapes, dtype=object).ravel()
    box = shapely.bounds(listed)
    known = np.isfinite(box).all(axis=1)
    facts = {"layer": layer, "crs": ellipsoid.title(crs)}
    if ellipsoid.is_geographic(crs):
        wrong = known & ((np.abs(box[:, [0, 2]]) > 360.0).any(axis=1) | (np.abs(box[:, [1, 3]]) > 90.0).any(axis=1))
        return _one("zone.not_degrees", wrong, listed, facts)
    zone = ellipsoid.zone_of(crs)
    if zone is None:
        return []
    east, north = (box[:, 0] + box[:, 2]) / 2.0, (box[:, 1] + box[:, 3]) / 2.0
    found = np.where(known, np.floor(np.where(known, east, 0.0) / _MILLION), zone.prefix).astype(int)
    # Chinese northings are 1.9 to 6.2 million, and no easting is 1 to 12 million: 6° prefixes begin at 13
    swapped = known & (found >= 1) & (found <= 12) & ((north < _MILLION) | (north > 12 * _MILLION))
    listing = _one("zone.axes_swapped", swapped, listed, facts)
    for prefix in np.unique(found[~swapped]):
        if prefix == zone.prefix:
            continue
        code = "zone.prefix_unexpected" if zone.prefix == 0 else "zone.prefix_missing" if prefix == 0 else "zone.prefix_differs"
        listing += _one(code, ~swapped & (found == prefix), listed, {**facts, "found": int(prefix), "expected": zone.prefix})
    inside = known & ~swapped & (found == zone.prefix)
    limit = ellipsoid.formula().farthest
    # metres of a degree of longitude on the shape's own parallel, by the mean radius: good enough for a warning
    degree = np.maximum(np.cos(np.where(inside, north, 0.0) / ellipsoid.formula().a), 0.01) * np.radians(ellipsoid.formula().a)
    far = inside & (np.abs(east - zone.easting) / degree > limit)
    return listing + _one("zone.too_far", far, listed, {**facts, "degrees": f"{limit:g}"}, "warning")


def _one(code: str, which: NDArray[np.bool_], shapes: NDArray[Any], facts: dict[str, Any], severity: str = "error") -> list[Finding]:
    at = np.flatnonzero(which)
    if not len(at):
        return []
    more = {**facts, "count": len(at), "was": facts.get("found"), "should": facts.get("expected")}
    return [Finding(code, severity, facts["layer"], str(at[0] + 1), facts=more, where=shapes[at[0]])]
