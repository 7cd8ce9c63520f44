"""Conditional rules of the land survey (cadastre §3.5): what one field allows in another, by land class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ..finding import Finding
from ..schema import Pack
from .case import Case
from .rule import check

__all__ = ["of_classes", "second_survey"]

Array = np.ndarray[Any, Any]


def of_classes(codes: Array, classes: tuple[str, ...]) -> Array:
    """(n,) whether a class is one of `classes` or begins with one (01 means 0101, 0102 …); a leading ! leaves a class out."""
    wanted = tuple(one for one in classes if not one.startswith("!"))
    barred = tuple(one[1:] for one in classes if one.startswith("!"))
    return np.array([bool(one) and one.startswith(wanted) and not (barred and one.startswith(barred)) for one in codes], dtype=bool)


def second_survey(pack: Pack | None) -> dict[str, str]:
    """Classes of the second survey that the third does not have, each with what may have become of it; {} for a pack that knows none."""
    if pack is None or "second_survey" not in pack.rules:
        return {}
    found = {row["code"]: row["class"] or row["candidates"].replace("|", " ") for row in pack.rule("second_survey")}
    return {code: became for code, became in found.items() if code not in pack.codes["DLBM"]}


@check("class_allows")
def class_allows(case: Case) -> Iterator[Finding]:
    """A field whose value is not among those that the land class allows.

    Parameters: classes, field, allowed (values; nothing after = allows only an empty field; `-` stands for empty), when (field:values, a
    further condition; a leading ! turns it round).
    """
    field, allowed = case.rule.parameters["field"], {"" if one == "-" else one for one in case.rule.words("allowed")} or {""}
    if field not in case.table or "DLBM" not in case.table:
        return
    codes, values = case.table.text("DLBM").to_numpy(dtype=object), _values(case, field)
    wrong = of_classes(codes, case.rule.words("classes")) & ~np.isin(values, list(allowed)) & _when(case)
    for row in np.flatnonzero(wrong).tolist():
        shown = " ".join(sorted(one or "∅" for one in allowed))
        yield case.found(row, field, field=field, was=values[row], should=shown, value=codes[row])


def _values(case: Case, field: str) -> Array:
    """(n,) a field as text; a number of nought is an empty field, as databases write it that know no NULL."""
    text: Array = case.table.text(field).to_numpy(dtype=object)
    if field in case.table and pd.api.types.is_numeric_dtype(case.table[field]):
        text = np.where(pd.to_numeric(case.table[field], errors="coerce").fillna(0).to_numpy(dtype=float) == 0, "", text)
    return text


def _when(case: Case) -> Array:
    text = case.rule.parameters.get("when", "")
    if not text:
        return np.ones(len(case.table), dtype=bool)
    name, _, listed = text.partition(":")
    other = name.startswith("!")
    values = _values(case, name.lstrip("!"))
    mask: Array = np.isin(values, ["" if one == "-" else one for one in listed.split("|")])
    return ~mask if other else mask


@check("value_needs_class")
def value_needs_class(case: Case) -> Iterator[Finding]:
    """A value that goes with some land classes only. Parameters: field, values, classes."""
    field, values = case.rule.parameters["field"], case.rule.words("values")
    if field not in case.table or "DLBM" not in case.table:
        return
    codes, given = case.table.text("DLBM").to_numpy(dtype=object), case.table.text(field).to_numpy(dtype=object)
    for row in np.flatnonzero(np.isin(given, values) & ~of_classes(codes, case.rule.words("classes"))).tolist():
        yield case.found(row, field, field=field, was=given[row], should=" ".join(case.rule.words("classes")), value=codes[row])


@check("class_needs")
def class_needs(case: Case) -> Iterator[Finding]:
    """An empty field that some land classes must have. Parameters: classes, field."""
    field = case.rule.parameters["field"]
    if field not in case.table or "DLBM" not in case.table:
        return
    codes = case.table.text("DLBM").to_numpy(dtype=object)
    for row in np.flatnonzero(of_classes(codes, case.rule.words("classes")) & (_values(case, field) == "")).tolist():
        yield case.found(row, field, field=field, value=codes[row])


@check("class_limit")
def class_limit(case: Case) -> Iterator[Finding]:
    """A number above what its land class allows. Parameters: classes, field, limit."""
    field, limit = case.rule.parameters["field"], case.rule.number("limit")
    if field not in case.table or "DLBM" not in case.table:
        return
    codes = case.table.text("DLBM").to_numpy(dtype=object)
    values = pd.to_numeric(case.table[field], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    for row in np.flatnonzero(of_classes(codes, case.rule.words("classes")) & (values > limit)).tolist():
        yield case.found(row, field, field=field, was=f"{values[row]:g}", should=f"{limit:g}", value=codes[row])


@check("filled_together")
def filled_together(case: Case) -> Iterator[Finding]:
    """Two fields of which one is filled (or above nought) and the other is not. Parameters: field, with."""
    field, other = case.rule.parameters["field"], case.rule.parameters["with"]
    if field not in case.table or other not in case.table:
        return
    one, two = _filled(case, field), _filled(case, other)
    for row in np.flatnonzero(one != two).tolist():
        yield case.found(row, other if one[row] else field, field=other if one[row] else field, beside=field if one[row] else other)


def _filled(case: Case, name: str) -> Array:
    column = case.table[name]
    if pd.api.types.is_numeric_dtype(column):
        return np.nan_to_num(column.to_numpy(dtype=float, na_value=np.nan)) > 0
    return (case.table.text(name) != "").to_numpy(dtype=bool)


@check("old_class")
def old_class(case: Case) -> Iterator[Finding]:
    """A land class of the second survey in a layer of the third (pack rule `second_survey`)."""
    became = second_survey(case.layer.pack)
    for at, code in enumerate(case.table.text("DLBM")):
        if code in became:
            yield case.found(at, "DLBM", field="DLBM", was=code, should=became[code])


@check("owner_nature")
def owner_nature(case: Case) -> Iterator[Finding]:
    """A row whose nature of ownership (state or collective) is not the one that most rows of the same owner have."""
    if "QSXZ" not in case.table or "QSDWDM" not in case.table:
        return
    owner = case.table.text("QSDWDM")
    nature = case.table.text("QSXZ").str[:1].map({"1": "state", "2": "state", "3": "collective", "4": "collective"})
    known = pd.DataFrame({"OWNER": owner, "NATURE": nature}).loc[lambda one: (one["OWNER"] != "") & one["NATURE"].notna()]
    count = known.groupby(["OWNER", "NATURE"]).size().unstack(fill_value=0)
    both = count[(count > 0).all(axis=1)] if count.shape[1] == 2 else count.iloc[:0]
    most = both.idxmax(axis=1)
    for at in known.index[known["OWNER"].isin(most.index)]:
        should = most[known.at[at, "OWNER"]]
        if known.at[at, "NATURE"] != should:
            yield case.found(int(at), "QSXZ", field="QSXZ", was=str(case.table.text("QSXZ").iloc[at]), should=should, value=known.at[at, "OWNER"])
