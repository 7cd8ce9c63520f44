"""Declared areas of a file compared with the geometry: their unit, and which of them do not fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ... import measure
from ...ellipsoid import is_geographic

__all__ = ["UNITS", "differing", "measured", "one_in", "unit_of"]

Array = np.ndarray[Any, Any]

UNITS = ("m2", "ha", "mu")


def measured(shapes: Array, crs: str | None) -> Array:
    """Areas in m² as a survey computes them from coordinates: on the plane of the file, geodesic where it is in degrees."""
    if crs and is_geographic(crs):
        return measure.areas(shapes, crs, "geodesic")
    areas: Array = shapely.area(shapes)
    return areas


def unit_of(declared: Array, areas: Array, tolerance: float) -> str:
    """The unit in which the middle ratio of declared and measured areas is 1 within `tolerance`; "" for none, or where nothing is declared."""
    known = (declared > 0) & (areas > 0)
    if not known.any():
        return ""
    ratio = np.median(declared[known] / areas[known])
    near = [(abs(ratio / one_in(unit) - 1.0), unit) for unit in UNITS]
    off, unit = min(near)
    return unit if off <= tolerance else ""


def differing(declared: Array, areas: Array, places: Array, unit: str, tolerance: float) -> Array:
    """Positions of declared areas that differ from the geometry by more than the share `tolerance` and half of their last place."""
    known = (declared > 0) & (areas > 0)
    off = np.abs(declared - areas * one_in(unit))
    found: Array = np.flatnonzero(known & (off > tolerance * areas * one_in(unit)) & (off > 0.5 * 10.0**-places))
    return found


def one_in(unit: str) -> float:
    """A square metre in a unit."""
    return float(measure.convert(1.0, unit))
