"""Check codes and Assign codes as they are run: retired codes from run to run, rules of one's own, refusals."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsFeature, QgsGeometry, QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsVectorLayer

HEAD = "330127001002GB"


def parcels(codes: list[str | None]) -> QgsVectorLayer:
    layer = QgsVectorLayer("Polygon?crs=EPSG:4528&field=ZDDM:string(19)&field=MC:string(20)", "ZD", "memory")
    rows = []
    for at, code in enumerate(codes):
        row = QgsFeature(layer.fields())
        row.setAttributes([code, f"parcel {at}"])
        x = 40_500_000 + 20 * at
        row.setGeometry(QgsGeometry.fromWkt(f"POLYGON(({x} 3300000, {x} 3300010, {x + 10} 3300010, {x + 10} 3300000, {x} 3300000))"))
        rows.append(row)
    assert layer.dataProvider().addFeatures(rows)
    return layer


@pytest.fixture
def run(provider, tmp_path):
    import processing

    def go(name: str, outputs: tuple[str, ...], **parameters: object):
        at = len(list(tmp_path.iterdir()))
        given = {**{one: str(tmp_path / f"{at}_{one}.gpkg") for one in outputs}, **parameters}
        feedback = QgsProcessingFeedback(False)
        found = processing.run(f"shanshui:{name}", given, context=QgsProcessingContext(), feedback=feedback)
        layers = {one: QgsVectorLayer(found[one], one, "ogr") for one in outputs}
        return found, layers, feedback.textLog()

    return go


def codes(layer: QgsVectorLayer, field: str = "ZDDM") -> list[str]:
    return [one[field] for one in layer.getFeatures()]


def test_retired_codes_go_from_run_to_run(run):
    outputs = ("OUTPUT", "RETIRED", "FINDINGS")
    _, first, _ = run("assign_codes", outputs, INPUT=parcels([None, None, f"{HEAD}00007"]), PREFIX=HEAD)
    assert codes(first["OUTPUT"]) == [f"{HEAD}00008", f"{HEAD}00009", f"{HEAD}00007"] and first["RETIRED"].featureCount() == 0
    _, second, _ = run("assign_codes", outputs, INPUT=first["OUTPUT"], PREFIX=HEAD, KEEP=False)
    assert codes(second["OUTPUT"]) == [f"{HEAD}000{i}" for i in (10, 11, 12)]
    assert sorted(codes(second["RETIRED"], "CODE")) == [f"{HEAD}0000{i}" for i in (7, 8, 9)]
    found, third, _ = run("assign_codes", outputs, INPUT=parcels([f"{HEAD}00008", None]), PREFIX=HEAD, RETIRED_CODES=second["RETIRED"])
    assert codes(third["OUTPUT"]) == [f"{HEAD}00010", f"{HEAD}00011"] and third["RETIRED"].featureCount() == 3 and found["MADE"] == 2
    checked, _, log = run("check_codes", ("FINDINGS",), INPUT=third["OUTPUT"], FIELD="ZDDM", RULE="parcel", RETIRED_CODES=third["RETIRED"])
    assert (checked["CODES"], checked["FAULTY"]) == (2, 0) and "2" in log
    _, marked, _ = run("check_codes", ("FINDINGS",), INPUT=first["OUTPUT"], FIELD="ZDDM", RULE="parcel", RETIRED_CODES=second["RETIRED"])
    assert {one["CODE"] for one in marked["FINDINGS"].getFeatures()} == {"codes.retired"} and marked["FINDINGS"].featureCount() == 3


def test_findings_have_words_in_both_languages_and_a_place(run):
    _, layers, _ = run("check_codes", ("FINDINGS",), INPUT=parcels([f"{HEAD}00001", "330127001002GA00001"]), FIELD="ZDDM")
    (one,) = layers["FINDINGS"].getFeatures()
    assert one["CODE"] == "codes.condition" and "集体" in one["MESSAGE_ZH"] and "collective" in one["MESSAGE_EN"]
    assert one["X"] == pytest.approx(40_500_025) and one.hasGeometry() and json.loads(one["FACTS"])["was"] == "330127001002GA00001"


def test_a_new_field_is_added_and_shapes_and_rows_stay(run):
    layer = parcels([f"{HEAD}00001", f"{HEAD}00002"])
    found, layers, _ = run("assign_codes", ("OUTPUT",), INPUT=layer, RULE="real_estate_unit")
    out = list(layers["OUTPUT"].getFeatures())
    assert [one["BDCDYH"] for one in out] == [f"{HEAD}00001W00000000", f"{HEAD}00002W00000000"] and found["KEPT"] == 0
    assert [one["MC"] for one in out] == ["parcel 0", "parcel 1"]
    for one, was in zip(out, layer.getFeatures()):
        assert one.geometry().symDifference(was.geometry()).area() == 0


def test_what_cannot_be_done_is_refused_in_a_sentence(run):
    for parameters, word in (
        ({"RULE": "house"}, "house"), ({"RULE": "patch"}, "ZLDWDM"), ({"ORDER": "by_field"}, "ORDER_FIELD"), ({"ORDER": "along_line"}, "LINE"),
    ):
        with pytest.raises(QgsProcessingException, match=word):
            run("assign_codes", ("OUTPUT",), INPUT=parcels([None]), PREFIX="", **parameters)
