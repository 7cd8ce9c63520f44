"""Trace lineage of patches."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class TraceLineage(ShanshuiAlgorithm):
    """Which patches came from which between two years, with the areas that passed over and the codes that are retired."""

    ID = "trace_lineage"
    GROUP = "quality"
    PARAMETERS = (
        params.Source("OLD", "polygon"),
        params.Source("NEW", "polygon"),
        params.FieldOf("KEY_FIELD", "OLD"),
        params.Number("TOLERANCE", None, minimum=0, optional=True),
        params.FieldOf("FIELDS", "OLD", optional=True, several=True),
        params.Source("RETIRED_CODES", "table", optional=True, judged=False),
        params.Pack("PACK", "registration", advanced=True),
        params.Output("OUTPUT", "polygon", style="lineage"),
        params.Output("RETIRED", "table", optional=True),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("CHANGED"),
        params.OutputNumber("SLIVERS"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.core.lineage.trace import Wanted, trace

        width = run.number("TOLERANCE", given["TOLERANCE"], given["PACK"], "lineage", "width")
        wanted = Wanted(given["KEY_FIELD"], width, tuple(given["FIELDS"]), given["RETIRED_CODES"], date.today().isoformat())
        found = trace(given["OLD"], given["NEW"], wanted, given["PACK"], run.progress)
        run.info("lineage.done", pieces=len(found.pieces), **found.counts)
        run.info("lineage.closed", method=found.label, worst=found.worst)
        if found.noise["count"]:
            run.warn("lineage.noise", width=width, **found.noise)
        run.info("lineage.retired", count=len(found.retired))
        return {
            "OUTPUT": found.pieces, "RETIRED": found.retired, "FINDINGS": found.findings, "CHANGED": found.changed,
            "SLIVERS": found.noise["count"],
        }
