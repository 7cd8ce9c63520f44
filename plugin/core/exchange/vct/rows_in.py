"""The attribute section of a VCT file: rows of text become columns of their types."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from .source import Source
from .structure import Column, Structure

__all__ = ["BadRow", "Rows", "column", "read_rows"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be used as it stands: its line in the file and its text."""

    line: int
    text: str
    cells: int
    columns: int


@dataclass
class Rows:
    """The rows of one table: object ids (text), cells column by column, line of each row, and what had too many or too few cells."""

    structure: Structure
    ids: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


def read_rows(source: Source, structures: dict[str, Structure]) -> Iterator[Rows]:
    """The tables of the attribute section one by one, the source standing behind AttributeBegin; Fault `vct.unknown_table`, `vct.no_end`.

    A row may leave out the object id where its table says that it has no geometry.
    """
    while (name := source.next("vct.no_end")).lower() != "attributeend":
        structure = structures.get(name.upper())
        if structure is None:
            raise source.fault("vct.unknown_table", name)
        rows = Rows(structure)
        count = len(structure.columns)
        separator = source.separator
        while (line := source.row("vct.no_end")).strip().lower() != "tableend":
            cells = line.split(separator)
            if len(cells) == count and structure.plain:
                cells.insert(0, "")
            if len(cells) != count + 1:
                rows.bad.append(BadRow(source.number, line, len(cells) - 1, count))
                continue
            rows.ids.append(cells[0].strip())
            rows.cells.append(cells[1:])
            rows.lines.append(source.number)
        yield rows


def column(cells: list[str], kind: Column) -> tuple[Any, list[int]]:
    """Cells as a column of the type, and the positions of those that are none of it (they are missing there). Empty cells are missing."""
    if kind.type in ("text", "path"):
        out = np.empty(len(cells), dtype=object)
        out[:] = [one if one.strip() else None for one in cells]
        return out, []
    plain = [one.strip() for one in cells]
    read = {"integer": _whole, "real": _real, "date": _date}[kind.type]
    values: list[Any] = []
    bad: list[int] = []
    for at, one in enumerate(plain):
        value = None
        if one:
            try:
                value = read(one)
            except ValueError:
                bad.append(at)
        values.append(value)
    if kind.type == "real":
        return np.array([np.nan if one is None else one for one in values], dtype=float), bad
    if kind.type == "integer":
        return pd.array(values, dtype="Int64"), bad
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out, bad


def _whole(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        if text.lower() in ("true", "t", "false", "f"):
            return int(text.lower()[0] == "t")
        real = float(text)
        number = int(real)
        if number != real:
            raise ValueError(text) from None
    if not -(2**63) <= number < 2**63:
        raise ValueError(text)
    return number


def _real(text: str) -> float:
    number = float(text)
    if not np.isfinite(number):
        raise ValueError(text)
    return number


def _date(text: str) -> datetime.date:
    digits = text.replace("-", "").replace("/", "")
    if len(digits) != 8 or not digits.isdigit():
        raise ValueError(text)
    return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
