"""Monday's files: Shapefiles in GBK, old .prj, Chinese and lower-case fields, Z and M, curves, mixed layers, blanks and old codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely

pytest.importorskip("qgis.core")
from osgeo import gdal, ogr, osr
from qgis.core import QgsFeatureRequest, QgsProcessingContext, QgsProcessingFeatureSourceDefinition, QgsProject, QgsVectorLayer

EAST, NORTH = 40_500_000.0, 3_300_000.0
XIAN = (
    'PROJCS["Xian_1980_3_Degree_GK_Zone_40",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",40500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
BEIJING = XIAN.replace("Xian_1980", "Beijing_1954").replace("6378140.0,298.257", "6378245.0,298.3")
OURS = (
    XIAN.replace("Xian_1980_3_Degree", "CGCS2000_3_Degree").replace("GCS_Xian_1980", "GCS_China_Geodetic_Coordinate_System_2000")
    .replace("D_Xian_1980", "D_China_2000").replace('"Xian_1980",6378140.0,298.257', '"CGCS2000",6378137.0,298.257222101')
)


def box(xmin: float, ymin: float, xmax: float, ymax: float) -> Any:
    return shapely.box(EAST + xmin, NORTH + ymin, EAST + xmax, NORTH + ymax)


def shapefile(path: Path, rows: list[tuple[Any, str, str]], encoding: str = "UTF-8", name_field: str = "地类名称", prj: str = "") -> Path:
    """A Shapefile of (shape, DLBM, name) in CGCS2000 zone 40, as OGR writes it in `encoding`."""
    place = osr.SpatialReference()
    place.ImportFromEPSG(4528)
    gdal.SetConfigOption("SHAPE_ENCODING", None)  # QGIS leaves it empty, and then nothing is encoded
    source = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(str(path))
    layer = source.CreateLayer(path.stem, place, ogr.wkbPolygon, options=[f"ENCODING={encoding}"])
    for field in ("DLBM", name_field):
        layer.CreateField(ogr.FieldDefn(field, ogr.OFTString))
    for shape, code, name in rows:
        one = ogr.Feature(layer.GetLayerDefn())
        one.SetGeometry(ogr.CreateGeometryFromWkb(shapely.to_wkb(shape)))
        one.SetField(0, code)
        one.SetField(1, name)
        layer.CreateFeature(one)
    del layer, source
    if prj:
        path.with_suffix(".prj").write_text(prj, encoding="ascii")
    return path


ROWS = [(box(0, 0, 200, 400), "0301", "乔木林地"), (box(200, 0, 700, 400), "1106", "内陆滩涂")]


@pytest.mark.parametrize("word", ["GBK", "GB18030", "936", "CP936", "GB2312", "gbk\n"])
def test_gbk_with_a_cpg_in_any_spelling(desk: Any, folder: Path, word: str) -> None:
    path = shapefile(folder / "地类图斑.shp", ROWS, "CP936")
    path.with_suffix(".cpg").write_text(word, encoding="ascii")
    ran = desk.run("measure_areas", **desk.given("measure_areas", INPUT=str(path)))
    assert ran.good, ran.said
    assert [row["地类名称"] for row in ran.rows()] == ["乔木林地", "内陆滩涂"]


def test_gbk_by_the_code_page_of_the_dbf(desk: Any, folder: Path) -> None:
    path = shapefile(folder / "地类图斑.shp", ROWS, "CP936")
    head = bytearray(path.with_suffix(".dbf").read_bytes())
    head[29] = 0x4D  # code page 936
    path.with_suffix(".dbf").write_bytes(bytes(head))
    path.with_suffix(".cpg").unlink()
    ran = desk.run("measure_areas", **desk.given("measure_areas", INPUT=str(path)))
    assert ran.good and [row["地类名称"] for row in ran.rows()] == ["乔木林地", "内陆滩涂"]


def silent(path: Path) -> Path:
    """A Shapefile that says nothing of its encoding."""
    path.with_suffix(".cpg").unlink(missing_ok=True)
    head = bytearray(path.with_suffix(".dbf").read_bytes())
    head[29] = 0
    path.with_suffix(".dbf").write_bytes(bytes(head))
    return path


def test_gbk_that_nobody_declared_is_said_and_mended_by_the_layer(desk: Any, folder: Path, spoken: Any, language: str) -> None:
    path = silent(shapefile(folder / "地类图斑.shp", ROWS, "CP936", "DLMC"))
    ran = desk.run("measure_areas", **desk.given("measure_areas", INPUT=str(path)))
    assert ran.good and spoken(ran.said, "read.encoding_unknown", language), ran.said
    layer = QgsVectorLayer(str(path), "地类图斑", "ogr")
    layer.setProviderEncoding("GB18030")
    desk.kept.append(layer)
    ran = desk.run("measure_areas", **desk.given("measure_areas", INPUT=layer))
    assert ran.good and not spoken(ran.said, "read.encoding_unknown", language), ran.said
    assert [row["DLMC"] for row in ran.rows()] == ["乔木林地", "内陆滩涂"]


def test_plain_text_needs_no_encoding(desk: Any, folder: Path, spoken: Any) -> None:
    path = silent(shapefile(folder / "p.shp", [(shape, code, "forest") for shape, code, _ in ROWS], "CP936", "DLMC"))
    ran = desk.run("measure_areas", **desk.given("measure_areas", INPUT=str(path)))
    assert ran.good and not spoken(ran.said, "read.encoding_unknown", "en") and not spoken(ran.said, "read.encoding_unknown", "zh")


@pytest.mark.parametrize("prj", [XIAN, BEIJING], ids=["xian", "beijing"])
@pytest.mark.parametrize("name", ["measure_areas", "overlay", "resource_patches"])
def test_a_prj_of_an_old_datum(desk: Any, folder: Path, spoken: Any, language: str, name: str, prj: str) -> None:
    path = shapefile(folder / "DLTB.shp", ROWS, prj=prj)
    parameter = "LANDCOVER" if name == "resource_patches" else "INPUT"
    ran = desk.run(name, **desk.given(name, **{parameter: str(path)}))
    assert not ran.good and spoken(ran.said, "crs.no_shift", language), ran.said


def test_a_prj_of_cgcs2000_as_arcgis_writes_it(desk: Any, folder: Path) -> None:
    path = shapefile(folder / "DLTB.shp", ROWS, prj=OURS)
    ran = desk.run("measure_areas", **desk.given("measure_areas", INPUT=str(path)))
    plain = desk.run("measure_areas", **desk.given("measure_areas", INPUT=str(shapefile(folder / "plain.shp", ROWS))))
    assert ran.good and ran.results["BASIS"] == "cgcs2000_series 3°/40 (120°E)"
    assert [row["MJ"] for row in ran.rows()] == [row["MJ"] for row in plain.rows()]


def test_no_prj_at_all(desk: Any, folder: Path, spoken: Any, language: str) -> None:
    path = shapefile(folder / "DLTB.shp", ROWS)
    path.with_suffix(".prj").unlink()
    ran = desk.run("measure_areas", **desk.given("measure_areas", INPUT=str(path)))
    assert not ran.good and spoken(ran.said, "crs.missing", language), ran.said


def test_classes_with_blanks_old_codes_and_nonsense(desk: Any) -> None:
    cover = desk.layer(
        "DLTB",
        fields="bsm:string(18) dlbm:string(8) zldwdm:string(19)",
        rows=[
            (0, 0, 100, 400, "B1", "0301   ", "9999010010001"), (100, 0, 200, 400, "B2", "　1106", "9999010010001"),
            (200, 0, 300, 400, "B3", "111", "9999010010001"), (300, 0, 400, 400, "B4", "耕地", "9999010010001"),
            (400, 0, 500, 400, "B5", None, "9999010010001"), (500, 0, 700, 400, "B6", "0101", "9999010010001"),
        ],
    )
    ran = desk.run("resource_patches", **desk.given("resource_patches", LANDCOVER=cover))
    assert ran.good, ran.said
    found = {row["CODE"]: row for row in ran.rows("FINDINGS")}
    assert {"patches.second_survey_class", "patches.unknown_class", "patches.no_class", "patches.class_not_known"} <= set(found)
    assert "耕地" in found["patches.unknown_class"]["MESSAGE_ZH"] and "{" not in found["patches.class_not_known"]["MESSAGE_EN"]
    decided, left = sum(row["MJ"] for row in ran.rows()), sum(row["AREA"] for row in ran.rows("REJECTED"))
    assert decided + left == pytest.approx(sum(row["KZMJ"] for row in ran.rows("SUMMARY")), abs=0.005)
    assert left == pytest.approx(80_000, abs=50)


def test_registered_areas_as_text_with_units(desk: Any) -> None:
    ran = desk.run("resource_patches", **desk.given("resource_patches", CONTROL_FIELD="DJMJ"))
    assert ran.good, ran.said
    (note,) = [row for row in ran.rows("FINDINGS") if row["CODE"] == "area.text_read"]
    assert "ha × 1, mu × 1" in note["MESSAGE_EN"] and "公顷" not in note["MESSAGE_EN"]
    assert [row["KZMJ"] for row in ran.rows("SUMMARY")] == [160_000.0, 120_000.0]


def test_text_that_is_no_area_is_refused(desk: Any, spoken: Any, language: str) -> None:
    ran = desk.run("resource_patches", **desk.given("resource_patches", CONTROL_FIELD="DJDYMC"))
    assert not ran.good and spoken(ran.said, "area.unreadable", language), ran.said


def test_numbers_in_a_class_field_are_told(desk: Any, spoken: Any, language: str) -> None:
    cover = desk.layer("DLTB", fields="BSM:string(9) DLBM:integer", rows=[(0, 0, 700, 400, "B1", 301)])
    ran = desk.run("resource_patches", **desk.given("resource_patches", LANDCOVER=cover))
    assert ran.good and spoken(ran.said, "patches.unknown_class", language) and "301" in ran.said


def test_numbers_that_bear_the_same_code(desk: Any) -> None:
    """Repeated and missing BSM: rows are told apart by their position, no row is lost."""
    rows = [(0, 0, 9, 9, "A", "甲"), (9, 0, 18, 9, "A", "乙"), (18, 0, 27, 9, None, "丙")]
    twice = desk.layer("DLTB", fields="BSM:string(9) MC:string(9)", rows=rows)
    ran = desk.run("boundary_lines", **desk.given("boundary_lines", INPUT=twice))
    assert ran.good and {row["RIGHT_PATCH"] for row in ran.rows()} | {row["LEFT_PATCH"] for row in ran.rows()} == {"1", "2", "3", None}
    ran = desk.run("boundary_points", **desk.given("boundary_points", INPUT=twice, KEY_FIELD="BSM"))
    assert ran.good and len(ran.rows("OUTPUT_POINTS")) == 8
    ran = desk.run("balance_areas", **desk.given("balance_areas", KEY_FIELD="MC", CONTROL="280000.02"))
    assert ran.good and sum(row["TBMJ"] for row in ran.rows()) == pytest.approx(280_000.02, abs=1e-6)


def test_missing_areas_stop_their_group_only(desk: Any, spoken: Any, language: str) -> None:
    rows = [(0, 0, 9, 9, "甲", 81.0), (9, 0, 18, 9, "甲", None), (18, 0, 27, 9, "乙", 81.0), (27, 0, 36, 9, "乙", 81.0)]
    layer = desk.layer("DLTB", fields="G:string(9) TBMJ:double KZ:double", rows=[(*row, 162.01) for row in rows])
    ran = desk.run("balance_areas", **desk.given("balance_areas", INPUT=layer, CONTROL="KZ", GROUP_FIELD="G", KEY_FIELD="G"))
    assert ran.good and (ran.results["LEVELLED"], ran.results["LEFT"]) == (1, 1)
    assert spoken(ran.said, "balance.missing_area", language), ran.said
    assert [row["TBMJ"] for row in ran.rows()] == [81.0, None, 81.01, 81.0]


def geopackage(path: Path, kind: int, shapes: list[str]) -> Path:
    place = osr.SpatialReference()
    place.ImportFromEPSG(4528)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = source.CreateLayer("DLTB", place, kind)
    layer.CreateField(ogr.FieldDefn("BSM", ogr.OFTString))
    for number, text in enumerate(shapes):
        one = ogr.Feature(layer.GetLayerDefn())
        one.SetGeometry(ogr.CreateGeometryFromWkt(text))
        one.SetField(0, str(number))
        layer.CreateFeature(one)
    return path


def wkt(*corners: tuple[float, float], more: str = "") -> str:
    return ", ".join(f"{EAST + x} {NORTH + y}{more}" for x, y in corners)


SQUARE = [(0, 0), (0, 100), (100, 100), (100, 0), (0, 0)]


@pytest.mark.parametrize(
    ("kind", "shapes", "areas"),
    [
        (ogr.wkbPolygon25D, [f"POLYGON Z (({wkt(*SQUARE, more=' 5')}))"], [10_000]),
        (ogr.wkbPolygonZM, [f"POLYGON ZM (({wkt(*SQUARE, more=' 5 6')}))"], [10_000]),
        (ogr.wkbPolygonM, [f"POLYGON M (({wkt(*SQUARE, more=' 6')}))"], [10_000]),
        (ogr.wkbCurvePolygon, [f"CURVEPOLYGON (CIRCULARSTRING ({wkt((0, 0), (100, 0), (0, 0))}))"], [7_854]),
        (ogr.wkbCurvePolygon, [f"CURVEPOLYGON (({wkt(*SQUARE)}))"], [10_000]),
        (ogr.wkbMultiSurface, [f"MULTISURFACE (CURVEPOLYGON (CIRCULARSTRING ({wkt((0, 0), (100, 0), (0, 0))})), (({wkt(*SQUARE)})))"], [13_927]),
        (ogr.wkbUnknown, [f"POLYGON (({wkt(*SQUARE)}))", f"MULTIPOLYGON ((({wkt(*SQUARE)})))"], [10_000, 10_000]),
    ],
    ids=["Z", "ZM", "M", "circle", "curve by type alone", "multisurface", "single and multi"],
)
def test_shapes_of_every_kind_become_straight_flat_polygons(desk: Any, folder: Path, kind: int, shapes: list[str], areas: list[float]) -> None:
    path = geopackage(folder / "x.gpkg", kind, shapes)
    target = folder / "out.gpkg"
    ran = desk.run("measure_areas", **desk.given("measure_areas", INPUT=str(path), OUTPUT=str(target)))
    assert ran.good, ran.said
    assert [row["MJ"] for row in ran.rows()] == pytest.approx(areas, rel=2e-3)
    assert "0 set aside" in ran.said or "搁置 0" in ran.said


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("Triangle ((0 0, 0 10, 10 0, 0 0))", 50.0),
        ("CurvePolygon ((0 0, 0 10, 10 0, 0 0))", 50.0),
        ("GeometryCollection (CurvePolygon ((0 0, 0 10, 10 0, 0 0)))", 50.0),
        ("MultiSurface (((0 0, 0 10, 10 0, 0 0)), CurvePolygon (CompoundCurve ((20 0, 30 0), (30 0, 30 10, 20 0))))", 100.0),
        ("PolygonZM ((0 0 1 2, 0 10 1 2, 10 0 1 2, 0 0 1 2))", 50.0),
    ],
)
def test_a_shape_is_read_by_its_own_type_whatever_its_layer_says(text: str, area: float) -> None:
    from qgis.core import QgsGeometry

    from shanshui.plugin.bridge import layers

    shape = shapely.from_wkb(layers._wkb(QgsGeometry.fromWkt(text)))
    assert shapely.get_dimensions(shape) == 2 and shapely.area(shape) == pytest.approx(area, rel=1e-3)


def test_what_is_no_polygon_in_a_mixed_layer_is_set_aside(desk: Any, folder: Path) -> None:
    shapes = [f"POLYGON (({wkt(*SQUARE)}))", f"LINESTRING ({wkt((0, 0), (5, 5))})", f"POINT ({wkt((1, 1))})", "POLYGON EMPTY"]
    path = geopackage(folder / "x.gpkg", ogr.wkbUnknown, shapes)
    ran = desk.run("measure_areas", **desk.given("measure_areas", INPUT=str(path)))
    assert ran.good and [row["BSM"] for row in ran.rows()] == ["0"]
    assert sorted((row["FEATURE"], row["REASON"]) for row in ran.rows("REJECTED")) == [
        ("2", "geometry.wrong_kind"), ("3", "geometry.wrong_kind"), ("4", "geometry.missing"),
    ]


BOWTIE = f"POLYGON (({wkt((0, 0), (100, 100), (100, 0), (0, 100), (0, 0))}))"


@pytest.mark.parametrize(
    ("check", "good", "kept", "aside"),
    [("GeometryNoCheck", True, 2, 0), ("GeometrySkipInvalid", True, 1, 1), ("GeometryAbortOnInvalid", False, 0, 0)],
)
def test_invalid_shapes_by_the_user_s_setting(
    desk: Any, folder: Path, spoken: Any, language: str, check: str, good: bool, kept: int, aside: int
) -> None:
    path = geopackage(folder / "x.gpkg", ogr.wkbPolygon, [f"POLYGON (({wkt(*SQUARE)}))", BOWTIE])
    context = QgsProcessingContext()
    context.setInvalidGeometryCheck(getattr(QgsFeatureRequest.InvalidGeometryCheck, check))
    ran = desk.run("measure_areas", context=context, **desk.given("measure_areas", INPUT=str(path)))
    assert ran.good == good and not ran.unforeseen, ran.said
    if good:
        assert (len(ran.rows()), len(ran.rows("REJECTED"))) == (kept, aside)
        assert spoken(ran.said, "read.repaired" if kept == 2 else "read.set_aside", language), ran.said
    else:
        assert spoken(ran.said, "input.invalid_geometry", language), ran.said


@pytest.mark.parametrize("name", ["measure_areas", "overlay", "boundary_lines", "resource_patches"])
def test_selection_filter_and_edit_buffer_are_what_is_read(desk: Any, folder: Path, name: str) -> None:
    """From a file, so that the reading in bulk is on its guard: only what the user sees of the layer takes part."""
    parameter = "LANDCOVER" if name == "resource_patches" else "INPUT"
    seen = {"measure_areas": "INPUT", "overlay": "INPUT", "boundary_lines": "INPUT", "resource_patches": "LANDCOVER"}[name]
    stored = desk.run("measure_areas", **desk.given("measure_areas", OUTPUT=str(folder / "DLTB.gpkg")))
    assert stored.good

    def read(layer: Any) -> int:
        ran = desk.run(name, **desk.given(name, **{parameter: layer}))
        assert ran.good, ran.said
        (line,) = [one for one in ran.said.splitlines() if one.startswith(seen)]
        return int(next(word for word in line.replace("：", " ").replace("读入 ", "").replace("，", " ").replace(":", " ").split() if word.isdigit()))

    def opened(tail: str = "") -> Any:
        layer = QgsVectorLayer(f"{folder / 'DLTB.gpkg'}|layername=DLTB{tail}", "DLTB", "ogr")
        assert layer.isValid()
        QgsProject.instance().addMapLayer(layer, False)
        desk.kept.append(layer)
        return layer

    assert read(opened()) == 3
    assert read(opened("|subset=BSM <> 'B2'")) == 2
    chosen = opened()
    chosen.selectByIds([1])
    assert read(QgsProcessingFeatureSourceDefinition(chosen.id(), True)) == 1
    if hasattr(QgsProcessingFeatureSourceDefinition(), "filterExpression"):
        definition = QgsProcessingFeatureSourceDefinition(chosen.id())
        definition.filterExpression = "\"BSM\" = 'B3'"
        assert read(definition) == 1
    edited = opened()
    edited.startEditing()
    edited.deleteFeature(2)
    assert read(edited) == 2
    edited.rollBack()


def test_files_of_the_target_that_is_being_edited(desk: Any, folder: Path, spoken: Any, language: str) -> None:
    """Saved edits land in the file that is there: beside an open layer by swapping, refused while it is in edit mode with a write lock."""
    path = folder / "工程.gpkg"
    assert desk.run("measure_areas", **desk.given("measure_areas", OUTPUT=f"ogr:dbname='{path}' table=\"DLTB\" (geom)")).good
    layer = QgsVectorLayer(f"{path}|layername=DLTB", "DLTB", "ogr")
    QgsProject.instance().addMapLayer(layer, False)
    assert len(list(layer.getFeatures())) == 3
    more = f"ogr:dbname='{path}' table=\"more\" (geom)"
    assert desk.run("measure_lengths", **desk.given("measure_lengths", OUTPUT=more)).good
    at = layer.fields().indexOf("MC")
    assert layer.startEditing() and layer.changeAttributeValue(1, at, "改") and layer.commitChanges()
    assert layer.startEditing() and layer.changeAttributeValue(2, at, "再")
    ran = desk.run("measure_lengths", **desk.given("measure_lengths", OUTPUT=more))
    assert ran.good or spoken(ran.said, "output.locked", language), ran.said
    assert layer.commitChanges()
    fresh = QgsVectorLayer(f"{path}|layername=DLTB", "DLTB", "ogr")
    desk.kept.append(fresh)
    assert [one["MC"] for one in fresh.getFeatures()] == ["改", "再", "丙"]
    assert QgsVectorLayer(f"{path}|layername=more", "more", "ogr").featureCount() == 3


def test_a_shapefile_written_over_takes_its_stale_indexes_along(desk: Any, folder: Path) -> None:
    path = folder / "面积.shp"
    assert desk.run("measure_areas", **desk.given("measure_areas", OUTPUT=str(path))).good
    for tail in (".qix", ".sbn", ".sbx"):
        path.with_suffix(tail).write_bytes(b"stale")
    ran = desk.run("measure_areas", **desk.given("measure_areas", OUTPUT=str(path)))
    assert ran.good and len(ran.rows()) == 3, ran.said
    assert {one.suffix for one in folder.iterdir()} == {".shp", ".shx", ".dbf", ".prj", ".cpg"}
    assert [row["MC"] for row in ran.rows()] == ["甲", "乙", "丙"]
