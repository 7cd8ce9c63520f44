"""The lines of a VCT file one by one: numbered, without blanks and comments, with a fault that names the line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import islice

from ...errors import InputError

__all__ = ["Fault", "Source", "xy_of"]

_ENDS = "\r\n\x1a\ufeff\x00"
_BLANK = _ENDS + " \t"
_SHOWN = 60  # characters of a line that a message repeats


class Fault(InputError):  # noqa: N818  (a place in a file)
    """A line that is not what the grammar asks for; facts: line (from 1), found (the line)."""


class Source:
    """A walk over the lines of a file that may look one line ahead.

    lines: text lines with or without their ends. separator: what parts the values of a line. Blank lines and everything between
    CommentBegin and CommentEnd are passed over. `number` is the line last taken, from 1.
    """

    def __init__(self, lines: Iterable[str], separator: str = ",") -> None:
        self._raw: Iterator[str] = iter(lines)
        self._ahead: list[tuple[int, str]] = []
        self._read = 0  # raw lines taken
        self.separator, self.number = separator, 0

    def next(self, wanted: str) -> str:
        """The next line, stripped; Fault `wanted` where the file ends."""
        return self.row(wanted).strip(_BLANK)

    def row(self, wanted: str) -> str:
        """The next line with the blanks it has at its ends; Fault `wanted` where the file ends."""
        if self.peek() is None:
            raise self.fault(wanted, "")
        self.number, found = self._ahead.pop()
        return found.strip(_ENDS)

    def peek(self) -> str | None:
        """The next line without taking it, None at the end."""
        if not self._ahead:
            found = self._look()
            if found is None:
                self.number = self._read
                return None
            self._ahead.append((self._read, found))
        return self._ahead[-1][1].strip(_BLANK)

    def _look(self) -> str | None:
        comment = False
        for line in self._raw:
            self._read += 1
            text = line.strip(_BLANK)
            if not text:
                continue
            word = text[:12].lower()
            if comment or word == "commentbegin":
                comment = word[:10] != "commentend"
                continue
            return line
        return None

    def fault(self, code: str, found: str | None = None, **facts: object) -> Fault:
        """A Fault at the line last taken."""
        return Fault(code, line=self.number, found=(found if found is not None else "")[:_SHOWN], **facts)

    def whole(self, wanted: str, least: int = 0) -> int:
        """The next line as a whole number of at least `least`; Fault `wanted`."""
        text = self.next(wanted)
        try:
            number = int(text)
        except ValueError:
            raise self.fault(wanted, text) from None
        if number < least:
            raise self.fault(wanted, text)
        return number

    def values(self, wanted: str) -> list[str]:
        """The values of the next line, stripped."""
        return [one.strip() for one in self.next(wanted).split(self.separator)]

    def pair(self, wanted: str = "vct.no_coordinates") -> tuple[float, float]:
        """The next line as x, y (more values are passed over); Fault `wanted`."""
        text = self.next(wanted)
        found = xy_of(text, self.separator)
        if found is None:
            raise self.fault(wanted, text)
        return found

    def block(self, count: int, wanted: str = "vct.no_coordinates") -> tuple[int, list[str]]:
        """The next `count` lines as they stand, and the number of the first; Fault `wanted` where the file ends.

        They are taken in one go where neither a blank line nor a comment is among them, one by one else.
        """
        if not self._ahead:
            taken = list(islice(self._raw, count))
            text = "".join(taken)
            if len(taken) == count and not {"\n", "\r\n", ""} & set(taken) and "m" not in text and "M" not in text:
                first = self._read + 1
                self._read += count
                self.number = self._read
                return first, taken
            self._raw = _chained(taken, self._raw)
        lines = [self.next(wanted) for _ in range(count)]
        return self.number - count + 1, lines

    def whole_numbers(self, count: int, wanted: str) -> list[int]:
        """`count` whole numbers that run over as many lines as they need; Fault `wanted`."""
        found: list[int] = []
        while len(found) < count:
            text = self.next(wanted)
            try:
                found += [int(one) for one in text.split(self.separator) if one.strip()]
            except ValueError:
                raise self.fault(wanted, text) from None
        if len(found) > count:
            raise self.fault(wanted, text)
        return found

    def skip_to(self, *words: str) -> str | None:
        """Take lines until one of `words` (lower case) is next; which, or None at the end."""
        while (text := self.peek()) is not None:
            if text.lower() in words:
                return text.lower()
            self.next("")
        return None


def xy_of(text: str, separator: str) -> tuple[float, float] | None:
    """The first two values of a line as finite numbers, or None."""
    cells = text.split(separator)
    try:
        x, y = float(cells[0]), float(cells[1])
    except (ValueError, IndexError):
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


def _chained(first: list[str], rest: Iterator[str]) -> Iterator[str]:
    yield from first
    yield from rest
