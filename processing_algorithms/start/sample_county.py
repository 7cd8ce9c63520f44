"""Create the sample county."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class SampleCounty(ShanshuiAlgorithm):
    """青岚县 as a package of layers and rasters; with FAULTS the layers hold known faults, listed in an answer key."""

    ID = "sample_county"
    GROUP = "start"
    PARAMETERS = (
        params.Number("PATCHES", 4000, integer=True, minimum=300, maximum=500_000),
        params.Number("SEED", 1, integer=True, minimum=0, maximum=1_000_000),
        params.Flag("FAULTS", False),
        params.OutputFolder("OUTPUT"),
        params.OutputText("GEOPACKAGE"),
        params.OutputNumber("COUNT"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge import sample_package
        from ...plugin.core.sample import county

        place = sample_package.check(given["OUTPUT"])
        made = county.made(given["PATCHES"], given["SEED"], given["FAULTS"], run.progress, run.packs)
        settings = {name: given[name] for name in ("PATCHES", "SEED", "FAULTS")}
        counts = sample_package.write(place, made, settings, run.packs, run.writing_progress)
        run.info("sample.done", layers=len(counts), patches=counts["DLTB"], path=str(place.geopackage))
        return {"OUTPUT": given["OUTPUT"], "GEOPACKAGE": str(place.geopackage), "COUNT": counts["DLTB"]}
