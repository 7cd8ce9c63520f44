"""Areas that must agree: with the geometry, with each other in a row, and of children with their parent (cadastre §1.7, §3.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from .. import measure, survey_area
from ..finding import Finding
from .case import Case, Checked, of_values
from .rule import check

__all__: list[str] = []

Array = np.ndarray[Any, Any]


def _numbers(layer: Checked, name: str) -> Array:
    found: Array = pd.to_numeric(layer.table[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return found


@check("area_differs")
def area_differs(case: Case) -> Iterator[Finding]:
    """A stated area that the geometry does not have. Parameters: field, share (of the measured area) and least (m²) of difference allowed."""
    field = case.rule.parameters["field"]
    if field not in case.table or case.table.geometry is None or not case.table.crs:
        return
    stated = _numbers(case.layer, field)
    shapes, crs, name = case.table.shapes, case.table.crs, case.layer.name
    measured = case.share("areas", lambda: measure.areas(shapes, crs, progress=case.progress, layer=name))
    allowed = np.maximum(case.rule.number("least"), case.rule.number("share") * measured)
    for row in np.flatnonzero(np.abs(stated - measured) > allowed).tolist():
        facts = {"was": f"{stated[row]:.2f}", "should": f"{measured[row]:.2f}", "difference": f"{stated[row] - measured[row]:+.2f}"}
        yield case.found(row, field, field=field, **facts)


@check("length_differs")
def length_differs(case: Case) -> Iterator[Finding]:
    """A stated length that the line does not have. Parameters: field, share (of the measured length) and least (m) of difference allowed."""
    field = case.rule.parameters["field"]
    if field not in case.table or case.table.geometry is None or not case.table.crs:
        return
    stated, measured = _numbers(case.layer, field), measure.lengths(case.table.shapes, case.table.crs, case.progress, case.layer.name)
    allowed = np.maximum(case.rule.number("least"), case.rule.number("share") * measured)
    for row in np.flatnonzero(np.abs(stated - measured) > allowed).tolist():
        facts = {"was": f"{stated[row]:.2f}", "should": f"{measured[row]:.2f}", "difference": f"{stated[row] - measured[row]:+.2f}"}
        yield case.found(row, field, field=field, **facts)


@check("deduction_differs")
def deduction_differs(case: Case) -> Iterator[Finding]:
    """KCMJ that is not round(area × KCXS, 2), or a net area that is not area − KCMJ. Parameters: area, net (fields)."""
    whole, net = case.rule.parameters["area"], case.rule.parameters["net"]
    if any(one not in case.table for one in (whole, "KCXS", "KCMJ", net)):
        return
    area, share, taken, left = (_numbers(case.layer, one) for one in (whole, "KCXS", "KCMJ", net))
    right = survey_area.deduct(np.nan_to_num(area), share)
    wrong = np.isfinite(area) & (np.abs(np.nan_to_num(taken) - right.kcmj) > 0.005)
    for row in np.flatnonzero(wrong).tolist():
        yield case.found(row, "KCMJ", field="KCMJ", was=f"{np.nan_to_num(taken[row]):.2f}", should=f"{right.kcmj[row]:.2f}")
    apart = np.isfinite(area) & ~wrong & (np.abs(np.nan_to_num(left) - right.tbdlmj) > 0.005)
    for row in np.flatnonzero(apart).tolist():
        yield case.found(row, net, field=net, was=f"{np.nan_to_num(left[row]):.2f}", should=f"{right.tbdlmj[row]:.2f}")


@check("children_differ")
def children_differ(case: Case) -> Iterator[Finding]:
    """Children whose areas do not sum to their parent's to 0.01.

    Parameters: child (page), key (parent's field), child_key (child's field, its first characters of the parent's width), area, child_area,
    digits (how many characters of the key count), apart (a field by which both are told apart, may be empty), without (field:values of
    parents that have no children, as units below ground).
    """
    child, rule = case.require(case.rule.parameters["child"]), case.rule.parameters
    digits = int(case.rule.number("digits"))
    parents, children = _summed(case.layer, rule["key"], rule["area"], digits, rule.get("apart", "")), _summed(
        child, rule["child_key"], rule["child_area"], digits, rule.get("apart", "")
    )
    keys = case.table.text(rule["key"]).str[:digits]
    parts = case.table.text(rule["apart"]) if rule.get("apart") else pd.Series("", index=keys.index)
    left_out = of_values(case.table, rule.get("without", ""), strict=False)
    for name in parents.index.union(children.index):
        stated, added = int(parents.get(name, 0)), int(children.get(name, 0))
        rows = np.flatnonzero(((keys == name[0]) & (parts == name[1])).to_numpy(dtype=bool))
        if stated == added or (len(rows) and left_out[rows].all()):
            continue
        row = int(rows[0]) if len(rows) else -1
        yield case.found(
            row, rule["area"], field=rule["area"], part=" ".join(one for one in name if one), child=child.name,
            was=f"{stated / 100:.2f}", should=f"{added / 100:.2f}", difference=f"{(stated - added) / 100:+.2f}",
        )


def _summed(layer: Checked, key: str, area: str, digits: int, apart: str) -> pd.Series[Any]:
    """Whole hundredths of m² by (key, apart)."""
    cents = np.rint(np.nan_to_num(_numbers(layer, area)) * 100).astype(np.int64)
    frame = pd.DataFrame({"KEY": layer.table.text(key).str[:digits], "APART": layer.table.text(apart) if apart else "", "CENTS": cents})
    return frame.groupby(["KEY", "APART"])["CENTS"].sum()


@check("parts_differ")
def parts_differ(case: Case) -> Iterator[Finding]:
    """A row whose parts, where any is filled, do not sum to the whole to 0.01. Parameters: whole, parts (fields parted by |)."""
    whole, parts = case.rule.parameters["whole"], case.rule.words("parts")
    if any(one not in case.table for one in (whole, *parts)):
        return
    stated = np.rint(np.nan_to_num(_numbers(case.layer, whole)) * 100)
    given = np.column_stack([_numbers(case.layer, one) for one in parts])
    added = np.rint(np.nan_to_num(given) * 100).sum(axis=1)
    for row in np.flatnonzero((stated != added) & np.isfinite(given).any(axis=1)).tolist():
        was, should = f"{stated[row] / 100:.2f}", f"{added[row] / 100:.2f}"
        yield case.found(row, whole, field=whole, was=was, should=should, parts=" + ".join(parts))
