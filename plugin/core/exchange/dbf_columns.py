"""What becomes of a column in a .dbf: its type and width, its cells, and every value that does not go in as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..finding import Finding
from .dbf import DbfField
from .dbf_names import cut

__all__ = ["Column", "Declared", "column_of", "row_ranges"]

Array = np.ndarray[Any, Any]

TEXT_BYTES = 254
_INTEGER_DIGITS, _REAL_DIGITS, _MOST_DECIMALS = 18, 24, 20
_EXACT = 2**53  # whole numbers beyond are not all told apart by programs that read numbers as doubles
_SHORT = 9  # digits that every reader takes for a whole number
_USUAL = 13  # width of a real that says nothing about itself
_ROWS = 1000  # rows of one kind listed for a field; the rest are counted
_PARTS = 12  # stretches of row numbers that are spelt out


@dataclass(frozen=True)
class Declared:
    """Width and decimals that a source states for a field, 0 where it states none."""

    length: int = 0
    decimals: int = 0


@dataclass(frozen=True)
class Column:
    """A column as it is written: its field, its cells as bytes, and the values to be read back (None where empty)."""

    source: str
    field: DbfField
    cells: Array
    values: list[Any]


class _Told:
    """Findings of one column. A warning is a loss, a note a change that loses nothing."""

    def __init__(self, layer: str, field: str) -> None:
        self.layer, self.field, self.findings = layer, field, list[Finding]()

    def loss(self, code: str, **facts: Any) -> None:
        self._add(code, "warning", "", facts)

    def note(self, code: str, **facts: Any) -> None:
        self._add(code, "note", "", facts)

    def rows(self, code: str, at: Sequence[int], was: Sequence[Any], should: Sequence[Any], **facts: Any) -> None:
        """A loss for each row, up to a thousand, and one that counts the rest."""
        for row, old, new in list(zip(at, was, should))[:_ROWS]:
            self._add(code, "warning", str(row + 1), {"row": row + 1, "was": _shown(old), "should": _shown(new), **facts})
        if len(at) > _ROWS:
            self.loss("shp.more_rows", count=len(at) - _ROWS, listed=_ROWS)

    def _add(self, code: str, severity: str, row: str, facts: dict[str, Any]) -> None:
        told = {"layer": self.layer, "field": self.field, **facts}
        self.findings.append(Finding(code, severity, self.layer, row, self.field, told))


def column_of(column: pd.Series[Any], source: str, name: str, declared: Declared, encoding: str, layer: str) -> tuple[Column, list[Finding]]:
    """The column for the .dbf under its new name, and what does not go in as it is: a warning is a loss, a note a change without one."""
    told = _Told(layer, source)
    gone = column.isna().to_numpy()
    if pd.api.types.is_bool_dtype(column):
        told.note("shp.bool_as_number")
        kind, width, decimals, cells, values = _integers(column.astype("Int64"), gone, Declared(1), told)
    elif pd.api.types.is_integer_dtype(column):
        kind, width, decimals, cells, values = _integers(column, gone, declared, told, encoding)
    elif pd.api.types.is_numeric_dtype(column):
        kind, width, decimals, cells, values = _reals(column.to_numpy(dtype=float, na_value=np.nan), declared, told)
    elif _is_dates(column, gone):
        days = ["" if absent else f"{value.year:04d}{value.month:02d}{value.day:02d}" for value, absent in zip(column, gone)]
        kind, width, decimals, cells, values = "D", 8, 0, _padded([one.encode() for one in days], 8), [one or None for one in days]
    else:
        kind, width, decimals, cells, values = _encoded(_texts(column, gone, told), declared, encoding, told)
    if kind == "N" and gone.any():
        told.loss("shp.null_numbers", count=int(gone.sum()), rows=row_ranges(np.flatnonzero(gone)))
    return Column(source, DbfField(name.encode(encoding), kind, width, decimals), cells, values), told.findings


def row_ranges(at: Array) -> str:
    """Row numbers from 1 as short text: 1-3, 7, 12-40, … after a dozen stretches."""
    if not len(at):
        return ""
    breaks = np.flatnonzero(np.diff(at) != 1)
    starts, ends = at[np.concatenate([[0], breaks + 1])] + 1, at[np.concatenate([breaks, [len(at) - 1]])] + 1
    listed = [f"{a}" if a == b else f"{a}-{b}" for a, b in zip(starts[:_PARTS], ends[:_PARTS])]
    return ", ".join([*listed, *(["…"] if len(starts) > _PARTS else [])])


def _integers(column: Any, gone: Array, declared: Declared, told: _Told, encoding: str = "ascii") -> tuple[str, int, int, Array, list[Any]]:
    values = [None if absent else int(value) for value, absent in zip(column.tolist(), gone)]
    texts = ["" if one is None else str(one) for one in values]
    needed = max(map(len, texts), default=1) or 1
    if needed > _INTEGER_DIGITS:
        told.note("shp.integer_as_text", digits=needed)
        return _encoded([one or None for one in texts], Declared(), encoding, told)
    if needed > _SHORT:
        large = [at for at, one in enumerate(values) if one is not None and abs(one) > _EXACT]
        told.note("shp.long_integer", digits=needed, count=len(large), rows=row_ranges(np.array(large, dtype=int)) or "—")
    width = max(needed, min(declared.length or _SHORT, _INTEGER_DIGITS))
    return "N", width, 0, _padded([one.rjust(width).encode() for one in texts], width), values


def _reals(numbers: Array, declared: Declared, told: _Told) -> tuple[str, int, int, Array, list[Any]]:
    wide = ~np.isnan(numbers) & ~(np.abs(numbers) < 10.0 ** (_REAL_DIGITS - 3))  # what leaves no room for a sign and a decimal; infinite ones
    if wide.any():
        told.rows("shp.number_too_wide", np.flatnonzero(wide).tolist(), numbers[wide].tolist(), ["—"] * int(wide.sum()))
        numbers = np.where(wide, np.nan, numbers)
    known = numbers[~np.isnan(numbers)]
    lowest, highest = known.min(initial=0.0), known.max(initial=0.0)
    lead = max(len(f"{one:.0f}") for one in (lowest, highest, -0.1 if lowest < 0 else 0.0))  # of -0.3 there is a sign too
    room = _REAL_DIGITS - 1 - lead
    decimals = min(max(_decimals(known), declared.decimals, 1), room, _MOST_DECIMALS)
    width = max(lead + 1 + decimals, min(declared.length or _USUAL, _REAL_DIGITS))
    texts = ["" if one != one else f"{one:.{decimals}f}" for one in numbers.tolist()]
    back = np.array([float(one) if one else np.nan for one in texts])
    rounded = np.abs(back - numbers) > 1e-15 * np.abs(numbers)
    if rounded.any():
        told.rows("shp.number_rounded", np.flatnonzero(rounded).tolist(), numbers[rounded].tolist(), back[rounded].tolist(), decimals=decimals)
    return "N", width, decimals, _padded([one.rjust(width).encode() for one in texts], width), [None if one != one else one for one in back.tolist()]


def _decimals(known: Array) -> int:
    """The fewest decimals that write all numbers as they are, at most 20."""
    left = known
    for places in range(_MOST_DECIMALS):
        scale = 10.0**places
        left = left[np.rint(left * scale) / scale != left]
        if not len(left):
            return places
    return _MOST_DECIMALS


def _texts(column: pd.Series[Any], gone: Array, told: _Told) -> list[str | None]:
    """The values as text; dates with a time and others are written out in full."""
    present = next((value for value, absent in zip(column, gone) if not absent), "")
    if hasattr(present, "isoformat"):
        told.note("shp.time_as_text")
        return [None if absent else value.isoformat() if hasattr(value, "isoformat") else str(value) for value, absent in zip(column, gone)]
    if not isinstance(present, str):
        told.note("shp.written_as_text", kind=type(present).__name__)
    return [None if absent else str(value) for value, absent in zip(column, gone)]


def _encoded(texts: list[str | None], declared: Declared, encoding: str, told: _Told) -> tuple[str, int, int, Array, list[Any]]:
    codes, uniques = pd.factorize(np.array(texts, dtype=object))
    listed = [str(one) for one in uniques]
    clean = [one.replace("\0", "?").encode(encoding, "replace").decode(encoding) for one in listed]
    kept = [cut(one, encoding, TEXT_BYTES).rstrip(" ") for one in clean]
    sizes = [len(one.rstrip(" ").encode(encoding)) for one in clean]
    faults = {"foreign": [one != other for one, other in zip(listed, clean)], "long": [one > TEXT_BYTES for one in sizes]}
    for name, code in (("foreign", "shp.characters"), ("long", "shp.text_cut")):
        at = _rows_of(faults[name], codes)
        if at:
            should = [clean[codes[row]] if name == "foreign" else kept[codes[row]] for row in at]
            told.rows(code, at, [listed[codes[row]] for row in at], should, encoding=encoding, bytes=max(sizes))
    blank = _rows_of([one != one.rstrip(" ") for one in clean], codes)
    if blank:
        told.note("shp.blanks_gone", count=len(blank), rows=row_ranges(np.array(blank)))
    if any(not one for one in kept) and (codes < 0).any():
        told.note("shp.empty_and_missing")
    width = min(max(max(sizes, default=1), min(declared.length, TEXT_BYTES), 1), TEXT_BYTES)
    raw = _padded([*(one.encode(encoding) for one in kept), b""], width)
    return "C", width, 0, raw[codes], [None if code < 0 or not kept[code] else kept[code] for code in codes.tolist()]


def _rows_of(faulty: list[bool], codes: Array) -> list[int]:
    return np.flatnonzero(np.array([*faulty, False])[codes]).tolist() if any(faulty) else []


def _padded(cells: list[bytes], width: int) -> Array:
    return np.array([one.ljust(width) for one in cells], dtype=f"S{width}")


def _is_dates(column: pd.Series[Any], gone: Array) -> bool:
    kinds: Iterator[str] = (type(value).__name__ for value, absent in zip(column, gone) if not absent)
    return column.dtype == object and set(kinds) == {"date"}


def _shown(value: Any) -> Any:
    return value if not isinstance(value, str) or len(value) <= 200 else value[:199] + "…"
