"""Coordinate tables and drawings as they are run: there and back, what is told, what is refused, what stays when a run fails."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

pytest.importorskip("qgis.core")
from osgeo import ogr, osr
from qgis.core import QgsProcessingContext, QgsProcessingException

from shanshui.tests.heard import Heard

EAST, NORTH = 40_400_000.0, 3_300_000.0


def box(x, y, width, height=None):
    return shapely.box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + (height or width))


A = box(0.1234, 0.4321, 100).difference(box(40, 40, 20))
PARTS = shapely.MultiPolygon([box(200, 0, 50.0007), shapely.Polygon([(EAST + 300, NORTH), (EAST + 350.5, NORTH + 3), (EAST + 320, NORTH + 77.777)])])
PARCELS = [("001", "村东，甲", A), ("002", None, PARTS), ("=1+1", '引号"与\\杠', box(41, 41, 10))]
ENDINGS = ("xlsx", "csv", "dxf", "kml", "kmz")


@pytest.fixture()
def layer(tmp_path):
    """Parcels written by OGR alone."""

    def make(parcels=PARCELS, code=4528, name="宗地.gpkg"):
        path = tmp_path / name
        data = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
        place = osr.SpatialReference()
        place.ImportFromEPSG(code)
        page = data.CreateLayer("宗地", place, ogr.wkbMultiPolygon)
        for field in ("DKBH", "DKMC", "YT"):
            page.CreateField(ogr.FieldDefn(field, ogr.OFTString))
        for number, title, shape in parcels:
            feature = ogr.Feature(page.GetLayerDefn())
            feature["DKBH"] = number
            if title is not None:
                feature["DKMC"] = title
            multi = shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])
            feature.SetGeometry(ogr.CreateGeometryFromWkb(shapely.to_wkb(multi)))
            page.CreateFeature(feature)
        del page, data
        return str(path)

    return make


def run(name, **parameters):
    import processing

    heard = Heard()
    return processing.run(f"shanshui:{name}", parameters, context=QgsProcessingContext(), feedback=heard), heard


def rows(path):
    source = ogr.Open(str(path))
    page = source.GetLayer(0)
    names = [one.GetName() for one in page.schema]
    found = []
    for one in page:
        shape = one.GetGeometryRef()
        found.append(({name: one.GetField(name) for name in names}, None if shape is None else shapely.from_wkb(bytes(shape.ExportToWkb()))))
    return found


def codes(path):
    return sorted(row["CODE"] for row, _ in rows(path))


def apart(one, other):
    return shapely.hausdorff_distance(shapely.boundary(one), shapely.boundary(other))


def there_and_back(layer, tmp_path, ending, parcels=PARCELS, code=4528, **more):
    target = tmp_path / f"表.{ending}"
    out, said = run("export_point_table", INPUT=layer(parcels, code), OUTPUT=str(target), FINDINGS=str(tmp_path / "told.gpkg"))
    assert out["OUTPUT"] == str(target) and out["PARCELS"] == len(parcels)
    _, heard = run("import_point_table", INPUT=str(target), OUTPUT=str(tmp_path / "back.gpkg"), FINDINGS=str(tmp_path / "found.gpkg"), **more)
    return rows(tmp_path / "back.gpkg"), said, heard


@pytest.mark.parametrize("ending", ("xlsx", "csv"))
def test_tables_come_back_with_numbers_names_holes_and_parts(provider, layer, tmp_path, ending):
    back, _, heard = there_and_back(layer, tmp_path, ending)
    assert [(row["DKBH"], row["DKMC"]) for row, _ in back] == [(number, name) for number, name, _ in PARCELS]
    for (_, shape), (_, _, was) in zip(back, PARCELS):
        assert apart(shape, was) <= 0.00071  # half a millimetre in x and in y
        assert [len(part.interiors) for part in shapely.get_parts(shape)] == [len(part.interiors) for part in shapely.get_parts(was)]
    assert codes(tmp_path / "told.gpkg") == ["coords.fields_left"]
    assert any("CGCS2000" in one for one in heard.warned)  # a table names no datum; the zone is in the eastings


def test_a_drawing_comes_back_as_closed_lines_with_names_and_holes(provider, layer, tmp_path):
    back, _, _ = there_and_back(layer, tmp_path, "dxf")
    found = {row["DKMC"]: shape for row, shape in back}
    assert len(back) == 4 and set(found) == {"村东，甲", "002", '引号"与\\杠'}
    assert apart(found["村东，甲"], A) < 1e-6 and apart(found['引号"与\\杠'], PARCELS[2][2]) < 1e-6
    parts = sorted((shape.area for row, shape in back if row["DKMC"] == "002"))
    assert np.allclose(parts, sorted(one.area for one in PARTS.geoms), atol=1e-4)
    assert codes(tmp_path / "told.gpkg") == ["coords.fields_left", "drawing.one_text", "drawing.parts"]


@pytest.mark.parametrize("ending", ("kml", "kmz"))
def test_kml_comes_back_on_the_plane_that_is_asked_for(provider, layer, tmp_path, ending):
    from qgis.core import QgsCoordinateReferenceSystem

    back, _, _ = there_and_back(layer, tmp_path, ending, CRS=QgsCoordinateReferenceSystem("EPSG:4528"))
    assert [(row["DKBH"], row["DKMC"]) for row, _ in back] == [(number, name) for number, name, _ in PARCELS]
    assert all(apart(shape, was) <= 0.0005 for (_, shape), (_, _, was) in zip(back, PARCELS))
    assert codes(tmp_path / "told.gpkg") == ["drawing.as_text", "drawing.kml_datum"]
    assert "drawing.gcj_unknown" in codes(tmp_path / "found.gpkg")


def test_a_layer_in_degrees_is_listed_on_its_zone(provider, layer, tmp_path):
    shape = shapely.Polygon([(119.5, 29.8), (119.502, 29.8), (119.502, 29.801), (119.5, 29.801)])
    back, _, _ = there_and_back(layer, tmp_path, "xlsx", [("1", None, shape)], 4490)
    place = osr.SpatialReference(), osr.SpatialReference()
    for one, code in zip(place, (4528, 4490)):
        one.ImportFromEPSG(code)
        one.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    made = ogr.CreateGeometryFromWkb(shapely.to_wkb(back[0][1]))
    made.Transform(osr.CoordinateTransformation(*place))
    assert apart(shapely.from_wkb(bytes(made.ExportToWkb())), shape) * 111_000 <= 0.00071


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_run_that_fails_leaves_the_old_file(provider, layer, tmp_path, ending, monkeypatch):
    from shanshui.plugin.bridge.exchange import parcels_out

    target = tmp_path / f"old.{ending}"
    target.write_bytes(b"old")
    source = layer()
    monkeypatch.setattr(parcels_out.ogr_files, "opened", lambda *_: (_ for _ in ()).throw(OSError("disk")))
    monkeypatch.setattr(parcels_out.table_files, "sheets_of", lambda *_: (_ for _ in ()).throw(OSError("disk")))
    with pytest.raises(QgsProcessingException):
        run("export_point_table", INPUT=source, OUTPUT=str(target))
    assert target.read_bytes() == b"old" and sorted(one.name for one in tmp_path.iterdir()) == sorted(["宗地.gpkg", target.name])


@pytest.mark.parametrize(
    "name, raw, word",
    [
        ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(600), ".xlsx"), ("a.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), ".xlsx"),
        ("a.xlsx", b"PK\3\4no", "a.xlsx"),
        ("a.csv", b"", "a.csv"), ("a.csv", b"a,b\n1,2\n", "a.csv"), ("a.dxf", b"no drawing", "a.dxf"), ("a.kmz", b"PK\3\4no", "a.kmz"),
        ("a.mdb", bytes(4096), "a.mdb"), ("a.doc", b"x", ".xlsx"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(provider, tmp_path, name, raw, word):
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(QgsProcessingException) as failure:
        run("import_point_table", INPUT=str(tmp_path / name), OUTPUT=str(tmp_path / "new.gpkg"))
    assert word in str(failure.value) and "Error" not in str(failure.value).split("(")[0] and "Traceback" not in str(failure.value)
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_driver_that_is_not_there_is_named(provider, tmp_path, monkeypatch):
    from shanshui.plugin.bridge.exchange import ogr_files

    (tmp_path / "a.mdb").write_bytes(bytes(100))
    monkeypatch.setattr(ogr_files.ogr, "GetDriverByName", lambda name: None)
    with pytest.raises(QgsProcessingException, match="PGeo"):
        run("import_point_table", INPUT=str(tmp_path / "a.mdb"), OUTPUT=str(tmp_path / "new.gpkg"))


def drawing(path, lines):
    data = ogr.GetDriverByName("DXF").CreateDataSource(str(path))
    page = data.CreateLayer("entities")
    for layer, points in lines:
        feature = ogr.Feature(page.GetLayerDefn())
        feature["Layer"] = layer
        feature.SetGeometry(ogr.CreateGeometryFromWkb(shapely.to_wkb(shapely.LineString([(EAST + x, NORTH + y) for x, y in points]))))
        page.CreateFeature(feature)


def test_layers_of_a_drawing_are_chosen_and_open_lines_told(provider, tmp_path):
    path = tmp_path / "图.dxf"
    square = [(0, 0), (0, 10), (10, 10), (10, 0), (0, 0)]
    frame = [(-10, -10), (500, -10), (500, 500), (-10, 500), (-10, -10)]
    drawing(path, [("FRAME", frame), ("JZX", square), ("JZX", square[::-1]), ("JZX", [(20, 0), (20, 10), (30, 10), (30, 0)])])
    out, _ = run("import_point_table", INPUT=str(path), MAPPING="layer=jzx", OUTPUT=str(tmp_path / "a.gpkg"), FINDINGS=str(tmp_path / "f.gpkg"))
    assert out["PARCELS"] == 1 and [round(shape.area) for _, shape in rows(tmp_path / "a.gpkg")] == [100]
    assert codes(tmp_path / "f.gpkg").count("drawing.open_line") == 1
    out, _ = run("import_point_table", INPUT=str(path), OUTPUT=str(tmp_path / "b.gpkg"))
    assert out["PARCELS"] == 2
    with pytest.raises(QgsProcessingException, match="FRAME"):
        run("import_point_table", INPUT=str(path), MAPPING="layer=none", OUTPUT=str(tmp_path / "c.gpkg"))
