"""What a rule may look at: its layer, the layers beside it, and what several rules need and only one should compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from threading import Lock, get_ident
from typing import Any, TypeVar

import numpy as np
import shapely

from .. import topology
from ..errors import InputError
from ..finding import Finding
from ..progress import SILENT, Progress
from ..projection import reproject
from ..schema import Layer, Pack
from ..table import Table
from .rule import Rule

__all__ = ["Case", "Checked", "Shelf", "frozen", "of_values"]

Array = np.ndarray[Any, Any]
Made = TypeVar("Made")


@dataclass(frozen=True)
class Checked:
    """A layer under check: its rows, the page and pack it follows (None where no page fits), and its name where another has the page's.

    curved: rows whose shapes had arcs before they were made straight for this table.
    """

    table: Table
    page: Layer | None = None
    pack: Pack | None = None
    label: str = ""
    curved: frozenset[int] = frozenset()

    @property
    def name(self) -> str:
        """The label where it has one, else the page's name, else the layer's own."""
        return self.label or (self.page.name if self.page is not None else self.table.name)

    def keys(self) -> Array:
        """(n,) text that names each row: the page's key, else BSM, else its position from 1."""
        field_name = self.page.key if self.page is not None and self.page.key else "BSM"
        text: Array = self.table.text(field_name).to_numpy(dtype=object)
        return np.array([one or f"#{at}" for at, one in enumerate(text.tolist(), 1)], dtype=object)


def of_values(table: Table, text: str, strict: bool = True) -> Array:
    """(n,) rows whose field holds one of the values that `text`, FIELD:value|value, names; no row for an empty text.

    FieldError `input.missing_field` where the table has no such field; not strict: no row then.
    """
    name, _, listed = text.partition(":")
    if not name:
        return np.zeros(len(table), dtype=bool)
    if strict:
        table.require(name)
    return np.asarray(table.text(name).isin(listed.split("|")), dtype=bool)


def frozen(made: Made) -> Made:
    """The same with every array in it (of a dataclass, a tuple) closed to writing.

    shapely closes the arrays it is given while it works and opens them again as they were: of two threads on one array the second finds it
    closed, or fails to open a view of it. What is closed already stays as it is. (Not for shapes: `shapely.get_parts` takes open ones only.)
    """
    if isinstance(made, np.ndarray):
        made.flags.writeable = False
    elif isinstance(made, (tuple, list)):
        for one in made:
            frozen(one)
    elif is_dataclass(made) and not isinstance(made, type):
        for part in fields(made):
            frozen(getattr(made, part.name))
    return made


class Shelf:
    """Results that several rules share, each made once however many threads ask for it, and closed to writing."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}
        self._locks: dict[Any, Lock] = {}
        self._lock = Lock()

    def get(self, key: Any, make: Callable[[], Made], closed: bool = True) -> Made:
        """What stands under `key`, made by the first who asks. closed: see `frozen`."""
        with self._lock:
            own = self._locks.setdefault(key, Lock())
        with own:
            if key not in self._made:
                self._made[key] = frozen(make()) if closed else make()
            made: Made = self._made[key]
            return made


@dataclass(frozen=True)
class Case:
    """One rule on one layer. tolerance: metres within which two places are one. others: every layer of the run by page name."""

    rule: Rule
    layer: Checked
    others: Mapping[str, Checked] = field(default_factory=dict)
    tolerance: float = 0.001
    shelf: Shelf = field(default_factory=Shelf)
    progress: Progress = SILENT

    @property
    def table(self) -> Table:
        """The rows under check, with an array of shapes that is this thread's own, see `frozen`."""
        return self._own(self.layer.table)

    def _own(self, table: Table) -> Table:
        if table.geometry is None:
            return table
        shapes = table.geometry
        return self.shelf.get(("own", id(table), get_ident()), lambda: table.with_geometry(shapes.copy()), closed=False)

    def share(self, name: str, make: Callable[[], Made]) -> Made:
        """What the rules on this layer have in common under a name, made by the first that asks."""
        return self.shelf.get((name, id(self.layer.table)), make)

    @property
    def units(self) -> float:
        """The tolerance in units of the layer's CRS."""
        return topology.units_of(self.tolerance, self.table.crs)

    def length(self, metres: float) -> float:
        """A length of metres in units of the layer's CRS."""
        return topology.units_of(metres, self.table.crs)

    def keys(self) -> Array:
        """(n,) text that names each row, see `Checked.keys`."""
        return self.share("keys", self.layer.keys)

    def other(self, name: str) -> Checked | None:
        """Another layer of the run by page name, in the CRS of this one; None where it was not given."""
        found, crs = self.others.get(name), self.layer.table.crs
        if found is None or found.table.geometry is None:
            return found
        table = found.table
        if table.crs and crs and table.crs != crs:
            table = self.shelf.get(("moved", id(found.table), crs), lambda: reproject(self._own(found.table), crs), closed=False)
        return replace(found, table=self._own(table))

    def network(self) -> topology.Network:
        """Edges of the layer, exact vertices matched and noded within the tolerance: the rings that an edge without a mate touches."""
        return self.share("network", lambda: topology.network(self.polygons, self.units, self.progress.quiet(), whole=False))

    @property
    def polygons(self) -> Array:
        """The polygons of the layer in an array of this thread's own, None where a row has another shape or a coordinate that is no number."""
        shapes = self.table.shapes
        flat = self.share("flat", lambda: np.isin(shapely.get_type_id(shapes), (3, 6)) & np.isfinite(shapely.length(shapes)))
        found: Array = shapes.copy()
        found[~flat] = None
        return found

    def found(self, row: int, field_name: str = "", where: Any = None, say: str = "", **facts: Any) -> Finding:
        """A finding of this rule on a row (−1: on the layer as a whole); its sentence is `check.<say or the name of the check>`.

        where: the place of the fault; None where it is about the feature as a whole. facts: `other` names another feature at fault.
        """
        key = "" if row < 0 else str(self.keys()[row])
        shape = where if where is not None else self.table.geometry[row] if row >= 0 and self.table.geometry is not None else None
        return Finding(
            f"check.{say or self.rule.check}", self.rule.severity, self.layer.name, key, field_name,
            {"layer": self.layer.name, "feature": key, "rule": self.rule.code, "whole": where is None, **facts}, shape,
        )

    def require(self, name: str) -> Checked:
        """Another layer of the run; InputError `check.layer_not_given` where it was not given."""
        found = self.other(name)
        if found is None:
            raise InputError("check.layer_not_given", rule=self.rule.code, layer=name)
        return found
