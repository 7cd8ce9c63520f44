"""Which government exercises the state's ownership of a unit: the row of the catalogue that names it, else what the unit says itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import FieldError
from ..finding import Finding
from ..schema import Pack
from ..table import Table
from .unit_types import UnitType, named

__all__ = ["FIELDS", "KEYS", "Decided", "decide", "labels_of", "level_of"]

Array = np.ndarray[Any, Any]
Told = tuple[str, str, dict[str, Any]]

# what the exerciser of a unit is told by, the level of government first
FIELDS = ("XSZTCJ", "DBXSZT", "QLXSFS", "DLXSZT", "XSNR")
# what a row of a catalogue names units by, the most telling first: a row that has a number is of that unit alone
KEYS = ("ZRZYDJDYH", "DJDYMC", "DJDYLX")
_WHO = ("XSZTCJ", "DBXSZT", "DLXSZT")
_DIRECT = "1"  # of QLXSFS: by the first level of XSZTCJ itself
_JOIN = "、"


@dataclass(frozen=True)
class Decided:
    """columns: `FIELDS` by name, (n,) text each, "" = not told. by: (n,) catalogue, unit, several or none, see `decide`."""

    columns: Mapping[str, Array]
    by: Array
    findings: list[Finding]


def level_of(text: str, pack: Pack) -> str:
    """The code of XSZTCJ that a text means: a code, a name, or either with more or less behind it (中央, 省级, 县级政府); "" for none."""
    wanted = text.strip().casefold()
    if not wanted:
        return ""
    for code, one in pack.codes["XSZTCJ"].entries.items():
        words = [word.casefold() for word in (code, one.name_zh, one.name_en) if word]
        if wanted in words or wanted.startswith(code.casefold()) or any(word.startswith(wanted) for word in words):
            return code
    return ""


def decide(units: Table, kinds: Array, types: Mapping[str, UnitType], catalogue: Table | None, pack: Pack) -> Decided:
    """The exerciser of each unit. kinds: (n,) code of its type.

    The most telling row of the catalogue decides (number, then name, then type); rows that name different exercisers leave the unit
    undecided (`several`); where no row names it, its own fields stand. Findings `exercise.several`, `.row_twice`, `.differs`,
    `.not_listed`, `.none`, `.unknown_level`, `.row_without_unit`. FieldError `input.missing_field` for a catalogue that names no unit or
    no exerciser.
    """
    own, findings = _told(units, pack)
    columns = {name: values.copy() for name, values in own.items()}
    # the level must be told: who represents the owner is the same at every level
    by = np.where(own["XSZTCJ"] != "", "unit", "none").astype(object)
    labels = labels_of(units)
    if catalogue is not None:
        listed, more = _told(catalogue, pack)
        findings += more
        for row, rows in enumerate(_rows_of(units, kinds, types, catalogue, findings)):
            for code, severity, facts in _take(row, rows, columns, listed, by):
                told = {"unit": labels[row], "layer": catalogue.name, **facts}
                findings.append(Finding(code, severity, units.name, labels[row], "XSZTCJ", told, units.shapes[row]))
    for row in np.flatnonzero(by == "none"):
        findings.append(Finding("exercise.none", "error", units.name, labels[row], "XSZTCJ", {"unit": labels[row]}, units.shapes[row]))
    return Decided(columns, by, findings)


def labels_of(table: Table) -> list[str]:
    """What findings call each row: its number, else its name, else its place in the layer."""
    pairs = zip(table.text(KEYS[0]), table.text(KEYS[1]))
    return [number or name or str(row) for row, (number, name) in enumerate(pairs, 1)]


def _told(table: Table, pack: Pack) -> tuple[dict[str, Array], list[Finding]]:
    """`FIELDS` of a table with the level as a code; a direct exerciser without level is the central government's."""
    found = {name: table.text(name).to_numpy(dtype=object) for name in FIELDS}
    said = found["XSZTCJ"]
    level = np.array([level_of(one, pack) for one in said], dtype=object)
    modes = pack.codes["QLXSFS"].entries
    found["QLXSFS"] = np.array([_code(one, modes) for one in found["QLXSFS"]], dtype=object)
    level[(said == "") & (found["QLXSFS"] == _DIRECT)] = next(iter(pack.codes["XSZTCJ"]))
    found["XSZTCJ"] = level
    findings, labels = [], labels_of(table)
    for row in np.flatnonzero((said != "") & (level == "")):
        facts = {"layer": table.name, "row": int(row) + 1, "was": said[row], "choices": ", ".join(pack.codes["XSZTCJ"])}
        where = None if table.geometry is None else table.geometry[row]
        findings.append(Finding("exercise.unknown_level", "error", table.name, labels[row], "XSZTCJ", facts, where))
    return found, findings


def _code(text: str, entries: Mapping[str, Any]) -> str:
    """The code that a code or a name means, else the text; a table that keeps codes as numbers says 1.0."""
    text = text[:-2] if text.endswith(".0") else text
    return next((code for code, one in entries.items() if text in (code, one.name_zh, one.name_en)), text)


def _rows_of(
    units: Table, kinds: Array, types: Mapping[str, UnitType], catalogue: Table, findings: list[Finding]
) -> list[list[int]]:
    """The rows of the catalogue for each unit, those of its most telling key only; rows that name no unit become findings."""
    keys = [name for name in KEYS if name in catalogue]
    for wanted, there in ((KEYS, keys), (FIELDS, [name for name in FIELDS if name in catalogue])):
        if not there:
            raise FieldError("input.missing_field", layer=catalogue.name, field=wanted[0], present=", ".join(catalogue.fields))
    values: dict[str, Sequence[str]] = {name: units.text(name).tolist() for name in KEYS[:2]}
    values["DJDYLX"] = [str(one or "") for one in kinds]
    where = {name: _places(values[name]) for name in keys}
    texts = {name: catalogue.text(name).tolist() for name in keys}
    found: list[tuple[int, list[int]]] = [(len(KEYS), []) for _ in range(len(units))]
    for row in range(len(catalogue)):
        name = next((one for one in keys if texts[one][row]), keys[0])
        word = texts[name][row]
        hit = where[name].get((named(word, types) or word) if name == "DJDYLX" else word, [])
        rank = KEYS.index(name)
        for unit in hit:
            best, rows = found[unit]
            if rank <= best:
                found[unit] = (rank, [*(rows if rank == best else ()), row])
        if not hit:
            facts = {"layer": catalogue.name, "row": row + 1, "was": word or "—"}
            findings.append(Finding("exercise.row_without_unit", "warning", catalogue.name, str(row + 1), name, facts))
    return [rows for _, rows in found]


def _places(values: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, value in enumerate(values):
        if value:
            found.setdefault(value, []).append(at)
    return found


def _take(row: int, rows: list[int], columns: dict[str, Array], listed: Mapping[str, Array], by: Array) -> list[Told]:
    """Let the catalogue's rows decide unit `row`; code, severity and facts of what is to be told about it."""
    if not rows:
        return [("exercise.not_listed", "warning", {"was": _who(columns, row)})] if by[row] == "unit" else []
    who = list(dict.fromkeys(tuple(listed[name][at] for name in _WHO) for at in rows))
    numbers = ", ".join(str(at + 1) for at in rows)
    if len(who) > 1:
        for name in FIELDS:
            columns[name][row] = ""
        by[row] = "several"
        return [("exercise.several", "error", {"rows": numbers, "lists": _JOIN.join(_who(listed, at) for at in rows)})]
    told: list[Told] = [("exercise.row_twice", "note", {"rows": numbers})] if len(rows) > 1 else []
    own = {name: columns[name][row] for name in _WHO}
    differs = by[row] == "unit" and any(own[name] and listed[name][rows[0]] and own[name] != listed[name][rows[0]] for name in _WHO)
    before = _who(columns, row)
    for name in FIELDS:
        # what the catalogue leaves open is the unit's, unless it names another exerciser
        columns[name][row] = listed[name][rows[0]] or ("" if differs else columns[name][row])
    by[row] = "catalogue" if columns["XSZTCJ"][row] else "none"
    return [*told, ("exercise.differs", "warning", {"was": before, "should": _who(columns, row)})] if differs else told


def _who(columns: Mapping[str, Array], row: int) -> str:
    """Level and body that exercise, as a finding names them."""
    body = columns["DLXSZT"][row] or columns["DBXSZT"][row]
    return " ".join(one for one in (columns["XSZTCJ"][row], body) if one) or "—"
