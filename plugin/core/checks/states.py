"""Findings that remember: matched with the run before by what they are about, never by row number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import finding
from ..errors import InputError
from ..finding import Finding
from ..table import Table
from ..topology import units_of
from .rule import Rule

__all__ = ["COLUMNS", "STATES", "fingerprint", "merge", "to_table"]

STATES = ("open", "fixed", "exception")
COLUMNS = (*finding.COLUMNS, "WORDS", "GROUP", "REASON", "FIRST_SEEN", "LAST_SEEN", "FINGERPRINT")
_PLACE = 1.0  # metres: findings about a place are the same while they stay within this grid


def fingerprint(code: str, one: Finding, place: tuple[float, float] | None) -> str:
    """What a finding is about as 16 hexadecimal digits: the rule, the layer, the feature, the field, the other feature, and for a finding
    without field its place on a grid of 1 m."""
    parts = [code, one.code, one.layer, one.row, one.field, str(one.facts.get("other", ""))]
    if not one.field and place is not None:
        parts.append(f"{np.floor(place[0] + 0.5):.0f} {np.floor(place[1] + 0.5):.0f}")
    return hashlib.sha256("\x1f".join(parts).encode("utf-8")).hexdigest()[:16]


def to_table(found: Iterable[tuple[Rule, Finding]], crs: str | None, day: str) -> Table:
    """Findings of a run as a Table with `COLUMNS`: CODE is the rule's code, WORDS names the sentence. day: ISO date of the run.

    Findings of one fingerprint are one (a fault that two rules or two rows of a pair report alike is told once).
    """
    listed = list(found)
    table = finding.to_table([one for _, one in listed], crs)
    rows, metre = table.rows, units_of(1.0, crs) * _PLACE
    places = [None if x is None or x != x else (float(x) / metre, float(y) / metre) for x, y in zip(rows["X"], rows["Y"])]
    marks = [fingerprint(rule.code, one, place) for (rule, one), place in zip(listed, places)]
    rows = rows.assign(
        CODE=[rule.code for rule, _ in listed], WORDS=[one.code for _, one in listed], GROUP=[rule.group for rule, _ in listed],
        REASON=None, FIRST_SEEN=day, LAST_SEEN=day, FINGERPRINT=marks,
    )
    whole = Table(rows[list(COLUMNS)], table.geometry, crs, "FINDINGS")
    return whole.take(~rows["FINGERPRINT"].duplicated().to_numpy())


def merge(now: Table, before: Table, ran: Iterable[tuple[str, str]], day: str) -> Table:
    """The findings of this run with the states of the run before.

    An exception stays one with its reason and a fixed one that is back is open; what is gone becomes fixed, if its rule ran on its layer
    (`ran`: code and layer), else it stays as it was. FIRST_SEEN is kept. InputError `check.not_findings` for a layer that is none.
    """
    if any(name not in before for name in ("FINGERPRINT", "STATE", "CODE", "LAYER")):
        raise InputError("check.not_findings", layer=before.name)
    old = _completed(before)
    at = {mark: row for row, mark in enumerate(old.rows["FINGERPRINT"].tolist()) if mark}
    rows = now.rows.copy()
    for row, mark in enumerate(rows["FINGERPRINT"].tolist()):
        if mark in at:
            was = old.rows.iloc[at[mark]]
            rows.loc[row, "FIRST_SEEN"] = was["FIRST_SEEN"] or day
            if was["STATE"] == "exception":
                rows.loc[row, ["STATE", "REASON"]] = ["exception", was["REASON"]]
    present, able = set(rows["FINGERPRINT"]), set(ran)
    gone = np.array([mark not in present for mark in old.rows["FINGERPRINT"]], dtype=bool)
    left = old.take(gone)
    looked = np.array([(code, layer) in able for code, layer in zip(left.rows["CODE"], left.rows["LAYER"])], dtype=bool)
    kept = left.rows.assign(STATE=np.where(looked, "fixed", left.rows["STATE"]))
    both = [one for one in (rows, kept) if len(one)]
    shapes = np.concatenate([now.shapes, left.shapes])
    return Table(pd.concat(both, ignore_index=True) if both else rows, shapes, now.crs, now.name)


def _completed(before: Table) -> Table:
    """A findings layer as it was read, with every column there and text where text is meant."""
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        if name in ("AREA", "X", "Y"):
            given = pd.to_numeric(before[name], errors="coerce") if name in before else np.nan
            columns[name] = given
        else:
            columns[name] = [one or None for one in before.text(name)]
    shapes = before.geometry if before.geometry is not None else np.full(len(before), None, dtype=object)
    columns["STATE"] = ["open" if one not in STATES else one for one in columns["STATE"]]
    kept = np.array([one if flat else None for one, flat in zip(shapes, shapely.get_dimensions(shapes) == 2)], dtype=object)
    return Table(pd.DataFrame(columns, index=range(len(before))), kept, before.crs, before.name)
