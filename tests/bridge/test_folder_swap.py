"""A folder takes the place of another: at every moment one of both is whole, whoever is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shanshui.plugin.bridge import folder_swap
from shanshui.plugin.core.errors import OutputError

ROOT = Path(__file__).resolve().parents[2]
FILES = 40


def folder(path: Path, words: str) -> Path:
    path.mkdir()
    for number in range(FILES):
        (path / f"a{number:08x}.gdbtable").write_text(words, encoding="utf-8")
    return path


def holds(path: Path) -> str:
    """The word that all files of a whole folder hold; "" for one that is not there."""
    if not path.exists():
        return ""
    words = {one.read_text(encoding="utf-8") for one in path.iterdir()}
    assert len(words) == 1 and len(list(path.iterdir())) == FILES, f"{path} is torn"
    return words.pop()


def test_a_new_folder_and_an_old_one(tmp_path: Path) -> None:
    target = tmp_path / "县.gdb"
    folder_swap.swap(folder(tmp_path / "made", "one"), target)
    assert holds(target) == "one"
    folder_swap.swap(folder(tmp_path / "made", "two"), target)
    assert holds(target) == "two" and list(tmp_path.iterdir()) == [target]


KILLED = """
import os, shutil, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import contender
contender.checkout()
from shanshui.plugin.bridge import folder_swap
left = int(sys.argv[3])
def counted(work):
    def step(*given, **more):
        global left
        if left == 0:
            os._exit(9)
        left -= 1
        return work(*given, **more)
    return step
os.rename, os.unlink, os.rmdir = counted(os.rename), counted(os.unlink), counted(os.rmdir)
folder_swap.swap(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("step", [0, 1, 2, 3, 4, 10, FILES + 2, FILES + 3, FILES + 4])
def test_killed_before_any_step_one_of_both_is_whole_and_the_next_run_tidies(tmp_path: Path, step: int) -> None:
    """The process ends before its step-th change of the disk: three renames, then the files of the old folder go one by one."""
    target, words = folder(tmp_path / "a.gdb", "old"), KILLED.format(tests=str(ROOT / "tests" / "bench"))
    made = folder(tmp_path / "made", "new")
    ended = subprocess.run([sys.executable, "-c", words, str(made), str(target), str(step)], check=False).returncode
    assert ended == (9 if step < FILES + 4 else 0)
    found = (holds(target), holds(folder_swap.previous(target)))
    assert found in {("old", ""), ("", "old"), ("new", "old"), ("new", "")}
    assert found == {0: ("old", ""), 1: ("", "old"), 2: ("new", "old")}.get(step, ("new", ""))
    folder_swap.tidy(target)
    assert holds(target) == ("old" if step < 2 else "new") and not folder_swap.previous(target).exists()


@pytest.mark.parametrize("held", ["old", "new"])
def test_where_a_folder_is_held_the_old_one_stays_and_the_new_one_is_kept(tmp_path: Path, monkeypatch: Any, held: str) -> None:
    target, made, rename = folder(tmp_path / "a.gdb", "old"), folder(tmp_path / "made", "new"), os.rename

    def refuse(source: Any, goal: Any) -> None:
        if (held == "old" and Path(source) == target) or (held == "new" and Path(source) == made and Path(goal) == target):
            raise PermissionError(13, "Permission denied", str(source))
        rename(source, goal)

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(OutputError) as refused:
        folder_swap.swap(made, target)
    assert refused.value.code == "output.in_use" and holds(target) == "old"
    assert holds(Path(str(refused.value.facts["kept"]))) == "new" and not folder_swap.previous(target).exists()


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.gdb").write_text("no folder", encoding="utf-8")
    with pytest.raises(OutputError, match=r"output\.not_a_folder"):
        folder_swap.check(tmp_path / "a.gdb")
