"""Which page of a standard a layer follows, by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...core.schema import Layer, Pack
from ...core.table import Table

__all__ = ["pages_for"]


def pages_for(tables: Sequence[Table], pack: Pack, packs: Mapping[str, Pack]) -> list[Layer | None]:
    """The page of each table: of that name in `pack`, else in the first other pack that has one, else None."""
    known: dict[str, Layer] = {}
    for one in [pack, *(other for other in packs.values() if other.id != pack.id)]:
        for name, page in one.layers.items():
            known.setdefault(name.upper(), page)
    return [known.get(table.name.upper()) for table in tables]
