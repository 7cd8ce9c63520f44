"""The parcels of a layer made ready for coordinate files: CRS, attributes by column, names of files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...core import rejected
from ...core.errors import CrsError, InputError
from ...core.exchange.txt.dialects import dialect_named
from ...core.exchange.txt.writing import texts_of, write_txt
from ...core.exchange.zones import plane_in
from ...core.progress import Progress
from ...core.projection import reproject
from ...core.schema import Pack
from ...core.table import Table
from ..register_books import made_folder
from .txt_files import ENCODINGS, Job, export

__all__ = ["Export", "head_of"]


class Export:
    """What is to be written, computed at once; `write` stages it. done: the texts; aside: rows without a shape to write; unused: columns that the
    dialect has no place for.

    given: values by parameter; chosen: column by field, None for the first of the pack's that the layer has. CrsError `crs.missing`,
    `crs.not_a_zone`, `crs.no_shift`; InputError `txt.unknown_dialect`, `txt.bad_header`, `txt.nothing_to_write`, and as `write_txt`.
    """

    def __init__(self, given: Mapping[str, Any], chosen: Mapping[str, str | None], output: Path, progress: Progress) -> None:
        pack, table = given["PACK"], given["INPUT"]
        crs = given["CRS"] or table.crs
        if not crs:
            raise CrsError("crs.missing", layer=table.name)
        plane_in(crs, pack)
        split = given["SPLIT"] == "features"
        bare = output.with_suffix("") if output.suffix.lower() == ".txt" else output
        target = bare if split else output if output.suffix else output.with_suffix(".txt")
        dialect, day = dialect_named(pack, given["DIALECT"]), given["DATE"].isoformat()
        self.job = Job(target, dialect, given["ENCODING"], split, crs, day, head_of(given["HEADER"]), pack)
        self.table = reproject(table, crs)
        self.columns = _columns(self.table, chosen, pack)
        self.unused = [column for name, column in self.columns.items() if column and name not in dialect.carries]
        self.done = write_txt(self.table, self.columns, dialect, given["METHOD"], pack, ENCODINGS[given["ENCODING"]], progress)
        self.aside = rejected.reject(self.table, self.done.left, "txt.nothing_left")
        if not self.done.row:
            raise InputError("txt.nothing_to_write", layer=table.name)

    def write(self, batch: Any, progress: Progress) -> list[Path]:
        """Stage the files; see `export`."""
        fields = texts_of(self.table, self.columns, self.job.dialect, [])
        if self.job.split:
            made_folder(str(self.job.target))
        names = ["_".join(dict.fromkeys(one for one in row if one)) for row in zip(*self._names())]
        return export(self.job, self.table, self.done, names, fields, batch, progress)

    def _names(self) -> list[list[str]]:
        """Number and name of each parcel, whether the dialect carries them or not."""
        known = [self.columns[name] for name in ("number", "name")]
        return [self.table.text(column).tolist() if column else [""] * len(self.table) for column in known]


def _columns(table: Table, chosen: Mapping[str, str | None], pack: Pack) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, column in chosen.items():
        known = [one for one in pack.value("txt_fields", name, "columns_in").split("|") if one in table]
        found[name] = table.named(column) if column else table.named(known[0]) if known else None
    return found


def head_of(text: str) -> dict[str, str]:
    """Values of a file's head by their words, from lines as 数据产生单位=…; InputError `txt.bad_header` for a line that is none."""
    found = {}
    for line in text.splitlines():
        word, equals, value = line.replace("＝", "=").partition("=")
        if equals and word.strip() and "@" not in line:
            found[word.strip()] = value.strip()
        elif line.strip():
            raise InputError("txt.bad_header", found=line.strip()[:60])
    return found
