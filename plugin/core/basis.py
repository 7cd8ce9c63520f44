"""The rows of packs that printed tables rest on and that were not read in a published text (DESIGN §2)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import pandas as pd

from .schema import Pack
from .table import Table

__all__ = ["COLUMNS", "basis"]

COLUMNS = ("PACK", "PAGE", "KEY", "MEANING", "VALUE", "SOURCE", "STATUS")
_WORDS = ("source", "status", "fixed", "note", "name", "label", "title")  # columns that are no value, with or without a language behind


def basis(sheets: Collection[str], packs: Mapping[str, Pack], met: Callable[[str], Collection[str]], report: Pack, language: str) -> Table:
    """The rows that are not `standard` among those that the sheets rest on by `report`'s rule `sheet_basis`, each once; COLUMNS as text.

    A line of the rule takes a whole page, some `keys` of it, or those keys that stand in a field of the results: met(LAYER.FIELD) → texts.
    MEANING and the names of codes are in `language` (zh, else en); PACK is the id and PAGE as in rules/area or codes/ZRZYLX.
    """
    found: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for line in report.rule("sheet_basis"):
        if line["sheet"] not in sheets:
            continue
        pack, page = packs[line["pack"]], line["page"]
        only = line["keys"].split() if line["keys"] else met(line["met"]) if line["met"] else None
        for one in pack.not_standard():
            if one.page == page and (only is None or one.key in only):
                meaning, value = _content(pack, page, one.key, language)
                found[pack.id, page, one.key] = (pack.id, page, one.key, meaning, value, one.source, one.status)
    return Table(pd.DataFrame(list(found.values()), columns=list(COLUMNS), dtype=object), None, None, "BASIS")


def _content(pack: Pack, page: str, key: str, language: str) -> tuple[str, str]:
    """(what a row means, what it says): of a code its name, of a value the value with its unit, of any other row its cells or its key."""
    room, _, name = page.partition("/")
    tongue = "zh" if language == "zh" else "en"
    if room == "codes":
        entry = pack.codes[name].entries[key]
        return "", entry.name_zh if tongue == "zh" else entry.name_en
    row = pack.row(name, key)
    first = next(iter(row))
    meaning = next((row[one] for one in (f"note_{tongue}", f"name_{tongue}") if row.get(one)), "")
    if "value" in row:
        return meaning, " ".join(part for part in (row["value"], row.get("unit", "")) if part)
    cells: dict[str, Any] = {one: text for one, text in row.items() if text and one != first and one.partition("_")[0] not in _WORDS}
    return meaning, "; ".join(f"{one}: {text}" for one, text in cells.items()) or key
