"""Export file geodatabase."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ...plugin.bridge.speech import sentence
from ..base import ShanshuiAlgorithm


class ExportGeodatabase(ShanshuiAlgorithm):
    """Layers as one file geodatabase, read back before it is put in place."""

    ID = "export_geodatabase"
    GROUP = "exchange"
    PARAMETERS = (
        params.Layers("LAYERS", "table", judged=False),
        params.Pack("PACK", "survey"),
        params.Flag("OVERWRITE", False),
        params.OutputFile("OUTPUT", "gdb"),
        params.OutputNumber("ROWS"),
    )

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802
        able, why = super().canExecute()
        if not able:
            return able, why
        from ...plugin.bridge.exchange.gdb_driver import obstacle

        found = obstacle()
        return found is None, sentence(*found, with_next=True) if found else ""

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge import folder_swap
        from ...plugin.bridge.exchange import containers, geodatabase, loaded
        from ...plugin.bridge.exchange.layers_ready import layers_ready

        target = Path(given["OUTPUT"])
        target = target if target.suffix.lower() == ".gdb" else target.with_name(f"{target.name}.gdb")
        folder_swap.tidy(target)
        containers.allowed(target, given["OVERWRITE"], run.paths)
        ready = layers_ready(given["LAYERS"], given["PACK"], run)
        results: dict[str, Any] = {}

        def write(batch: Any) -> str:
            before = set(containers.layer_names(target))
            done = geodatabase.export(target, ready, run.packs, run.language, batch, run.progress)
            containers.tell(run, target, before, done)
            for name, count in done.rows.items():
                run.count(name, count)
            results["ROWS"] = sum(done.rows.values())
            loaded.later(run.context, target, list(done.rows))
            return str(target)

        results["OUTPUT"] = write
        return results
