"""What a rule may look at: its layer, the layers beside it, and what several rules need and only one should compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, TypeVar

import numpy as np

from .. import topology
from ..errors import InputError
from ..finding import Finding
from ..progress import SILENT, Progress
from ..projection import reproject
from ..schema import Layer, Pack
from ..table import Table
from .rule import Rule

__all__ = ["Case", "Checked", "Shelf"]

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


class Shelf:
    """Results that several rules share, each made once however many threads ask for it."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}
        self._locks: dict[Any, Lock] = {}
        self._lock = Lock()

    def get(self, key: Any, make: Callable[[], Made]) -> Made:
        """What stands under `key`, made by the first who asks."""
        with self._lock:
            own = self._locks.setdefault(key, Lock())
        with own:
            if key not in self._made:
                self._made[key] = make()
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
        """The rows under check."""
        return self.layer.table

    @property
    def units(self) -> float:
        """The tolerance in units of the layer's CRS."""
        return topology.units_of(self.tolerance, self.table.crs)

    def length(self, metres: float) -> float:
        """A length of metres in units of the layer's CRS."""
        return topology.units_of(metres, self.table.crs)

    def keys(self) -> Array:
        """(n,) text that names each row, see `Checked.keys`."""
        return self.shelf.get(("keys", id(self.table)), self.layer.keys)

    def other(self, name: str) -> Checked | None:
        """Another layer of the run by page name, in the CRS of this one; None where it was not given."""
        found = self.others.get(name)
        if found is None or found.table.geometry is None or not found.table.crs or not self.table.crs or found.table.crs == self.table.crs:
            return found
        key = ("moved", id(found.table), self.table.crs)
        moved = self.shelf.get(key, lambda: reproject(found.table, self.table.crs))
        return replace(found, table=moved)

    def network(self) -> topology.Network:
        """The edges of the layer, exact vertices matched and noded within the tolerance."""
        key = ("network", id(self.table), self.tolerance)
        return self.shelf.get(key, lambda: topology.network(self.table.shapes, self.units, self.progress.quiet()))

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
