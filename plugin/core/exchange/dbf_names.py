"""Field names that a .dbf can hold: at most 10 bytes, no two alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import FieldError

__all__ = ["LONGEST", "cut", "short_names", "wishes"]

LONGEST = 10  # bytes


def wishes(text: str) -> dict[str, str]:
    """The names that a user wants, by the old name in lower case: old=new, one a line or with commas between.

    FieldError `shp.bad_wish` for what does not read so.
    """
    wanted = {}
    for one in text.replace("\n", ",").replace(";", ",").replace("，", ",").replace("；", ",").split(","):
        if one.strip():
            old, equals, new = one.partition("=")
            if not (equals and old.strip() and new.strip()):
                raise FieldError("shp.bad_wish", value=one.strip())
            wanted[old.strip().lower()] = new.strip()
    return wanted


def short_names(fields: Sequence[str], encoding: str, wanted: Mapping[str, str], layer: str) -> dict[str, str]:
    """The name in the .dbf of each field, the same ones for the same fields in any run.

    What the user wants goes first, then names that fit as they are; the others are cut to 10 bytes of `encoding` between characters and
    numbered where another has that name already (in any case of letters). FieldError `shp.wish_too_long`, `shp.wish_taken`.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for one in fields:
        new = wanted.get(one.lower())
        if new is not None:
            if not _fits(new, encoding):
                raise FieldError("shp.wish_too_long", layer=layer, field=one, value=new, encoding=encoding)
            if new.lower() in taken:
                raise FieldError("shp.wish_taken", layer=layer, field=one, value=new)
            found[one] = new
            taken.add(new.lower())
    for one in fields:
        if one not in found and _fits(one, encoding) and one.lower() not in taken:
            found[one] = one
            taken.add(one.lower())
    for one in fields:
        if one not in found:
            found[one] = _free(_plain(one, encoding), encoding, taken)
            taken.add(found[one].lower())
    return {one: found[one] for one in fields}


def cut(text: str, encoding: str, length: int) -> str:
    """The beginning of a text that takes at most `length` bytes, no character cut in two; characters that the encoding lacks become ?."""
    return text.encode(encoding, "replace")[:length].decode(encoding, "ignore")


def _fits(name: str, encoding: str) -> bool:
    return name == _plain(name, encoding) and len(name.encode(encoding)) <= LONGEST


def _plain(name: str, encoding: str) -> str:
    """A name of characters that the encoding has; others, blanks and what is no letter become _."""
    kept = "".join(one if one.isalnum() and one.encode(encoding, "ignore") else "_" for one in name)
    return kept if kept.strip("_") else "F"


def _free(name: str, encoding: str, taken: set[str]) -> str:
    candidate, number = cut(name, encoding, LONGEST), 0
    while candidate.lower() in taken:
        number += 1
        tail = f"_{number}"
        candidate = cut(name, encoding, LONGEST - len(tail)) + tail
    return candidate
