"""Coordinate files on disk: read together, and written, read back and put in place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ...core.errors import InputError, OutputError
from ...core.exchange.txt.dialects import AUTO, Dialect
from ...core.exchange.txt.reading import Reading, read_txt
from ...core.exchange.txt.writing import Written, header
from ...core.finding import Finding
from ...core.progress import SILENT, Progress
from ...core.projection import same_crs
from ...core.schema import Pack
from ...core.table import Table
from .text_files import TextFile, TextOut, opened

__all__ = ["ENCODINGS", "Job", "export", "read_file", "read_files"]

ENCODINGS = {"gbk": "gbk", "utf8": "utf-8"}
_LOOK = 1 << 20
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_HALF = 5e-4  # m: what three decimals keep
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST = 80


def read_files(
    files: Sequence[tuple[Path, bool]], pack: Pack, dialect: str, crs: str | None, progress: Progress
) -> tuple[list[Reading], list[TextFile], list[Finding]]:
    """Each file read, with what its encoding was taken from; a file of a folder that is no coordinate file is told and passed over.

    files: path, and whether it was named itself. InputError `txt.not_coordinates` for one that was; else as `read_txt`. Raises Cancelled.
    """
    readings, texts, findings = [], [], []
    for at, (path, named) in enumerate(files):
        progress.at(at / len(files))
        try:
            reading, text = read_file(path, pack, dialect, crs, progress.part(at / len(files), (at + 1) / len(files)))
        except InputError as failure:
            if named or failure.code not in ("txt.not_coordinates", "input.unreadable"):
                raise
            findings.append(Finding("txt.passed_over", "warning", path.name, facts={"layer": path.name, "path": str(path)}))
            continue
        readings.append(reading)
        texts.append(text)
    if not readings:
        raise InputError("txt.none_read", path=str(files[0][0].parent))
    return readings, texts, findings


def read_file(
    path: Path, pack: Pack, dialect: str = AUTO, crs: str | None = None, progress: Progress = SILENT, encoding: str = ""
) -> tuple[Reading, TextFile]:
    """One file; InputError `txt.not_coordinates` where its beginning has no head line, and as `read_txt`."""
    text = opened(path, encoding, progress)
    with path.open("rb") as stream:
        start = stream.read(_LOOK)
    if not start.startswith(_WIDE) and (b"\0" in start or (b"@" not in start and "＠".encode(text.guess.encoding, "ignore") not in start)):
        raise InputError("txt.not_coordinates", path=str(path), found=text.guess.sample[:40])
    reading = read_txt(text, pack, path.name, dialect, crs, progress)
    if text.lost:
        facts = {"layer": path.name, "count": text.lost, "line": text.first_lost, "encoding": text.guess.encoding}
        reading.findings.append(Finding("text.lost", "error", path.name, str(text.first_lost), facts=facts))
    return reading, text


@dataclass(frozen=True)
class Job:
    """How files are written. target: the file, or the folder where `split`; head: values of the head by its words; date: 2026-01-31."""

    target: Path
    dialect: Dialect
    encoding: str
    split: bool
    crs: str
    date: str
    head: Mapping[str, str]
    pack: Pack


def export(
    job: Job, table: Table, done: Written, names: Sequence[str], fields: Mapping[str, Sequence[str]], batch: Any, progress: Progress
) -> list[Path]:
    """Stage what was written in `batch` as one file or one a parcel, read it back; the files.

    names: what a parcel's file is called; fields: the texts of the cells. OutputError `txt.differs` where what is read back is not what was
    written, `output.no_folder`; InputError `txt.not_in_encoding` for the head. Raises Cancelled.
    """
    start = header(job.dialect, job.crs, job.date, job.head, job.pack)
    encoding = ENCODINGS[job.encoding]
    try:
        start.encode(encoding)
    except UnicodeEncodeError as failure:
        facts = {"layer": table.name, "row": 0, "field": "HEADER", "value": start[failure.start : failure.start + 40]}
        raise InputError("txt.not_in_encoding", **facts, character=start[failure.start : failure.end][:4], encoding=encoding.upper()) from failure
    plan = _plan(job, done, names)
    stage = batch.stage(plan[0][0])
    for at, (path, parcels) in enumerate(plan):
        progress.at(at / len(plan))
        made = stage / path.name
        with TextOut(made, encoding) as out:
            out.put(start)
            for parcel in parcels:
                out.put(done.texts[parcel])
        _verify(made, job, table, done, parcels, fields, progress)
    return [path for path, _ in plan]


def _plan(job: Job, done: Written, names: Sequence[str]) -> list[tuple[Path, Sequence[int]]]:
    """The files and the parcels of each."""
    if not job.split:
        return [(job.target, range(len(done.row)))]
    taken: set[str] = set()
    found: list[tuple[Path, Sequence[int]]] = []
    for at, row in enumerate(done.row):
        base = _FORBIDDEN.sub("_", names[row]).strip(" .")[:_LONGEST] or str(row + 1)
        base = f"_{base}" if _RESERVED.match(base) else base
        name = next(one for one in (base, *(f"{base}_{number}" for number in range(2, len(done.row) + 2))) if one.lower() not in taken)
        taken.add(name.lower())
        found.append((job.target / f"{name}.txt", [at]))
    return found


def _verify(
    made: Path, job: Job, table: Table, done: Written, parcels: Sequence[int], fields: Mapping[str, Sequence[str]], progress: Progress
) -> None:
    """Read a file back: parcels, their shapes to half a millimetre, texts and CRS."""
    reading, text = read_file(made, job.pack, job.dialect.name, None, progress.quiet(), ENCODINGS[job.encoding])
    back, faults = reading.table, [one.code for one in reading.findings if one.severity == "error"]
    columns = {row["field"]: row["column"] for row in job.pack.rule("txt_fields")}
    there = {name: back.text(columns[name]).tolist() for name in fields}
    empty = job.dialect.empty
    meant = {name: ["" if texts[done.row[at]] == empty else texts[done.row[at]] for at in parcels] for name, texts in fields.items()}
    shapes = np.array([done.shapes[at] for at in parcels], dtype=object)
    same = len(back) == len(parcels) and there == meant and not text.lost
    same = same and reading.frame.crs is not None and same_crs(reading.frame.crs, job.crs)
    if not same or not shapely.equals_exact(shapely.normalize(shapes), shapely.normalize(back.shapes), _HALF).all():
        raise OutputError("txt.differs", layer=table.name, file=made.name, written=len(parcels), found=len(back), first=(faults or ["—"])[0])
