"""What the options page shows, found where there is neither Qt nor QGIS."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from shanshui.plugin.core import schema
from shanshui.ui.options import presenter

ROOT = Path(__file__).resolve().parents[2]
HEAD = "key,value,source,status\n"


def page(root: Path, file: str, text: str) -> None:
    at = root / file
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_text(text, encoding="utf-8")


def counted(pack: str) -> Counter[str]:
    """How many rows of a shipped pack have each status, read by the csv module alone."""
    found: Counter[str] = Counter()
    for file in (schema.SHIPPED / pack).rglob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as stream:
            found.update(row["status"].strip() for row in csv.DictReader(stream))
    return found


def test_the_shipped_packs_with_their_counts():
    shown = presenter.packs("", {}, "zh")
    assert shown.fault is None and {one.id for one in shown.lines} == {one.name for one in schema.SHIPPED.iterdir() if one.is_dir()}
    for one in shown.lines:
        assert dict(one.rows) == {name: counted(one.id)[name] for name in ("standard", "practice", "default")}
        assert one.own == 0 and one.editions == (one.edition,)
    assert [one.title for one in shown.lines if one.id == "survey"] == ["国土调查数据库"]
    assert [one.title for one in presenter.packs("", {}, "en").lines if one.id == "survey"] == ["National land survey database"]


def test_own_rows_and_editions(tmp_path):
    page(tmp_path, "survey/rules/area.csv", (schema.SHIPPED / "survey" / "rules" / "area.csv").read_text(encoding="utf-8"))
    page(tmp_path, "later/pack.csv", HEAD + "id,survey,house,default\nedition,TD/T 2030,house,default\n")
    line = next(one for one in presenter.packs(f" {tmp_path} ", {}, "zh").lines if one.id == "survey")
    assert line.edition == "TD/T 2030" and line.editions == ("TD/T 1057-2020", "TD/T 2030")
    rows = (tmp_path / "survey" / "rules" / "area.csv").read_text(encoding="utf-8").strip().count("\n")
    assert line.own == rows + 2
    shipped = next(one for one in presenter.packs(str(tmp_path), {"survey": "TD/T 1057-2020"}, "zh").lines if one.id == "survey")
    assert shipped.edition == "TD/T 1057-2020" and shipped.own == rows
    assert presenter.choices([line], {"survey": "TD/T 1057-2020"}) == (("survey", "TD/T 1057-2020"),)
    assert presenter.choices([line], {"survey": "TD/T 2030"}) == presenter.choices([line], {}) == presenter.choices([line], {"survey": "?"}) == ()


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("survey/rules/area.csv", "key,valeu,source,status\n", "pack.unknown_column"),
        ("survey/pack.csv", "key,value,source,status\nid,survey,house,certain\n", "pack.bad_status"),
        ("survye/rules/area.csv", HEAD + "length,70,ours,default\n", "pack.unreadable"),
    ],
)
def test_the_first_fault_and_still_a_list(tmp_path, file, text, code):
    page(tmp_path, file, text)
    shown = presenter.packs(str(tmp_path), {}, "en")
    assert shown.fault.code == code and Path(str(shown.fault.facts["file"])).is_relative_to(tmp_path)
    assert {"survey", "registration"} <= {one.id for one in shown.lines}


def test_a_folder_that_is_gone_and_an_edition_that_is_gone(tmp_path):
    shown = presenter.packs(str(tmp_path / "gone"), {}, "zh")
    assert shown.fault.code == "pack.no_folder" and len(shown.lines) >= 2
    shown = presenter.packs("", {"survey": "1984"}, "zh")
    assert shown.fault.code == "pack.no_edition" and shown.fault.facts["edition"] == "1984"
    line = next(one for one in shown.lines if one.id == "survey")
    assert line.edition == "TD/T 1057-2020" and line.rows


def test_the_presenter_needs_no_qt():
    code = (
        "import importlib.util, sys\n"
        "sys.modules.update(dict.fromkeys(('qgis', 'PyQt5', 'PyQt6')))\n"
        f"spec = importlib.util.spec_from_file_location('shanshui', {str(ROOT / '__init__.py')!r}, submodule_search_locations=[{str(ROOT)!r}])\n"
        "package = importlib.util.module_from_spec(spec)\n"
        "sys.modules['shanshui'] = package\n"
        "spec.loader.exec_module(package)\n"
        "from shanshui.ui.options import presenter\n"
        "print(len(presenter.packs('', {}, 'en').lines))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 2
