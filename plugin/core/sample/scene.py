"""The lie of the land of 青岚县 as functions of place: coast, heights, rivers, roads, seats.

Places are x, y in EPSG:4528 metres (arrays of equal shape). Inside, the county is drawn in parts of its own size (`Scene.place`), so that
it looks alike at 600 and at 200,000 patches. Only +, −, ×, ÷ and √ are used: they give the same bits on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .noise import Noise

__all__ = ["CRS", "ORIGIN", "RESERVOIRS", "Island", "Scene", "scene"]

Floats = NDArray[np.float64]

CRS = "EPSG:4528"
# lower left corner of the county's box (easting with zone 40, northing)
ORIGIN = (40_402_000.0, 3_150_000.0)
WIDTH, HEIGHT = 1.12, 1.0
_TOWNSHIPS, _VILLAGES = 5, 40
# still waters in parts of the county's size: kind, u, v, radius
RESERVOIRS = (("reservoir", 0.235, 0.805, 0.034), ("reservoir", 0.30, 0.245, 0.024), ("lake", 0.64, 0.76, 0.022))
# u, v and radius of the islands; none is inhabited
_ISLANDS = (
    (0.965, 0.16, 0.019), (1.015, 0.245, 0.013), (0.945, 0.475, 0.015), (1.025, 0.555, 0.021), (0.985, 0.72, 0.014), (0.955, 0.84, 0.017),
    (1.035, 0.80, 0.012),
)


@dataclass(frozen=True)
class Island:
    """An uninhabited island: middle x, y and mean radius in metres."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, eq=False)
class Scene:
    """The county of one seed and number of patches.

    size: metres that 1.0 of the inner places stands for. villages (40, 2): their seats, x and y in metres, numbered township by township;
    township_of (40,): 0…4; towns (5, 2): the townships' seats, the first the county town. islands: uninhabited.
    Signed fields are positive on the side that their name says; all return one number a place.
    """

    seed: int
    patches: int
    size: float
    villages: Floats
    township_of: NDArray[np.int64]
    towns: Floats
    islands: tuple[Island, ...]

    def place(self, x: Any, y: Any) -> tuple[Floats, Floats]:
        """x, y in metres as u, v in parts of the county's size: u grows to the sea in the east, v to the north."""
        return (np.asarray(x, dtype=float) - ORIGIN[0]) / self.size, (np.asarray(y, dtype=float) - ORIGIN[1]) / self.size

    def metres(self, u: Any, v: Any) -> tuple[Floats, Floats]:
        """u, v as x, y in metres."""
        return np.asarray(u, dtype=float) * self.size + ORIGIN[0], np.asarray(v, dtype=float) * self.size + ORIGIN[1]

    def inside(self, x: Any, y: Any) -> Floats:
        """Positive inside the county's border (land and sea), negative outside; no distance."""
        return _inside(self.seed, *self.place(x, y))

    def inland(self, x: Any, y: Any) -> Floats:
        """Metres from the shore, about: positive on land (islands too), negative at sea."""
        return _shore(self.seed, *self.place(x, y)) * self.size

    def elevation(self, x: Any, y: Any) -> Floats:
        """Height in metres above sea level; 0 and less at sea (depth)."""
        return _height(self.seed, *self.place(x, y)) * self._relief

    def slope(self, x: Any, y: Any) -> Floats:
        """Steepness in degrees: that of a grid over the county of 320 columns, between its points."""
        steep = _steepness(self)
        step = self.size * WIDTH / (steep.shape[1] - 1)
        column = ((np.asarray(x, dtype=float) - ORIGIN[0]) / step).clip(0, steep.shape[1] - 1.001)
        row = ((np.asarray(y, dtype=float) - ORIGIN[1]) / step).clip(0, steep.shape[0] - 1.001)
        c, r = column.astype(np.int64), row.astype(np.int64)
        fx, fy = column - c, row - r
        low = steep[r, c] * (1 - fx) + steep[r, c + 1] * fx
        return np.asarray(low * (1 - fy) + (steep[r + 1, c] * (1 - fx) + steep[r + 1, c + 1] * fx) * fy)

    def river(self, x: Any, y: Any) -> Floats:
        """Metres to the middle of the main river 青溪, signed: positive north of it. It runs from the western border to the estuary."""
        u, v = self.place(x, y)
        return (v - _river(self.seed, u)) / _steep(partial(_river, self.seed), u) * self.size

    def tributary(self, x: Any, y: Any, which: int) -> Floats:
        """Metres to the middle of tributary 0 (from the north) or 1 (from the south), signed: positive east of it; NaN beyond its ends."""
        u, v = self.place(x, y)
        course = partial(_tributary, self.seed, which)
        own = (v - _river(self.seed, u)) * (1.0 if which == 0 else -1.0) > 0
        reach = v < 0.93 if which == 0 else v > 0.10
        return np.where(own & reach, (u - course(v)) / _steep(course, v) * self.size, np.nan)

    def river_distance(self, x: Any, y: Any) -> Floats:
        """Metres to the nearest of the river and its tributaries."""
        best = np.abs(self.river(x, y))
        for which in (0, 1):
            best = np.fmin(best, np.abs(self.tributary(x, y, which)))
        return np.asarray(best)

    def river_width(self, x: Any, y: Any) -> Floats:
        """Half of the main river's width in metres at the place's easting: a brook in the west, broad at the mouth."""
        u, _ = self.place(x, y)
        return np.asarray((0.0006 + 0.0052 * np.clip((u - 0.25) / 0.55, 0.0, 1.0) ** 2) * self.size)

    def still_water(self, x: Any, y: Any, which: int) -> Floats:
        """Metres inside the shore of still water `which` of RESERVOIRS (negative outside)."""
        u, v = self.place(x, y)
        _, middle_u, middle_v, radius = RESERVOIRS[which]
        far = np.sqrt(((u - middle_u) * 1.25) ** 2 + (v - middle_v) ** 2)
        return np.asarray((radius * (1.0 + 0.9 * _fields(self.seed)["ragged"](u, v)) - far) * self.size)

    def highway(self, x: Any, y: Any, which: int) -> Floats:
        """Metres to highway 0 (along the coast), 1 (west to east), 2 (north to south inland) or the railway 3; signed."""
        u, v = self.place(x, y)
        wave = _fields(self.seed)["bend"]
        if which == 0:
            return np.asarray((0.795 - 0.075 - u + 0.035 * wave(v, 0.5) - 0.09 / (1.0 + ((v - 0.30) / 0.07) ** 2)) * self.size)
        if which == 1:
            return np.asarray((v - 0.445 - 0.11 * wave(u, 3.5)) * self.size)
        if which == 2:
            return np.asarray((u - 0.40 - 0.10 * wave(v, 6.5)) * self.size)
        return np.asarray((u - 0.56 - 0.07 * wave(v, 9.5)) * self.size)

    def noise(self, name: str, x: Any, y: Any) -> Floats:
        """A smooth field of about −1…1, one for each of `ragged`, `bend`, `ground`, `cover`, `fine`, `warp_x`, `warp_y`."""
        return _fields(self.seed)[name](*self.place(x, y))

    @property
    def _relief(self) -> float:
        """Metres of height that 1.0 stands for: larger counties have higher hills, but gentler slopes."""
        return float(np.sqrt(self.size / 19_000.0)) * 620.0


@lru_cache(maxsize=32)
def scene(seed: int = 1, patches: int = 4000) -> Scene:
    """The county for a seed (0 and more) and a number of land-survey patches (20 and more)."""
    u, v = np.meshgrid((np.arange(240) + 0.5) / 240 * WIDTH, (np.arange(216) + 0.5) / 216 * HEIGHT)
    land = (_inside(seed, u, v) > 0) & (_shore(seed, u, v) > 0)
    share = land.mean() * WIDTH * HEIGHT
    # patches of 4 ha in a county of 4,000 of them, of 0.8 ha in one of 200,000
    area = 160e6 * _power(patches / 4000.0)
    size = float(np.sqrt(area / share))
    rng = np.random.default_rng([seed, 77])
    settled = land & (u < 0.86) & (_shore(seed, u, v) > 0.006)
    towns, villages = _towns(), _villages(seed, u[settled], v[settled], rng)
    near = np.argmin(((villages[:, None] - towns[None]) ** 2).sum(axis=2), axis=1)
    order = np.lexsort((villages[:, 0], -villages[:, 1], near))
    islands = tuple(Island(ORIGIN[0] + a * size, ORIGIN[1] + b * size, r * size) for a, b, r in _ISLANDS)
    to_metres = np.array(ORIGIN)
    return Scene(seed, patches, size, villages[order] * size + to_metres, near[order].astype(np.int64), towns * size + to_metres, islands)


@lru_cache(maxsize=2)
def _steepness(lie: Scene) -> Floats:
    """Slopes in degrees on a grid over the county's box, rows from the south."""
    columns, step = 320, lie.size * WIDTH / 319
    rows = int(np.ceil(lie.size * HEIGHT / step)) + 1
    x, y = np.meshgrid(ORIGIN[0] + np.arange(columns) * step, ORIGIN[1] + np.arange(rows) * step)
    height = np.maximum(lie.elevation(x, y), 0.0)
    along, across = np.gradient(height, step)
    rise = np.sqrt(across * across + along * along)
    # arctan by a rational form, 0.3° at most off
    return np.asarray(np.where(rise <= 1.0, 57.29578 * rise / (1.0 + 0.28125 * rise * rise), 45.0 + 20.0 * (rise - 1.0)).clip(0.0, 70.0))


def _power(ratio: float) -> float:
    """ratio to the power 0.6, about, by square roots alone: √ratio · ⁸√ratio (0.625)."""
    root = float(np.sqrt(ratio))
    return root * float(np.sqrt(np.sqrt(root)))


def _towns() -> Floats:
    return np.array([(0.635, 0.535), (0.235, 0.60), (0.47, 0.80), (0.42, 0.25), (0.66, 0.20)])


def _villages(seed: int, u: Floats, v: Floats, rng: np.random.Generator) -> Floats:
    """Seats well apart on land: the towns first, then each the farthest of a few candidates, most in the plain."""
    seats = list(_towns())
    low = _height(seed, u, v) < 0.42
    for _ in range(_VILLAGES - _TOWNSHIPS):
        drawn = rng.integers(0, len(u), 60)
        places = np.column_stack([u[drawn], v[drawn]])
        apart = ((places[:, None] - np.array(seats)[None]) ** 2).sum(axis=2).min(axis=1)
        apart = np.where(low[drawn], apart, apart * 0.35) * (0.75 + 0.25 * rng.random(len(drawn)))
        seats.append(places[int(np.argmax(apart))])
    return np.array(seats)


@lru_cache(maxsize=8)
def _fields(seed: int) -> dict[str, Noise]:
    def made(salt: int, wavelength: float, layers: int) -> Noise:
        return Noise(np.random.default_rng([seed, salt]), wavelength, layers)

    return {
        "outline": made(1, 0.30, 5), "shore": made(2, 0.16, 6), "bend": made(3, 0.30, 4), "ragged": made(4, 0.05, 4),
        "hills": made(5, 0.17, 5), "range": made(6, 0.42, 3), "ground": made(7, 0.08, 4), "cover": made(8, 0.035, 4), "fine": made(9, 0.012, 3),
        "warp_x": made(10, 0.07, 4), "warp_y": made(11, 0.07, 4), "course": made(12, 0.22, 4),
    }  # fmt: skip


def _inside(seed: int, u: Floats, v: Floats) -> Floats:
    across, along = (u - 0.57) / 0.515, (v - 0.50) / 0.455
    return np.asarray(1.0 - (across * across) ** 2 - (along * along) ** 2 + 0.80 * _fields(seed)["outline"](u, v))


def _shore(seed: int, u: Floats, v: Floats) -> Floats:
    """The coast with its bay, estuary and islands; about a distance, in parts of the county's size."""
    fields = _fields(seed)
    main = 0.815 + 0.05 * fields["bend"](v, 0.5) - u + 0.055 * fields["shore"](u, v)
    bay = ((u - 0.80) / 0.125) ** 2 + ((v - 0.30) / 0.062) ** 2
    main = main - 0.125 / (1.0 + bay * bay)
    cove = ((u - 0.82) / 0.05) ** 2 + ((v - 0.845) / 0.035) ** 2
    main = main - 0.05 / (1.0 + cove * cove)
    funnel = 0.030 * (1.0 - np.clip(0.80 - u, 0.0, 1.0) / 0.085)
    main = np.minimum(main, np.abs(v - _river(seed, u)) - funnel)
    for middle_u, middle_v, radius in _ISLANDS:
        far = np.sqrt((u - middle_u) ** 2 + ((v - middle_v) * 1.2) ** 2)
        main = np.maximum(main, radius * (1.0 + 0.55 * fields["ragged"](u, v)) - far)
    return np.asarray(main)


def _height(seed: int, u: Floats, v: Floats) -> Floats:
    """Height: a plain behind the coast, hills, a range in the west, valleys; 1.0 is about the foot of the highest tops."""
    fields = _fields(seed)
    shore = _shore(seed, u, v)
    inland = np.clip(shore, 0.0, None)
    west = np.clip((inland - 0.16) / 0.46, 0.0, 1.2)
    rough = fields["hills"](u, v)
    ranges = west * west * (0.85 + 0.55 * fields["range"](u, v)) + west * 0.30 * rough + 0.20 * np.clip(rough - 0.10, 0.0, None)
    river = np.abs(v - _river(seed, u)) / 0.085
    valley = river * river / (1.0 + river * river)
    for which in (0, 1):
        own = (v - _river(seed, u)) * (1.0 if which == 0 else -1.0) > -0.02
        side = np.where(own, np.abs(u - _tributary(seed, which, v)) / 0.045, 9.0)
        valley = valley * (0.25 + 0.75 * side * side / (1.0 + side * side))
    edge = np.clip(inland / 0.03, 0.0, 1.0)
    land = 0.004 + 0.02 * inland + np.clip(ranges, 0.0, None) * valley * edge + 0.010 * np.abs(fields["ground"](u, v)) * edge
    return np.asarray(np.where(shore > 0, land, 0.35 * shore))


def _river(seed: int, u: Any) -> Floats:
    """v of the main river at u."""
    return np.asarray(0.605 + 0.10 * _fields(seed)["course"](u, 0.37))


def _tributary(seed: int, which: int, v: Any) -> Floats:
    """u of a tributary at v."""
    away = np.abs(np.asarray(v, dtype=float) - 0.6)
    return np.asarray((0.46 - 0.62 * away if which == 0 else 0.52 - 0.50 * away) + 0.09 * _fields(seed)["course"](v, 2.4 + 3.0 * which))


def _steep(course: Callable[[Any], Floats], along: Floats) -> Floats:
    """How much longer a step along the course is than along its axis."""
    rise = (course(along + 0.002) - course(along - 0.002)) / 0.004
    return np.asarray(np.sqrt(1.0 + rise * rise))
