"""Finding: data at fault, named by a code, while the work goes on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .table import Table

__all__ = ["COLUMNS", "SEVERITIES", "Finding", "to_table"]

SEVERITIES = ("error", "warning", "note")
COLUMNS = ("CODE", "SEVERITY", "LAYER", "FEATURE", "FIELD", "WAS", "SHOULD", "AREA", "X", "Y", "FACTS", "STATE")


@dataclass(frozen=True)
class Finding:
    """One fault: `code` names the sentence in resources/messages.csv, `facts` fill it.

    layer: name of the layer; row: the feature's key as text (BSM, code or position); field: the field at fault.
    facts may hold `was`, `should` and `area` (m²), which get columns of their own. where: a shapely geometry or None.
    """

    code: str
    severity: str = "error"
    layer: str = ""
    row: str = ""
    field: str = ""
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    where: Any = None

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity {self.severity!r} of {self.code}")


def to_table(findings: Iterable[Finding], crs: str | None, name: str = "FINDINGS") -> Table:
    """Findings as a Table with `COLUMNS` and multipolygon geometry.

    A place that has no area (a point, a line) is drawn as a square of 1 m around its middle so that
    one polygon layer holds all; X and Y are the middle itself. State is `open`.
    """
    import numpy as np
    import pandas as pd
    import shapely

    from .table import Table
    from .topology import units_of

    listed = list(findings)
    shapes = np.array([one.where for one in listed], dtype=object) if listed else np.empty(0, dtype=object)
    for at in np.flatnonzero(shapely.get_type_id(shapes) == 7):
        parts = shapely.get_parts(shapely.get_parts(shapes[at]))
        flat_parts = parts[shapely.get_dimensions(parts) == 2]
        shapes[at] = shapely.multipolygons(flat_parts) if len(flat_parts) else shapes[at]
    middle = np.array([None if s is None or s.is_empty else shapely.point_on_surface(s) for s in shapes], dtype=object)
    flat = np.array([s is not None and not s.is_empty and s.area == 0 for s in shapes], dtype=bool)
    half = units_of(0.5, crs) if flat.any() else 0.5
    for at in np.flatnonzero(flat):
        shapes[at] = middle[at].buffer(half, cap_style="square")
    rows = pd.DataFrame(
        {
            "CODE": [one.code for one in listed],
            "SEVERITY": [one.severity for one in listed],
            "LAYER": [one.layer for one in listed],
            "FEATURE": [one.row for one in listed],
            "FIELD": [one.field for one in listed],
            "WAS": [_text(one.facts.get("was")) for one in listed],
            "SHOULD": [_text(one.facts.get("should")) for one in listed],
            "AREA": pd.array([one.facts.get("area") for one in listed], dtype="Float64").to_numpy(float, na_value=np.nan),
            "X": [None if m is None else shapely.get_x(m) for m in middle],
            "Y": [None if m is None else shapely.get_y(m) for m in middle],
            "FACTS": [json.dumps(one.facts, ensure_ascii=False, default=str) for one in listed],
            "STATE": ["open"] * len(listed),
        },
        columns=list(COLUMNS),
    )
    return Table(rows, shapes, crs, name)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
