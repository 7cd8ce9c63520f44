"""What a folder of register books remembers of itself: which file was made from what, so that a second run goes on where the first stopped."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ..core.table import Table
from .manifest import sha256 as hash_of
from .places import version
from .sinks import staged, swap

__all__ = ["NAME", "Ground", "Ledger"]

NAME = "register_book.json"


class Ledger:
    """The ledger of a folder; a missing or broken one is empty, and everything is made anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._books: dict[str, dict[str, str]] = {}
        try:
            read = json.loads((folder / NAME).read_text(encoding="utf-8"))
            books = read["books"]
            self._books = {key: one for key, one in books.items() if {"file", "sha256", "inputs"} <= set(one)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self._books = {}

    def whole(self, key: str, file: str, inputs: str) -> bool:
        """Whether the file of a book is there as it was written, and was made from the same inputs."""
        known = self._books.get(key)
        path = self._folder / file
        return known is not None and known["file"] == file and known["inputs"] == inputs and path.is_file() and hash_of(path) == known["sha256"]

    def add(self, key: str, file: str, inputs: str) -> None:
        """Remember a file that has just been written."""
        self._books[key] = {"file": file, "sha256": hash_of(self._folder / file), "inputs": inputs}

    def save(self) -> None:
        """Write the ledger, staged and swapped in. OutputError as `staged` and `swap`; OSError as the disk has it."""
        path = self._folder / NAME
        content = {"task": "register_book", "shanshui": version(), "books": dict(sorted(self._books.items()))}
        with staged(path) as stage:
            (stage / path.name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            swap(stage, path)


class Ground:
    """The shapes behind the maps, as one hash a unit: its own, those of its patches and of the units around it, and all lines and points."""

    def __init__(self, units: Table, patches: Table, owner: Any, others: Iterable[Table | None]) -> None:
        self._units, self._owner = units, owner
        self._names = units.text("DJDYMC").tolist()
        self._patches = patches.geometry
        self._boxes = shapely.bounds(units.shapes)
        self._rest = sha256()
        for one in others:
            if one is not None and one.geometry is not None:
                for shape in shapely.to_wkb(one.geometry):
                    self._rest.update(shape or b"-")

    def mark(self, unit: int) -> str:
        """The hash of what a unit's map shows."""
        made = self._rest.copy()
        shapes = [self._units.shapes[unit], *([] if self._patches is None else self._patches[self._owner == unit])]
        around = self._around(unit)
        for shape in shapely.to_wkb(np.array([*shapes, *self._units.shapes[around], None], dtype=object)):
            made.update(shape or b"-")
        made.update("\n".join(self._names[at] for at in around).encode("utf-8"))
        return made.hexdigest()

    def _around(self, unit: int) -> list[int]:
        """Units whose box comes near: within the larger side of this unit's own box."""
        low_x, low_y, high_x, high_y = self._boxes[unit]
        wide = max(high_x - low_x, high_y - low_y)
        if wide != wide:
            return []
        box, others = (low_x - wide, low_y - wide, high_x + wide, high_y + wide), self._boxes
        near = (others[:, 0] <= box[2]) & (others[:, 2] >= box[0]) & (others[:, 1] <= box[3]) & (others[:, 3] >= box[1])
        return [int(at) for at in np.flatnonzero(near) if at != unit]
