"""The plan: urban boundary, permanent farmland, zones, planned use, functions by township; conflicts of the three lines are planted and known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .. import measure
from ..schema import Pack
from ..table import Table
from .faces import LAND, SEA, Faces, as_polygons, flagged_strips, neighbours, settled, without_small
from .noise import hashed
from .pages import page_table
from .scene import CRS, Scene

__all__ = ["Lines", "farmland", "functions", "lines", "planned_use", "urban", "zone_table"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_BUILT = ("05", "06", "07", "08", "1001", "1003", "1004", "1005", "1201")
# radius of the urban boundary in parts of the county's size: county town, the others
_REACH = (0.062, 0.024, 0.028, 0.026, 0.030)


@dataclass(frozen=True, eq=False)
class Lines:
    """The three control lines on faces and land-survey patches.

    red: flags of faces (the neighbour's too); town: 0 none, 410, 420, 430; permanent: flags of patches. conflicts: (kind, patch) of the patches
    that lie in two of them, with the two layers.
    """

    red: Flags
    town: Ints
    permanent: Flags
    conflicts: tuple[tuple[str, int], ...]


def lines(faces: Faces, land: Table, scene: Scene, red: Flags) -> Lines:
    """The three lines, apart but for three patches each in two of them."""
    town = _town(faces, scene, red)
    by_patch = _patches(faces, len(land))
    grade = land["GDPDJB"].isin(["1", "2", "3"]).to_numpy(dtype=bool)
    farm = _begins(land, "01")
    free = ~by_patch(red) & ~by_patch(town > 0)
    middle = shapely.get_coordinates(shapely.centroid(land.shapes))
    good = scene.noise("ground", *middle.T) > -0.55
    permanent = farm & grade & free & good
    conflicts: list[tuple[str, int]] = []
    whole_town, whole_red = ~by_patch(town == 0), ~by_patch(~red)
    beside_red = by_patch(neighbours(faces.web, red & (faces.kind == LAND))) & farm & free
    forest = _begins(land, "03", "0404")
    for kind, able in (("farmland_urban", farm & whole_town), ("redline_farmland", beside_red), ("redline_urban", forest & whole_town & ~whole_red)):
        rows = np.flatnonzero(able)
        if not len(rows):
            continue
        row = int(rows[np.argmax(shapely.area(land.shapes[rows]))])
        conflicts.append((kind, row))
        if kind != "redline_urban":
            permanent[row] = True
        if kind != "farmland_urban":
            red = red | (faces.patch == row)
    return Lines(red, town, permanent, tuple(conflicts))


def _begins(land: Table, *starts: str) -> Flags:
    """Patches whose class begins with one of `starts`."""
    code = land["DLBM"]
    return np.asarray(code.isin([one for one in code.unique() if str(one).startswith(starts)]), dtype=bool)


def _patches(faces: Faces, count: int) -> Any:
    """A function that says of face flags which patches have a flagged face."""

    def any_of(flags: Flags) -> Flags:
        chosen = flags & (faces.patch >= 0)
        return np.asarray(np.bincount(faces.patch[chosen], minlength=count) > 0)

    return any_of


def _town(faces: Faces, scene: Scene, red: Flags) -> Ints:
    """Urban zones around the seats: compact, without red line, open water and small holes."""
    able = (faces.kind == LAND) & ~red & ~faces.of("1101", "1102", "1103", "0303", "1105")
    able = np.where(faces.strip, faces.kind == LAND, able)
    old = faces.of(*_BUILT)
    found = np.zeros(faces.web.faces, dtype=np.int64)
    for (x, y), reach in zip(scene.towns, _REACH):
        wide = reach * scene.size
        window = np.flatnonzero((np.abs(faces.x - x) < 1.5 * wide) & (np.abs(faces.y - y) < 1.5 * wide))
        far = np.full(faces.web.faces, np.inf)
        far[window] = np.sqrt((faces.x[window] - x) ** 2 + (faces.y[window] - y) ** 2) / wide
        bent = far.copy()
        bent[window] += 0.10 * scene.noise("cover", faces.x[window], faces.y[window])
        built = old & (far < 1.25)
        inner = flagged_strips(faces, ((bent < 1.0) | built) & able & ~faces.strip)
        inner = without_small(faces, inner, 0.3 * 3.14 * wide**2)
        around = (far < 1.6) & ~inner
        inner |= around & ~without_small(faces, around, 0.0008 * scene.size**2) & able
        zone = np.full(faces.web.faces, 410)
        outer = inner & (bent > 0.72) & ~built
        for value, side in ((420, faces.x - x > 0.3 * wide), (430, y - faces.y > 0.45 * wide)):
            zone[without_small(faces, flagged_strips(faces, outer & side & (zone == 410)), 0.1 * wide**2)] = value
        found = np.where(inner, zone, found)
    return found


def urban(faces: Faces, one: Lines, pack: Pack) -> Table:
    """The urban boundary by zones."""
    shapes, zone = as_polygons(faces, np.where(one.town > 0, one.town, -1))
    names = pack.codes["GHFQDM"]
    return page_table(pack.layer("CZKFBJ"), shapes, GHFQDM=[str(at) for at in zone], GHFQMC=[names[str(at)].name_zh for at in zone])


def farmland(land: Table, one: Lines, survey: Pack, year: int) -> Table:
    """The permanent farmland patches: the land-survey patches that are in it, with what they are.

    A patch that lies in the red line too leaves the permanent farmland in order: its protection ends with the year.
    """
    page = survey.layer("YJJBNTBHTB")
    part = land.take(one.permanent)
    count = len(part)
    leaving = [row for kind, row in one.conflicts if kind == "redline_farmland"]
    until = np.full(count, None, dtype=object)
    until[np.isin(np.flatnonzero(one.permanent), leaving)] = f"{year}-12-31"
    own = ("BSM", "YSDM", "SJNF")
    same: dict[str, Any] = {field: part.rows[field].to_numpy() for field in page.names if field in part.rows.columns and field not in own}
    return page_table(
        page, part.shapes, YJJBNTTBBH=[f"YN{at:08d}" for at in range(1, count + 1)], YJJBNTTBMJ=part.rows["TBMJ"].to_numpy(dtype=float),
        YJJBNTMJ=part.rows["TBDLMJ"].to_numpy(dtype=float), SJNF=year, BHKSSJ="2022-11-01", BHJSSJ=until, **same,
    )  # fmt: skip


def zone_table(faces: Faces, one: Lines, eco: Flags, protected: Ints, pack: Pack) -> Table:
    """Plan zones that tile land and sea: red line, permanent farmland, town, ecological control, villages, farming, forestry, sea uses."""
    permanent = (faces.patch >= 0) & one.permanent[np.maximum(faces.patch, 0)]
    wild = faces.of("03", "04", "1101", "1102", "1103", "1105", "1106", "1108")
    beside = neighbours(faces.web, one.red & (faces.kind == LAND))
    for _ in range(2):
        beside |= neighbours(faces.web, beside) & wild
    zone = np.where(faces.kind == SEA, np.where(eco, 200, 660), np.where(wild, 530, 520))
    zone = np.where(faces.of("05", "0601", "07", "08", "09", "1005", "1008", "1201") & (faces.kind == LAND), 510, zone)
    zone = np.where(faces.of("1101", "1102", "1103", "1105", "1106", "1108", "0303") | (beside & wild) | (protected > 0), 200, zone)
    zone = np.where(one.town > 0, one.town, zone)
    zone = np.where(permanent, 300, zone)
    zone = np.where(one.red, 100, zone)
    zone = _strips(faces, zone)
    shapes, code = as_polygons(faces, np.where(faces.kind < SEA, -1, zone))
    names = pack.codes["GHFQDM"]
    return page_table(pack.layer("GHFQ"), shapes, GHFQDM=[str(at) for at in code], GHFQMC=[names[str(at)].name_zh for at in code])


def _strips(faces: Faces, zone: Ints) -> Ints:
    """Roads and ditches take the zone of a cell beside them, unless they are in a control line themselves."""
    left, right = faces.web.sides.T
    found = zone.copy()
    loose = faces.strip & np.isin(zone, (510, 520, 530, 200)) & (faces.kind == LAND)
    for mine, other in ((left, right), (right, left)):
        take = loose[mine] & ~faces.strip[other] & (faces.kind[other] == LAND) & np.isin(zone[other], (200, 510, 520, 530))
        found[mine[take]] = zone[other[take]]
    return settled(faces, found)


def planned_use(land: Table, faces: Faces, one: Lines, sea: Table, parcels: Table, pack: Pack, seed: int) -> Table:
    """Planned land and sea use: survey patches by the crosswalk, open land in the concentrated zone built on, sea by its parcels and the rest."""
    cross = {row["class"]: row["use"] for row in pack.rule("planned_use")}
    code = land["DLBM"].to_numpy(dtype=object)
    use = np.array([cross.get(one, cross.get(one[:4], "")) for one in code], dtype=object)
    inner = _patches(faces, len(land))(one.town == 410) & ~one.permanent
    open_land = inner & np.isin(np.array([str(one)[:2] for one in code]), ("01", "02", "03", "04", "12"))
    new = np.array(["0701", "1001", "0901", "0804", "1401"], dtype=object)
    drawn = hashed(np.arange(len(land)), seed + 91)
    use = np.where(open_land & (drawn < 0.75), new[np.searchsorted([0.30, 0.52, 0.60, 0.68], drawn)], use)
    wet = parcels.take((parcels["YHFS"] != "11").to_numpy(dtype=bool))
    rest = shapely.get_parts(shapely.difference(shapely.union_all(sea.shapes), shapely.union_all(wet.shapes)))
    shapes = np.concatenate([land.shapes, wet.shapes, rest])
    use = np.concatenate([use, wet["YHLXB"].to_numpy(dtype=object), np.full(len(rest), "24", dtype=object)])
    names = {name: entry.name_zh for name, entry in pack.codes["YDYHFLDM"].entries.items()}
    settled = np.append(land["CZCSXM"].to_numpy(dtype=object), np.full(len(wet) + len(rest), None, dtype=object))
    settled[: len(land)][open_land] = "201"
    areas = np.concatenate([land["TBMJ"].to_numpy(dtype=float), measure.areas(np.concatenate([wet.shapes, rest]), CRS)])
    return page_table(pack.layer("GHYDYH"), shapes, YDYHFLDM=use, YDYHFLMC=[names[at] for at in use], CZCSXM=settled, MJ=areas)


def functions(towns: Table, scene: Scene, pack: Pack) -> Table:
    """Main functions by township: the county town urban, the two highest ecological, the others farming."""
    place = shapely.get_coordinates(shapely.point_on_surface(towns.shapes))
    height = scene.elevation(*place.T)
    code = np.full(len(towns), "2", dtype=object)
    code[np.argsort(-height)[:2]] = "3"
    x, y = scene.towns[0]
    code[[one.contains(shapely.Point(x, y)) for one in towns.shapes]] = "1"
    names = pack.codes["ZTGNDM"]
    cap = {"1": 24.0, "2": 11.0, "3": 5.0}
    return page_table(
        pack.layer("ZTGNFQ"), towns.shapes, XZQDM=towns["XZQDM"].to_numpy(dtype=object), XZQMC=towns["XZQMC"].to_numpy(dtype=object), ZTGNDM=code,
        ZTGNMC=[names[one].name_zh for one in code], KFQDSX=[cap[one] for one in code],
    )  # fmt: skip
