"""Mining, water-intake and discharge rights, each where such a thing can be: pits, rivers and reservoirs, works."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .. import measure
from ..schema import Pack
from ..table import Table
from .fractal import thousandths
from .noise import hashed
from .pages import COUNTY, NAME, page_table

__all__ = ["discharge", "intake", "mining"]

Shapes = NDArray[Any]
_MINERALS = ("建筑用花岗岩", "建筑用凝灰岩", "砖瓦用页岩", "普通萤石")
_USERS = ("自来水公司", "灌区管理所", "造纸公司", "食品公司", "水电站", "开发区水厂")
_WORKS = ("化工公司", "印染公司", "水产加工公司", "污水处理厂", "机械公司", "造纸公司")
_POLLUTANTS = ("化学需氧量；氨氮", "化学需氧量；总磷", "化学需氧量；氨氮；总氮；总磷", "颗粒物；二氧化硫")


def mining(land: Table, red: Table, packs: Pack, seed: int) -> Table:
    """Up to four mining rights around pits (class 0602), outside the red line, and one exploration right inside it (a known case)."""
    pits = _some(land, ("0602",), 12, seed, 1)
    boxes = [_box(land.shapes[row], 1.25) for row in pits]
    boxes = [one for one in boxes if not shapely.intersects(red.shapes, one).any()]
    kept: list[Any] = []
    for one in boxes:
        if len(kept) < 4 and not any(one.intersects(other) for other in kept):
            kept.append(one)
    largest = red.shapes[int(np.argmax(np.where(red["LHLX"] == "1", shapely.area(red.shapes), 0.0)))]
    deep = shapely.maximum_inscribed_circle(largest, tolerance=10.0)
    x, y = shapely.get_coordinates(deep)[0]
    half = deep.length * 0.3
    explored = shapely.box(*thousandths(np.array([x + 0.6 * half, y - half * 0.7, x + 2.6 * half, y + half * 0.7])))
    shapes = np.array([*kept, explored], dtype=object)
    count = len(shapes)
    last = np.arange(count) == count - 1
    return page_table(
        packs.layer("KYQ"),
        shapes,
        XKZLX=np.where(last, "勘查", "采矿"),
        KCCKXKZH=[f"{'T' if end else 'C'}{COUNTY}20{20 + at}07{at + 1:06d}" for at, end in enumerate(last)],
        QLLX=np.where(last, "探矿权", "采矿权"),
        KCKQMJ=measure.areas(shapes, land.crs),
        KZ=[_MINERALS[at % 3] if not end else _MINERALS[3] for at, end in enumerate(last)],
        YXQX=[f"20{20 + at}-07-01至20{30 + at}-06-30" for at in range(count)],
        TKCKQR=[f"青岚{'地质勘查' if end else '石材'}{at + 1}公司" for at, end in enumerate(last)],
    )


def intake(land: Table, packs: Pack, seed: int) -> Table:
    """Intakes in rivers, lakes and reservoirs (classes 1101 to 1103)."""
    rows = _some(land, ("1101", "1102", "1103"), 10, seed, 2)
    shapes = _inside(land, rows)
    count = len(rows)
    return page_table(
        packs.layer("QSQ"),
        shapes,
        QXDM=COUNTY,
        QSXKZH=[f"D{COUNTY}S2021-{at + 1:04d}" for at in range(count)],
        QSQR=[f"青岚{_USERS[at % len(_USERS)]}" for at in range(count)],
        QSDD=land["ZLDWMC"].to_numpy(dtype=object)[rows],
        QSL=measure.round_half_away(20.0 + 780.0 * hashed(rows, seed + 12), 4),
        QSQYXQX="2021-01-01至2025-12-31",
        SPJG=f"{NAME}水利局",
    )


def discharge(land: Table, packs: Pack, seed: int) -> Table:
    """Outlets of works and public utilities (classes 0601 and 0809)."""
    rows = _some(land, ("0601", "0809"), 8, seed, 3)
    count = len(rows)
    return page_table(
        packs.layer("PWQ"),
        _inside(land, rows),
        QXDM=COUNTY,
        PWXKZH=[f"91{COUNTY}MA{at + 1:07d}X001P" for at in range(count)],
        DWMC=[f"青岚{_WORKS[at % len(_WORKS)]}" for at in range(count)],
        WRWZL=[_POLLUTANTS[at % len(_POLLUTANTS)] for at in range(count)],
        PFNDXZ=["化学需氧量 50 mg/L；氨氮 5 mg/L" if "化学" in _POLLUTANTS[at % len(_POLLUTANTS)] else "颗粒物 30 mg/m³" for at in range(count)],
        PWQYXQX="2023-06-01至2028-05-31",
        FZJG=f"{NAME}生态环境局",
    )


def _some(land: Table, classes: tuple[str, ...], most: int, seed: int, salt: int) -> NDArray[np.int64]:
    """At most `most` patches of the classes, drawn by seed, in the order of the layer."""
    rows = np.flatnonzero(land["DLBM"].isin(classes).to_numpy(dtype=bool))
    drawn = rows[np.argsort(hashed(rows, seed + salt), kind="stable")][:most]
    return np.sort(drawn)


def _inside(land: Table, rows: NDArray[np.int64]) -> Shapes:
    points = shapely.point_on_surface(land.shapes[rows])
    return np.asarray(shapely.points(thousandths(shapely.get_coordinates(points)))) if len(rows) else np.empty(0, dtype=object)


def _box(shape: Any, factor: float) -> Any:
    low_x, low_y, high_x, high_y = shape.bounds
    x, y = (low_x + high_x) / 2.0, (low_y + high_y) / 2.0
    wide, tall = (high_x - low_x) * factor / 2.0, (high_y - low_y) * factor / 2.0
    return shapely.box(*thousandths(np.array([x - wide, y - tall, x + wide, y + tall])))
