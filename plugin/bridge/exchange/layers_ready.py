"""The layers of a run made ready for a database, each with the page that its name stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.schema import Pack
from ...core.table import Table
from .containers import named_once
from .pages_for import pages_for
from .prepared import Ready, prepare

__all__ = ["layers_ready"]


def layers_ready(tables: Sequence[Table], pack: Pack, run: Any) -> list[Ready]:
    """The tables ready to be written; layers that follow no page, and columns that became text, are told. Errors as `prepare`, `named_once`."""
    named_once([one.name for one in tables])
    pages = pages_for(tables, pack, run.packs)
    fields = [run.readings[f"LAYERS[{at}]"].fields for at in range(len(tables))]
    ready = [prepare(*one, run.language) for one in zip(tables, pages, fields)]
    for one in ready:
        if one.page is None:
            run.info("container.no_page", layer=one.table.name)
        if one.as_text:
            run.warn("container.as_text", layer=one.table.name, fields=", ".join(one.as_text))
    return ready
