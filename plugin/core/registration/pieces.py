"""Units cut by ownership and land cover; the sea, islands and minerals taken whole (domain-rules §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import ellipsoid
from ..coverage import mean_width
from ..overlay import identity
from ..progress import SILENT, Progress
from ..table import Table
from .dissolve import absorbed
from .owners import FIELDS
from .unit_ground import UnitGround
from .unit_types import LAND, UnitType

__all__ = ["REASONS", "Cover", "Limits", "Pieces", "cut_units"]

Array = np.ndarray[Any, Any]

# what a piece lacks, in the order in which it is named
REASONS = (
    "patches.no_ownership_no_cover",
    "patches.no_ownership",
    "patches.no_cover",
    "patches.unknown_ownership",
    "patches.class_not_known",
)


@dataclass(frozen=True)
class Cover:
    """Land cover without overlaps: zones, the survey row behind each, and of each row its BSM, class, class name and resource type."""

    zones: Table
    rows: Array
    keys: Array
    codes: Array
    names: Array
    types: Array


@dataclass(frozen=True)
class Limits:
    """What is no ground: pieces under `noise` (m²), gaps narrower than `hairline` (m), and `dust` (m), which is arithmetic only."""

    noise: float
    hairline: float
    dust: float


@dataclass(frozen=True)
class Pieces:
    """Pieces of all units but minerals. rows: unit (position), zone, cover (row of the survey layer; −1 = none), REASON ("" = a patch)
    and the fields of a patch.

    joined: pieces under the limits, joined to the piece beside them; dropped: dust.
    """

    rows: pd.DataFrame
    shapes: Array
    joined: int = 0
    dropped: int = 0


def cut_units(
    units: UnitGround, owners: Table, cover: Cover, types: Mapping[str, UnitType], limits: Limits, progress: Progress = SILENT
) -> Pieces:
    """Land units as unit ∩ ownership ∩ land cover, with what either lacks under its REASON; sea and island units whole.

    owners: zones of `owner_zones`. Pieces under the noise area, and gaps in ownership or land cover narrower than a hairline, join the
    piece of the same unit with the longest shared edge. Σ pieces = unit, dust apart.
    """
    real = ~shapely.is_missing(units.shapes) & ~shapely.is_empty(units.shapes)
    land = np.flatnonzero((units.chains == LAND) & real)
    ground = Table(pd.DataFrame({"UNIT": land}), units.shapes[land], units.table.crs, units.table.name)
    first = identity(ground, owners, progress=progress.part(0.0, 0.3))
    middle = Table(pd.DataFrame({"UNIT": land[first.left]}), first.shapes, units.table.crs, units.table.name)
    second = identity(middle, cover.zones, progress=progress.part(0.3, 0.9))
    row = np.where(second.right < 0, -1, cover.rows[second.right] if len(cover.rows) else -1)
    where, shapes = _loose_parts(np.stack([land[first.left][second.left], first.right[second.left], row]), second.shapes)
    metre = ellipsoid.metres(units.table.crs) if units.table.crs else 1.0
    open_ = (where[1] < 0) | (where[2] < 0)
    width = mean_width(shapes) * metre
    real_ground = width >= limits.dust
    where, shapes, open_, width = where[:, real_ground], shapes[real_ground], open_[real_ground], width[real_ground]
    weak = (open_ & (width < limits.hairline)) | (shapely.area(shapes) * metre**2 < limits.noise)
    shapes, gone = absorbed(shapes, where[0], weak, progress)
    cut = _described(where[:, ~gone], owners, cover)
    whole = np.flatnonzero(((units.chains == "sea") | (units.chains == "island")) & real)
    rows = pd.concat([one for one in (cut, _whole(whole, units, types)) if len(one)] or [cut], ignore_index=True)
    return Pieces(rows, np.concatenate([shapes[~gone], units.shapes[whole]]), int(gone.sum()), int((~real_ground).sum()))


def _loose_parts(where: Array, shapes: Array) -> tuple[Array, Array]:
    """Pieces that lack ownership or land cover, part by part, after all others; `where` is (3, n)."""
    open_ = (where[1] < 0) | (where[2] < 0)
    parts, owner = shapely.get_parts(shapes[open_], return_index=True)
    return np.concatenate([where[:, ~open_], where[:, open_][:, owner]], axis=1), np.concatenate([shapes[~open_], parts])


def _described(where: Array, owners: Table, cover: Cover) -> pd.DataFrame:
    """The fields of each land piece, from its owner's zone and its survey row."""
    unit, zone, row = where
    columns: dict[str, Any] = {"UNIT": unit, "ZONE": zone, "COVER": row}
    for name in (*FIELDS, "OWNERSHIP", "DISPUTE"):
        columns[name] = _taken(owners[name].to_numpy(dtype=object), zone)
    columns["DLBM"], columns["DLMC"] = _taken(cover.codes, row), _taken(cover.names, row)
    columns["ZRZYLX"], columns["GLTBBSM"] = _taken(cover.types, row), _taken(cover.keys, row)
    no_owner, no_cover = zone < 0, row < 0
    tests = (no_owner & no_cover, no_owner, no_cover, columns["OWNERSHIP"] == "", columns["ZRZYLX"] == "")
    columns["REASON"] = np.select(tests, REASONS, "").astype(object)
    return pd.DataFrame(columns)


def _whole(rows: Array, units: UnitGround, types: Mapping[str, UnitType]) -> pd.DataFrame:
    """Sea and island units: resource type and owner by law, exerciser from the unit."""
    kinds = [types[str(units.kinds[row])] for row in rows]
    columns: dict[str, Any] = {"UNIT": rows, "ZONE": -1, "COVER": -1}
    for name in FIELDS:
        columns[name] = units.table.text(name).to_numpy(dtype=object)[rows]
    columns["QSXZ"] = [kind.nature for kind in kinds]
    columns.update(
        OWNERSHIP="state", DISPUTE="", DLBM="", DLMC="", ZRZYLX=[kind.resource for kind in kinds], GLTBBSM="", REASON="", ZYQBS=""
    )
    return pd.DataFrame(columns, index=range(len(rows)))


def _taken(values: Array, at: Array) -> Array:
    """values[at] with "" where at is −1."""
    out = np.full(len(at), "", dtype=object)
    real = at >= 0
    out[real] = values[at[real]]
    return out
