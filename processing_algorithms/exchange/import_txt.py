"""Import survey coordinate TXT."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.file_list import Files
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class ImportTxt(ShanshuiAlgorithm):
    """Parcels of coordinate files as one layer, with what was assumed and what is at fault."""

    ID = "import_txt"
    GROUP = "exchange"
    PARAMETERS = (
        Files("INPUT", "txt"),
        params.Text("DIALECT", "auto"),
        params.Crs("CRS", optional=True),
        params.Pack("PACK", "exchange", advanced=True),
        params.Output("OUTPUT", "polygon"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("PARCELS"),
        params.OutputText("DIALECTS"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.exchange.txt_files import read_files
        from ...plugin.core.exchange.txt.joining import joined
        from ...plugin.core.finding import to_table

        readings, texts, passed = read_files(given["INPUT"], given["PACK"], given["DIALECT"], given["CRS"], run.progress)
        for one, text in zip(readings, texts):
            run.info("text.encoding", path=one.name, encoding=text.guess.encoding, certainty=f"{100 * text.guess.certainty:.0f}")
            title = one.dialect.title_zh if run.language == "zh" else one.dialect.title_en
            unit = one.unit or "—"
            run.info("txt.read", layer=one.name, dialect=title, crs=one.frame.crs or "—", unit=unit, parcels=len(one.table), lines=one.lines)
            if one.values:
                run.info("txt.head", layer=one.name, head="；".join(f"{word}={value}" for word, value in one.values.items()))
        done = joined(readings, "parcels")
        if done.moved:
            run.info("txt.moved", count=len(done.moved), crs=done.table.crs, first=done.moved[0])
        dialects = ", ".join(dict.fromkeys(one.dialect.name for one in readings))
        findings = to_table([*passed, *done.findings], done.table.crs)
        return {"OUTPUT": done.table, "FINDINGS": findings, "REJECTED": done.aside, "PARCELS": len(done.table), "DIALECTS": dialects}
