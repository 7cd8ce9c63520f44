"""Where results go: staged beside the target, read back, then swapped in, so that what was there survives a failure.

A sink that QGIS opens wipes what was there at once; therefore a file destination is resolved without opening it,
and memory or database sinks are opened when everything is computed.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from osgeo import ogr
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeatureSink,
    QgsFields,
    QgsProcessingContext,
    QgsVectorFileWriter,
)

from ..core.errors import OutputError
from ..core.progress import SILENT, Progress
from ..core.table import Table
from . import fast_write, layers
from .crs_text import crs_of

__all__ = ["Target", "fill", "resolve", "settle", "staged", "write", "write_file"]

_STAGE = ".shanshui-"
_STALE_AFTER = 2 * 86_400  # seconds: no run takes two days
# files beside a Shapefile that describe its old rows
_STALE = (".qix", ".sbn", ".sbx", ".cpg", ".prj", ".idm", ".ind")
_OGR_TEXT = re.compile(r"^ogr:dbname=['\"](?P<path>.+?)['\"]\s*table=['\"](?P<table>.+?)['\"]")


@dataclass(frozen=True)
class Target:
    """A destination by its kind: none, memory, file or database; `path` and `layer` for a file."""

    kind: str
    text: str = ""
    path: Path = Path()
    layer: str = ""


def resolve(text: str) -> Target:
    """What kind of place a destination string names."""
    if not text:
        return Target("none")
    if text.startswith("memory:"):
        return Target("memory", text)
    named = _OGR_TEXT.match(text)
    if named:
        return Target("file", text, Path(named["path"]), named["table"])
    if re.match(r"^[a-z]+://", text) or text.startswith(("postgis:", "postgres:")) or re.match(r"^\w+=", text):
        return Target("database", text)
    path = Path(text)
    return Target("file", text, path, path.stem)


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A temporary folder beside `target`, gone at the end whatever happens.

    OutputError `output.no_folder` or `output.folder_closed` when nothing can be written there.
    """
    folder = target.parent
    if not folder.is_dir():
        raise OutputError("output.no_folder", path=str(folder))
    _sweep(folder)
    try:
        stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=folder))
    except OSError as failure:
        raise OutputError("output.folder_closed", path=str(folder), reason=failure.strerror) from failure
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Take away what a killed run left here days ago."""
    for old in folder.glob(f"{_STAGE}*"):
        if old.is_dir() and time.time() - old.stat().st_mtime > _STALE_AFTER:
            shutil.rmtree(old, ignore_errors=True)


def settle(target: Path) -> None:
    """Fold a left-over -wal or -journal of a SQLite target into it, so that it cannot be replayed over the new file; see that nobody writes.

    OutputError `output.locked` when another program holds it. A file that is not SQLite's is left alone.
    """
    if not _is_sqlite(target):
        if not target.exists() or not target.stat().st_size:
            # a journal whose file somebody deleted would be replayed over the new one by the first who reads it
            for tail in ("-wal", "-journal", "-shm"):
                _forget(target.with_name(target.name + tail))
        return
    left_over = any(target.with_name(target.name + tail).exists() for tail in ("-wal", "-journal"))
    try:
        with closing(sqlite3.connect(target, timeout=0.2, isolation_level=None)) as link:
            busy, mode = 0, "delete"
            if left_over:
                busy = link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                mode = link.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
            link.execute("BEGIN IMMEDIATE")
            link.execute("ROLLBACK")
    except sqlite3.OperationalError as failure:
        raise OutputError("output.locked", path=str(target), reason=str(failure)) from failure
    except sqlite3.DatabaseError as failure:
        raise OutputError("output.not_a_container", path=str(target), reason=str(failure)) from failure
    if busy or mode != "delete" or target.with_name(target.name + "-wal").exists():
        raise OutputError("output.locked", path=str(target), reason="WAL")


def _is_sqlite(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(16) == b"SQLite format 3\0"


def swap(stage: Path, target: Path) -> None:
    """Move the staged files over the target and its companions of the same stem; indexes of an old Shapefile go.

    OutputError `output.in_use` where one is held: all old files stay as they were, and the new ones are kept beside them as <stem>.new.
    """
    settle(target)
    made = sorted(stage.iterdir(), key=lambda one: one.name == target.name)
    try:
        _replace(made, target.parent, stage / ".old")
    except OSError as failure:
        for one in made:
            shutil.move(str(one), _beside(one.name, target))
        kept = _beside(target.name, target)
        raise OutputError("output.in_use", path=str(target), kept=str(kept), reason=failure.strerror) from failure
    if target.suffix.lower() == ".shp":
        new = {one.name for one in made}
        for tail in _STALE:
            if target.with_suffix(tail).name not in new:
                _forget(target.with_suffix(tail))


def _replace(made: list[Path], folder: Path, old: Path) -> None:
    """Put files into a folder, one in a single step; of several the old ones step aside first, so that no .dbf meets the .shp of another run."""
    moved: list[tuple[Path, Path]] = []

    def move(source: Path, goal: Path) -> None:
        os.replace(source, goal)
        moved.append((source, goal))

    try:
        if len(made) > 1:
            old.mkdir()
            for one in made:
                if (folder / one.name).exists():
                    move(folder / one.name, old / one.name)
        for one in made:
            move(one, folder / one.name)
    except OSError:
        for source, goal in reversed(moved):
            os.replace(goal, source)
        raise


def _beside(name: str, target: Path) -> Path:
    """Where a new file is kept whose place is held: x.new.shp for x.shp, x.new.shp.xml for x.shp.xml."""
    head = target.stem if name.startswith(target.stem) else Path(name).stem
    return target.with_name(f"{head}.new{name[len(head):]}")


def _forget(index: Path) -> None:
    try:
        index.unlink()
    except OSError:  # it is not there, or a program holds it: that program knows it is stale
        return


def write_file(
    target: Target, tables: Iterable[Table], kind: str, known: list[QgsFields], progress: Progress = SILENT
) -> tuple[int, QgsFields]:
    """Write tables as one layer of a file, staged, read back and swapped in; the number of rows and the fields written.

    Errors as `Batch.write` and `Batch.finish`; the old file is untouched then.
    """
    from .batch import Batch

    with Batch() as batch:
        count, fields = batch.write(target, tables, kind, known, progress)
        batch.finish()
    return count, fields


def fill(
    made: Path, layer: str, driver: str, whole: bool, tables: Iterable[Table], kind: str, known: list[QgsFields], progress: Progress
) -> tuple[int, QgsFields]:
    """Write tables as one layer of the file `made` (`whole`: beside the layers it has); the number of rows and the fields."""
    several = iter(tables)
    first = next(several)
    fields = layers.fields_of(first, known)
    if driver == "GPKG" and not _key_fits(first, isinstance(tables, list) and len(tables) == 1):
        first, several = _without_key(first), (_without_key(one) for one in several)
        fields = layers.fields_of(first, known)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName, options.fileEncoding = driver, layer, "UTF-8"
    action = QgsVectorFileWriter.ActionOnExistingFile
    options.actionOnExistingFile = action.CreateOrOverwriteLayer if whole else action.CreateOrOverwriteFile
    writer = QgsVectorFileWriter.create(
        str(made), fields, layers.wkb_type(kind), crs_of(first.crs), QgsCoordinateTransformContext(), options
    )
    if writer.hasError() != QgsVectorFileWriter.WriterError.NoError:
        raise OutputError("output.not_written", path=str(made.name), reason=writer.errorMessage())
    if driver == "GPKG" and fast_write.fits(first, fields, kind):
        del writer
        return fast_write.write(made, layer, fields, kind, chain([first], several), progress), fields
    count = 0
    for table in chain([first], several):
        for feature in layers.features(table, fields, kind, progress):
            if not writer.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
                raise OutputError("output.not_written", path=str(made.name), reason=writer.errorMessage())
        count += len(table)
    del writer
    return count, fields


def _key_fits(table: Table, complete: bool) -> bool:
    key = next((name for name in table.fields if name.lower() == "fid"), None)
    if key is None:
        return True
    column = table.rows[key]
    return complete and bool(column.notna().all() and column.is_unique)


def _without_key(table: Table) -> Table:
    """A GeoPackage's own `fid` cannot hold repeated numbers; the column is its key, not data."""
    rows = table.rows.drop(columns=[name for name in table.fields if name.lower() == "fid"])
    return Table(rows, table.geometry, table.crs, table.name, table.layer)


def write(
    alg: Any, parameters: dict[str, Any], name: str, context: QgsProcessingContext, result: Table | Iterable[Table], kind: str,
    known: list[QgsFields], progress: Progress = SILENT, inputs: Iterable[tuple[str, str]] = (), batch: Any = None,
) -> tuple[str, int]:
    """Write a result to the destination of parameter `name`; what Processing returns for it, and the number of rows.

    inputs: (path, layer) of what was read; batch: the Batch that a file is staged in, else it is swapped in at once. OutputError
    `output.is_input` when the destination is one of the inputs, before anything is written.
    """
    target = resolve(alg.parameterAsOutputLayer(parameters, name, QgsProcessingContext()))
    tables: Iterable[Table] = [result] if isinstance(result, Table) else result
    if not isinstance(result, Table):
        progress = progress.quiet()  # a stream reports as it is computed
    if target.kind == "none":
        return "", 0
    if target.kind == "file":
        if any(_same(target, *one) for one in inputs):
            raise OutputError("output.is_input", path=str(target.path))
        count, _ = (batch.write if batch is not None else write_file)(target, tables, kind, known, progress)
        return alg.parameterAsOutputLayer(parameters, name, context), count
    several = iter(tables)
    first = next(several)
    fields = layers.fields_of(first, known)
    if target.kind == "memory":
        fields = layers.without_aliases(fields)
    sink, destination = alg.parameterAsSink(parameters, name, context, fields, layers.wkb_type(kind), crs_of(first.crs))
    if sink is None:
        raise OutputError("output.not_written", path=target.text, reason="")
    count = 0
    for table in chain([first], several):
        for feature in layers.features(table, fields, kind, progress):
            if not sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
                raise OutputError("output.not_written", path=target.text, reason=sink.lastError() if hasattr(sink, "lastError") else "")
        count += len(table)
    del sink
    return destination, count


def _same(target: Target, text: str, layer: str) -> bool:
    """Whether a target is the layer that was read: the file, and in a GeoPackage the layer of that name too."""
    other = Path(text.split("|")[0]) if text else None
    if other is None or not other.exists() or not target.path.exists() or not os.path.samefile(target.path, other):
        return False
    if not _is_sqlite(target.path):
        return True
    source = None if layer else ogr.Open(text)
    name = layer or (source.GetLayer(0).GetName() if source is not None and source.GetLayerCount() else target.layer)
    return bool(name.lower() == target.layer.lower())
