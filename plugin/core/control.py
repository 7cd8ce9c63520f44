"""Control totals from what a user writes: a number, a field, or a table of groups; and a table levelled to them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import balance
from .area_text import Stated, area_of, stated_areas
from .errors import ControlError
from .finding import Finding
from .measure import round_half_away
from .table import Table

__all__ = ["Levelled", "Wanted", "level_table", "read_control", "stated_by"]

_WHOLE = ""


@dataclass(frozen=True)
class Wanted:
    """How a table is to be levelled: names of its fields ("" = none), the control as written, and the rule.

    stated: control (or, beside a number, the villages' own areas) by group, or by (part, group).
    """

    area: str
    group: str = ""
    part: str = ""
    key: str = ""
    control: str = ""
    method: str = "survey"
    limit: float | None = None
    stated: Mapping[Any, float] | None = None


@dataclass(frozen=True)
class Levelled:
    """The table with its area field levelled, AREA_WAS and ADJUSTMENT added; findings; how many groups were levelled and left."""

    table: Table
    findings: list[Finding]
    done: int
    left: int


def read_control(text: str, fields: list[str]) -> float | dict[str, float] | str:
    """What CONTROL means: a field of the layer (its name), numbers by part ("00=123.45; 01=6.7"), or one number.

    Numbers are m², or have their unit behind (12.5公顷). ControlError `balance.unreadable_control` for anything else; a field goes before
    a number.
    """
    clean = text.strip()
    if clean in fields:
        return clean
    pairs = [one.rpartition("=") for one in re.split("[;\uff1b\n]", clean) if one.strip()]
    read = {part.strip(): area_of(value) for part, _, value in pairs}
    numbers = {part: value[0] for part, value in read.items() if value is not None}
    if len(numbers) < len(pairs) or not numbers:
        raise ControlError("balance.unreadable_control", control=clean, present=", ".join(fields))
    return numbers if "=" in clean else numbers[""]


def stated_by(table: Table, key: str, value: str, part: str = "") -> dict[Any, float]:
    """Control areas of a table by the text of its key field, or by (part, key) where `part` is one of its fields; equal keys are added."""
    table.require(key, value)
    keys, parts = table.text(key), table.text(part) if part and part in table else None
    found: dict[Any, list[float]] = {}
    for at, (name, number) in enumerate(zip(keys, stated_areas(table, value).values)):
        pair = (parts.iloc[at], name) if parts is not None else name
        found.setdefault(pair, []).append(float(number))
    return {pair: round_half_away(math.fsum(numbers), 2) for pair, numbers in found.items()}


def level_table(table: Table, wanted: Wanted) -> Levelled:
    """The rows of a table levelled as `wanted` (domain-rules §2).

    A field as control, or a table of controls alone, levels each group by itself. A number (one for each part) levels in two steps: the
    groups to the number, from their stated areas or their sums, then the rows to the groups; without a group field, the rows to the number.
    """
    table.require(*(name for name in (wanted.area, wanted.group, wanted.part) if name))
    written = stated_areas(table, wanted.area)
    areas, notes = written.values, written.findings(table.name, wanted.area)
    groups = list(table.text(wanted.group)) if wanted.group else [_WHOLE] * len(table)
    parts = list(table.text(wanted.part)) if wanted.part else [_WHOLE] * len(table)
    keys: list[Any] = table[wanted.key].tolist() if wanted.key and wanted.key in table else list(range(1, len(table) + 1))
    control = read_control(wanted.control, table.fields) if wanted.control else None
    if control is None and not wanted.stated:
        raise ControlError("balance.control_not_given")
    pairs = list(zip(parts, groups)) if wanted.part else groups
    if isinstance(control, (float, dict)) and wanted.group:
        both = balance.level_two(
            areas, parts, groups, keys, _county(control, parts), _paired(wanted.stated, pairs, wanted.part), wanted.method, wanted.limit,
            table.name,
        )
        adjusted, adjustment, findings = both.adjusted, both.adjustment, both.findings
    else:
        findings, controls = [], dict[Any, Any]()
        if isinstance(control, str):
            stated = stated_areas(table, control)
            notes = notes + stated.findings(table.name, control)
            controls, findings = _by_field(table, control, stated, pairs)
        else:
            controls = _county(control, parts) if control is not None else _known(wanted.stated or {}, pairs)
            findings = [] if control is not None else _without_patches(wanted.stated or {}, pairs, table.name)
        named = parts if control is not None and not isinstance(control, str) else pairs
        adjusted, adjustment, more = balance.level_groups(areas, named, controls, keys, wanted.method, wanted.limit, table.name)
        told = {one.row for one in findings}
        findings = findings + [one for one in more if one.row not in told]
    stopped, kinds = {one.row for one in findings}, set(pairs)
    left = sum(balance.label_of(one) in stopped or (one[0] if wanted.part else _WHOLE) in stopped for one in kinds)
    columns = {wanted.area: adjusted, "AREA_WAS": areas, "ADJUSTMENT": adjustment}
    return Levelled(table.with_columns(**columns), notes + findings, len(kinds) - left, left)


def _county(control: float | dict[str, float], parts: list[str]) -> dict[Any, float]:
    return control if isinstance(control, dict) else dict.fromkeys(parts, control)


def _known(stated: Mapping[Any, float], pairs: list[Any]) -> dict[Any, float]:
    """Controls for the groups as they are written here: by (part, group), else by the group alone."""
    found = {}
    for pair in set(pairs):
        named = pair if pair in stated or not isinstance(pair, tuple) else pair[1]
        if named in stated:
            found[pair] = stated[named]
    return found


def _without_patches(stated: Mapping[Any, float], pairs: list[Any], layer: str) -> list[Finding]:
    """A finding for each stated control that no row belongs to."""
    filled = set(pairs) | {pair[1] for pair in pairs if isinstance(pair, tuple)}
    empty = [balance.label_of(one) for one in stated if one not in filled]
    return [Finding("balance.no_patches", "error", layer, label, facts={"group": label}) for label in empty]


def _paired(stated: Mapping[Any, float] | None, pairs: list[Any], part: str) -> dict[tuple[Any, Any], float] | None:
    if not stated:
        return None
    if any(isinstance(one, tuple) for one in stated):
        return {one: area for one, area in stated.items() if isinstance(one, tuple)}
    if part:
        return dict(_known(stated, pairs))
    return {(_WHOLE, one): area for one, area in stated.items()}


def _by_field(table: Table, field: str, stated: Stated, pairs: list[Any]) -> tuple[dict[Any, float | None], list[Finding]]:
    """The control each group's rows agree on; None and a finding where they do not."""
    found: dict[Any, set[float]] = {}
    for pair, value in zip(pairs, stated.values):
        found.setdefault(pair, set()).update([] if np.isnan(value) else [float(value)])
    findings = []
    for pair, values in found.items():
        if len(values) > 1:
            label = balance.label_of(pair)
            listed = ", ".join(f"{one:.2f}" for one in sorted(values)[:5])
            findings.append(Finding("balance.control_differs", "error", table.name, label, field, {"group": label, "found": listed}))
    return {pair: next(iter(values)) if len(values) == 1 else None for pair, values in found.items()}, findings
