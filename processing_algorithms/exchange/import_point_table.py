"""Import coordinate tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class ImportPointTable(ShanshuiAlgorithm):
    """Parcels from a coordinate table (XLSX, CSV), a drawing (DXF), KML or KMZ, or a personal geodatabase (MDB)."""

    ID = "import_point_table"
    GROUP = "exchange"
    PARAMETERS = (
        params.File("INPUT"),
        params.Text("MAPPING", optional=True),
        params.Crs("CRS", optional=True),
        params.Pack("PACK", "exchange", advanced=True),
        params.Output("OUTPUT", "polygon"),
        params.Output("OUTPUT_POINTS", "point", optional=True),
        params.Output("FINDINGS", "polygon", optional=True),
        params.OutputNumber("PARCELS"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.exchange.parcel_files import read

        found = read(Path(given["INPUT"]), given["MAPPING"], given["CRS"], given["PACK"], run)
        return {"OUTPUT": found.parcels, "OUTPUT_POINTS": found.points, "FINDINGS": found.findings, "PARCELS": len(found.parcels)}
