"""Results of several files (a Shapefile) put in place: all of them or none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core")
from shanshui.plugin.bridge import sinks
from shanshui.plugin.core.errors import OutputError

ENDINGS = (".shp", ".shx", ".dbf", ".prj")


def put(stage: Path, words: str, endings: tuple[str, ...] = ENDINGS) -> None:
    for ending in endings:
        (stage / f"图斑{ending}").write_text(f"{words} {ending}", encoding="utf-8")


def there(folder: Path) -> dict[str, str]:
    return {one.name: one.read_text(encoding="utf-8").split()[0] for one in folder.iterdir()}


def test_all_files_are_replaced_and_old_indexes_go(tmp_path: Path) -> None:
    put(tmp_path, "old", (*ENDINGS, ".qix", ".cpg"))
    (tmp_path / "图斑.txt").write_text("note", encoding="utf-8")
    with sinks.staged(tmp_path / "图斑.shp") as stage:
        put(stage, "new", (*ENDINGS, ".cpg"))
        sinks.swap(stage, tmp_path / "图斑.shp")
    assert there(tmp_path) == {**{f"图斑{one}": "new" for one in (*ENDINGS, ".cpg")}, "图斑.txt": "note"}


@pytest.mark.parametrize("held", ENDINGS)
@pytest.mark.parametrize("step", ["taken away", "put there"])
def test_where_one_file_is_held_none_is_mixed_with_another_run(tmp_path: Path, monkeypatch: Any, held: str, step: str) -> None:
    """Windows lets nobody move a file that is open; whichever it is, the old set stays whole and the new one is kept whole beside it."""
    target, replace = tmp_path / "图斑.shp", os.replace
    put(tmp_path, "old")

    def open_elsewhere(source: Any, goal: Any) -> None:
        place, new = tmp_path / f"图斑{held}", "new" in Path(source).read_text(encoding="utf-8")
        if (step == "taken away" and Path(source) == place) or (step == "put there" and Path(goal) == place and new):
            raise PermissionError(13, "Permission denied", str(source))
        replace(source, goal)

    monkeypatch.setattr(os, "replace", open_elsewhere)
    with sinks.staged(target) as stage:
        put(stage, "new")
        with pytest.raises(OutputError) as refused:
            sinks.swap(stage, target)
    assert refused.value.code == "output.in_use" and refused.value.facts["kept"] == str(tmp_path / "图斑.new.shp")
    assert there(tmp_path) == {**{f"图斑{one}": "old" for one in ENDINGS}, **{f"图斑.new{one}": "new" for one in ENDINGS}}
