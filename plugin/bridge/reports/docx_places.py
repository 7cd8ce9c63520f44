"""Named places of a Word document, {{county}}: found wherever Word lets text stand and however it cut it into runs, and filled."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core.errors import InputError
from ..libraries import vendored

__all__ = ["Block", "Document", "Place"]

# full-width braces too: a Chinese keyboard writes them
_PLACE = re.compile(r"[{｛]{2}\s*([^{}｛｝]*?)\s*[}｝]{2}")
_HALF = re.compile(r"[{｛]{2}|[}｝]{2}")
_SIDES = ("header", "footer", "first_page_header", "first_page_footer", "even_page_header", "even_page_footer")
_NOTES = ("/footnotes", "/endnotes")  # python-docx does not open these
_BAD = (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError)

Block = Callable[[Any], None]


@dataclass(frozen=True)
class Place:
    """A place as it stands in the document: its name, and whether it is a paragraph of the page itself that holds nothing else."""

    name: str
    apart: bool


class Document:
    """A template, read; `places` lists what it asks for, `fill` answers, `save` writes.

    InputError `template.not_found`, `template.not_docx` (another program's file, a damaged one), `template.half_place` (braces that are not
    closed), `template.out_of_reach` (a place in a footnote or endnote). LibraryError `library.missing` without python-docx or lxml.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise InputError("template.not_found", path=str(path))
        docx = vendored("docx")
        package_error = vendored("docx.opc.exceptions").PackageNotFoundError
        try:
            self.document = docx.Document(str(path))
        except (*_BAD, package_error) as failure:  # lxml's own error of a page that is no XML is a SyntaxError
            raise InputError("template.not_docx", path=path.name, reason=str(failure) or type(failure).__name__) from failure
        self.path = path
        self._w = vendored("docx.oxml.ns").qn
        self._paragraphs = list(self._walk())
        for paragraph in self._paragraphs:
            words = _words(self._texts(paragraph))
            rest = _PLACE.sub("", words)
            if _HALF.search(rest):
                raise InputError("template.half_place", path=path.name, words=words.strip()[:60])
        for relation in self.document.part.rels.values():
            note = "" if relation.is_external or not relation.reltype.endswith(_NOTES) else relation.target_part.blob.decode("utf-8", "replace")
            lost = _PLACE.search(re.sub("<[^>]*>", "", note))
            if lost:
                raise InputError("template.out_of_reach", path=path.name, place=lost.group(1))

    def places(self) -> list[Place]:
        """Every place, in the order of the document."""
        found = []
        body = self.document.element.body
        for paragraph in self._paragraphs:
            words = _words(self._texts(paragraph))
            on_page = paragraph.getparent() is body
            found += [Place(one.group(1), on_page and one.group(0) == words.strip()) for one in _PLACE.finditer(words)]
        return found

    def fill(self, values: Mapping[str, str], blocks: Mapping[str, Block]) -> None:
        """Put a text in each place of `values`; call the block of a place with its paragraph, which the block may leave empty.

        What stood around a place keeps its looks; the text takes those of the place's first character.
        """
        for paragraph in self._paragraphs:
            texts = self._texts(paragraph)
            found = list(_PLACE.finditer(_words(texts)))
            own = [blocks[one.group(1)] for one in found if one.group(1) in blocks]
            for one in reversed(found):
                _replace(texts, one.start(), one.end(), "" if one.group(1) in blocks else values[one.group(1)])
            for block in own:
                block(paragraph)

    def save(self, path: Path) -> None:
        """Write the document. OSError as the disk has it."""
        self.document.save(str(path))

    def _walk(self) -> Iterator[Any]:
        """Paragraphs of the body, of tables, text boxes and content controls, then of heads and feet."""
        yield from self.document.element.body.iter(self._w("w:p"))
        seen: list[Any] = []
        for part in self.document.sections:
            for name in _SIDES:
                side = getattr(part, name)
                if not side.is_linked_to_previous and side._element not in seen:
                    seen.append(side._element)
                    yield from side._element.iter(self._w("w:p"))

    def _texts(self, paragraph: Any) -> list[Any]:
        """The text elements of a paragraph itself, in order; those of a text box that hangs on it belong to its own paragraphs."""
        inner = self._w("w:p")
        return [one for one in paragraph.iter(self._w("w:t")) if next(one.iterancestors(inner)) is paragraph]


def _words(texts: list[Any]) -> str:
    return "".join(one.text or "" for one in texts)


def _replace(texts: list[Any], start: int, end: int, value: str) -> None:
    """Put `value` in place of the characters start … end of the joined texts: into the element where they begin."""
    at = 0
    for one in texts:
        words = one.text or ""
        first, last = max(start - at, 0), min(end - at, len(words))
        if first < last:
            kept = words[:first] + (value if at + first == start else "") + words[last:]
            one.text = kept
            # blanks at the ends of a text are lost without this
            one.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        at += len(words)
