"""Write notices and announcements."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.days import Day
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class RegistrationNotices(ShanshuiAlgorithm):
    """The notice of drawn units or the announcement before entry, as a Word document from a template that users can edit."""

    ID = "registration_notices"
    GROUP = "registration"
    PARAMETERS = (
        params.Source("UNITS", "polygon"),
        params.Choice("KIND", ("notice", "announcement")),
        Day("START_DATE"),
        params.File("TEMPLATE", optional=True, extension="docx"),
        params.Choice("LANGUAGE", ("zh", "en"), setting="output_language"),
        params.Text("PLACE", "", optional=True),
        params.Text("VALUES", "", optional=True, multiline=True),
        params.Pack("PACK", "registration", advanced=True),
        params.OutputFile("OUTPUT", "docx"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputText("LAST_DAY"),
        params.OutputNumber("UNITS_LISTED"),
    )

    def flags(self) -> Any:
        return super().flags() | self.Flag.FlagNoThreading  # the map is a layout, which belongs to the main thread

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.reports import notice
        from ...plugin.core.registration.notices import listed
        from ...plugin.core.registration.periods import period_of

        pack, kind, language = given["PACK"], given["KIND"], given["LANGUAGE"]
        values = notice.values_of(given["VALUES"])
        if given["PLACE"]:
            values.setdefault("county", given["PLACE"])
        document, keys = notice.template_of(given["TEMPLATE"], kind, language, pack, values)
        period = period_of(given["START_DATE"], kind, pack)
        found = listed(given["UNITS"], kind, pack)
        notice.tell(period, kind, pack, run)
        paper = notice.Paper(kind, found, period, pack, language, values)
        written = notice.writer(given["OUTPUT"], document, keys, paper, run)
        return {"OUTPUT": written, "FINDINGS": found.findings, "LAST_DAY": period.last.isoformat(), "UNITS_LISTED": len(found.units)}
