"""Shapes that several threads read, each from an array of its own.

While a shapely call runs, its argument arrays are marked read-only, and their marks are put back when it ends. Two calls on one
array, or on an array and a view of it, so end with marks that nobody set: a view made meanwhile stays read-only, which some
calls refuse, and putting the mark back on a view of a marked array raises.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Shared"]

Array = np.ndarray[Any, Any]


class Shared:
    """An array of shapes (n,) that never leaves: rows are handed out as fresh arrays, which nobody else holds.

    The shapes themselves are shared. A prepared one still belongs to one task, and boxes are asked for once before threads start.
    """

    def __init__(self, shapes: Array) -> None:
        self._held = np.array(shapes, dtype=object)

    def __len__(self) -> int:
        return len(self._held)

    def __getitem__(self, rows: slice | Array) -> Array:
        """The rows that a slice, a mask or positions name, as a fresh array."""
        return np.array(self._held[rows], dtype=object)

    def one(self, row: int) -> Any:
        """The shape of one row."""
        return self._held[row]
