"""VCT files on disk: read into a GeoPackage table by table, and written, read back and put in place."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ...core import rejected
from ...core.errors import InputError, OutputError
from ...core.exchange.vct.head import is_vct
from ...core.exchange.vct.reading import Notes, read_vct
from ...core.exchange.vct.writing import Index, Written, write_vct
from ...core.finding import Finding
from ...core.progress import Progress
from ...core.projection import reproject
from ...core.schema import Layer, Pack
from ...core.table import Table
from .. import sinks
from ..outcome import geometry_of
from .text_files import TextFile, TextOut, opened
from .wkb_spool import Spool

__all__ = ["ENCODING", "Import", "export", "keys_of", "sniff"]

ENCODING = "gb18030"
_LOOK = 4096
# what rounding of vertices to 0.1 mm may do to an area, for each metre of border
_MOVED = 1e-4


def sniff(path: Path) -> TextFile:
    """The file as text; InputError `vct.not_vct` where its beginning is not that of a Chinese VCT file (Idrisi uses the same ending)."""
    text = opened(path)
    with path.open("rb") as stream:
        start = stream.read(_LOOK)
    if not is_vct(start.decode(text.guess.encoding, "replace")):
        raise InputError("vct.not_vct", path=str(path), found=text.guess.sample[:40])
    return text


class Import:
    """One import: `write` puts the tables into a GeoPackage of a batch; then `findings` and `aside` are whole."""

    def __init__(self, path: Path, packs: Mapping[str, Pack], wanted: Sequence[str], progress: Progress) -> None:
        self.path, self.pack, self.notes = path, packs["exchange"], Notes()
        self.keys = keys_of(packs)
        self.wanted = {one.strip().upper() for one in wanted if one.strip()}
        self.text = sniff(path)
        self.text._progress = progress
        self.counts: dict[str, int] = {}

    def write(self, target: Path, batch: Any) -> dict[str, int]:
        """The tables as layers of `target`; rows by layer. Errors as `read_vct` and `Batch.write`; InputError `vct.no_such_layer`."""
        with Spool() as spool:
            chosen = (lambda name: name in self.wanted) if self.wanted else None
            for table in read_vct(self.text, self.pack, self.notes, spool, chosen, self.keys):
                place = sinks.Target("file", f"{target}|layername={table.name}", target, table.name)
                count, _ = batch.write(place, [table], geometry_of(table), [])
                self.counts[table.name] = count
        missing = self.wanted - {name.upper() for name in self.counts}
        if missing:
            raise InputError("vct.no_such_layer", layers=", ".join(sorted(missing)), present=", ".join(self.notes.tables) or "—")
        if not self.counts:
            raise InputError("vct.nothing_read", path=str(self.path), first=next((one.code for one in self.notes.findings), "—"))
        return self.counts

    def findings(self) -> list[Finding]:
        """What was wrong with the file."""
        more = []
        if self.text.lost:
            name = self.path.name
            facts = {"layer": name, "count": self.text.lost, "line": self.text.first_lost, "encoding": self.text.guess.encoding}
            more.append(Finding("text.lost", "error", name, str(self.text.first_lost), facts=facts))
        head = self.notes.head
        if head is not None and head.crs is None:
            spheroid, parameters = head.value("spheroid"), head.value("parameters")
            more.append(Finding("vct.no_crs", "warning", self.path.name, facts={"spheroid": spheroid, "parameters": parameters}))
        return [*more, *self.notes.findings]

    def aside(self) -> Table:
        """What was set aside, in the CRS of the file."""
        return rejected.gather(self.notes.aside, self.notes.head.crs if self.notes.head is not None else None)


def keys_of(packs: Mapping[str, Pack]) -> dict[str, str]:
    """The field that names a row, by layer name in upper case, as the pages of the packs have it."""
    return {name.upper(): page.key for pack in packs.values() for name, page in pack.layers.items() if page.key}


def export(
    target: Path, tables: Sequence[Table], pages: Sequence[Layer | None], crs: str, packs: Mapping[str, Pack], index: bool, batch: Any,
    progress: Progress,
) -> Written:
    """Write tables as a VCT 3.0 file staged in `batch`, and read it back; what was written.

    Errors as `write_vct`, and OutputError `vct.differs` where what was read back is not what was written. Raises Cancelled.
    """
    moved, pack = [reproject(one, crs) for one in tables], packs["exchange"]
    made = batch.stage(target) / target.name
    today = datetime.date.today().strftime("%Y%m%d")
    with TextOut(made, ENCODING) as out:
        done = write_vct(moved, pages, crs, today, pack, out.put, index, progress.part(0.0, 0.6))
    for one in done.index:
        _write_index(made.with_name(f"{target.stem}_{one.layer}.idx"), one, pack)
    _verify(made, moved, done, packs, progress.part(0.6, 1.0))
    return done


def _write_index(path: Path, index: Index, pack: Pack) -> None:
    boxes = np.concatenate(index.boxes) if index.boxes else np.empty((0, 4))
    with TextOut(path, ENCODING) as out:
        mark = pack.value("vct", "index_mark")
        out.put(f"DataMark:{mark}\r\n3.0\r\nIndexBegin\r\n")
        rows = zip(index.ids, boxes.tolist(), index.shapes, index.rows)
        out.put("".join(f"{one},{','.join(f'{value:.4f}' for value in box)},{shape},{row}\r\n" for one, box, shape, row in rows))
        out.put("IndexEnd\r\n")


def _verify(made: Path, tables: Sequence[Table], done: Written, packs: Mapping[str, Pack], progress: Progress) -> None:
    """Read the file back: rows, area or length, and the texts of each layer."""
    changed = any(one.code == "vct.text_changed" for one in done.findings)
    notes, keys = Notes(), keys_of(packs)
    with Spool() as spool:
        read = read_vct(opened(made, ENCODING, progress), packs["exchange"], notes, spool, None, keys)
        back = {one.name: _digest(one) for one in read}
    for table in tables:
        kept = table
        if table.geometry is not None:
            kept = table.take(~(shapely.is_missing(table.shapes) | shapely.is_empty(table.shapes)))
        if not len(kept) and table.name not in back:
            continue
        key = kept.named(keys.get(table.name.upper()) or "BSM")
        if key not in kept.fields or kept.rows[key].isna().any():  # nothing says which objects are parts of one row
            kept = _in_parts(kept)
        rows, size, border, text = _digest(kept)
        there = back.get(table.name, (0, 0.0, 0.0, ""))
        same = there[0] == rows and abs(there[1] - size) <= _MOVED * max(border, 1.0) and (changed or there[3] == text)
        if not same:
            found = next((one.code for one in notes.findings), "—")
            raise OutputError("vct.differs", layer=table.name, written=rows, found=there[0], size=f"{size:.4f}", there=f"{there[1]:.4f}", first=found)


def _in_parts(table: Table) -> Table:
    """A row for every part of a polygon."""
    if table.geometry is None or not len(table) or shapely.get_dimensions(table.shapes[0]) != 2:
        return table
    parts, row = shapely.get_parts(table.shapes, return_index=True)
    return table.take(row).with_geometry(parts)


def _digest(table: Table) -> tuple[int, float, float, str]:
    """Rows, area (length of lines), border length, and a hash of the texts of a layer."""
    digest = hashlib.sha256()
    for name in table.fields:
        if table.rows[name].dtype.kind in "OM":  # times are texts in the file
            digest.update("\x1f".join("" if one is None or one != one or not str(one).strip() else str(one) for one in table.rows[name]).encode())
    if table.geometry is None or not len(table):
        return len(table), 0.0, 0.0, digest.hexdigest()
    sizes = shapely.area(table.shapes) if shapely.get_dimensions(table.shapes[0]) == 2 else shapely.length(table.shapes)
    return len(table), float(sizes.sum()), float(shapely.length(table.shapes).sum()), digest.hexdigest()
