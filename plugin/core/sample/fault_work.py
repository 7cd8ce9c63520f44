"""The bench on which faults are planted: copies of layers, features far from each other, and the answer key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from .. import measure, survey_area
from ..table import Table
from .noise import hashed

__all__ = ["KEY_COLUMNS", "Ring", "Work"]

KEY_COLUMNS = ("FAULT", "CODE", "LAYER", "FEATURE", "FIELD", "WAS", "NOW", "AREA", "X", "Y")
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Ring:
    """A vertex of a patch's outer ring between two others, all three shared with one neighbour alone: place in the open ring, and the neighbour."""

    points: NDArray[np.float64]
    at: int
    neighbour: int

    @property
    def three(self) -> NDArray[np.float64]:
        """The vertex before, the vertex, the vertex after."""
        return np.asarray(self.points[np.arange(self.at - 1, self.at + 2) % len(self.points)])

    def moved(self, point: Any) -> Any:
        """The patch with the vertex moved to `point`."""
        points = self.points.copy()
        points[self.at] = point
        return shapely.polygons(points)


class Work:
    """Layers under work. Rows keep their place until `tables` is asked; features that a fault touched are not taken again."""

    def __init__(self, tables: Mapping[str, Table], seed: int, apart: float) -> None:
        self.given = dict(tables)
        self.rows = {name: table.rows.copy() for name, table in tables.items()}
        self.shapes = {name: table.geometry.copy() for name, table in tables.items() if table.geometry is not None}
        self.key: list[dict[str, Any]] = []
        self._seed, self._apart = seed, apart
        self._trees: dict[str, shapely.STRtree] = {}
        self._inner: dict[str, NDArray[np.float64]] = {}
        self._last = {name: max((int(one[-8:]) for one in table["BSM"]), default=0) for name, table in tables.items()}
        self._places: list[tuple[float, float]] = []
        self._touched: dict[str, set[int]] = {name: set() for name in tables}
        self._gone: dict[str, set[int]] = {name: set() for name in tables}
        self._new: dict[str, list[tuple[dict[str, Any], Any]]] = {name: [] for name in tables}

    def free(self, layer: str, mask: Mask, salt: int) -> Iterator[int]:
        """Rows of `mask` in an order by seed and `salt`, far from all that a fault touched: first the far ones, then nearer ones."""
        listed = np.flatnonzero(mask)
        listed = listed[np.argsort(hashed(listed + 1_000_003 * (self._seed * 256 + salt), 0), kind="stable")]
        middle = self._middles(layer)
        for apart in (self._apart, self._apart / 2.0, 0.0):
            for row in listed:
                if int(row) in self._touched[layer]:
                    continue
                if self._is_far(middle[row], apart):
                    yield int(row)

    def _middles(self, layer: str) -> NDArray[np.float64]:
        if layer not in self._inner:
            self._inner[layer] = shapely.get_coordinates(shapely.point_on_surface(self.given[layer].shapes))
        return self._inner[layer]

    def _is_far(self, place: Any, apart: float) -> bool:
        return not self._places or bool((np.hypot(*(np.array(self._places) - place).T) >= apart).all())

    def near(self, layer: str, row: int) -> list[int]:
        """The rows whose shapes meet that of `row`, without it."""
        if layer not in self._trees:
            self._trees[layer] = shapely.STRtree(self.given[layer].shapes)
        shape = self.given[layer].shapes[row]
        return sorted(int(one) for one in self._trees[layer].query(shape, predicate="intersects") if one != row)

    def untouched(self, layer: str, row: int) -> bool:
        """Whether neither the feature nor one beside it was touched by a fault."""
        return not self._touched[layer] & {row, *self.near(layer, row)}

    def shared(self, layer: str, row: int) -> Iterator[Ring]:
        """Vertices of a patch without holes that lie, with those beside them, on the edge with one neighbour alone."""
        shape = self.given[layer].shapes[row]
        if shape.geom_type != "Polygon" or shape.interiors:
            return
        points = shapely.get_coordinates(shape)[:-1]
        owners: dict[tuple[float, float], set[int]] = {}
        for other in self.near(layer, row):
            for place in map(tuple, shapely.get_coordinates(self.given[layer].shapes[other])):
                owners.setdefault(place, set()).add(other)
        held = [owners.get((x, y), set()) for x, y in points]
        for at in range(len(points)):
            if len(held[at]) == 1 and held[at - 1] == held[at] == held[(at + 1) % len(points)]:
                yield Ring(points, at, next(iter(held[at])))

    def take(self, layer: str, *rows: int) -> None:
        """Mark features, and those beside them, as touched."""
        for row in rows:
            self._touched[layer] |= {row, *(self.near(layer, row) if layer in self.shapes else ())}

    def note(
        self, code: str, layer: str, features: str, where: Any, field: str = "", was: Any = None, now: Any = None, area: float | None = None
    ) -> None:
        """A row of the answer key; where: a shape at the fault."""
        x, y = (measure.round_half_away(float(one), 3) for one in shapely.get_coordinates(shapely.point_on_surface(where))[0])
        self._places.append((x, y))
        size = None if area is None else measure.round_half_away(area, 4)
        values = (f"{len(self.key) + 1:04d}", code, layer, features, field or None, _text(was), _text(now), size, x, y)
        self.key.append(dict(zip(KEY_COLUMNS, values)))

    def name(self, layer: str, row: int) -> str:
        """The key of a feature as the answer key names it."""
        return str(self.rows[layer].at[row, "BSM"])

    def put(self, layer: str, row: int, **values: Any) -> None:
        """Write values into a row."""
        for field, value in values.items():
            self.rows[layer].at[row, field] = value

    def reshape(self, layer: str, row: int, shape: Any) -> None:
        """Give a feature another shape and carry the change of its area into its area fields."""
        change = self._area(layer, shape) - self._area(layer, self.shapes[layer][row])
        self.shapes[layer][row] = shape
        one = self.rows[layer].loc[row]
        for field in ("TBMJ", "MJ"):
            if field in one.index:
                self.put(layer, row, **areas(float(one[field]) + change, one, field))

    def add(self, layer: str, row: int, shape: Any, **values: Any) -> str:
        """A new feature like `row` with another shape, the next free BSM, and areas of its own; its BSM."""
        number = self._last[layer] + len(self._new[layer]) + 1
        new = {str(field): value for field, value in self.rows[layer].loc[row].to_dict().items()}
        new["BSM"] = f"{str(new['BSM'])[:10]}{number:08d}"
        if "TBBH" in new:
            new["TBBH"] = f"{90_000_000 + number % 10_000_000:08d}"
        for field in ("TBMJ", "MJ"):
            if field in new:
                new.update(areas(self._area(layer, shape), new, field))
        new.update(values)
        self._new[layer].append((new, shape))
        return str(new["BSM"])

    def remove(self, layer: str, row: int) -> None:
        """Take a feature out."""
        self._gone[layer].add(row)

    def _area(self, layer: str, shape: Any) -> float:
        return float(measure.areas([shape], self.given[layer].crs)[0])

    def tables(self) -> dict[str, Table]:
        """The layers as they are now."""
        found = {}
        for name, table in self.given.items():
            stay = np.setdiff1d(np.arange(len(table)), np.array(sorted(self._gone[name]), dtype=np.int64))
            rows, new = self.rows[name].iloc[stay], self._new[name]
            shapes = self.shapes[name][stay] if name in self.shapes else None
            if new:
                more = pd.DataFrame([one for one, _ in new], columns=rows.columns).astype(rows.dtypes.to_dict())
                rows = pd.concat([rows, more])
                shapes = np.append(shapes, np.array([shape for _, shape in new], dtype=object)) if shapes is not None else None
            found[name] = replace(table, rows=rows.reset_index(drop=True), geometry=shapes)
        return found


def areas(total: float, row: Any, field: str) -> dict[str, float]:
    """The area fields of a row whose area becomes `total`: MJ alone, or TBMJ with what ridges take of it."""
    if field == "MJ":
        return {"MJ": measure.round_half_away(total, 2)}
    deducted = pd.notna(row["KCXS"])
    found = survey_area.deduct([total], [row["KCXS"] if deducted else np.nan])
    kept = {"TBMJ": float(found.tbmj[0]), "TBDLMJ": float(found.tbdlmj[0])}
    return {**kept, "KCMJ": float(found.kcmj[0])} if deducted else kept


def _text(value: Any) -> str | None:
    return None if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
