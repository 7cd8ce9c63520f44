"""Tables from one CRS to another, vertex by vertex."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from .errors import CrsError
from .table import Table

__all__ = ["all_or_none", "reproject", "reproject_shapes", "same_crs"]

# datums whose shift to CGCS2000 needs parameters that no public file holds
_UNSHIFTABLE = ("xian 1980", "xian_1980", "beijing 1954", "beijing_1954", "new beijing")


@lru_cache(maxsize=64)
def _crs(text: str) -> CRS:
    try:
        return CRS.from_user_input(text)
    except CRSError as failure:
        raise CrsError("crs.unknown", crs=text[:80]) from failure


@lru_cache(maxsize=64)
def same_crs(one: str, other: str) -> bool:
    """Whether two CRS texts name the same system, axis order aside."""
    return one == other or bool(_crs(one).equals(_crs(other), ignore_axis_order=True))


def reproject_shapes(shapes: np.ndarray[Any, Any], source: str | None, target: str | None, layer: str = "") -> np.ndarray[Any, Any]:
    """Shapes from `source` to `target`, x east and y north in both, vertices moved and none added.

    CrsError `crs.missing` when one is None, `crs.no_shift` between CGCS2000 and a datum whose parameters are not public
    (Xian 1980, Beijing 1954), `crs.failed` when PROJ cannot.
    """
    if source is None or target is None:
        raise CrsError("crs.missing", layer=layer)
    if same_crs(source, target):
        return shapes
    a, b = _crs(source), _crs(target)
    old = [one.name for one in (a, b) if any(word in str(one.datum or one.name).lower() for word in _UNSHIFTABLE)]
    if len(old) == 1:
        raise CrsError("crs.no_shift", layer=layer, crs=old[0])
    walk = Transformer.from_crs(a, b, always_xy=True)

    def move(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.column_stack(walk.transform(points[:, 0], points[:, 1], errcheck=True))

    try:
        return shapely.transform(shapes, move)
    except ProjError as failure:
        raise CrsError("crs.failed", layer=layer, source=a.name, target=b.name) from failure


def all_or_none(*tables: Table) -> bool:
    """Whether the tables have a CRS; CrsError `crs.missing` names the first that has none where others have one."""
    bare = [one.name for one in tables if one.crs is None]
    if bare and len(bare) < len(tables):
        raise CrsError("crs.missing", layer=bare[0])
    return not bare


def reproject(table: Table, target: str | None) -> Table:
    """The table with its shapes in `target`; see `reproject_shapes` for what is refused."""
    if table.geometry is None:
        return table
    moved = reproject_shapes(table.geometry, table.crs, target, table.name)
    return table if moved is table.geometry else table.with_geometry(moved, target)
