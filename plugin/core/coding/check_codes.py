"""Codes of a layer against their rule: each by itself, among each other, and against those that are retired."""

from __future__ import annotations

from collections.abc import Iterable

from ..finding import Finding
from ..progress import SILENT, Progress
from ..table import Table
from .code_column import keys_of, texts
from .rules import CodeRule, faults

__all__ = ["check_codes", "retired_codes"]

_STEP = 10_000


def retired_codes(before: Table | None, rule: CodeRule) -> set[tuple[str, str]]:
    """(scope, code) of what a table of retired codes has under this rule; the scope is "" for codes that say it themselves.

    FieldError `input.missing_field` for a table without CODE; rows without RULE count for every rule.
    """
    if before is None:
        return set()
    rules, scopes = before.text("RULE"), before.text("SCOPE")
    return {
        ("" if rule.prefix is not None else scope, code.strip())
        for code, of, scope in zip(texts(before, "CODE"), rules, scopes)
        if code.strip() and of in ("", rule.id)
    }


def check_codes(
    table: Table, field: str, rule: CodeRule, scope_field: str = "", retired: Iterable[tuple[str, str]] = (), progress: Progress = SILENT
) -> list[Finding]:
    """Findings of the codes in `field`: those of `faults`, `codes.twice` for the second and later bearers of a code, `codes.retired`.

    scope_field: within which a code without prefix must be unique (default: the rule's). FieldError `input.missing_field`.
    """
    codes, keys = texts(table, field), keys_of(table, field)
    within = texts(table, scope_field or rule.scope_field) if rule.prefix is None else [""] * len(table)
    gone = set(retired)
    found: list[Finding] = []
    first: dict[tuple[str, str], int] = {}
    for at, code in enumerate(codes):
        if at % _STEP == 0:
            progress.at(at / len(codes))
        place = None if table.geometry is None else table.geometry[at]

        def tell(name: str, facts: dict[str, object], at: int = at, place: object = place) -> None:
            found.append(Finding(name, "error", table.name, keys[at], field, {**facts, "field": field, "row": keys[at]}, place))

        for name, facts in faults(code, rule):
            tell(name, facts)
        bearer = (within[at], code.strip())
        if not bearer[1]:
            continue
        if bearer in first:
            tell("codes.twice", {"was": code, "first": keys[first[bearer]]})
        first.setdefault(bearer, at)
        if bearer in gone:
            tell("codes.retired", {"was": code})
    return found
