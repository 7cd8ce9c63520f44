"""What names the rows of two years, and which fields say something about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..coding.code_column import keys_of, texts
from ..coding.rules import CodeRule, rules_of
from ..finding import Finding
from ..schema import Pack
from ..table import Table

__all__ = ["Marks", "altered", "compared", "marks", "rule_of_field"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Marks:
    """keys: (n,) the value of the key field; scopes: (n,) what a code without prefix is counted in, else ""; names: what findings call the rows."""

    keys: Array
    scopes: Array
    names: list[str]

    def pairs(self) -> list[tuple[str, str]]:
        """(scope, key) of each row."""
        return list(zip(self.scopes.tolist(), self.keys.tolist()))


def rule_of_field(pack: Pack, field: str) -> CodeRule | None:
    """The rule of codes that is made for a field, None where the pack has none."""
    return next((one for one in rules_of(pack).values() if one.field.lower() == field.lower()), None)


def marks(table: Table, field: str, rule: CodeRule | None) -> tuple[Marks, list[Finding]]:
    """Keys of the rows; keys that are missing (`lineage.no_key`, once) or stand twice (`codes.twice`). FieldError `input.missing_field`."""
    keys = np.array([one.strip() for one in texts(table, field)], dtype=object)
    counted = rule is not None and rule.prefix is None and rule.scope_field in table
    scopes = np.array(texts(table, rule.scope_field) if counted and rule else [""] * len(table), dtype=object)
    names = [key or other for key, other in zip(keys.tolist(), keys_of(table, field))]
    findings: list[Finding] = []
    empty = int((keys == "").sum())
    if empty:
        findings.append(Finding("lineage.no_key", "warning", table.name, "", field, {"layer": table.name, "field": field, "count": empty}))
    first: dict[tuple[str, str], int] = {}
    for at, mark in enumerate(zip(scopes.tolist(), keys.tolist())):
        if mark[1] and mark in first:
            facts = {"field": field, "row": f"{names[at]} ({at + 1})", "was": mark[1], "first": f"{names[first[mark]]} ({first[mark] + 1})"}
            findings.append(Finding("codes.twice", "error", table.name, names[at], field, facts, table.shapes[at]))
        first.setdefault(mark, at)
    return Marks(keys, scopes, names), findings


def compared(old: Table, new: Table, wanted: list[str], key: str, ignored: set[str]) -> list[tuple[str, str]]:
    """The fields of both layers to compare, as they are called in each: those wanted, else all that both have but the key and `ignored`.

    FieldError `input.missing_field` for one that is wanted and not there.
    """
    if wanted:
        old.require(*wanted)
        new.require(*wanted)
        return [(old.named(one), new.named(one)) for one in wanted]
    left = [one for one in old.fields if one.upper() not in ignored and one.lower() != key.lower() and one in new]
    return [(one, new.named(one)) for one in left]


def altered(old: Table, new: Table, fields: list[tuple[str, str]], left: Array, right: Array) -> Array:
    """(n,) names of the fields in which old row and new row differ, parted by blanks; "" for equal rows and where there is only one (−1)."""
    found = np.full(len(left), "", dtype=object)
    at = np.flatnonzero((left >= 0) & (right >= 0))
    for name, other in fields:
        before, after = _plain(old.rows[name])[left[at]], _plain(new.rows[other])[right[at]]
        differ = at[before != after]
        found[differ] = [f"{one} {name}".strip() for one in found[differ]]
    return found


def _plain(column: pd.Series[Any]) -> Array:
    """Values as texts that are equal where the values are: blanks around and the kind of number do not count."""
    if column.dtype.kind in "iuf":
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        return np.array(["" if one != one else repr(one) for one in numbers.tolist()], dtype=object)
    missing = column.isna().to_numpy()
    found = column.astype(object).astype(str).str.strip().to_numpy(dtype=object)
    found[missing] = ""
    return found
