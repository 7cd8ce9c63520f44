"""Measure ellipsoidal areas."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..measuring import Measuring, common


class MeasureAreas(Measuring):
    """The area of every polygon by a declared method, the same number wherever it runs."""

    ID = "measure_areas"
    GROUP = "measure"
    PARAMETERS = (
        params.Source("INPUT", "polygon"),
        params.Choice("METHOD", ("cgcs2000_series", "geodesic", "planar"), setting="area_method"),
        *common("MJ", ("m2", "ha", "mu", "km2")),
        params.Choice("ZONE", ("auto", "deg3", "deg6")),
        params.Output("OUTPUT", "polygon"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("TOTAL"),
        params.OutputText("BASIS"),
    )

    def values(self, given: dict[str, Any], run: Run) -> tuple[Any, dict[str, Any]]:
        import numpy as np

        from ...plugin.core import measure

        table = given["INPUT"]
        how = measure.basis(table.shapes, table.crs, given["METHOD"], given["ZONE"], table.name)
        found = measure.areas(table.shapes, table.crs, progress=run.progress, layer=table.name, on=how)
        run.info("measure.basis", basis=how.label)
        if how.also:
            run.info("measure.other_zones", zones=", ".join(f"{zone}: {count}" for zone, count in how.also.items()))
        if np.isnan(found).any():
            run.warn("measure.not_measured", count=int(np.isnan(found).sum()))
        values = measure.convert(found, given["UNIT"], decimals=given["DECIMALS"])
        total = float(measure.round_half_away(np.nansum(values), given["DECIMALS"]))
        run.info("measure.total", total=f"{total:.{given['DECIMALS']}f}", unit=self.manual.option("UNIT", given["UNIT"]), count=len(table))
        return values, {"TOTAL": total, "BASIS": how.label}
