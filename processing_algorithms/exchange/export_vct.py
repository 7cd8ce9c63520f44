"""Export VCT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class ExportVct(ShanshuiAlgorithm):
    """Layers as one VCT 3.0 file, read back before it is put in place."""

    ID = "export_vct"
    GROUP = "exchange"
    PARAMETERS = (
        params.Layers("LAYERS", "table", judged=False),
        params.Pack("PACK", "survey"),
        params.Crs("CRS", optional=True),
        params.Flag("INDEX", False),
        params.OutputFile("OUTPUT", "vct"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.OutputNumber("ROWS"),
        params.OutputNumber("LINES"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.exchange.pages_for import pages_for
        from ...plugin.bridge.exchange.vct_files import export

        tables, target = given["LAYERS"], Path(given["OUTPUT"])
        crs = given["CRS"] or next((one.crs for one in tables if one.geometry is not None), None)
        pages = pages_for(tables, given["PACK"], run.packs)
        results: dict[str, Any] = {}

        def write(batch: Any) -> str:
            done = export(target, tables, pages, crs, run.packs, given["INDEX"], batch, run.progress)
            for name, count in done.rows.items():
                run.count(name, count)
            run.info("vct.written", layers=len(tables), rows=sum(done.rows.values()), lines=done.lines, crs=crs or "—")
            results.update(FINDINGS=done.findings, ROWS=sum(done.rows.values()), LINES=done.lines)
            return str(target)

        results["OUTPUT"] = write
        return results
