"""The one door to packages that a QGIS may lack: asks for functions, never for versions."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from ..core.errors import LibraryError
from . import wheels
from .places import ROOT

__all__ = ["BROKEN", "found", "missing", "obstacle", "vendored"]

BROKEN = "!"
# package → a function that only a new enough one has
NEEDED = {"numpy": "unique", "pandas": "isna", "shapely": "from_ragged_array", "pyproj": "Geod"}
SHOWN = ("numpy", "pandas", "shapely", "pyproj", "osgeo.gdal", "openpyxl", "docx", "lxml", "jinja2", "matplotlib")


def missing() -> str:
    """The name of the first needed package that is absent or too old, or ""."""
    for name, function in NEEDED.items():
        try:
            module = wheels.load(name)
        except Exception:  # noqa: BLE001  (one built for another numpy raises whatever it likes on import)
            return name
        if not hasattr(module, function):
            return name
    return ""


def obstacle() -> tuple[str, dict[str, str]] | None:
    """Code and facts of what keeps algorithms from running here, or None."""
    lacking = missing()
    if lacking:
        return "library.too_old", {"library": lacking}
    clash = wheels.mixed()
    return ("library.other_geos", clash) if clash else None


def vendored(name: str) -> ModuleType:
    """A pure-Python package from QGIS's own Python, else from the copy in the plugin's zip.

    LibraryError `library.missing` when neither has it, or what it stands on (lxml for docx), which is then the one named.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        folder = str(ROOT / "plugin" / "vendor")
        if folder not in sys.path:
            sys.path.append(folder)
        try:
            return importlib.import_module(name)
        except ImportError as failure:
            raise LibraryError("library.missing", library=failure.name or name) from failure


def found() -> list[tuple[str, str]]:
    """Package and version as this Python or the plugin's zip has them ("" = not found, BROKEN = there but not to be imported)."""
    rows = []
    for name in SHOWN:
        try:
            module = wheels.load(name) if name in NEEDED else vendored(name)
            rows.append((name, str(getattr(module, "__version__", "?"))))
        except (ImportError, LibraryError):
            rows.append((name, ""))
        except Exception:  # noqa: BLE001  (as above)
            rows.append((name, BROKEN))
    return rows
