"""Columns of a table as the texts that a VCT file holds, and how wide they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...measure import round_half_away
from ...schema import Layer
from ...table import Table
from .structure import Column, Width, columns_of

__all__ = ["Dressed", "dressed", "rows_out"]

Array = np.ndarray[Any, Any]

_MOST = 9  # places after the point that a column of numbers is given


@dataclass(frozen=True)
class Dressed:
    """A table's columns for the file, and how many of its texts had to be changed because they hold the separator or a line end."""

    columns: tuple[Column, ...]
    changed: int
    first: str = ""


def dressed(table: Table, page: Layer | None, separator: str) -> Dressed:
    """The columns of a table by its page and its values."""
    types = [_type(table.rows[name]) for name in table.fields]
    widths = [_width(table.rows[name], kind) for name, kind in zip(table.fields, types)]
    changed, first = 0, ""
    for name, kind in zip(table.fields, types):
        if kind == "text":
            bad = [one for one in table.rows[name].dropna() if _unfit(str(one), separator)]
            changed += len(bad)
            first = first or (str(bad[0]) if bad else "")
    return Dressed(columns_of(page, table.fields, types, widths), changed, first)


def _unfit(text: str, separator: str) -> bool:
    return separator in text or "\n" in text or "\r" in text


def _type(column: pd.Series[Any]) -> str:
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_integer_dtype(column):
        return "integer"
    if pd.api.types.is_numeric_dtype(column):
        return "real"
    present = next((one for one in column if one is not None and one == one), None)
    return "date" if type(present).__name__ == "date" else "text"


def _width(column: pd.Series[Any], kind: str) -> Width:
    present = column.dropna()
    if not len(present):
        return Width()
    if kind == "text":
        return Width(int(present.astype(str).str.len().max()))
    if kind == "integer":
        return Width(len(str(int(present.abs().max()))))
    if kind == "date":
        return Width(8)
    values = present.to_numpy(dtype=float)
    size = len(f"{np.abs(values).max():.0f}")
    for places in range(_MOST + 1):
        if (np.abs(values - np.asarray(round_half_away(values, places))) <= 1e-12 * np.maximum(np.abs(values), 1.0)).all():
            return Width(size + places + 2, places)
    return Width(size, None)


def rows_out(table: Table, columns: tuple[Column, ...], separator: str) -> list[list[str]]:
    """The cells of each column as texts, missing ones empty."""
    return [_texts(table.rows[one.name], one, separator) for one in columns]


def _texts(column: pd.Series[Any], kind: Column, separator: str) -> list[str]:
    gone = column.isna().to_numpy()
    if kind.type == "integer" and pd.api.types.is_numeric_dtype(column):
        return ["" if absent else str(int(value)) for value, absent in zip(column.tolist(), gone)]
    if kind.type == "real" and pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        if kind.decimals is None:
            return ["" if absent else repr(float(value)) for value, absent in zip(values, gone)]
        rounded = np.asarray(round_half_away(np.where(gone, 0.0, values), kind.decimals))
        return ["" if absent else f"{value:.{kind.decimals}f}" for value, absent in zip(rounded, gone)]
    if kind.type == "date":
        return ["" if absent else value.strftime("%Y%m%d") if hasattr(value, "strftime") else str(value) for value, absent in zip(column, gone)]
    known: dict[Any, str] = {}
    return ["" if absent else known.get(value) or known.setdefault(value, _plain(str(value), separator)) for value, absent in zip(column, gone)]


def _plain(text: str, separator: str) -> str:
    """A text without what would end its cell or its line, as writers of such files change it."""
    if not _unfit(text, separator):
        return text
    return text.replace(separator, "，" if separator == "," else " ").replace("\r\n", " ").replace("\r", " ").replace("\n", " ")
