"""Check layers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import zip_longest
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.one_layer import OneLayer
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class CheckLayers(ShanshuiAlgorithm):
    """Rules of the packs on layers as they are; findings keep their states from run to run."""

    ID = "check_layers"
    GROUP = "quality"
    PARAMETERS = (
        params.Layers("LAYERS", "table", judged=False),
        params.Text("PACK", "", optional=True),
        params.Text("RULES", "all", optional=True),
        params.Number("TOLERANCE", 0.001, minimum=0),
        OneLayer("PREVIOUS", optional=True),
        params.Text("NAMES", "", optional=True, advanced=True),
        params.Output("FINDINGS", "polygon", style="findings"),
        params.OutputFile("REPORT", "html", optional=True),
        params.OutputNumber("OPEN"),
        params.OutputNumber("EXCEPTIONS"),
        params.OutputNumber("FIXED"),
        params.OutputNumber("NOT_RUN"),
        params.OutputText("LAYER_NAMES"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.reports import check_report
        from ...plugin.core.checks import engine, rule, states

        report = given["REPORT"] if check_report.able(given["REPORT"], run) else None
        packs = rule.with_used(given["PACK"], run.packs)
        rules = rule.chosen(rule.rules_of(packs), given["RULES"])
        readings = [run.readings[f"LAYERS[{at}]"] for at in range(len(given["LAYERS"]))]
        names = given["NAMES"].split(",") if len(given["LAYERS"]) > 1 else [given["NAMES"]]
        tables = [replace(one, name=name.strip() or one.name) for one, name in zip_longest(given["LAYERS"], names[: len(readings)], fillvalue="")]
        layers = [replace(one, curved=frozenset(read.curved)) for one, read in zip(engine.recognise(tables, packs), readings)]
        day = date.today().isoformat()
        result = engine.run(layers, rules, given["TOLERANCE"], run.progress)
        found = states.gather(result.findings, layers, day)
        if given["PREVIOUS"] is not None:
            found = states.merge(found, given["PREVIOUS"], result.looked, day)
        counts = check_report.account(found, result, run)
        facts = check_report.About(tuple(packs), given["TOLERANCE"], day, run.settings.operator, given["PREVIOUS"] is not None)
        written = check_report.writer(report, result, found, facts, run) if report else None
        return {"FINDINGS": found, "REPORT": written, **counts, "LAYER_NAMES": ",".join(one.name for one in tables)}
