"""Area-conserving overlay."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class Overlay(ShanshuiAlgorithm):
    """Pieces of two polygon layers that add up to what was cut, in chunks that are written as they are computed."""

    ID = "overlay"
    GROUP = "measure"
    PARAMETERS = (
        params.Source("INPUT", "polygon"),
        params.Source("OVERLAY", "polygon"),
        params.Choice("OPERATION", ("intersection", "identity", "union", "difference", "symmetric_difference")),
        params.Number("GRID_SIZE", 0.0, minimum=0.0),
        params.FieldOf("INPUT_FIELDS", "INPUT", optional=True, several=True),
        params.FieldOf("OVERLAY_FIELDS", "OVERLAY", optional=True, several=True),
        params.Text("PREFIX", optional=True, advanced=True),
        params.Number("NOISE", None, minimum=0.0, optional=True, advanced=True),
        params.Output("OUTPUT", "polygon"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("DEVIATION"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.core import overlay_rows

        left, right = given["INPUT"], given["OVERLAY"]
        page = run.packs["survey"]
        noise = page.number("overlay", "noise") if given["NOISE"] is None else given["NOISE"]
        fields = given["INPUT_FIELDS"], given["OVERLAY_FIELDS"]
        plan = overlay_rows.Plan(given["OPERATION"], *fields, given["PREFIX"], noise, given["GRID_SIZE"])
        results: dict[str, Any] = {}

        def finish(books: Any) -> None:
            results["DEVIATION"] = books.worst
            for voice, code, facts in overlay_rows.report(books, left, noise, page.number("overlay", "tolerance")):
                (run.warn if voice == "warning" else run.info)(code, **facts)
            results["REJECTED"] = overlay_rows.aside(left, right, books)

        results["OUTPUT"] = overlay_rows.tables(left, right, plan, finish, run.progress)
        return results
