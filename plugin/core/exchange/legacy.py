"""Cells of old tables as text: one encoding for all, and what does not fit it named row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..area_text import area_of
from ..finding import Finding
from .encodings import Guess, guess
from .mojibake import LOST, original

__all__ = ["Chosen", "chosen", "looked_at", "text_column"]

Array = np.ndarray[Any, Any]

_SAMPLE = 1 << 20  # bytes of cells beyond ASCII that tell the encoding
_SURE = 0.9  # a guess that is believed against what the file says
_ROWS = 1000
_CHINESE = ("utf-8", "utf-8-sig", "gb18030", "gbk")


@dataclass(frozen=True)
class Chosen:
    """The encoding that a table is read in. how: given, said (by the file), guessed or against (the file says another one: `said`);
    certainty: 0…1; sample: some of the text."""

    encoding: str
    how: str
    certainty: float
    sample: str
    said: str = ""


def chosen(cells: Sequence[Array], names: Sequence[bytes], given: str, said: str) -> Chosen:
    """The encoding of a table's text cells (bytes arrays) and field names.

    given: what the user chose, "" for none; said: what a .cpg or the head names, "" for none. What the file says is taken where all of the
    sample fits it, except where UTF-8 or GB18030 fits with a certainty of 0.9 and the file says neither.
    """
    raw = _sample(cells, names)
    found = guess(raw)
    if given:
        return Chosen(given, "given", 1.0, _shown(raw, given))
    if said and _fits(raw, said):
        if said in _CHINESE or found.is_ascii or found.certainty < _SURE:
            return Chosen(said, "said", 1.0, _shown(raw, said), said)
        return _against(found, said)
    return _against(found, said) if said else Chosen(found.encoding, "guessed", found.certainty, found.sample)


def _against(found: Guess, said: str) -> Chosen:
    return Chosen(found.encoding, "against", found.certainty, found.sample, said)


def text_column(cells: Array, encoding: str, layer: str, field: str) -> tuple[Any, list[Finding]]:
    """The cells as text without the blanks that fill them, None where nothing stands; and the cells that do not fit the encoding.

    A cell whose last character is cut loses that rest; one that fits UTF-8 or GB18030 instead is read so; else what does not fit becomes U+FFFD.
    """
    uniques, codes = np.unique(cells, return_inverse=True)
    texts, faults = [], []
    for raw in uniques.tolist():
        text, fault = _decoded(raw.rstrip(b" \0"), encoding)
        texts.append(text or None)
        faults.append(fault)
    findings = []
    for code in ("legacy.cut_character", "legacy.other_encoding", "legacy.garbled"):
        at = np.flatnonzero(np.array([one == code for one in faults], dtype=bool)[codes])
        findings += _listed(code, at, [texts[codes[row]] for row in at], [None] * len(at), layer, field, encoding=encoding)
    return _objects(texts)[codes], findings


def looked_at(column: pd.Series[Any], layer: str) -> list[Finding]:
    """What is odd about a column of text: garbled when it was saved, blanks around values, areas with their unit."""
    field = str(column.name)
    codes, uniques = pd.factorize(column)
    texts = [str(one) for one in uniques]
    if not texts:
        return []
    was = [original(one) for one in texts]
    findings = []
    spoilt = np.array([one is not None for one in was])
    lost = np.array([was[at] is None and bool(LOST.search(one)) and "\ufffd" not in one for at, one in enumerate(texts)])
    for code, which in (("legacy.mojibake", spoilt), ("legacy.lost", lost)):
        at = np.flatnonzero(np.where(codes < 0, False, which[codes]))
        findings += _listed(code, at, [texts[codes[row]] for row in at], [was[codes[row]] for row in at], layer, field)
    blank = np.array([one != one.strip() for one in texts])
    count = int(np.where(codes < 0, False, blank[codes]).sum())
    if count:
        facts = {"layer": layer, "field": field, "count": count, "value": texts[int(np.flatnonzero(blank)[0])]}
        findings.append(Finding("legacy.blanks", "warning", layer, field=field, facts=facts))
    areas = [area_of(one) for one in texts]
    stated: dict[str, int] = {}
    for area, number in zip(areas, np.bincount(codes[codes >= 0], minlength=len(texts)).tolist()):
        if area and area[1]:
            stated[area[1]] = stated.get(area[1], 0) + number
    if sum(stated.values()) > 0.5 * int((codes >= 0).sum()):
        listed = ", ".join(f"{one} × {number}" for one, number in stated.items())
        value = next(one for one, area in zip(texts, areas) if area and area[1])
        facts = {"layer": layer, "field": field, "count": sum(stated.values()), "units": listed, "value": value}
        findings.append(Finding("legacy.area_text", "note", layer, field=field, facts=facts))
    return findings


def _sample(cells: Sequence[Array], names: Sequence[bytes]) -> bytes:
    """Cells and names beyond ASCII, each once, up to a megabyte."""
    found, size = [one for one in names if not one.isascii()], 0
    for column in cells:
        for one in np.unique(column).tolist():
            if not one.isascii():
                found.append(one.rstrip(b" \0"))
                size += len(one)
            if size > _SAMPLE:
                return b"\n".join(found)
    return b"\n".join(found)


def _fits(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True


def _shown(raw: bytes, encoding: str) -> str:
    return " ".join(raw[:200].decode(encoding, "replace").split())[:60]


def _decoded(raw: bytes, encoding: str) -> tuple[str, str]:
    """A cell's text and the code of what is wrong with it."""
    try:
        return raw.decode(encoding), ""
    except UnicodeDecodeError as failure:
        rest = len(raw) - failure.start
        if encoding in _CHINESE and rest < 4 and failure.reason in ("unexpected end of data", "incomplete multibyte sequence"):
            return raw[: failure.start].decode(encoding), "legacy.cut_character"
    for other in ("utf-8", "gb18030"):
        if other != encoding and _fits(raw, other):
            return raw.decode(other), "legacy.other_encoding"
    return raw.decode(encoding, "replace"), "legacy.garbled"


def _listed(code: str, at: Any, was: Sequence[Any], should: Sequence[Any], layer: str, field: str, **facts: Any) -> list[Finding]:
    """A finding a row, up to a thousand, and one that counts the rest."""
    severity = "warning" if code in ("legacy.other_encoding", "legacy.cut_character") else "error"
    found = []
    for row, old, new in list(zip(at, was, should))[:_ROWS]:
        told = {"layer": layer, "field": field, "row": int(row) + 1, "was": old, "should": new, **facts}
        found.append(Finding(code, severity, layer, str(int(row) + 1), field, told))
    if len(at) > _ROWS:
        told = {"layer": layer, "field": field, "count": len(at) - _ROWS, "listed": _ROWS}
        found.append(Finding("legacy.more_rows", severity, layer, field=field, facts=told))
    return found


def _objects(values: Sequence[Any]) -> Array:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found
