"""Rules over layers: two at a time, each by itself; what cannot be run is reported and the others go on."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
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

__all__ = ["Ran", "Result", "recognise", "run"]

_KINDS = {0: "point", 1: "line", 2: "polygon"}


@dataclass(frozen=True)
class Ran:
    """How one rule went on one layer. state: ran, not_given (a layer it needs beside is not there) or failed; found: how many findings."""

    rule: Rule
    layer: str
    state: str
    found: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Result:
    """findings of all rules in the order of rules and layers, each with the rule it comes from; ran: one row for rule × layer."""

    findings: list[tuple[Rule, Finding]]
    ran: list[Ran]
    layers: list[Checked] = field(default_factory=list)


def recognise(tables: Sequence[Table], packs: Sequence[Pack]) -> list[Checked]:
    """Layers with the page each follows; of two layers of one page the first has the page's name, the later ones their own."""
    pages = pages_of(packs)
    found, taken = [], set[str]()
    for table in tables:
        fit = page_of(table, pages)
        if fit is not None and fit[1].name not in taken:
            taken.add(fit[1].name)
            found.append(Checked(table, fit[1], fit[0]))
        else:
            found.append(Checked(table, None if fit is None else _renamed(fit[1], table.name), None if fit is None else fit[0]))
    return found


def _renamed(page: Any, name: str) -> Any:
    import dataclasses

    return dataclasses.replace(page, name=name or page.name)


def run(layers: Sequence[Checked], rules: Sequence[Rule], tolerance: float = 0.001, progress: Progress = SILENT) -> Result:
    """Every rule on every layer it is for. tolerance: metres. Raises Cancelled; any other failure of a rule is a `Ran` and a finding."""
    others = {one.name: one for one in layers}
    shelf, work = Shelf(), []
    for rule in rules:
        work += [(rule, layer) for layer in layers if _meant(rule, layer)]
    done: list[tuple[Ran, list[Finding]]] = []
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(_one, Case(rule, layer, others, tolerance, shelf, progress.quiet())) for rule, layer in work]
        try:
            for number, one in enumerate(waiting):
                progress.at(number / max(len(waiting), 1))
                done.append(one.result())
        finally:
            for one in waiting:
                one.cancel()
    progress.at(1.0)
    findings = [(ran.rule, one) for ran, found in done for one in found]
    return Result(findings, [ran for ran, _ in done], list(layers))


def _meant(rule: Rule, layer: Checked) -> bool:
    if layer.name in rule.layers or (layer.page is not None and layer.page.name in rule.layers):
        return True
    if "any" in rule.layers:
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
        found = list(checks()[rule.check](case))
    except Cancelled:
        raise
    except Exception as failure:  # noqa: BLE001  (one rule's failure must not take the others with it)
        code = failure.code if isinstance(failure, ShanshuiError) else type(failure).__name__
        facts: dict[str, Any] = {"rule": rule.code, "layer": name, "reason": f"{code}: {failure}"}
        return Ran(rule, name, "failed", reason=facts["reason"]), [Finding("check.rule_failed", "error", name, facts=facts)]
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
