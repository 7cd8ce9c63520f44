"""What a run leaves beside its main result: findings and set-aside rows with their sentences, styles, closing counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from ..core import finding, rejected
from ..core.projection import reproject
from ..core.table import Table
from .dress import Dresser
from .speech import sentence

__all__ = ["account", "dress_later", "geometry_of", "table_for"]


def table_for(name: str, value: Any, run: Any) -> Table:
    """FINDINGS or REJECTED as a Table with the sentence of each row in both languages."""
    if name == "FINDINGS":
        table = value if isinstance(value, Table) else finding.to_table([*run.findings, *(value or [])], run.crs)
        codes, facts = table["WORDS" if "WORDS" in table else "CODE"], [_facts(one) for one in table["FACTS"]]
    else:
        crs = value.crs if isinstance(value, Table) else run.crs
        read = [reproject(one.rejected, crs) if one.table.crs and crs else one.rejected for one in run.readings.values() if len(one.rejected)]
        table = rejected.gather([*read, *([value] if isinstance(value, Table) else [])], crs)
        table = table.with_geometry(_areas_only(table.shapes))
        codes, facts = table["REASON"], [_row_facts(row) for row in table.rows.to_dict("records")]
    return table.with_columns(
        MESSAGE_ZH=[sentence(code, fact, "zh") for code, fact in zip(codes, facts)],
        MESSAGE_EN=[sentence(code, fact, "en") for code, fact in zip(codes, facts)],
    )


def _facts(text: str) -> dict[str, Any]:
    import json

    loaded = json.loads(text)
    return loaded if isinstance(loaded, dict) else {}


def _row_facts(row: dict[str, Any]) -> dict[str, Any]:
    """What the sentence of a set-aside row may ask for."""
    feature = row["FEATURE"]
    return {"layer": row["LAYER"], "row": feature, "unit": feature, "area": row["AREA"], "codes": _facts(row["ATTRIBUTES"]).get("DLBM") or "—"}


def _areas_only(shapes: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Set-aside rows keep their attributes whatever they are; only polygons can be drawn in the polygon layer."""
    flat = shapely.get_dimensions(shapes) < 2
    out = shapes.copy()
    out[flat] = None
    return out


def geometry_of(value: Any) -> str:
    """point, line, polygon or table: what the rows of a Table hold."""
    if value.geometry is None:
        return "table"
    dimension = int(shapely.get_dimensions(value.geometry).max(initial=-1))
    return {0: "point", 1: "line", 2: "polygon"}.get(dimension, "polygon")


def dress_later(destination: str, value: Any, kind: Any, run: Any) -> None:
    """Have the result dressed when QGIS loads it."""
    page = value.layer if isinstance(value, Table) else None
    if page is None and not kind.style:
        return
    context = run.context
    if not context.willLoadLayerOnCompletion(destination):
        return
    pack = next((one for one in run.packs.values() if page is not None and one.layers.get(page.name) == page), None)
    details = context.layerToLoadOnCompletionDetails(destination)
    details.setPostProcessor(Dresser(page, pack, run.language, kind.style))


def account(results: dict[str, Any], run: Any, listed: bool = True) -> None:
    """The closing lines of the log: what came in, what was set aside, what was found, what went out.

    listed: the algorithm has an output FINDINGS to look them up in.
    """
    for name, reading in run.readings.items():
        aside = reading.seen - len(reading.table)
        run.info("run.read", name=name, layer=reading.table.name, seen=reading.seen, used=len(reading.table), aside=aside, repaired=reading.repaired)
    findings = results.get("FINDINGS")
    told = [(one.code, one.facts) for one in [*run.findings, *([] if isinstance(findings, Table) else findings or [])]]
    if isinstance(findings, Table) and "WORDS" not in findings:  # findings of rules are told rule by rule
        told += zip(findings["CODE"], map(_facts, findings["FACTS"]))
    for code in dict.fromkeys(code for code, _ in told):
        same = [facts for one, facts in told if one == code]
        if listed:
            run.warn("run.found", code=code, count=len(same), words=sentence(code, same[0], with_next=True))
        else:
            run.warn(code, **same[0])
    for name, number in run.counts.items():
        run.info("run.wrote", name=name, number=number)
