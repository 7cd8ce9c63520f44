"""Describe abutments."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class Abutments(ShanshuiAlgorithm):
    """What lies north, east, south and west of each unit or parcel, by name, in four fields."""

    ID = "abutments"
    GROUP = "registration"
    PARAMETERS = (
        params.Source("INPUT", "polygon"),
        params.Layers("NEIGHBOURS", "polygon", optional=True),
        params.FieldOf("NAME_FIELD", "INPUT"),
        params.Number("DISTANCE", 0.0, minimum=0),
        params.Number("TOLERANCE", None, minimum=0, optional=True, advanced=True),
        params.Pack("PACK", "registration", advanced=True),
        params.Output("OUTPUT", "polygon"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("EMPTY_SIDES"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.core.registration import abutments

        pack = given["PACK"]
        tolerance = run.number("TOLERANCE", given["TOLERANCE"], pack, "settings", "corner_tolerance")
        found = abutments.abutments(
            given["INPUT"], given["NEIGHBOURS"] or [], given["NAME_FIELD"], given["DISTANCE"], pack, tolerance, run.progress
        )
        share = next(row["value"] for row in pack.rules["abutments"] if row["key"] == "least_share")
        run.info("abutment.small_pieces", count=found.counts["small_pieces"], share=f"{100 * float(share):g} %")
        if found.counts["inner_rings"]:
            run.info("abutment.inner", count=found.counts["inner_rings"])
        return {"OUTPUT": found.table, "FINDINGS": found.findings, "EMPTY_SIDES": found.counts["empty_sides"]}
