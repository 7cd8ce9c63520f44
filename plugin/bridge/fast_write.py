"""Rows into a GeoPackage layer in bulk, in a thread of their own; the file is what QgsVectorFileWriter would have written.

(But for rows without a shape: these get none, where QGIS writes an empty one.)

QGIS creates the layer, empty, so that fields, CRS and extensions are its own work. Rows then go in by one prepared statement
with the triggers put away, the extent, the count and the spatial index are written at the end, and the triggers come back.
"""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from qgis.core import QgsFields
from qgis.PyQt.QtCore import QVariant

from ..core import measure
from ..core.errors import OutputError
from ..core.progress import SILENT, Progress
from ..core.table import Table
from . import spatial_index
from .memory import give_back

__all__ = ["fits", "write"]

Array = np.ndarray[Any, Any]

_KINDS = {
    int(QVariant.Type.Int): "i",
    int(QVariant.Type.LongLong): "i",
    int(QVariant.Type.Double): "f",
    int(QVariant.Type.Bool): "b",
    int(QVariant.Type.String): "s",
    int(QVariant.Type.Date): "d",
}
_ROWS = 5_000  # rows turned into records between two looks at the cancel button
_HEADER = np.dtype([("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "<i4"), ("box", "<f8", (4,))])
_MULTI = {3: 6, 2: 5}  # the multi type of a WKB polygon and line


def fits(table: Table, fields: QgsFields, kind: str) -> bool:
    """Whether the rows can go in bulk: plain field types that match the columns, straight 2-D shapes of one kind."""
    if kind not in ("polygon", "line", "point", "table"):
        return False
    if any(field.name().lower() in ("geom", "ogc_fid") for field in fields):
        return False
    return all(_matches(table.rows[field.name()], _KINDS.get(int(field.type()), "")) for field in fields)


def _matches(column: pd.Series[Any], kind: str) -> bool:
    if kind == "s":
        return column.dtype == object and all(type(value) is str for value in column[column.notna()])
    if kind == "d":
        return column.dtype == object and all(type(value).__name__ == "date" for value in column[column.notna()])
    if kind == "b":
        return bool(pd.api.types.is_bool_dtype(column))
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return numeric and (kind == "f" or (kind == "i" and bool(pd.api.types.is_integer_dtype(column))))


def write(path: Path, layer: str, fields: QgsFields, kind: str, tables: Iterable[Table], progress: Progress = SILENT) -> int:
    """Put the rows of `tables` into the empty layer of a GeoPackage that nobody else has open; the number of rows.

    OutputError `output.not_written`. Raises Cancelled.
    """
    names = [field.name() for field in fields]
    kinds = [_KINDS[int(field.type())] for field in fields]
    decimals = [int(field.precision()) for field in fields]
    inserter = _Inserter(path, layer, names)
    count = 0
    try:
        for table in tables:
            for part in progress.chunks(len(table), _ROWS):
                some = table.take(part)
                columns = [_values(some.rows[name], of, places) for name, of, places in zip(names, kinds, decimals)]
                inserter.put((columns, None if kind == "table" else _prepared(some.shapes, kind), len(some)))
            count += len(table)
            give_back()
    except BaseException:
        inserter.stop()
        raise
    inserter.finish()
    return count


def _prepared(shapes: Array, kind: str) -> tuple[Array, Array, Array, Array]:
    """WKB, boxes, which shapes need a multi head, and which are empty."""
    single = shapely.get_type_id(shapes) == {"polygon": 3, "line": 1}.get(kind, -1)
    flat = shapely.force_2d(shapes) if (shapely.get_coordinate_dimension(shapes) > 2).any() else shapes
    return shapely.to_wkb(flat, byte_order=1), shapely.bounds(flat), single, shapely.is_empty(flat)


def _values(column: pd.Series[Any], kind: str, decimals: int) -> list[Any]:
    """A column as SQLite takes it, missing values as None; a number is rounded to the decimals of its field, as QGIS does."""
    gone = column.isna().to_numpy()
    if kind in "ib":
        whole = column.astype("Int64").to_numpy(np.int64, na_value=0) if gone.any() else column.to_numpy().astype(np.int64)
        values = whole.tolist()
    elif kind == "f":
        numbers = column.to_numpy(dtype=float, na_value=np.nan)
        values = (measure.round_half_away(numbers, decimals) if decimals > 0 else numbers).tolist()
    elif kind == "d":
        values = [None if absent else value.isoformat() for value, absent in zip(column, gone)]
    else:
        values = [value if type(value) is str else str(value) for value in column.tolist()]
    if gone.any():
        for at in np.flatnonzero(gone):
            values[at] = None
    return values


class _Inserter:
    """The thread that holds the file: takes batches of (columns, prepared shapes, number) from a short queue."""

    def __init__(self, path: Path, layer: str, names: list[str]) -> None:
        self.path, self.layer, self.names = path, layer, names
        self.failure: BaseException | None = None
        self.dropped = False
        self._batches: queue.Queue[Any] = queue.Queue(maxsize=2)
        self._thread = threading.Thread(target=self._work, name="geopackage", daemon=True)
        self._thread.start()

    def put(self, batch: Any) -> None:
        while True:
            self._raise()
            try:
                self._batches.put(batch, timeout=0.2)
            except queue.Full:
                continue
            return

    def finish(self) -> None:
        self.put(None)
        self._thread.join()
        self._raise()

    def stop(self) -> None:
        """Leave the file as it is: it is going to be thrown away."""
        self.dropped = True
        with contextlib.suppress(queue.Full):
            self._batches.put_nowait(None)
        self._thread.join()

    def _raise(self) -> None:
        if self.failure is not None:
            raise OutputError("output.not_written", path=self.path.name, reason=str(self.failure)) from self.failure

    def _work(self) -> None:
        try:
            with closing(sqlite3.connect(self.path, isolation_level=None)) as link:
                self._fill(link)
        except BaseException as failure:  # noqa: BLE001  (raised in the thread that asked)
            self.failure = failure

    def _fill(self, link: sqlite3.Connection) -> None:
        layer = _Layer(link, self.layer, self.names)
        count, ids, boxes = 0, [np.empty(0, dtype=np.int64)], [np.empty((0, 4))]
        while not self.dropped:
            try:
                batch = self._batches.get(timeout=0.2)
            except queue.Empty:
                continue
            if batch is None:
                break
            columns, prepared, number = batch
            keys = layer.insert(columns, prepared, count, number)
            if prepared is not None:
                drawn = ~(np.isnan(prepared[1]).any(axis=1) | prepared[3])
                ids.append(keys[drawn])
                boxes.append(prepared[1][drawn])
            count += number
        if not self.dropped:
            layer.close(count, np.concatenate(ids), np.concatenate(boxes))


class _Layer:
    """The tables of one layer inside an open transaction."""

    def __init__(self, link: sqlite3.Connection, layer: str, names: list[str]) -> None:
        self.link, self.layer = link, layer
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE", "cache_size = -65536"):
            link.execute(f"PRAGMA {pragma}")
        link.execute("BEGIN")
        found = link.execute("SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)).fetchone()
        self.geometry, self.srs = found or (None, 0)
        self.key = next(row[1] for row in link.execute(f"PRAGMA table_info({_quoted(layer)})") if row[5])
        own = next((at for at, name in enumerate(names) if name.lower() == self.key.lower()), None)
        self.own_key = own
        self.triggers = link.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (layer,)).fetchall()
        for name, _ in self.triggers:
            link.execute(f"DROP TRIGGER {_quoted(name)}")
        columns = [self.key, *([self.geometry] if self.geometry else []), *(name for at, name in enumerate(names) if at != own)]
        marks = ", ".join("?" * len(columns))
        self.statement = f"INSERT INTO {_quoted(layer)} ({', '.join(map(_quoted, columns))}) VALUES ({marks})"  # nosec B608

    def insert(self, columns: list[list[Any]], prepared: Any, count: int, number: int) -> Array:
        """Put in `number` rows; their keys."""
        keys = np.array(columns[self.own_key]) if self.own_key is not None else np.arange(count + 1, count + number + 1)
        rest = [column for at, column in enumerate(columns) if at != self.own_key]
        shapes = [] if prepared is None else [_blobs(self.srs, *prepared)]
        self.link.executemany(self.statement, zip(keys.tolist(), *shapes, *rest))
        return keys

    def close(self, count: int, ids: Array, boxes: Array) -> None:
        """Index, extent, count and triggers; then commit."""
        link, layer = self.link, self.layer
        index = f"rtree_{layer}_{self.geometry}"
        if self.geometry and link.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (index,)).fetchone():
            spatial_index.fill(link, index, ids, boxes)
        if len(boxes):
            extent = [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]
            link.execute("UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?", (*extent, layer))
        link.execute("UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE table_name = ?", (layer,))
        if link.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_ogr_contents'").fetchone():
            link.execute("UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", (count, layer))
        for _, words in self.triggers:
            link.execute(words)
        link.execute("COMMIT")


def _blobs(srs: int, wkb: Array, boxes: Array, single: Array, empty: Array) -> list[bytes | None]:
    """GeoPackage geometry blobs: header with envelope, a multi head before single shapes, WKB; None for no shape."""
    heads = np.zeros(len(wkb), dtype=_HEADER)
    heads["magic"], heads["flags"], heads["srs"] = b"GP", 0b00000011, srs  # little-endian, envelope of x and y
    heads["box"] = boxes[:, [0, 2, 1, 3]]
    raw = heads.tobytes()
    size = _HEADER.itemsize
    out: list[bytes | None] = []
    for at, (body, alone) in enumerate(zip(wkb, single)):
        if body is None:
            out.append(None)
            continue
        head = raw[at * size : (at + 1) * size]
        if alone:
            head += b"\x01" + bytes((_MULTI[body[1]], 0, 0, 0)) + b"\x01\x00\x00\x00"
        out.append(head + body)
    for at in np.flatnonzero(empty):
        body = wkb[at]
        if body is not None:  # an empty shape has no envelope, and says so
            out[at] = b"GP\x00\x11" + int(srs).to_bytes(4, "little", signed=True) + body
    return out


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
