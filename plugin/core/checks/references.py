"""Values that must stand in another layer: the village of a patch, the unit of a resource patch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..finding import Finding
from .case import Case
from .rule import check

__all__: list[str] = []


@check("reference_missing")
def reference_missing(case: Case) -> Iterator[Finding]:
    """A value that no row of another layer has. Parameters: field, other (page), key (its field), digits (how many characters count, 0 = all)."""
    rule, field = case.rule.parameters, case.rule.parameters["field"]
    other = case.require(rule["other"])
    digits = int(case.rule.number("digits")) or None
    if field not in case.table or rule["key"] not in other.table:
        return
    known = set(other.table.text(rule["key"]).str[:digits])
    text = case.table.text(field).to_numpy(dtype=object)
    for row in np.flatnonzero([bool(value) and value[:digits] not in known for value in text]).tolist():
        yield case.found(row, field, field=field, was=text[row], beside=other.name)
