"""The main output of an algorithm that can also be asked for a preview: offered like any other, and left unwritten in a preview."""

from __future__ import annotations

from typing import Any

from .pages import Page
from .params import Output

__all__ = ["Previewed"]


class Previewed(Output):
    """A feature sink that stands ready by default but need not be filled: a preview touches neither it nor what lies there."""

    def __init__(self, name: str, geometry: str = "polygon") -> None:
        super().__init__(name, geometry, optional=True)

    def _make(self, label: str, page: Page) -> Any:
        made: Any = super()._make(label, page)
        made.setCreateByDefault(True)
        return made
