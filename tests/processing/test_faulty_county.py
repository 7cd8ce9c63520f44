"""The sample county with faults as files: every fault lies in the GeoPackage as the answer key says."""

from __future__ import annotations

import csv

import pytest
import shapely

pytest.importorskip("qgis.core")
from osgeo import gdal, ogr
from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from shanshui.plugin.core import schema


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    from shanshui.processing_algorithms.start.sample_county import SampleCounty

    folder = tmp_path_factory.mktemp("示例") / "county"
    algorithm = SampleCounty()
    algorithm.initAlgorithm()
    given = {"PATCHES": 600, "SEED": 1, "FAULTS": True, "OUTPUT": str(folder)}
    results, done = algorithm.run(given, QgsProcessingContext(), QgsProcessingFeedback())
    assert done
    return folder, results


def features(package, layer):
    source = ogr.Open(str(package[0] / "qinglan.gpkg"))
    page = source.GetLayerByName(layer)
    names = [one.GetName() for one in page.schema]
    return [({name: one.GetField(name) for name in names}, shapely.from_wkb(bytes(one.GetGeometryRef().ExportToWkb()))) for one in page]


def key(package):
    with (package[0] / "fault_key.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_fault_of_a_field_is_in_the_file(package):
    rows = {}
    for name in ("DLTB", "SYQ", "HAX"):
        for one, _ in features(package, name):
            rows.setdefault((name, one["BSM"]), []).append(one)
    checked = 0
    for one in key(package):
        if not one["FIELD"] or one["CODE"] == "key_twice":
            continue
        for row in rows[(one["LAYER"], one["FEATURE"])]:
            now = row[one["FIELD"]]
            shown = "" if now is None else f"{now:.2f}" if isinstance(now, float) else str(now)
            assert shown == one["NOW"], one
            checked += 1
    assert checked >= 18


def test_faults_of_shape_are_in_the_file(package):
    shapes = {}
    for one, shape in features(package, "DLTB"):
        shapes.setdefault(one["BSM"], []).append(shape)
    faults = {one["CODE"]: one["FEATURE"].split("|") for one in key(package)}
    assert [one.is_valid for one in shapes[faults["ring_crosses"][0]]] == [False]
    assert shapes[faults["geometry_twice"][0]][0].equals(shapes[faults["geometry_twice"][1]][0])
    assert shapely.get_num_geometries(shapes[faults["multipart"][0]][0]) == 2 and faults["multipart"][1] not in shapes
    first, second = (shapes[one][0] for one in faults["overlap"])
    assert first.intersection(second).area > 10.0
    twice = next(one["NOW"] for one in key(package) if one["CODE"] == "key_twice")
    assert len(shapes[twice]) == 2


def test_every_layer_of_the_pack_and_every_raster_is_there(package):
    pack = schema.load_packs()["sample"]
    source = ogr.Open(str(package[0] / "qinglan.gpkg"))
    names = {source.GetLayer(at).GetName() for at in range(source.GetLayerCount())}
    assert set(pack.layers) - {"FAULTS"} <= names
    for row in pack.rule("rasters"):
        made = gdal.Open(str(package[0] / "rasters" / f"{row['key']}.tif"))
        low, high, *_ = made.GetRasterBand(1).GetStatistics(False, False)
        assert float(row["low"]) <= low <= high <= float(row["high"]) and made.GetRasterBand(1).GetDescription().startswith(row["title_zh"])
