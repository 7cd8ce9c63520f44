"""Shapes that wait for their rows, on disk instead of in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import numpy as np
import shapely

__all__ = ["Spool"]

Array = np.ndarray[Any, Any]


class Spool:
    """A Store of core/exchange/vct/reading.py in one temporary file; used as a context, which takes the file away."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closed by __exit__)
        self._parts: dict[str, list[tuple[list[str], int, Array]]] = {}  # ids, offset, sizes

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def put(self, table: str, ids: list[str], shapes: Array) -> None:
        """Keep shapes under their object ids."""
        raw = shapely.to_wkb(shapes)
        at = self._file.seek(0, 2)
        self._file.write(b"".join(raw))
        self._parts.setdefault(table, []).append((ids, at, np.array([len(one) for one in raw])))

    def take(self, table: str) -> tuple[Array, Array]:
        """The ids and shapes of a table, which are forgotten."""
        parts = self._parts.pop(table, [])
        none = np.empty(0, dtype=object)
        ids = np.array([one for some, _, _ in parts for one in some], dtype=object)
        return ids, np.concatenate([none, *(self._read(at, sizes) for _, at, sizes in parts)])

    def find(self, ids: Iterable[str]) -> dict[str, Any]:
        """The shapes of some ids, whatever their table."""
        wanted = set(ids)
        found = {}
        for parts in self._parts.values():
            for some, at, sizes in parts:
                if not wanted.isdisjoint(some):
                    found.update({one: shape for one, shape in zip(some, self._read(at, sizes)) if one in wanted})
        return found

    def tables(self) -> list[str]:
        """The tables with shapes that were not taken."""
        return list(self._parts)

    def _read(self, at: int, sizes: Array) -> Array:
        self._file.seek(at)
        made: Array = shapely.from_wkb([self._file.read(int(size)) for size in sizes])
        return made
