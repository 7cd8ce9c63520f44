"""Tables from one CRS to another, vertex by vertex."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from .crs import crs_of
from .errors import CrsError

if TYPE_CHECKING:  # a table brings pandas along, which what runs while a map is drawn does without
    from .table import Table

__all__ = ["all_or_none", "mover", "reproject", "reproject_shapes", "same_crs"]

_Mover = Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]

# datums whose shift needs parameters that no public file holds, by what their names hold (the first that fits), and by the ellipsoid of a
# datum without a name: semi-major axis and inverse flattening
_UNSHIFTABLE = {"new beijing": "new beijing", "new_beijing": "new beijing", "beijing": "beijing", "xian": "xian"}
_BY_ELLIPSOID = {(6378245.0, 298.3): "beijing", (6378140.0, 298.257): "xian"}
_UNNAMED = ("", "unknown", "d_unknown", "unnamed", "not specified", "user")


@lru_cache(maxsize=64)
def same_crs(one: str, other: str) -> bool:
    """Whether two CRS texts name the same system, axis order aside."""
    return one == other or bool(crs_of(one).equals(crs_of(other), ignore_axis_order=True))


def reproject_shapes(shapes: np.ndarray[Any, Any], source: str | None, target: str | None, layer: str = "") -> np.ndarray[Any, Any]:
    """Shapes from `source` to `target`, x east and y north in both, vertices moved and none added.

    CrsError `crs.missing` when one is None, `crs.no_shift` from or to a datum whose parameters are not public (Xian 1980, Beijing 1954;
    a CRS that brings parameters of its own is taken), `crs.failed` when PROJ cannot.
    """
    if source is None or target is None:
        raise CrsError("crs.missing", layer=layer)
    if same_crs(source, target):
        return shapes
    moved: np.ndarray[Any, Any] = shapely.transform(shapes, mover(source, target, layer))
    return moved


def mover(source: str, target: str, layer: str = "") -> _Mover:
    """What brings points (n, 2), x east and y north, from one CRS to another; CrsError as `reproject_shapes`."""
    a, b = crs_of(source), crs_of(target)
    if _unshiftable(a) != _unshiftable(b):
        raise CrsError("crs.no_shift", layer=layer, crs=(a if _unshiftable(a) else b).name)
    try:
        walk = Transformer.from_crs(a, b, always_xy=True)
    except ProjError as failure:  # a plane of its own, tied to no place on the earth
        raise CrsError("crs.failed", layer=layer, source=_title(a), target=_title(b)) from failure

    def move(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        try:
            return np.column_stack(walk.transform(points[:, 0], points[:, 1], errcheck=True))
        except ProjError as failure:
            raise CrsError("crs.failed", layer=layer, source=_title(a), target=_title(b)) from failure

    return move


def _unshiftable(crs: CRS) -> str:
    """Which of the datums without public parameters a CRS stands on, "" for any other."""
    if crs.is_bound:
        return ""
    name = (crs.datum.name if crs.datum is not None else crs.name).lower()
    found = next((datum for word, datum in _UNSHIFTABLE.items() if word in name), "")
    if found or name.split(" based on ")[0] not in _UNNAMED or crs.ellipsoid is None:
        return found
    return _BY_ELLIPSOID.get((crs.ellipsoid.semi_major_metre, float(f"{crs.ellipsoid.inverse_flattening:.6f}")), "")


def _title(crs: CRS) -> str:
    return str(crs.name if crs.name != "unknown" else crs.to_string()[:80])


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
