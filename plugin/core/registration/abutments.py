"""Abutments (四至): what lies north, east, south and west of each unit or parcel, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import topology
from ..errors import FieldError
from ..finding import Finding
from ..progress import SILENT, Progress
from ..projection import all_or_none
from ..schema import Pack
from ..table import Table
from .adjacency import NOTHING, Fronts, fronts
from .boundary_points import KEYS
from .plane import plane_of, row_keys

__all__ = ["Abutments", "abutments"]

Array = np.ndarray[Any, Any]

_QUARTER = 90.0
_NUDGE = 1e-9  # degrees: a bearing of exactly 45 belongs to the side that begins there


@dataclass(frozen=True)
class Abutments:
    """table: the rows with the four fields of the pack's `abutment_sides`. counts: pieces dropped, inner rings, sides without neighbour."""

    table: Table
    findings: list[Finding]
    counts: dict[str, int]


def abutments(
    table: Table,
    neighbours: Sequence[Table],
    name_field: str,
    distance: float,
    pack: Pack,
    tolerance: float | None = None,
    progress: Progress = SILENT,
) -> Abutments:
    """The abutments of the rows of `table` among themselves and among `neighbours`, at most `distance` metres away (domain-rules §3, 四至).

    A piece of shared boundary belongs to the side on which the bearing of its outward normal at its middle lies; pieces are generalised
    first (pack rule `abutments`). Names of a side run clockwise. Nothing there leaves the field empty and is a finding.
    tolerance: metres within which corners are taken for the same, None for the pack's.
    """
    rules = {rule["key"]: rule["value"] for rule in pack.rules["abutments"]}
    sides = pack.rules["abutment_sides"]
    plane = plane_of(table)
    flat = plane.flat(table)
    all_or_none(table, *neighbours)
    others = [plane.flat(one) for one in neighbours]
    names = np.concatenate([_names(one, name_field, pack, strict=at == 0) for at, one in enumerate([table, *neighbours])])
    around = np.concatenate([one.shapes for one in others]) if others else np.empty(0, dtype=object)
    same = pack.number("settings", "corner_tolerance") if tolerance is None else tolerance
    reach, near = topology.units_of(distance, plane.crs), topology.units_of(same, plane.crs)
    least = float(rules["least_share"])
    seen = fronts(flat.shapes, around, reach, near, least / 4, progress.part(0.0, 0.8))
    most = topology.units_of(float(rules["generalise_most"]), plane.crs)
    coarse = np.minimum(float(rules["generalise"]) * np.sqrt(np.nan_to_num(shapely.area(flat.shapes))), most)
    pieces = _pieces(flat.shapes, seen, coarse, [float(side["start"]) for side in sides])
    progress.at(0.9)
    dropped = pieces["share"] < least
    kept = pieces[~dropped].assign(name=names[pieces.loc[~dropped, "target"].to_numpy()])
    kept.loc[kept["target"] == NOTHING, "name"] = ""
    columns, findings = _texts(table, kept, sides, rules["joiner"], distance, progress.part(0.9, 1.0))
    empty = sum(one.code == "abutment.nothing" for one in findings)
    counts = {"small_pieces": int(dropped.sum()), "inner_rings": seen.inner, "empty_sides": empty}
    progress.at(1.0)
    return Abutments(table.with_columns(**columns), findings, counts)


def _names(table: Table, name_field: str, pack: Pack, strict: bool) -> Array:
    """The names of a layer's rows: `name_field`, else (for a neighbour layer) the first field of the pack's `abutment_names` it has."""
    if strict:
        table.require(name_field)
    fields = [name_field, *(rule["key"] for rule in pack.rules["abutment_names"])]
    field = next((one for one in fields if one in table), None)
    if field is None:
        raise FieldError("abutment.no_name_field", layer=table.name, field=name_field)
    names: Array = table.text(field).to_numpy(dtype=object)
    return names


def _pieces(shapes: Array, seen: Fronts, coarse: Array, starts: list[float]) -> pd.DataFrame:
    """One row for each row, side and target: length, share of the side, and place on the side (degrees from its middle, clockwise).

    coarse: (n,) by how much the boundary of each row is generalised before its bearing is taken, in units of the plane.
    """
    simple = shapely.simplify(seen.lines, coarse[seen.row], preserve_topology=False)
    poor = shapely.get_num_coordinates(simple) < np.where(shapely.is_closed(seen.lines), 4, 2)
    simple[poor] = seen.lines[poor]
    xy, line = shapely.get_coordinates(simple, return_index=True)
    step = np.flatnonzero(line[1:] == line[:-1])
    way, middle, front = xy[step + 1] - xy[step], (xy[step + 1] + xy[step]) / 2, line[step]
    row = seen.row[front]
    outward = np.degrees(np.arctan2(-way[:, 1], way[:, 0]))  # bearing of the left normal (−dy, dx)
    side = np.searchsorted(np.sort(starts) - _NUDGE, outward % 360.0, side="right") - 1
    side = np.argsort(starts)[side]
    box = shapely.bounds(shapes)
    centre = (box[:, :2] + box[:, 2:]) / 2
    from_centre = np.degrees(np.arctan2(*(middle - centre[row]).T))
    heading = np.array(starts)[side] + _QUARTER / 2
    frame = pd.DataFrame({"row": row, "side": side, "target": seen.target[front], "length": np.hypot(*way.T)})
    frame["turn"] = ((from_centre - heading + 180.0) % 360.0 - 180.0) * frame["length"]
    grouped = frame.groupby(["row", "side", "target"], as_index=False, sort=True)[["length", "turn"]].sum()
    grouped["turn"] = grouped["turn"] / grouped["length"].where(grouped["length"] > 0, 1.0)
    grouped["share"] = grouped["length"] / grouped.groupby(["row", "side"])["length"].transform("sum")
    return grouped


def _texts(
    table: Table, kept: pd.DataFrame, sides: Sequence[Mapping[str, str]], joiner: str, distance: float, progress: Progress
) -> tuple[dict[str, Array], list[Finding]]:
    """The four columns, and a finding for each side without neighbour or with nameless ones."""
    listed: list[list[str]] = [[] for _ in range(len(table) * len(sides))]
    ordered = kept[kept["target"] != NOTHING].sort_values(["row", "side", "turn"], kind="stable")
    for slot, name in zip((ordered["row"] * len(sides) + ordered["side"]).tolist(), ordered["name"].tolist()):
        listed[slot].append(name)
    keys, columns = row_keys(table, *KEYS), {side["field"]: np.full(len(table), None, dtype=object) for side in sides}
    some = ~(shapely.is_missing(table.shapes) | shapely.is_empty(table.shapes))
    findings = []
    for row in np.flatnonzero(some).tolist():
        if row % 1000 == 0:
            progress.at(row / len(table))
        for at, side in enumerate(sides):
            names = listed[row * len(sides) + at]
            named = list(dict.fromkeys(name for name in names if name))
            columns[side["field"]][row] = joiner.join(named) or None
            if named and len(named) == len(set(names)):
                continue
            code = "abutment.unnamed" if names else "abutment.nothing"
            facts: dict[str, object] = {"layer": table.name, "row": str(keys[row]), "field": side["field"], "distance": distance}
            facts.update({"side": side["name_zh"], "side_en": side["name_en"], "count": names.count("")})
            findings.append(Finding(code, "warning", table.name, str(keys[row]), side["field"], facts, table.shapes[row]))
    return columns, findings
