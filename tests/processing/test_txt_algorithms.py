"""Coordinate files through Processing: bytes on disk, folders, splits, refusals, and the old file that outlives a failed run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsFeature, QgsGeometry, QgsProcessingContext, QgsProcessingException, QgsVectorLayer

from shanshui.tests.heard import Heard

pytestmark = pytest.mark.qgis

FIELDS = "DKBH:string DKMC:string TFH:string DKYT:string DLBM:string LX:string XH:integer"
SQUARE = (
    "Polygon((39500000 3500000, 39500010 3500000, 39500010 3500010, 39500000 3500010, 39500000 3500000),"
    "(39500003 3500003, 39500003 3500007, 39500007 3500007, 39500007 3500003, 39500003 3500003))"
)
PARTS = (
    "MultiPolygon(((39500100 3500000, 39500110 3500000, 39500105 3500010.1234, 39500100 3500000)),"
    "((39500200 3500000, 39500203 3500000, 39500203 3500003, 39500200 3500000)))"
)


def layer(*rows, crs="EPSG:4527"):
    made = QgsVectorLayer(f"MultiPolygon?crs={crs}" + "".join(f"&field={one}" for one in FIELDS.split()), "宗地", "memory")
    for name, shape in rows or (("甲", SQUARE), ("乙", PARTS)):
        one = QgsFeature(made.fields())
        one.setAttributes([f"G{made.featureCount() + 1}", name, "I50", "耕地", "0101", "转出", 7])
        one.setGeometry(QgsGeometry.fromWkt(shape))
        made.dataProvider().addFeature(one)
    return made


@pytest.fixture
def run(provider):
    import processing

    def go(name, **given):
        heard, context = Heard(), QgsProcessingContext()
        found = processing.run(f"shanshui:{name}", given, context=context, feedback=heard)
        return {**found, "said": "\n".join(heard.said)}

    return go


def rows(path):
    made = QgsVectorLayer(str(path), "x", "ogr")
    assert made.isValid(), path
    return [{**one.attributeMap(), "shape": one.geometry()} for one in made.getFeatures()]


@pytest.mark.parametrize("encoding", ["gbk", "utf8"])
@pytest.mark.parametrize("dialect", ["land_use", "gis_tools", "linked", "enforcement", "one_map", "balance", "farmland"])
def test_a_layer_goes_to_a_file_and_comes_back(run, tmp_path, dialect, encoding):
    target = tmp_path / "宗地 一.txt"
    done = run("export_txt", INPUT=layer(), DIALECT=dialect, ENCODING=encoding, OUTPUT=str(target), DATE="2026-01-31", HEADER="数据产生单位=测绘队")
    assert done["OUTPUT"] == str(target) and (done["PARCELS"], done["FILES"]) == (2, 1)
    raw = target.read_bytes()
    assert raw.startswith("[属性描述]".encode({"utf8": "utf-8"}.get(encoding, encoding))) and not list(tmp_path.glob(".shanshui*"))
    assert raw.count(b"\n") == raw.count(b"\r\n") and (dialect == "balance") == (raw.count(b"\r") > raw.count(b"\n"))
    outputs = {name: str(tmp_path / file) for name, file in (("OUTPUT", "back.gpkg"), ("FINDINGS", "f.gpkg"), ("REJECTED", "r.gpkg"))}
    back = run("import_txt", INPUT=[str(target)], **outputs)
    found = rows(tmp_path / "back.gpkg")
    assert back["DIALECTS"] == dialect and [one["DKMC"] for one in found] == ["甲", "乙"] and not rows(tmp_path / "r.gpkg")
    assert ["EPSG:4527" in line for line in back["said"].splitlines() if "宗地 一.txt" in line].count(True) == 1
    assert found[0]["shape"].area() == pytest.approx(84) and found[1]["shape"].area() == pytest.approx(50.615 + 4.5, abs=1e-3)


def test_a_file_for_each_parcel_with_names_that_every_system_takes(run, tmp_path):
    given = layer(("甲/乙?", SQUARE), ("con", PARTS))
    done = run("export_txt", INPUT=given, SPLIT="features", OUTPUT=str(tmp_path / "out.txt"))
    folder = tmp_path / "out"
    assert done["OUTPUT"] == str(folder) and done["FILES"] == 2
    assert sorted(one.name for one in folder.iterdir()) == ["G1_甲_乙_.txt", "G2_con.txt"]
    (folder / "说明.txt").write_text("无坐标", encoding="utf-8")
    (folder / "子").mkdir()
    (folder / "G2_con.txt").rename(folder / "子" / "G2.TXT")
    back = run("import_txt", INPUT=str(folder), OUTPUT=str(tmp_path / "b.gpkg"), FINDINGS=str(tmp_path / "f.gpkg"))
    assert back["PARCELS"] == 2 and {one["CODE"] for one in rows(tmp_path / "f.gpkg")} == {"txt.passed_over"}
    assert {one["FILE"] for one in rows(tmp_path / "b.gpkg")} == {"G1_甲_乙_.txt", "G2.TXT"}


def test_text_that_gbk_cannot_hold_is_refused_and_the_old_file_stays(run, tmp_path):
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    with pytest.raises(QgsProcessingException) as refused:
        run("export_txt", INPUT=layer(("𠮷", SQUARE)), OUTPUT=str(target))
    assert "𠮷" in str(refused.value) and "GBK" in str(refused.value) and target.read_bytes() == b"old"
    run("export_txt", INPUT=layer(("𠮷", SQUARE)), OUTPUT=str(target), ENCODING="utf8")
    assert "𠮷" in target.read_text(encoding="utf-8") and [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_what_is_read_back_and_differs_is_not_put_in_place(run, tmp_path, monkeypatch):
    from shanshui.plugin.bridge.exchange.text_files import TextOut

    target, whole = tmp_path / "a.txt", TextOut.put
    target.write_bytes(b"old")
    monkeypatch.setattr(TextOut, "put", lambda self, text: whole(self, text.replace("3500010.000,39500010", "3500010.001,39500010")))
    with pytest.raises(QgsProcessingException):
        run("export_txt", INPUT=layer(), OUTPUT=str(target))
    assert target.read_bytes() == b"old" and [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_layers_in_degrees_need_a_plane_and_old_datums_keep_theirs(run, tmp_path):
    degrees = layer(("甲", "Polygon((117 30, 117.001 30, 117.001 30.001, 117 30))"), crs="EPSG:4490")
    with pytest.raises(QgsProcessingException):
        run("export_txt", INPUT=degrees, OUTPUT=str(tmp_path / "a.txt"))
    run("export_txt", INPUT=degrees, CRS="EPSG:4548", OUTPUT=str(tmp_path / "a.txt"))
    run("export_txt", INPUT=layer(crs="EPSG:2363"), OUTPUT=str(tmp_path / "b.txt"))
    run("import_txt", INPUT=str(tmp_path / "b.txt"), OUTPUT=str(tmp_path / "b.gpkg"))
    assert QgsVectorLayer(str(tmp_path / "b.gpkg"), "b", "ogr").crs().authid() == "EPSG:2363"
    assert "带号=39" in (tmp_path / "a.txt").read_text(encoding="gbk") and "J1,1,33" in (tmp_path / "a.txt").read_text(encoding="gbk")


def test_a_dialect_by_a_row_of_the_users_own_pack(run, tmp_path, monkeypatch):
    from shanshui.plugin.bridge import settings

    page = Path(__file__).parents[2] / "resources" / "packs" / "exchange" / "rules" / "txt_dialects.csv"
    head = page.read_text(encoding="utf-8").splitlines()[0]
    own = tmp_path / "packs" / "exchange" / "rules"
    own.mkdir(parents=True)
    row = "county,name|number|code,,rows,,面,,,crlf,2.0,version|datum|width|zone,某县,A county,its office,practice"
    (own / "txt_dialects.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    own_folder = replace(settings.load(), packs_folder=str(tmp_path / "packs"))
    monkeypatch.setattr(settings, "load", lambda: own_folder)
    run("export_txt", INPUT=layer(), DIALECT="county", OUTPUT=str(tmp_path / "a.txt"))
    assert "甲,G1,0101,@" in (tmp_path / "a.txt").read_text(encoding="gbk")
    assert run("import_txt", INPUT=str(tmp_path / "a.txt"), OUTPUT=str(tmp_path / "a.gpkg"))["DIALECTS"] == "county"


def test_what_is_no_coordinate_file_is_refused(run, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"PK\x03\x04" + bytes(2000) + b"@")
    (tmp_path / "empty").mkdir()
    for given in ("a.txt", "empty", "none.txt"):
        with pytest.raises(QgsProcessingException) as refused:
            run("import_txt", INPUT=str(tmp_path / given), OUTPUT="TEMPORARY_OUTPUT")
        assert given in str(refused.value) and "Traceback" not in str(refused.value)
