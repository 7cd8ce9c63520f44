"""The judge of the zip refuses what the plugin repository refuses; the tally counts what the reports say."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def script(name: str):
    spec = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / ".ci" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def checks():
    return script("package_checks")


NEEDED = ("shanshui/__init__.py", "shanshui/metadata.txt", "shanshui/LICENSE", "shanshui/i18n/shanshui_zh.qm")


def said(checks, tmp_path: Path, *names: str) -> list[str]:
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w") as book:
        for name in names:
            book.writestr(name, "x")
    with zipfile.ZipFile(path) as book:
        return list(checks.contents(book))


def test_a_good_list_of_files_passes(checks, tmp_path):
    assert said(checks, tmp_path, *NEEDED, "shanshui/plugin/vendor/openpyxl/py.typed") == []


@pytest.mark.parametrize("name", NEEDED)
def test_what_must_be_there_is_missed(checks, tmp_path, name):
    found = said(checks, tmp_path, *(one for one in NEEDED if one != name))
    assert found == [f"{name.partition('/')[2]} is missing"]


@pytest.mark.parametrize(
    "name",
    [
        "shanshui/tests/test_x.py",
        "shanshui/plugin/__pycache__/x.py",
        "shanshui/plugin/x.pyc",
        "shanshui/.gitignore",
        "shanshui/Makefile",
        "shanshui/plugin/decisions/why.md",
        "shanshui/plugin/fast.so",
        "shanshui/plugin/vendor/lxml/etree.so",
        "shanshui/../outside.py",
        "other/x.py",
    ],
)
def test_what_must_not_be_there_is_found(checks, tmp_path, name):
    assert len(said(checks, tmp_path, *NEEDED, name)) == 1


def test_the_metadata_that_are_shipped_have_no_fault(checks):
    assert list(checks.metadata(ROOT)) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name=Shanshui", "name=Shanshui plugin"),
        ("\nemail=", "\nmail="),
        ("qgisMinimumVersion=3.22", "qgisMinimumVersion=three"),
        ("qgisMinimumVersion=3.22", "qgisMinimumVersion=5.0"),
        ("experimental=True", "experimental=perhaps"),
        ("tracker=https://", "tracker=somewhere "),
        ("icon=resources", "icon=nowhere"),
        ("[general]", "[special]"),
    ],
)
def test_a_fault_in_the_metadata_is_found(checks, tmp_path, before, after):
    text = (ROOT / "metadata.txt").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "metadata.txt").write_text(text.replace(before, after, 1), encoding="utf-8")
    icons = tmp_path / "resources" / "icons"
    icons.mkdir(parents=True)
    (icons / "shanshui.svg").write_text("<svg/>", encoding="utf-8")
    assert list(checks.metadata(tmp_path))


def test_the_tally_counts_cases_and_reasons(tmp_path, capsys):
    tally = script("tally")
    inside = ("", '<skipped message="no data"/>', "<failure/>", "<error/>")
    cases = "".join(f'<testcase name="a">{one}</testcase>' for one in inside)
    (tmp_path / "qgis-3.40.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>", encoding="utf-8")
    (tmp_path / "qgis-3.44.not-run").write_text("no mirror", encoding="utf-8")
    assert tally.main(tmp_path) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "QGIS 3.40: 4 tests ran: 1 passed, 2 failed, 1 skipped" and "1 ×: no data" in lines[1]
    assert lines[2] == "QGIS 3.44: not run: no mirror" and lines[-1] == "1 passed, 2 failed, 1 skipped"


def test_nothing_run_is_no_success(tmp_path):
    (tmp_path / "qgis-3.44.not-run").write_text("no mirror", encoding="utf-8")
    assert script("tally").main(tmp_path) == 1
