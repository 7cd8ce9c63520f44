"""The manual as HTML that any browser opens: the page of first steps and every page of an algorithm, linked."""

from __future__ import annotations

import html
import re
from pathlib import Path

from .pages import page, to_html
from .places import RESOURCES

__all__ = ["identifiers", "write_manual"]

_FRAME = (
    '<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title><style>\n{style}</style></head>\n'
    '<body>\n<nav><a href="index.html">{home}</a></nav>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n'
)


def identifiers(language: str) -> list[str]:
    """The ids of the pages there are in zh or en."""
    return sorted(one.stem for one in (RESOURCES / "help" / language).glob("*.md"))


def write_manual(folder: Path, language: str) -> Path:
    """Write the manual in zh or en into `folder`, made if it is not there; the first page's path. OSError where nothing can be written."""
    folder.mkdir(parents=True, exist_ok=True)
    style = (RESOURCES / "help" / "manual.css").read_text(encoding="utf-8")
    home = html.escape(page("index", language).title)
    for name in identifiers(language):
        one = page(name, language)
        body = re.sub(r'href="(\w+)\.md"', r'href="\1.html"', to_html(one.text))
        text = _FRAME.format(language=language, title=html.escape(one.title), style=style, home=home, body=body)
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return folder / "index.html"
