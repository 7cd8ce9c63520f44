"""Open legacy-encoded data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm

_HOW = {"given": "legacy.how_given", "said": "legacy.how_said", "guessed": "legacy.how_guessed", "against": "legacy.how_against"}


class LoadLegacy(ShanshuiAlgorithm):
    """A Shapefile, .dbf or .csv table of an old encoding as a layer, the encoding found out and said, garbled text named."""

    ID = "load_legacy"
    GROUP = "exchange"
    PARAMETERS = (
        params.File("INPUT"),
        params.Choice("ENCODING", ("auto", "utf8", "gb18030", "gbk")),
        params.Output("OUTPUT", "same:INPUT"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.OutputText("FOUND"),
        params.OutputNumber("CERTAINTY"),
        params.OutputNumber("ROWS"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.exchange.legacy_files import opened

        path = Path(given["INPUT"])
        found = opened(path, given["ENCODING"], run.packs["exchange"], run.progress)
        how, certainty = found.chosen, 100 * found.chosen.certainty
        run.info(_HOW[how.how], path=path.name, encoding=how.encoding, certainty=f"{certainty:.0f}", said=how.said or "—")
        run.info("legacy.sample", sample=how.sample or "—")
        return {
            "OUTPUT": found.table, "FINDINGS": found.findings, "FOUND": how.encoding, "CERTAINTY": certainty, "ROWS": len(found.table),
        }  # fmt: skip
