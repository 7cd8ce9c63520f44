"""Old files as they are opened: the encoding found out, real Shapefiles read as OGR reads them, old datums kept, what is no file refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
import shapely

pytest.importorskip("qgis.core")
from osgeo import gdal, ogr, osr
from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsVectorLayer


def run(**parameters):
    import processing

    feedback = QgsProcessingFeedback(False)
    return processing.run("shanshui:load_legacy", parameters, context=QgsProcessingContext(), feedback=feedback), feedback.textLog()


def attributes(path):
    source = gdal.OpenEx(str(path))
    page = source.GetLayer(0)
    names = [one.GetName() for one in page.schema]
    return [{name: one.GetField(name) for name in names} for one in page]


def written(folder: Path, encoding: str, epsg: int, language: int = 0) -> Path:
    """A Shapefile by GDAL's own writer, its .cpg taken away."""
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(epsg)
    before = gdal.GetConfigOption("SHAPE_ENCODING")
    gdal.SetConfigOption("SHAPE_ENCODING", encoding)  # QGIS sets it to nothing, which goes before the layer's own option
    source = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(str(folder / "旧.shp"))
    layer = source.CreateLayer("旧", reference, ogr.wkbPoint, [f"ENCODING={encoding}"])
    layer.CreateField(ogr.FieldDefn("地类", ogr.OFTString))
    for word in ("水田", "青岚县清水乡", "国有建设用地"):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetField(0, word)
        feature.SetGeometry(ogr.CreateGeometryFromWkt("POINT (1 2)"))
        layer.CreateFeature(feature)
    del feature, layer, source
    gdal.SetConfigOption("SHAPE_ENCODING", before)
    (folder / "旧.cpg").unlink(missing_ok=True)
    raw = bytearray((folder / "旧.dbf").read_bytes())
    raw[29] = language
    (folder / "旧.dbf").write_bytes(bytes(raw))
    return folder / "旧.shp"


@pytest.mark.parametrize(("encoding", "found"), [("GBK", "gb18030"), ("UTF-8", "utf-8")])
def test_the_encoding_is_found_out_and_said(provider, tmp_path, encoding, found):
    path = written(tmp_path, encoding, 4528)
    out, log = run(INPUT=str(path), OUTPUT=str(tmp_path / "o.gpkg"))
    assert [row["地类"] for row in attributes(tmp_path / "o.gpkg")] == ["水田", "青岚县清水乡", "国有建设用地"]
    assert out["FOUND"] == found and out["CERTAINTY"] >= 90 and "青岚县" in log and found in log


def test_a_head_that_says_western_is_not_believed(provider, tmp_path):
    path = written(tmp_path, "GBK", 4528, 0x57)
    out, _ = run(INPUT=str(path), OUTPUT=str(tmp_path / "o.gpkg"), FINDINGS=str(tmp_path / "f.gpkg"))
    assert out["FOUND"] == "gb18030" and [row["CODE"] for row in attributes(tmp_path / "f.gpkg")] == ["legacy.said_wrong"]


@pytest.mark.parametrize(("epsg", "word"), [(2362, "西安"), (2436, "北京")])
def test_old_datums_are_kept_and_said(provider, tmp_path, epsg, word):
    run(INPUT=str(written(tmp_path, "GBK", epsg)), OUTPUT=str(tmp_path / "o.gpkg"), FINDINGS=str(tmp_path / "f.gpkg"))
    told = [row for row in attributes(tmp_path / "f.gpkg") if row["CODE"] == "legacy.old_datum"]
    assert len(told) == 1 and word in told[0]["MESSAGE_ZH"]
    assert QgsVectorLayer(str(tmp_path / "o.gpkg"), "", "ogr").crs().authid() == f"EPSG:{epsg}"


def test_a_torn_csv_loses_no_cell(provider, tmp_path):
    (tmp_path / "表.csv").write_bytes("DM,MC\r\n01,水田\r\n02,旱,地\r\n03\r\n".encode("gbk"))
    run(INPUT=str(tmp_path / "表.csv"), OUTPUT=str(tmp_path / "o.gpkg"), FINDINGS=str(tmp_path / "f.gpkg"))
    found = [(row["DM"], row["MC"]) for row in attributes(tmp_path / "o.gpkg")]
    assert found == [("01", "水田"), ("02", "旱,地"), ("03", None)]
    assert [(row["CODE"], row["FEATURE"]) for row in attributes(tmp_path / "f.gpkg") if row["CODE"] == "legacy.torn_row"] == [
        ("legacy.torn_row", "2"), ("legacy.torn_row", "3"),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "raw"), [("x.dbf", b"no table"), ("x.txt", b""), ("x.xlsx", b"PK"), ("x.shp", b"\0" * 200)])
def test_what_cannot_be_opened_is_refused_in_a_sentence(provider, tmp_path, name, raw):
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(QgsProcessingException) as refused:
        run(INPUT=str(tmp_path / name), OUTPUT=str(tmp_path / "o.gpkg"))
    assert "unforeseen" not in str(refused.value) and not (tmp_path / "o.gpkg").exists()


REAL = [
    "pyogrio_fixtures/naturalearth_lowres/naturalearth_lowres.shp", "es_catastro/cons.shp", "qgis_testdata/shapefile/windows-1252_ldid.shp",
    "qgis_testdata/shapefile/utf8.shp", "qgis_testdata/geometry_checker/follow_ref.shp", "dsasweb_ga/Georgia_test_shorelines.shp",
    "qscat_aringay/Shorelines.shp", "coastcr/intersect.shp", "dsasweb_ga/Georgia_test_intersects.shp",
]  # fmt: skip


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_real_files_are_read_as_ogr_reads_them(provider, real_data, tmp_path, name):
    from shanshui.plugin.bridge.exchange.legacy_files import opened
    from shanshui.plugin.core.progress import SILENT
    from shanshui.plugin.core.schema import load_packs

    if not (real_data / name).is_file():
        pytest.skip(f"no {name}")
    for one in (real_data / name).parent.glob(f"{(real_data / name).stem}.*"):
        shutil.copy(one, tmp_path)
    path = tmp_path / Path(name).name
    found = opened(path, "auto", load_packs()["exchange"], SILENT)
    source = gdal.OpenEx(str(path), open_options=[f"ENCODING={found.chosen.encoding.replace('cp1252', 'CP1252')}"])
    layer = source.GetLayer(0)
    assert [one.GetName() for one in layer.schema] == found.table.fields
    for row, feature in enumerate(layer):
        for at, field in enumerate(found.table.fields):
            value, other = found.table.rows[field].iloc[row], feature.GetField(at)
            if pd.isna(value):
                assert other is None, (row, field, other)
            elif hasattr(value, "isoformat"):
                assert f"{value:%Y/%m/%d}" == other
            elif isinstance(value, str):
                assert value.strip() == other, (row, field)
            else:
                assert float(value) == float(other in ("T", 1) if isinstance(other, str) else other), (row, field)
        shape = feature.GetGeometryRef()
        if shape is not None:
            assert shapely.equals(shapely.force_2d(shapely.from_wkb(bytes(shape.ExportToWkb()))), found.table.shapes[row])
