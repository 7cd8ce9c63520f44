"""The register book as one HTML page that needs no other file and prints on A4."""

from __future__ import annotations

import base64
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...core.registration.book.book import Book, Fact, Note, Section
from ..libraries import vendored
from ..places import RESOURCES
from ..speech import sentence
from .book_words import foot, head_rows, pairs, spoken

__all__ = ["write"]


def write(path: Path, book: Book, picture: Path | None) -> None:
    """Write the book with its map inside. LibraryError `library.missing` without jinja2; OSError as the disk has it."""

    def say(code: str, **facts: object) -> str:
        return sentence(f"book.{code}", facts, book.language)

    def tell(note: Note) -> str:
        return spoken(note, book.language)

    def lines(part: Section) -> list[list[Fact]]:
        return list(pairs(part.facts))

    drawn = base64.b64encode(picture.read_bytes()).decode("ascii") if picture is not None else ""
    text = _template().render(book=book, say=say, tell=tell, lines=lines, head_rows=head_rows, foot=foot(book), picture=drawn)
    path.write_text(text, encoding="utf-8")


@lru_cache(maxsize=1)
def _template() -> Any:
    jinja2 = vendored("jinja2")
    source = (RESOURCES / "templates" / "register_book.html").read_text(encoding="utf-8")
    return jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined).from_string(source)
