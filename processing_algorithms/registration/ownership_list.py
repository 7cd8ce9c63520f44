"""List resources by exercising government."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class OwnershipList(ShanshuiAlgorithm):
    """Units under the government that exercises the state's ownership of them, and their areas by level of government and resource type."""

    ID = "ownership_list"
    GROUP = "registration"
    PARAMETERS = (
        params.Source("UNITS", "polygon"),
        params.Source("CATALOGUE", "table", optional=True, judged=False),
        params.Source("PATCHES", "polygon", optional=True),
        params.Choice("GROUP_BY", ("none", "village", "township", "field")),
        params.Text("GROUP_FIELD", "", optional=True),
        params.Pack("PACK", "registration", advanced=True),
        params.Output("OUTPUT", "polygon", style="exercise"),
        params.Output("TABLE", "table"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("AREA"),
        params.OutputNumber("UNDECIDED"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.core.registration.ownership_list import ownership_list

        if given["GROUP_FIELD"] and given["GROUP_BY"] != "field":
            run.warn("patches.group_field_unused", field=given["GROUP_FIELD"], group_by=given["GROUP_BY"])
        layers = (given["UNITS"], given["CATALOGUE"], given["PATCHES"])
        found = ownership_list(*layers, given["PACK"], given["GROUP_BY"], given["GROUP_FIELD"], run.progress)
        undecided = int(found.units["XSZTCJ"].isna().sum())
        run.info("exercise.done", units=len(found.units), area=f"{found.area:.2f}", undecided=undecided, measured=found.measured)
        return {"OUTPUT": found.units, "TABLE": found.table, "FINDINGS": found.findings, "AREA": found.area, "UNDECIDED": undecided}
