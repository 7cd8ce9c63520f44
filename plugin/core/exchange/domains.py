"""What a field of a standard may hold, as the domains of a database: a list of codes, or a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..schema import Field, Layer, Pack

__all__ = ["Domain", "domain_of", "entries", "holder_of"]

# what the fields of a database hold at most where the page states no width
_WIDEST = {"integer": 2.0**31 - 1, "real": 1e15}


@dataclass(frozen=True)
class Domain:
    """codes: code → words, or None for the range low … high, both allowed. kind: text, integer or real, as the field is stored."""

    name: str
    title: str
    kind: str
    codes: Mapping[str, str] | None = None
    low: float = 0.0
    high: float = 0.0


def entries(page: Layer | None, names: list[str]) -> dict[str, Field]:
    """The fields of a page by the names that a table has for them, in whatever case."""
    known = {one.name.upper(): one for one in page.fields} if page is not None else {}
    return {name: known[name.upper()] for name in names if name.upper() in known}


def holder_of(page: Layer | None, packs: Mapping[str, Pack]) -> Pack | None:
    """The pack that a page stands in."""
    return next((one for one in packs.values() if page is not None and one.layers.get(page.name) == page), None)


def domain_of(entry: Field, kind: str, pack: Pack, language: str) -> Domain | None:
    """The domain of a field that is stored as `kind` (text, integer, real), None where the page sets no bounds or they do not fit the kind.

    A range open at one end ends at the width of the field.
    """
    if entry.domain:
        codes = pack.codes[entry.domain]
        if kind == "text":
            return Domain(entry.domain, entry.label(language), kind, {one.code: f"{one.code} {one.name(language)}" for one in codes.entries.values()})
        if kind == "integer" and all(code.lstrip("-").isdigit() for code in codes):
            whole = {str(int(one.code)): f"{one.code} {one.name(language)}" for one in codes.entries.values()}
            return Domain(f"{entry.domain}_N", entry.label(language), kind, whole)
        return None
    if kind not in _WIDEST or (entry.minimum is None and entry.maximum is None):
        return None
    widest = min(_WIDEST[kind], 10.0 ** (entry.length - (entry.decimals or 0)) - 1) if entry.length else _WIDEST[kind]
    low = -widest if entry.minimum is None else entry.minimum
    high = widest if entry.maximum is None else entry.maximum
    # the bounds are part of the name: pages of one file may bound a field of one name in different ways
    name = f"{entry.name}_{_word(entry.minimum)}_{_word(entry.maximum)}{'_N' if kind == 'integer' else ''}"
    return Domain(name, entry.label(language), kind, None, low, high)


def _word(bound: float | None) -> str:
    return "x" if bound is None else f"{bound:.12g}".replace("-", "m").replace(".", "p").replace("+", "")
