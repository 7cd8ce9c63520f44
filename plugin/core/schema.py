"""A page of a standard as frozen data: fields, layers, packs, and how folders of CSV become them.

A pack is a folder: pack.csv (facts by key), layers.csv, fields/<LAYER>.csv, codes/<domain>.csv, rules/<name>.csv. Reading is strict: what
cannot be understood is a PackError that names file and row. A user's folder of the same pack is laid over the shipped one by key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .codes import CodeList
from .errors import PackError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SHIPPED", "Field", "Layer", "Origin", "Pack", "empty_rows", "load_pack", "load_packs"]

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "packs"
_DTYPES = {"text": "object", "path": "object", "date": "object", "integer": "Int64", "real": "float64"}


@dataclass(frozen=True)
class Field:
    """One row of a field table.

    type: text, integer, real, date or path. length: places or characters, decimals: places after the point (None = not stated). presence: M must,
    O may, C:<predicate> must where the predicate holds. domain: a code list or "". minimum, maximum: bounds or None. pattern: a regular
    expression for the whole text or "".
    """

    name: str
    type: str
    length: int | None = None
    decimals: int | None = None
    unit: str = ""
    presence: str = "O"
    domain: str = ""
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    group: str = ""
    label_zh: str = ""
    label_en: str = ""
    source: str = ""
    status: str = "default"

    def label(self, language: str) -> str:
        """The label in `zh`, or in English for any other language."""
        return self.label_zh if language == "zh" else self.label_en


@dataclass(frozen=True)
class Layer:
    """One table of a standard. geometry: polygon, line, point or none; ysdm: feature code or ""; key: the field that names a row, or ""."""

    name: str
    title_zh: str
    title_en: str
    geometry: str
    ysdm: str
    key: str
    fields: tuple[Field, ...]
    source: str = ""
    status: str = "default"

    @property
    def names(self) -> list[str]:
        """The names of the fields, in order."""
        return [one.name for one in self.fields]

    def field(self, name: str) -> Field:
        """The field of that name; PackError `pack.no_field`."""
        for one in self.fields:
            if one.name == name:
                return one
        raise PackError("pack.no_field", layer=self.name, field=name)

    def title(self, language: str) -> str:
        """The title in `zh`, or in English for any other language."""
        return self.title_zh if language == "zh" else self.title_en


@dataclass(frozen=True)
class Origin:
    """Where a row of a pack comes from: its page (fields/DLTB), key, source and status, and the user's file where it is not shipped."""

    page: str
    key: str
    source: str
    status: str
    file: str = ""


@dataclass(frozen=True, eq=False)
class Pack:
    """A standard: layers, code lists (its own and those of the packs it uses), rules by name, and the facts of pack.csv."""

    id: str
    edition: str
    title_zh: str
    title_en: str
    layers: Mapping[str, Layer]
    codes: Mapping[str, CodeList]
    rules: Mapping[str, tuple[Mapping[str, str], ...]]
    facts: Mapping[str, str]
    origins: tuple[Origin, ...] = field(default=(), repr=False)

    def rule(self, name: str) -> tuple[Mapping[str, str], ...]:
        """The rows of a rule page; PackError `pack.no_rule`."""
        if name not in self.rules:
            raise PackError("pack.no_rule", pack=self.id, rule=name)
        return self.rules[name]

    def row(self, rule: str, key: str) -> Mapping[str, str]:
        """The row of a rule page whose first column is `key`; PackError `pack.no_rule`, `pack.no_row`."""
        for one in self.rule(rule):
            if next(iter(one.values())) == key:
                return one
        raise PackError("pack.no_row", pack=self.id, rule=rule, key=key)

    def value(self, rule: str, key: str, column: str = "value") -> str:
        """One cell of a rule page as text; PackError `pack.no_rule`, `pack.no_row`, `pack.no_cell`."""
        one = self.row(rule, key)
        if column not in one:
            raise PackError("pack.no_cell", pack=self.id, rule=rule, key=key, column=column)
        return one[column]

    def number(self, rule: str, key: str, column: str = "value") -> float:
        """One cell of a rule page as a number; PackError as `value`, and `pack.no_number`."""
        text = self.value(rule, key, column)
        try:
            return float(text)
        except ValueError as why:
            raise PackError("pack.no_number", pack=self.id, rule=rule, key=key, column=column, value=text) from why

    def layer(self, name: str) -> Layer:
        """The layer of that name; PackError `pack.no_layer`."""
        if name not in self.layers:
            raise PackError("pack.no_layer", pack=self.id, layer=name)
        return self.layers[name]

    def title(self, language: str) -> str:
        """The title in `zh`, or in English for any other language."""
        return self.title_zh if language == "zh" else self.title_en

    def not_standard(self) -> tuple[Origin, ...]:
        """The rows that were not read in the published text, for reports to list."""
        return tuple(one for one in self.origins if one.status != "standard")

    def own(self) -> tuple[Origin, ...]:
        """The rows that a user's folder replaced or added."""
        return tuple(one for one in self.origins if one.file)


def load_pack(folder: Path, overlays: Sequence[Path] = (), lists: Mapping[str, CodeList] | None = None) -> Pack:
    """The pack in `folder`, with other folders of the same pack laid over it in their order.

    lists: code lists of the packs it uses; None reads them from the folders beside it (fact `uses` of pack.csv, ids parted by blanks).
    PackError with file and row for anything that cannot be understood (see pack_reading.py and pack_page.py).
    """
    from . import pack_reading

    if lists is None:
        lists = {}
        for used in pack_reading.used_packs(folder, overlays):
            lists = {**lists, **load_pack(folder.parent / used).codes}
    return pack_reading.read_pack(folder, overlays, lists)


def load_packs(root: Path = SHIPPED, overlay_roots: Sequence[Path] = (), editions: Mapping[str, str] | None = None) -> dict[str, Pack]:
    """All packs under `root` by id, with the user's folders laid over them; a folder with a new id is a pack of its own.

    editions: pack id → the edition to use where the user's folders state several (see pack_editions.py; default the last one stated).
    PackError as `load_pack`, and `pack.no_folder`, `pack.no_edition`, `pack.uses_unknown`, `pack.uses_circle`.
    """
    from . import pack_editions, pack_reading

    folders = pack_editions.selected(pack_reading.pack_folders(root, overlay_roots), editions or {}, root)
    found: dict[str, Pack] = {}
    for name in pack_reading.in_order(folders):
        own, *overlays = folders[name]
        lists: dict[str, CodeList] = {}
        for used in pack_reading.used_packs(own, overlays):
            lists.update(found[used].codes)
        found[name] = load_pack(own, overlays, lists)
    return {name: found[name] for name in folders}


def empty_rows(layer: Layer) -> pd.DataFrame:
    """A DataFrame without rows that has the columns of a layer: text, path and date as object, integer as Int64, real as float64."""
    import pandas as pd

    return pd.DataFrame({one.name: pd.Series(dtype=_DTYPES[one.type]) for one in layer.fields}, columns=layer.names)
