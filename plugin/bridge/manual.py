"""The manual as HTML that any browser opens: the page of first steps and every page of an algorithm, linked."""

from __future__ import annotations

import html
import re
from pathlib import Path

from qgis.core import QgsApplication

from .pages import page, path, to_html
from .places import RESOURCES, version

__all__ = ["folder", "identifiers", "page_file", "write_manual"]

_FRAME = (
    '<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title><style>\n{style}</style></head>\n'
    '<body>\n<nav><a href="index.html">{home}</a></nav>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n'
)


def folder(language: str) -> Path:
    """Where the manual of this version lies in the user's profile."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "cache" / "shanshui-manual" / version() / language


def page_file(identifier: str, language: str) -> Path:
    """The HTML page of an algorithm, the manual being written first where it is not there or older than its source.

    Where nothing can be written it is the Markdown page itself.
    """
    made, source = folder(language) / f"{identifier}.html", path(identifier, language)
    try:
        if source.is_file() and not (made.is_file() and made.stat().st_mtime >= source.stat().st_mtime):
            write_manual(made.parent, language)
    except OSError:
        return source
    return made if made.is_file() else source


def identifiers(language: str) -> list[str]:
    """The ids of the pages there are in zh or en."""
    return sorted(one.stem for one in (RESOURCES / "help" / language).glob("*.md"))


def write_manual(place: Path, language: str) -> Path:
    """Write the manual in zh or en into a folder, made if it is not there; the first page's path. OSError where nothing can be written."""
    place.mkdir(parents=True, exist_ok=True)
    style = (RESOURCES / "help" / "manual.css").read_text(encoding="utf-8")
    home = html.escape(page("index", language).title)
    names = identifiers(language)
    for name in names:
        one = page(name, language)
        body = _linked(to_html(one.text), names)
        text = _FRAME.format(language=language, title=html.escape(one.title), style=style, home=home, body=body)
        (place / f"{name}.html").write_text(text, encoding="utf-8")
    return place / "index.html"


def _linked(body: str, names: list[str]) -> str:
    """Links between Markdown pages as links between HTML pages; a link to a page that is not there as its words alone."""

    def link(found: re.Match[str]) -> str:
        return f'<a href="{found[1]}.html">{found[2]}</a>' if found[1] in names else found[2]

    return re.sub(r'<a href="(\w+)\.md">(.*?)</a>', link, body)
