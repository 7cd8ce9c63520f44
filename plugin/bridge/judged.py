"""Shapes that come batch by batch while their validity is judged beside."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import shapely

from ..core.progress import Progress

__all__ = ["Judged"]

Array = np.ndarray[Any, Any]


class Judged:
    """A `with` block that takes batches of shapes: making them needs Python's lock, judging them does not, so both cores have work."""

    def __init__(self) -> None:
        self._shapes: list[Array] = [np.empty(0, dtype=object)]
        self._asked: list[Future[Array]] = []
        self._pool = ThreadPoolExecutor(2)

    def __enter__(self) -> Judged:
        return self

    def __exit__(self, *failure: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def add(self, shapes: Array) -> None:
        """One batch more; it must not be changed afterwards."""
        self._shapes.append(shapes)
        self._asked.append(self._pool.submit(shapely.is_valid, shapes))

    def gathered(self, progress: Progress) -> tuple[Array, Array]:
        """All shapes in the order they came, and which are valid (a missing one is not); Cancelled between batches."""
        valid = [np.empty(0, dtype=bool)]
        for one in self._asked:
            progress.check()
            valid.append(one.result())
        return np.concatenate(self._shapes), np.concatenate(valid)
