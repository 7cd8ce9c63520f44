"""Manual pages: one Markdown file an algorithm and language, read for names, labels and help."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from .places import RESOURCES

__all__ = ["Page", "page", "to_html"]

_NAME = re.compile(r"^###\s+([A-Z][A-Z0-9_]*)\s+(.+?)\s*$")
_MODES = {"ul": r"[-*]\s", "ol": r"\d+\.\s", "table": r"\|"}
_OPTION = re.compile(r"^[-*]\s+`([^`]+)`\s*(.*)$")


@dataclass(frozen=True)
class Page:
    """A manual page: title, one-sentence summary, tags, labels and option labels by parameter, the text itself."""

    id: str
    title: str = ""
    summary: str = ""
    tags: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    text: str = ""

    def label(self, name: str) -> str:
        """The label of a parameter or output, its name when the page has none."""
        return self.labels.get(name, name)

    def option(self, name: str, token: str) -> str:
        """The label of one choice of a parameter."""
        return self.options.get(name, {}).get(token, token)


def path(identifier: str, language: str) -> Path:
    """Where the page of an algorithm or dock lies."""
    return RESOURCES / "help" / language / f"{identifier}.md"


@lru_cache(maxsize=512)
def page(identifier: str, language: str) -> Page:
    """The page of an algorithm in zh or en; an empty page named by the id where there is none."""
    source = path(identifier, language)
    if not source.is_file():
        return Page(identifier, identifier)
    text = source.read_text(encoding="utf-8-sig")
    title, summary, tags = identifier, "", ()
    labels: dict[str, str] = {}
    options: dict[str, dict[str, str]] = {}
    current = ""
    for line in text.splitlines():
        head = _NAME.match(line)
        option = _OPTION.match(line)
        if line.startswith("# "):
            title = line[2:].strip()
        elif line.startswith(">") and not summary:
            summary = line[1:].strip()
        elif line.lower().startswith("tags:") and not tags:
            tags = tuple(tag.strip() for tag in re.split(r"[,，、]", line[5:]) if tag.strip())
        elif head:
            current = head.group(1)
            labels[current] = head.group(2)
        elif line.startswith("#"):
            current = ""
        elif option and current:
            rest = re.split(r"[:：]", option.group(2), maxsplit=1)[0].strip(" —-")
            options.setdefault(current, {})[option.group(1)] = rest or option.group(1)
    return Page(identifier, title, summary, tags, labels, options, text)


def to_html(text: str) -> str:
    """The Markdown that the pages use (headings, lists, tables, code, bold, italic) as HTML for QGIS's help panel."""
    out: list[str] = []
    mode = ""
    for line in text.splitlines():
        stripped = line.strip()
        want = next((tag for tag, start in _MODES.items() if re.match(start, stripped)), "")
        if mode and mode != want:
            out.append(f"</{mode}>")
        if want and mode != want:
            out.append(f"<{want}>")
        mode = want
        if stripped.startswith("# ") or stripped.lower().startswith("tags:") or not stripped:
            continue
        out.append(_block(stripped, want))
    if mode:
        out.append(f"</{mode}>")
    return "\n".join(piece for piece in out if piece)


def _block(line: str, mode: str) -> str:
    if mode in ("ul", "ol"):
        return f"<li>{_inline(line.partition(' ')[2].strip())}</li>"
    if mode == "table":
        if re.fullmatch(r"[|\s:-]+", line):
            return ""
        cells = "".join(f"<td>{_inline(cell.strip())}</td>" for cell in line.strip("|").split("|"))
        return f"<tr>{cells}</tr>"
    if line.startswith("#"):
        level = len(line) - len(line.lstrip("#"))
        return f"<h{level + 1}>{_inline(line.lstrip('#').strip())}</h{level + 1}>"
    if line.startswith(">"):
        return f"<p><i>{_inline(line[1:].strip())}</i></p>"
    return f"<p>{_inline(line)}</p>"


def _inline(text: str) -> str:
    text = html.escape(text, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"(?<![\w*])\*([^\s*][^*]*)\*(?![\w*])", r"<i>\1</i>", text)
    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r'<a href="\2">\1</a>', text)
