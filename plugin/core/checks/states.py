"""Findings that remember: matched with the run before by what they are about and where, never by row number."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import finding
from ..errors import CrsError, InputError
from ..finding import Finding
from ..projection import reproject, reproject_shapes
from ..table import Table
from ..topology import units_of
from .case import Checked
from .rule import Rule

__all__ = ["COLUMNS", "STATES", "fingerprint", "gather", "merge", "to_table"]

STATES = ("open", "fixed", "exception")
COLUMNS = (*finding.COLUMNS, "WORDS", "GROUP", "REASON", "FIRST_SEEN", "LAST_SEEN", "FINGERPRINT")
_NEAR = 5.0  # metres: findings of one fingerprint that are about a place are the same up to here
_MANY = 1_000_000  # pairs that are measured one by one
_WHOLE = '"whole": true'  # in the facts of what is about a feature as a whole

Array = np.ndarray[Any, Any]


def fingerprint(code: str, one: Finding) -> str:
    """What a finding is about as 16 hexadecimal digits: the rule, its sentence, the layer, the feature's key, the field, the other feature.

    A feature without a key (`#12` is a row number) is told by its place alone, see `merge`.
    """
    row = "" if one.row.startswith("#") else one.row
    parts = [code, one.code, one.layer, row, one.field, str(one.facts.get("other", ""))]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8")).hexdigest()[:16]


def to_table(found: Iterable[tuple[Rule, Finding]], crs: str | None, day: str) -> Table:
    """Findings of a run as a Table with `COLUMNS`: CODE is the rule's code, WORDS names the sentence. day: ISO date of the run.

    Two findings of one fingerprint at one place are one (a fault that both rows of a pair report alike is told once).
    """
    listed = list(found)
    table = finding.to_table([one for _, one in listed], crs)
    rows = table.rows.assign(
        CODE=[rule.code for rule, _ in listed], WORDS=[one.code for _, one in listed], GROUP=[rule.group for rule, _ in listed],
        REASON=None, FIRST_SEEN=day, LAST_SEEN=day, FINGERPRINT=[fingerprint(rule.code, one) for rule, one in listed],
    )
    whole = Table(rows[list(COLUMNS)], table.geometry, crs, "FINDINGS")
    places = pd.DataFrame({"MARK": rows["FINGERPRINT"], **_grid(rows, units_of(0.001, crs))})
    return whole.take(~places.duplicated().to_numpy())


def gather(found: Iterable[tuple[Rule, Finding]], layers: Iterable[Checked], day: str) -> Table:
    """`to_table` of findings of layers in several CRSs, in that of the first layer that has one; what cannot be brought there has no place."""
    listed = list(found)
    known = {one.name: one.table.crs for one in layers if one.table.geometry is not None and one.table.crs}
    target = next(iter(known.values()), None)
    for crs in set(known.values()) - {target}:
        at = [number for number, (_, one) in enumerate(listed) if known.get(one.layer) == crs and one.where is not None]
        shapes = np.array([*(listed[number][1].where for number in at), None], dtype=object)[:-1]
        try:
            moved = reproject_shapes(shapes, crs, target)
        except CrsError:
            moved = np.full(len(at), None, dtype=object)
        for number, shape in zip(at, moved):
            listed[number] = (listed[number][0], replace(listed[number][1], where=shape))
    return to_table(listed, target, day)


def _grid(rows: pd.DataFrame, step: float) -> dict[str, Any]:
    return {name: np.rint(pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=float) / step) for name in ("X", "Y")}


def merge(now: Table, before: Table, ran: Iterable[tuple[str, str]], day: str) -> Table:
    """The findings of this run with the states of the run before.

    An exception stays one with its reason and a fixed one that is back is open; what is gone becomes fixed, if its rule ran on its layer
    (`ran`: code and layer), else it stays as it was. FIRST_SEEN is kept. Of several findings of one fingerprint the nearest are the same;
    one about a place, not about a field or a feature as a whole, is another one 5 m away. `before` may be in another CRS. InputError
    `check.not_findings` for a layer that is none.
    """
    if any(name not in before for name in ("FINGERPRINT", "STATE", "CODE", "LAYER")):
        raise InputError("check.not_findings", layer=before.name)
    old = _completed(before, now.crs)
    pairs = _pairs(now.rows, old.rows, units_of(_NEAR, now.crs))
    states, reasons, first = (now.rows[name].tolist() for name in ("STATE", "REASON", "FIRST_SEEN"))
    was = {name: old.rows[name].tolist() for name in ("STATE", "REASON", "FIRST_SEEN")}
    for new, known in pairs.items():
        first[new] = was["FIRST_SEEN"][known] or day
        if was["STATE"][known] == "exception":
            states[new], reasons[new] = "exception", was["REASON"][known]
    rows = now.rows.assign(STATE=states, REASON=reasons, FIRST_SEEN=first)
    able = set(ran)
    left = old.take(~np.isin(np.arange(len(old)), list(pairs.values())))
    looked = np.array([pair in able for pair in zip(left.rows["CODE"], left.rows["LAYER"])], dtype=bool)
    kept = left.rows.assign(STATE=np.where(looked, "fixed", left.rows["STATE"]))
    both = [one for one in (rows, kept) if len(one)]
    shapes = np.concatenate([now.shapes, left.shapes])
    return Table(pd.concat(both, ignore_index=True) if both else rows, shapes, now.crs, now.name)


def _pairs(now: pd.DataFrame, old: pd.DataFrame, far: float) -> dict[int, int]:
    """Rows of `now` with the row of `old` that is the same finding: of one fingerprint, the nearest first, each row once."""
    known: dict[str, list[int]] = defaultdict(list)
    for at, mark in enumerate(old["FINGERPRINT"].tolist()):
        known[mark or ""].append(at)
    asked: dict[str, list[int]] = defaultdict(list)
    for at, mark in enumerate(now["FINGERPRINT"].tolist()):
        if mark in known:
            asked[mark].append(at)
    here, there = (one[["X", "Y"]].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float) for one in (now, old))
    whole = (now["FIELD"].fillna("").astype(str) != "") | now["FACTS"].fillna("").astype(str).str.contains(_WHOLE, regex=False)
    by_name = (whole & ~now["FEATURE"].fillna("").astype(str).str.startswith("#")).to_numpy(dtype=bool)
    found: dict[int, int] = {}
    for mark, news in asked.items():
        taken: set[int] = set()
        for new, one, gap in _near_first(news, known[mark], here, there, far):
            if new not in found and one not in taken and (by_name[new] or gap <= far):
                found[new] = one
                taken.add(one)
    return found


def _near_first(news: list[int], olds: list[int], here: Array, there: Array, far: float) -> Iterator[tuple[int, int, float]]:
    """(new, old, distance), the nearest first; rows without a place are at no distance. Of many rows only those within `far` are paired."""
    if len(news) * len(olds) <= _MANY:
        gaps = np.hypot(*(here[news][:, None, :] - there[olds][None, :, :]).transpose(2, 0, 1)).ravel()
        one, other = np.divmod(np.arange(len(gaps)), len(olds))
    else:
        placed = [shapely.points(np.where(np.isnan(at), np.inf, at)) for at in (here[news], there[olds])]
        one, other = shapely.STRtree(placed[1]).query(placed[0], predicate="dwithin", distance=far)
        gaps = shapely.distance(placed[0][one], placed[1][other])
        lost = [np.flatnonzero(np.isnan(at).any(axis=1)) for at in (here[news], there[olds])]
        least = min(len(lost[0]), len(lost[1]))
        one, other, gaps = (np.append(*some) for some in ((one, lost[0][:least]), (other, lost[1][:least]), (gaps, np.zeros(least))))
    gaps = np.where(np.isnan(gaps), 0.0, gaps)
    order = np.argsort(gaps, kind="stable")
    yield from zip((news[at] for at in one[order].tolist()), (olds[at] for at in other[order].tolist()), gaps[order].tolist())


def _completed(before: Table, crs: str | None) -> Table:
    """A findings layer as it was read, in `crs`, with every column there and text where text is meant."""
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        if name in ("AREA", "X", "Y"):
            columns[name] = pd.to_numeric(before[name], errors="coerce") if name in before else np.nan
        else:
            columns[name] = [one or None for one in before.text(name)]
    columns["STATE"] = ["open" if one not in STATES else one for one in columns["STATE"]]
    rows = pd.DataFrame(columns, index=range(len(before)))
    shapes = before.geometry if before.geometry is not None else np.full(len(before), None, dtype=object)
    kept = np.array([one if flat else None for one, flat in zip(shapes, shapely.get_dimensions(shapes) == 2)] or [None], dtype=object)[: len(rows)]
    table = Table(rows, kept, before.crs or crs, before.name)
    if not before.crs or not crs:
        return table
    moved = reproject(table, crs)
    places = np.array([shapely.Point(x, y) if x == x and y == y else None for x, y in zip(rows["X"], rows["Y"])] or [None], dtype=object)[: len(rows)]
    at = reproject_shapes(places, before.crs, crs, before.name)
    return moved.with_columns(X=shapely.get_x(at), Y=shapely.get_y(at))
