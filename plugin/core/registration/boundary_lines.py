"""Boundary lines of a patch layer: each shared edge once, with both patches, its kinds and its ellipsoidal length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import noding, topology
from ..arcs import Arcs, arcs
from ..finding import Finding
from ..measure import lengths, round_half_away
from ..progress import SILENT, Progress
from ..projection import all_or_none, reproject_shapes
from ..schema import Pack
from ..table import Table
from .boundary_kinds import EXERCISER, KINDS, Kinds, kinds_between
from .plane import or_none, row_keys

__all__ = ["FLAGS", "BoundaryLines", "boundary_lines", "county_lines", "overlapping"]

Array = np.ndarray[Any, Any]

FLAGS = (*KINDS, "OUTER", "COUNTY", "UNIT")
_MAIN = ("K5", "K1", "K2", "K3", "K4", "COUNTY", "OUTER", "UNIT")  # which flag a map draws first
_CARRIED = {"UNIT": "ZRZYDJDYH", "TYPE": "ZRZYLX", "OWNER": "QSXZ", "HOLDER": "QSDWDM"}


@dataclass(frozen=True)
class BoundaryLines:
    """lines: one row a line. totals: metres of each flag, of all lines (ALL) and of kind 2 unknown (K2_UNKNOWN), two decimals.

    numbers: how many lines each total is the sum of.
    """

    lines: Table
    totals: dict[str, float]
    numbers: dict[str, int]
    findings: list[Finding]
    counts: dict[str, int]


def boundary_lines(
    table: Table, pack: Pack, county: Table | None = None, tolerance: float | None = None, progress: Progress = SILENT
) -> BoundaryLines:
    """The boundary lines of resource patches (ZRZYTB), with kinds by domain-rules §3.

    A line runs between two junctions, clockwise around the patch on its RIGHT; LEFT is empty on the outer boundary. LENGTH is metres on
    the ellipsoid to 0.01, and every total is the sum of these, so that log, layer and tables agree. county: polygons or lines of the
    border (of lines with JXLX those that `county_lines` takes); without it COUNTY is NULL. tolerance: metres within which corners
    of neighbours are taken for the same, None for the pack's. Raises Cancelled.
    """
    near = pack.number("settings", "corner_tolerance") if tolerance is None else tolerance
    units = topology.units_of(near, table.crs)
    net = topology.network(table.shapes, units, progress.part(0.0, 0.4))
    line = None if county is None else county_lines(county, pack)
    border = None if line is None else _on_border(net, table, line, units, progress.part(0.4, 0.45))
    found = arcs(net, progress.part(0.45, 0.5), border)
    shapes = found.lines(net, progress.part(0.5, 0.55))
    measured = round_half_away(lengths(shapes, table.crs, progress.part(0.55, 0.95), table.name), 2)
    kinds = kinds_between(table, found.left, found.right, pack)
    progress.at(0.96)
    rows = _rows(table, found, kinds, measured, border)
    progress.at(0.98)
    chosen = {flag: (rows[flag] == 1).to_numpy(dtype=bool) for flag in FLAGS}
    chosen.update(ALL=np.ones(len(rows), dtype=bool), K2_UNKNOWN=kinds.open_kind_2)
    totals = {name: float(np.nansum(measured[which])) for name, which in chosen.items()}
    counts = {
        "lines": len(rows),
        "outer": int((found.left < 0).sum()),
        "inserted_corners": net.added,
        "joined_corners": net.moved,
        "edges_inside_a_patch": found.inner,
        "kind_2_unknown": int(kinds.open_kind_2.sum()),
    }
    progress.at(1.0)
    return BoundaryLines(
        Table(rows, shapes, table.crs, "BOUNDARY_LINES", pack.layers["BOUNDARY_LINES"]),
        {name: round_half_away(total, 2) for name, total in totals.items()},
        {name: int(which.sum()) for name, which in chosen.items()},
        [*_no_county_line(county, line), *_findings(table, net, kinds, totals)],
        counts,
    )


def county_lines(county: Table, pack: Pack) -> Table:
    """The rows that are a county line: all, but where a line layer names its kinds (JXLX) those of the pack's setting `county_lines`.

    A coast or a township's line is none; a layer of polygons cannot tell, there the coast is part of the border.
    """
    if "JXLX" not in county:
        return county
    kinds = str(pack.value("settings", "county_lines")).split()
    return county.take(county.text("JXLX").isin(kinds).to_numpy(dtype=bool))


def _no_county_line(county: Table | None, line: Table | None) -> list[Finding]:
    if county is None or line is None or len(line) or not len(county):
        return []
    return [Finding("boundary.no_county_line", "warning", county.name, field="JXLX", facts={"layer": county.name, "count": len(county)})]


def _rows(table: Table, found: Arcs, kinds: Kinds, measured: Array, border: Array | None) -> pd.DataFrame:
    keys = row_keys(table, "BSM", "TBBSM", "GLTBBSM")
    left, right = found.left, found.right
    both = left >= 0
    columns: dict[str, Any] = {"LEFT_PATCH": or_none(both, keys, left), "RIGHT_PATCH": keys[right]}
    for name, field in _CARRIED.items():
        if field in table:
            text = table.text(field).to_numpy(dtype=object)
            text = or_none(text != "", text)
            columns[f"LEFT_{name}"], columns[f"RIGHT_{name}"] = or_none(both, text, left), text[right]
    frame = pd.DataFrame(columns)
    for kind in KINDS:
        frame[kind] = kinds.flags[kind].to_numpy(dtype=object)
    frame["OUTER"] = (~both).astype(int)
    frame["COUNTY"] = border[found.edges[found.start[:-1]]].astype(int).astype(object) if border is not None else None
    unit = table.text("ZRZYDJDYH").to_numpy(dtype=object)
    frame["UNIT"] = (both & (or_none(both, unit, left) != unit[right])).astype(int)
    flags = {flag: (frame[flag] == 1).to_numpy(dtype=bool) for flag in FLAGS}
    frame["KINDS"] = _joined({kind: flags[kind] for kind in KINDS}, len(frame))
    frame["KIND"] = np.select([flags[flag] for flag in _MAIN], _MAIN, "")
    frame["LENGTH"] = measured
    return frame


def _joined(flags: dict[str, Array], count: int) -> Array:
    """The kinds that hold as a text: 1,4."""
    text = np.full(count, "", dtype=object)
    for kind, true in flags.items():
        more = np.where(text == "", kind[1:], text + np.array("," + kind[1:], dtype=object))
        text = np.where(true, more, text)
    return text


def _on_border(net: topology.Network, table: Table, county: Table, tolerance: float, progress: Progress) -> Array:
    """(V,) the edge lies on the county border: both ends and its middle within `tolerance`."""
    marks = np.zeros(len(net.xy), dtype=bool)
    shapes = county.shapes[~(shapely.is_missing(county.shapes) | shapely.is_empty(county.shapes))]
    if all_or_none(table, county):
        shapes = reproject_shapes(shapes, county.crs, table.crs, county.name)
    areas = shapely.get_dimensions(shapes) == 2
    border = shapely.union_all(np.append(shapes[~areas], shapely.boundary(shapely.union_all(shapes[areas]))))
    lines = shapely.get_parts(border)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    step = np.flatnonzero(line[1:] == line[:-1])
    head, tail = xy[step], xy[step + 1]
    rows = np.unique(shapely.STRtree(table.shapes).query(shapely.linestrings(np.stack([head, tail], axis=1)))[1]) if len(step) else step
    rings = np.flatnonzero(np.isin(net.row, rows))
    size = np.diff(net.start)[rings]
    at = np.repeat(net.start[rings], size) + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    close = np.zeros(len(net.xy) + 1, dtype=bool)
    close[at[noding.near(net.xy[at], head, tail, tolerance, progress)[1]]] = True
    edges = at[(net.mate[at] != topology.CLOSING)]
    edges = edges[close[edges] & close[edges + 1]]
    middle = (net.xy[edges] + net.xy[edges + 1]) / 2
    marks[edges[noding.near(middle, head, tail, tolerance, progress)[1]]] = True
    return marks


def _findings(table: Table, net: topology.Network, kinds: Kinds, totals: dict[str, float]) -> list[Finding]:
    found: list[Finding] = []
    facts: dict[str, Any]
    if kinds.open_kind_2.any():
        facts = {"layer": table.name, "count": int(kinds.open_kind_2.sum()), "fields": ", ".join(EXERCISER)}
        facts["length"] = round_half_away(totals["K2_UNKNOWN"], 2)
        found.append(Finding("boundary.exerciser_unknown", "warning", table.name, field=EXERCISER[0], facts=facts))
    if kinds.unowned:
        facts = {"layer": table.name, "count": kinds.unowned}
        found.append(Finding("boundary.ownership_unknown", "warning", table.name, field="QSXZ", facts=facts))
    return found + overlapping(table, net, row_keys(table, "BSM", "TBBSM", "GLTBBSM"))


def overlapping(table: Table, net: topology.Network, keys: Array) -> list[Finding]:
    """A finding for each row with an edge that several rows claim on one side: they overlap, and one pair of neighbours was kept."""
    found = []
    for row in np.unique(net.rows_of(net.crowded)):
        facts = {"layer": table.name, "row": str(keys[row])}
        found.append(Finding("boundary.overlap", "warning", table.name, str(keys[row]), facts=facts, where=table.shapes[row]))
    return found
