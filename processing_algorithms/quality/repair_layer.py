"""Repair topology."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.previewed import Previewed
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class RepairLayer(ShanshuiAlgorithm):
    """Safe repairs of a polygon layer; what is not safe is left alone and said. A preview shows both and writes no layer."""

    ID = "repair_layer"
    GROUP = "quality"
    PARAMETERS = (
        params.Source("INPUT", "polygon", judged=False),
        params.Text("RULES", "all", optional=True),
        params.Number("TOLERANCE", 0.001, minimum=0),
        params.Flag("PREVIEW", False),
        params.Number("WIDTH", None, minimum=0, optional=True, advanced=True),
        params.Pack("PACK", "survey", advanced=True),
        Previewed("OUTPUT", "same:INPUT"),
        params.Output("CHANGES", "polygon", style="repair_changes"),
        params.Output("FINDINGS", "polygon", optional=True, style="findings"),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("CHANGED"),
        params.OutputNumber("MERGED"),
        params.OutputNumber("LEFT"),
        params.OutputNumber("AREA_CHANGE"),
        params.OutputNumber("PLANAR_CHANGE"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.repair_words import with_words
        from ...plugin.core.checks import engine, rule
        from ...plugin.core.repair import changes, mend, plan

        layer = engine.recognise([given["INPUT"]], list(run.packs.values()))[0]
        planned = plan.planned(given["PACK"], rule.rules_of(run.packs.values()), given["RULES"], layer, given["WIDTH"])
        done = mend.repaired(layer, planned, given["TOLERANCE"], run.progress)
        books, left = changes.books(done), len(done.findings)
        run.info("repair.repaired", layer=layer.name, changed=books.features, merged=books.merged, left=left)
        run.info("repair.books", ellipsoidal=books.ellipsoidal, planar=books.planar)
        if not done.settled:
            run.warn("repair.unsettled", layer=layer.name, passes=mend.PASSES)
        if given["PREVIEW"]:
            run.info("repair.preview")
        return {
            "OUTPUT": None if given["PREVIEW"] else done.table, "CHANGES": with_words(changes.changes_table(done, run.packs["survey"])),
            "FINDINGS": done.findings, "REJECTED": changes.merged_table(done), "CHANGED": books.features, "MERGED": books.merged, "LEFT": left,
            "AREA_CHANGE": books.ellipsoidal, "PLANAR_CHANGE": books.planar,
        }  # fmt: skip
