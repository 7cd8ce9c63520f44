"""The doors of drawing units and delineating patches: layers in, layers, tables and numbers out, sentences when something is wrong."""

from __future__ import annotations

import pytest

pytest.importorskip("qgis.core")

from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsRectangle,
    QgsVectorLayer,
)

from shanshui.processing_algorithms.registration.draw_units import DrawUnits
from shanshui.processing_algorithms.registration.resource_patches import ResourcePatches
from shanshui.tests.heard import Heard

EAST, NORTH = 40_500_000.0, 3_300_000.0
PATCHES = ("OUTPUT", "SUMMARY", "TYPE_TABLES", "FINDINGS", "REJECTED")
UNITS = ("OUTPUT", "JOURNAL", "REST", "FINDINGS")


def made(name, fields, *rows):
    """A memory layer in the project; a row is (x0, y0, x1, y1, value …)."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:4528&" + "&".join(f"field={field}" for field in fields.split()), name, "memory")
    for x0, y0, x1, y1, *values in rows:
        one = QgsFeature(layer.fields())
        one.setGeometry(QgsGeometry.fromRect(QgsRectangle(EAST + x0, NORTH + y0, EAST + x1, NORTH + y1)))
        one.setAttributes(values)
        layer.dataProvider().addFeature(one)
    return layer


def run(algorithm, names, **parameters):
    """(results, rows of each output layer by name, what was said)."""
    context, feedback = QgsProcessingContext(), Heard()
    given = {**dict.fromkeys(names, "memory:"), **parameters}
    alg = algorithm().create()
    fits, why = alg.checkParameterValues(given, context)
    assert fits, why
    results, good = alg.run(given, context, feedback)
    said = "\n".join(feedback.said)
    if not good:
        return None, {}, said
    rows = {}
    for name in names:
        file = "/" in results[name]  # a file's layer kept by the context would outlive the application
        layer = QgsVectorLayer(results[name], name, "ogr") if file else QgsProcessingUtils.mapLayerFromString(results[name], context)
        assert layer is not None and layer.isValid(), results[name]
        rows[name] = [dict(zip(layer.fields().names(), one.attributes())) for one in layer.getFeatures()]
    return results, rows, said


@pytest.fixture
def layers(qgis_app):
    return {
        "COUNTY": made("XZQ", "XZQDM:string(12)", (0, 0, 1000, 1000, "999901")),
        "PARK": made("国家公园", "MC:string(50)", (0, 0, 400, 400, "青岚国家公园")),
        "RESERVE": made("自然保护区", "MC:string(50)", (300, 0, 700, 400, "东溪自然保护区")),
        "OWNERSHIP": made(
            "SYQ",
            "QSXZ:string(2) QSDWDM:string(19) QSDWMC:string(50)",
            (0, 0, 350, 400, "10", "999901", "国有林场"),
            (350, 0, 700, 400, "30", "9999010010001", "东溪村"),
        ),
        "LANDCOVER": made(
            "DLTB",
            "BSM:string(18) DLBM:string(5) ZLDWDM:string(19)",
            (0, 0, 200, 400, "B1", "0301 ", "9999010010001"),
            (200, 0, 500, 400, "B2", "1106", "9999010010001"),
            (500, 0, 700, 400, "B3", "0101", "9999010010002"),
        ),
    }


def drawn(layers, **more):
    return run(DrawUnits, UNITS, COUNTY=layers["COUNTY"], LAYERS=[layers["RESERVE"], layers["PARK"]], **more)


def test_units_are_drawn_with_journal_and_rest(layers):
    results, rows, said = drawn(layers)
    assert results["UNITS"] == 2 and [one["DJDYMC"] for one in rows["OUTPUT"]] == ["青岚国家公园", "东溪自然保护区"]
    assert [round(one["DJDYZMJ"], -2) for one in rows["OUTPUT"]] == [160_000, 120_000]
    assert sorted((one["FROM_NAME"], one["ACTION"]) for one in rows["JOURNAL"]) == [
        ("东溪自然保护区", "kept"),
        ("东溪自然保护区", "taken"),
        ("青岚国家公园", "kept"),
    ]
    assert [one["XZQDM"] for one in rows["REST"]] == ["999901"] and not rows["FINDINGS"]
    assert "2" in said


def test_priority_and_wrong_words(layers):
    _, rows, _ = drawn(layers, PRIORITY="自然保护区,国家公园")
    assert [one["DJDYMC"] for one in rows["OUTPUT"]] == ["东溪自然保护区", "青岚国家公园"]
    results, _, said = drawn(layers, PRIORITY="不知道的类型")
    assert results is None and "不知道的类型" in said and "Traceback" not in said


def chain(layers, **more):
    context = QgsProcessingContext()
    results, good = (
        DrawUnits()
        .create()
        .run(
            {"COUNTY": layers["COUNTY"], "LAYERS": [layers["RESERVE"], layers["PARK"]], "OUTPUT": "memory:units"},
            context,
            QgsProcessingFeedback(),
        )
    )
    units = context.takeResultLayer(results["OUTPUT"])
    assert good
    return run(ResourcePatches, PATCHES, UNITS=units, OWNERSHIP=layers["OWNERSHIP"], LANDCOVER=layers["LANDCOVER"], **more)


def test_patches_sums_and_tables(layers):
    results, rows, said = chain(layers)
    assert results["PATCHES"] == len(rows["OUTPUT"]) == 5 and results["UNDECIDED"] == 0
    summary = {one["DJDYMC"]: one for one in rows["SUMMARY"]}
    for name, one in summary.items():
        mine = sum(patch["MJ"] for patch in rows["OUTPUT"] if patch["ZRZYDJDYH"] == one["ZRZYDJDYH"])
        assert round(mine, 2) == one["DJDYZMJ"] == round(one["GYMJ"] + one["JTMJ"] + one["ZYQMJ"], 2), name
        assert one["DJDYZMJ"] == round(one["DYNZRZYZMJ"] + one["FZRZYZMJ"], 2)
    assert summary["青岚国家公园"]["SLMJ_HA"] == 8.0 and summary["青岚国家公园"]["SDMJ_HA"] == 8.0
    assert sum(one["BHTBSL"] for one in rows["TYPE_TABLES"]) == 5 and not rows["FINDINGS"] and not rows["REJECTED"]
    assert "0301" not in said  # a blank behind a class is cleaned, counted and no finding


def test_tokens_in_any_case_and_groups(layers):
    results, rows, _ = chain(layers, DISPUTED_AS="First", GROUP_BY="field", GROUP_FIELD="ZLDWDM", DISSOLVE=False)
    assert results["PATCHES"] == 5 and {one["GROUP"] for one in rows["OUTPUT"]} == {"9999010010001", "9999010010002"}
    with pytest.raises(AssertionError, match="nobody"):
        chain(layers, DISPUTED_AS="nobody")


def test_ground_without_owner_stands_in_findings_and_set_aside(layers):
    layers["OWNERSHIP"] = made("SYQ", "QSXZ:string(2) QSDWDM:string(19)", (0, 0, 350, 400, "10", "999901"))
    results, rows, _ = chain(layers)
    assert {one["CODE"] for one in rows["FINDINGS"]} == {"patches.no_ownership"}
    assert {one["REASON"] for one in rows["REJECTED"]} == {"patches.no_ownership"}
    assert all(one["MESSAGE_ZH"] and one["MESSAGE_EN"] and "{" not in one["MESSAGE_EN"] for one in rows["FINDINGS"])
    aside = sum(one["AREA"] for one in rows["REJECTED"])
    assert round(aside, 2) == results["UNDECIDED"] and round(aside, -2) == 140_000
    whole = sum(one["MJ"] for one in rows["OUTPUT"]) + aside
    assert round(whole, 2) == round(sum(one["KZMJ"] for one in rows["SUMMARY"]), 2)


def test_a_missing_field_is_a_sentence(layers):
    layers["OWNERSHIP"] = made("SYQ", "QSDWMC:string(50)", (0, 0, 700, 400, "甲"))
    results, _, said = chain(layers)
    assert results is None and "QSXZ" in said and "Traceback" not in said


def test_results_in_a_package_with_a_chinese_name_and_blanks(layers, tmp_path):
    folder = tmp_path / "成果 2026"
    folder.mkdir()
    target = folder / "图斑 patches.gpkg"
    results, rows, _ = chain(layers, OUTPUT=str(target))
    assert [one.name for one in folder.iterdir()] == [target.name] and len(rows["OUTPUT"]) == 5
    again = QgsVectorLayer(results["OUTPUT"], "again", "ogr")
    assert again.featureCount() == 5 and again.crs().authid() == "EPSG:4528"


def test_a_cancelled_run_leaves_nothing(layers, tmp_path):
    target = tmp_path / "patches.gpkg"
    context, feedback = QgsProcessingContext(), Heard()
    feedback.cancel()
    given = {
        "UNITS": layers["PARK"],
        "OWNERSHIP": layers["OWNERSHIP"],
        "LANDCOVER": layers["LANDCOVER"],
        "OUTPUT": str(target),
        "SUMMARY": "memory:",
        "TYPE_TABLES": "memory:",
    }
    _, good = ResourcePatches().create().run(given, context, feedback)
    assert not good and not target.exists() and not list(tmp_path.iterdir())


def test_a_layer_of_a_container_bears_its_own_name(tmp_path):
    """`county.gpkg|layername=国家公园` as models and qgis_process give it: QGIS calls every such layer `county`; its own name tells the type."""
    from qgis.core import QgsCoordinateTransformContext, QgsVectorFileWriter

    target = str(tmp_path / "county.gpkg")
    layers = [made("XZQ", "XZQDM:string(9)", (0, 0, 100, 100, "999901")), made("国家公园", "DJDYMC:string(20)", (0, 0, 50, 100, "甲"))]
    for at, layer in enumerate(layers):
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", layer.name()
        if at:
            options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
        assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, target, QgsCoordinateTransformContext(), options)[0] == 0
    context, heard = QgsProcessingContext(), Heard()
    given = {"COUNTY": f"{target}|layername=XZQ", "LAYERS": [f"{target}|layername=国家公园"], **dict.fromkeys(UNITS, "memory:")}
    results, good = DrawUnits().create().run(given, context, heard)
    assert good and results["UNITS"] == 1, heard.said
    unit = next(QgsProcessingUtils.mapLayerFromString(results["OUTPUT"], context).getFeatures())
    assert (unit["DJDYLX"], unit["SOURCE"]) == ("GJGY", "国家公园")
