"""Dialects of coordinate files as the pack has them, and which of them a file is written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import InputError
from ...schema import Pack
from .parcels import Parcel

__all__ = ["AUTO", "Dialect", "dialect_named", "dialects", "recognised"]

AUTO = "auto"


@dataclass(frozen=True)
class Dialect:
    """One row of the page `txt_dialects`.

    fields: what stands before the `@`, "" for a cell that is left empty; marks: what else tells it (trailing_blank, no_version); count: rows or
    rows_less_one, closing points among them; area: ha, or "" where 0 is written; kind, empty: what is written for a shape kind and for an empty
    text; behind: what follows the `@`; head_end: end of a head line; version: format version; keys: the head's keys in order.
    """

    name: str
    fields: tuple[str, ...]
    marks: tuple[str, ...]
    count: str
    area: str
    kind: str
    empty: str
    behind: str
    head_end: str
    version: str
    keys: tuple[str, ...]
    title_zh: str
    title_en: str

    @property
    def carries(self) -> tuple[str, ...]:
        """The attributes that a head line has a place for, its counts and areas apart."""
        return tuple(one for one in self.fields if one and one not in ("count", "area"))

    def cells(self, parcel: Parcel) -> dict[str, str]:
        """The cells of a parcel's head by field; a cell that is not there, or stands for nothing, is ""."""
        found = dict(zip(self.fields, [*parcel.cells, *[""] * len(self.fields)]))
        found.pop("", None)
        bare = {} if not self.empty else {name: "" for name, value in found.items() if value == self.empty and name not in ("count", "area")}
        return {**found, **bare}

    def fits(self, parcel: Parcel) -> bool:
        """Whether a head has as many cells, and none where this dialect leaves one empty."""
        return len(parcel.cells) == len(self.fields) and not any(cell for cell, name in zip(parcel.cells, self.fields) if not name)


def dialects(pack: Pack) -> list[Dialect]:
    """All dialects of a pack, in its order."""
    found = []
    for row in pack.rule("txt_dialects"):
        behind, end = {"": "", "blank": " "}[row["behind"]], {"crlf": "\r\n", "cr": "\r", "lf": "\n"}[row["head_end"]]
        fields, marks, keys = (tuple(row[name].split("|")) if row[name] else () for name in ("fields", "marks", "keys"))
        texts = (row["count"], row["area"], row["kind"], row["empty"], behind, end, row["version"])
        found.append(Dialect(row["dialect"], fields, marks, *texts, keys, row["title_zh"], row["title_en"]))
    return found


def dialect_named(pack: Pack, name: str) -> Dialect:
    """The dialect of that name in any case; InputError `txt.unknown_dialect`."""
    listed = dialects(pack)
    for one in listed:
        if one.name == name.strip().lower():
            return one
    raise InputError("txt.unknown_dialect", dialect=name, present=", ".join(one.name for one in listed))


def recognised(parcels: Sequence[Parcel], version: str | None, pack: Pack) -> Dialect:
    """The dialect that fits most heads; the first of the pack where none does.

    Among equals decide marks (version: the format version a head states, None where it has no such key), whether counts are those of the rows,
    and how many cells are empty that a dialect leaves empty.
    """
    def score(one: Dialect) -> tuple[float, ...]:
        fitting = [parcel for parcel in parcels if one.fits(parcel)]
        held = {"trailing_blank": any(parcel.behind for parcel in fitting), "no_version": version == ""}
        marks = sum(1 if held.get(mark) else -1 for mark in one.marks)
        counted = (1 if "count" not in one.fields else 2 * all(parcel.counts(one.cells(parcel)["count"]) for parcel in fitting)) if fitting else 0
        return len(fitting), marks, counted, one.fields.count("")

    listed = dialects(pack)
    best = max(listed, key=score)  # the first of equals
    return best if score(best)[0] else listed[0]
