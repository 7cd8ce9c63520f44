"""The natural-resource type of a survey class: wetland first, then the crosswalk (cadastre §1.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..finding import Finding
from ..schema import Pack
from ..table import Table

__all__ = ["Crosswalk", "Typed", "crosswalk", "typed"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Crosswalk:
    """types: resource type by survey class; old: class of the third survey by class of the second; known: classes of the survey."""

    types: Mapping[str, str]
    old: Mapping[str, str]

    def type_of(self, code: str) -> str:
        """The resource type of a class, its letters of adjustability (K, A) aside; "" where the crosswalk has none."""
        return self.types.get(code) or self.types.get(code[:4], "")


@dataclass(frozen=True)
class Typed:
    """codes: cleaned class of each row; types: resource type, "" = unknown; findings; cleaned: rows whose class had blanks."""

    codes: Array
    types: Array
    findings: list[Finding]
    cleaned: int


def crosswalk(survey: Pack) -> Crosswalk:
    """The crosswalk of the survey pack, wetland classes before all else."""
    types = {row["code"]: row["type"] for row in survey.rule("resource_types")}
    types.update({row["code"]: row["type"] for row in survey.rule("wetland")})
    return Crosswalk(types, {row["code"]: row["class"] for row in survey.rule("second_survey")})


def typed(table: Table, walk: Crosswalk, key: str = "BSM") -> Typed:
    """The class and resource type of each row of a land survey by DLBM.

    Findings, one a class: `patches.second_survey_class` (read through the table of old classes), `patches.unknown_class`,
    `patches.no_class`.
    """
    table.require("DLBM")
    raw = np.array([None if one is None or one != one else str(one) for one in table["DLBM"]], dtype=object)
    codes = table.text("DLBM").str.upper().to_numpy(dtype=object)
    cleaned = sum(1 for one, code in zip(raw, codes) if one is not None and one != code)
    types, current, findings = codes.copy(), codes.copy(), []
    keys = table.text(key).to_numpy(dtype=object)
    for code in sorted(set(codes)):
        at = np.flatnonzero(codes == code)
        found, now = walk.type_of(code), code
        problem = "" if found else "patches.unknown_class" if code else "patches.no_class"
        if not found and code in walk.old:
            now, problem = walk.old[code], "patches.second_survey_class"
            found = walk.type_of(now)
        types[at], current[at] = found, now
        if problem:
            facts = {"was": code, "should": now, "count": len(at), "first": keys[at[0]] or str(at[0] + 1)}
            severity = "warning" if found else "error"
            findings.append(Finding(problem, severity, table.name, str(facts["first"]), "DLBM", facts, table.shapes[at[0]]))
    return Typed(current, types, findings, cleaned)
