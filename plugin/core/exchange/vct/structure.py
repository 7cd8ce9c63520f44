"""Feature codes and table structures of a VCT file, as read and as written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...schema import Field, Layer, Pack
from .source import Source

__all__ = ["Column", "Feature", "Structure", "Width", "columns_of", "read_codes", "read_tables", "written_table"]

KINDS = ("point", "line", "polygon", "annotation", "solid", "aggregation")
_WORDS = {"text": "Char", "path": "Varbin", "integer": "Int4", "real": "Float", "date": "Date"}
_LONGEST = 254  # characters that Char holds; more is Varchar
_REAL = 15  # length of a real field whose page states none
_SHORT = 9  # digits that Int4 holds


@dataclass(frozen=True)
class Feature:
    """A feature code: its name, kind (point, line, polygon, annotation) and the table of its attributes."""

    code: str
    name: str
    kind: str
    table: str


@dataclass(frozen=True)
class Column:
    """A field of a table. type: as schema.Field; word: the type as the file writes it."""

    name: str
    type: str
    word: str
    length: int | None = None
    decimals: int | None = None


@dataclass(frozen=True)
class Structure:
    """A table of the file. plain: it says that it has no geometry."""

    name: str
    columns: tuple[Column, ...]
    plain: bool = False


def read_codes(source: Source) -> dict[str, Feature]:
    """Feature codes by code, the source standing behind FeatureCodeBegin and then behind its end; Fault `vct.no_feature_code`."""
    found = {}
    while (line := source.next("vct.no_feature_code")).lower() != "featurecodeend":
        cells = [one.strip() for one in line.split(source.separator)]
        if len(cells) < 3:
            raise source.fault("vct.no_feature_code", line)
        kind = cells[2].lower()
        # 2.0: a kind, three colours, the table; 1999: one colour
        at = 3
        while at < len(cells) - 1 and cells[at].lstrip("-").isdigit():
            at += 1
        table = cells[at] if at < len(cells) else ""
        found[cells[0]] = Feature(cells[0], cells[1], kind if kind in KINDS else "polygon", table)
    return found


def read_tables(source: Source, pack: Pack) -> dict[str, Structure]:
    """Table structures by name in upper case; Fault `vct.no_table`, `vct.no_field`, `vct.unknown_type`."""
    types = {row["word"]: row["type"] for row in pack.rule("vct_types")}
    found = {}
    while (line := source.next("vct.no_table")).lower() != "tablestructureend":
        cells = [one.strip() for one in line.split(source.separator)]
        if line == "0":
            continue
        if len(cells) < 2 or not cells[1].isdigit() or not cells[0]:
            raise source.fault("vct.no_table", line)
        columns = []
        for _ in range(int(cells[1])):
            words = source.values("vct.no_field")
            kind = types.get(words[1].lower()) if len(words) > 1 else None
            if kind is None:
                raise source.fault("vct.unknown_type" if len(words) > 1 else "vct.no_field", source.separator.join(words))
            sizes = [int(one) for one in words[2:] if one.isdigit()]
            columns.append(Column(words[0], kind, words[1], *sizes[:2]))
        plain = any(one.lower() == "nonegeometry" for one in cells[2:])
        found[cells[0].upper()] = Structure(cells[0], tuple(columns), plain)
        if (source.peek() or "") == "0":
            source.next("vct.no_table")
    return found


@dataclass(frozen=True)
class Width:
    """What the values of a column need: characters of the longest, places after the point (None: more than a table would state)."""

    longest: int = 0
    places: int | None = 0


def columns_of(page: Layer | None, names: Sequence[str], types: Sequence[str], widths: Sequence[Width]) -> tuple[Column, ...]:
    """The columns of a table to be written: as its page has them, made wider where values need it, so that nothing is cut."""
    known = {} if page is None else {one.name: one for one in page.fields}
    return tuple(_column(name, known.get(name), kind, width) for name, kind, width in zip(names, types, widths))


def _column(name: str, field: Field | None, kind: str, width: Width) -> Column:
    if kind == "text":
        length = max((field.length if field is not None else None) or 0, width.longest, 1)
        return Column(name, kind, "Char", length) if length <= _LONGEST else Column(name, kind, "Varchar")
    if kind == "real":
        if width.places is None:
            return Column(name, kind, "Double")
        stated = (field.decimals if field is not None else None) or 0
        length = max((field.length if field is not None else None) or _REAL, width.longest)
        return Column(name, kind, "Float", length, max(stated, width.places))
    return Column(name, kind, "Int8" if kind == "integer" and width.longest > _SHORT else _WORDS[kind], 8 if kind == "date" else None)


def written_table(table: Structure) -> list[str]:
    """The lines of one table structure."""
    head = f"{table.name},{len(table.columns)}" + (",NoneGeometry" if table.plain else "")
    rows = [",".join([one.name, one.word, *(str(size) for size in (one.length, one.decimals) if size is not None)]) for one in table.columns]
    return [head, *rows, "0", ""]
