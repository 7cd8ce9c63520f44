"""What all writers of the register book say and lay out alike: notes as sentences, the foot, figures of the map, pairs of facts, merged heads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...core.registration.book.book import Book, Column, Fact, Note, printed
from ..register_map import UnitWords
from ..speech import sentence

__all__ = ["figures", "foot", "groups", "head_rows", "joined", "pairs", "spoken"]

_LONG = 44  # width of a value, in Latin characters, from which it has a line of its own


def spoken(note: Note, language: str) -> str:
    """The sentence of a note."""
    return sentence(note.code, note.facts, language)


def joined(notes: Iterable[Note], language: str) -> str:
    """Notes as one line."""
    return ("；" if language == "zh" else "; ").join(spoken(one, language).rstrip("。.") for one in notes)


def foot(book: Book) -> str:
    """The line at the foot of every page: the unit's number and name, and the day."""
    return sentence("book.foot", {"number": book.number, "name": book.name, "day": book.day}, book.language)


def figures(book: Book) -> UnitWords:
    """Areas as the book prints them, for the map of its unit."""
    hectares = sentence("book.hectares", {}, book.language)
    by_type = {code: f"{printed(area, 2)} {hectares}" for code, area in book.by_type.items()}
    return UnitWords(f"{printed(book.area_ha, 2)} {hectares}" if book.area_ha is not None else "", by_type)


def pairs(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """Two facts a line where both are short, else one; blanks to write into stand alone."""
    held: list[Fact] = []
    for one in facts:
        if one.room or sum(1 if ord(sign) < 0x2E80 else 2 for sign in one.text) > _LONG:
            if held:
                yield held
            yield [one]
            held = []
            continue
        held.append(one)
        if len(held) == 2:
            yield held
            held = []
    if held:
        yield held


def groups(columns: Sequence[Column]) -> Iterator[tuple[int, int]]:
    """First and last place of each run of columns under one head."""
    start = 0
    for at in range(1, len(columns) + 1):
        if at == len(columns) or columns[at].group != columns[start].group:
            if columns[start].group:
                yield start, at - 1
            start = at


def head_rows(columns: Sequence[Column]) -> list[list[tuple[str, int, int]]]:
    """The lines of a head as (text, columns, lines): columns of one group under one cell, the others reach down."""
    if not any(one.group for one in columns):
        return [[(one.label, 1, 1) for one in columns]]
    wide = {start: end - start + 1 for start, end in groups(columns)}
    top = [(one.group, wide[at], 1) if one.group else (one.label, 1, 2) for at, one in enumerate(columns) if not one.group or at in wide]
    return [top, [(one.label, 1, 1) for one in columns if one.group]]
