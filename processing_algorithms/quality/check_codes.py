"""Check codes."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class CheckCodes(ShanshuiAlgorithm):
    """Codes against their rule: each by itself, among each other, and against those that are retired."""

    ID = "check_codes"
    GROUP = "quality"
    PARAMETERS = (
        params.Source("INPUT", "any", judged=False),
        params.FieldOf("FIELD", "INPUT"),
        params.Text("RULE", "parcel"),
        params.FieldOf("SCOPE_FIELD", "INPUT", optional=True, advanced=True),
        params.Source("RETIRED_CODES", "table", optional=True, advanced=True, judged=False),
        params.Pack("PACK", "registration", advanced=True),
        params.Output("FINDINGS", "polygon", style="findings"),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("CODES"),
        params.OutputNumber("FAULTY"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.core.coding import check_codes as core
        from ...plugin.core.coding.rules import rule_of

        table, rule = given["INPUT"], rule_of(given["PACK"], given["RULE"])
        retired = core.retired_codes(given["RETIRED_CODES"], rule)
        found = core.check_codes(table, given["FIELD"], rule, given["SCOPE_FIELD"] or "", retired, run.progress)
        faulty = len({one.row for one in found})
        run.info("codes.checked", count=len(table), faulty=faulty, rule=rule.name(run.language))
        return {"FINDINGS": found, "CODES": len(table), "FAULTY": faulty}
