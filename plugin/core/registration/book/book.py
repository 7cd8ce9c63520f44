"""The register book (登记簿) or survey form (地籍调查表) of one unit as a tree: Book → sections → facts, tables and notes.

The tree is in one language, in the order of the pages, with every number as it is printed. Writers (docx, xlsx, html, pdf) lay it out
and add nothing: `write(path, book, picture)`, where `picture` is the attached map that the caller drew, or None. What a page has to say
beside data is a Note, a code that the writer speaks: the core has no sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

__all__ = ["Book", "Cell", "Column", "Fact", "Note", "Section", "Table", "printed"]

Cell = Union[str, float, int, None]


def printed(value: Cell, decimals: int | None = None) -> str:
    """A value as it stands on a page: numbers with their decimals and no separators, "" for None."""
    if value is None:
        return ""
    return str(value) if decimals is None or isinstance(value, str) else f"{value:.{decimals}f}"


@dataclass(frozen=True)
class Note:
    """A line under a section or table; `code` names its sentence in messages.csv, `facts` fill it."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """One line of a form. decimals: places of a number, None for text; unit: stands behind a number, "" for none. A value of None is a blank.

    room: lines of a blank that somebody writes into by hand, 0 for one as small as its label.
    """

    label: str
    value: Cell = None
    decimals: int | None = None
    unit: str = ""
    room: int = 0

    @property
    def text(self) -> str:
        """The value as it is printed, its unit behind it; a blank with room as empty lines."""
        if self.value is None and self.room:
            return "\n" * (self.room - 1)
        shown = printed(self.value, self.decimals)
        return f"{shown} {self.unit}" if shown and self.unit else shown


@dataclass(frozen=True)
class Column:
    """A column: head, decimals (None = text), relative width, and the head that it shares with its neighbours ("" = none)."""

    label: str
    decimals: int | None = None
    width: float = 12.0
    group: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under a head. rows: cells in the order of the columns; total: the row of sums that stands last, () for none.

    A table without columns is a title and its notes: not provided, or none in this unit.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    notes: tuple[Note, ...] = ()

    def lines(self) -> Iterator[tuple[str, ...]]:
        """The rows as text, the total last."""
        for row in (*self.rows, *([self.total] if self.total else [])):
            yield tuple(printed(value, one.decimals) for value, one in zip(row, self.columns))


@dataclass(frozen=True)
class Section:
    """A part of the book with its heading; `key` says which (basic, natural, ownership, other, linked, patches, map, …).

    The section `map` is where the attached map belongs, on a page of its own; a book has at most one.
    """

    key: str
    title_zh: str
    title_en: str
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[Note, ...] = ()

    def title(self, language: str) -> str:
        """The heading in `zh`, or in English for any other language."""
        return self.title_zh if language == "zh" else self.title_en


@dataclass(frozen=True)
class Book:
    """All that is said of one unit.

    kind: book or survey_form; language: zh or en; number, name: of the unit; lacking: what is missing in it, for the index; area_m2,
    area_ha and patches: what the index adds up (None where a unit enters no sum). by_type: hectares by code of the resource type, as the
    tables print them, for the legend of the map. day: ISO date that stands at the foot of the pages.
    """

    kind: str
    language: str
    number: str
    name: str
    title_zh: str
    title_en: str
    sections: tuple[Section, ...]
    lacking: tuple[Note, ...] = ()
    area_m2: float | None = None
    area_ha: float | None = None
    patches: int = 0
    by_type: Mapping[str, float] = field(default_factory=dict)
    day: str = ""

    @property
    def title(self) -> str:
        """The title in the book's language."""
        return self.title_zh if self.language == "zh" else self.title_en
