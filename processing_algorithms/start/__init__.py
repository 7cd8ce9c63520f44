"""00 Start here."""

from __future__ import annotations

ALGORITHMS: tuple[str, ...] = ()
