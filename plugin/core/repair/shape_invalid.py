"""Shapes that are not valid, made valid where their area stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from shapely.errors import GEOSException

from .guards import alike
from .rebuild import polygonal
from .work import Done, Pass

__all__ = ["mend"]

_NAME = "shape_invalid"
_SHARE = 1e-9  # of the area: what rounding of coordinates moves
_LEAST = 1e-6  # m², the same of a small one


def mend(one: Pass) -> None:
    """Replace an invalid shape by the first valid one of the same area: as GEOS takes its lines apart, or without the loops it makes."""
    work = one.work
    for at in np.flatnonzero(~one.valid).tolist():
        row = int(one.rows[at])
        shape = work.shapes[row]
        if shapely.is_valid(shape):  # put in order meanwhile
            continue
        area = abs(float(shape.area))
        reason = str(shapely.is_valid_reason(shape)).partition("[")[0].strip()
        allowed = max(_SHARE * area, work.units(1.0) ** 2 * _LEAST)
        made = [_whole(one, allowed) for one in _candidates(shape) if one is not None and one.is_valid]
        fit = next((one for one in made if abs(one.area - area) <= allowed), None)
        if fit is not None:
            work.put({row: alike(fit, shape)}, Done(_NAME, "repair.done_valid", {"why": reason}))
        else:
            change = min((abs(one.area - area) for one in made), default=area) / work.units(1.0) ** 2
            work.leave(_NAME, (row,), "repair.area_moves", shape, size=f"{change:.2f}", why=reason)


def _candidates(shape: Any) -> Iterator[Any]:
    for make in (shapely.make_valid, _structured, _filled):
        try:
            yield polygonal(make(shape))
        except GEOSException:
            yield None


def _whole(shape: Any, least: float) -> Any:
    """A shape without parts so small that they are no ground."""
    parts = shapely.get_parts(shape)
    real = parts[shapely.area(parts) > least]
    return shape if len(real) in (0, len(parts)) else real[0] if len(real) == 1 else shapely.MultiPolygon(list(real))


def _structured(shape: Any) -> Any:
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def _filled(shape: Any) -> Any:
    """What the outer rings enclose in any way, less what the inner rings do: loops inside a polygon are ground of it."""
    outer = shapely.union_all([_enclosed(part.exterior) for part in shapely.get_parts(shape)])
    inner = shapely.union_all([_enclosed(ring) for part in shapely.get_parts(shape) for ring in part.interiors])
    return shapely.difference(outer, inner)


def _enclosed(ring: Any) -> Any:
    return shapely.union_all(shapely.get_parts(shapely.polygonize([shapely.union_all([ring])])))
