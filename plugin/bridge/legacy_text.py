"""Text of a Shapefile that does not say how it is encoded."""

from __future__ import annotations

import re
from pathlib import Path

from ..core.table import Table

__all__ = ["garbled"]

# what Chinese bytes look like when they are read as Latin-1 (letters of its upper half in a row) or as UTF-8 (the mark of what is none)
_LATIN = re.compile("[\u00a1-\u00ff]{2}|\ufffd")
_LANGUAGE_BYTE = 29  # of a .dbf head: which code page, 0 = not said


def garbled(path: str, table: Table) -> str:
    """A value that is probably garbled Chinese, or "": from a .shp or .dbf with neither .cpg nor code page.

    A user who sets the layer's encoding gets proper characters, and so no complaint.
    """
    if Path(path).suffix.lower() not in (".shp", ".dbf") or _says(Path(path)):
        return ""
    for name in table.fields:
        column = table.rows[name]
        if column.dtype == object:
            for value in column:
                if isinstance(value, str) and _LATIN.search(value):
                    return value
    return next((name for name in table.fields if _LATIN.search(name)), "")


def _says(path: Path) -> bool:
    if any(path.with_suffix(tail).is_file() for tail in (".cpg", ".CPG")):
        return True
    head = path.with_suffix(".dbf" if path.suffix.islower() else ".DBF")
    if not head.is_file():
        return True
    with head.open("rb") as stream:
        start = stream.read(_LANGUAGE_BYTE + 1)
    return len(start) <= _LANGUAGE_BYTE or start[_LANGUAGE_BYTE] != 0
