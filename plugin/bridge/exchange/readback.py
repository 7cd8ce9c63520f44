"""What was written is read again and compared: rows, every value, and sums of areas or lengths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
from qgis.core import QgsVectorLayer

from ...core.errors import OutputError
from ...core.progress import Progress
from ...core.table import Table
from .. import layers
from ..run import Origin

__all__ = ["compare", "read_again", "size_of"]


def read_again(path: Path, name: str, progress: Progress) -> Table:
    """A layer of a container as it now is; OutputError `output.count_differs` where there is none."""
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr", QgsVectorLayer.LayerOptions(False))
    if not layer.isValid():
        raise OutputError("output.count_differs", path=f"{path.name}: {name}", written="?", found=0)
    kind = "any" if layer.isSpatial() else "table"
    return layers.read(layer, name, kind, "keep", progress, Origin(str(path), name, True)).table


def size_of(table: Table) -> tuple[float, float]:
    """The sum of areas, or of lengths for lines, and the length of all borders, in the units of the CRS; zeros without shapes."""
    if table.geometry is None or not len(table):
        return 0.0, 0.0
    border = float(shapely.length(table.shapes).sum())
    area = float(shapely.area(table.shapes).sum())
    return (area if area else border), border


def compare(written: Table, found: Table, names: Sequence[tuple[str, str]], step: float) -> None:
    """See that two tables hold the same; OutputError `container.differs` names the first place where they do not.

    names: columns as written and as found. step: how far the format may move a vertex, in units of the CRS (0 = not at all).
    """
    def differs(what: str, old: Any, new: Any) -> OutputError:
        return OutputError("container.differs", layer=written.name, what=what, written=old, found=new)

    if len(written) != len(found):
        raise differs("—", len(written), len(found))
    for name, there in names:
        if there not in found.fields:
            raise differs(name, name, "—")
        old, new = _plain(written.rows[name]), _plain(found.rows[there])
        if old != new:
            at = next(i for i, (one, other) in enumerate(zip(old, new)) if one != other)
            raise differs(f"{name} ({at + 1})", old[at], new[at])
    if written.geometry is None:
        return
    if found.geometry is None or _gone(written) != _gone(found):
        raise differs("—", len(written) - _gone(written), 0 if found.geometry is None else len(found) - _gone(found))
    (old_size, border), (new_size, _) = size_of(written), size_of(found)
    if abs(old_size - new_size) > 2 * step * border + 1e-12 * abs(old_size):
        raise differs("Σ", f"{old_size:.6f}", f"{new_size:.6f}")


def _gone(table: Table) -> int:
    return int((shapely.is_missing(table.shapes) | shapely.is_empty(table.shapes)).sum())


def _plain(column: Iterable[Any]) -> list[str | None]:
    """Values as texts that both sides have alike: whole numbers without a point, days without an hour, times to the second."""
    return [None if value is None or value is pd.NA or value != value else _word(value) for value in column]


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value
    if hasattr(value, "isoformat"):
        day = value.isoformat()[:10]
        time = value.isoformat(timespec="seconds")[11:19] if hasattr(value, "hour") else ""
        return day if time in ("", "00:00:00") else f"{day} {time}"
    number = float(value)
    return str(int(value)) if number.is_integer() else repr(number)
