"""A journal left by a killed program, its file deleted since: a new result of that name must not be rolled back to the old one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")
from shanshui.plugin.bridge import sinks

_KILLED = """
import os, sqlite3, sys
link = sqlite3.connect(sys.argv[1], isolation_level=None)
link.execute("CREATE TABLE old (x)")
link.execute("PRAGMA cache_size = 1")
link.execute("BEGIN")
for _ in range(500):
    link.execute("INSERT INTO old VALUES (zeroblob(3000))")
os._exit(1)
"""


@pytest.mark.parametrize("emptied", [False, True])
def test_a_journal_without_its_file_is_not_replayed(tmp_path: Path, emptied: bool) -> None:
    target = tmp_path / "out.gpkg"
    subprocess.run([sys.executable, "-c", _KILLED, str(target)], check=False)
    assert target.with_name("out.gpkg-journal").stat().st_size > 0
    target.write_bytes(b"") if emptied else target.unlink()
    with sinks.staged(target) as stage:
        with closing(sqlite3.connect(stage / target.name)) as link:
            link.execute("CREATE TABLE new (x)")
            link.commit()
        sinks.swap(stage, target)
    with closing(sqlite3.connect(target)) as link:
        assert link.execute("SELECT name FROM sqlite_master").fetchall() == [("new",)]
