"""One reader of CRS texts for the whole core."""

from __future__ import annotations

import pyproj
import pytest

from shanshui.plugin.core import ellipsoid, projection
from shanshui.plugin.core.crs import crs_of
from shanshui.plugin.core.errors import CrsError


def test_a_text_is_read_once_and_a_wrong_one_is_named_short() -> None:
    assert crs_of("EPSG:4528") is crs_of("EPSG:4528") and crs_of("EPSG:4528") == pyproj.CRS.from_epsg(4528)
    for ask in (crs_of, ellipsoid.is_geographic, lambda text: projection.same_crs(text, "EPSG:4490")):
        with pytest.raises(CrsError) as refused:
            ask("no such system " * 20)
        assert refused.value.code == "crs.unknown" and len(str(refused.value.facts["crs"])) == 80
