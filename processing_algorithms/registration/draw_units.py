"""Draw registration units."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class DrawUnits(ShanshuiAlgorithm):
    """Registration units of every type from their source layers, with the journal of what was taken from whom."""

    ID = "draw_units"
    GROUP = "registration"
    PARAMETERS = (
        params.Source("COUNTY", "polygon"),
        params.Layers("LAYERS", "polygon"),
        params.Text("PRIORITY", "", optional=True),
        params.Source("EXCLUDE", "polygon", optional=True),
        params.Pack("PACK", "registration", advanced=True),
        params.Output("OUTPUT", "polygon", style="units"),
        params.Output("JOURNAL", "polygon", optional=True),
        params.Output("REST", "polygon", optional=True),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("UNITS"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.core.registration import draw_units

        found = draw_units.draw_units(given["COUNTY"], given["LAYERS"], given["PACK"], given["PRIORITY"], given["EXCLUDE"], run.progress)
        run.info("draw.done", **found.counts)
        return {
            "OUTPUT": found.units, "JOURNAL": found.journal, "REST": found.rest, "FINDINGS": found.findings, "UNITS": len(found.units),
        }
