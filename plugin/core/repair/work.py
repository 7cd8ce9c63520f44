"""The shapes under repair, what was done to each row, and what was left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from .. import topology
from ..checks.case import Checked
from ..checks.coverages import DUST
from ..checks.plane import widths
from ..coverage_faces import Faces, faces_of
from ..progress import SILENT, Progress
from .plan import Plan

__all__ = ["Done", "Left", "Pass", "Work"]

Array = np.ndarray[Any, Any]

_TIMES = 2  # how often one ground is settled in a run
_ROWS = 20_000  # rows looked at in one go


@dataclass(frozen=True)
class Done:
    """What a repair did to a row: the repair, the code of the sentence that tells it, and its facts."""

    repair: str
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Left:
    """What a repair left alone: the rows it is about, why (a code and facts), and where."""

    repair: str
    rows: tuple[int, ...]
    code: str
    facts: dict[str, Any]
    where: Any


class Work:
    """Polygons of one layer under repair. tolerance: metres; near: the same in units of the layer; dust: what is narrower counts as nothing."""

    def __init__(self, layer: Checked, plan: Plan, tolerance: float) -> None:
        table = layer.table
        shapes = table.shapes
        flat = np.isin(shapely.get_type_id(shapes), (3, 6)) & np.isfinite(shapely.length(shapes)) & ~shapely.is_empty(shapes)
        self.layer, self.plan, self.crs = layer, plan, table.crs
        self.given: Array = shapes.copy()
        self.given[~flat] = None
        self.shapes: Array = self.given.copy()
        self.keys = layer.keys()
        self.tolerance = tolerance
        self.near, self.dust = self.units(tolerance), self.units(max(tolerance, DUST))
        self.done: dict[int, list[Done]] = {}
        self.left: dict[tuple[Any, ...], Left] = {}
        self.merged: dict[int, int] = {}
        self.left_of_rings: bool | None = None  # the side on which polygons lie of their rings, see ring_order
        self.changed: set[int] = set()  # in this pass
        self.gone: set[tuple[float, float]] = set()  # places without a vertex since this pass
        self._settled: dict[tuple[Any, ...], int] = {}
        self._tree = shapely.STRtree(self.given)

    def units(self, metres: float) -> float:
        """A length of metres in units of the layer."""
        return topology.units_of(metres, self.crs)

    def width(self, shape: Any) -> float:
        """Mean width of a polygon in metres."""
        return float(widths(np.array([shape], dtype=object), self.crs)[0])

    def rows_in(self, bounds: Iterable[float], without: Collection[int] = ()) -> list[int]:
        """Rows whose boxes meet `bounds`, ascending."""
        low_x, low_y, high_x, high_y = bounds
        reach = self.dust
        box = (low_x - reach, low_y - reach, high_x + reach, high_y + reach)
        hits = np.array(sorted({*self._tree.query(shapely.box(*box)).tolist(), *self.done}), dtype=np.int64)
        boxes = shapely.bounds(self.shapes[hits])
        meets = (boxes[:, 0] <= box[2]) & (boxes[:, 1] <= box[3]) & (boxes[:, 2] >= box[0]) & (boxes[:, 3] >= box[1])
        return [row for row in hits[meets].tolist() if row not in without]

    def beside(self, shape: Any, without: Collection[int] = ()) -> list[int]:
        """Valid rows that `shape` touches, ascending."""
        rows = self.rows_in(shape.bounds, without)
        return [row for row in rows if shapely.distance(self.shapes[row], shape) <= self.dust and shapely.is_valid(self.shapes[row])]

    def put(self, changes: Mapping[int, Any], done: Done) -> None:
        """Give rows other shapes and remember why."""
        for row, shape in changes.items():
            self.shapes[row] = shape
            self.changed.add(row)
            known = self.done.setdefault(row, [])
            if done not in known:
                known.append(done)

    def comes_back(self, repair: str, where: Any) -> bool:
        """Whether this ground was settled before in this run, so that another repair has undone it."""
        return self._settled.get(self._ground(repair, where), 0) >= _TIMES

    def settle(self, repair: str, where: Any) -> None:
        """Remember that a repair settled this ground."""
        key = self._ground(repair, where)
        self._settled[key] = self._settled.get(key, 0) + 1

    def _ground(self, repair: str, where: Any) -> tuple[Any, ...]:
        return (repair, *np.rint(np.array(where.bounds) / max(50 * self.dust, 1e-300)).tolist())

    def restore(self) -> None:
        """Forget what was done to rows that are as they were in the end."""
        for row in list(self.done):
            now, was = self.shapes[row], self.given[row]
            if now is not None and _turns(now) == _turns(was) and shapely.equals_exact(shapely.normalize(now), shapely.normalize(was), 0.0):
                self.shapes[row] = was
                del self.done[row]

    def leave(self, repair: str, rows: tuple[int, ...], code: str, where: Any, **facts: Any) -> None:
        """Say that something was left alone."""
        place = shapely.get_coordinates(where)
        middle = tuple(np.rint(place.mean(axis=0) / max(self.dust, 1e-300)).tolist()) if len(place) else ()
        self.left[(repair, rows, code, middle)] = Left(repair, rows, code, facts, where)

    def begin(self, rows: Array) -> None:
        """A new pass over some rows: what was left of them is looked at anew."""
        again = set(rows.tolist())
        self.left = {key: one for key, one in self.left.items() if not again & set(one.rows)}
        self.changed, self.gone = set(), set()


def _turns(shape: Any) -> list[tuple[bool, int]]:
    """The direction and number of vertices of each ring, in no order of theirs."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    return sorted(zip(shapely.is_ccw(rings).tolist(), shapely.get_num_coordinates(rings).tolist()))


class Pass:
    """One pass over some rows: their network and its faces as they were when it began."""

    def __init__(self, work: Work, rows: Array, progress: Progress = SILENT) -> None:
        self.work, self.rows, self.progress = work, rows, progress
        self.shapes = work.shapes[rows]
        self._net: topology.Network | None = None
        self._faces: Faces | None = None
        self._valid: Array | None = None

    @property
    def net(self) -> topology.Network:
        """The edges of the rows, noded within the tolerance; its rows are positions in `rows`."""
        if self._net is None:
            self._net = topology.network(self.shapes, self.work.near, self.progress.part(0.0, 0.6))
        return self._net

    @property
    def valid(self) -> Array:
        """(n,) whether each of the rows is valid; one without a shape is."""
        if self._valid is None:
            good = np.ones(len(self.rows), dtype=bool)
            for chunk in self.progress.quiet().chunks(len(self.rows), _ROWS):
                good[chunk] = shapely.is_valid(self.shapes[chunk]) | shapely.is_missing(self.shapes[chunk])
            self._valid = good
        return self._valid

    @property
    def faces(self) -> Faces:
        """The faces of edges without a mate; invalid rows take no part."""
        if self._faces is None:
            self._faces = faces_of(self.shapes, self.work.near, self.progress.quiet(), self.net, ~self.valid)
        return self._faces
