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
    """types: resource type by survey class; old: by class of the second survey, the classes of the third that it may have become."""

    types: Mapping[str, str]
    old: Mapping[str, tuple[str, ...]]

    def type_of(self, code: str) -> str:
        """The resource type of a class, its letters of adjustability (K, A) aside; "" where the crosswalk has none."""
        return self.types.get(code) or self.types.get(code[:4], "")

    def read(self, code: str) -> tuple[str, str, str]:
        """(resource type, current class, code of the finding) of a cleaned class; type "" where nothing leads to one.

        A class of the second survey that has become several has a type where all of them share it, and keeps its own code.
        """
        found = self.type_of(code)
        if found or not code:
            return found, code, "" if found else "patches.no_class"
        classes = self.old.get(code)
        if classes is None:
            return "", code, "patches.unknown_class"
        types = {self.type_of(one) for one in classes}
        if len(types) != 1:
            return "", code, "patches.second_survey_open"
        return types.pop(), classes[0] if len(classes) == 1 else code, "patches.second_survey_class"


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
    old = {row["code"]: tuple((row["class"] or row["candidates"]).replace("|", " ").split()) for row in survey.rule("second_survey")}
    return Crosswalk(types, old)


def typed(table: Table, walk: Crosswalk, key: str = "BSM") -> Typed:
    """The class and resource type of each row of a land survey by DLBM.

    Findings, one a class: `patches.second_survey_class` (read through the table of old classes), `patches.second_survey_open` (it may be of
    several types), `patches.unknown_class`, `patches.no_class`.
    """
    table.require("DLBM")
    codes = table.text("DLBM").str.upper().to_numpy(dtype=object)
    there = table["DLBM"].notna()
    cleaned = int((table["DLBM"][there].astype(str) != codes[there.to_numpy(dtype=bool)]).sum())
    types, current, findings = codes.copy(), codes.copy(), []
    keys = table.text(key).to_numpy(dtype=object)
    for code in sorted(set(codes)):
        at = np.flatnonzero(codes == code)
        found, now, problem = walk.read(code)
        types[at], current[at] = found, now
        if problem:
            may_be = "/".join(walk.old.get(code, ()))
            facts = {"was": code, "should": may_be or None, "count": len(at), "first": keys[at[0]] or str(at[0] + 1)}
            severity = "warning" if found else "error"
            findings.append(Finding(problem, severity, table.name, str(facts["first"]), "DLBM", facts, table.shapes[at[0]]))
    return Typed(current, types, findings, cleaned)
