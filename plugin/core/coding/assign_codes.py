"""Codes for the rows that have none or a wrong one, after the highest ever used in their scope (domain-rules §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..errors import FieldError, InputError
from ..finding import Finding
from ..schema import Pack
from ..table import Table
from . import numbering_order
from .check_codes import retired_codes
from .code_column import keys_of, scope_of, texts
from .rules import CodeRule, faults

__all__ = ["PAGE", "Assigned", "Wanted", "assign_codes"]

PAGE = "RETIRED_CODES"
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Wanted:
    """How codes are given out. order: rows, along_line or by_field; prefix: what stands before the serial of every row, else scope_field
    says it row by row; keep: good codes stay; day: the date that retired codes bear."""

    field: str
    order: str = "rows"
    order_field: str = ""
    line: Table | None = None
    scope_field: str = ""
    prefix: str = ""
    keep: bool = True
    before: Table | None = None
    day: str = ""


@dataclass
class Assigned:
    """The table with its codes, the retired ones (page RETIRED_CODES), findings, and how many codes stayed and were made."""

    table: Table
    retired: Table
    findings: list[Finding] = field(default_factory=list)
    kept: int = 0
    made: int = 0


@dataclass
class _Work:
    """Codes row by row: what stood there, within what (None = not known), and what will."""

    table: Table
    rule: CodeRule
    wanted: Wanted
    was: list[str]
    within: list[str | None]
    now: list[str]
    keys: list[str]
    findings: list[Finding]

    def tell(self, code: str, at: int, severity: str = "error", **facts: object) -> None:
        place = None if self.table.geometry is None else self.table.geometry[at]
        told = {**facts, "field": self.wanted.field, "row": self.keys[at]}
        self.findings.append(Finding(code, severity, self.table.name, self.keys[at], self.wanted.field, told, place))


def assign_codes(table: Table, rule: CodeRule, wanted: Wanted, pack: Pack) -> Assigned:
    """Give every row a code of `rule` in `wanted.field`, added where it is not there.

    A code stays when `keep` is set and it is good, belongs to its scope, is not retired and no row before it bears it; the others get the
    next serials of their scope in the order wanted, after the highest that this layer or the retired codes ever had. A row whose scope is
    not known or whose serial is not made here keeps what it has and is a finding. InputError `codes.needs_field`, `codes.needs_line`,
    `codes.full`; FieldError `input.missing_field`, `codes.needs_text`.
    """
    _able(table, rule, wanted)
    was = texts(table, wanted.field) if wanted.field in table else [""] * len(table)
    work = _Work(table, rule, wanted, was, [], [""] * len(was), keys_of(table, wanted.field), [])
    work.within = _scopes(work)
    gone = retired_codes(wanted.before, rule)
    lacking = _keep(work, gone)
    kept = len(was) - len(lacking)
    made = _give(work, lacking, _highest(work, gone), gone)
    retired = _retired(work, pack)
    return Assigned(table.with_columns(**{table.named(wanted.field): _column(work)}), retired, work.findings, kept, made)


def _able(table: Table, rule: CodeRule, wanted: Wanted) -> None:
    if wanted.order == "by_field" and not wanted.order_field:
        raise InputError("codes.needs_field")
    if wanted.order == "along_line" and wanted.line is None:
        raise InputError("codes.needs_line")
    if wanted.field in table and rule.prefix is not None and table[wanted.field].dtype.kind in "iuf" and table[wanted.field].notna().any():
        raise FieldError("codes.needs_text", layer=table.name, field=wanted.field)
    if rule.prefix is None and not wanted.prefix:
        table.require(wanted.scope_field or rule.scope_field)
    elif wanted.scope_field:
        table.require(wanted.scope_field)


def _scopes(work: _Work) -> list[str | None]:
    """What the code of each row is counted in: the prefix, made whole, or the value of the scope field; None where it is not known."""
    rule, wanted, table = work.rule, work.wanted, work.table
    name = wanted.scope_field or (rule.scope_field if rule.scope_field and rule.scope_field in table else "")
    given = [wanted.prefix] * len(table) if wanted.prefix or not name else table.text(name).tolist()
    if rule.prefix is None:
        return [one or None for one in given]
    return [_prefix(code, one, rule) for code, one in zip(work.was, given)]


def _prefix(code: str, given: str, rule: CodeRule) -> str | None:
    """The whole prefix of a row: that of its own good code where it begins as given, else the given one, filled up where it lacks its end."""
    whole = rule.prefix
    assert whole is not None
    own = "" if faults(code, rule) else code[: -rule.digits]
    listed = [*([own] if own.startswith(given) else []), *([given, given + rule.fill] if given else [])]
    return next((one for one in listed if whole.fullmatch(one)), None)


def _keep(work: _Work, gone: set[tuple[str, str]]) -> list[int]:
    """Keep what may stay; the rows that need a code, those that cannot have one told."""
    rule, borne, lacking = work.rule, set(), []
    for at, code in enumerate(work.was):
        within = work.within[at]
        good = bool(code) and not faults(code, rule)
        mark = (within or "" if rule.prefix is None else "", code)
        belongs = within is None or rule.prefix is None or code.startswith(within)
        if work.wanted.keep and good and mark not in gone and mark not in borne and belongs:
            work.now[at] = code
            borne.add(mark)
        elif within is None:
            work.now[at] = code
            work.tell("codes.no_prefix", at, was=code, side=rule.name_zh, side_en=rule.name_en)
        elif rule.prefix is not None and rule.refused and within[-1] in rule.refused:
            work.now[at] = code
            work.tell("codes.not_made", at, was=code, prefix=within)
        else:
            lacking.append(at)
    return lacking


def _highest(work: _Work, gone: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The highest serial ever used, by scope: of the layer's codes, kept or not, and of the retired ones."""
    found: dict[str, int] = defaultdict(int)
    listed = [(within or "", code) for within, code in zip(work.within, work.was) if code and work.rule.form.fullmatch(code)]
    for within, code in [*listed, *gone]:
        told = scope_of(code, within, work.rule)
        if told is not None:
            found[told[0]] = max(found[told[0]], told[1])
    return found


def _give(work: _Work, lacking: list[int], highest: dict[str, int], gone: set[tuple[str, str]]) -> int:
    """New codes for the rows that need one, scope by scope; how many."""
    rule, wanted, by_scope = work.rule, work.wanted, defaultdict(list)
    for at in lacking:
        by_scope[work.within[at] or ""].append(at)
    order: dict[str, Callable[[Array], Array]] = {
        "rows": lambda at: numbering_order.by_rows(work.table, at),
        "by_field": lambda at: numbering_order.by_field(work.table, wanted.order_field, at),
        "along_line": lambda at: numbering_order.along(work.table, wanted.line, at),  # type: ignore[arg-type]
    }
    made, borne = 0, {code for code in work.now if code}
    for within, rows in by_scope.items():
        tail = rule.fixed.get(within[-1:]) if rule.prefix is not None else None
        for at in order[wanted.order](np.array(rows, dtype=np.int64)).tolist():
            code = f"{within}{tail}" if tail is not None else _next(work, within, highest)
            if tail is not None and (code in borne or ("", code) in gone):
                work.now[at] = work.was[at]
                work.tell("codes.one_only", at, was=work.was[at], should=code)
                continue
            work.now[at] = code
            borne.add(code)
            made += 1
    return made


def _next(work: _Work, within: str, highest: dict[str, int]) -> str:
    rule = work.rule
    highest[within] = highest.get(within, 0) + 1
    code = f"{within}{highest[within]:0{rule.digits}d}" if rule.prefix is not None else str(highest[within])
    if rule.form.fullmatch(code) is None:
        raise InputError("codes.full", scope=within, highest=highest[within] - 1)
    return code


def _retired(work: _Work, pack: Pack) -> Table:
    """The codes retired before, and those that no row bears any more; what was replaced is told."""
    rule, wanted, page = work.rule, work.wanted, pack.layer(PAGE)
    alone = rule.prefix is not None
    still = {("" if alone else within or "", code) for within, code in zip(work.within, work.now)}
    rows: list[dict[str, Any]] = []
    for at, (was, now) in enumerate(zip(work.was, work.now)):
        if not was or was == now:
            continue
        work.tell("codes.replaced", at, "note", was=was, should=now)
        mark = ("" if alone else work.within[at] or "", was)
        if faults(was, rule) or mark in still:
            continue
        still.add(mark)
        reason = "moved" if alone and not now.startswith(was[: -rule.digits]) else "renumbered"
        rows.append({"RULE": rule.id, "CODE": was, "SCOPE": mark[1][: -rule.digits] if alone else mark[0], "REASON": reason,
                     "SUCCESSOR": now, "RETIRED_ON": wanted.day, "FEATURE": work.keys[at]})
    old, known = _before(wanted.before, rule, page.names)
    new = [row for row in rows if (row["RULE"], "" if alone else row["SCOPE"], row["CODE"]) not in known]
    return Table(pd.DataFrame([*old, *new], columns=page.names, dtype=object), None, None, PAGE, page)


def _before(table: Table | None, rule: CodeRule, names: list[str]) -> tuple[list[dict[str, Any]], set[tuple[str, str, str]]]:
    """The rows of the codes retired before, and the marks (rule, scope, code) of those of this rule."""
    if table is None:
        return [], set()
    columns = {name: [text or None for text in table.text(name)] for name in names}
    rows = [dict(zip(names, cells)) for cells in zip(*columns.values())]
    return rows, {(rule.id, scope, code) for scope, code in retired_codes(table, rule)}


def _column(work: _Work) -> Any:
    """The codes as the column's kind has them: numbers where patch numbers are kept as numbers."""
    if work.wanted.field in work.table and work.table[work.wanted.field].dtype.kind in "iuf" and work.rule.prefix is None:
        return pd.array([int(code) if code.isdigit() else None for code in work.now], dtype="Int64")
    return np.array([code or None for code in work.now], dtype=object)
