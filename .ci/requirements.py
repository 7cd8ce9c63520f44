"""Prints the requirements of dependency groups of pyproject.toml, held to what this machine's numpy and QGIS can bear."""

from __future__ import annotations

import importlib
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


def had(name: str, function: str) -> bool:
    """Whether this Python has a package that is new enough, asked by a function: Debian's shapely calls itself 0+unknown."""
    try:
        return hasattr(importlib.import_module(name), function)
    except ImportError:
        return False


def main() -> None:
    wanted = [one for name in sys.argv[1:] for one in group(name)]
    if had("numpy", "__version__"):
        # GDAL and QGIS of this machine were built against this numpy: it must stay as it is
        wanted.append(f"numpy=={importlib.import_module('numpy').__version__}")
    if had("shapely", "from_ragged_array"):
        # pip would put another shapely over a good one, for itself or for geopandas
        there = ["shapely"] + [one for one, function in (("geopandas", "GeoDataFrame"), ("pyogrio", "read_dataframe")) if had(one, function)]
        wanted = [one for one in wanted if re.split(r"[<>=]", one)[0] not in there]
    print("\n".join(dict.fromkeys(wanted)))


main()
