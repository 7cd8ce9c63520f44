"""Import VCT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class ImportVct(ShanshuiAlgorithm):
    """The tables of a VCT file as layers of a GeoPackage."""

    ID = "import_vct"
    GROUP = "exchange"
    PARAMETERS = (
        params.File("INPUT", extension="vct"),
        params.Text("LAYERS", optional=True),
        params.Pack("PACK", "exchange", advanced=True),
        params.OutputFile("OUTPUT", "gpkg"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("ROWS"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.exchange import loaded
        from ...plugin.bridge.exchange.vct_files import Import

        target = Path(given["OUTPUT"])
        target = target if target.suffix else target.with_suffix(".gpkg")
        work = Import(Path(given["INPUT"]), {**run.packs, "exchange": given["PACK"]}, given["LAYERS"].replace("，", ",").split(","), run.progress)
        run.info("text.encoding", path=work.path.name, encoding=work.text.guess.encoding, certainty=f"{100 * work.text.guess.certainty:.0f}")
        results: dict[str, Any] = {}

        def write(batch: Any) -> str:
            counts = work.write(target, batch)
            head = work.notes.head
            assert head is not None
            title = given["PACK"].value("vct_heads", head.dialect, f"title_{'zh' if run.language == 'zh' else 'en'}")
            run.info("vct.read", dialect=title, crs=head.crs or "—", layers=len(counts), rows=sum(counts.values()), lines=work.notes.lines)
            for name, count in counts.items():
                run.count(name, count)
            if work.notes.joined:
                run.info("vct.joined", count=work.notes.joined)
            results.update(FINDINGS=work.findings(), REJECTED=work.aside(), ROWS=sum(counts.values()))
            loaded.later(run.context, target, list(counts))
            return str(target)

        results["OUTPUT"] = write
        return results
