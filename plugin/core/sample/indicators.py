"""Tables without shapes: ridge coefficients, plan indicators measured from the layers, and the known cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from .. import measure
from ..schema import Pack
from ..table import Table
from .pages import COUNTY, page_table

__all__ = ["Known", "indicators", "known_table", "ridges"]

_KM2 = 1e6


def ridges(survey: Pack, pack: Pack) -> Table:
    """The county's ridge coefficients, as the pack `survey` has them."""
    rows = survey.rule("ksxs")
    return page_table(
        pack.layer("KCXS"), None, len(rows), XZQDM=COUNTY, GDPDJB=[row["gdpdjb"] for row in rows], GDLX=[row["gdlx"] for row in rows],
        KCXS=[float(row["value"]) for row in rows],
    )  # fmt: skip


def indicators(tables: dict[str, Table], survey: Pack, pack: Pack, year: int, target: int) -> Table:
    """The plan's indicators: base values measured from the layers or reported, targets, and what the upper level has set."""
    land, use = tables["DLTB"].rows, tables["GHYDYH"].rows
    net, size = land.groupby("DLBM")["TBDLMJ"].sum() / _KM2, use.groupby("YDYHFLDM")["MJ"].sum() / _KM2
    wet = [row["code"] for row in survey.rule("wetland")]
    natural = tables["HAX_T1"].take((tables["HAX_T1"]["DLHD"] == "00").to_numpy(dtype=bool)).rows
    share = 100.0 * natural.loc[natural["HAXLX"].str.startswith("1") | (natural["XFRK"] == "1"), "HAXCD"].sum() / natural["HAXCD"].sum()
    built = ("05", "06", "07", "08", "09", "1001", "1002", "1003", "1004", "1005", "1007", "1008", "1009", "1109", "1201")
    settled = ("05", "0601", "07", "08", "1004", "1005", "1201")
    new = ("07", "08", "09", "10", "11", "12", "13", "14", "15", "16")

    def now(*starts: str) -> float:
        return float(net[net.index.str.startswith(starts)].sum())

    def then(*starts: str) -> float:
        return float(size[size.index.str.startswith(starts)].sum())

    red = float(tables["STBHHX"].rows["MJ"].sum()) / _KM2
    permanent = float(tables["YJJBNTBHTB"].rows["YJJBNTMJ"].sum()) / _KM2
    wetland = float(net[net.index.isin(wet)].sum())
    # as many people as towns of 105 m² a head hold, in ten thousands
    town = now("0701", "05", "08", "1004", "1005") * 100.0
    people = measure.round_half_away(town / 105.0 / 0.586, 2)
    a_head = town / (people * 0.586) if people else None  # a county of a few hundred patches may hold no town
    rows: list[tuple[str, str, str, float | None, float, float | None, str]] = [
        ("1", "km²", "1", red, red, red * 0.998, "1"),
        ("3", "km²", "1", permanent, permanent, permanent * 0.995, "1"),
        ("4", "km²", "1", now("01"), now("01") * 0.992, now("01") * 0.99, "1"),
        ("5", "km²", "1", now(*built), then(*new), then(*new) * 1.02, "1"),
        ("6", "km²", "1", now(*settled), then("07", "08", "09", "1001", "11", "13", "14"), None, "1"),
        ("7", "km²", "1", now("03"), now("03"), now("03") * 0.99, "1"),
        ("9", "km²", "1", wetland, wetland, wetland, "1"),
        ("10", "%", "1", share, share, 35.0, "1"),
        ("15", "万人", "2", people, people * 1.04, None, "2"),
        ("16", "%", "2", 58.6, 66.0, None, "2"),
        ("17", "m²", "1", a_head, 110.0, 115.0, "1"),
    ]
    names = pack.codes["GHZB"]
    base, goal, given = (measure.round_half_away([np.nan if one[at] is None else float(one[at]) for one in rows], 4) for at in (3, 4, 5))  # type: ignore[arg-type]
    return page_table(
        pack.layer("GHZB"), None, len(rows), XZQDM=COUNTY, ZBDM=[one[0] for one in rows], ZBMC=[names[one[0]].name_zh for one in rows],
        DW=[one[1] for one in rows], ZBSX=[one[2] for one in rows], ZBCJ="2", JQNF=year, JQZ=base, MBNF=target, MBZ=goal, SJXD=given,
        JSFS=[one[6] for one in rows],
    )  # fmt: skip


class Known:
    """Known cases as they are gathered: what layers hold by intention, so that analyses can be scored."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(
        self, kind: str, layer: str, feature: str, where: Any, other: str = "", other_feature: str = "", area: float = np.nan, length: float = np.nan
    ) -> None:
        """One case; where: a shape, whose inner point is given."""
        x, y = shapely.get_coordinates(shapely.point_on_surface(where))[0]
        self.rows.append(
            {
                "CASE": f"{len(self.rows) + 1:04d}", "KIND": kind, "LAYER": layer, "FEATURE": feature, "OTHER": other or None,
                "OTHER_FEATURE": other_feature or None, "AREA": measure.round_half_away(area, 2), "LENGTH": measure.round_half_away(length, 2),
                "X": measure.round_half_away(float(x), 3), "Y": measure.round_half_away(float(y), 3),
            }
        )  # fmt: skip


def known_table(known: Known, pack: Pack) -> Table:
    """The known cases as page KNOWN."""
    page = pack.layer("KNOWN")
    return page_table(page, None, len(known.rows), **{field: [one[field] for one in known.rows] for field in page.names})
