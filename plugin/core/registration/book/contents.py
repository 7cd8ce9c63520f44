"""From units, patches and rights to the book of each unit, by the pages that the pack lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...schema import Field, Pack
from ...table import Table as Layer
from ...table import is_missing
from ..levelling import add
from ..summary import columns
from .areas import Areas
from .book import Book, Fact, Note, Section, Table
from .rights import RIGHTS
from .shown import heading, shown
from .tables import Sheets

__all__ = ["Contents"]

@dataclass(frozen=True)
class Contents:
    """What books are made of. kind: book or survey_form; day: ISO date at the foot of the pages."""

    units: Layer
    sheets: Sheets
    kind: str
    day: str

    @property
    def pack(self) -> Pack:
        """The registration pack."""
        return self.sheets.pack

    def book(self, unit: int) -> Book:
        """The book of the unit in row `unit`."""
        language, areas = self.sheets.language, self.sheets.areas
        facts = self._values(unit)
        missing: list[str] = []
        sections = tuple(
            self._section(row, unit, facts, missing) for row in self.pack.rule("book_sections") if row["kind"] == self.kind
        )
        head = self.pack.row("books", self.kind)
        counted, rows = bool(areas.counted[unit]), areas.rows(unit)
        return Book(
            self.kind, language, _text(facts["ZRZYDJDYH"]), _text(facts["DJDYMC"]), head["title_zh"], head["title_en"], sections,
            tuple(self._lacking(sections, missing, unit)), float(areas.whole[unit]) if counted else None,
            float(areas.whole_ha[unit]) if counted else None, len(rows), self._by_type(unit), self.day,
        )  # fmt: skip

    def _by_type(self, unit: int) -> dict[str, float]:
        rows = self.sheets.areas.rows(unit)
        kinds = self.sheets.column("ZRZYLX")[rows]
        return {kind: add(self.sheets.areas.hectares[rows][kinds == kind]) for kind in dict.fromkeys(kinds)}

    def _section(self, row: Mapping[str, str], unit: int, values: Mapping[str, Any], missing: list[str]) -> Section:
        facts = []
        for one in self.pack.rule("book_facts"):
            if one["section"] == row["key"]:
                facts.append(self._fact(one, values))
                if one["must"] == "1" and facts[-1].value is None:
                    missing.append(facts[-1].label)
        tables: list[Table] = []
        for one in self.pack.rule("book_tables"):
            if one["section"] == row["key"]:
                tables += self.sheets.tables(one["table"], one[f"title_{self.sheets.language}"], unit)
        notes = tuple(self._notes(unit)) if row["section"] == "natural" else ()
        return Section(row["section"], row["title_zh"], row["title_en"], tuple(facts), tuple(tables), notes)

    def _fact(self, row: Mapping[str, str], values: Mapping[str, Any]) -> Fact:
        language = self.sheets.language
        field = self._field(row["field"])
        if field is None:
            return Fact(row[f"label_{language}"], room=int(row["room"] or 0))
        label = row[f"label_{language}"] or heading(field, language)
        value = shown(values.get(field.name), field, self.pack, language)
        number = field.type in ("real", "integer") and not isinstance(value, str)
        return Fact(label, value, (field.decimals or 0) if number else None)

    def _field(self, name: str) -> Field | None:
        pages = (self.pack.layer("ZRZYDJDY"), self.pack.layer("ZRZK"))
        return next((one for page in pages for one in page.fields if one.name == name), None)

    def _values(self, unit: int) -> dict[str, Any]:
        """The unit's row, with the areas that the book states in place of those that are not filled."""
        areas, page = self.sheets.areas, self.pack.layer("ZRZYDJDY")
        row = self.units.rows.iloc[unit]
        values: dict[str, Any] = {name: row[self.units.named(name)] for name in page.names if name in self.units}
        values = {"ZRZYDJDYH": None, "DJDYMC": None, **values}
        values.update(DJDYZMJ=areas.whole[unit], DJDYZMJ_HA=areas.whole_ha[unit])
        return {**values, **self._sums(unit, areas)}

    def _sums(self, unit: int, areas: Areas) -> dict[str, float]:
        """The columns of ZRZK in hectares that the patches add up to, and their number; none for a unit without patches."""
        rows = areas.rows(unit)
        if not len(rows):
            return {}
        places, hectares = columns(self.pack), areas.hectares[rows]
        kinds = self.sheets.column("ZRZYLX")[rows]
        owners = self.sheets.column("OWNERSHIP")[rows]
        outside = [kind in places.outside for kind in kinds]
        found = {"FZRZYZMJ_HA": add([ha for ha, out in zip(hectares, outside) if out])}
        found["DYNZRZYZMJ_HA"] = add([ha for ha, out in zip(hectares, outside) if not out])
        for code, entry in self.pack.codes["OWNERSHIP"].entries.items():
            found[f"{entry.extra['column']}_HA"] = add(hectares[owners == code])
        return {**found, "WQDMJ_HA": float(areas.left_ha[unit]), "TBSL": len(rows)}

    def _notes(self, unit: int) -> list[Note]:
        areas = self.sheets.areas
        notes = []
        if not areas.counted[unit]:
            notes.append(Note("book.below_ground"))
        elif not len(areas.rows(unit)):
            notes.append(Note("book.no_patches"))
        if areas.off[unit] > 0:
            notes.append(Note("book.patches_exceed", {"area": f"{areas.off[unit]:.2f}"}))
        if areas.left[unit] > 0:
            notes.append(Note("book.undecided", {"area": f"{areas.left[unit]:.2f}"}))
        return notes

    def _lacking(self, sections: tuple[Section, ...], missing: list[str], unit: int) -> list[Note]:
        """What the index says is missing: patches, blanks that must be filled, tables of rights that were not provided."""
        joiner = self.pack.value("book_words", "joiner", self.sheets.language) + ("" if self.sheets.language == "zh" else " ")
        notes = [one for one in self._notes(unit) if one.code in ("book.no_patches", "book.patches_exceed", "book.undecided")]
        if missing:
            notes.append(Note("book.lacks_facts", {"names": joiner.join(missing)}))
        lacks = [one.title for part in sections for one in part.tables if one.key in RIGHTS and Note("book.not_provided") in one.notes]
        if lacks:
            notes.append(Note("book.lacks_rights", {"names": joiner.join(lacks)}))
        return notes


def _text(value: Any) -> str:
    return "" if is_missing(value) else str(value).strip()
