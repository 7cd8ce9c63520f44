"""Export Shapefile safely."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class ExportShapefile(ShanshuiAlgorithm):
    """Layers as Shapefiles in a folder, what would be lost said before, read back before they are put in place."""

    ID = "export_shapefile"
    GROUP = "exchange"
    PARAMETERS = (
        params.Layers("LAYERS", "table", judged=False),
        params.Choice("ENCODING", ("utf8", "gbk")),
        params.Text("NAMES", optional=True, multiline=True),
        params.Flag("ALLOW_LOSS", False),
        params.Flag("OVERWRITE", False),
        params.OutputFolder("OUTPUT"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.OutputNumber("FILES"),
        params.OutputNumber("ROWS"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.exchange.shapefile_export import Export

        work = Export(given["OUTPUT"], given["LAYERS"], given["ENCODING"], run)
        work.plan(given["NAMES"], given["ALLOW_LOSS"], given["OVERWRITE"], run.progress)
        rows = sum(one.count for one in work.plans)
        return {"OUTPUT": work.write, "FINDINGS": work.findings, "FILES": len(work.plans), "ROWS": rows}
