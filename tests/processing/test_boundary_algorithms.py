"""The doors of boundary lines, boundary points and abutments: parameters in, layers, workbook and numbers out."""

from __future__ import annotations

import csv

import pytest

qgis_core = pytest.importorskip("qgis.core")
openpyxl = pytest.importorskip("openpyxl")

from qgis.core import (  # noqa: E402
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProcessingContext,
    QgsProcessingUtils,
    QgsRectangle,
    QgsVectorLayer,
)

from shanshui.processing_algorithms.registration.abutments import Abutments  # noqa: E402
from shanshui.processing_algorithms.registration.boundary_lines import BoundaryLines  # noqa: E402
from shanshui.processing_algorithms.registration.boundary_points import BoundaryPoints  # noqa: E402
from shanshui.tests.heard import Heard  # noqa: E402

EAST, NORTH = 40_400_000.0, 3_300_000.0


@pytest.fixture
def parcels(qgis_app):
    """A (state) west of B (a village's), and C right below both without the corner in the middle."""
    fields = "&".join(f"field={name}:string(40)" for name in ("BSM", "MC", "QSXZ", "QSDWDM", "ZRZYLX"))
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:4528&{fields}", "parcels", "memory")
    boxes = {"A": (0, 100, 100, 200), "B": (100, 100, 200, 200), "C": (0, 0, 200, 100)}
    for name, (x0, y0, x1, y1) in boxes.items():
        one = QgsFeature(layer.fields())
        one.setGeometry(QgsGeometry.fromRect(QgsRectangle(EAST + x0, NORTH + y0, EAST + x1, NORTH + y1)))
        one.setAttributes([name, name, "20" if name == "A" else "30", "999901001001", "SL" if name == "C" else "SD"])
        layer.dataProvider().addFeature(one)
    return layer


def run(algorithm, layer, **parameters):
    context, feedback = QgsProcessingContext(), Heard()
    made = algorithm().create()
    fits, why = made.checkParameterValues({"INPUT": layer, **parameters}, context)
    assert fits, why
    results, good = made.run({"INPUT": layer, **parameters}, context, feedback)
    assert good, feedback.said
    return results, context, feedback


def rows(results, name, context):
    layer = QgsProcessingUtils.mapLayerFromString(results[name], context)
    names = [field.name() for field in layer.fields()]
    clean = [[None if value is None or str(value) == "NULL" else value for value in one.attributes()] for one in layer.getFeatures()]
    return [dict(zip(names, values)) for values in clean]


def test_boundary_lines(parcels):
    results, context, heard = run(BoundaryLines, parcels, OUTPUT="memory:", FINDINGS="memory:")
    lines = rows(results, "OUTPUT", context)
    assert len(lines) == 6
    between = {tuple(sorted((one["LEFT_PATCH"], one["RIGHT_PATCH"]))): one for one in lines if one["LEFT_PATCH"]}
    assert sorted(between) == [("A", "B"), ("A", "C"), ("B", "C")]
    assert [between["A", "B"][f"K{at}"] for at in range(1, 6)] == [1, None, 0, 0, 0]
    assert between["A", "C"]["KINDS"] == "1,4" and between["B", "C"]["KINDS"] == "4"
    assert results["LENGTH_K1"] == pytest.approx(199.98, abs=0.02) and results["LENGTH_ALL"] == pytest.approx(1099.87, abs=0.1)
    assert any(f"{results['LENGTH_K1']:.2f}" in said for said in heard.said)


def test_boundary_points_and_the_workbook(parcels, tmp_path):
    target = tmp_path / "界址点 成果表.xlsx"
    outputs = {"OUTPUT_POINTS": "memory:", "OUTPUT_LINES": "memory:", "OUTPUT_LIST": str(target)}
    results, context, _ = run(BoundaryPoints, parcels, NUMBERING="LAYER", **outputs)
    points = rows(results, "OUTPUT_POINTS", context)
    assert results["POINTS"] == len(points) == 8 and results["SIDES"] == len(rows(results, "OUTPUT_LINES", context)) == 10
    shared = next(one for one in points if one["PARCELS"] == "A、B、C")
    assert (shared["XZBZ"], shared["YZBZ"]) == (NORTH + 100, EAST + 100)
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["A", "B", "C"]
    sheet = book["A"]
    assert sheet.freeze_panes == "A4" and "A1:G1" in {str(one) for one in sheet.merged_cells.ranges}
    body = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=8)]
    assert body[0] == ["A", "J1", 1, 1, NORTH + 200, EAST, 100]
    assert body[4] == ["A", "J1", 1, 5, NORTH + 200, EAST, None]
    assert sheet["E4"].number_format == "0.000" and isinstance(sheet["E4"].value, (int, float))
    assert [one.name for one in tmp_path.iterdir()] == [target.name]


def test_the_list_as_csv_and_the_start_point(parcels, tmp_path):
    target = tmp_path / "list.csv"
    start = f"{EAST + 300},{NORTH - 100} [EPSG:4528]"
    run(BoundaryPoints, parcels, START="nearest", START_POINT=start, PREFIX="", OUTPUT_POINTS="memory:", OUTPUT_LIST=str(target))
    with target.open(encoding="utf-8-sig", newline="") as stream:
        listed = list(csv.reader(stream))
    assert listed[1] == ["A", "1", "1", "1", "3300100.000", "40400100.000", "100.00"]
    assert listed[5][-1] == "" and len(listed) == 1 + 5 + 5 + 6


def test_a_list_of_another_kind_is_refused_and_an_old_one_stays(parcels, tmp_path):
    target = tmp_path / "list.txt"
    target.write_text("old", encoding="utf-8")
    _, good = BoundaryPoints().create().run(
        {"INPUT": parcels, "OUTPUT_POINTS": "memory:", "OUTPUT_LIST": str(target)}, QgsProcessingContext(), Heard()
    )
    assert not good and target.read_text(encoding="utf-8") == "old"


def test_unknown_tokens_are_refused(parcels):
    fits, why = BoundaryPoints().create().checkParameterValues(
        {"INPUT": parcels, "START": "south_east", "OUTPUT_POINTS": "memory:"}, QgsProcessingContext()
    )
    assert not fits and "north_west" in why


def test_nearest_without_a_point_is_a_sentence(parcels):
    heard = Heard()
    with pytest.raises(Exception, match="START_POINT"):
        made = BoundaryPoints().create()
        made.run({"INPUT": parcels, "START": "nearest", "OUTPUT_POINTS": "memory:"}, QgsProcessingContext(), heard, {}, False)


def test_abutments(parcels):
    results, context, _ = run(Abutments, parcels, NAME_FIELD="MC", OUTPUT="memory:", FINDINGS="memory:")
    found = {one["BSM"]: [one[side] for side in ("DYSZB", "DYSZD", "DYSZN", "DYSZX")] for one in rows(results, "OUTPUT", context)}
    assert found == {"A": [None, "B", "C", None], "B": [None, None, "C", "A"], "C": ["A、B", None, None, None]}
    findings = rows(results, "FINDINGS", context)
    assert results["EMPTY_SIDES"] == len(findings) == 7
    assert {one["FIELD"] for one in findings} == {"DYSZB", "DYSZD", "DYSZN", "DYSZX"}
    assert all("{" not in one["MESSAGE_ZH"] + one["MESSAGE_EN"] for one in findings)


def test_abutments_with_neighbours_of_another_layer(parcels):
    other = QgsVectorLayer("Polygon?crs=EPSG:4528&field=XZQMC:string(40)", "villages", "memory")
    one = QgsFeature(other.fields())
    one.setGeometry(QgsGeometry.fromRect(QgsRectangle(EAST - 100, NORTH + 205, EAST + 300, NORTH + 400)))
    one.setAttributes(["北村"])
    other.dataProvider().addFeature(one)
    qgis_core.QgsProject.instance().addMapLayer(other)
    context = QgsProcessingContext()
    context.setProject(qgis_core.QgsProject.instance())
    made = Abutments().create()
    results, good = made.run(
        {"INPUT": parcels, "NEIGHBOURS": [other.id()], "NAME_FIELD": "MC", "DISTANCE": 6, "OUTPUT": "memory:"}, context, Heard()
    )
    assert good
    assert {one["BSM"]: one["DYSZB"] for one in rows(results, "OUTPUT", context)} == {"A": "北村", "B": "北村", "C": "A、B"}
    qgis_core.QgsProject.instance().removeMapLayer(other.id())


def test_styles_load_on_the_results(qgis_app):
    from shanshui.plugin.bridge.places import RESOURCES

    lines = QgsVectorLayer("LineString?crs=EPSG:4528&field=KIND:string", "lines", "memory")
    message, good = lines.loadNamedStyle(str(RESOURCES / "styles" / "boundary_lines.qml"))
    assert good, message
    assert {"K1", "K2", "K3", "K4", "K5", "OUTER", "COUNTY"} <= {str(one.value()) for one in lines.renderer().categories()}
    points = QgsVectorLayer("Point?crs=EPSG:4528&field=JZDH:string", "points", "memory")
    message, good = points.loadNamedStyle(str(RESOURCES / "styles" / "boundary_points.qml"))
    assert good and points.labelsEnabled()


def test_a_start_point_in_another_system(parcels, tmp_path):
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject

    plane, degrees = QgsCoordinateReferenceSystem("EPSG:4528"), QgsCoordinateReferenceSystem("EPSG:4490")
    move = QgsCoordinateTransform(plane, degrees, QgsProject.instance())
    place = move.transform(QgsPointXY(EAST + 300, NORTH - 100))
    target = tmp_path / "list.csv"
    start = f"{place.x():.9f},{place.y():.9f} [EPSG:4490]"
    run(BoundaryPoints, parcels, START="nearest", START_POINT=start, OUTPUT_POINTS="memory:", OUTPUT_LIST=str(target))
    with target.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream))[1][4:6] == ["3300100.000", "40400100.000"]
