"""The sample county through its door: what lies in the package, that it is whole or not there, and that faults are listed."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from osgeo import gdal, ogr
from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsProject, QgsVectorLayer

from shanshui.plugin.bridge import manifest
from shanshui.plugin.core import schema
from shanshui.plugin.core.sample import county


def run(target, feedback=None, **settings):
    import processing

    given = {"PATCHES": 300, "SEED": 2, **settings, "OUTPUT": str(target)}
    return processing.run("shanshui:sample_county", given, feedback=feedback, context=QgsProcessingContext())


@pytest.fixture(scope="module")
def package(provider, tmp_path_factory):
    """A package with faults, in a folder whose name has blanks and Chinese; another file lies there before."""
    folder = tmp_path_factory.mktemp("county") / "示例 县"
    folder.mkdir()
    (folder / "notes.txt").write_text("kept", encoding="utf-8")
    return folder, run(folder, FAULTS=True)


def rows(path, layer, fields="*"):
    with closing(sqlite3.connect(path)) as link:
        return link.execute(f'SELECT {fields} FROM "{layer}"').fetchall()


def test_the_package_is_whole(package):
    folder, results = package
    assert {one.name for one in folder.iterdir()} == {"qinglan.gpkg", "rasters", "fault_key.csv", "manifest.json", "notes.txt"}
    assert Path(results["GEOPACKAGE"]) == folder / "qinglan.gpkg" and Path(results["OUTPUT"]) == folder
    assert results["COUNT"] == len(rows(folder / "qinglan.gpkg", "DLTB", "BSM"))
    assert not [one for one in folder.parent.iterdir() if one.name.startswith(".shanshui")]


def test_layers_have_the_types_of_their_pages_and_their_crs(package):
    source = ogr.Open(str(package[0] / "qinglan.gpkg"))
    expected = county.county(300, 2)
    assert [layer.GetName() for layer in source] == list(expected)
    packs = schema.load_packs()
    kinds = {"text": ogr.OFTString, "path": ogr.OFTString, "real": ogr.OFTReal, "date": ogr.OFTDate}
    for layer in source:
        page = expected[layer.GetName()].layer
        assert page is None or any(page == pack.layers.get(page.name) for pack in packs.values())
        defined = layer.GetLayerDefn()
        for entry in page.fields if page else ():
            found = defined.GetFieldDefn(defined.GetFieldIndex(entry.name))
            assert found.GetType() in ((ogr.OFTInteger, ogr.OFTInteger64) if entry.type == "integer" else (kinds[entry.type],)), entry.name
            if entry.type == "text" and entry.length:
                assert found.GetWidth() == entry.length
        if expected[layer.GetName()].geometry is not None:
            assert layer.GetSpatialRef().GetAuthorityCode(None) == "4528"


def test_qgis_reads_every_layer(package):
    source = ogr.Open(str(package[0] / "qinglan.gpkg"))
    for name in [layer.GetName() for layer in source]:
        layer = QgsVectorLayer(f"{package[0] / 'qinglan.gpkg'}|layername={name}", name, "ogr")
        assert layer.isValid() and layer.featureCount() == source.GetLayerByName(name).GetFeatureCount() > 0, name


def test_rasters_lie_on_one_grid(package):
    files = sorted((package[0] / "rasters").glob("*.tif"))
    wanted = {"DEM", "NPP", "NDVI", "PRECIPITATION", "TEMPERATURE", "EVAPOTRANSPIRATION", "WIND", "TEXTURE", "VEGETATION_COVER"}
    assert wanted <= {one.stem for one in files}
    grids = set()
    for file in files:
        opened = gdal.Open(str(file))
        grids.add((opened.RasterXSize, opened.RasterYSize, opened.GetGeoTransform()))
    assert len(grids) == 1


def test_the_manifest_tells_settings_counts_and_hashes(package):
    told = json.loads((package[0] / "manifest.json").read_text(encoding="utf-8"))
    assert told["parameters"] == {"PATCHES": 300, "SEED": 2, "FAULTS": True}
    assert told["counts"]["DLTB"] == package[1]["COUNT"] and {one["id"] for one in told["packs"]} == {"survey", "registration", "sample"}
    assert manifest.changed(package[0] / "manifest.json") == []
    names = {one["file"] for one in told["outputs"].values()}
    assert {"qinglan.gpkg", "fault_key.csv", "rasters/DEM.tif"} <= names


def test_the_answer_key_names_features_that_are_there(package):
    with (package[0] / "fault_key.csv").open(encoding="utf-8-sig", newline="") as stream:
        key = list(csv.DictReader(stream))
    assert len(key) >= 15 and {one["CODE"] for one in key} <= set(schema.load_packs()["sample"].codes["FAULT"])
    present = {one for (one,) in rows(package[0] / "qinglan.gpkg", "DLTB", "BSM")}
    listed = [row["FEATURE"].split("|") for row in key if row["LAYER"] == "DLTB"]
    # of two patches that became one of several parts the second is gone
    assert len(listed) >= 10 and all(names[0] in present for names in listed)


def test_a_name_that_ends_in_gpkg_is_the_geopackage(provider, tmp_path):
    results = run(tmp_path / "my.gpkg")
    assert {one.name for one in tmp_path.iterdir()} == {"my.gpkg", "my_files"}
    assert {one.name for one in (tmp_path / "my_files").iterdir()} == {"rasters", "manifest.json"}
    assert manifest.changed(tmp_path / "my_files" / "manifest.json") == []
    assert Path(results["GEOPACKAGE"]).name == "my.gpkg"


def test_a_new_run_replaces_the_old_package(provider, tmp_path):
    run(tmp_path / "out")
    first = rows(tmp_path / "out" / "qinglan.gpkg", "DLTB", "BSM, TBMJ, geom")
    again = run(tmp_path / "out")
    assert rows(tmp_path / "out" / "qinglan.gpkg", "DLTB", "BSM, TBMJ, geom") == first
    other = run(tmp_path / "out", SEED=3)
    assert rows(tmp_path / "out" / "qinglan.gpkg", "DLTB", "BSM, TBMJ, geom") != first
    assert again["COUNT"] == len(first) and other["COUNT"] == len(rows(tmp_path / "out" / "qinglan.gpkg", "DLTB", "BSM"))


class Stopping(QgsProcessingFeedback):
    """Cancelled as soon as the progress passes a mark."""

    def __init__(self, mark):
        super().__init__(False)
        self.mark = mark
        self.progressChanged.connect(lambda done: self.cancel() if done >= self.mark else None)


@pytest.mark.parametrize("mark", [20, 50, 70, 90, 97])
def test_a_cancelled_run_leaves_nothing(provider, tmp_path, mark):
    with pytest.raises(QgsProcessingException):
        run(tmp_path / "out", Stopping(mark))
    assert list(tmp_path.iterdir()) == []


def test_a_place_where_nothing_can_be_written_is_told_before_the_work(provider, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(QgsProcessingException, match="file"):
        run(tmp_path / "file")
    with pytest.raises(QgsProcessingException):
        run(tmp_path / "nowhere" / "deeper")
    assert {one.name for one in tmp_path.iterdir()} == {"file"}
    assert QgsProject.instance().mapLayers() == {}
