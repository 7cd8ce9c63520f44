"""Between datums: what PROJ may move, and what needs parameters that nobody publishes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.core import ellipsoid
from shanshui.plugin.core.errors import CrsError
from shanshui.plugin.core.projection import all_or_none, reproject_shapes
from shanshui.plugin.core.table import Table

HERE = np.array([shapely.Point(40_500_000, 3_300_000)], dtype=object)


def prj(name, geographic, datum, spheroid, easting=40_500_000, projection="Gauss_Kruger", more=""):
    """A .prj as ArcGIS writes it (WKT1, ESRI flavour)."""
    return (
        f'PROJCS["{name}",GEOGCS["{geographic}",DATUM["{datum}",SPHEROID[{spheroid}]{more}],PRIMEM["Greenwich",0.0],'
        f'UNIT["Degree",0.0174532925199433]],PROJECTION["{projection}"],PARAMETER["False_Easting",{easting}.0],'
        'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


XIAN = ("GCS_Xian_1980", "D_Xian_1980", '"Xian_1980",6378140.0,298.257')
BEIJING = ("GCS_Beijing_1954", "D_Beijing_1954", '"Krasovsky_1940",6378245.0,298.3')
OURS = ("GCS_China_Geodetic_Coordinate_System_2000", "D_China_2000", '"CGCS2000",6378137.0,298.257222101')
OLD = [
    "EPSG:2364", "EPSG:4610", "EPSG:2436", "EPSG:4214", "EPSG:4555",
    prj("Xian_1980_3_Degree_GK_Zone_40", *XIAN),
    prj("西安80_40带", *XIAN, projection="Transverse_Mercator"),
    prj("Beijing_1954_3_Degree_GK_CM_120E", *BEIJING, easting=500_000),
    prj("Xi'an plane", "GCS_unknown", "D_unknown", '"IAG_75",6378140.0,298.257'),
    prj("BJ54", "unknown", "unknown", '"Krasovsky",6378245.0,298.3'),
]


@pytest.mark.parametrize("crs", OLD)
@pytest.mark.parametrize("target", ["EPSG:4490", "EPSG:4528", "EPSG:4326", prj("CGCS2000_3_Degree_GK_Zone_40", *OURS)])
def test_an_old_datum_is_refused_in_both_directions(crs, target):
    for pair in ((crs, target), (target, crs)):
        with pytest.raises(CrsError) as caught:
            reproject_shapes(HERE, *pair, "DLTB")
        assert caught.value.code == "crs.no_shift" and caught.value.facts["layer"] == "DLTB"


def test_between_two_old_datums_too():
    with pytest.raises(CrsError, match="no_shift"):
        reproject_shapes(HERE, "EPSG:2364", "EPSG:2436")


def test_the_same_old_datum_is_moved_from_zone_to_zone():
    moved = reproject_shapes(HERE, "EPSG:2364", prj("Xian_1980_3_Degree_GK_CM_120E", *XIAN, easting=500_000))
    assert shapely.get_x(moved[0]) == pytest.approx(500_000, abs=1e-6) and shapely.get_y(moved[0]) == pytest.approx(3_300_000, abs=1e-6)


def test_a_crs_with_parameters_of_its_own_is_taken():
    own = "+proj=tmerc +lon_0=120 +k=1 +x_0=40500000 +a=6378140 +rf=298.257 +towgs84=12,-5,3,0,0,0,0 +units=m +type=crs"
    moved = reproject_shapes(HERE, own, "EPSG:4490")
    assert shapely.get_x(moved[0]) == pytest.approx(120, abs=1e-3)


def test_a_prj_of_cgcs2000_is_the_zone_it_names():
    ours = prj("CGCS2000_3_Degree_GK_Zone_40", *OURS)
    zone = ellipsoid.zone_of(ours)
    assert zone is not None and (zone.central, zone.prefix, zone.width) == (120.0, 40, 3)
    moved = reproject_shapes(HERE, ours, "EPSG:4528")
    assert shapely.equals_exact(moved[0], HERE[0], 1e-6)


def test_coordinates_that_cannot_be_moved_name_both_systems():
    far = np.array([shapely.Point(1e9, 1e9)], dtype=object)
    with pytest.raises(CrsError) as caught:
        reproject_shapes(far, "EPSG:4528", "EPSG:4490", "DLTB")
    assert caught.value.code == "crs.failed" and "zone 40" in str(caught.value.facts["source"])


def test_layers_with_and_without_crs_do_not_mix():
    import pandas as pd

    with_crs, without = (Table(pd.DataFrame({"A": [1]}), HERE, crs, name) for crs, name in (("EPSG:4528", "SYQ"), (None, "DLTB")))
    assert all_or_none(with_crs, with_crs) and not all_or_none(without, without)
    for pair in ((with_crs, without), (without, with_crs)):
        with pytest.raises(CrsError) as caught:
            all_or_none(*pair)
        assert caught.value.facts == {"layer": "DLTB"}


def test_a_plane_tied_to_no_place_is_a_sentence():
    shapes = np.array([shapely.box(0, 0, 1, 1)], dtype=object)
    with pytest.raises(CrsError) as told:
        reproject_shapes(shapes, 'LOCAL_CS["own",UNIT["metre",1]]', "EPSG:4528", "DLTB")
    assert told.value.code == "crs.failed" and told.value.facts["layer"] == "DLTB" and told.value.facts["source"] == "own"
