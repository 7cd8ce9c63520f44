"""The tables of the book: areas by type and ownership, holders, patches, and the rights and controls of a unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ...schema import Pack
from ...table import Table as Layer
from ..levelling import add
from .areas import Areas
from .book import Cell, Note, Table
from .rights import Linked
from .shown import column_of, shown

__all__ = ["Sheets"]

Row = Mapping[str, Any]
_KEYS = ("YSDM", "BSM", "ZRZYDJDYH")
_MOST = 8  # columns of a table that the pack lists none for


@dataclass(frozen=True)
class Sheets:
    """What the tables of a book are made of, in one language. linked: the rights that were given, None where nobody was asked."""

    patches: Layer
    areas: Areas
    linked: Sequence[Linked]
    pack: Pack
    language: str

    def tables(self, name: str, title: str, unit: int) -> list[Table]:
        """The tables `name` of the pack's `book_tables` for a unit: one, or one a layer where the rights of a kind lie in several."""
        if name in ("types", "holders", "patches"):
            made = {"types": self._types, "holders": self._holders, "patches": self._patches}[name](unit)
            return [self._table(name, title, made) if made else Table(name, title, (), (), notes=(Note(self._nothing(unit)),))]
        given = [one for one in self.linked if one.right == name]
        if not given:
            return [Table(name, title, (), (), notes=(Note("book.not_provided"),))]
        found = [self._linked(one, title, unit) for one in given if len(one.of(unit))]
        return found or [Table(name, title, (), (), notes=(Note("book.none_in_unit"),))]

    def column(self, name: str) -> Any:
        """(n,) a field of all patches as text; read once for all books."""
        if name not in self._read:
            self._read[name] = self.patches.text(name).to_numpy(dtype=object)
        return self._read[name]

    @cached_property
    def _read(self) -> dict[str, Any]:
        return {}

    def _nothing(self, unit: int) -> str:
        return "book.no_patches" if self.areas.counted[unit] else "book.below_ground"

    def _rows(self, unit: int) -> pd.DataFrame:
        """The patches of a unit with MJ_HA, by number where numbers are told."""
        at = self.areas.rows(unit)
        names = ("TBBH", "ZRZYLX", "OWNERSHIP", "QSDWMC", "QSDWDM", "DLBM", "DBXSZT", "QLXSFS", "DLXSZT")
        rows = pd.DataFrame({name: self.column(name)[at] for name in names})
        rows["MJ"], rows["MJ_HA"] = self.areas.square[at], self.areas.hectares[at]
        order = pd.to_numeric(rows["TBBH"], errors="coerce").fillna(np.inf)
        ordered: pd.DataFrame = rows.iloc[np.lexsort((np.arange(len(rows)), rows["TBBH"].astype(str), order))]
        return ordered.reset_index(drop=True)

    def _types(self, unit: int) -> list[Row]:
        """One row a resource type in the order of its list, and one for what is undecided."""
        rows, owners = self._rows(unit), list(self.pack.codes["OWNERSHIP"])
        kinds = [one for one in self.pack.codes["ZRZYLX"] if (rows["ZRZYLX"] == one).any()]
        kinds += [one for one in dict.fromkeys(rows["ZRZYLX"]) if one not in kinds]
        listed: list[Row] = []
        for kind in kinds:
            mine = rows[rows["ZRZYLX"] == kind]
            by_owner = {f"{one}_HA": add(mine["MJ_HA"][mine["OWNERSHIP"] == one]) for one in owners}
            listed.append({"ZRZYLX": kind, **by_owner, "all_HA": add(mine["MJ_HA"]), "all_M2": add(mine["MJ"]), "all_N": len(mine)})
        if self.areas.left[unit] > 0:
            left = {"all_HA": self.areas.left_ha[unit], "all_M2": self.areas.left[unit], "all_N": 0}
            listed.append({"ZRZYLX": self._undecided(), **{f"{one}_HA": 0.0 for one in owners}, **left})
        return listed

    def _undecided(self) -> str:
        return self.pack.layer("ZRZK").field("WQDMJ").label(self.language)

    def _holders(self, unit: int) -> list[Row]:
        """One row an owner, with who exercises ownership and how; state first, the largest first."""
        rows, keys = self._rows(unit), ["OWNERSHIP", "QSDWDM", "QSDWMC", "DBXSZT", "QLXSFS", "DLXSZT"]
        owners = list(self.pack.codes["OWNERSHIP"])
        listed: list[Row] = []
        for key, mine in rows.groupby(keys, sort=False):
            listed.append({**dict(zip(keys, key)), "MJ_HA": add(mine["MJ_HA"]), "MJ": add(mine["MJ"]), "N": len(mine)})
        place = {one: at for at, one in enumerate(owners)}
        return sorted(listed, key=lambda row: (place.get(row["OWNERSHIP"], len(place)), -row["MJ"]))

    def _patches(self, unit: int) -> list[Row]:
        return list(self._rows(unit).to_dict("records"))  # type: ignore[arg-type]

    def _table(self, name: str, title: str, rows: Sequence[Row]) -> Table:
        """Rows under the columns of the pack's `book_columns`; a total where a column has one."""
        listed = [row for row in self.pack.rule("book_columns") if row["table"] == name]
        page = self.pack.layer("ZRZYTB")
        fields = {one.name: one for one in page.fields}
        columns = tuple(column_of(row, fields.get(row["column"]), self.language) for row in listed)
        cells = tuple(
            tuple(shown(row.get(one["column"]), fields.get(one["column"]), self.pack, self.language) for one in listed) for row in rows
        )
        return Table(name, title, columns, cells, self._total(listed, cells))

    def _total(self, listed: Sequence[Row], cells: Sequence[tuple[Cell, ...]]) -> tuple[Cell, ...]:
        """Sums of the printed numbers; the word for total is the pack's."""
        found: list[Cell] = []
        for at, one in enumerate(listed):
            values = [row[at] for row in cells if isinstance(row[at], (int, float))]
            if one["total"] == "sum" and values:
                found.append(int(sum(values)) if one["decimals"] == "0" else add(values))  # type: ignore[arg-type]
            else:
                found.append(self.pack.value("book_words", "total", self.language) if one["total"] == "label" else None)
        return tuple(found)

    def _linked(self, one: Linked, title: str, unit: int) -> Table:
        """The rights of one layer in the unit, with the area of each in it where it has one."""
        fields = {field.name: field for field in one.page.fields}
        links = one.of(unit)
        listed = [row for row in self.pack.rule("book_columns") if row["table"] == one.page.name] or _filled(one, links["ROW"])
        columns = [column_of(row, fields.get(row["column"]), self.language) for row in listed]
        rows = [self._right(one, int(at), listed, fields) for at in links["ROW"]]
        inside = links["INSIDE"].to_numpy(dtype=float)
        total: tuple[Cell, ...] = ()
        if np.isfinite(inside).any():
            area = self.pack.row("book_columns", "right.INSIDE")
            columns.append(column_of(area, None, self.language))
            rows = [(*row, None if value != value else float(value)) for row, value in zip(rows, inside.tolist())]
            words = self.pack.value("book_words", "total", self.language)
            total = (words, *[None] * (len(columns) - 2), add(inside[np.isfinite(inside)]))
        own = one.page.title(self.language)
        gap = "：" if self.language == "zh" else ": "
        return Table(one.right, title if own == title else f"{title}{gap}{own}", tuple(columns), tuple(rows), total if len(rows) > 1 else ())

    def _right(self, one: Linked, at: int, listed: Iterable[Row], fields: Mapping[str, Any]) -> tuple[Cell, ...]:
        row = one.table.rows.iloc[at]
        names = [one.table.named(column["column"]) for column in listed]
        return tuple(
            shown(row[name] if name in row.index else None, fields.get(column["column"]), one.pack, self.language)
            for name, column in zip(names, listed)
        )


def _filled(one: Linked, rows: pd.Series[Any]) -> list[dict[str, str]]:
    """Columns for a page that `book_columns` does not list: its first fields beside the keys that hold something in these rows."""
    part = one.table.take(rows.to_numpy(dtype=int))
    names = [field.name for field in one.page.fields if field.name not in _KEYS and (part.text(field.name) != "").any()]
    blank = dict.fromkeys(("label_zh", "label_en", "group_zh", "group_en", "decimals"), "")
    return [{**blank, "column": name, "width": "14"} for name in names[:_MOST]]
