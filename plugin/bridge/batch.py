"""The results of one run: all written beside their targets first, and swapped in together when the last is there.

A run that fails or is stopped half-way leaves every target as it was, however many it has.
"""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Any

from osgeo import ogr
from qgis.core import QgsFields, QgsVectorFileWriter

from ..core.errors import OutputError
from ..core.progress import SILENT, Progress
from ..core.table import Table
from . import sinks

__all__ = ["Batch", "check", "driver_of"]

_BUSY = (5, 6)  # SQLITE_BUSY, SQLITE_LOCKED
_PATIENCE = 8  # looks at a busy file, a quarter of a second apart
_PAGES = 20_000  # of a container copied between two looks at the cancel button


def check(target: Path) -> None:
    """OutputError `output.is_folder`, `output.no_folder`, `output.read_only`, `output.locked` when nothing can be written to `target`."""
    if target.is_dir():
        raise OutputError("output.is_folder", path=str(target))
    if not target.parent.is_dir():
        raise OutputError("output.no_folder", path=str(target.parent))
    if target.exists():
        if not target.stat().st_mode & stat.S_IWUSR:
            raise OutputError("output.read_only", path=str(target))
        sinks.settle(target)


def driver_of(target: Path) -> str:
    """The OGR driver that a file name's ending asks for; OutputError `output.unknown_format`."""
    driver = str(QgsVectorFileWriter.driverForExtension(target.suffix))
    if not driver:
        raise OutputError("output.unknown_format", path=str(target))
    return driver


class Batch:
    """Used as a context: `write` the layers, `finish`; leaving it without `finish` throws away what was staged."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._stages: dict[Path, Path] = {}
        self._taken: set[tuple[Path, str]] = set()

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def stage(self, target: Path) -> Path:
        """The folder beside `target` in which it is made; one for all layers of a file. Errors as `sinks.staged`."""
        key = target.absolute()
        if key not in self._stages:
            self._stages[key] = self._stack.enter_context(sinks.staged(target))
        return self._stages[key]

    def write(
        self, target: sinks.Target, tables: Iterable[Table], kind: str, known: list[QgsFields], progress: Progress = SILENT
    ) -> tuple[int, QgsFields]:
        """Write tables as one layer of a file and read it back; the number of rows and the fields written.

        An existing container with other tables is copied first, so that they stay. OutputError as `check` and `driver_of`, and `output.twice`,
        `output.not_a_container`, `output.not_written`, `output.count_differs`.
        """
        driver = driver_of(target.path)
        check(target.path)
        container = driver == "GPKG"
        place = (target.path.absolute(), target.layer.lower() if container else "")
        if place in self._taken:
            raise OutputError("output.twice", path=target.text)
        self._taken.add(place)
        made = self.stage(target.path) / target.path.name
        if container and not made.exists() and target.path.is_file():
            _copy(target.path, made, progress)
        count, fields = sinks.fill(made, target.layer, driver, container and made.exists(), tables, kind, known, progress.part(0, 0.95))
        _verify(made, target.layer if container else "", count)
        progress.check()
        return count, fields

    def finish(self) -> None:
        """Swap everything in; OutputError `output.locked`, `output.in_use`."""
        for target in self._stages:
            check(target)
        for target, stage in self._stages.items():
            sinks.swap(stage, target)


def _copy(source: Path, copy: Path, progress: Progress) -> None:
    """A container copied as one consistent state; a writer that holds it is waited for two seconds."""
    busy = 0

    def look(status: int, left: int, whole: int) -> None:
        nonlocal busy
        progress.check()
        busy = busy + 1 if status in _BUSY else 0
        if busy > _PATIENCE:
            raise OutputError("output.locked", path=str(source), reason="SQLite")

    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=2)) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new, pages=_PAGES, progress=look)
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as failure:
        locked = "locked" in str(failure)
        raise OutputError("output.locked" if locked else "output.not_a_container", path=str(source), reason=str(failure)) from failure
    except sqlite3.Error as failure:
        raise OutputError("output.not_a_container", path=str(source), reason=str(failure)) from failure


def _verify(made: Path, layer: str, count: int) -> None:
    source: Any = ogr.Open(str(made))
    found = source.GetLayerByName(layer) if source is not None and layer else source.GetLayer(0) if source is not None else None
    there = found.GetFeatureCount() if found is not None else -1
    del found, source
    if there != count:
        raise OutputError("output.count_differs", path=made.name, written=count, found=there)
