"""Protected areas with their zones, important wetlands and managed waters, from the masks of ground of special standing (`regions`)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from .. import measure
from ..schema import Pack
from ..table import Table
from .faces import Faces, as_polygons, without_small
from .pages import NAME, page_table
from .regions import NAMES
from .scene import CRS, Scene

__all__ = ["SITES", "protected_areas", "waters", "wetlands", "zones"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# mask → type of protected area, level, share of the middle that is core zone
SITES = {
    "national_park": ("1", "2", 0.62), "coastal_reserve": ("2", "3", 0.58), "forest_park": ("31", "3", 0.0), "wetland_park": ("32", "3", 0.0),
}  # fmt: skip
_WETLANDS = {"estuary_wetland": ("1", "2", "河口洄游鱼类"), "bay_wetland": ("1", "3", "红树林和鸻鹬类"), "lake": ("3", "3", "越冬水鸟")}
_WATERS = {"main_river": "1", "north_brook": "1", "south_brook": "1", "reservoir_north": "3", "reservoir_south": "3", "lake": "2"}
_ALL = tuple(SITES)


def zones(faces: Faces, masks: Mapping[str, Flags], scene: Scene) -> Ints:
    """For each face zone (1 core, 2 general) + 10 × number of the protected area (from 1), 0 for none. The core lies in the middle."""
    found = np.zeros(faces.web.faces, dtype=np.int64)
    for number, name in enumerate(_ALL, 1):
        own = without_small(faces, masks[name] & (found == 0), 0.0002 * scene.size**2)
        if not own.any():
            continue
        weight = faces.area * own
        x, y = (faces.x * weight).sum() / weight.sum(), (faces.y * weight).sum() / weight.sum()
        far = np.sqrt((faces.x - x) ** 2 + (faces.y - y) ** 2) / np.sqrt(weight.sum() / 3.1416)
        core = without_small(faces, own & (far < SITES[name][2]), 0.0001 * scene.size**2)
        found[own] = 2 + 10 * number
        found[core] = 1 + 10 * number
    return found


def name_of(number: int) -> str:
    """The name of the protected area of that number."""
    return NAMES[_ALL[number - 1]] if number else ""


def protected_areas(faces: Faces, zoned: Ints, pack: Pack) -> Table:
    """The protected areas by zone, each connected part a feature."""
    shapes, mark = as_polygons(faces, np.where(zoned > 0, zoned, -1))
    sites = [SITES[_ALL[one // 10 - 1]] for one in mark]
    names = [name_of(int(one) // 10) for one in mark]
    return page_table(
        pack.layer("ZRBHD"), shapes, MC=names, BHDLX=[one[0] for one in sites], BHDJB=[one[1] for one in sites],
        GNFQ=(mark % 10).astype(str).astype(object), SLSJ=[f"20{8 + one // 10:02d}-06-05" for one in mark], GLJG=[f"{one}管理处" for one in names],
    )  # fmt: skip


def wetlands(faces: Faces, masks: Mapping[str, Flags], scene: Scene, pack: Pack) -> Table:
    """Important wetlands: the river's mouth, the bay's flats, the lake."""
    shapes, number = _named(faces, masks, tuple(_WETLANDS), scene)
    about = [_WETLANDS[tuple(_WETLANDS)[one]] for one in number]
    names = [NAMES[tuple(_WETLANDS)[one]] for one in number]
    return page_table(
        pack.layer("ZYSD"), shapes, MC=[one if one.endswith("湿地") else f"{one}重要湿地" for one in names], JB=[one[1] for one in about],
        SDLX=[one[0] for one in about], ZDBHW=[one[2] for one in about],
    )  # fmt: skip


def waters(faces: Faces, masks: Mapping[str, Flags], scene: Scene, pack: Pack) -> tuple[Table, Table]:
    """Management areas of rivers, lakes and reservoirs (apart from each other), and the lines around them."""
    shapes, number = _named(faces, masks, tuple(reversed(_WATERS)), scene)
    keys = [tuple(reversed(_WATERS))[one] for one in number]
    kinds = [_WATERS[one] for one in keys]
    body = f"{NAME}水利局"
    grade = ["4" if one == "1" else None for one in kinds]
    areas = page_table(pack.layer("HHGLFW"), shapes, MC=[f"{NAMES[one]}管理范围" for one in keys], SYLX=kinds, HDDJ=grade, GLDW=body)
    rings = np.array([shapely.LineString(shapely.get_coordinates(shapely.get_exterior_ring(one))) for one in shapes], dtype=object)
    long = measure.round_half_away(measure.lengths(rings, CRS), 2)
    return areas, page_table(pack.layer("HHAX"), rings, MC=[NAMES[one] for one in keys], SYLX=kinds, CD=long, GLDW=body)


def _named(faces: Faces, masks: Mapping[str, Flags], names: tuple[str, ...], scene: Scene) -> tuple[NDArray[np.object_], Ints]:
    """Polygons of the masks, the first in `names` first, without crumbs; and the place of each in `names`."""
    labels = np.full(faces.web.faces, -1)
    for number, name in enumerate(names):
        labels[masks[name] & (labels < 0)] = number
    for number in range(len(names)):
        own = labels == number
        labels[own & ~without_small(faces, own, 0.00003 * scene.size**2)] = -1
    return as_polygons(faces, labels)
