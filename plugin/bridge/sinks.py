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
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from osgeo import ogr
from qgis.core import (
    QgsCoordinateReferenceSystem,
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

__all__ = ["Target", "crs_of", "resolve", "settle", "staged", "write", "write_file"]

_OGR_TEXT = re.compile(r"^ogr:dbname=['\"](?P<path>.+?)['\"]\s*table=['\"](?P<table>.+?)['\"]")


@dataclass(frozen=True)
class Target:
    """A destination by its kind: none, memory, file or database; `path` and `layer` for a file."""

    kind: str
    text: str = ""
    path: Path = Path()
    layer: str = ""


def crs_of(text: str | None) -> QgsCoordinateReferenceSystem:
    """The QGIS CRS of a table's CRS text (an invalid one for None)."""
    crs = QgsCoordinateReferenceSystem()
    if text:
        crs.createFromUserInput(text)
    return crs


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
    try:
        stage = Path(tempfile.mkdtemp(prefix=".shanshui-", dir=folder))
    except OSError as failure:
        raise OutputError("output.folder_closed", path=str(folder), reason=failure.strerror) from failure
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def settle(target: Path) -> None:
    """Fold a left-over -wal or -journal of a SQLite target into it, so that it cannot be replayed over the new file.

    OutputError `output.locked` when another program holds it.
    """
    if not any(target.with_name(target.name + tail).exists() for tail in ("-wal", "-journal")):
        return
    try:
        with closing(sqlite3.connect(target, timeout=0.2, isolation_level=None)) as link:
            busy = link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            mode = link.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.Error as failure:
        raise OutputError("output.locked", path=str(target), reason=str(failure)) from failure
    if busy or mode != "delete" or target.with_name(target.name + "-wal").exists():
        raise OutputError("output.locked", path=str(target), reason="WAL")


def swap(stage: Path, target: Path) -> None:
    """Move the staged files over the target and its companions of the same stem, one `os.replace` each."""
    settle(target)
    for made in sorted(stage.iterdir(), key=lambda one: one.name == target.name):
        try:
            os.replace(made, target.with_name(made.name))
        except OSError as failure:
            kept = target.with_name(f"{target.stem}.new{target.suffix}")
            shutil.move(str(stage / target.name), kept)
            raise OutputError("output.in_use", path=str(target), kept=str(kept), reason=failure.strerror) from failure


def write_file(
    target: Target, tables: Iterable[Table], kind: str, known: list[QgsFields], progress: Progress = SILENT
) -> tuple[int, QgsFields]:
    """Write tables as one layer of a file, staged, read back and swapped in; the number of rows and the fields written.

    An existing container with other tables is copied first, so that they stay. OutputError `output.unknown_format`,
    `output.not_written`, `output.count_differs`; the old file is untouched then.
    """
    if target.path.is_dir():
        raise OutputError("output.is_folder", path=str(target.path))
    driver = QgsVectorFileWriter.driverForExtension(target.path.suffix)
    if not driver:
        raise OutputError("output.unknown_format", path=str(target.path))
    with staged(target.path) as stage:
        made = stage / target.path.name
        whole = driver == "GPKG" and target.path.is_file()
        if whole:
            _copy_container(target.path, made)
        count, fields = _fill(made, target.layer, driver, whole, tables, kind, known, progress.part(0, 0.95))
        _verify(made, target.layer if driver == "GPKG" else "", count)
        progress.check()
        swap(stage, target.path)
    return count, fields


def _copy_container(source: Path, copy: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=2)) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as failure:
        raise OutputError("output.not_a_container", path=str(source), reason=str(failure)) from failure


def _fill(
    made: Path, layer: str, driver: str, whole: bool, tables: Iterable[Table], kind: str, known: list[QgsFields], progress: Progress
) -> tuple[int, QgsFields]:
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
    return Table(table.rows.drop(columns=[name for name in table.fields if name.lower() == "fid"]), table.geometry, table.crs, table.name, table.layer)


def _verify(made: Path, layer: str, count: int) -> None:
    source = ogr.Open(str(made))
    found = source.GetLayerByName(layer) if source is not None and layer else source.GetLayer(0) if source is not None else None
    there = found.GetFeatureCount() if found is not None else -1
    del found, source
    if there != count:
        raise OutputError("output.count_differs", path=made.name, written=count, found=there)


def write(
    alg: Any, parameters: dict[str, Any], name: str, context: QgsProcessingContext, result: Table | Iterable[Table], kind: str,
    known: list[QgsFields], progress: Progress = SILENT, inputs: Iterable[str] = (),
) -> tuple[str, int]:
    """Write a result to the destination of parameter `name`; what Processing returns for it, and the number of rows.

    OutputError `output.is_input` when the destination is one of `inputs` (paths), before anything is written.
    """
    target = resolve(alg.parameterAsOutputLayer(parameters, name, QgsProcessingContext()))
    tables: Iterable[Table] = [result] if isinstance(result, Table) else result
    if not isinstance(result, Table):
        progress = progress.quiet()  # a stream reports as it is computed
    if target.kind == "none":
        return "", 0
    if target.kind == "file":
        if any(_same(target.path, one) for one in inputs):
            raise OutputError("output.is_input", path=str(target.path))
        count, _ = write_file(target, tables, kind, known, progress)
        return alg.parameterAsOutputLayer(parameters, name, context), count
    several = iter(tables)
    first = next(several)
    fields = layers.fields_of(first, known)
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


def _same(path: Path, text: str) -> bool:
    other = Path(text.split("|")[0]) if text else None
    if other is None or not other.exists():
        return False
    return path.exists() and os.path.samefile(path, other)
