"""Export survey coordinate TXT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.days import Day
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm

_FIELDS = ("number", "name", "sheet", "use", "code", "type")


class ExportTxt(ShanshuiAlgorithm):
    """Parcels as coordinate files, read back before they are put in place."""

    ID = "export_txt"
    GROUP = "exchange"
    PARAMETERS = (
        params.Source("INPUT", "polygon"),
        params.Text("DIALECT", "land_use"),
        params.Choice("SPLIT", ("one", "features")),
        params.Choice("ENCODING", ("gbk", "utf8")),
        params.Crs("CRS", optional=True),
        *(params.FieldOf(f"{name.upper()}_FIELD", "INPUT", optional=True, advanced=True) for name in _FIELDS),
        params.Choice("METHOD", ("planar", "cgcs2000_series"), advanced=True),
        Day("DATE"),
        params.Text("HEADER", optional=True, multiline=True),
        params.Pack("PACK", "exchange", advanced=True),
        params.OutputFile("OUTPUT", "txt"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("PARCELS"),
        params.OutputNumber("FILES"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.exchange.txt_export import Export

        work = Export(given, {name: given[f"{name.upper()}_FIELD"] for name in _FIELDS}, Path(given["OUTPUT"]), run.progress)
        if work.unused:
            run.warn("txt.not_carried", dialect=work.job.dialect.name, columns=", ".join(work.unused))
        results: dict[str, Any] = {"FINDINGS": work.done.findings, "REJECTED": work.aside, "PARCELS": len(work.done.row)}

        def write(batch: Any) -> str:
            files = work.write(batch, run.writing_progress)
            run.info("txt.written", files=len(files), parcels=len(work.done.row), crs=work.job.crs, dialect=work.job.dialect.name)
            results["FILES"] = len(files)
            return str(work.job.target)

        results["OUTPUT"] = write
        return results
