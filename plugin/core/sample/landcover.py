"""What covers the land: zones of alike ground, patches grown in them, and the class of each patch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .graph import components, join_small, runs
from .noise import hashed
from .scene import RESERVOIRS, Scene
from .villages import ISLAND, LAND

__all__ = [
    "AQUACULTURE", "FARM", "FLAT", "HILL", "ISLE", "LAKE", "MOUNTAIN", "PASTURE", "PLAIN", "PORT", "RESERVOIR", "RIVERSIDE", "STREAM", "TOWN",
    "VILLAGE", "WATERS", "ZONES", "classes", "grown", "joined_alike", "port_distance", "zones",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

PLAIN, HILL, MOUNTAIN, VILLAGE, TOWN, FLAT, AQUACULTURE, STREAM, RESERVOIR, LAKE, ISLE, RIVERSIDE, PORT, FARM, PASTURE = range(15)
WATERS = (STREAM, RESERVOIR, LAKE)
# classes of each zone, with weights; neighbours in the list like each other's company
ZONES: dict[int, str] = {
    PLAIN: "0101 34 0102 14 1104 5 0103 10 0404 3 0301 4 0307 5 0201 8 0204 2 1202 3 0702 2.5 0601 2 0809 .6 09 .4 1201 .5",
    HILL: "0101 5 0103 18 0201 14 0202 9 0404 5 0305 9 0307 6 0302 7 0301 25 0702 1 0602 .7 1206 .6",
    MOUNTAIN: "0103 2 0202 2 0305 16 0301 50 0302 10 0307 6 0404 8 0401 3 1206 1 1207 3 0304 .4",
    VILLAGE: "0702 68 05H1 3 08H2 3 08H1 1 0810 2 1201 2 0201 7 0103 9 1104 5",
    TOWN: "0701 40 05H1 14 08H1 6 08H2 10 0810 6 0810A 1 0809 4 1005 2 0508 3 0601 13 09 1",
    FLAT: "1105 70 0303 16 1205 9 1108 5",
    AQUACULTURE: "1104A 52 1104 8 0603 18 1204 5 0404 4 0103 8 1109 2 1202 3",
    STREAM: "1101 1",
    RESERVOIR: "1103 1",
    LAKE: "1102 1",
    ISLE: "0305 40 0301 15 0404 25 1207 20",
    RIVERSIDE: "1106 48 0402 18 1108 8 0306 4 0404 10 0101 12",
    PORT: "1008 50 0601 35 0508 15",
    FARM: "0305 10 0301 66 0302 14 0307 10",
    PASTURE: "0305 12 0404 30 0401 58",
}
# zones whose patches are large, and those that are one patch as far as they reach
_LARGE = (MOUNTAIN, FLAT, ISLE, RIVERSIDE, FARM, PASTURE)


def zones(places: Floats, spacing: float, ground: Scene, kind: Ints, inland: Floats) -> Ints:
    """(cells,) the zone of each cell of land and islands. places (cells, 2): their middles.

    kind: LAND or ISLAND; spacing: between cells; inland: `Scene.inland` of the places.
    """
    x, y = places.T
    size, land = ground.size, kind == LAND
    height, slope = ground.elevation(x, y), ground.slope(x, y)
    top = 0.013 * size
    zone = np.full(len(x), PLAIN)
    zone[(slope > 4.5) | (height > top * 0.45)] = HILL
    zone[(slope > 14.0) | (height > top)] = MOUNTAIN
    hamlet = ground.noise("fine", x, y) + 0.35 * ground.noise("cover", x, y) > 0.56
    zone[hamlet & (slope < 9.0) & (height < top)] = VILLAGE
    far = np.full(len(x), np.inf)
    for seat in ground.villages:
        far = np.minimum(far, (x - seat[0]) ** 2 + (y - seat[1]) ** 2)
    ragged = 1.0 + 0.9 * ground.noise("ragged", x, y)
    zone[far < (0.0105 * size * ragged) ** 2] = VILLAGE
    muddy = ground.noise("bend", x * 0.2, y)
    zone[(inland < 0.04 * size * (0.75 + ragged * 0.25)) & (muddy > -0.08) & (slope < 3.0) & (zone != VILLAGE)] = AQUACULTURE
    u, v = ground.place(x, y)
    for number, middle_u, middle_v, radius in ((FARM, 0.15, 0.27, 0.105), (PASTURE, 0.33, 0.165, 0.055)):
        inside = (u - middle_u) ** 2 + (v - middle_v) ** 2 < (radius * ragged) ** 2
        zone[inside & ((zone == HILL) | (zone == MOUNTAIN))] = number
    stream = np.abs(ground.river(x, y))
    near = stream < ground.river_width(x, y) + 0.008 * size * ragged
    zone[near & (ground.noise("cover", x, y) > 0.12) & (slope < 6.0)] = RIVERSIDE
    zone[(inland < np.maximum(1.1 * spacing, 0.0065 * size * ragged)) & (muddy > -0.22)] = FLAT
    for number, town in enumerate(ground.towns):
        across = (0.036 if number == 0 else 0.015) * size * ragged
        zone[(x - town[0]) ** 2 + (y - town[1]) ** 2 < across**2] = TOWN
    zone[(port_distance(ground, x, y) < 0.021 * size * ragged)] = PORT
    _waters(x, y, spacing, ground, zone, land)
    zone[kind == ISLAND] = ISLE
    return zone


def port_distance(ground: Scene, x: Floats, y: Floats) -> Floats:
    """Metres to the port, which lies on the coast east of the county town."""
    u = np.linspace(0.70, 0.92, 400)
    shore = ground.inland(*ground.metres(u, np.full(400, 0.515)))
    at = u[int(np.flatnonzero(shore <= 0)[0])] if (shore <= 0).any() else 0.80
    port_x, port_y = ground.metres(at, 0.515)
    return np.asarray(np.sqrt((x - port_x) ** 2 + (y - port_y) ** 2))


def _waters(x: Floats, y: Floats, spacing: float, ground: Scene, zone: Ints, land: Flags) -> None:
    """The main river where it is broader than a cell, reservoirs and the lake, in place."""
    width = ground.river_width(x, y)
    zone[land & (np.abs(ground.river(x, y)) < width) & (width > 0.6 * spacing)] = STREAM
    for which, (name, *_) in enumerate(RESERVOIRS):
        inside = ground.still_water(x, y, which)
        middle = np.argmax(np.where(land, inside, -np.inf))
        zone[(land & (inside > 0)) | (np.arange(len(x)) == middle)] = LAKE if name == "lake" else RESERVOIR


def grown(zone: Ints, key: Ints, sides: Ints) -> Ints:
    """(n,) the patch of each cell: connected, of one zone and one key (village, owner …; negative: none). sides: neighbours."""
    count = len(zone)
    alike = key * 64 + zone
    # numbered by lot, so that no direction is preferred where sizes are equal
    part = np.argsort(hashed(np.arange(count), 3), kind="stable")
    water = np.isin(zone, WATERS)
    alone = -1 - np.arange(count)
    part[water] = count + runs(np.where(water, alike, alone), sides)[water]
    part = np.unique(part, return_inverse=True)[1].ravel()
    part = join_small(part, np.where(water, alone, alike), sides, 2, 2)
    large = np.isin(zone, _LARGE)
    return join_small(part, np.where(large, alike, alone), sides, 4, 4)


def joined_alike(part: Ints, alike: Ints, sides: Ints, many: int) -> Ints:
    """(n,) parts with `many` pairs of neighbours of one `alike` made one, where there are so many; negative ones stay apart."""
    for turn in range(3):
        a, b = part[sides].T
        same = alike[sides]
        fit = (a != b) & (same[:, 0] == same[:, 1]) & (same[:, 0] >= 0)
        pairs = np.unique(np.sort(np.column_stack([a, b])[fit], axis=1), axis=0)
        pairs = pairs[np.argsort(hashed(pairs[:, 0] * 1_000_003 + pairs[:, 1], 8 + turn), kind="stable")]
        once = np.ones(len(pairs), dtype=bool)
        for column in (0, 1):
            once &= np.isin(np.arange(len(pairs)), np.unique(pairs[:, column], return_index=True)[1])
        pairs = pairs[once][: max(many, 0)]
        many -= len(pairs)
        # a chain of pairs takes in more than one part at a time, which the next turn's number sees
        part = components(int(part.max()) + 1, pairs)[part]
    return part


def classes(zone: Ints, x: Floats, y: Floats, ground: Scene) -> NDArray[np.object_]:
    """(patches,) class code of patches by zone and place: part drawn, part by a field, so that like lies by like."""
    drawn = hashed(np.arange(len(zone)), 11 + ground.seed)
    wave = (0.5 + 0.95 * ground.noise("cover", x, y) + 0.6 * ground.noise("ground", x, y)) % 2.0
    field = np.minimum(wave, 2.0 - wave).clip(0.0, 0.9999)
    value = np.where(hashed(np.arange(len(zone)), 12 + ground.seed) < 0.55, field, drawn)
    found = np.full(len(zone), "", dtype=object)
    for number, text in ZONES.items():
        words = text.split()
        weight = np.array([float(one) for one in words[1::2]])
        own = zone == number
        drawer = np.searchsorted(np.cumsum(weight / weight.sum()), value[own], side="right").clip(max=len(weight) - 1)
        found[own] = np.array(words[0::2], dtype=object)[drawer]
    return found
