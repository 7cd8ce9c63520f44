"""The overlay as QGIS runs it, against QGIS's own overlay of the same layers: areas, fields, NULLs, names."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

pytest.importorskip("qgis.core")
from qgis.core import (
    NULL,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

NATIVE = {"intersection": "intersection", "union": "union", "difference": "difference", "symmetric_difference": "symmetricaldifference"}
X, Y = 40_420_000, 3_300_000


def made(name: str, fields: str, rows: list[tuple[Any, list[Any]]], crs: str = "EPSG:4528") -> QgsVectorLayer:
    layer = QgsVectorLayer(f"Polygon?crs={crs}&{fields}", name, "memory")
    features = []
    for shape, values in rows:
        feature = QgsFeature(layer.fields())
        if shape is not None:
            geometry = QgsGeometry()
            geometry.fromWkb(shapely.to_wkb(shape))
            feature.setGeometry(geometry)
        feature.setAttributes(values)
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    QgsProject.instance().addMapLayer(layer)
    return layer


def box(x: float, y: float, width: float, height: float) -> Any:
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


@pytest.fixture
def layers(qgis_app: Any) -> Any:
    patches = [(box(i % 5 * 10, i // 5 * 10, 10, 10), [f"B{i}", i, None if i % 3 == 0 else i / 7]) for i in range(25)]
    zones = [
        (box(-5, -5, 22, 18), ["G", 1.5, "甲"]),
        (box(17, -5, 60, 18), ["J", 2.5, None]),
        (box(3, 20, 9, 25), ["J", None, "乙"]),
        (box(8, 22, 9, 25), [None, 9.25, "丙"]),  # overlaps the zone before
    ]
    left = made("DLTB", "field=BSM:string(18)&field=N:integer&field=MJ:double(20,0)", patches)
    right = made("QS", "field=bsm:string(4)&field=N:double&field=QSDWMC:string(60)", zones)
    yield left, right
    gc.collect()  # what a failed run leaves in tracebacks must go before QGIS does
    QgsProject.instance().clear()


def run(parameters: dict[str, Any], ok: bool = True, invalid: Any = None) -> tuple[dict[str, Any], QgsVectorLayer | None, str]:
    from shanshui.processing_algorithms.measure.overlay import Overlay

    algorithm = Overlay().create()
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    if invalid is not None:
        context.setInvalidGeometryCheck(invalid)
    given = {"OUTPUT": "memory:", **parameters}
    good, why = algorithm.checkParameterValues(given, context)
    assert good, why
    results, done = algorithm.run(given, context, feedback)
    log = feedback.textLog()
    assert done == ok, log
    return results, opened(results.get("OUTPUT"), context) if done else None, log


def opened(text: Any, context: QgsProcessingContext) -> QgsVectorLayer | None:
    if not text:
        return None
    layer = context.takeResultLayer(text)
    return layer if layer is not None else QgsVectorLayer(text, "out", "ogr")


def rows(layer: QgsVectorLayer) -> list[tuple[Any, ...]]:
    """Attributes (NULL as None) and area of each feature, in an order of their own."""
    names = [name for name in layer.fields().names() if name != "fid"]
    out = []
    for feature in layer.getFeatures():
        values = tuple(None if feature[name] in (None, NULL) else feature[name] for name in names)
        out.append((*values, f"{feature.geometry().area():.6f}"))
    return sorted(out, key=repr)


@pytest.mark.qgis
@pytest.mark.parametrize("operation", NATIVE)
def test_rows_as_native_has_them(layers: Any, operation: str) -> None:
    left, right = layers
    algorithm = QgsApplication.processingRegistry().algorithmById(f"native:{NATIVE[operation]}")
    if algorithm is None:
        from qgis.analysis import QgsNativeAlgorithms

        QgsApplication.processingRegistry().addProvider(QgsNativeAlgorithms())
        algorithm = QgsApplication.processingRegistry().algorithmById(f"native:{NATIVE[operation]}")
    context = QgsProcessingContext()
    theirs, good = algorithm.run({"INPUT": left, "OVERLAY": right, "OUTPUT": "memory:"}, context, QgsProcessingFeedback())
    assert good
    native = opened(theirs["OUTPUT"], context)
    _, ours, _ = run({"INPUT": left, "OVERLAY": right, "OPERATION": operation})
    assert native is not None and ours is not None
    assert ours.fields().names() == native.fields().names()
    assert [field.type() for field in ours.fields()] == [field.type() for field in native.fields()]
    assert rows(ours) == rows(native)


def test_names_nulls_and_whole_numbers_of_a_union(layers: Any) -> None:
    _, layer, log = run({"INPUT": layers[0], "OVERLAY": layers[1], "OPERATION": "union"})
    assert layer is not None
    assert layer.fields().names() == ["BSM", "N", "MJ", "bsm_2", "N_2", "QSDWMC"]
    only_right = [feature for feature in layer.getFeatures() if feature["BSM"] == NULL]
    assert only_right and all(feature["N"] == NULL for feature in only_right)
    assert {feature["N_2"] for feature in only_right if feature["N_2"] != NULL} <= {1.5, 2.5, 9.25}
    assert "25" in log or "conserved" in log


def test_fields_and_prefix(layers: Any) -> None:
    chosen = {"INPUT_FIELDS": ["BSM"], "OVERLAY_FIELDS": ["QSDWMC", "N"], "PREFIX": "Q_"}
    _, layer, _ = run({"INPUT": layers[0], "OVERLAY": layers[1], "OPERATION": "identity", **chosen})
    assert layer is not None and layer.fields().names() == ["BSM", "Q_QSDWMC", "Q_N"]
    assert sum(feature.geometry().area() for feature in layer.getFeatures()) > 2500 - 1e-6  # overlapping zones give ground twice


def test_an_unknown_operation_is_refused(layers: Any) -> None:
    from shanshui.processing_algorithms.measure.overlay import Overlay

    good, why = Overlay().create().checkParameterValues(
        {"INPUT": layers[0], "OVERLAY": layers[1], "OPERATION": "clip", "OUTPUT": "memory:"}, QgsProcessingContext()
    )
    assert not good and "OPERATION" in why


def test_selection_and_other_crs(layers: Any) -> None:
    left = layers[0]
    left.selectByIds([feature.id() for feature in left.getFeatures()][:3])
    degrees = made("QS84", "field=K:string", [(None, ["nothing"])], "EPSG:4490")
    from shanshui.plugin.core.projection import reproject_shapes

    shape = reproject_shapes(np.array([box(0, 0, 15, 10)], dtype=object), "EPSG:4528", "EPSG:4490")[0]
    feature = QgsFeature(degrees.fields())
    geometry = QgsGeometry()
    geometry.fromWkb(shapely.to_wkb(shape))
    feature.setGeometry(geometry)
    feature.setAttributes(["K"])
    degrees.dataProvider().addFeatures([feature])
    source = QgsProcessingFeatureSourceDefinition(left.id(), True)
    _, layer, _ = run({"INPUT": source, "OVERLAY": degrees, "REJECTED": "memory:"})
    assert layer is not None and layer.crs() == QgsCoordinateReferenceSystem("EPSG:4528")
    assert sorted(feature.geometry().area() for feature in layer.getFeatures()) == pytest.approx([50, 100], abs=1e-3)


def test_what_cannot_be_used_is_set_aside_with_its_reason(layers: Any) -> None:
    bow = shapely.Polygon([(X, Y), (X + 4, Y + 4), (X + 4, Y), (X, Y + 4)])
    dirty = made("DIRTY", "field=BSM:string", [(bow, ["bow"]), (None, ["none"]), (box(0, 0, 5, 5), ["good"])])
    checks = QgsFeatureRequest.InvalidGeometryCheck
    given = {"INPUT": dirty, "OVERLAY": layers[1], "OPERATION": "identity", "REJECTED": "memory:"}
    for setting, aside, used in ((checks.GeometrySkipInvalid, {"bow", "none"}, {"good"}), (checks.GeometryNoCheck, {"none"}, {"bow", "good"})):
        from shanshui.processing_algorithms.measure.overlay import Overlay

        context = QgsProcessingContext()
        context.setInvalidGeometryCheck(setting)
        results, done = Overlay().create().run({**given, "OUTPUT": "memory:"}, context, QgsProcessingFeedback())
        assert done
        rejected, out = opened(results["REJECTED"], context), opened(results["OUTPUT"], context)
        assert rejected is not None and out is not None
        assert {feature["ATTRIBUTES"].split('"')[3] for feature in rejected.getFeatures()} == aside
        assert all(feature["MESSAGE_ZH"] and feature["MESSAGE_EN"] for feature in rejected.getFeatures())
        assert {feature["BSM"] for feature in out.getFeatures()} == used
    _, _, log = run(given, ok=False, invalid=checks.GeometryAbortOnInvalid)
    assert "DIRTY" in log


def test_the_same_to_a_file_as_to_memory(layers: Any, tmp_path: Path) -> None:
    given = {"INPUT": layers[0], "OVERLAY": layers[1], "OPERATION": "union"}
    _, memory, _ = run(given)
    for name in ("结果 一.gpkg", "out.geojson"):
        _, layer, _ = run({**given, "OUTPUT": str(tmp_path / name)})
        assert layer is not None and layer.isValid() and memory is not None
        assert rows(layer) == rows(memory)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".shanshui")] == []


def test_plain_file_layers_give_what_memory_layers_give(layers: Any, tmp_path: Path) -> None:
    """Read in bulk by Arrow on one side, feature by feature on the other."""
    path = tmp_path / "county.gpkg"
    for layer in layers:
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.layerName = layer.name()
        action = QgsVectorFileWriter.ActionOnExistingFile
        options.actionOnExistingFile = action.CreateOrOverwriteLayer if path.exists() else action.CreateOrOverwriteFile
        QgsVectorFileWriter.writeAsVectorFormatV2(layer, str(path), QgsProject.instance().transformContext(), options)
    _, memory, _ = run({"INPUT": layers[0], "OVERLAY": layers[1], "OPERATION": "union"})
    given = {"INPUT": f"{path}|layername=DLTB", "OVERLAY": f"{path}|layername=QS", "OPERATION": "union"}
    _, layer, _ = run({**given, "INPUT_FIELDS": ["BSM", "N", "MJ"], "OVERLAY_FIELDS": ["bsm", "N", "QSDWMC"], "OUTPUT": str(tmp_path / "o.gpkg")})
    assert layer is not None and memory is not None and rows(layer) == rows(memory)


def test_a_cancelled_run_leaves_what_was_there(layers: Any, tmp_path: Path) -> None:
    target = tmp_path / "o.gpkg"
    given = {"INPUT": layers[0], "OVERLAY": layers[1], "OPERATION": "union", "OUTPUT": str(target)}
    run(given)
    before = target.read_bytes()
    from shanshui.processing_algorithms.measure.overlay import Overlay

    feedback = QgsProcessingFeedback()
    feedback.cancel()
    _, done = Overlay().create().run(given, QgsProcessingContext(), feedback)
    assert not done
    assert target.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["o.gpkg"]
