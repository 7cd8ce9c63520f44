"""Delineate resource patches."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class ResourcePatches(ShanshuiAlgorithm):
    """Units cut by ownership and land cover into natural-resource patches whose areas add up, with the sums of every unit."""

    ID = "resource_patches"
    GROUP = "registration"
    PARAMETERS = (
        params.Source("UNITS", "polygon"),
        params.Source("OWNERSHIP", "polygon"),
        params.Source("LANDCOVER", "polygon"),
        params.Flag("DISSOLVE", True),
        params.FieldOf("CONTROL_FIELD", "UNITS", optional=True),
        params.Number("SLIVER", None, minimum=0, optional=True),
        params.Choice("DISPUTED_AS", ("disputed", "first", "state", "collective")),
        params.Choice("GROUP_BY", ("none", "village", "township", "field")),
        params.Text("GROUP_FIELD", "", optional=True),
        params.Choice("AREA", ("geometry", "survey")),
        params.Pack("PACK", "registration", advanced=True),
        params.Output("OUTPUT", "polygon", style="resource_patches"),
        params.Output("SUMMARY", "table"),
        params.Output("TYPE_TABLES", "table"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("PATCHES"),
        params.OutputNumber("UNDECIDED"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.core.registration.resource_patches import Options, resource_patches

        sliver = run.number("SLIVER", given["SLIVER"], given["PACK"], "settings", "sliver_width")
        options = Options(
            given["DISSOLVE"], given["CONTROL_FIELD"] or "", sliver, given["DISPUTED_AS"], given["GROUP_BY"], given["GROUP_FIELD"], given["AREA"],
        )
        if given["GROUP_FIELD"] and given["GROUP_BY"] != "field":
            run.warn("patches.group_field_unused", field=given["GROUP_FIELD"], group_by=given["GROUP_BY"])
        layers = (given["UNITS"], given["OWNERSHIP"], given["LANDCOVER"])
        found = resource_patches(*layers, given["PACK"], run.packs["survey"], options, run.progress)
        undecided = float(found.summary["WQDMJ"].sum()) if len(found.summary) else 0.0
        run.info("patches.done", undecided=f"{undecided:.2f}", **found.told("patches", "source", "overlap"))
        if given["AREA"] == "survey":
            run.info("patches.survey_areas", **found.told("unstated"))
        run.info("patches.mended", **found.told("slivers", "area", "cover", "joined", "cleaned"))
        return {
            "OUTPUT": found.patches, "SUMMARY": found.summary, "TYPE_TABLES": found.types, "FINDINGS": found.findings,
            "REJECTED": found.rejected, "PATCHES": len(found.patches), "UNDECIDED": undecided,
        }
