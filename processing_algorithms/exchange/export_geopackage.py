"""Export dressed GeoPackage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class ExportGeopackage(ShanshuiAlgorithm):
    """Layers as one GeoPackage that opens with labels, lists and style in every QGIS."""

    ID = "export_geopackage"
    GROUP = "exchange"
    PARAMETERS = (
        params.Layers("LAYERS", "table", judged=False),
        params.Pack("PACK", "survey"),
        params.Flag("OVERWRITE", False),
        params.OutputFile("OUTPUT", "gpkg"),
        params.OutputNumber("ROWS"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.exchange import containers, geopackage, loaded
        from ...plugin.bridge.exchange.layers_ready import layers_ready

        target = Path(given["OUTPUT"])
        target = target if target.suffix else target.with_suffix(".gpkg")
        containers.allowed(target, given["OVERWRITE"], run.paths)
        ready = layers_ready(given["LAYERS"], given["PACK"], run)
        results: dict[str, Any] = {}

        def write(batch: Any) -> str:
            gone = set(containers.layer_names(target)) - {one.table.name for one in ready}
            counts = geopackage.export(target, ready, run.packs, run.language, batch, run.progress)
            if gone:
                run.warn("container.replaced", path=str(target), layers=", ".join(sorted(gone)))
            for name, count in counts.items():
                run.count(name, count)
            results["ROWS"] = sum(counts.values())
            loaded.later(run.context, target, list(counts))
            return str(target)

        results["OUTPUT"] = write
        return results
