"""Packages that bring a GEOS or PROJ of their own: loaded beside QGIS's, and told when they got mixed with it.

On Linux what a program is linked to comes first for everything it loads. A wheel with another GEOS under the same names then calls partly into
QGIS's: runs end in odd errors or a crash. Loading with RTLD_DEEPBIND keeps the two apart; but QGIS from 3.40 on imports shapely itself at its start,
before any plugin.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import sys
from types import ModuleType

__all__ = ["load", "mixed"]

_OWN = ("shapely", "pyproj")
APART = "__own_symbols__"  # left on a package that was loaded apart


def load(name: str) -> ModuleType:
    """A package, kept apart from QGIS's libraries when it brings its own and nobody has imported it yet."""
    deep = getattr(os, "RTLD_DEEPBIND", 0)
    if name in sys.modules or name not in _OWN or not deep:
        return importlib.import_module(name)
    before = sys.getdlopenflags()
    sys.setdlopenflags(before | deep)
    try:
        module = importlib.import_module(name)
    finally:
        sys.setdlopenflags(before)
    setattr(module, APART, True)
    return module


def mixed() -> dict[str, str]:
    """Package and both versions of GEOS where an imported shapely was mixed with QGIS's GEOS, or nothing."""
    shapely = sys.modules.get("shapely")
    if shapely is None or getattr(shapely, APART, False) or not hasattr(os, "RTLD_DEEPBIND"):
        return {}
    program = _geos_of_the_program()
    own = ".".join(str(part) for part in getattr(shapely, "geos_version", ()))
    return {"library": "shapely", "own": own, "qgis": program} if program and own and program != own else {}


def _geos_of_the_program() -> str:
    """The version of the GEOS that all of this process sees, "" where there is none (as in a plain Python)."""
    try:
        asked = ctypes.CDLL(None).GEOSversion
    except (AttributeError, OSError):
        return ""
    asked.restype = ctypes.c_char_p
    return str(asked().decode("ascii")).split("-")[0]
