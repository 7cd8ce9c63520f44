"""For QGIS's programs started with the .venv's packages (PYTHONPATH): keeps the wheels' GEOS and PROJ apart from those QGIS is linked to.

QGIS 3.40 imports shapely at its start, before any plugin could do it in the right way (see plugin/bridge/wheels.py). This stands for a user whose
shapely fits QGIS; it is never shipped.
"""

import importlib.abc
import importlib.util
import os
import sys


class _Apart(importlib.abc.MetaPathFinder):
    """Imports shapely and pyproj with RTLD_DEEPBIND, and nothing before somebody asks for them."""

    def __init__(self):
        self.busy = False

    def find_spec(self, name, path=None, target=None):
        if name not in ("shapely", "pyproj") or self.busy:
            return None
        self.busy = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.busy = False
        if spec is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    """The package's own loader, with the flag set while it works."""

    def __init__(self, inner):
        self.inner = inner

    def create_module(self, spec):
        return self.inner.create_module(spec)

    def exec_module(self, module):
        before = sys.getdlopenflags()
        sys.setdlopenflags(before | os.RTLD_DEEPBIND)
        try:
            self.inner.exec_module(module)
        finally:
            sys.setdlopenflags(before)
        module.__own_symbols__ = True


if hasattr(os, "RTLD_DEEPBIND"):
    sys.meta_path.insert(0, _Apart())
