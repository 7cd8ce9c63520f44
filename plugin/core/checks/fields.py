"""Rules that follow from a field table by themselves: presence, width, range, domain, names, patterns, uniqueness, blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ..finding import Finding
from ..schema import Field
from ..table import Table
from .case import Case
from .conditions import must
from .rule import check
from .survey import second_survey

__all__ = ["name_field"]

Array = np.ndarray[Any, Any]


def _fields(case: Case) -> Iterator[Field]:
    """The fields of the page that the layer has."""
    for one in case.layer.page.fields if case.layer.page is not None else ():
        case.progress.check()
        if one.name in case.table:
            yield one


def _raw(table: Table, name: str) -> Array:
    """A column as text as it stands, missing as ""."""
    column = table[name]
    text: Array = column.astype(object).where(column.notna(), "").astype(str).to_numpy(dtype=object)
    return text


def _is_text(table: Table, name: str) -> bool:
    column = table[name]
    return not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column))


def _rows(mask: Array) -> list[int]:
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


@check("field_missing")
def field_missing(case: Case) -> Iterator[Finding]:
    """A field that the page says must be there is not."""
    for one in case.layer.page.fields if case.layer.page is not None else ():
        if one.presence == "M" and one.name not in case.table:
            yield case.found(-1, one.name, field=one.name)


@check("field_type")
def field_type(case: Case) -> Iterator[Finding]:
    """A field that holds numbers by the page holds text in the layer, or the other way round."""
    for one in _fields(case):
        column = case.table[one.name]
        numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        wanted = one.type in ("integer", "real")
        if column.notna().any() and numeric != wanted and one.type != "date":
            yield case.found(-1, one.name, field=one.name, was="real" if numeric else "text", should=one.type)


@check("value_missing")
def value_missing(case: Case) -> Iterator[Finding]:
    """A mandatory field, or one that a condition makes mandatory, is empty or blank."""
    for one in _fields(case):
        if one.presence == "O" or case.layer.pack is None:
            continue
        empty = np.array([not text.strip() for text in _raw(case.table, one.name)], dtype=bool)
        for row in _rows(empty & must(one.presence, case.table, case.layer.pack)):
            yield case.found(row, one.name, field=one.name)


@check("value_unknown")
def value_unknown(case: Case) -> Iterator[Finding]:
    """A code that its list does not have (a class of the second survey is told by `old_class`)."""
    for one in _fields(case):
        if not one.domain or case.layer.pack is None:
            continue
        listed = case.layer.pack.codes[one.domain]
        told = second_survey(case.layer.pack) if one.domain == "DLBM" else {}
        text = case.table.text(one.name).to_numpy(dtype=object)
        for row in _rows(np.array([bool(value) and value not in listed and value not in told for value in text], dtype=bool)):
            yield case.found(row, one.name, field=one.name, was=text[row], domain=one.domain)


def name_field(field: str, names: list[str]) -> str:
    """The field that holds the name of a code field: DLBM → DLMC, HAXLX → HAXLXMC; "" where there is none."""
    for own in (field[:-2] + "MC" if field.endswith(("BM", "DM")) else "", field + "MC"):
        if own and own in names and own != field:
            return own
    return ""


@check("name_differs")
def name_differs(case: Case) -> Iterator[Finding]:
    """The name beside a code is not the name of that code."""
    for one in _fields(case):
        beside = name_field(one.name, case.table.fields) if one.domain and case.layer.pack is not None else ""
        if not beside or case.layer.pack is None:
            continue
        listed = case.layer.pack.codes[one.domain]
        codes, names = case.table.text(one.name).to_numpy(dtype=object), case.table.text(beside).to_numpy(dtype=object)
        for row, (code, name) in enumerate(zip(codes, names)):
            if code in listed and name and name not in (listed[code].name_zh, listed[code].name_en):
                yield case.found(row, beside, field=beside, was=name, should=listed[code].name_zh, value=code)


@check("text_long")
def text_long(case: Case) -> Iterator[Finding]:
    """A text of more characters than the page gives the field."""
    for one in _fields(case):
        if one.type != "text" or not one.length or not _is_text(case.table, one.name):
            continue
        text = _raw(case.table, one.name)
        for row in _rows(np.array([len(value) > one.length for value in text], dtype=bool)):
            yield case.found(row, one.name, field=one.name, was=str(len(text[row])), should=str(one.length))


@check("number_wide")
def number_wide(case: Case) -> Iterator[Finding]:
    """A number that does not fit the places of the field before the point."""
    for one in _fields(case):
        if one.type not in ("integer", "real") or not one.length or not pd.api.types.is_numeric_dtype(case.table[one.name]):
            continue
        values = case.table[one.name].to_numpy(dtype=float, na_value=np.nan)
        places = one.length - (one.decimals + 1 if one.decimals else 0)
        for row in _rows(np.nan_to_num(np.abs(values)) >= 10.0 ** max(places, 0)):
            yield case.found(row, one.name, field=one.name, was=f"{values[row]:g}", should=str(places))


@check("value_range")
def value_range(case: Case) -> Iterator[Finding]:
    """A number below or above what the page allows, or one that is not finite."""
    for one in _fields(case):
        if (one.minimum is None and one.maximum is None) or not pd.api.types.is_numeric_dtype(case.table[one.name]):
            continue
        values = case.table[one.name].to_numpy(dtype=float, na_value=np.nan)
        low, high = -np.inf if one.minimum is None else one.minimum, np.inf if one.maximum is None else one.maximum
        for row in _rows((values < low) | (values > high) | np.isinf(values)):
            yield case.found(row, one.name, field=one.name, was=f"{values[row]:g}", should=f"{low:g} … {high:g}")


@check("value_pattern")
def value_pattern(case: Case) -> Iterator[Finding]:
    """A text that does not have the form that the page states."""
    for one in _fields(case):
        if not one.pattern:
            continue
        form, text = re.compile(one.pattern), case.table.text(one.name).to_numpy(dtype=object)
        for row in _rows(np.array([bool(value) and form.fullmatch(value) is None for value in text], dtype=bool)):
            yield case.found(row, one.name, field=one.name, was=text[row], should=one.pattern)


@check("key_twice")
def key_twice(case: Case) -> Iterator[Finding]:
    """The key of the page names several rows; each but the first is a finding."""
    key = case.layer.page.key if case.layer.page is not None else ""
    if not key or key not in case.table:
        return
    text = case.table.text(key)
    again = (text.duplicated() & (text != "")).to_numpy(dtype=bool)
    first = {value: row for row, value in reversed(list(enumerate(text)))}
    for row in _rows(again):
        yield case.found(row, key, field=key, was=text.iloc[row], first=first[text.iloc[row]] + 1)


@check("feature_code")
def feature_code(case: Case) -> Iterator[Finding]:
    """A feature code (YSDM) that is not the one of the page."""
    page = case.layer.page
    if page is None or not page.ysdm or "YSDM" not in case.table:
        return
    text = case.table.text("YSDM").to_numpy(dtype=object)
    for row in _rows(np.array([bool(value) and value != page.ysdm for value in text], dtype=bool)):
        yield case.found(row, "YSDM", field="YSDM", was=text[row], should=page.ysdm)


@check("numbers_twice")
def numbers_twice(case: Case) -> Iterator[Finding]:
    """Rows but the first that have the same values in some fields together, as a patch number in one village.

    Parameters: fields (parted by |; the last is the number, the others say where it counts).
    """
    names = case.rule.words("fields")
    if names[-1] not in case.table:
        return
    frame = pd.DataFrame({one: case.table.text(one) for one in names})
    again = (frame.duplicated() & (frame[names[-1]] != "")).to_numpy(dtype=bool)
    for row in _rows(again):
        yield case.found(row, names[-1], field=names[-1], was=frame.iloc[row, -1], value=" ".join(frame.iloc[row, :-1]), parts=" + ".join(names))


@check("blank_around")
def blank_around(case: Case) -> Iterator[Finding]:
    """A text with blanks, tabs or line ends before or behind it."""
    for one in _fields(case):
        if not _is_text(case.table, one.name):
            continue
        text = _raw(case.table, one.name)
        for row in _rows(np.array([value != value.strip() and bool(value.strip()) for value in text], dtype=bool)):
            yield case.found(row, one.name, field=one.name, was=repr(text[row]), should=text[row].strip())
