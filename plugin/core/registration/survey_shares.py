"""Survey areas of pieces: what the land survey states for a patch (TBMJ), shared out over what was cut from it (domain-rules §1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import measure
from ..area_text import stated_areas
from ..survey_area import share_out
from ..table import Table

__all__ = ["AREAS", "SurveyShares"]

Array = np.ndarray[Any, Any]

AREAS = ("geometry", "survey")


class SurveyShares:
    """The TBMJ of a land survey on the working plane; FieldError `input.missing_field` and as `stated_areas`.

    Called with the survey row of each piece (n,) (−1 = none) and its shape, it answers m² to 0.01: the share of TBMJ, levelled so that the
    pieces of a whole patch sum to it; the measured area where there is no survey row, or none of its own area. without: how many those
    were among pieces that have a survey row.
    """

    def __init__(self, survey: Table) -> None:
        self.without = 0
        self._survey = survey
        self._stated = stated_areas(survey, "TBMJ").values

    def __call__(self, row: Array, shapes: Array) -> Array:
        found = measure.round_half_away(measure.areas(shapes, self._survey.crs, layer=self._survey.name), 2)
        there = np.flatnonzero(row >= 0)
        used, patch = np.unique(row[there], return_inverse=True)
        ground = measure.areas(self._survey.shapes[used], self._survey.crs, layer=self._survey.name)
        shared = share_out(self._stated[used], ground, np.full(len(used), np.nan), patch.ravel(), found[there], there.tolist()).tbmj
        known = np.isfinite(shared)
        self.without += int((~known).sum())
        found[there[known]] = shared[known]
        return found
