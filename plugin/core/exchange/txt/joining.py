"""Several coordinate files as one table in one CRS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ... import rejected
from ...errors import CrsError
from ...finding import Finding
from ...projection import reproject_shapes, same_crs
from ...table import Table
from ...zone_check import check_zone
from .reading import Reading

__all__ = ["Joined", "joined"]


@dataclass
class Joined:
    """The parcels of all files in the CRS of the most of them, all findings and what was set aside; moved: files that were brought to it."""

    table: Table
    findings: list[Finding] = field(default_factory=list)
    aside: Table | None = None
    moved: list[str] = field(default_factory=list)


def joined(readings: Sequence[Reading], name: str) -> Joined:
    """Files as one table called `name`.

    A file in another CRS is brought to that of the most parcels; where the datum does not allow it, or its CRS is not known, it is set aside
    and told (txt.other_crs).
    """
    parcels: Counter[str | None] = Counter()
    for one in readings:
        parcels[one.frame.crs] += len(one.table)
    crs = max((known for known in parcels if known), key=lambda known: parcels[known], default=None)
    done, tables, aside = Joined(Table(pd.DataFrame())), [], [table for one in readings for table in one.aside]
    for one in readings:
        moved = _moved(one, crs)
        if moved is None:
            facts = {"layer": one.name, "crs": crs, "was": one.frame.crs or "—"}
            done.findings.append(Finding("txt.other_crs", "error", one.name, facts=facts))
            aside.append(_aside(one))
        else:
            tables.append(moved)
            if crs and one.frame.crs and not same_crs(one.frame.crs, crs):
                done.moved.append(one.name)
        same = moved is not None and one.frame.crs == crs
        done.findings += one.findings if same else [replace(finding, where=None) for finding in one.findings]
    done.table = _stacked(tables or [readings[0].table.take(slice(0, 0))], crs, name)
    if crs and len(done.table):
        done.findings += check_zone(done.table.shapes, crs, name)
    done.aside = rejected.gather(aside, crs)
    return done


def _moved(one: Reading, crs: str | None) -> Table | None:
    if one.frame.crs is None or crs is None:
        return one.table if crs is None or not len(one.table) else None
    try:
        return one.table.with_geometry(reproject_shapes(one.table.shapes, one.frame.crs, crs, one.name), crs)
    except CrsError:
        return None


def _aside(one: Reading) -> Table:
    """The rows of a file, their shapes as text in its own CRS."""
    texts: Any = np.array([shapely.to_wkt(shape, rounding_precision=9) for shape in one.table.shapes], dtype=object)
    bare = one.table.with_columns(WKT=texts, CRS=np.array([one.frame.crs] * len(texts), dtype=object))
    bare = bare.with_geometry(np.full(len(texts), None, dtype=object))
    return rejected.reject(bare, np.arange(len(texts)), "txt.in_other_crs", key="DKBH")


def _stacked(tables: Sequence[Table], crs: str | None, name: str) -> Table:
    rows = pd.concat([one.rows for one in tables], ignore_index=True) if len(tables) > 1 else tables[0].rows
    return Table(rows, np.concatenate([one.shapes for one in tables]), crs, name)
