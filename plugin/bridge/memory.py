"""Memory that was freed goes back to the system, where the C library would keep it for later."""

from __future__ import annotations

import ctypes
import sys

__all__ = ["give_back"]


def give_back() -> None:
    """Hand freed memory back; glibc keeps what its threads have freed, a tenth of the process after an overlay of 200,000 patches; others do not."""
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
    if trim is not None:
        trim(0)
