"""Table: rows, geometry and CRS under a schema; never changed in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from .errors import FieldError, InputError
from .schema import Layer

__all__ = ["Table", "is_missing"]


@dataclass(frozen=True)
class Table:
    """Rows of one layer.

    rows: DataFrame with a RangeIndex, one column a field, missing values as None, NaN, NaT or NA (`is_missing`).
    geometry: object array of shapely geometries of the same length (None where a row has none), or None for a plain table.
    crs: what `pyproj.CRS.from_user_input` takes ("EPSG:4528", WKT), or None.
    name: the layer's name as messages print it. layer: the page of the standard the rows follow, where known.
    """

    rows: pd.DataFrame
    geometry: np.ndarray[Any, Any] | None = None
    crs: str | None = None
    name: str = ""
    layer: Layer | None = None

    def __post_init__(self) -> None:
        if self.geometry is not None and len(self.geometry) != len(self.rows):
            raise ValueError(f"{len(self.rows)} rows but {len(self.geometry)} geometries in {self.name!r}")

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, field: str) -> bool:
        return self.named(field) in self.rows.columns

    def __getitem__(self, field: str) -> pd.Series[Any]:
        self.require(field)
        return self.rows[self.named(field)]

    def named(self, field: str) -> str:
        """The column that `field` means: of that name, else the only one of that name in another case (databases write dlbm), else `field`."""
        if field in self.rows.columns:
            return field
        alike = [name for name in self.fields if name.lower() == field.lower()]
        return alike[0] if len(alike) == 1 else field

    @property
    def fields(self) -> list[str]:
        """The names of the columns, in order."""
        return [str(name) for name in self.rows.columns]

    @property
    def shapes(self) -> np.ndarray[Any, Any]:
        """The geometry, for work that needs one; InputError `input.no_geometry` for a plain table."""
        if self.geometry is None:
            raise InputError("input.no_geometry", layer=self.name)
        return self.geometry

    def require(self, *fields: str) -> None:
        """FieldError `input.missing_field` for the first of `fields` that is not there."""
        for field in fields:
            if field not in self:
                raise FieldError("input.missing_field", layer=self.name, field=field, present=", ".join(self.fields))

    def text(self, field: str, default: str = "") -> pd.Series[Any]:
        """A column as stripped text, missing and absent as `default`."""
        if field not in self:
            return pd.Series([default] * len(self), index=self.rows.index, dtype=object)
        column = self[field]
        return column.astype(object).where(column.notna(), default).astype(str).str.strip()

    def take(self, which: Any) -> Table:
        """The rows that a boolean mask, a slice or an array of positions names, renumbered."""
        rows = self.rows.iloc[np.flatnonzero(which)] if _is_mask(which) else self.rows.iloc[which]
        geometry = None if self.geometry is None else self.geometry[which]
        return replace(self, rows=rows.reset_index(drop=True), geometry=geometry)

    def with_columns(self, **columns: Any) -> Table:
        """The same table with columns added or replaced (one of that name in another case too: no file holds MJ beside mj)."""
        return replace(self, rows=self.rows.assign(**{self.named(name): values for name, values in columns.items()}))

    def with_geometry(self, geometry: np.ndarray[Any, Any], crs: str | None = None) -> Table:
        """The same rows with other shapes, in `crs` (default: the same CRS)."""
        return replace(self, geometry=geometry, crs=crs or self.crs)


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT, or the NA of whole numbers and truths, which answers no comparison."""
    return value is None or value is pd.NA or bool(value != value)


def _is_mask(which: Any) -> bool:
    return isinstance(which, (np.ndarray, pd.Series)) and which.dtype == bool
