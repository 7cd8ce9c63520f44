"""Which page of a standard a layer follows: by its name, else by its fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..schema import Layer, Pack
from ..table import Table

__all__ = ["page_of", "pages_of"]

_LIKE = 0.8  # share of a page's mandatory fields that a layer must have to be taken for it by its fields alone


def pages_of(packs: Iterable[Pack]) -> dict[str, tuple[Pack, Layer]]:
    """All pages by name, each with its pack; of two packs with one name the first has it."""
    found: dict[str, tuple[Pack, Layer]] = {}
    for pack in packs:
        for name, page in pack.layers.items():
            found.setdefault(name, (pack, page))
    return found


def page_of(table: Table, pages: Mapping[str, tuple[Pack, Layer]]) -> tuple[Pack, Layer] | None:
    """The page a layer follows, or None.

    The name of the layer is that of the page, or its title where the layer has the page's key; or has it as a word (“qinglan — DLTB”,
    DLTB_2023, 999901_DLTB); or the layer has the key and four fifths of the mandatory fields of one page, and of no other as many.
    """
    name = table.name.strip()
    for own, (pack, page) in pages.items():
        if name.upper() == own or (name in (page.title_zh, page.title_en) and (not page.key or page.key in table)):
            return pack, page
    words = [one.upper() for one in re.split(r"[\s|—–:：./\\（）()]+", name) if one]
    for word in reversed(words):
        if word in pages:
            return pages[word]
    begun = [own for own in pages if any(word.startswith(own + "_") for word in words)]
    if begun:
        return pages[max(begun, key=len)]
    for piece in reversed([piece for word in words for piece in word.split("_")]):
        if piece in pages:
            return pages[piece]
    return _by_fields(table, pages)


def _by_fields(table: Table, pages: Mapping[str, tuple[Pack, Layer]]) -> tuple[Pack, Layer] | None:
    scores: dict[str, int] = {}
    for own, (_, page) in pages.items():
        if (page.geometry == "none") != (table.geometry is None) or (page.key and page.key not in table):
            continue
        must = [one.name for one in page.fields if one.presence == "M"]
        have = sum(one in table for one in must)
        if must and have >= _LIKE * len(must):
            scores[own] = sum(one in table for one in page.names)
    best = max(scores.values(), default=0)
    first = [own for own, score in scores.items() if score == best]
    return pages[first[0]] if best >= 4 and len(first) == 1 else None
