"""Types of registration unit: which chain of work each takes, and in which order they are drawn (domain-rules §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import InputError, PackError
from ..schema import Pack
from ..table import Table

__all__ = ["CHAINS", "LAND", "UnitType", "named", "of_layer", "of_rows", "ranked", "unit_types"]

Array = np.ndarray[Any, Any]

LAND = "land"
CHAINS = (LAND, "sea", "island", "mineral")


@dataclass(frozen=True)
class UnitType:
    """One row of the pack's `unit_types`.

    chain: land, sea, island or mineral. resource: the resource type of the whole unit where it is not read from land cover.
    nature: QSXZ that the law gives the whole unit. rank: place in the order of drawing (1 = takes from all others). names: what
    layers of it are called. classes: survey classes that stand in for a layer of it. ground: its layers are ground of
    the county beyond the line of COUNTY (sea, islands); each: every feature is a unit of its own.
    """

    code: str
    chain: str
    resource: str = ""
    nature: str = ""
    rank: int = 0
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    ground: bool = False
    each: bool = False


def unit_types(pack: Pack) -> dict[str, UnitType]:
    """The unit types of a pack by code, with their place in the order of drawing.

    PackError `unit_types.unknown_chain` for a chain that is none, `unit_types.not_drawn` for a drawing row without its type.
    """
    found: dict[str, UnitType] = {}
    for row in pack.rule("unit_types"):
        code, chain = row["code"], row["chain"]
        if chain not in CHAINS:
            raise PackError("unit_types.unknown_chain", pack=pack.id, unit_type=code, chain=chain, choices=", ".join(CHAINS))
        titles = tuple(row[name] for name in ("name_zh", "name_en") if row.get(name))
        found[code] = UnitType(code, chain, row.get("resource_type") or "", row.get("qsxz") or "", names=titles)
    for row in pack.rule("draw_order"):
        code = row["code"]
        if code not in found:
            raise PackError("unit_types.not_drawn", pack=pack.id, unit_type=code)
        found[code] = replace(
            found[code],
            rank=int(row["rank"]),
            names=(*found[code].names, *_words(row.get("names"))),
            classes=_words(row.get("classes")),
            ground=row.get("ground") == "1",
            each=row.get("each") == "1",
        )
    return found


def ranked(types: Mapping[str, UnitType], priority: str = "") -> dict[str, UnitType]:
    """The types with their rank changed by `priority`: codes or names in the order wanted, parted by commas; the others keep theirs after
    them.

    InputError `draw.unknown_priority` for a word that names no type.
    """
    words = [word.strip() for word in priority.replace("，", ",").replace("、", ",").replace(";", ",").split(",") if word.strip()]
    first: list[str] = []
    for word in words:
        code = named(word, types)
        if code is None:
            raise InputError(
                "draw.unknown_priority",
                word=word,
                choices=", ".join(f"{one.code} {one.names[0] if one.names else ''}" for one in types.values()),
            )
        if code not in first:
            first.append(code)
    rest = sorted((one for one in types.values() if one.code not in first), key=lambda one: (one.rank or 999, one.code))
    order = [*first, *(one.code for one in rest)]
    return {code: replace(types[code], rank=place) for place, code in enumerate(order, 1)}


def named(word: str, types: Mapping[str, UnitType]) -> str | None:
    """The type whose code or name `word` is, in any case."""
    wanted = word.strip().casefold()
    for one in types.values():
        if wanted == one.code.casefold() or wanted in (name.casefold() for name in one.names):
            return one.code
    return None


def of_layer(name: str, types: Mapping[str, UnitType]) -> str | None:
    """The type whose name a layer bears, or holds in its own (the longest such name decides)."""
    exact = named(name, types)
    if exact:
        return exact
    text = name.casefold()
    held = [(len(word), one.code) for one in types.values() for word in one.names if word.casefold() in text]
    return max(held)[1] if held else None


def of_rows(table: Table, types: Mapping[str, UnitType], field: str = "DJDYLX") -> Array:
    """(n,) code of each row's unit type by `field` (a code or a name); None where the field is absent, empty or names none."""
    text = table.text(field)
    known = {word: named(word, types) for word in text.unique() if word}
    return np.array([known.get(word) for word in text], dtype=object)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split("|") if word.strip())
