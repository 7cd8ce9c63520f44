"""Measure ellipsoidal lengths."""

from __future__ import annotations

from typing import Any

from ...plugin.bridge import params
from ...plugin.bridge.run import Run
from ..measuring import Measuring, common


class MeasureLengths(Measuring):
    """The length of every line, or the perimeter of every polygon, on the CGCS2000 ellipsoid."""

    ID = "measure_lengths"
    GROUP = "measure"
    PARAMETERS = (
        params.Source("INPUT", "any"),
        *common("CD", ("m", "km")),
        params.Output("OUTPUT", "same:INPUT"),
        params.Output("FINDINGS", "polygon", optional=True),
        params.Output("REJECTED", "polygon", optional=True),
        params.OutputNumber("TOTAL"),
        params.OutputText("BASIS"),
    )

    def values(self, given: dict[str, Any], run: Run) -> tuple[Any, dict[str, Any]]:
        import numpy as np

        from ...plugin.core import measure

        table = given["INPUT"]
        found = measure.lengths(table.shapes, table.crs, run.progress, table.name)
        run.info("measure.length_basis")
        if np.isnan(found).any():
            run.warn("measure.not_measured_line", count=int(np.isnan(found).sum()))
        values = measure.convert(found, given["UNIT"], "m", given["DECIMALS"])
        total = float(measure.round_half_away(np.nansum(values), given["DECIMALS"]))
        run.info("measure.total", total=f"{total:.{given['DECIMALS']}f}", unit=self.manual.option("UNIT", given["UNIT"]), count=len(table))
        return values, {"TOTAL": total, "BASIS": "geodesic"}
