"""Lines of a coordinate file as parcels: head lines, points, rings that close or do not."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...progress import SILENT, Progress

__all__ = ["Parcel", "Ring", "Sheet", "read_lines"]

_COMMA, _MARK = "，", "＠"
_OPENING = "[【［〔"
_BLANK = re.compile(r"[ \t\u3000]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_FEWEST = 4  # rows of a ring, its closing point among them
_LARGEST = 1e9
_SHOWN = 60  # characters of a line that a finding shows
_EVERY = 8192


@dataclass
class Ring:
    """Points of one ring as they stand, the closing one left off. number: the file's ring number; line: of its first point."""

    number: str
    line: int
    names: tuple[str, str] = ("", "")  # of the first two points
    first: array[float] = field(default_factory=lambda: array("d"))
    second: array[float] = field(default_factory=lambda: array("d"))
    rows: int = 0
    closed: bool = False


@dataclass
class Parcel:
    """A head line's cells before its `@`, what follows it, and the rings below. line: of the head, from 1."""

    line: int
    cells: tuple[str, ...]
    behind: str = ""
    rings: list[Ring] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many lines of points it has."""
        return sum(ring.rows for ring in self.rings)

    def counts(self, stated: str) -> bool:
        """Whether a stated number of points is that of the rows, one less, or that of the points without closing ones."""
        return stated in {str(self.rows), str(self.rows - 1), str(sum(len(ring.first) for ring in self.rings))}


@dataclass
class Sheet:
    """A file taken apart. values: keys of its head; tallies: code → how often, in which line first, and what stood there."""

    values: dict[str, str] = field(default_factory=dict)
    parcels: list[Parcel] = field(default_factory=list)
    tallies: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    lost: list[tuple[int, str]] = field(default_factory=list)  # lines that are nothing, and points of no parcel
    lines: int = 0

    def tally(self, code: str, line: int, found: str) -> None:
        """Count a fault of a line."""
        count, first, text = self.tallies.get(code, (0, line, found[:_SHOWN]))
        self.tallies[code] = count + 1, first, text


def read_lines(lines: Iterable[str], closing: float, progress: Progress = SILENT) -> Sheet:
    """Take a file apart; nothing is refused, what is wrong is tallied. closing: how far a ring's last point may be from its first.

    Raises Cancelled.
    """
    reader = _Reader(closing)
    for number, line in enumerate(lines, 1):
        if number % _EVERY == 0:
            progress.check()
        reader.take(number, line)
    reader.end()
    reader.sheet.lines = reader.number
    return reader.sheet


class _Reader:
    def __init__(self, closing: float) -> None:
        self.sheet, self.closing, self.number, self.in_parcels = Sheet(), closing, 0, False

    def take(self, number: int, line: str) -> None:
        """One line."""
        self.number = number
        text = line.strip("\ufeff\r\n\0")
        plain = text.strip()
        if not plain:
            return
        if plain[0] in _OPENING and "@" not in plain:
            self.in_parcels = "坐标" in plain and "属性" not in plain
            return
        key, equals, value = plain.replace("＝", "=").partition("=")
        if equals and not self.in_parcels and "@" not in key and not ("@" in value and "," in value):
            self._key(key.strip(), value.strip())
            return
        if _COMMA in plain:
            self.sheet.tally("txt.chinese_comma", number, plain)
            text = text.replace(_COMMA, ",")
        if "@" in text or text.rstrip().endswith("," + _MARK):
            self._head(text.replace(_MARK, "@") if "@" not in text else text)
        elif not self._point(text):
            self._lose("txt.bad_line", plain)

    def _key(self, key: str, value: str) -> None:
        known = self.sheet.values.setdefault(key, value)
        if known != value:
            self.sheet.tally("txt.key_again", self.number, f"{key}={value}")

    def _lose(self, code: str, text: str) -> None:
        self.sheet.tally(code, self.number, text)
        self.sheet.lost.append((self.number, text))

    def _head(self, text: str) -> None:
        self.end()
        self.in_parcels = True
        body, _, behind = text.rpartition("@")
        cells = body.split(",")
        if not cells[-1].strip():
            cells.pop()
        if _BLANK.search(body):
            self.sheet.tally("txt.blanks", self.number, text.strip())
        self.sheet.parcels.append(Parcel(self.number, tuple(one.strip() for one in cells), behind))

    def _point(self, text: str) -> bool:
        cells = [one.strip() for one in text.split(",")]
        while len(cells) > 3 and not cells[-1]:
            cells.pop()
        if len(cells) == 3:
            cells.insert(1, "1")  # no ring number
        if len(cells) < 4:
            return False
        first, second = _value(cells[2]), _value(cells[3])
        if first is None or second is None:
            return False
        if not self.sheet.parcels:
            self._lose("txt.no_head", text.strip())
            return True
        if len(cells) > 4:
            self.sheet.tally("txt.more_cells", self.number, text.strip())
        if _BLANK.search(text):
            self.sheet.tally("txt.blanks", self.number, text.strip())
        self._add(cells[0], cells[1], first, second)
        return True

    def _add(self, name: str, number: str, first: float, second: float) -> None:
        rings = self.sheet.parcels[-1].rings
        if not rings or rings[-1].closed or rings[-1].number != number:
            self.end()
            rings.append(Ring(number, self.number, (name, "")))
        ring = rings[-1]
        ring.rows += 1
        if ring.rows == 2:
            ring.names = ring.names[0], name
        if ring.rows >= _FEWEST and self._closes(ring, name, first, second):
            return
        ring.first.append(first)
        ring.second.append(second)

    def _closes(self, ring: Ring, name: str, first: float, second: float) -> bool:
        """Whether a point is the ring's first one again: the same place, or the same name a hair away.

        The same name elsewhere is a point that ends the ring.
        """
        away = max(abs(first - ring.first[0]), abs(second - ring.second[0]))
        again = bool(name) and name == ring.names[0] != ring.names[1]
        if away <= self.closing:
            ring.closed = True
            if not again:
                self.sheet.tally("txt.close_name", self.number, name)
            return True
        if again:
            ring.closed = True
            self.sheet.tally("txt.not_closed", self.number, f"{name} {away:.6g}")
            hair = 1.5e-3 if abs(ring.first[0]) > 360 else 1.5e-8
            return away <= hair
        return False

    def end(self) -> None:
        """The last ring is over."""
        if not self.sheet.parcels or not self.sheet.parcels[-1].rings:
            return
        ring = self.sheet.parcels[-1].rings[-1]
        if not ring.closed and ring.rows:
            ring.closed = True
            kind = self.sheet.parcels[-1].cells
            if "线" not in kind and "点" not in kind:
                self.sheet.tally("txt.open_ring", ring.line, ring.names[0])


def _value(text: str) -> float | None:
    """A finite number of a size that coordinates may have."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) and abs(value) < _LARGEST else None
