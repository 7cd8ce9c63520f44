"""Workbooks and CSV files as sheets of cells."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...core.errors import InputError, ShanshuiError
from ...core.exchange.encodings import Guess
from ...core.exchange.point_table.reading import Sheet
from ...core.progress import SILENT, Progress
from ..libraries import vendored
from .text_files import opened

__all__ = ["ENDINGS", "sheets_of"]

ENDINGS = (".xlsx", ".xlsm", ".csv", ".txt")
_DELIMITERS = ",;\t，"
_LOOK = 20  # lines that tell the delimiter
_EVERY = 4096
_OLE = b"\xd0\xcf\x11\xe0"  # what .xls begins with, and a workbook with a password


def sheets_of(path: Path, progress: Progress = SILENT) -> tuple[list[Sheet], Guess | None]:
    """The sheets of a workbook, or a text file as one sheet with the encoding it was read in; cells merged into one stand in its first.

    InputError `input.no_file`, `input.unreadable`, `coords.old_workbook`. Raises Cancelled.
    """
    if not path.is_file():
        raise InputError("input.no_file", path=str(path))
    if path.suffix.lower() in (".csv", ".txt"):
        return _text(path, progress)
    with path.open("rb") as stream:
        if stream.read(4) == _OLE:
            raise InputError("coords.old_workbook", path=path.name)
    openpyxl = vendored("openpyxl")
    try:
        return list(_workbook(openpyxl, path, progress)), None
    except ShanshuiError:
        raise
    except Exception as failure:  # openpyxl raises whatever a damaged part of the zip leads to
        raise InputError("input.unreadable", path=str(path), reason=f"{type(failure).__name__} {failure}"[:200]) from failure


def _workbook(openpyxl: Any, path: Path, progress: Progress) -> Iterator[Sheet]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        for page in book.worksheets:
            page.reset_dimensions()  # what a sheet says of its size may be wrong
            rows: list[tuple[int, Any]] = []
            filled = 0  # blank rows behind the last filled one are none of the table
            for number, cells in enumerate(page.iter_rows(values_only=True), 1):
                if number % _EVERY == 0:
                    progress.check()
                if any(cell is not None for cell in cells):
                    rows += [(blank, ()) for blank in range(filled + 1, number)]
                    rows.append((number, cells))
                    filled = number
            yield Sheet(str(page.title), rows)
    finally:
        book.close()


def _text(path: Path, progress: Progress) -> tuple[list[Sheet], Guess | None]:
    file = opened(path, "", progress)
    lines = [line.replace("\0", "") for line in file]
    head = "".join(lines[:_LOOK])
    counts = {one: head.count(one) for one in _DELIMITERS}
    best = max(counts, key=lambda one: counts[one])
    rows = []
    reader = csv.reader(lines, delimiter=best)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return [Sheet(path.stem, rows)], file.guess
        except csv.Error as failure:  # a field of more than 128 KB: an open quotation mark
            raise InputError("coords.torn_line", path=path.name, line=reader.line_num, reason=str(failure)) from failure
        rows.append((reader.line_num, cells))
