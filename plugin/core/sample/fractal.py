"""Edges drawn as fractal lines that never cross: midpoint displacement inside the kite of each edge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEVELS", "STEPS", "draw"]

Floats = NDArray[np.float64]

LEVELS = 3
STEPS = 2**LEVELS
# how the room at an edge's ends is shared out among the levels; the sum stays below 1, so that no line leaves its kite
_SHARES = (0.40, 0.32, 0.24)


def draw(start: Floats, end: Floats, room: Floats, rough: Floats, seed: int, decimals: int = 3) -> Floats:
    """Lines (n, STEPS + 1, 2) from `start` to `end` (n, 2), rounded to `decimals`.

    room: angle in radians that the line may turn away at its ends (`lattice.slack`); rough: 0 straight … 1 as rough as fits.
    A segment displaced by angle t needs what is left of the angle for its halves: with shares s₁ + s₂ + s₃ < 1 every
    sub-line stays in the rhombus of its parent, so lines of different edges meet only at their nodes.
    """
    rng = np.random.default_rng(seed)
    line = np.stack([start, end], axis=1)
    room = np.clip(room, 0.0, 1.05) * rough
    for share in _SHARES:
        p, q = line[:, :-1], line[:, 1:]
        turn = room[:, None] * share * (0.35 + 0.65 * rng.random(p.shape[:2])) * np.where(rng.random(p.shape[:2]) < 0.5, -1.0, 1.0)
        normal = np.stack([p[..., 1] - q[..., 1], q[..., 0] - p[..., 0]], axis=-1)
        middle = (p + q) / 2.0 + normal * (np.tan(turn) / 2.0)[..., None]
        finer = np.empty((len(line), line.shape[1] * 2 - 1, 2))
        finer[:, 0::2], finer[:, 1::2] = line, middle
        line = finer
    return thousandths(line, decimals)


def thousandths(values: Floats, decimals: int = 3) -> Floats:
    """Coordinates on the grid that the database stores (nearest, ties towards +∞): a grid, not a rounded figure."""
    scale = 10.0**decimals
    return np.asarray(np.floor(values * scale + 0.5) / scale)
