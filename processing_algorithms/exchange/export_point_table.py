"""Export coordinate tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..base import ShanshuiAlgorithm


class ExportPointTable(ShanshuiAlgorithm):
    """Parcels as a coordinate table (XLSX with one sheet a parcel, CSV), a drawing (DXF), KML or KMZ, by the ending of OUTPUT."""

    ID = "export_point_table"
    GROUP = "exchange"
    PARAMETERS = (
        params.Source("INPUT", "polygon"),
        params.FieldOf("KEY_FIELD", "INPUT", optional=True, advanced=True),
        params.FieldOf("NAME_FIELD", "INPUT", optional=True, advanced=True),
        params.Pack("PACK", "exchange", advanced=True),
        params.OutputFile("OUTPUT", "xlsx csv dxf kmz kml"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("PARCELS"),
    )

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        from ...plugin.bridge.exchange.parcels_out import carries_fields, check_format, export
        from ...plugin.core.exchange.point_table.listing import named_parcels

        table, target = given["INPUT"], Path(given["OUTPUT"])
        check_format(target)
        parcels, told = named_parcels(table, given["KEY_FIELD"], given["NAME_FIELD"], given["PACK"], carries_fields(target))
        results: dict[str, Any] = {"PARCELS": len(parcels)}

        def write(batch: Any) -> str:
            plane, more = export(target, table, parcels, {**run.packs, "exchange": given["PACK"]}, batch, run)
            run.info("coords.written", parcels=len(parcels), plane=plane, path=target.name)
            results["FINDINGS"] = [*told, *more]
            return str(target)

        results["OUTPUT"] = write
        return results
