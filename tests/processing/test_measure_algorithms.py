"""Measuring and levelling as QGIS runs them: new layers, files, in place, bad input."""

from __future__ import annotations

import sys
from dataclasses import replace
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
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)

from shanshui.plugin.bridge import settings
from shanshui.plugin.core import measure

BOXES = [shapely.box(40_420_000 + i * 500, 3_300_000, 40_420_300 + i * 500, 3_300_000 + 100 * (i + 1)) for i in range(4)]
EXACT = measure.areas(BOXES, "EPSG:4528")


def made(fields: str, rows: list[tuple[Any, Any]], crs: str = "EPSG:4528", kind: str = "Polygon") -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{kind}?crs={crs}&{fields}", "DLTB", "memory")
    features = []
    for shape, values in rows:
        feature = QgsFeature(layer.fields())
        if shape is not None:
            geometry = QgsGeometry()
            geometry.fromWkb(shapely.to_wkb(shape))
            feature.setGeometry(geometry)
        feature.setAttributes(list(values))
        features.append(feature)
    assert layer.dataProvider().addFeatures(features)[0]
    QgsProject.instance().addMapLayer(layer)
    return layer


def run(name: str, parameters: dict[str, Any], ok: bool = True) -> tuple[dict[str, Any], list[Any], str]:
    """Run an algorithm class; (results, features of OUTPUT, log)."""
    import importlib

    module = importlib.import_module(f"shanshui.processing_algorithms.measure.{name}")
    algorithm = getattr(module, "".join(part.title() for part in name.split("_")))().create()
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    given = {"OUTPUT": "memory:", **parameters}
    good, why = algorithm.checkParameterValues(given, context)
    assert good, why
    results, done = algorithm.run(given, context, feedback)
    log = feedback.textLog()
    assert done == ok, log
    layer = context.takeResultLayer(results["OUTPUT"]) if done else None
    if done and layer is None:
        layer = QgsVectorLayer(results["OUTPUT"], "out", "ogr")
    return (
        results,
        ([] if layer is None else [{**dict(zip(f.fields().names(), f.attributes())), "id": f.id()} for f in layer.getFeatures()]),
        log,
    )


@pytest.fixture(autouse=True)
def _clean(qgis_app: Any) -> Any:
    yield
    QgsProject.instance().clear()


def test_areas_of_a_new_layer() -> None:
    layer = made("field=BSM:string", [(box, [f"{i}"]) for i, box in enumerate(BOXES)])
    results, rows, log = run("measure_areas", {"INPUT": layer})
    assert [row["MJ"] for row in rows] == EXACT.tolist()
    assert [row["BSM"] for row in rows] == ["0", "1", "2", "3"]
    assert results["TOTAL"] == pytest.approx(EXACT.sum(), abs=1e-6)
    assert results["BASIS"] == "cgcs2000_series 3°/40 (120°E)" and results["BASIS"] in log


@pytest.mark.parametrize(
    ("parameters", "factor", "places"),
    [
        ({"UNIT": "mu"}, 0.0015, 2),
        ({"UNIT": "HA", "DECIMALS": 4}, 1e-4, 4),
        ({"UNIT": 3, "DECIMALS": 6}, 1e-6, 6),
        ({"METHOD": "geodesic"}, 1.0, 2),
    ],
)
def test_units_by_token_in_any_case_and_by_index(parameters: dict[str, Any], factor: float, places: int) -> None:
    layer = made("field=BSM:string", [(box, ["1"]) for box in BOXES])
    _, rows, _ = run("measure_areas", {"INPUT": layer, "FIELD": "AREA", **parameters})
    assert [row["AREA"] for row in rows] == pytest.approx(
        (EXACT * factor).tolist(), abs=0.51 * 10.0**-places + 0.02 * ("METHOD" in parameters)
    )


def test_the_same_numbers_from_degrees_and_to_a_file(tmp_path: Path) -> None:
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(4528, 4490, always_xy=True)
    moved = [shapely.transform(box, lambda p: np.column_stack(to_degrees.transform(p[:, 0], p[:, 1]))) for box in BOXES]
    layer = made("field=BSM:string", [(box, ["1"]) for box in moved], "EPSG:4490")
    target = tmp_path / "面积 结果.gpkg"
    _, rows, _ = run("measure_areas", {"INPUT": layer, "OUTPUT": str(target)})
    assert target.is_file()
    assert [row["MJ"] for row in rows] == pytest.approx(EXACT.tolist(), abs=0.0101)


def test_only_selected_features_are_measured() -> None:
    layer = made("field=BSM:string", [(box, [f"{i}"]) for i, box in enumerate(BOXES)])
    layer.selectByIds([2, 3])
    _, rows, _ = run("measure_areas", {"INPUT": QgsProcessingFeatureSourceDefinition(layer.id(), True)})
    assert {row["BSM"]: row["MJ"] for row in rows} == {"1": EXACT[1], "2": EXACT[2]}


def test_a_wrong_zone_is_a_finding_and_no_area() -> None:
    layer = made("field=BSM:string", [(BOXES[0], ["1"]), (shapely.affinity.translate(BOXES[0], -1e6), ["2"])])
    _, rows, log = run("measure_areas", {"INPUT": layer, "FINDINGS": "memory:"})
    assert rows[0]["MJ"] == EXACT[0] and rows[1]["MJ"] == NULL
    assert "39" in log


def test_in_place_keeps_the_ids_and_is_one_undo_step() -> None:
    executor = in_place()
    layer = made("field=BSM:string&field=MJ:double", [(box, [f"{i}", None]) for i, box in enumerate(BOXES)])
    before = sorted(f.id() for f in layer.getFeatures())
    layer.selectByIds(before[:3])
    ok, results = executor.execute_in_place_run(
        algorithm("measure_areas"), {"INPUT": layer, "FIELD": "MJ", "METHOD": 0, "UNIT": 0, "ZONE": 0}, raise_exceptions=True
    )
    assert ok and results["__count"] == 3
    rows = {f.id(): f["MJ"] for f in layer.getFeatures()}
    assert sorted(rows) == before
    assert [rows[i] for i in before[:3]] == EXACT[:3].tolist() and rows[before[3]] == NULL
    assert layer.undoStack().count() == 1
    layer.undoStack().undo()
    assert all(f["MJ"] == NULL for f in layer.getFeatures())


def test_in_place_lengths_and_a_field_that_is_not_there() -> None:
    executor = in_place()
    line = shapely.LineString([(40_420_000, 3_300_000), (40_420_300, 3_300_400)])
    layer = made("field=CD:double", [(line, [None])], kind="LineString")
    ok, _ = executor.execute_in_place_run(algorithm("measure_lengths"), {"INPUT": layer, "FIELD": "CD", "UNIT": 0}, raise_exceptions=True)
    assert ok
    assert next(layer.getFeatures())["CD"] == measure.round_half_away(float(measure.lengths([line], "EPSG:4528")[0]), 2)
    feedback = QgsProcessingFeedback()
    ok, _ = executor.execute_in_place_run(algorithm("measure_lengths"), {"INPUT": layer, "FIELD": "LEN", "UNIT": 0}, feedback=feedback)
    assert not ok and "LEN" in feedback.textLog()


def in_place() -> Any:
    """QGIS's own executor, with an interface for it to ask."""
    sys.path.append(QgsApplication.pkgDataPath() + "/python/plugins")
    return pytest.importorskip("processing.gui.AlgorithmExecutor")


def algorithm(name: str) -> Any:
    import importlib

    module = importlib.import_module(f"shanshui.processing_algorithms.measure.{name}")
    return getattr(module, "".join(part.title() for part in name.split("_")))().create()


def test_lengths_of_lines_and_perimeters() -> None:
    layer = made("field=BSM:string", [(box, ["1"]) for box in BOXES])
    results, rows, _ = run("measure_lengths", {"INPUT": layer, "UNIT": "km", "DECIMALS": 3})
    assert [row["CD"] for row in rows] == [
        0.8,
        1.0,
        1.2,
        1.4,
    ]  # 300 m by 100, 200, 300, 400 on the plane, 1 part in 10,000 less on the ellipsoid
    assert results["TOTAL"] == pytest.approx(4.4)


@pytest.mark.parametrize(
    ("crs", "field", "parameters", "word"),
    [
        ("", "MJ:double", {}, "DLTB"),
        ("EPSG:2364", "MJ:double", {}, "CGCS2000"),
        ("EPSG:4528", "MJ:integer", {}, "MJ"),
        ("EPSG:4528", "MJ:string", {}, "MJ"),
    ],
)
def test_bad_layers_get_a_sentence(crs: str, field: str, parameters: dict[str, Any], word: str) -> None:
    layer = made(f"field={field}", [(BOXES[0], [None])], crs or "EPSG:4528")
    if not crs:
        layer.setCrs(QgsCoordinateReferenceSystem())
    _, _, log = run("measure_areas", {"INPUT": layer, **parameters}, ok=False)
    assert word in log and "Traceback" not in log


def test_an_unknown_token_is_refused() -> None:
    layer = made("field=BSM:string", [(BOXES[0], ["1"])])
    good, why = algorithm("measure_areas").checkParameterValues(
        {"INPUT": layer, "OUTPUT": "memory:", "METHOD": "spherical"}, QgsProcessingContext()
    )
    assert not good and "spherical" in why


def test_empty_layers_and_missing_geometry() -> None:
    _, rows, _ = run("measure_areas", {"INPUT": made("field=BSM:string", [])})
    assert rows == []
    layer = made("field=BSM:string", [(BOXES[0], ["1"]), (None, ["2"])])
    _, rows, _ = run("measure_areas", {"INPUT": layer, "REJECTED": "memory:"})
    assert [row["MJ"] for row in rows] == [EXACT[0]]


ROWS = [(2000.0, "v1", "00", "1"), (1000.0, "v1", "00", "2"), (600.0, "v2", "00", "3"), (400.0, "v2", "00", "4"), (50.0, "v1", "01", "5")]
FIELDS = "field=TBMJ:double&field=ZLDWDM:string&field=MSSM:string&field=BSM:string"


def patches() -> QgsVectorLayer:
    return made(FIELDS, [(shapely.box(40_420_000 + i, 3_300_000, 40_420_001 + i, 3_300_001), row) for i, row in enumerate(ROWS)])


def test_levelling_to_a_number() -> None:
    results, rows, log = run("balance_areas", {"INPUT": patches(), "AREA_FIELD": "TBMJ", "CONTROL": "4050.03"})
    assert [row["TBMJ"] for row in rows] == [2000.01, 1000.01, 600.01, 400.0, 50.0]
    assert [row["ADJUSTMENT"] for row in rows] == [0.01, 0.01, 0.01, 0.0, 0.0]
    assert [row["AREA_WAS"] for row in rows] == [row[0] for row in ROWS]
    assert (results["LEVELLED"], results["LEFT"]) == (1, 0) and "0.03" in log


def test_levelling_county_village_patch_by_a_table() -> None:
    villages = made(
        "field=DM:string&field=MSSM:string&field=DCMJ:double",
        [(None, ["v1", "00", 3000.01]), (None, ["v2", "00", 1000.0]), (None, ["v1", "01", 50.01])],
    )
    given = {"INPUT": patches(), "AREA_FIELD": "TBMJ", "GROUP_FIELD": "ZLDWDM", "PART_FIELD": "MSSM", "CONTROL": "00=4000.04; 01=50.01"}
    table = {"CONTROL_LAYER": villages, "CONTROL_KEY": "DM", "CONTROL_VALUE": "DCMJ"}
    results, rows, _ = run("balance_areas", {**given, **table})
    assert [row["ADJUSTMENT"] for row in rows] == [0.02, 0.01, 0.01, 0.0, 0.01]
    assert results["LEVELLED"] == 3


def test_a_group_above_the_limit_is_a_finding() -> None:
    results, rows, log = run(
        "balance_areas", {"INPUT": patches(), "AREA_FIELD": "TBMJ", "CONTROL": "5000", "METHOD": "proportional", "FINDINGS": "memory:"}
    )
    assert [row["ADJUSTMENT"] for row in rows] == [0.0] * 5 and results["LEFT"] == 1
    assert "balance.over_limit" in log


def test_the_limit_is_that_of_the_users_pack_unless_given(tmp_path: Path) -> None:
    page = tmp_path / "survey" / "rules" / "area.csv"
    page.parent.mkdir(parents=True)
    page.write_text("key,value,source,status\nlevel_limit,0.3,province,default\n", encoding="utf-8")
    given = {"INPUT": patches(), "AREA_FIELD": "TBMJ", "CONTROL": "5000", "METHOD": "proportional"}
    before = settings.load()
    settings.save(replace(before, packs_folder=str(tmp_path)))
    try:
        assert run("balance_areas", given)[0]["LEVELLED"] == 1
        assert run("balance_areas", {**given, "LIMIT": 0.1})[0]["LEFT"] == 1
    finally:
        settings.save(before)


@pytest.mark.parametrize("parameters", [{}, {"CONTROL": "abc"}, {"CONTROL": "1", "AREA_FIELD": "MJ"}])
def test_controls_that_cannot_be_read_get_a_sentence(parameters: dict[str, Any]) -> None:
    _, _, log = run("balance_areas", {"INPUT": patches(), "AREA_FIELD": "TBMJ", **parameters}, ok=False)
    assert "Traceback" not in log and log.strip()
