"""CRS texts become pyproj's, each read once."""

from __future__ import annotations

from functools import lru_cache

from pyproj import CRS
from pyproj.exceptions import CRSError

from .errors import CrsError

__all__ = ["crs_of"]


@lru_cache(maxsize=64)
def crs_of(text: str) -> CRS:
    """The CRS of what `pyproj.CRS.from_user_input` takes ("EPSG:4528", WKT); CrsError `crs.unknown` when PROJ does not know it."""
    try:
        return CRS.from_user_input(text)
    except CRSError as failure:
        raise CrsError("crs.unknown", crs=text[:80]) from failure
