"""The geometry sections of a VCT file: points, lines, polygons of coordinates or of signed lines, annotation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .head import Head
from .source import Fault, Source
from .vertices import Vertices

__all__ = ["Item", "Parser"]

Array = np.ndarray[Any, Any]

_STRAIGHT = (11,)
_DIRECT, _INDIRECT, _FROM_LINES, _FROM_POLYGONS = 1, 100, 21, 22


@dataclass
class Item:
    """One object as it stands in the file. line: where it begins; blocks: how many coordinate blocks it has; ids: signed ids (0 parts rings);
    points: the place, several for a cluster; text, angle: of an annotation; of: `lines` or `polygons`, what the ids name;
    fault: why it cannot be used."""

    id: str
    code: str
    line: int
    blocks: int = 0
    ids: list[int] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    text: str = ""
    angle: float = 0.0
    of: str = ""
    fault: Fault | None = None


class Parser:
    """Reads the objects of one section; the coordinates of all go to `vertices`, block by block in their order."""

    def __init__(self, source: Source, head: Head, section: str) -> None:
        self.source, self.head, self.section = source, head, section
        self.vertices = Vertices(source.separator)
        self.end = f"{section}end"
        self._read = {"point": self._point, "line": self._line, "polygon": self._polygon, "annotation": self._annotation}[section]

    def items(self) -> Iterator[Item]:
        """The objects to the end of the section; one that is broken carries its fault, and reading goes on behind it.

        Records of 2007 and 3.0 end with a line 0, which is looked for after a fault; of older ones nothing marks the end, so the rest of the
        section is passed over.
        """
        while (line := self.source.peek()) is not None and line.lower() != self.end:
            if line.lower().endswith("begin") or line.lower().endswith("end"):
                return  # the section was not closed: the next one begins
            at = self.source.number
            item = Item("", "", at)
            before = len(self.vertices)
            blocks = self.vertices.blocks
            try:
                item.id = self.source.next("vct.no_id")
                item.line = self.source.number
                item.code = self.source.next("vct.no_code")
                self.source.next("vct.no_style")
                self._read(item)
                if self.head.counted:
                    self._ended()
                item.blocks = self.vertices.blocks - blocks
            except Fault as fault:
                item.fault = fault
                self.vertices.back(blocks, before)
                item.blocks = 0
                self._recover()
            yield item

    def _ended(self) -> None:
        line = self.source.next("vct.no_zero")
        if line != "0":
            raise self.source.fault("vct.no_zero", line)

    def _recover(self) -> None:
        if not self.head.counted:
            self.source.skip_to(self.end)
            return
        if self.source.skip_to("0", self.end) == "0":
            self.source.next("")

    def _block(self, count: int) -> None:
        self.vertices.add(*self.source.block(count))

    def _point(self, item: Item) -> None:
        kind = self.source.whole("vct.no_kind", 1)
        single = kind in (1, 2, 3)
        if not single or self.source.separator not in (self.source.peek() or ""):
            count = self.source.whole("vct.no_count", 1)
        else:
            count = 2 if kind == 3 else 1
        item.points = [self.source.pair() for _ in range(count)]
        if kind == 3:  # the second point is a direction
            item.points = item.points[:1]

    def _line(self, item: Item) -> None:
        kind = self.source.whole("vct.no_kind")
        if not self.head.counted:
            self._block(self.source.whole("vct.no_count", 2))
            return
        if kind == _INDIRECT:
            item.of = "lines"
            item.ids = self.source.whole_numbers(self.source.whole("vct.no_count", 1), "vct.no_ids")
            return
        if kind != _DIRECT:
            raise self.source.fault("vct.no_kind", str(kind))
        for _ in range(self.source.whole("vct.no_count", 1)):
            self._straight()
            self._block(self.source.whole("vct.no_count", 2))

    def _straight(self) -> None:
        """The kind of a part; arcs and splines have no points enough to be drawn without their rule."""
        kind = self.source.whole("vct.no_kind")
        if kind not in _STRAIGHT:
            raise self.source.fault("vct.curve", str(kind))

    def _polygon(self, item: Item) -> None:
        if not self.head.counted:
            self._plain_polygon(item)
            return
        kind = self.source.whole("vct.no_kind")
        if kind not in (_DIRECT, _INDIRECT):
            raise self.source.fault("vct.no_kind", str(kind))
        self.source.pair("vct.no_label")
        if kind == _DIRECT:
            for _ in range(self.source.whole("vct.no_ring", 1)):
                self._straight()
                self._block(self.source.whole("vct.no_count", 3))
        else:
            built = self.source.whole("vct.no_parts")
            if built not in (_FROM_LINES, _FROM_POLYGONS):
                raise self.source.fault("vct.no_parts", str(built))
            item.of = "lines" if built == _FROM_LINES else "polygons"
            item.ids = self.source.whole_numbers(self.source.whole("vct.no_count", 1), "vct.no_ids")

    def _plain_polygon(self, item: Item) -> None:
        """A polygon of 1999 or 2.0: label, count, then ids or, with a decimal point, coordinates."""
        self.source.pair("vct.no_label")
        count = self.source.whole("vct.no_count", 1)
        if "." in (self.source.peek() or ""):
            self._block(count)
        else:
            item.of = "lines"
            item.ids = self.source.whole_numbers(count, "vct.no_ids")

    def _annotation(self, item: Item) -> None:
        kind = self.source.whole("vct.no_kind", 1)
        item.text = self.source.next("vct.no_text")
        count = self.source.whole("vct.no_count", 1) if kind == 2 and self.head.counted else 1
        for number in range(count):
            cells = self.source.values("vct.no_coordinates")
            try:
                x, y, *angle = (float(one) for one in cells[:3])
            except ValueError:
                raise self.source.fault("vct.no_coordinates", self.source.separator.join(cells)) from None
            if number == 0:
                item.points, item.angle = [(x, y)], angle[0] if angle else 0.0
