"""Numbers of map sheets by GB/T 13989-2012 (cadastre §3.7): from a place to its sheet, and from a number to its frame."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from ..errors import InputError

__all__ = ["HEIGHT", "NORTHERNMOST", "WIDTH", "Scale", "column_at", "frame", "number_at", "number_of", "row_at", "scale_of", "scales"]

_PAGE = Path(__file__).resolve().parents[3] / "resources" / "packs" / "survey" / "rules" / "sheet_scales.csv"
# degrees of longitude and latitude of a sheet 1:1,000,000; above 60° sheets are joined, which China does not reach
WIDTH, HEIGHT, NORTHERNMOST = 6, 4, 60
# a place this near below a line of the grid lies on it: 1e-7 of a sheet, under 5 cm at 1:1,000,000 and 30 µm at 1:500
_NEAR = 1e-7
_NUMBER = re.compile(r"([A-O])([0-9]{2})(?:([B-K])([0-9]{3,4})([0-9]{3,4}))?")


@dataclass(frozen=True)
class Scale:
    """A scale of the national series: 1:`scale`, its letter, `sheets` a side of a sheet 1:1,000,000, digits of row and column.

    pieces: into how many straight pieces an edge is cut when it is drawn (each under 1 km, so that it bends less than 1 cm).
    """

    scale: int
    letter: str
    sheets: int
    digits: int
    pieces: int


@lru_cache(maxsize=1)
def scales() -> Mapping[int, Scale]:
    """The scales by their number, smallest scale first, from the survey pack's page `sheet_scales`."""
    with _PAGE.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    made = [Scale(int(row["scale"]), row["letter"], int(row["sheets"]), int(row["digits"]), int(row["pieces"])) for row in rows]
    return MappingProxyType({one.scale: one for one in made})


def scale_of(scale: int) -> Scale:
    """The scale 1:`scale`; InputError `sheets.unknown_scale`."""
    found = scales().get(int(scale))
    if found is None:
        raise InputError("sheets.unknown_scale", scale=scale, present=", ".join(map(str, scales())))
    return found


def row_at(latitude: float, scale: Scale) -> int:
    """The row of sheets, from the equator northwards from 0, that a latitude (degrees) lies in; a parallel belongs to the row north of it."""
    return math.floor(latitude * scale.sheets / HEIGHT + _NEAR)


def column_at(longitude: float, scale: Scale) -> int:
    """The column of sheets, from Greenwich eastwards from 0, that a longitude (degrees) lies in; a meridian belongs to the column east of it."""
    return math.floor(longitude * scale.sheets / WIDTH + _NEAR)


def number_of(row: int, column: int, scale: Scale) -> str:
    """The number of the sheet in a row from the equator and a column from Greenwich (both from 0)."""
    band, above = divmod(row, scale.sheets)
    zone, along = divmod(column, scale.sheets)
    head = f"{chr(ord('A') + band)}{zone + 31:02d}"
    if not scale.digits:
        return head
    return f"{head}{scale.letter}{scale.sheets - above:0{scale.digits}d}{along + 1:0{scale.digits}d}"


def number_at(longitude: float, latitude: float, scale: int) -> str:
    """The number of the sheet 1:`scale` that holds a place (degrees, CGCS2000).

    InputError `sheets.unknown_scale`, and `sheets.outside` beyond 0–60° north or 180° east and west.
    """
    known = scale_of(scale)
    if not (0 <= latitude < NORTHERNMOST and -180 <= longitude < 180):
        raise InputError("sheets.outside", west=longitude, south=latitude, east=longitude, north=latitude, limit=NORTHERNMOST)
    return number_of(row_at(latitude, known), column_at(longitude, known), known)


def frame(number: str) -> tuple[float, float, float, float] | None:
    """West, south, east and north (degrees) of the sheet of that number, None for what is no number of a sheet."""
    found = _NUMBER.fullmatch(number.strip())
    if found is None:
        return None
    letter = found[3] or "A"
    known = next(one for one in scales().values() if one.letter == letter)
    zone, down, along = int(found[2]), int(found[4] or 1), int(found[5] or 1)
    widths = {len(found[4] or ""), len(found[5] or "")}
    if not 1 <= zone <= 60 or widths != {known.digits} or not (1 <= down <= known.sheets and 1 <= along <= known.sheets):
        return None
    row = (ord(found[1]) - ord("A") + 1) * known.sheets - down
    column = (zone - 31) * known.sheets + along - 1
    west, east = (WIDTH * at / known.sheets for at in (column, column + 1))
    south, north = (HEIGHT * at / known.sheets for at in (row, row + 1))
    return west, south, east, north
