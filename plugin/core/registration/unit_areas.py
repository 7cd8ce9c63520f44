"""The area that a list of units states: the registered one, else the measured one; mineral units lie below ground and state an extent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import measure
from ..area_text import stated_areas
from ..finding import Finding
from ..progress import SILENT, Progress
from ..table import Table
from .unit_types import UnitType, of_rows

__all__ = ["UnitAreas", "unit_areas"]

Array = np.ndarray[Any, Any]
FIELD = "DJDYZMJ"


@dataclass(frozen=True)
class UnitAreas:
    """kinds: code of each unit's type (None = not told). areas: m² with two decimals, NaN for mineral units, whose extent is in `below`.

    measured: how many units state no area and were measured.
    """

    kinds: Array
    areas: Array
    below: Array
    measured: int
    findings: list[Finding]


def unit_areas(units: Table, types: Mapping[str, UnitType], progress: Progress = SILENT) -> UnitAreas:
    """The area of each unit (n). FieldError as `stated_areas`; CrsError where a unit without a stated area has no CRS to be measured in."""
    kinds = of_rows(units, types)
    stated, findings = np.full(len(units), np.nan), []
    if FIELD in units:
        written = stated_areas(units, FIELD)
        stated, findings = np.asarray(measure.round_half_away(written.values, 2), dtype=float), written.findings(units.name, FIELD)
    lacking = ~(stated > 0)
    if lacking.any():
        stated[lacking] = measure.areas(units.shapes[lacking], units.crs, progress=progress, layer=units.name)
    mineral = np.array([kind is not None and types[kind].chain == "mineral" for kind in kinds], dtype=bool)
    return UnitAreas(kinds, np.where(mineral, np.nan, stated), np.where(mineral, stated, np.nan), int(lacking.sum()), findings)
