"""What is written around the map of a registration unit, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qgis.core import Qgis, QgsCoordinateReferenceSystem

from ..core.registration.plane import Plane
from ..core.schema import Pack
from ..core.table import Table
from .label_words import lines_of
from .places import version
from .register_layers import Drawn
from .speech import sentence

__all__ = ["About", "UnitWords", "Words"]


@dataclass(frozen=True)
class About:
    """Who made the map and when (ISO date), as the imprint prints them."""

    maker: str
    date: str


@dataclass(frozen=True)
class UnitWords:
    """Figures that the page takes from the book, so that both say the same: total area, and area by resource type, with their unit."""

    area: str = ""
    by_type: Mapping[str, str] = field(default_factory=dict)


class Words:
    """The words of the pages of a book; rows are those of `units` (ZRZYDJDY)."""

    def __init__(self, units: Table, pack: Pack, about: About, plane: Plane, crs: QgsCoordinateReferenceSystem, language: str) -> None:
        self._units, self._pack, self._about, self._language = units, pack, about, language
        self._crs = self._crs_name(plane, crs)
        self._columns = {name: units.text(name).tolist() for name in ("ZRZYDJDYH", "DJDYMC", "DJDYLX", "DJZT")}
        self._sides = {rule["key"]: (rule, units.text(rule["field"]).tolist()) for rule in pack.rule("abutment_sides")}
        self._joiner = pack.value("abutments", "joiner")

    def _crs_name(self, plane: Plane, crs: QgsCoordinateReferenceSystem) -> str:
        if plane.crs is None:
            return self._say("map.register.no_crs")
        if crs.authid():
            return self._say("map.crs_name", name=crs.description(), code=crs.authid())
        return self._say("map.register.crs", name=f"CGCS2000 {plane.label}" if plane.label else plane.title)

    def on_sides(self, row: int, drawn: Drawn, figures: UnitWords) -> dict[str, str]:
        """The layout's variables by name; {scale}, {grid} and {unit} stand in them until the map has its scale."""
        number, name, kind, state = (column[row] for column in self._columns.values())
        state = self._name("DJZT", state)
        area = self._say("map.register.area", area=figures.area) if figures.area else ""
        return {
            "map_title": self._say("map.register.title", name=name or number),
            "map_subtitle": self._say("map.register.number", number=number or "—", kind=self._name("DJDYLX", kind) or "—"),
            "map_state": "　".join(one for one in (area, state and self._say("map.register.state", state=state)) if one),
            "map_legend": self._say("map.legend"),
            "map_scale_text": self._say("map.scale", scale="{scale}"),
            "map_source": "\n".join(self._notes(drawn)),
            "map_crs": "\n".join((self._crs, self._say("map.crs_grid", grid="{grid}", unit="{unit}"))),
            "map_imprint": "\n".join(self._imprint()),
        }

    def neighbours(self, row: int, side: str, wide: float, deep: float, family: str, size: float) -> str:
        """The neighbours of one side in lines that fit `wide` × `deep` millimetres in a typeface of `size` points; "" where none is stated."""
        rule, column = self._sides[side]
        names = [name.strip() for name in column[row].split(self._joiner) if name.strip()]
        if not names:
            return ""
        zh = self._language == "zh"
        head = f"{rule['name_zh']}：" if zh else f"{rule['name_en'].capitalize()}: "
        return lines_of(names, head, self._joiner if zh else ", ", wide, deep, family, size, self._more)

    def _notes(self, drawn: Drawn) -> list[str]:
        notes = [self._say("map.area_note")]
        if drawn.counts["types"]:
            notes.append(self._say("map.register.patch_note"))
        if drawn.points > drawn.counts["points"]:
            notes.append(self._say("map.register.points_note", count=drawn.points))
        return notes

    def _imprint(self) -> list[str]:
        return [
            self._say("map.maker", maker=self._about.maker),
            self._say("map.date", date=self._about.date),
            self._say("map.software", version=version(), qgis=Qgis.version().split("-")[0]),
        ]

    def _name(self, domain: str, code: str) -> str:
        """What a code means, the code itself where the list has it not."""
        entry = self._pack.codes[domain].entries.get(code)
        return code if entry is None else entry.name_zh if self._language == "zh" else entry.name_en

    def _more(self, count: int) -> str:
        return self._say("map.register.more", count=count)

    def _say(self, code: str, /, **facts: object) -> str:
        return sentence(code, facts, self._language)
