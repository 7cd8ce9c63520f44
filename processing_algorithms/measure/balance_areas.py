"""Level areas to a control total."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class BalanceAreas(ShanshuiAlgorithm):
    """Areas levelled in whole hundredths so that they sum to their control to the last 0.01."""

    ID = "balance_areas"
    GROUP = "measure"
    PARAMETERS = (
        params.Source("INPUT", "polygon", judged=False),
        params.FieldOf("AREA_FIELD", "INPUT", default="TBMJ"),
        params.FieldOf("GROUP_FIELD", "INPUT", optional=True),
        params.Text("CONTROL", "", optional=True),
        params.Choice("METHOD", ("survey", "proportional")),
        params.Number("LIMIT", None, minimum=0, maximum=1, optional=True),
        params.FieldOf("KEY_FIELD", "INPUT", optional=True, default="BSM", advanced=True),
        params.FieldOf("PART_FIELD", "INPUT", optional=True, advanced=True),
        params.Source("CONTROL_LAYER", "table", optional=True, advanced=True),
        params.FieldOf("CONTROL_KEY", "CONTROL_LAYER", optional=True, advanced=True),
        params.FieldOf("CONTROL_VALUE", "CONTROL_LAYER", optional=True, advanced=True),
        params.Output("OUTPUT", "polygon"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("LEVELLED"),
        params.OutputNumber("LEFT"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        import numpy as np

        from ...plugin.core import area_text, control
        from ...plugin.core.errors import ControlError

        stated, notes = None, []
        if given["CONTROL_LAYER"] is not None:
            if not (given["CONTROL_KEY"] and given["CONTROL_VALUE"] and given["GROUP_FIELD"]):
                raise ControlError("balance.half_control_table")
            stated = control.stated_by(given["CONTROL_LAYER"], given["CONTROL_KEY"], given["CONTROL_VALUE"], given["PART_FIELD"] or "")
            layer, field = given["CONTROL_LAYER"], given["CONTROL_VALUE"]
            notes = area_text.stated_areas(layer, field).findings(layer.name, field)
        limit = run.number("LIMIT", given["LIMIT"], run.packs["survey"], "area", "level_limit")
        wanted = control.Wanted(
            given["AREA_FIELD"], given["GROUP_FIELD"] or "", given["PART_FIELD"] or "", given["KEY_FIELD"] or "", given["CONTROL"],
            given["METHOD"], limit, stated,
        )
        found = control.level_table(given["INPUT"], wanted)
        change = np.abs(found.table["ADJUSTMENT"].to_numpy())
        largest, total = f"{change.max(initial=0.0):.2f}", f"{found.table['ADJUSTMENT'].sum():.2f}"
        run.info("balance.done", levelled=found.done, left=found.left, total=total, largest=largest)
        return {"OUTPUT": found.table, "FINDINGS": [*notes, *found.findings], "LEVELLED": found.done, "LEFT": found.left}
