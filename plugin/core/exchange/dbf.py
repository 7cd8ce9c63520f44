"""dBASE tables as bytes: the attribute file of a Shapefile, written and read without any guess about its encoding."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError

__all__ = ["LANGUAGES", "Dbf", "DbfField", "head", "parsed", "records"]

Array = np.ndarray[Any, Any]

# the byte of a head that names the encoding (0 = not said), as GDAL, ArcGIS and FoxPro read it
LANGUAGES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: "gbk", 0x4E: "cp949", 0x4F: "cp950", 0x57: "cp1252", 0x58: "cp1252",
    0x59: "cp1252", 0x7A: "gbk", 0x7B: "cp932", 0x78: "cp950", 0x79: "cp949", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253",
}  # fmt: skip
_HEAD, _ENTRY, _END = 32, 32, b"\r"
_KINDS = "CNFDLMBGPITYO@+VQW0"
_VERSIONS = (0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xCB, 0xE5, 0xF5, 0xFB)


@dataclass(frozen=True)
class DbfField:
    """One field of a table. name: its bytes, at most 10 when written; kind: C text, N number, D date (YYYYMMDD), L yes or no, and older ones;
    width: bytes of a cell; decimals: of a number."""

    name: bytes
    kind: str
    width: int
    decimals: int = 0


@dataclass(frozen=True)
class Dbf:
    """A table as read. cells: a bytes array by field, blanks as they stand; deleted: rows marked so; language: the byte of the head."""

    fields: tuple[DbfField, ...]
    cells: tuple[Array, ...]
    deleted: Array
    language: int


def head(fields: Sequence[DbfField], count: int, language: int, day: datetime.date) -> bytes:
    """The head of a table of `count` rows."""
    size, width = _HEAD + _ENTRY * len(fields) + 1, 1 + sum(one.width for one in fields)
    start = struct.pack("<BBBBIHH17xB2x", 3, day.year - 1900, day.month, day.day, count, size, width, language)
    entries = [struct.pack("<11sc4xBB14x", one.name, one.kind.encode("ascii"), one.width, one.decimals) for one in fields]
    return start + b"".join(entries) + _END


def records(fields: Sequence[DbfField], cells: Sequence[Array], rows: slice) -> bytes:
    """Rows of a table; cells: a bytes array by field, each value padded to the field's width."""
    block = np.empty(len(cells[0][rows]), dtype=[("mark", "S1"), *((f"f{at}", f"S{one.width}") for at, one in enumerate(fields))])
    block["mark"] = b" "
    for at, column in enumerate(cells):
        block[f"f{at}"] = column[rows]
    return block.tobytes()


def parsed(raw: bytes, path: str) -> Dbf:
    """A table from the bytes of its file; InputError `legacy.not_dbf`. Rows that the head promises and the file lacks are left out."""
    if len(raw) <= _HEAD or raw[0] not in _VERSIONS:
        raise InputError("legacy.not_dbf", path=path)
    count, size, width = struct.unpack("<IHH", raw[4:12])
    fields = []
    for at in range(_HEAD, min(size, len(raw)) - _ENTRY + 1, _ENTRY):
        if raw[at : at + 1] == _END:
            break
        name, kind, length, decimals = struct.unpack("<11sc4xBB14x", raw[at : at + _ENTRY])
        letter = kind.decode("latin-1")
        long = letter == "C" and decimals  # FoxPro keeps the high byte of a long text's width there
        fields.append(DbfField(name.split(b"\0")[0].strip(), letter, length + 256 * decimals if long else length, 0 if long else decimals))
    strange = any(not one.width or one.kind not in _KINDS for one in fields)
    if not fields or strange or 1 + sum(one.width for one in fields) > width:
        raise InputError("legacy.not_dbf", path=path)
    names = [f"f{at}" for at in range(len(fields))]
    offsets = np.cumsum([1, *(one.width for one in fields[:-1])]).tolist()
    form = np.dtype({"names": ["mark", *names], "formats": ["S1", *(f"S{one.width}" for one in fields)], "offsets": [0, *offsets], "itemsize": width})
    count = min(count, max(len(raw) - size, 0) // width)
    block = np.frombuffer(raw, dtype=form, count=count, offset=size if count else 0)
    return Dbf(tuple(fields), tuple(block[name] for name in names), block["mark"] == b"*", raw[29])
