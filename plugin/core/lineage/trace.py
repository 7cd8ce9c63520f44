"""Which patches came from which between two surveys, how much ground passed over, and what kind of change that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..finding import Finding
from ..progress import SILENT, Progress
from ..registration.plane import or_none
from ..schema import Pack
from ..table import Table
from . import marks, retired
from .kinds import KINDS, LASTING, NOISE, Links, kinds_of
from .pieces import Pieces, cut

__all__ = ["PAGE", "Traced", "Wanted", "trace"]

PAGE, RETIRED = "LINEAGE", "RETIRED_CODES"
_NAMED = 5  # slivers that are named

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Wanted:
    """key: the field that names patches in both years; tolerance: pieces narrower on average (m) are noise; fields: those compared, none for all
    but the pack's `ignored`; before: codes retired before; day: the date that retired codes bear."""

    key: str
    tolerance: float
    fields: tuple[str, ...] = ()
    before: Table | None = None
    day: str = ""


@dataclass
class Traced:
    """pieces: page LINEAGE; retired: page RETIRED_CODES; counts: pieces by kind; noise: of slivers the count, area (m²) and the first names;
    worst: the largest difference (m²) between a new patch and its levelled pieces; label: how areas were measured."""

    pieces: Table
    retired: Table
    findings: list[Finding]
    counts: dict[str, int]
    noise: dict[str, Any] = field(default_factory=dict)
    worst: float = 0.0
    label: str = ""

    @property
    def changed(self) -> int:
        """Pieces that are neither unchanged nor noise."""
        return sum(count for kind, count in self.counts.items() if kind not in ("unchanged", NOISE))


def trace(old: Table, new: Table, wanted: Wanted, pack: Pack, progress: Progress = SILENT) -> Traced:
    """The lineage of the patches of two years, piece by piece, with the codes that the later year does not bear any more.

    old, new: polygons of both years in any CRS. Findings: `lineage.not_closed` (overlaps), `lineage.no_key`, `codes.twice`, `codes.retired`,
    `lineage.elsewhere`. FieldError `input.missing_field`; CrsError as `one_plane`. Raises Cancelled.
    """
    rule = marks.rule_of_field(pack, wanted.key)
    ours, findings = marks.marks(old, wanted.key, rule)
    theirs, more = marks.marks(new, wanted.key, rule)
    ignored = set(pack.value("lineage", "ignored").split())
    fields = marks.compared(old, new, list(wanted.fields), wanted.key, ignored)
    found = cut(old, new, (np.array(ours.names), np.array(theirs.names)), progress)
    names = marks.altered(old, new, fields, found.old, found.new)
    slight = found.width < wanted.tolerance
    kinds = kinds_of(Links(found.old, found.new, found.plane, slight, names != "", found.old_plane, found.new_plane))
    lasts = np.isin(kinds, LASTING)
    names[~lasts] = ""
    parts = found.old[lasts], found.new[lasts], found.plane[lasts], kinds[lasts]
    findings += more + found.findings + retired.came_back(ours, theirs, parts[:2], rule, wanted.before, new, wanted.key)
    gone = retired.retired(ours, theirs, parts, rule, pack.layer(RETIRED), wanted.before, wanted.day)
    table = _table(found, kinds, names, (ours.keys, theirs.keys), pack, old.crs)
    counts = {kind: int((kinds == kind).sum()) for kind in KINDS}
    worst = float(np.nanmax(np.abs(found.new_adjust), initial=0.0))
    return Traced(table, gone, findings, counts, _noise(found, kinds == NOISE, ours.names, theirs.names), worst, found.label)


def _table(found: Pieces, kinds: Array, names: Array, keys: tuple[Array, Array], pack: Pack, crs: str | None) -> Table:
    """The page LINEAGE, old patches in their order, new ground behind."""
    page = pack.layer(PAGE)
    old_area, new_area = _of(found.old_area, found.old), _of(found.new_area, found.new)
    rows = pd.DataFrame({
        "OLD_KEY": _key(keys[0], found.old), "NEW_KEY": _key(keys[1], found.new), "CHANGE": kinds, "AREA": found.area,
        "OLD_AREA": old_area, "NEW_AREA": new_area, "OLD_SHARE": found.area / old_area, "NEW_SHARE": found.area / new_area,
        "FIELDS": or_none(names != "", names), "ADJUST": found.adjust, "NEW_ADJUST": _of(found.new_adjust, found.new),
    }, columns=page.names)  # fmt: skip
    last = np.iinfo(np.int64).max
    order = np.lexsort((np.where(found.new < 0, last, found.new), np.where(found.old < 0, last, found.old)))
    return Table(rows.iloc[order].reset_index(drop=True), found.shapes[order], crs, PAGE, page)


def _of(values: Array, at: Array) -> Array:
    out = np.full(len(at), np.nan)
    out[at >= 0] = values[at[at >= 0]]
    return out


def _key(keys: Array, at: Array) -> Array:
    named = at >= 0
    named[named] = keys[at[named]] != ""
    return or_none(named, keys, at)


def _noise(found: Pieces, noise: Array, old: list[str], new: list[str]) -> dict[str, Any]:
    """Count, area and the first names of the slivers, the largest first; "—" stands for no patch."""
    at = np.flatnonzero(noise)
    at = at[np.argsort(-found.area[at], kind="stable")]
    named = [f"{old[found.old[one]] if found.old[one] >= 0 else '—'} → {new[found.new[one]] if found.new[one] >= 0 else '—'}" for one in at[:_NAMED]]
    return {"count": len(at), "area": float(np.nansum(found.area[at])), "names": ", ".join(named) + (" …" if len(at) > _NAMED else "")}
