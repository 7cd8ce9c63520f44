"""The manual as HTML: every page is reached from the first one, every link leads somewhere, both languages tell the same."""

from __future__ import annotations

import html.parser
import re

import pytest

pytest.importorskip("qgis.core")
from shanshui.plugin.bridge import manual, pages


class Reader(html.parser.HTMLParser):
    """Collects links and checks that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(file) -> list[str]:
    reader = Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    assert reader.open == []
    return reader.links


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_linked_and_every_link_leads_somewhere(language, tmp_path):
    first = manual.write_manual(tmp_path / "手册 manual" / language, language)
    assert first.name == "index.html" and first.is_file()
    written = {one.name for one in first.parent.glob("*.html")}
    assert written == {f"{one}.html" for one in manual.identifiers(language)}
    links = [one for one in read(first) if not one.startswith("http")]
    assert set(links) == written
    for name in written:
        text = (first.parent / name).read_text(encoding="utf-8")
        assert f'lang="{language}"' in text and "<h1>" in text and "**" not in text
        assert {one for one in read(first.parent / name) if not one.startswith("http")} <= written


def test_titles_of_links_are_the_titles_of_the_pages():
    for language in ("zh", "en"):
        for title, name in re.findall(r"\[([^\]]+)\]\((\w+)\.md\)", pages.page("index", language).text):
            if name in manual.identifiers(language):
                assert pages.page(name, language).title == title, (language, name)


def test_a_link_to_a_page_that_is_not_there_is_its_words(tmp_path, monkeypatch):
    monkeypatch.setattr(manual, "identifiers", lambda _: ["index", "overlay"])
    text = manual.write_manual(tmp_path, "en").read_text(encoding="utf-8")
    assert '<a href="overlay.html">Area-conserving overlay</a>' in text and "<td>Describe abutments</td>" in text and ".md" not in text


def test_both_languages_have_the_same_pages():
    assert manual.identifiers("zh") == manual.identifiers("en")


def test_writing_again_replaces(tmp_path):
    first = manual.write_manual(tmp_path, "en")
    before = first.read_text(encoding="utf-8")
    first.write_text("old", encoding="utf-8")
    assert manual.write_manual(tmp_path, "en").read_text(encoding="utf-8") == before


def test_lists_tables_and_emphasis_become_html():
    text = "# Title\nA *word* and **more** of 2 * 3 in `a*b*c`.\n\n1. one\n2. two\n- three\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n"
    assert pages.to_html(text).replace("\n", "") == (
        "<p>A <i>word</i> and <b>more</b> of 2 * 3 in <code>a*b*c</code>.</p><ol><li>one</li><li>two</li></ol><ul><li>three</li></ul>"
        "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>"
    )


def test_help_of_an_algorithm_opens_as_html_and_is_written_again_when_its_page_is_newer(qgis_app):
    import os

    from shanshui.plugin.bridge import settings
    from shanshui.processing_algorithms.measure.overlay import Overlay

    file = manual.page_file("overlay", settings.ui_language())
    assert file.suffix == ".html" and Overlay().helpUrl() == file.as_uri()
    file.write_text("old", encoding="utf-8")
    os.utime(file, (1, 1))
    assert manual.page_file("overlay", settings.ui_language()).read_text(encoding="utf-8") != "old"
    assert manual.page_file("no_such_page", "en") == pages.path("no_such_page", "en")
