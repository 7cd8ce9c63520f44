"""Layers to Shapefiles: what is lost said first, then written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qgis.core import QgsWkbTypes

from ...core.errors import FieldError, OutputError
from ...core.exchange.dbf_columns import Declared
from ...core.exchange.dbf_names import wishes
from ...core.exchange.shapefile import Plan, Source, losses, planned
from ...core.finding import Finding
from ...core.progress import Progress
from ...core.table import Table
from ..register_books import made_folder
from ..run import Run
from ..speech import sentence
from . import shapefiles

__all__ = ["Export"]

_KEY = "fid"
_SPOKEN = 200  # losses that a refusal lists in the log


class Export:
    """One export: made of what a run read, `plan` looks and refuses, `write` puts the files into a batch."""

    def __init__(self, folder: str, tables: Sequence[Table], encoding: str, run: Run) -> None:
        self.folder, self.encoding, self.run = Path(folder), encoding, run
        self.plans: list[Plan] = []
        self.findings: list[Finding] = []
        self._sources = self._described(tables)

    def plan(self, names: str, allow_loss: bool, overwrite: bool, progress: Progress) -> None:
        """What is to be written. OutputError `shp.loss` (the log lists what would be lost), `shp.exists`, `output.is_input`, and those of
        `planned` and `shapefiles.existing`; FieldError `shp.unknown_wish` and as `wishes`. Raises Cancelled."""
        wanted = wishes(names)
        present = list(dict.fromkeys(field for one in self._sources for field in one.table.fields))
        for old in wanted:
            if old not in {one.lower() for one in present}:
                raise FieldError("shp.unknown_wish", field=old, present=", ".join(present))
        for number, source in enumerate(self._sources):
            step = progress.part(number / len(self._sources), (number + 1) / len(self._sources))
            plans, told = planned(source, shapefiles.PYTHON_NAME[self.encoding], wanted, step)
            if source.stem != source.table.name or len(plans) > 1:
                facts = {"layer": source.table.name, "was": source.table.name, "should": ", ".join(one.stem for one in plans)}
                told = [Finding("shp.file_named", "note", source.table.name, facts=facts), *told]
            self.plans += plans
            self.findings += told
        there = shapefiles.existing(self.folder, self.plans)
        for one in there:
            if any(Path(path).exists() and os.path.samefile(one, path) for path, _ in self.run.paths):
                raise OutputError("output.is_input", path=str(one))
        if there and not overwrite:
            raise OutputError("shp.exists", path=str(there[0]), count=len(there))
        lost = losses(self.findings)
        if lost and not allow_loss:
            self._refuse(lost)

    def write(self, batch: Any) -> str:
        """Stage all files, read them back, and leave them to the batch; the folder. Errors as `shapefiles.made`, `verified` and `Batch`."""
        if not self.folder.exists():
            batch.tidy(self.folder)
        folder = made_folder(str(self.folder))
        first = self.plans[0]
        stage = batch.stage(folder / f"{first.stem}{'.shp' if first.kind else '.dbf'}")  # one stage, so that all parts are swapped in together
        for number, plan in enumerate(self.plans):
            step = self.run.writing_progress.part(number / len(self.plans), (number + 1) / len(self.plans))
            path = shapefiles.made(stage, plan, self.encoding, step.part(0.0, 0.5))
            shapefiles.verified(path, plan, step.part(0.5, 1.0))
            self.run.count(path.name, plan.count)
        self.run.info("shp.written", files=len(self.plans), rows=sum(one.count for one in self.plans), encoding=self.encoding, path=str(folder))
        return str(folder)

    def _refuse(self, lost: Sequence[Finding]) -> None:
        for one in lost[:_SPOKEN]:
            self.run.feedback.pushWarning(sentence(one.code, one.facts))
        if len(lost) > _SPOKEN:
            self.run.warn("shp.more_losses", count=len(lost) - _SPOKEN)
        raise OutputError("shp.loss", count=sum(int(one.facts.get("count", 1)) for one in lost), first=sentence(lost[0].code, lost[0].facts))

    def _described(self, tables: Sequence[Table]) -> list[Source]:
        """The layers with what their sources say of fields and shapes."""
        found = []
        stems = shapefiles.stems([one.name for one in tables])
        for number, (table, stem) in enumerate(zip(tables, stems)):
            reading, (snapshot, place) = self.run.readings[f"LAYERS[{number}]"], self.run.prepared["LAYERS"][number]
            declared = {one.name(): Declared(max(one.length(), 0), max(one.precision(), 0)) for one in reading.fields}
            flat = snapshot.wkbType()
            kind = {0: "point", 1: "line", 2: "polygon"}.get(int(QgsWkbTypes.geometryType(flat)), "")
            if place.path.lower().endswith(".gpkg") and _KEY in table.fields:  # the key of its rows, no data; other programs have a FID of their own
                table = replace(table, rows=table.rows.drop(columns=[_KEY]))
                self.findings.append(Finding("shp.key_left", "note", table.name, field=_KEY, facts={"layer": table.name, "field": _KEY}))
            found.append(Source(table, stem, declared, kind, QgsWkbTypes.hasZ(flat), QgsWkbTypes.hasM(flat), reading.curved))
        return found
