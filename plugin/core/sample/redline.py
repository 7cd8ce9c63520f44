"""The red line on land and at sea, by faces, and that of the neighbouring county, which meets it with a known offset."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .. import measure
from ..schema import Pack
from ..table import Table
from .borders import ending_together
from .faces import LAND, OUTSIDE, SEA, Faces, as_polygons, flagged_strips, neighbours, without_small
from .pages import COUNTY, NEIGHBOUR, identifiers, page_table
from .scene import CRS, Scene

__all__ = ["OFFSET", "beyond", "red_flags", "red_line"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# metres east and north by which the neighbour's line was drawn beside ours
OFFSET = (1.5, -2.0)
# metres: least and most width of the strip along the border that the neighbour's line keeps clear where ours does not reach the border
_STRIP = (12.0, 60.0)
# metres of our line that the neighbour's lacking patch leaves alone, at least
_LOST = 150.0
# types of red line by number: function or sensitivity, and its name
_TYPES = (("11", "水源涵养"), ("12", "生物多样性维护"), ("13", "水土保持"), ("15", "海岸生态稳定"))
_WATER, _LIFE, _SOIL, _SHORE = range(4)


def red_flags(faces: Faces, scene: Scene, protected: Ints, eco: Flags) -> Flags:
    """Faces inside the red line, the neighbouring county's too.

    protected: 0 no, 1 core and 2 general zone of a protected area (those go in whole); eco: the sea's ecological space (the inner part goes in).
    """
    belt = _belt(faces, scene)
    wild = (faces.of("03", "0401", "0404", "1103", "0402", "1106") | belt) & ~faces.strip
    high = np.quantile(scene.elevation(*_thinned(faces)), 0.62)
    able = np.flatnonzero(wild & ((faces.kind == LAND) | belt))
    x, y = faces.x[able], faces.y[able]
    flags = np.zeros(faces.web.faces, dtype=bool)
    flags[able] = (scene.elevation(x, y) * (scene.inland(x, y) > 0) + 0.25 * high * scene.noise("cover", x, y)) > high
    flags = _smooth(faces, flags) & (faces.kind != SEA) & ~faces.of("01", "02", "05", "06", "07", "08", "09", "10", "12")
    least = 0.0025 * scene.size**2
    flags |= (protected > 0) & (faces.kind == LAND)
    flags = flagged_strips(faces, flags)
    flags = without_small(faces, flags & (faces.kind == LAND), least) | without_small(faces, flags & (faces.kind == OUTSIDE), least / 8.0)
    outer = np.flatnonzero(eco)
    sea = np.zeros(faces.web.faces, dtype=bool)
    sea[outer] = scene.noise("bend", faces.x[outer], faces.y[outer] + 0.4 * scene.size) > -0.25
    return flags | without_small(faces, sea | ((protected > 0) & (faces.kind == SEA)), least / 3.0)


def _belt(faces: Faces, scene: Scene) -> Flags:
    """The neighbouring county's ground beside the border: a belt of 5 % of the county's size, twelve faces deep at most."""
    belt = faces.kind >= SEA
    deep = 0.05 * scene.size / np.sqrt(np.median(faces.area[faces.kind == OUTSIDE]))
    for _ in range(min(12, int(np.ceil(deep)))):
        belt = belt | (neighbours(faces.web, belt) & (faces.kind == OUTSIDE))
    return np.asarray(belt & (faces.kind == OUTSIDE))


def _thinned(faces: Faces) -> tuple[Any, Any]:
    """x, y of some hundreds of land faces or more."""
    land = np.flatnonzero((faces.kind == LAND) & ~faces.strip)
    land = land[:: max(1, len(land) // 5000)]
    return faces.x[land], faces.y[land]


def _smooth(faces: Faces, flags: Flags) -> Flags:
    """Cells as most of those around them are (twice); strips count for nothing."""
    left, right = faces.web.sides.T
    cells = ~faces.strip[left] & ~faces.strip[right]
    left, right = left[cells], right[cells]
    around = np.bincount(left, minlength=faces.web.faces) + np.bincount(right, minlength=faces.web.faces)
    for _ in range(2):
        yes = np.bincount(left, flags[right], faces.web.faces) + np.bincount(right, flags[left], faces.web.faces)
        flags = np.where(around > 0, yes + flags > 0.5 * (around + 1), flags)
    return flags


def red_line(faces: Faces, flags: Flags, scene: Scene, protected: Ints, names: dict[int, str], pack: Pack) -> Table:
    """The red line in patches of one type and zone. names: of the protected areas by number; protected: zone + 10 × number."""
    zone, area = protected % 10, protected // 10
    land = np.where(area > 0, _LIFE, np.where(_halves(scene, faces), _WATER, _SOIL))
    kind = np.where(faces.kind == SEA, np.where(area > 0, _LIFE, _SHORE), land)
    labels = np.where(flags & (faces.kind >= SEA), ((area * 4 + kind) * 3 + zone) * 2 + (faces.kind == SEA), -1)
    shapes, mark = as_polygons(faces, labels)
    sea, zone, kind, area = mark % 2, (mark // 2) % 3, (mark // 6) % 4, mark // 24
    return _table(pack, "STBHHX", shapes, kind, sea, zone, [names.get(int(one), "") for one in area], COUNTY, "青岚县")


def _halves(scene: Scene, faces: Faces) -> Flags:
    """The upper basin of the river's north serves the water supply, the south the soil."""
    _, v = scene.place(faces.x, faces.y)
    return np.asarray(v > 0.5)


def _table(pack: Pack, name: str, shapes: NDArray[Any], kind: Ints, sea: Ints, zone: Ints, areas: list[str], county: str, title: str) -> Table:
    count = len(shapes)
    codes = [_TYPES[one][0] for one in kind]
    serial: dict[str, int] = {}
    red = []
    for code in codes:
        serial[code] = serial.get(code, 0) + 1
        red.append(f"{county}{code}{serial[code]:03d}")
    named = [area or ("青岚湾" if at_sea else "青岚山") for area, at_sea in zip(areas, sea)]
    return page_table(
        pack.layer(name),
        shapes,
        BSM=identifiers(name, count, county),
        XJXZQDM=county,
        XJXZQMC=title,
        HXBM=red,
        HXMM=[f"{place}{_TYPES[one][1]}生态保护红线" for place, one in zip(named, kind)],
        TBBM=[f"{one}001" for one in red],
        LXBM=codes,
        LHLX=np.where(sea == 1, "2", "1").astype(object),
        GNFQ=np.array([None, "1", "2"], dtype=object)[zone],
        BHDMC=[one or None for one in areas],
        GKCS=np.where(zone == 1, "禁止人为活动", "仅允许有限人为活动").astype(object),
        SLSJ="2022-10-14",
    )


def beyond(faces: Faces, flags: Flags, scene: Scene, pack: Pack) -> tuple[Table, Any]:
    """The neighbouring county's red line along the border, shifted by OFFSET; and one patch that it should have but has not (None: no room).

    The two meet wherever ours lies on the border and leave it at the same places; one of the neighbour's ends where its management block ends.
    Only patches that meet ours.
    """
    u, v = scene.place(faces.x, faces.y)
    block = np.clip(np.floor(6.0 * u), 0, 9).astype(np.int64) + 10 * np.clip(np.floor(6.0 * v), 0, 9).astype(np.int64)
    inside, outside = flags & (faces.kind == LAND), faces.kind == OUTSIDE
    shapes, block = as_polygons(faces, np.where((flags | neighbours(faces.web, inside)) & outside, block, -1))
    width = float(np.clip(0.2 * np.sqrt(np.median(faces.area[outside])), *_STRIP))
    shapes = ending_together(faces, shapes, inside, width)
    ours, _ = as_polygons(faces, np.where(inside, 0, -1))
    meets = shapely.line_merge(shapely.intersection(shapes, shapely.union_all(ours)))
    long = shapely.length(meets)
    met = np.flatnonzero(long > 0)
    met = met[np.argsort(-shapely.area(shapes[met]), kind="stable")]
    # the one that is lacking leaves long stretches of our line alone: shorter ones would look like a line that ends too early
    able = [at for at in met if shapely.length(shapely.get_parts(meets[at])).min() > _LOST]
    if len(met) > 1 and able:
        met = np.append(met[met != able[-1]], able[-1])
    lost = shapes[met[-1]] if len(met) > 1 and able else None
    shapes, block = shapes[met], block[met]
    kept = shapes[:-1] if lost is not None else shapes
    moved = np.asarray(shapely.transform(kept, lambda places: places + np.array(OFFSET)))
    count = len(moved)
    none = np.zeros(count, dtype=np.int64)
    table = _table(pack, "STBHHX_LX", moved, np.where(block[:count] >= 30, _WATER, _SOIL), none, none, [""] * count, NEIGHBOUR, "邻县")
    return table.with_columns(MJ=measure.areas(moved, CRS)), lost
