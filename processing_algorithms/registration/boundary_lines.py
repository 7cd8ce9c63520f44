"""Extract boundaries of four kinds."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm

_TOTALS = ("K1", "K2", "K3", "K4", "K5", "OUTER", "COUNTY", "UNIT", "ALL", "K2_UNKNOWN")


class BoundaryLines(ShanshuiAlgorithm):
    """Each shared edge of resource patches once, with both patches, kinds and ellipsoidal length."""

    ID = "boundary_lines"
    GROUP = "registration"
    PARAMETERS = (
        params.Source("INPUT", "polygon"),
        params.Source("COUNTY", "any", optional=True),
        params.Number("TOLERANCE", None, minimum=0, optional=True, advanced=True),
        params.Pack("PACK", "registration", advanced=True),
        params.Output("OUTPUT", "line", style="boundary_lines"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        *(params.OutputNumber(f"LENGTH_{name}") for name in _TOTALS),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.core.registration import boundary_lines

        tolerance = run.number("TOLERANCE", given["TOLERANCE"], given["PACK"], "settings", "corner_tolerance")
        found = boundary_lines.boundary_lines(given["INPUT"], given["PACK"], given["COUNTY"], tolerance, run.progress)
        if found.counts["inserted_corners"] or found.counts["joined_corners"]:
            run.info("boundary.noded", inserted=found.counts["inserted_corners"], joined=found.counts["joined_corners"])
        names = {row["key"]: row[f"name_{run.language}"] for row in given["PACK"].rules["boundary_flags"]}
        for flag, length in found.totals.items():
            run.info("boundary.totals", kind=names.get(flag, flag), length=f"{length:.2f}", count=found.numbers[flag])
        return {"OUTPUT": found.lines, "FINDINGS": found.findings, **{f"LENGTH_{name}": found.totals[name] for name in _TOTALS}}
