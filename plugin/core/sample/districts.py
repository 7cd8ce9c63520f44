"""Townships and villages with areas levelled to the county, and their boundary lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .. import balance, measure
from ..schema import Pack
from ..table import Table
from . import names
from .assemble import chains
from .ground import ISLAND, LAND, SEA, Ground
from .pages import page_table
from .scene import CRS

__all__ = ["Districts", "boundary_lines", "districts"]

Ints = NDArray[np.int64]

_SEA, _BEYOND = 2000, 2001


@dataclass(frozen=True, eq=False)
class Districts:
    """Tables XZQ and CJDCQ: the townships (villages) of the mainland in their order, then one row for each island.

    row (faces,): the CJDCQ row of each face of land, -1 elsewhere; controls: DCMJ of each CJDCQ row.
    """

    xzq: Table
    cjdcq: Table
    row: Ints
    controls: NDArray[np.float64]


def districts(ground: Ground, survey: Pack) -> Districts:
    """The districts of the first year: JSMJ as measured, DCMJ levelled so that villages sum to townships and to the county."""
    mainland, isle = ground.kind == LAND, ground.kind == ISLAND
    codes, titles = names.village_codes(ground.scene), names.village_names(ground.scene)
    count = len(codes)
    islands, number = np.unique(ground.island[isle], return_inverse=True)
    row = np.where(mainland, ground.village, -1)
    row[isle] = count + number.ravel()
    village = np.append(np.arange(count), [ground.village[isle][np.argmax(number.ravel() == one)] for one in range(len(islands))]).astype(np.int64)
    shapes = ground.polygons(row, count + len(islands))
    areas = measure.areas(shapes, CRS)
    part = np.array(["00"] * count + ["01"] * len(islands), dtype=object)
    whole = measure.areas(np.array([_one(ground, mainland), *shapes[count:]], dtype=object), CRS)
    county = {"00": float(whole[0]), "01": float(measure.round_half_away(whole[1:].sum(), 2))}
    control, _, _ = balance.level_groups(areas, part.tolist(), county, codes[village].tolist())
    isles = [names.ISLANDS[one] for one in islands]
    detail: dict[str, Any] = {"MSSM": part, "HDMC": np.array([None] * count + isles, dtype=object)}
    cjdcq = page_table(survey.layer("CJDCQ"), shapes, ZLDWDM=codes[village] + "0000000", ZLDWMC=titles[village], DCMJ=control, JSMJ=areas, **detail)
    return Districts(_townships(ground, survey, row, village, control, shapes, isles), cjdcq, row, control)


def _one(ground: Ground, mask: NDArray[np.bool_]) -> Any:
    return ground.polygons(np.where(mask, 0, -1), 1)[0]


def _with_exclaves(ground: Ground, labels: Ints, count: int) -> NDArray[Any]:
    """One shape for each label; a township of a small county may lie in several parts (飞地)."""
    part, parts = ground.parts(labels >= 0, labels)
    of = np.zeros(parts, dtype=np.int64)
    of[part[labels >= 0]] = labels[labels >= 0]
    pieces = ground.polygons(part, parts)
    alone = np.bincount(of, minlength=count) == 1
    made = [pieces[of == one][0] if alone[one] else shapely.multipolygons(pieces[of == one]) for one in range(count)]
    return np.array([*made, None], dtype=object)[:-1]


def _townships(
    ground: Ground, survey: Pack, row: Ints, village: Ints, control: NDArray[np.float64], parts: NDArray[Any], isles: list[str]
) -> Table:
    towns, count = len(names.TOWNSHIPS), len(ground.scene.villages)
    of_village = ground.scene.township_of[village]
    of_row = np.append(of_village[:count], towns + np.arange(len(isles)))
    labels = np.where(row >= 0, of_row[row], -1)
    shapes = _with_exclaves(ground, labels, towns + len(isles))
    town = np.append(np.arange(towns), of_village[count:])
    sums = measure.round_half_away(np.bincount(of_row, control), 2)
    blank = [None] * towns
    return page_table(
        survey.layer("XZQ"), shapes, XZQDM=names.township_codes()[town], XZQMC=np.array(names.TOWNSHIPS, dtype=object)[town], DCMJ=sums,
        JSMJ=measure.areas(shapes, CRS), MSSM=np.array(["00"] * towns + ["01"] * len(isles), dtype=object),
        HDMC=np.array([*blank, *isles], dtype=object),
    )  # fmt: skip


def boundary_lines(ground: Ground, survey: Pack) -> tuple[Table, Table]:
    """XZQJX and CJDCQJX: county line, coast, and lines between townships (and villages), each between the same two sides."""
    village = np.where(ground.kind == LAND, ground.village, np.where(ground.kind == SEA, _SEA, _BEYOND))
    isle = ground.kind == ISLAND
    village[isle] = 100 + ground.island[isle]
    town = village.copy()
    land = ground.kind == LAND
    town[land] = ground.scene.township_of[ground.village[land]]
    return _lines(ground, survey, "XZQJX", town, town), _lines(ground, survey, "CJDCQJX", village, town)


def _lines(ground: Ground, survey: Pack, layer: str, label: Ints, town: Ints) -> Table:
    left, right = label[ground.web.sides].T
    apart = np.flatnonzero((left != right) & (np.minimum(left, right) < _SEA))
    back = (left > right)[apart]
    pair = np.minimum(left, right)[apart] * 10_000 + np.maximum(left, right)[apart]
    shapes, pairs = chains(ground.web, apart * 2 + back, pair)
    order = np.argsort(pairs, kind="stable")
    shapes, pairs = shapes[order], pairs[order]
    low, high = pairs // 10_000, pairs % 10_000
    of = np.full(int(label.max()) + 1, -1)
    of[label] = town
    kind = np.where(of[low] != of[high], "660200", "670500").astype(object)
    kind[high == _BEYOND], kind[high == _SEA] = "650200", "250200"
    return page_table(survey.layer(layer), shapes, JXLX=kind, JXXZ=np.full(len(shapes), "600001", dtype=object))
