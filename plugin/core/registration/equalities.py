"""The equalities of the register's sums, recomputed from the rows that are handed out (cadastre §1.7)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..finding import Finding
from ..schema import Pack
from ..table import Table
from .summary import OWNERSHIPS, Columns, columns

__all__ = ["equalities"]

_KEYS = ["ZRZYDJDYH", "GROUP"]
_CENT = 0.005


def equalities(summary: Table, patches: Table, pack: Pack) -> list[Finding]:
    """A finding `patches.sums_differ` for each equality that does not hold to 0.01, in m² and in hectares; none when all hold.

    GYMJ + JTMJ + ZYQMJ = DJDYZMJ; Σ type columns = DYNZRZYZMJ; DYNZRZYZMJ + FZRZYZMJ = DJDYZMJ; DJDYZMJ + WQDMJ = KZMJ; and the patches
    of each unit (and group) sum to DJDYZMJ, by ownership and by type to their columns. Rows of one number are taken together.
    """
    places = columns(pack)
    numbers = [name for name in summary.fields if pd.api.types.is_numeric_dtype(summary[name])]
    sums = summary.rows.assign(**{key: summary.text(key) for key in _KEYS}).groupby(_KEYS, sort=True)[numbers].sum()
    findings = []
    for tail in ("", "_HA"):
        findings += _held(sums, [name + tail for name in OWNERSHIPS.values()], "DJDYZMJ" + tail, summary.name)
        findings += _held(sums, [name + tail for name in places.natural], "DYNZRZYZMJ" + tail, summary.name)
        findings += _held(sums, ["DYNZRZYZMJ" + tail, "FZRZYZMJ" + tail], "DJDYZMJ" + tail, summary.name)
        findings += _held(sums, ["DJDYZMJ" + tail, "WQDMJ" + tail], "KZMJ" + tail, summary.name)
    return findings + _patched(sums, patches, places, summary.name)


def _held(sums: pd.DataFrame, parts: Sequence[str], whole: str, layer: str) -> list[Finding]:
    added = sums[list(parts)].sum(axis=1)
    return _differing(sums.index, added, sums[whole], f"{' + '.join(parts)} = {whole}", whole, layer)


def _patched(sums: pd.DataFrame, patches: Table, places: Columns, layer: str) -> list[Finding]:
    """The patches against the summary."""
    rows = pd.DataFrame({key: patches.text(key) for key in _KEYS})
    rows["MJ"], rows["OWNERSHIP"] = patches["MJ"].to_numpy(dtype=float), patches.text("OWNERSHIP").to_numpy()
    rows["COLUMN"] = [places.of(kind) for kind in patches.text("ZRZYLX")]
    wholes = {"DJDYZMJ": rows, **{name: rows[rows["OWNERSHIP"] == kind] for kind, name in OWNERSHIPS.items()}}
    wholes.update({name: rows[rows["COLUMN"] == name] for name in [*places.natural, *places.outsiders]})
    findings = []
    for name, part in wholes.items():
        if name in sums:
            added = part.groupby(_KEYS)["MJ"].sum()
            index = sums.index.union(added.index)
            findings += _differing(
                index, added.reindex(index).fillna(0.0), sums[name].reindex(index).fillna(0.0), f"Σ MJ = {name}", name, layer
            )
    return findings


def _differing(index: pd.Index, added: pd.Series, stated: pd.Series, rule: str, field: str, layer: str) -> list[Finding]:
    off = np.abs(added.to_numpy(dtype=float) - stated.to_numpy(dtype=float)) > _CENT
    findings = []
    for at in np.flatnonzero(off):
        unit = " ".join(str(one) for one in index[at] if one)
        facts = {"unit": unit, "rule": rule, "was": f"{stated.iloc[at]:.2f}", "should": f"{added.iloc[at]:.2f}"}
        findings.append(Finding("patches.sums_differ", "error", layer, unit, field, facts))
    return findings
