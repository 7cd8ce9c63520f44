"""The packs as the options have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import settings

if TYPE_CHECKING:
    from ..core.schema import Pack

__all__ = ["packs_in_use"]


def packs_in_use(stored: settings.Settings | None = None) -> dict[str, Pack]:
    """The packs by id, the user's laid over the shipped ones in the editions chosen; stored: settings, default those of now.

    PackError as `load_packs`.
    """
    from ..core.schema import load_packs

    chosen = stored or settings.load()
    return load_packs(overlay_roots=chosen.overlays, editions=dict(chosen.editions))
