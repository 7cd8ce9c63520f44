"""Standard sheet grid."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm

_SCALES = ("1000000", "500000", "250000", "100000", "50000", "25000", "10000", "5000", "2000", "1000", "500")


class SheetGrid(ShanshuiAlgorithm):
    """Map sheets of an extent with their numbers and theoretical areas."""

    ID = "sheet_grid"
    GROUP = "quality"
    PARAMETERS = (
        params.Extent("EXTENT"),
        params.Choice("SCALE", _SCALES, default="10000"),
        params.Number("LIMIT", 100_000, integer=True, minimum=1, maximum=1_000_000, advanced=True),
        params.Pack("PACK", "survey", advanced=True),
        params.Output("OUTPUT", "polygon", style="sheets"),
        params.OutputNumber("SHEETS"),
        params.OutputNumber("AREA"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.core.coding.sheet_grid import sheet_grid
        from ...plugin.core.measure import hundredths

        extent, crs = given["EXTENT"]
        found = sheet_grid(extent, crs, int(given["SCALE"]), given["LIMIT"], given["PACK"], run.progress)
        area = int(hundredths(found["LLMJ"]).sum()) / 100
        run.info("sheets.done", count=len(found), scale=given["SCALE"], area=area, first=found["TFH"].iloc[0], last=found["TFH"].iloc[-1])
        return {"OUTPUT": found, "SHEETS": len(found), "AREA": area}
