"""A CRS goes to text and comes back the same, one without a code too."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsCoordinateReferenceSystem

from shanshui.plugin.bridge.crs_text import crs_of, crs_text

OWN = (
    'PROJCRS["own",BASEGEOGCRS["x",DATUM["y",ELLIPSOID["GRS 1980",6378137,298.257222101]]],CONVERSION["z",METHOD["Transverse Mercator",'
    'ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433]],PARAMETER["Longitude of natural origin",'
    '120.25,ANGLEUNIT["degree",0.0174532925199433]],PARAMETER["Scale factor at natural origin",1],PARAMETER["False easting",500000],'
    'PARAMETER["False northing",0]],CS[Cartesian,2],AXIS["e",east],AXIS["n",north],LENGTHUNIT["metre",1]]'
)


@pytest.mark.parametrize("given", ["EPSG:4528", "EPSG:4490", OWN], ids=["plane", "degrees", "own"])
def test_it_comes_back(qgis_app, given):
    crs = QgsCoordinateReferenceSystem()
    assert crs.createFromUserInput(given)
    text = crs_text(crs)
    assert text is not None and (given == OWN or text == given)
    start = time.process_time()
    again = crs_of(text)
    assert again == crs and again.isValid()
    assert given != OWN or time.process_time() - start < 0.05  # looked up, not looked for
    assert crs_of(None).isValid() is False and crs_text(QgsCoordinateReferenceSystem()) is None
