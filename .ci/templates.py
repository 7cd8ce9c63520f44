"""Makes the Word templates of resources/templates from their texts in .ci/templates, the same bytes each time.

A line of a text is a paragraph: # title, = in the middle, > to the right, ! heading, ~ a new page; a place alone on its line stays alone.
"""

from __future__ import annotations

import datetime
import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

ROOT = Path(__file__).resolve().parents[1]
TEXTS, TARGET = ROOT / ".ci" / "templates", ROOT / "resources" / "templates"
FACES = {"zh": ("Times New Roman", "仿宋", 14.0), "en": ("Times New Roman", "SimSun", 11.5)}
TIME = (1980, 1, 1, 0, 0, 0)
UNREAD = ("docProps/thumbnail.jpeg",)


def build(text: str, language: str) -> Any:
    """The document of a text."""
    document = docx.Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    page.top_margin, page.bottom_margin = Mm(24), Mm(20)
    latin, chinese, size = FACES[language]
    style = document.styles["Normal"]
    style.font.size, style.font.name = Pt(size), latin
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), chinese)
    style.paragraph_format.space_after = Pt(0 if language == "zh" else 4)
    style.paragraph_format.line_spacing = 1.25 if language == "zh" else 1.15
    new_page = False
    for line in text.splitlines():
        mark, words = (line[0], line[2:]) if line[:2] in ("# ", "= ", "> ", "! ") else ("", line)
        if line == "~":
            new_page = True
            continue
        _paragraph(document, mark, words, language, size).paragraph_format.page_break_before = new_page or None
        new_page = False
    _foot(page.footer.paragraphs[0])
    facts = document.core_properties
    facts.author, facts.title, facts.comments = "", text.splitlines()[0][2:], ""
    facts.created = facts.modified = datetime.datetime(2026, 1, 1)
    facts.last_modified_by = ""
    return document


def _paragraph(document: Any, mark: str, words: str, language: str, size: float) -> Any:
    made = document.add_paragraph()
    run = made.add_run(words)
    sides = WD_ALIGN_PARAGRAPH
    if mark == "#":
        made.alignment, run.bold, run.font.size = sides.CENTER, True, Pt(size + 6)
        made.paragraph_format.space_after = Pt(6)
    elif mark == "=":
        made.alignment = sides.CENTER
    elif mark == ">":
        made.alignment = sides.RIGHT
    elif mark == "!":
        run.bold = True
        made.paragraph_format.keep_with_next = True
        made.paragraph_format.space_before = Pt(4)
    if language == "zh" and mark in ("", "!") and not words.startswith("{{") and not words.startswith("附件"):
        made.paragraph_format.first_line_indent = Pt(2 * size)
    return made


def _foot(line: Any) -> None:
    """The page number, which Word fills in."""
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = docx.oxml.OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(line.add_run("1")._r)
    line._p.append(field)


def packed(document: Any) -> bytes:
    """The document as a zip whose bytes depend on nothing but its parts; the default template's picture of itself is left out."""
    raw, out = io.BytesIO(), io.BytesIO()
    _without_picture(document)
    document.save(raw)
    with zipfile.ZipFile(raw) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name in sorted(book.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            if name not in UNREAD:
                entry = zipfile.ZipInfo(name, TIME)
                entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o100644 << 16, 3
                new.writestr(entry, book.read(name))
    return out.getvalue()


def main() -> int:
    for source in sorted(TEXTS.glob("*.txt")):
        document = build(source.read_text(encoding="utf-8"), source.stem.rpartition("_")[2])
        target = TARGET / f"{source.stem}.docx"
        target.write_bytes(packed(document))
        print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")
    return 0


def _without_picture(document: Any) -> None:
    """No relation may name a part that is left out."""
    package = document.part.package
    for key, relation in list(package.rels.items()):
        if not relation.is_external and relation.target_part.partname.lstrip("/") in UNREAD:
            del package.rels[key]


if __name__ == "__main__":
    sys.exit(main())
