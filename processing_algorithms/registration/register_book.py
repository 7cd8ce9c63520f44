"""Write the register book."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingAlgorithm

from ...plugin.bridge import params
from ...plugin.bridge.choices import Choices
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class RegisterBook(ShanshuiAlgorithm):
    """The register book or survey form of each unit as files in a folder, with an index; a second run goes on where the first stopped."""

    ID = "register_book"
    GROUP = "registration"
    PARAMETERS = (
        params.Source("UNITS", "polygon"),
        params.Source("PATCHES", "polygon"),
        params.Layers("RIGHTS", "table", optional=True),
        params.Source("LINES", "line", optional=True),
        params.Source("POINTS", "point", optional=True),
        params.Choice("KIND", ("book", "survey_form")),
        params.File("LAYOUT", optional=True, extension="qpt"),
        params.Choice("LANGUAGE", ("zh", "en"), setting="output_language"),
        Choices("FORMAT", ("pdf", "docx", "html", "xlsx")),
        params.Pack("PACK", "registration", advanced=True),
        params.OutputFolder("OUTPUT"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("UNIT_COUNT"),
        params.OutputNumber("MADE"),
        params.OutputNumber("KEPT"),
        params.OutputNumber("FAILED"),
        params.OutputNumber("AREA_HA"),
    )

    def flags(self) -> Any:
        """Not for a thread: layouts belong to the main one."""
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagNoThreading

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge import register_books as books
        from ...plugin.core.registration.book import areas, contents, rights, tables

        units, patches, pack, language = given["UNITS"], given["PATCHES"], given["PACK"], given["LANGUAGE"]
        formats, folder = books.able(given["FORMAT"], run.warn), books.made_folder(given["OUTPUT"])
        measured, findings = areas.areas_of(units, patches, pack)
        linked, more = rights.link(given["RIGHTS"] or (), units, list(run.packs.values()), pack, run.progress.part(0.0, 0.05))
        sheets = tables.Sheets(patches, measured, linked, pack, language)
        book = contents.Contents(units, sheets, given["KIND"], date.today().isoformat())
        template = Path(given["LAYOUT"]) if given["LAYOUT"] else None
        job = books.Job(folder, formats, template, run.settings.operator, given["LINES"], given["POINTS"])
        entries, stopped = books.write_books(book, job, run.progress.part(0.05, 1.0), run.warn)
        counts = books.close(book, job, entries, stopped, run)
        return {"OUTPUT": str(folder), "FINDINGS": [*findings, *more, *books.findings(entries, units.name)], **counts}
