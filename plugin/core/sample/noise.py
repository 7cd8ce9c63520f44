"""Smooth random fields of place: the same for the same seed on every machine (only uniform draws are used)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Noise", "hashed"]

Floats = NDArray[np.float64]
_SIZE = 64  # a power of two
_PIECE = 8_192


class Noise:
    """Value noise: random numbers on a lattice, joined smoothly; `layers` octaves, each half as high and twice as fine."""

    def __init__(self, rng: np.random.Generator, wavelength: float, layers: int = 3) -> None:
        self._tables = [rng.random((_SIZE, _SIZE)) * 2.0 - 1.0 for _ in range(layers)]
        self._wavelength = wavelength

    def __call__(self, x: Any, y: Any) -> Floats:
        """Values, most within -1…1, at places x, y (units of the wavelength; any equal shapes)."""
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        total = np.empty(x.size)
        flat_x, flat_y = x.ravel(), y.ravel()
        # in pieces that the processor's cache holds
        for first in range(0, x.size, _PIECE):
            part = slice(first, first + _PIECE)
            total[part] = self._sum(flat_x[part], flat_y[part])
        return total.reshape(x.shape)

    def _sum(self, x: Floats, y: Floats) -> Floats:
        total = np.zeros(len(x))
        height, scale = 1.0, 1.0 / self._wavelength
        for table in self._tables:
            total += height * _lookup(table, x * scale, y * scale)
            height, scale = height / 2.0, scale * 2.0
        return total / (2.0 - 2.0 * height)


def _lookup(table: Floats, x: Floats, y: Floats) -> Floats:
    across, along = np.floor(x), np.floor(y)
    fx, fy = x - across, y - along
    column, row = across.astype(np.int64), along.astype(np.int64)
    fx, fy = fx * fx * fx * (fx * (fx * 6 - 15) + 10), fy * fy * fy * (fy * (fy * 6 - 15) + 10)
    left, right = column & (_SIZE - 1), (column + 1) & (_SIZE - 1)
    low, high = (row & (_SIZE - 1)) * _SIZE, ((row + 1) & (_SIZE - 1)) * _SIZE
    flat = table.ravel()
    start, above = flat[low + left], flat[high + left]
    bottom = start + (flat[low + right] - start) * fx
    top = above + (flat[high + right] - above) * fx
    return np.asarray(bottom + (top - bottom) * fy)


def hashed(keys: Any, salt: int) -> Floats:
    """A number in 0…1 for each whole-number key, the same wherever and in whatever order it is asked."""
    x = (np.asarray(keys, dtype=np.uint64) + np.array([salt], dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    return np.asarray((x >> np.uint64(11)).astype(np.float64) / float(1 << 53))
