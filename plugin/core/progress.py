"""A walk over chunks that can be watched and stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .errors import Cancelled

__all__ = ["SILENT", "Progress"]


class Progress:
    """Reports a fraction of the work done and raises `Cancelled` when the user stopped the run.

    `report(fraction)` takes 0…1, `stopped()` answers True after a cancel, `tell(code, facts)` passes a
    message to be spoken. `part(a, b)` is the same walk squeezed between two fractions of the whole.
    """

    def __init__(
        self,
        report: Callable[[float], None] | None = None,
        stopped: Callable[[], bool] | None = None,
        tell: Callable[[str, dict[str, object]], None] | None = None,
    ) -> None:
        self._report = report or (lambda fraction: None)
        self._stopped = stopped or (lambda: False)
        self._tell = tell or (lambda code, facts: None)

    def check(self) -> None:
        """Raise `Cancelled` if the user stopped the run."""
        if self._stopped():
            raise Cancelled()

    def at(self, fraction: float) -> None:
        """Report that `fraction` (0…1) is done; raise `Cancelled` after a stop."""
        self.check()
        self._report(min(max(fraction, 0.0), 1.0))

    def say(self, code: str, **facts: object) -> None:
        """Pass a message code with its facts to the speaker."""
        self._tell(code, facts)

    def part(self, start: float, end: float) -> Progress:
        """The same walk between two fractions of this one."""
        width = end - start
        return Progress(lambda f: self._report(start + width * f), self._stopped, self._tell)

    def quiet(self) -> Progress:
        """The same walk, stopped as this one is, that reports nothing."""
        return Progress(None, self._stopped, self._tell)

    def chunks(self, count: int, size: int) -> Iterator[slice]:
        """Slices of at most `size` rows over `count` rows, reporting and checking before each."""
        for start in range(0, count, size):
            self.at(start / count)
            yield slice(start, min(start + size, count))
        self.at(1.0)


SILENT = Progress()
