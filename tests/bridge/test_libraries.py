"""The packages that come in the zip: what is said where one of them, or what it stands on, is not there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from shanshui.plugin.bridge import libraries, speech
from shanshui.plugin.core.errors import LibraryError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def without_lxml(monkeypatch):
    """A Python that has python-docx and no lxml."""
    for name in list(sys.modules):
        if name.partition(".")[0] in ("docx", "lxml"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lxml", None)
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_lxml_the_sentence_names_it(without_lxml, language):
    with pytest.raises(LibraryError) as failed:
        libraries.vendored("docx")
    assert (failed.value.code, failed.value.facts) == ("library.missing", {"library": "lxml"})
    assert "lxml" in speech.explain(failed.value, language) and "{" not in speech.explain(failed.value, language)
    assert ("docx", "") in libraries.found() and ("lxml", "") in libraries.found()


def test_python_docx_is_among_the_packages_found():
    found = dict(libraries.found())
    assert re.fullmatch(r"1\.\d+\.\d+", found["docx"]) and found["lxml"] not in ("", libraries.BROKEN)


def test_what_the_zip_brings_is_what_the_trial_hides():
    """The trial in a fresh profile proves nothing about a package that it finds in this checkout's environment."""
    pins = re.search(r"^vendor = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    hidden = re.search(r"^VENDORED = \((.*?)\)", (ROOT / ".ci" / "package_trial.py").read_text(encoding="utf-8"), re.MULTILINE)
    names = {one.replace("-", "_") for one in re.findall(r'"([\w.-]+)==', pins.group(1))}
    assert names == {"openpyxl", "et_xmlfile", "python_docx", "typing_extensions"} and names <= set(re.findall(r'"(\w+)"', hidden.group(1)))
