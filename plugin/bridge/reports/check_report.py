"""The report of a run of checks: one HTML page, grouped as official sheets are, in the language of the outputs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...core.checks.engine import Ran, Result
from ...core.checks.rule import GROUPS, Rule
from ...core.checks.states import STATES
from ...core.errors import LibraryError
from ...core.finding import SEVERITIES
from ...core.schema import Pack
from ...core.table import Table
from ..batch import check
from ..libraries import vendored
from ..places import RESOURCES, version
from ..speech import explain, sentence

__all__ = ["About", "able", "account", "page", "writer"]

_LISTED = 100  # findings that a group lists
_EXCEPTIONS = 500  # exceptions that a group lists: each has a reason that somebody must read


@dataclass(frozen=True)
class About:
    """What the run was made with: packs, tolerance in metres, ISO date, who ran it, and whether the run before was given."""

    packs: tuple[Pack, ...]
    tolerance: float
    day: str
    operator: str = ""
    again: bool = False


def account(found: Table, result: Result, run: Any) -> dict[str, int]:
    """The counts of a run, told in the log rule by rule with what was not run and why; as results OPEN, EXCEPTIONS, FIXED, NOT_RUN."""
    rows = found.rows
    for code, state in dict.fromkeys(zip(rows["CODE"], rows["STATE"])):
        if state == "open":
            same = rows[(rows["CODE"] == code) & (rows["STATE"] == state)]
            words = sentence(str(same["WORDS"].iloc[0]), json.loads(same["FACTS"].iloc[0] or "{}"), with_next=True)
            run.warn("run.found", code=code, count=len(same), words=words)
    lacking: dict[str, list[str]] = {}
    for one in result.ran:
        if one.state == "not_given":
            lacking.setdefault(one.reason, []).append(one.rule.code)
    for reason, codes in lacking.items():
        run.info("check.not_run", layers=reason, rules=" ".join(dict.fromkeys(codes)))
    for one in result.layers:
        if one.page is None:
            run.info("check.no_page", layer=one.name)
    state = Counter(rows["STATE"])
    ran = Counter(one.state for one in result.ran)
    run.info("check.done", ran=ran["ran"], layers=len(result.layers), open=state["open"], exception=state["exception"], fixed=state["fixed"])
    not_run = len({one.rule.code for one in result.ran} - {code for code, _ in result.looked})
    return {"OPEN": state["open"], "EXCEPTIONS": state["exception"], "FIXED": state["fixed"], "NOT_RUN": not_run}


def able(path: str | None, run: Any) -> bool:
    """Whether a report is asked for and can be made; without jinja2 that is said. OutputError as `batch.check`, before the work begins."""
    if not path:
        return False
    check(Path(path))
    try:
        vendored("jinja2")
    except LibraryError as failure:
        run.warn("check.no_report", reason=explain(failure))
        return False
    return True


def writer(path: str, result: Result, found: Table, about: About, run: Any) -> Callable[[Any], str]:
    """What writes the report when the results are written."""

    def write(batch: Any) -> str:
        made = batch.stage(Path(path)) / Path(path).name
        made.write_text(page(result, found, about, run.language), encoding="utf-8")
        return str(path)

    return write


def page(result: Result, found: Table, about: About, language: str) -> str:
    """The whole page as HTML that needs no other file. LibraryError `library.missing` without jinja2."""
    jinja2 = vendored("jinja2")
    source = (RESOURCES / "templates" / "check_report.html").read_text(encoding="utf-8")
    template = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined).from_string(source)

    def say(code: str, **facts: object) -> str:
        return sentence(f"check.report.{code}", facts, language)

    rows = found.rows
    facts = {
        "say": say, "language": language, "about": about, "version": version(), "layers": result.layers, "groups": _groups(result, found, language),
        "totals": {state: int((rows["STATE"] == state).sum()) for state in STATES},
        "severities": {one: int(((rows["SEVERITY"] == one) & (rows["STATE"] == "open")).sum()) for one in SEVERITIES},
        "ran": Counter(one.state for one in result.ran), "origins": [_origins(pack) for pack in about.packs],
        "not_run": _not_run(result, language), "rules": len({one.rule.code for one in result.ran}),
    }  # fmt: skip
    text: str = template.render(facts)
    return text


def _groups(result: Result, found: Table, language: str) -> list[dict[str, Any]]:
    """One entry a group that has rules in this run, in the order of the official sheets."""
    listed = []
    for group in GROUPS:
        ran = [one for one in result.ran if one.rule.group == group]
        rows = found.rows[(found.rows["GROUP"] == group).to_numpy(dtype=bool)]
        if not ran and not len(rows):
            continue
        opened, excused = rows[rows["STATE"] == "open"], rows[rows["STATE"] == "exception"]
        rules = [_rule(one, [each for each in ran if each.rule is one], rows, language) for one in dict.fromkeys(each.rule for each in ran)]
        order = np.argsort([SEVERITIES.index(one) for one in opened["SEVERITY"]], kind="stable")
        listed.append({
            "name": sentence(f"check.group.{group}", {}, language), "rules": rules, "open": len(opened), "exceptions": len(excused),
            "fixed": int((rows["STATE"] == "fixed").sum()), "listed": _told(opened.iloc[order[:_LISTED]], language),
            "rest": max(len(opened) - _LISTED, 0), "excused": _told(excused.iloc[:_EXCEPTIONS], language),
            "excused_rest": max(len(excused) - _EXCEPTIONS, 0),
        })  # fmt: skip
    return listed


def _rule(rule: Rule, ran: list[Ran], rows: Any, language: str) -> dict[str, Any]:
    states = {one.state for one in ran}
    state = next(one for one in ("failed", "ran", "not_given") if one in states)
    own = rows[rows["CODE"] == rule.code]
    counts = Counter(own["STATE"])
    return {
        "code": rule.code, "title": rule.title(language), "severity": rule.severity, "official": " ".join(one for one in rule.official if one),
        "layers": [one.layer for one in ran if one.layer and one.state != "not_given"], "state": state, "found": counts["open"] + counts["exception"],
        **{one: counts[one] for one in STATES},
    }  # fmt: skip


def _told(rows: Any, language: str) -> list[dict[str, Any]]:
    names = ("CODE", "SEVERITY", "LAYER", "FEATURE", "FIELD", "FIRST_SEEN", "REASON")
    told = []
    for row in rows.to_dict("records"):
        words = sentence(str(row["WORDS"]), json.loads(row["FACTS"] or "{}"), language)
        told.append({**{name.lower(): row[name] or "" for name in names}, "words": words, "place": _place(row["X"], row["Y"])})
    return told


def _place(x: float | None, y: float | None) -> str:
    """A place with millimetres, in degrees with what is about a centimetre; "" where there is none."""
    if x is None or y is None or x != x or y != y:
        return ""
    places = 7 if abs(x) <= 360 and abs(y) <= 90 else 3
    return f"{x:.{places}f}, {y:.{places}f}"


def _not_run(result: Result, language: str) -> list[dict[str, str]]:
    """Rules that failed or had no layer, with the reason, one row for rule and layer."""
    return [
        {
            "code": one.rule.code, "title": one.rule.title(language), "layer": one.layer, "state": one.state,
            "reason": one.reason if one.facts is None else sentence(one.reason, one.facts, language),
        }
        for one in result.ran if one.state != "ran"
    ]  # fmt: skip


def _origins(pack: Pack) -> dict[str, Any]:
    """A pack's rows that were not read in the published text, counted by page and status."""
    counts = Counter((one.page, one.status) for one in pack.not_standard())
    pages = [(one, counts[one, "practice"], counts[one, "default"]) for one in sorted({page for page, _ in counts})]
    return {"pack": pack, "rows": len(pack.not_standard()), "all": len(pack.origins), "pages": pages}
