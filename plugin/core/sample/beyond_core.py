"""Everything beyond survey, ownership and units: coast, sea, red line, plan, permits, buildings, projects, tables and known cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ..progress import SILENT, Progress
from ..schema import Pack
from ..table import Table
from . import buildings, coast, indicators, names, permits, plan, projects, protected, redline, sea
from .faces import Faces, as_polygons
from .scene import Scene

__all__ = ["further_layers"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def further_layers(
    faces: Faces, island: Ints, masks: Mapping[str, Flags], land: Table, towns: Table, scene: Scene, packs: Mapping[str, Pack],
    filled: Ints, years: tuple[int, int, int], progress: Progress = SILENT,
) -> dict[str, Table]:
    """The further layers by name, in the order of the layer list.

    island: of the faces, -1 for none; masks: of faces by the names of `regions`; land: DLTB of the later year; towns: XZQ; filled: faces that were
    sea at the earlier year: 1 filled at the port, 2 enclosed, 0 for the others; years: the earlier survey, the later one, the plan's target.
    """
    pack, survey = packs["sample"], packs["survey"]
    made: dict[str, Table] = {}
    known = indicators.Known()
    progress.at(0.0)
    fresh = _numbered(faces, filled)
    _shore(made, faces, island, scene, fresh, years, pack)
    eco = sea.ecological(faces, scene)
    zoned = protected.zones(faces, masks, scene)
    progress.at(0.2)
    works = _fills(faces, fresh)
    made |= sea.sea_area(faces, fresh > 0, pack)
    made["HYKJ"] = sea.spaces(faces, eco, pack)
    made["HD"] = sea.islands(faces, island, made["HAX_T1"], pack)
    made["ZH"] = sea.parcels(made["HY_T1"].shapes, made["HAX"], made["HYKJ"], works, scene, pack)
    made["HYSYQ"] = sea.permits(made["ZH"], pack, scene.seed)
    progress.at(0.4)
    made["ZRBHD"] = protected.protected_areas(faces, zoned, pack)
    made["ZYSD"] = protected.wetlands(faces, masks, scene, pack)
    made["HHGLFW"], made["HHAX"] = protected.waters(faces, masks, scene, pack)
    progress.at(0.5)
    _plan(made, known, faces, zoned, eco, land, towns, scene, packs, years[1])
    progress.at(0.8)
    _permits(made, known, land, works, scene, pack, years[1])
    made["KCXS"] = indicators.ridges(survey, pack)
    made["GHZB"] = indicators.indicators({**made, "DLTB": land}, survey, pack, years[1], years[2])
    made["KNOWN"] = indicators.known_table(known, pack)
    progress.at(1.0)
    return made


def _shore(made: dict[str, Table], faces: Faces, island: Ints, scene: Scene, fresh: Ints, years: tuple[int, int, int], pack: Pack) -> None:
    earlier, later = coast.both_years(faces, scene, fresh, island + 1)
    isles = list(names.ISLANDS)
    made["HAX_T1"] = coast.coast_table(pack.layer("HAX_T1"), faces.web, later, scene, years[1], True, isles)
    made["HAX"] = coast.coast_table(pack.layer("HAX"), faces.web, earlier, scene, years[0], False, isles)


def _numbered(faces: Faces, filled: Ints) -> Ints:
    """The fills by number, 0 elsewhere: at the port from the north 1, 2 and, where nothing is enclosed, 4; the enclosure is 3.

    A port too small to be divided so often goes without 1, then without 4.
    """
    enclosed = filled == 2
    port = np.flatnonzero(filled == 1)
    kinds = [1, 2] if enclosed.any() else [1, 2, 4]
    kinds = kinds[-len(port) :] if len(port) > 1 else [2]
    found = np.where(enclosed, coast.ENCLOSED, 0)
    order = port[np.argsort(-faces.y[port], kind="stable")]
    found[order] = np.array(kinds)[np.arange(len(order)) * len(kinds) // max(len(order), 1)]
    return found


def _fills(faces: Faces, fresh: Ints) -> sea.Filled:
    """The filled ground: that of number 1 with a full permit, 2 beyond its permit, 3 (the enclosure) and 4 without one."""
    shapes, number = as_polygons(faces, np.where(fresh > 0, fresh, -1))
    how = {1: "whole", 2: "exceeded", 3: "none", 4: "none"}
    return sea.Filled(shapes, tuple(how[int(one)] for one in number), tuple(int(one) == coast.ENCLOSED for one in number))


def _plan(
    made: dict[str, Table], known: indicators.Known, faces: Faces, zoned: Ints, eco: Flags, land: Table, towns: Table, scene: Scene,
    packs: Mapping[str, Pack], year: int,
) -> None:  # fmt: skip
    pack = packs["sample"]
    drawn = plan.lines(faces, land, scene, redline.red_flags(faces, scene, zoned % 10, eco))
    made["STBHHX"] = redline.red_line(faces, drawn.red, scene, zoned, {at: protected.name_of(at) for at in range(1, len(protected.SITES) + 1)}, pack)
    made["STBHHX_LX"], lost = redline.beyond(faces, drawn.red, scene, pack)
    made["YJJBNTBHTB"] = plan.farmland(land, drawn, packs["survey"], year)
    made["CZKFBJ"] = plan.urban(faces, drawn, pack)
    made["GHFQ"] = plan.zone_table(faces, drawn, eco, zoned, pack)
    made["GHYDYH"] = plan.planned_use(land, faces, drawn, made["HY_T1"], made["ZH"], pack, scene.seed)
    made["ZTGNFQ"] = plan.functions(towns, scene, pack)
    layers = {"farmland_urban": ("YJJBNTBHTB", "CZKFBJ"), "redline_farmland": ("STBHHX", "YJJBNTBHTB"), "redline_urban": ("STBHHX", "CZKFBJ")}
    for kind, row in drawn.conflicts:
        first, second = layers[kind]
        shape = land.shapes[row]
        place = shapely.point_on_surface(shape)
        known.add(kind, first, _at(made[first], place), shape, second, _at(made[second], place), float(land["TBMJ"].iloc[row]))
    length = float(np.hypot(*redline.OFFSET))
    for name, shape in zip(made["STBHHX_LX"]["BSM"], made["STBHHX_LX"].shapes):
        known.add("edge_offset", "STBHHX_LX", str(name), shape, "STBHHX", length=length)
    if lost is not None:
        across = made["STBHHX"].take(shapely.intersects(made["STBHHX"].shapes, lost))
        for name, shape in zip(across["BSM"], across.shapes):
            meet = shapely.intersection(shape, lost)
            known.add("edge_unmet", "STBHHX", str(name), meet, "STBHHX_LX", length=float(meet.length))


def _at(table: Table, place: Any) -> str:
    """BSM of the feature that covers a point."""
    return str(table["BSM"].iloc[int(np.flatnonzero(shapely.covers(table.shapes, place))[0])])


def _permits(made: dict[str, Table], known: indicators.Known, land: Table, filled: sea.Filled, scene: Scene, pack: Pack, year: int) -> None:
    made["JZW"] = buildings.buildings(land, made["HAX_T1"].shapes, filled.shapes, pack.layer("JZW"), scene.seed, year)
    made["KYQ"] = permits.mining(land, made["STBHHX"], pack, scene.seed)
    made["QSQ"] = permits.intake(land, pack, scene.seed)
    made["PWQ"] = permits.discharge(land, pack, scene.seed)
    made["XM"] = projects.projects(made["STBHHX"], made["CZKFBJ"], made["HAX_T1"], made["HAX"], filled, made["HYSYQ"], year, pack)
    mine = made["KYQ"].take(np.array([len(made["KYQ"]) - 1]))
    known.add("mine_redline", "KYQ", str(mine["BSM"].iloc[0]), mine.shapes[0], "STBHHX", area=float(mine["KCKQMJ"].iloc[0]))
    granted = shapely.union_all(made["HYSYQ"].shapes[(made["HYSYQ"]["YHFS"] == "11").to_numpy(dtype=bool)])
    works = made["XM"].take(made["XM"]["XMLX"].isin(["07", "08"]).to_numpy(dtype=bool))
    for name, shape, how in zip(works["BSM"], works.shapes, filled.permitted):
        if how != "whole":
            beyond = shapely.difference(shape, granted)
            known.add("permit_missing" if how == "none" else "permit_exceeded", "XM", str(name), beyond, "HYSYQ", area=float(beyond.area))
    loose = (made["XM"]["HDLX"].isna() & made["XM"]["XMLX"].isin(["04"])) | (made["XM"]["HDLX"] == "光伏发电")
    for row in np.flatnonzero(loose.to_numpy(dtype=bool)):
        known.add("activity_unmapped", "XM", str(made["XM"]["BSM"].iloc[row]), made["XM"].shapes[row], "STBHHX")
    _setback(made, known)


def _setback(made: dict[str, Table], known: indicators.Known) -> None:
    """Buildings nearer to a piece of the mainland's coast than its setback distance."""
    shore = made["HAX_T1"].take((made["HAX_T1"]["DLHD"] == "00").to_numpy(dtype=bool))
    if not len(made["JZW"]) or not len(shore):
        return
    reach = shore["TSJL"].to_numpy(dtype=float)
    piece, building = shapely.STRtree(made["JZW"].shapes).query(shore.shapes, predicate="dwithin", distance=reach)
    for one in np.unique(building):
        nearest = piece[building == one]
        where = nearest[np.argmin(shapely.distance(shore.shapes[nearest], made["JZW"].shapes[one]))]
        away = float(shapely.distance(shore.shapes[where], made["JZW"].shapes[one]))
        house, piece_of = str(made["JZW"]["BSM"].iloc[one]), str(shore["BSM"].iloc[where])
        known.add("building_setback", "JZW", house, made["JZW"].shapes[one], "HAX_T1", piece_of, length=away)
