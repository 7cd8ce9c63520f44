"""The county's sea: its area, ecological and development space, sea parcels with their permits, islands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .. import measure
from ..schema import Pack
from ..table import Table
from . import names
from .faces import LAND, SEA, Faces, as_polygons, without_small
from .fractal import thousandths
from .noise import hashed
from .pages import COUNTY, NAME, page_table
from .scene import CRS, Scene

__all__ = ["Filled", "ecological", "islands", "parcels", "permits", "sea_area", "spaces"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Shapes = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Filled:
    """Ground won between the two years: shapes, how each is permitted (whole, exceeded, none), and whether it is enclosed water, not fill."""

    shapes: Shapes
    permitted: tuple[str, ...]
    enclosed: tuple[bool, ...]


def sea_area(faces: Faces, fresh: Flags, pack: Pack) -> dict[str, Table]:
    """The sea area before the fills (HY) and with them (HY_T1)."""
    found = {}
    for name, sea in (("HY_T1", faces.kind == SEA), ("HY", (faces.kind == SEA) | fresh)):
        shapes, _ = as_polygons(faces, np.where(sea, 0, -1))
        found[name] = page_table(pack.layer(name), shapes, MC=f"{NAME}海域")
    return found


def ecological(faces: Faces, scene: Scene) -> Flags:
    """Sea faces of the ecological space: around islands, before mangroves and the river's mouth, and the outer sea in the north."""
    rows = np.flatnonzero(faces.kind == SEA)
    x, y = faces.x[rows], faces.y[rows]
    u, v = scene.place(x, y)
    wave = 0.012 * scene.noise("ragged", x, y)
    near = np.zeros(len(u), dtype=bool)
    for one in scene.islands:
        far = np.sqrt((x - one.x) ** 2 + (y - one.y) ** 2) / scene.size
        near |= far + wave < one.radius / scene.size + 0.035
    near |= (v + wave > 0.66) & (v < 0.93)
    near |= ((u - 0.83) / 0.075) ** 2 + ((v - _mouth(scene)) / 0.05) ** 2 + 10 * wave < 1.0
    eco = np.zeros(faces.web.faces, dtype=bool)
    eco[rows] = near
    least = 0.0008 * scene.size**2
    eco = without_small(faces, eco, least)
    return np.asarray(without_small(faces, (faces.kind == SEA) & ~eco, least) ^ (faces.kind == SEA))


def _mouth(scene: Scene) -> float:
    """v of the river's mouth."""
    v = np.linspace(0.4, 0.8, 81)
    x, y = scene.metres(np.full(81, 0.80), v)
    return float(v[np.argmin(np.abs(scene.river(x, y)))])


def spaces(faces: Faces, eco: Flags, pack: Pack) -> Table:
    """The ecological and the development space: they tile the sea area."""
    labels = np.where(faces.kind == SEA, np.where(eco, 0, 1), -1)
    shapes, kind = as_polygons(faces, labels)
    titles = ["青岚海洋生态空间" if one == 0 else "青岚海洋开发利用空间" for one in kind]
    return page_table(pack.layer("HYKJ"), shapes, KJLX=np.where(kind == 0, "1", "2").astype(object), MC=titles)


def islands(faces: Faces, island: Ints, coast: Table, pack: Pack) -> Table:
    """The islands by the faces they are made of; their shores are those of the coastline."""
    shapes, number = as_polygons(faces, np.where((faces.kind == LAND) & (island >= 0), island, -1))
    titles = [names.ISLANDS[one] for one in number]
    long = coast.rows.groupby("HDMC")["HAXCD"].sum()
    return page_table(
        pack.layer("HD"), shapes, HDMC=titles, HDDM=[f"{COUNTY}HD{at + 1:04d}" for at in range(len(titles))], JMQK="0", HDYT="保留",
        HAXCD=[measure.round_half_away(float(long.get(name, 0.0)), 2) for name in titles],
    )  # fmt: skip


# what is grown, sailed or enjoyed at sea: use type A and B, manner, name, length and width in parts of the county's size, how many
_PARCELS = (
    ("18", "1802", "31", "紫菜养殖", 0.034, 0.016, 10),
    ("18", "1802", "31", "贝类底播养殖", 0.030, 0.022, 8),
    ("20", "2002", "51", "锚地", 0.028, 0.028, 2),
    ("21", "2102", "32", "海水浴场", 0.010, 0.006, 2),
    ("18", "1801", "21", "渔港码头", 0.006, 0.004, 2),
)


def parcels(areas: Shapes, coast: Table, eco: Table, filled: Filled, scene: Scene, pack: Pack) -> Table:
    """Sea parcels: the fills with a permit, and rectangles at sea that touch neither each other, the ecological space's core nor land."""
    sea = max(areas, key=lambda one: one.area)
    closed = shapely.union_all(eco.shapes[(eco["KJLX"] == "1").to_numpy(dtype=bool)])
    shapes: list[Any] = []
    kinds: list[tuple[Any, ...]] = []
    for shape, how in zip(filled.shapes, filled.permitted):
        if how != "none":
            shapes.append(shape if how == "whole" else _less(shape))
            kinds.append(("20", "2001", "11", "港区填海"))
    for number, (a, b, manner, name, long, wide, many) in enumerate(_PARCELS):
        off = (0.0, 0.015) if manner in ("32", "21") else (0.02, 1.0)
        shore = _sandy(coast) if manner == "32" else coast
        placed = _rectangles(sea, shore, closed, shapes, scene, (long, wide), off, many, 70 + number)
        for shape in placed or _rectangles(sea, coast, closed, shapes, scene, (long, wide), off, many, 70 + number):
            shapes.append(shape)
            kinds.append((a, b, manner, name))
    return _parcel_table(np.array(shapes, dtype=object), kinds, coast, pack)


def _sandy(coast: Table) -> Table:
    """The sandy pieces of the mainland's coast, all of it where there are none."""
    sandy = ((coast["HAXLX"] == "12") & (coast["DLHD"] == "00")).to_numpy(dtype=bool)
    return coast.take(sandy) if sandy.any() else coast


def _less(shape: Any) -> Any:
    """The western part of a fill: what its permit covers where the work went beyond it."""
    low_x, low_y, high_x, high_y = shape.bounds
    cut = shapely.intersection(shape, shapely.box(low_x, low_y, low_x + 0.62 * (high_x - low_x), high_y))
    return max(shapely.get_parts(cut), key=lambda one: one.area)


def _rectangles(
    sea: Any, coast: Table, closed: Any, before: list[Any], scene: Scene, size: tuple[float, float], off: tuple[float, float], many: int, salt: int
) -> list[Any]:
    """Up to `many` rectangles inside the sea, `off` (parts of the county's size) from the mainland's shore, clear of each other."""
    rng = np.random.default_rng([scene.seed, 4000 + salt])  # its own numbers, whatever others draw
    shore = shapely.union_all(coast.shapes[(coast["DLHD"] == "00").to_numpy(dtype=bool)])
    shapely.prepare(sea)
    low_x, low_y, high_x, high_y = shore.bounds if off[1] < 0.1 else sea.bounds
    made: list[Any] = []
    for _ in range(400):
        if len(made) == many:
            break
        x, y = low_x + rng.random() * (high_x - low_x), low_y + rng.random() * (high_y - low_y)
        if off[1] < 0.1:
            x, y = _before(shore, scene, x, y, size[1])
        long, wide = (one * scene.size * (0.8 + 0.4 * rng.random()) / 2.0 for one in size)
        turned = rng.random() < 0.5
        box = shapely.box(*thousandths(np.array([x - wide, y - long, x + wide, y + long] if turned else [x - long, y - wide, x + long, y + wide])))
        far = box.distance(shore) / scene.size
        if not sea.contains(box) or not off[0] <= far <= off[1] or box.intersects(closed):
            continue
        if all(box.distance(other) > 0.003 * scene.size for other in [*before, *made]):
            made.append(box)
    return made


def _before(shore: Any, scene: Scene, x: float, y: float, deep: float) -> tuple[float, float]:
    """A place at sea close before the point of the shore nearest to x, y."""
    near = shapely.get_coordinates(shapely.shortest_line(shore, shapely.Point(x, y)))[0]
    step = deep * scene.size * 1.1
    best = max(((near[0] + a * step, near[1] + b * step) for a in (-1, 0, 1) for b in (-1, 0, 1)), key=lambda at: -float(scene.inland(*at)))
    return float(best[0]), float(best[1])


def _parcel_table(shapes: Shapes, kinds: list[tuple[Any, ...]], coast: Table, pack: Pack) -> Table:
    count = len(shapes)
    codes = [f"{COUNTY}000000GH{at + 1:05d}" for at in range(count)]
    size = measure.areas(shapes, CRS)
    fill = np.array([one[2] == "11" for one in kinds])
    # the length of the shore that a parcel touches
    edges = shapely.boundary(shapes)
    touched = np.array([shapely.length(shapely.intersection(coast.shapes, one)).sum() if full else 0.0 for one, full in zip(edges, fill)])
    nature = np.where(fill, "公益性", "经营性").astype(object)
    return page_table(
        pack.layer("ZH"), shapes, ZHDM=codes, BDCDYH=[f"{one}W00000000" for one in codes], ZHTZM="GH",
        XMMC=[f"青岚{one[3]}{at + 1:02d}号" for at, one in enumerate(kinds)], XMXZ=nature, YHZMJ=size, ZHMJ=size,
        DB="4", ZHAX=measure.round_half_away(touched, 2), YHLXA=[one[0] for one in kinds], YHLXB=[one[1] for one in kinds],
        YHFS=[one[2] for one in kinds], YHWZSM=[f"{NAME}海域{one[3]}区" for one in kinds], ZT="1",
    )  # fmt: skip


def permits(zh: Table, pack: Pack, seed: int) -> Table:
    """A use permit for each sea parcel; some have run out."""
    count = len(zh)
    start = 2008 + (hashed(np.arange(count), seed + 81) * 14).astype(np.int64)
    term = np.where(zh["YHFS"] == "11", 50, np.where(zh["YHFS"] == "31", 15, 25))
    columns: Mapping[str, Any] = {
        "XKZH": [f"国海证2{start[at]:04d}B{COUNTY}{at + 1:05d}号" for at in range(count)],
        "ZHDM": zh["ZHDM"].to_numpy(dtype=object),
        "SYQR": [f"青岚海洋{at % 9 + 1}公司" for at in range(count)],
        "YHFS": zh["YHFS"].to_numpy(dtype=object),
        "PZMJ": zh["ZHMJ"].to_numpy(dtype=float),
        "QSRQ": [f"{one}-03-01" for one in start],
        "ZZRQ": [f"{one}-02-{'29' if one % 4 == 0 else '28'}" for one in start + term],
        "PZJG": f"{NAME}人民政府",
    }
    return page_table(pack.layer("HYSYQ"), zh.shapes, **columns)
