"""Codes as they stand in a table: texts, the keys of rows, and what each is counted within."""

from __future__ import annotations

import math
from typing import Any

from ..table import Table, is_missing
from .rules import CodeRule

__all__ = ["keys_of", "scope_of", "text_of", "texts"]


def text_of(value: Any) -> str:
    """A cell as text, blanks kept: whole numbers without a point, nothing for a missing one."""
    if is_missing(value):
        return ""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)


def texts(table: Table, field: str) -> list[str]:
    """A column as texts; FieldError `input.missing_field`."""
    column = table[field]
    present = column.notna().tolist()
    return [text_of(value) if there else "" for value, there in zip(column.tolist(), present)]


def keys_of(table: Table, field: str) -> list[str]:
    """How findings name the rows: by BSM where that is another field than `field`, else by position from 1."""
    if "BSM" in table and table.named("BSM") != table.named(field):
        return [text or str(at) for at, text in enumerate(texts(table, "BSM"), 1)]
    return [str(at) for at in range(1, len(table) + 1)]


def scope_of(code: str, within: str, rule: CodeRule) -> tuple[str, int] | None:
    """What the serial of a code counts in and the serial itself; None for a code without one.

    within: the value of the field that a code without prefix is counted in.
    """
    if rule.prefix is None:
        return (within, int(code)) if code.isascii() and code.isdigit() else None
    head, tail = code[: -rule.digits], code[-rule.digits :]
    if not (tail.isascii() and tail.isdigit()) or rule.prefix.fullmatch(head) is None or head[-1:] in rule.fixed:
        return None
    return head, int(tail)
