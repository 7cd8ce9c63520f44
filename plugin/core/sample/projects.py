"""Projects with activity and permit: inside the red line, at the shore, in the town and in the hills."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .. import measure
from ..schema import Pack
from ..table import Table
from .fractal import thousandths
from .pages import COUNTY, page_table
from .scene import CRS
from .sea import Filled

__all__ = ["projects"]

# name, kind, activity in the words of the rule of 2022 (one that no class has), where: red line at its n-th inner place
_IN_RED = (
    ("青岚山巡护监测站", "10", "管护巡护及科学研究"),
    ("青岚山森林步道", "04", "适度参观旅游及必要设施"),
    ("青岚至邻县公路", "01", "必须且无法避让的线性基础设施"),
    ("青岚山生态修复", "05", "生态修复"),
    ("青岚山光伏电站", "03", "光伏发电"),
    ("青岚山疗养院", "04", None),
)


def projects(red: Table, towns: Table, coast: Table, before: Table, filled: Filled, permits: Table, year: int, pack: Pack) -> Table:
    """All projects. before: the coastline of the earlier year.

    A fill without permit has no approval; a stretch of restored coast is a project of its own.
    """
    rows: list[dict[str, Any]] = []
    inner = _places(red.shapes[(red["LHLX"] == "1").to_numpy(dtype=bool)], len(_IN_RED))
    for at, ((name, kind, activity), shape) in enumerate(zip(_IN_RED, inner)):
        approved = activity is not None and name != "青岚山光伏电站"
        rows.append({"XMMC": name, "XMLX": kind, "HDLX": activity, "shape": shape, "PZWH": _paper(at) if approved else None})
    for at, shape in enumerate(_places(towns.shapes[(towns["GHFQDM"] == "410").to_numpy(dtype=bool)], 3)):
        rows.append({"XMMC": f"青岚新城{at + 1}号地块", "XMLX": "06", "HDLX": None, "shape": shape, "PZWH": _paper(20 + at)})
    fills = permits["XKZH"].to_numpy(dtype=object)[(permits["YHFS"] == "11").to_numpy(dtype=bool)]
    number = 0
    for at, (shape, how, pond) in enumerate(zip(filled.shapes, filled.permitted, filled.enclosed)):
        papers: dict[str, Any] = {"PZWH": None, "XKZH": None}
        if how != "none":
            papers = {"PZWH": _paper(40 + at), "XKZH": fills[number] if number < len(fills) else None}
            number += 1
        name, kind = ("月湾围海养殖", "08") if pond else ("青岚港区填海", "07")
        rows.append({"XMMC": f"{name}{at + 1}期", "XMLX": kind, "HDLX": None, "shape": shape, **papers, "ZYAX": _touched(shape, before)})
    restored = coast.take((coast["BHQK"] == "2").to_numpy(dtype=bool))
    for at, line in enumerate(restored.shapes):
        strip = max(shapely.get_parts(shapely.buffer(line, 12.0, quad_segs=2, cap_style="flat")), key=lambda one: one.area)
        long = float(restored["HAXCD"].iloc[at])
        rows.append({"XMMC": f"青岚海岸带修复{at + 1}段", "XMLX": "05", "HDLX": "生态修复", "shape": strip, "PZWH": _paper(60 + at), "XFAX": long})
    return _table(rows, year, pack)


def _touched(shape: Any, before: Table) -> float:
    """Metres of the earlier coastline that a fill lies against."""
    return float(shapely.length(shapely.intersection(before.shapes, shape.boundary)).sum())


def _paper(number: int) -> str:
    return f"青政发〔2023〕{number + 1}号"


def _places(shapes: NDArray[Any], count: int) -> list[Any]:
    """Boxes well inside the largest of some polygons, one each; where there are fewer polygons, smaller ones beside the first."""
    order = shapes[np.argsort(-shapely.area(shapes), kind="stable")]
    found: list[Any] = []
    at = 0
    while len(found) < count and at < 4 * count and len(order):
        shape = order[at % len(order)]
        free = shapely.difference(shape, shapely.union_all([one.buffer(1.0) for one in found])) if found else shape
        circle = shapely.maximum_inscribed_circle(free, tolerance=max(2.0, free.area**0.5 / 200.0))
        x, y = shapely.get_coordinates(circle)[0]
        half = min(circle.length * 0.5, 120.0)
        if half > 4.0:
            found.append(shapely.box(*thousandths(np.array([x - half, y - 0.6 * half, x + half, y + 0.6 * half]))))
        at += 1
    return found


def _table(rows: list[dict[str, Any]], year: int, pack: Pack) -> Table:
    shapes = np.array([shapely.transform(one["shape"], thousandths) for one in rows], dtype=object)
    approved = np.array([one.get("PZWH") is not None for one in rows])

    def column(name: str) -> list[Any]:
        return [one.get(name) for one in rows]

    def metres(name: str) -> NDArray[np.float64]:
        return measure.round_half_away([float(one.get(name) or 0.0) for one in rows], 2)

    size = measure.areas(shapes, CRS)
    return page_table(
        pack.layer("XM"), shapes, XMBH=[f"{COUNTY}-XM-{at:04d}" for at in range(1, len(rows) + 1)], XMMC=column("XMMC"), XMLX=column("XMLX"),
        HDLX=column("HDLX"), PZWH=column("PZWH"), XKZH=column("XKZH"), PZRQ=[f"{year - 1}-05-20" if one else None for one in approved],
        PZMJ=np.where(approved, size, np.nan), ZYAX=metres("ZYAX"), XFAX=metres("XFAX"), SJNF=year, MJ=size,
    )  # fmt: skip
