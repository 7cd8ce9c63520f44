"""Buildings: rectangles in settlement land and a few huts behind the shore; some stand inside the coastal setback."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .. import measure
from ..schema import Layer
from ..table import Table
from .fractal import thousandths
from .noise import hashed
from .pages import page_table

__all__ = ["buildings"]

Floats = NDArray[np.float64]

# metres between the middles of buildings: the largest, turned anyhow and moved by _JITTER, never touches the next
_STEP, _JITTER = 30.0, 3.0
# class of land → use of the building, length and width in metres, storeys at most, share of the places that are built
_KINDS = {
    "0701": ("1", 21.0, 12.0, 11, 0.30), "0702": ("1", 13.0, 10.0, 3, 0.32), "05H1": ("2", 20.0, 14.0, 8, 0.30), "0601": ("3", 22.0, 15.0, 3, 0.26),
    "08H1": ("4", 20.0, 12.0, 6, 0.30), "08H2": ("4", 20.0, 12.0, 5, 0.30), "1202": ("6", 9.0, 6.0, 1, 0.20), "1104A": ("6", 6.0, 5.0, 1, 0.05),
    "1008": ("3", 20.0, 14.0, 2, 0.20),
}  # fmt: skip
# beside the shore all classes of this land get huts and inns
_SHORE = {"0404": ("5", 9.0, 7.0, 2, 0.06), "0305": ("5", 8.0, 6.0, 2, 0.04), "1104": ("6", 6.0, 5.0, 1, 0.08)}
_NONE = (None, None, None, None, None)
_MOST = 60_000


def buildings(land: Table, coast: NDArray[Any], filled: NDArray[Any], page: Layer, seed: int, year: int, near: float = 150.0) -> Table:
    """Buildings on the land-survey patches of `land`; coast: lines; near: metres from them within which also open land has some.

    filled: shapes of ground that is new, where no building is older than two years.
    """
    code = land["DLBM"].to_numpy(dtype=object)
    known = [_KINDS.get(one, _NONE) for one in code]
    kinds: dict[str, Any] = {name: np.array([one[at] for one in known], dtype=object) for at, name in enumerate(_FIELDS)}
    # nobody lives on the islands
    code = np.where(land.text("MSSM").to_numpy(dtype=object) == "01", "", code)
    open_land = np.flatnonzero(np.isin(code, list(_SHORE)))
    shore = open_land[shapely.STRtree(coast).query(land.shapes[open_land], predicate="dwithin", distance=near)[0]] if len(open_land) else open_land
    for row in np.unique(shore):
        for at, name in enumerate(_FIELDS):
            kinds[name][row] = _SHORE[code[row]][at]
    rows = np.flatnonzero(kinds["use"] != None)  # noqa: E711  (element by element)
    patch, x, y, key = _places(land.shapes[rows], kinds["share"][rows].astype(float), seed)
    patch = rows[patch]
    shapes = _rectangles(x, y, kinds["long"][patch].astype(float), kinds["wide"][patch].astype(float), key, seed)
    shapely.prepare(land.shapes[rows])
    inside = shapely.contains_properly(land.shapes[patch], shapes)
    patch, shapes, key = patch[inside], shapes[inside], key[inside]
    storeys = 1 + (hashed(key, seed + 3) * kinds["most"][patch].astype(float)).astype(np.int64)
    built = year - 1 - (hashed(key, seed + 4) ** 2 * 45).astype(np.int64)
    new = shapely.STRtree(shapes).query(filled, predicate="intersects")[1] if len(filled) else np.empty(0, dtype=np.int64)
    built[new] = year - 2 + (hashed(key[new], seed + 8) * 2).astype(np.int64)
    ground = measure.areas(shapes, land.crs)
    return page_table(
        page,
        shapes,
        ZLDWDM=land["ZLDWDM"].to_numpy(dtype=object)[patch],
        ZLDWMC=land["ZLDWMC"].to_numpy(dtype=object)[patch],
        JZWYT=kinds["use"][patch],
        JZWJG=np.array(["4", "3", "2"], dtype=object)[np.clip(storeys // 3, 0, 2)],
        CS=storeys,
        JGNF=built,
        ZDMJ=ground,
        JZMJ=measure.round_half_away(ground * storeys, 2),
    )


_FIELDS = ("use", "long", "wide", "most", "share")


def _places(patches: NDArray[Any], share: Floats, seed: int) -> tuple[NDArray[np.int64], Floats, Floats, NDArray[np.int64]]:
    """Places of one lattice inside the boxes of patches: patch, x, y, and a number that names the place. The denser share is built on more."""
    box = shapely.bounds(patches) / _STEP
    low, high = np.ceil(box[:, :2]).astype(np.int64), np.floor(box[:, 2:]).astype(np.int64)
    wide, tall = np.maximum(high - low + 1, 0).T
    count = wide * tall
    patch = np.repeat(np.arange(len(patches)), count)
    at = np.arange(len(patch)) - np.repeat(np.cumsum(count) - count, count)
    i, j = low[patch, 0] + at % wide[patch], low[patch, 1] + at // wide[patch]
    key = i * 10_000_019 + j
    fewer = min(1.0, _MOST / max(float((share[patch] * 0.5).sum()), 1.0))
    keep = hashed(key, seed + 1) < share[patch] * fewer
    # a place belongs to the first patch that asks for it, so that none is built on twice
    keep &= shapely.contains_xy(patches[patch], i * _STEP, j * _STEP)
    patch, i, j, key = patch[keep], i[keep], j[keep], key[keep]
    shift = (hashed(np.stack([key * 2, key * 2 + 1]), seed + 2) - 0.5) * 2.0 * _JITTER
    return patch, i * _STEP + shift[0], j * _STEP + shift[1], key


def _rectangles(x: Floats, y: Floats, long: Floats, wide: Floats, key: NDArray[np.int64], seed: int) -> NDArray[Any]:
    """Rectangles around places; those of one neighbourhood stand in the same direction. Only square roots: the same on every machine."""
    block = np.floor(x / 400.0).astype(np.int64) * 1_000_003 + np.floor(y / 400.0).astype(np.int64)
    along = np.stack([hashed(block, seed + 5) + 0.05, hashed(block, seed + 6) + 0.05])
    along /= np.sqrt((along * along).sum(axis=0))
    size = 0.75 + 0.25 * hashed(key, seed + 7)
    a, b = along * long * size / 2.0, np.stack([-along[1], along[0]]) * wide * size / 2.0
    middle = np.stack([x, y])
    corners = np.stack([middle - a - b, middle + a - b, middle + a + b, middle - a + b, middle - a - b])
    return np.asarray(shapely.polygons(thousandths(np.moveaxis(corners, 2, 0))))
