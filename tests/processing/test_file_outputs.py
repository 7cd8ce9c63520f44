"""A file that an algorithm writes itself is neither one of those it reads nor of another format."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")
from osgeo import ogr, osr
from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def run(name, **parameters):
    import processing

    return processing.run(f"shanshui:{name}", parameters, context=QgsProcessingContext(), feedback=QgsProcessingFeedback(False))


def layer(path, code, fields=1, rows=3):
    place = osr.SpatialReference()
    place.ImportFromEPSG(code)
    place.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    made = source.CreateLayer("DLTB", place, ogr.wkbPolygon)
    for at in range(fields):
        made.CreateField(ogr.FieldDefn(f"F{at}", ogr.OFTString))
    for at in range(rows):
        feature = ogr.Feature(made.GetLayerDefn())
        x, y = (119.0 + at, 30.0) if code in (4490, 4610, 4326) else (40_500_000 + 10 * at, 3_300_000)
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POLYGON(({x} {y},{x} {y + 1},{x + 1} {y + 1},{x + 1} {y},{x} {y}))"))
        feature.SetField(fields - 1, f"text {at}")
        made.CreateFeature(feature)
    return path


@pytest.mark.parametrize(("name", "given"), [("export_vct", "LAYERS"), ("export_txt", "INPUT"), ("export_point_table", "INPUT")])
def test_the_input_is_not_written_over(provider, tmp_path, name, given):
    path = layer(tmp_path / "x.gpkg", 4528)
    before = path.read_bytes()
    source = f"{path}|layername=DLTB"
    with pytest.raises(QgsProcessingException):
        run(name, **{given: [source] if given == "LAYERS" else source, "OUTPUT": str(path)})
    assert path.read_bytes() == before


def test_a_point_table_does_not_write_over_the_drawing_it_reads(provider, tmp_path):
    path = tmp_path / "in.csv"
    shutil.copy(next(GOLDEN.glob("import_point_table/*/in_*.csv")), path)
    before = path.read_bytes()
    with pytest.raises(QgsProcessingException):
        run("import_vct", INPUT=str(path), OUTPUT=str(path))
    assert path.read_bytes() == before


def test_another_ending_is_refused(provider, tmp_path):
    path = layer(tmp_path / "x.gpkg", 4528)
    with pytest.raises(QgsProcessingException, match=r"\.vct"):
        run("export_vct", LAYERS=[f"{path}|layername=DLTB"], OUTPUT=str(tmp_path / "y.gpkg"))
    assert [one.name for one in tmp_path.iterdir()] == ["x.gpkg"]


@pytest.mark.parametrize(("code", "good"), [(4490, True), (4610, False), (4326, False)])
def test_degrees_of_another_datum_are_not_called_cgcs2000(provider, tmp_path, code, good):
    source = f"{layer(tmp_path / 'x.gpkg', code)}|layername=DLTB"
    if good:
        run("export_vct", LAYERS=[source], OUTPUT=str(tmp_path / "a.vct"))
        assert "Spheroid:CGCS2000" in (tmp_path / "a.vct").read_text(encoding="gb18030")
        return
    with pytest.raises(QgsProcessingException, match="CGCS2000"):
        run("export_vct", LAYERS=[source], OUTPUT=str(tmp_path / "a.vct"))
    assert not (tmp_path / "a.vct").exists()


@pytest.mark.parametrize("fields", [10, 124, 130, 300])
def test_a_table_of_many_fields_is_read_whole(provider, tmp_path, fields):
    """OGR gives no batches of a table with 126 fields and more."""
    path = layer(tmp_path / "x.gpkg", 4528, fields)
    found = run("measure_areas", INPUT=f"{path}|layername=DLTB", OUTPUT=str(tmp_path / "y.gpkg"))
    source = ogr.Open(found["OUTPUT"])
    assert [one.GetField(f"F{fields - 1}") for one in source.GetLayer(0)] == ["text 0", "text 1", "text 2"]
