"""Codes that the later year does not bear any more, and codes that come back where they may not (domain-rules §3)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pandas as pd

from ..coding.check_codes import retired_codes
from ..coding.rules import CodeRule
from ..finding import Finding
from ..schema import Layer
from ..table import Table
from .kinds import ATTRIBUTE, GONE, UNCHANGED
from .marks import Marks

__all__ = ["came_back", "retired"]

Array = np.ndarray[Any, Any]

_REASONS = {UNCHANGED: "renumbered", ATTRIBUTE: "moved"}


def retired(
    old: Marks, new: Marks, parts: tuple[Array, Array, Array, Array], rule: CodeRule | None, page: Layer, before: Table | None, day: str
) -> Table:
    """The page RETIRED_CODES: the rows of `before`, and a row for each key of the old year that no new row bears.

    parts: old and new row, size and kind of every part that lasts. REASON: the kind of the largest part (renumbered where nothing else changed,
    moved where attributes did, gone without one); SUCCESSOR: the key of the new row that got it.
    """
    borne, alone = set(new.pairs()), rule is None or rule.prefix is not None
    order = np.argsort(parts[2], kind="stable")
    heir = {int(row): int(at) for row, at in zip(parts[0][order], order)}
    rows: list[dict[str, Any]] = [] if before is None else [
        dict(zip(page.names, cells)) for cells in zip(*([text or None for text in before.text(name)] for name in page.names))
    ]  # fmt: skip
    known = set() if before is None else _known(before, rule)
    for row, (scope, key) in enumerate(old.pairs()):
        if not key or (scope, key) in borne or (scope, key) in known:
            continue
        known.add((scope, key))
        at = heir.get(row)
        kind = GONE if at is None else str(parts[3][at])
        prefix = key[: -rule.digits] if rule is not None and alone and rule.digits else scope
        rows.append({
            "RULE": rule.id if rule else None, "CODE": key, "SCOPE": prefix or None, "REASON": _REASONS.get(kind, kind),
            "SUCCESSOR": None if at is None else new.keys[parts[1][at]] or None, "RETIRED_ON": day, "FEATURE": old.names[row],
        })  # fmt: skip
    return Table(pd.DataFrame(rows, columns=page.names, dtype=object), None, None, page.name, page)


def came_back(
    old: Marks, new: Marks, parts: tuple[Array, ...], rule: CodeRule | None, before: Table | None, table: Table, field: str
) -> list[Finding]:
    """Keys of the new year that were retired before (`codes.retired`), or that lie on ground which their old row never had (`lineage.elsewhere`).

    parts: old and new row of every part that lasts. Codes once used are never used again.
    """
    had: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row, mark in enumerate(old.pairs()):
        had[mark].add(row)
    linked = set(zip(parts[0].tolist(), parts[1].tolist()))
    gone = set() if before is None else _known(before, rule)
    found = []
    for row, mark in enumerate(new.pairs()):
        facts = {"field": field, "row": new.names[row], "was": mark[1]}
        if mark[1] and mark in gone:
            found.append(Finding("codes.retired", "error", table.name, new.names[row], field, facts, table.shapes[row]))
        if mark[1] and mark in had and not any((one, row) in linked for one in had[mark]):
            found.append(Finding("lineage.elsewhere", "error", table.name, new.names[row], field, facts, table.shapes[row]))
    return found


def _known(before: Table, rule: CodeRule | None) -> set[tuple[str, str]]:
    """(scope, code) of the codes retired before, under this rule or without one."""
    if rule is not None:
        return retired_codes(before, rule)
    return {("", code) for code, of in zip(before.text("CODE"), before.text("RULE")) if code and not of}
