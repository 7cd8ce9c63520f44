"""Known faults planted into copies of the sample county's layers, with the answer key that checks are scored against.

Each fault lies on features of its own, away from the others. A fault of geometry carries the change of area into the area fields, so that
it is found as what it is; that a village then no longer sums to its control area is its consequence, not another fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from ..schema import Pack
from ..table import Table
from . import fault_rows, fault_shapes
from .fault_work import KEY_COLUMNS, Mask, Work

__all__ = ["Faulty", "plant"]

LAND, OWNED, COAST, RED, BEYOND = "DLTB", "SYQ", "HAX", "STBHHX", "STBHHX_LX"
# patches beyond which each fault is planted three times
_MANY = 3_000


@dataclass(frozen=True)
class Faulty:
    """The layers with their faults, and the answer key (page FAULTS)."""

    tables: dict[str, Table]
    key: Table


def plant(tables: Mapping[str, Table], packs: Mapping[str, Pack], seed: int) -> Faulty:
    """Plant every fault that the layers have room for.

    tables: DLTB at least; SYQ, HAX, STBHHX and STBHHX_LX where there. packs: survey and sample. A fault that finds no feature (a
    county without industry) is left out of the key.
    """
    land = tables[LAND]
    extent = shapely.total_bounds(land.shapes)
    times = 3 if len(land) > _MANY else 1
    apart = 0.5 * float(((extent[2] - extent[0]) * (extent[3] - extent[1]) / (40.0 * times)) ** 0.5)
    work = Work({name: tables[name] for name in (LAND, OWNED, COAST, RED, BEYOND) if name in tables}, seed, apart)
    planters = [*_elsewhere(work), *_geometry(work), *_rows(work, packs["survey"])]
    for at, one in enumerate(planters * times):
        one(2 * at + 2)
    page = packs["sample"].layer("FAULTS")
    key = pd.DataFrame(work.key, columns=list(KEY_COLUMNS)).astype({"AREA": float, "X": float, "Y": float})
    return Faulty({**tables, **work.tables()}, Table(key, None, None, page.name, page))


Planter = Callable[[int], object]


def _geometry(work: Work) -> list[Planter]:
    """The faults of shape in DLTB, in large patches of no special class."""
    shapes = work.given[LAND].shapes
    # roads, ditches and rivers are mapped by their width, not by a least area
    large = _large(shapes, 0.6) & ~fault_rows.of_class(work.rows[LAND], "1001", "1003", "1006", "1101", "1107")
    free = large & work.rows[LAND]["KCXS"].isna().to_numpy(dtype=bool)
    alike = ("DLBM", "ZLDWDM", "QSDWDM", "QSXZ", "CZCSXM", "MSSM")
    return [
        lambda salt: fault_shapes.bow_tie(work, LAND, large, salt),
        lambda salt: fault_shapes.twice(work, LAND, large, salt),
        lambda salt: fault_shapes.edge_moved(work, LAND, large, salt, "overlap", 4.0, 12.0),
        lambda salt: fault_shapes.edge_moved(work, LAND, large, salt, "gap", -4.0, 12.0),
        lambda salt: fault_shapes.split_off(work, LAND, large, salt, "sliver", 0.5, 0.2, 9.0),
        lambda salt: fault_shapes.split_off(work, LAND, large, salt, "small_patch", 9.0, 12.0, 180.0),
        lambda salt: fault_shapes.vertex_added(work, LAND, large, salt, "short_edge", 0.04),
        lambda salt: fault_shapes.vertex_added(work, LAND, large, salt, "near_vertex", 0.002),
        lambda salt: fault_shapes.vertex_added(work, LAND, large, salt, "vertex_missing", None),
        lambda salt: fault_shapes.multipart(work, LAND, free, salt, alike),
    ]


def _rows(work: Work, survey: Pack) -> list[Planter]:
    """The faults of attributes in DLTB, those with the fewest places first."""
    names = {code: one.name_zh for code, one in survey.codes["DLBM"].entries.items()}
    old = {row["class"]: row["code"] for row in reversed(survey.rule("second_survey")) if row["decided"] == "1"}
    rows = work.rows[LAND]
    listed = sorted(fault_rows.attribute_faults(rows, names, old), key=lambda one: int(one[2].sum()))

    def planter(code: str, field: str, mask: Mask, values: fault_rows.Values) -> Planter:
        return lambda salt: fault_rows.set_field(work, LAND, mask, salt, code, field, values)

    everywhere = np.ones(len(rows), dtype=bool)
    return [*(planter(*one) for one in listed), lambda salt: fault_rows.key_twice(work, LAND, everywhere, salt)]


def _elsewhere(work: Work) -> list[Planter]:
    """The faults of ownership, coast and red line, for the layers that are there."""
    found: list[Planter] = []
    if OWNED in work.rows:
        large = _large(work.given[OWNED].shapes, 0.3)
        found += [
            lambda salt: fault_shapes.edge_moved(work, OWNED, large, salt, "ownership_overlap_wide", 6.0, 15.0),
            lambda salt: fault_shapes.edge_moved(work, OWNED, large, salt, "ownership_overlap_narrow", 0.15, 0.2),
            lambda salt: fault_shapes.edge_moved(work, OWNED, large, salt, "ownership_gap", -6.0, 15.0),
        ]
    if COAST in work.rows:
        every = np.ones(len(work.rows[COAST]), dtype=bool)
        found.append(
            lambda salt: fault_rows.set_field(work, COAST, every, salt, "coast_no_class", "HAXLX", lambda row: {"HAXLX": None, "HAXLXMC": None})
        )
    if RED in work.rows and BEYOND in work.rows:
        found.append(lambda salt: fault_shapes.cut_back(work, BEYOND, RED, LAND, salt, 40.0))
    return found


def _large(shapes: object, share: float) -> Mask:
    """Shapes larger than the `share` quantile."""
    area = shapely.area(shapes)
    return np.asarray(area > np.quantile(area, share))
