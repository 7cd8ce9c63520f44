"""Assign codes."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class AssignCodes(ShanshuiAlgorithm):
    """Codes for rows without a good one, after the highest ever used; a code once used is never used again."""

    ID = "assign_codes"
    GROUP = "quality"
    PARAMETERS = (
        params.Source("INPUT", "any", judged=False),
        params.Text("RULE", "parcel"),
        params.Choice("ORDER", ("rows", "along_line", "by_field")),
        params.FieldOf("ORDER_FIELD", "INPUT", optional=True),
        params.Flag("KEEP", True),
        params.Text("PREFIX", "", optional=True),
        params.FieldOf("SCOPE_FIELD", "INPUT", optional=True),
        params.FieldOf("FIELD", "INPUT", optional=True, advanced=True),
        params.Source("LINE", "line", optional=True),
        params.Source("RETIRED_CODES", "table", optional=True, judged=False),
        params.Pack("PACK", "registration", advanced=True),
        params.Output("OUTPUT", "same:INPUT"),
        params.Output("RETIRED", "table", optional=True),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("KEPT"),
        params.OutputNumber("MADE"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.core.coding import assign_codes as core
        from ...plugin.core.coding.rules import rule_of

        rule = rule_of(given["PACK"], given["RULE"])
        wanted = core.Wanted(
            given["FIELD"] or rule.field, given["ORDER"], given["ORDER_FIELD"] or "", given["LINE"], given["SCOPE_FIELD"] or "",
            given["PREFIX"], given["KEEP"], given["RETIRED_CODES"], date.today().isoformat(),
        )
        found = core.assign_codes(given["INPUT"], rule, wanted, given["PACK"])
        run.info("codes.assigned", made=found.made, kept=found.kept, retired=len(found.retired), rule=rule.name(run.language), field=wanted.field)
        return {"OUTPUT": found.table, "RETIRED": found.retired, "FINDINGS": found.findings, "KEPT": found.kept, "MADE": found.made}
