"""Rules over layers: two at a time, each by itself; what cannot be run is reported and the others go on."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import shapely

from ..errors import Cancelled, ShanshuiError
from ..finding import Finding
from ..progress import SILENT, Progress
from ..schema import Pack
from ..table import Table
from .case import Case, Checked, Shelf
from .pages import page_of, pages_of
from .rule import Rule, checks

__all__ = ["Ran", "Result", "meant", "recognise", "run", "summary"]

_KINDS = {0: "point", 1: "line", 2: "polygon"}


@dataclass(frozen=True)
class Ran:
    """How one rule went on one layer.

    state: ran, not_given (no layer it is for, or one it needs beside, is there: `reason` names it) or failed; found: how many findings.
    facts: of a failure that has words, whose code `reason` is then.
    """

    rule: Rule
    layer: str
    state: str
    found: int = 0
    reason: str = ""
    facts: dict[str, Any] | None = None


@dataclass(frozen=True)
class Result:
    """findings of all rules in the order of rules and layers, each with the rule it comes from; ran: one row for rule × layer."""

    findings: list[tuple[Rule, Finding]]
    ran: list[Ran]
    layers: list[Checked] = field(default_factory=list)

    @property
    def looked(self) -> list[tuple[str, str]]:
        """(rule, layer) of every rule that ran."""
        return [(one.rule.code, one.layer) for one in self.ran if one.state == "ran"]


def recognise(tables: Sequence[Table], packs: Sequence[Pack]) -> list[Checked]:
    """Layers with the page each follows, no two of one name.

    Of two layers of one page the one that bears its name has it, else the first; the others have their own.
    """
    pages = pages_of(packs)
    fits = [page_of(table, pages) for table in tables]
    named = {table.name.upper() for table in tables}
    found: list[Checked] = []
    for table, fit in zip(tables, fits):
        one = Checked(table) if fit is None else Checked(table, fit[1], fit[0])
        taken = {other.name for other in found}
        stands_back = fit is not None and table.name.upper() != one.name and one.name in named
        name = table.name if stands_back or one.name in taken else one.name
        count = 1
        while name in taken:
            count += 1
            name = f"{table.name} ({count})"
        found.append(replace(one, label="" if name == one.name else name))
    return found


def run(layers: Sequence[Checked], rules: Sequence[Rule], tolerance: float = 0.001, progress: Progress = SILENT) -> Result:
    """Every rule on every layer it is for. tolerance: metres. Raises Cancelled; any other failure of a rule is a `Ran` and a finding."""
    others = {one.name: one for one in layers}
    shelf, idle, work = Shelf(), [], []
    for rule in rules:
        fit = [layer for layer in layers if meant(rule, layer)]
        work += [(rule, layer) for layer in fit]
        idle += [] if fit else [Ran(rule, "", "not_given", reason=", ".join(rule.layers))]
    done: list[tuple[Ran, list[Finding]]] = []
    pool = ThreadPoolExecutor(2)
    try:
        waiting = [pool.submit(_one, Case(rule, layer, others, tolerance, shelf, progress.quiet())) for rule, layer in work]
        for number, one in enumerate(waiting):
            progress.at(number / max(len(waiting), 1))
            done.append(one.result())
    finally:
        pool.shutdown(cancel_futures=True)
    progress.at(1.0)
    findings = [(ran.rule, one) for ran, found in done for one in found]
    order = {rule.code: at for at, rule in enumerate(rules)}
    return Result(findings, sorted([*(ran for ran, _ in done), *idle], key=lambda one: order[one.rule.code]), list(layers))


def meant(rule: Rule, layer: Checked) -> bool:
    """Whether a rule is for a layer."""
    if "any" in rule.layers or layer.name in rule.layers:
        return True
    if layer.page is not None and ("page" in rule.layers or layer.page.name in rule.layers):
        return True
    return layer.table.geometry is not None and _kind(layer) in rule.layers


def _kind(layer: Checked) -> str:
    if layer.page is not None:
        return layer.page.geometry
    return _KINDS.get(int(shapely.get_dimensions(layer.table.shapes).max(initial=-1)), "")


def _one(case: Case) -> tuple[Ran, list[Finding]]:
    rule, name = case.rule, case.layer.name
    lacking = [one for one in rule.others if one not in case.others]
    if lacking:
        return Ran(rule, name, "not_given", reason=", ".join(lacking)), []
    try:
        case.progress.check()
        found = list(checks()[rule.check](case))
    except Cancelled:
        raise
    except Exception as failure:  # noqa: BLE001  (one rule's failure must not take the others with it)
        facts: dict[str, Any] = {"rule": rule.code, "layer": name, "reason": f"{type(failure).__name__}: {failure}"}
        ran = Ran(rule, name, "failed", reason=facts["reason"])
        if isinstance(failure, ShanshuiError):
            facts["reason"] = {"code": failure.code, "facts": failure.facts}
            ran = Ran(rule, name, "failed", reason=failure.code, facts=failure.facts)
        return ran, [Finding("check.rule_failed", "error", name, facts=facts)]
    return Ran(rule, name, "ran", len(found)), found


def summary(result: Result) -> pd.DataFrame:
    """One row for rule × layer: GROUP, RULE, LAYER, STATE, FOUND, in the order of the run."""
    columns = {
        "GROUP": [one.rule.group for one in result.ran],
        "RULE": [one.rule.code for one in result.ran],
        "LAYER": [one.layer for one in result.ran],
        "STATE": [one.state for one in result.ran],
        "FOUND": [one.found for one in result.ran],
    }
    return pd.DataFrame(columns)
