"""Parts levelled to the whole they were cut from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike

from .. import ellipsoid
from ..balance import level
from ..measure import round_half_away

__all__ = ["add", "bend", "level_parts", "printed"]

Array = np.ndarray[Any, Any]


def level_parts(areas: Array, whole: float, keys: Sequence[Any] | None = None) -> Array:
    """Areas (n, m² or ha) of all parts of a thing levelled proportionally so that they sum to `whole` to the last 0.01 (domain-rules §2).

    Where every part rounds to nothing, the hundredths go to the largest ones. NaN where an area or the whole is not known.
    """
    if not len(areas):
        return np.empty(0)
    if not (np.isfinite(whole) and np.isfinite(areas).all()):
        return np.full(len(areas), np.nan)
    own = list(range(len(areas))) if keys is None else list(keys)
    rounded = np.asarray(round_half_away(areas, 2), dtype=float)
    if rounded.sum() > 0:
        return np.asarray(level(rounded, whole, own, "proportional"), dtype=float)
    order = np.argsort(-np.asarray(areas, dtype=float), kind="stable")
    out = np.zeros(len(areas))
    out[order] = level(rounded, whole, np.arange(len(areas)).tolist(), "survey")
    return out


def printed(values: Array, whole: float) -> Array:
    """Exact amounts (n) at two decimals that sum to `whole`, their rounded sum, each within 0.01 of its own (largest remainder; tie: larger).

    Every amount is rounded down and the hundredths left over go to those that lost most (domain-rules §1, forced to agree).
    """
    cents = np.floor(np.asarray(values, dtype=float) * 100 + 1e-6)
    lost = np.asarray(values, dtype=float) * 100 - cents
    left = int(np.rint(whole * 100 - cents.sum()))
    order = np.lexsort((-np.asarray(values, dtype=float), -np.rint(lost * 1e6)))
    cents[order[:left]] += 1
    found: Array = cents / 100
    return found


def add(values: ArrayLike) -> float:
    """The sum of amounts of two decimals, exact to the last one."""
    found = np.asarray(values, dtype=float)
    return float(np.rint(found * 100).sum() / 100) if len(found) else 0.0


def bend(shapes: Array, crs: str | None) -> Array:
    """(n,) m² that the measured area of each polygon may change by when its edges are split: 0 on a CGCS2000 zone.

    A straight edge of another plane is no straight line on the zone where areas are measured. With a curvature of at most 2/R an edge of L
    metres and its chord enclose up to L³/(6R).
    """
    if crs is None or ellipsoid.zone_of(crs) is not None:
        return np.zeros(len(shapes))
    metre = ellipsoid.metres(crs)
    lines, owner = shapely.get_rings(shapes, return_index=True)
    place, line = shapely.get_coordinates(lines, return_index=True)
    edge = np.flatnonzero(line[1:] == line[:-1])
    long = np.hypot(*(place[edge + 1] - place[edge]).T) * metre
    found: Array = np.bincount(owner[line[edge]], long**3 / (6 * ellipsoid.formula().a), len(shapes))
    return found
