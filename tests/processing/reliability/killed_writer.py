"""Run as a process of its own: writes rows to a GeoPackage without end, says so, and waits to be killed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def main(root: Path, target: Path) -> None:
    """Stage rows for `target` until killed."""
    spec = importlib.util.spec_from_file_location("shanshui", root / "__init__.py", submodule_search_locations=[str(root)])
    package = importlib.util.module_from_spec(spec)
    sys.modules["shanshui"] = package
    spec.loader.exec_module(package)
    import numpy as np
    import pandas as pd
    import shapely
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    from shanshui.plugin.bridge import sinks
    from shanshui.plugin.core.table import Table

    some = Table(pd.DataFrame({"A": np.arange(500)}), shapely.box(np.arange(500), 0, np.arange(500) + 1, 1), "EPSG:4528", "new")

    def endless():
        for number in range(1_000_000):
            yield some
            if number == 20:
                print("writing", flush=True)

    sinks.write_file(sinks.Target("file", str(target), target, "new"), endless(), "polygon", [])


main(Path(sys.argv[1]), Path(sys.argv[2]))
