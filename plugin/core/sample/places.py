"""Which cell of the mesh lies nearest to each of many places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["nearest_cells"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def nearest_cells(centres: Floats, spacing: float, x: Floats, y: Floats) -> Ints:
    """The number of the centre (n, 2) nearest to each place, among those within about `spacing`; of places farther off, that of their corner.

    x, y: any equal shapes; the answer has the same.
    """
    low = centres.min(axis=0)
    wide, high = (np.ceil((centres.max(axis=0) - low) / spacing).astype(np.int64) + 1).tolist()
    column, row = np.floor((centres - low) / spacing).astype(np.int64).T
    bucket = row * wide + column
    order = np.argsort(bucket, kind="stable")
    first = np.searchsorted(bucket[order], np.arange(wide * high + 1))
    deepest = int(np.diff(first).max())
    px, py = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    c = np.floor((px - low[0]) / spacing).astype(np.int64).clip(0, wide - 1)
    r = np.floor((py - low[1]) / spacing).astype(np.int64).clip(0, high - 1)
    best, found = np.full(px.shape, np.inf), np.zeros(px.shape, dtype=np.int64)
    for right in (-1, 0, 1):
        for up in (-1, 0, 1):
            at = (r + up).clip(0, high - 1) * wide + (c + right).clip(0, wide - 1)
            start, end = first[at], first[at + 1]
            for depth in range(deepest):
                there = start + depth < end
                cell = order[np.where(there, start + depth, 0)]
                far = (centres[cell, 0] - px) ** 2 + (centres[cell, 1] - py) ** 2
                nearer = there & (far < best)
                best[nearer], found[nearer] = far[nearer], cell[nearer]
    return found
