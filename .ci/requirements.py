"""Prints the requirements of dependency groups of pyproject.toml, held to what this machine's numpy and QGIS can bear."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def group(name: str) -> list[str]:
    """The requirements of one dependency group (read without tomllib, which Python 3.9 and 3.10 lack)."""
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(name)} = \[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    if found is None:
        sys.exit(f"pyproject.toml has no dependency group {name}")
    return re.findall(r'"([^"]+)"', found.group(1))


def main() -> None:
    wanted = [one for name in sys.argv[1:] for one in group(name)]
    try:
        import numpy

        # GDAL and QGIS of this machine were built against this numpy: it must stay as it is
        wanted.append(f"numpy=={numpy.__version__}")
        import shapely

        if hasattr(shapely, "from_ragged_array"):
            wanted = [one for one in wanted if not one.startswith("shapely")]
        import pandas

        if int(pandas.__version__.split(".")[0]) >= 2:
            wanted = [one for one in wanted if not one.startswith("pandas>")]
    except ImportError:
        pass
    print("\n".join(dict.fromkeys(wanted)))


main()
