"""The index of a folder of register books: every unit, its files, what is missing in it, and the sums of areas."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...core.registration.book.contents import Contents
from ...core.registration.book.shown import shown
from ..register_books import Entry, lacking
from ..speech import sentence
from .book_words import joined
from .table_workbook import Column, Sheet, write_workbook

__all__ = ["NAME", "index_sheet", "write_index"]

NAME = "index.xlsx"
# column → decimals (None = text), what the total row has in it, width
_COLUMNS = {
    **{"NO": (None, "serial", 6), "NUMBER": (None, "label", 24), "NAME": (None, "label", 20), "TYPE": (None, "label", 14)},
    **{"AREA_HA": (2, "sum", 14), "AREA": (2, "sum", 18), "PATCHES": (0, "sum", 9)},
    **{"STATE": (None, "", 14), "FILES": (None, "", 50), "MISSING": (None, "", 60)},
}


def write_index(folder: Path, contents: Contents, entries: Sequence[Entry]) -> Path:
    """Write index.xlsx, staged and swapped in. LibraryError without openpyxl; OutputError as `write_workbook`."""
    path = folder / NAME
    write_workbook(path, [index_sheet(contents, entries)], contents.sheets.language)
    return path


def index_sheet(contents: Contents, entries: Sequence[Entry]) -> Sheet:
    """The table of the index; units that were not reached before a stop are in it too."""
    language = contents.sheets.language

    def say(code: str, /, **facts: object) -> str:
        return sentence(f"book.index.{code}", facts, language)

    columns = tuple(Column(name, (say(name),), *rest) for name, rest in _COLUMNS.items())
    kinds = _kinds(contents)
    rows = [_row(at, one, kinds[at], say, language) for at, one in enumerate(entries)]
    numbers, names = contents.units.text("ZRZYDJDYH").tolist(), contents.units.text("DJDYMC").tolist()
    for at in range(len(entries), len(contents.units)):
        rows.append((at + 1, numbers[at], names[at], kinds[at], None, None, None, say("waiting"), "", ""))
    head = contents.pack.row("books", contents.kind)
    title = say("title", book=head[f"title_{language}"])
    return Sheet(say("name"), title, "", columns, tuple(rows), (say("note", day=contents.day),))


def _row(at: int, one: Entry, kind: Any, say: Any, language: str) -> tuple[Any, ...]:
    book = one.book
    state = "failed" if not one.files else "partly" if one.failures else "kept" if not one.made else "made"
    return (
        at + 1, one.number, one.name, kind, book.area_ha if book else None, book.area_m2 if book else None,
        book.patches if book else None, say(state), _files(one.files), joined(lacking(one), language),
    )  # fmt: skip


def _files(names: Sequence[str]) -> str:
    """The first name whole, of the others the endings: they differ in nothing else."""
    return " ".join([*names[:1], *(Path(one).suffix for one in names[1:])])


def _kinds(contents: Contents) -> list[Any]:
    """The type of each unit by name."""
    field, language = contents.pack.layer("ZRZYDJDY").field("DJDYLX"), contents.sheets.language
    return [shown(one, field, contents.pack, language) for one in contents.units.text("DJDYLX")]
