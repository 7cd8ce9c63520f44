"""Coordinate lines gathered block by block and turned into numbers together, which is what most of a VCT file is."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .source import Fault, xy_of

__all__ = ["Vertices"]

Array = np.ndarray[Any, Any]


class Vertices:
    """Blocks of lines "x,y" (or x,y,z) waiting to be read as numbers."""

    def __init__(self, separator: str) -> None:
        self._separator = separator
        self._first: list[int] = []
        self._blocks: list[list[str]] = []
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    @property
    def blocks(self) -> int:
        """How many blocks wait."""
        return len(self._blocks)

    def back(self, blocks: int, waiting: int) -> None:
        """Forget the blocks behind the first `blocks`, which had `waiting` lines: their object is broken."""
        del self._first[blocks:], self._blocks[blocks:]
        self._waiting = waiting

    def add(self, first: int, lines: list[str]) -> None:
        """One more block; first: the number of its first line in the file."""
        self._first.append(first)
        self._blocks.append(lines)
        self._waiting += len(lines)

    def take(self) -> list[Array | Fault]:
        """The blocks as (n, 2) each, a Fault `vct.no_coordinates` for one with a line that is no pair of finite numbers."""
        first, blocks = self._first, self._blocks
        self._first, self._blocks, self._waiting = [], [], 0
        sizes = [len(one) for one in blocks]
        xy = _together([line for block in blocks for line in block], self._separator)
        if xy is not None:
            return list(np.split(xy, np.cumsum(sizes)[:-1])) if blocks else []
        return [self._one(at, block) for at, block in zip(first, blocks)]

    def _one(self, first: int, block: list[str]) -> Array | Fault:
        made = np.empty((len(block), 2))
        for at, line in enumerate(block):
            found = xy_of(line, self._separator)
            if found is None:
                return Fault("vct.no_coordinates", line=first + at, found=line.strip()[:60])
            made[at] = found
        return made


def _together(lines: list[str], separator: str) -> Array | None:
    """Lines as (n, 2) where each plainly holds as many values as the first; None else."""
    if not lines:
        return np.empty((0, 2))
    cells = lines[0].count(separator) + 1
    text = separator.join(lines)
    if separator != ",":
        text = text.replace(separator, ",")
    if cells not in (2, 3) or {line.count(separator) for line in lines} != {cells - 1}:
        return None
    with warnings.catch_warnings():  # numpy warns where a text is no number, which is seen by the count; a newer one refuses
        warnings.simplefilter("ignore")
        try:
            found = np.fromstring(text, sep=",")
        except ValueError:
            return None
    if len(found) != cells * len(lines) or not np.isfinite(found).all():
        return None
    return found.reshape(-1, cells)[:, :2].copy()
