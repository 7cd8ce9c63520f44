"""Number boundary points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class BoundaryPoints(ShanshuiAlgorithm):
    """Boundary points of parcels or units, shared ones once, numbered in the order of the trade, with the list of coordinates."""

    ID = "boundary_points"
    GROUP = "registration"
    PARAMETERS = (
        params.Source("INPUT", "polygon"),
        params.Number("ANGLE", 0.0, minimum=0, maximum=180),
        params.Number("TOLERANCE", 0.0, minimum=0),
        params.Choice("START", ("north_west", "nearest")),
        params.Point("START_POINT", optional=True),
        params.Choice("NUMBERING", ("parcel", "layer")),
        params.Text("PREFIX", "J", optional=True),
        params.FieldOf("KEY_FIELD", "INPUT", optional=True, advanced=True),
        params.Pack("PACK", "registration", advanced=True),
        params.Output("OUTPUT_POINTS", "point", style="boundary_points"),
        params.Output("OUTPUT_LINES", "line", optional=True),
        params.OutputFile("OUTPUT_LIST", "xlsx csv", optional=True),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("POINTS"),
        params.OutputNumber("SIDES"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.reports import point_list
        from ...plugin.core.registration import boundary_points as core

        table, pack, wanted = given["INPUT"], given["PACK"], given["OUTPUT_LIST"]
        if wanted:
            point_list.check_format(Path(wanted))
        choices = core.Choices(
            given["ANGLE"], given["TOLERANCE"], given["START"], given["START_POINT"], given["NUMBERING"], given["PREFIX"],
            given["KEY_FIELD"], pack.number("settings", "corner_tolerance"),
        )
        found = core.boundary_points(table, choices, pack, run.progress)
        run.info("points.plane", plane=found.plane.title)
        run.info("points.counts", **found.counts)
        if found.counts["finer_rings"]:
            run.warn("points.finer_rings", count=found.counts["finer_rings"])

        def write_list(batch: Any) -> str:
            rules = {row["key"]: row["value"] for row in pack.rules["point_list"]}
            path = batch.stage(Path(wanted)) / Path(wanted).name
            own = point_list.write_points(path, found.listed, found.plane.title, rules, run.language, run.writing_progress)
            if not own:
                run.warn("points.one_sheet", count=len(table), limit=rules["most_sheets"])
            return str(wanted)

        return {
            "OUTPUT_POINTS": found.points, "OUTPUT_LINES": found.lines, "OUTPUT_LIST": write_list if wanted else None, "FINDINGS": found.findings,
            "POINTS": found.counts["points"], "SIDES": found.counts["sides"],
        }
