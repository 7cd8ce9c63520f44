"""Shapefiles as they are exported: a county there and back, losses refused, old files kept, a kill at any moment."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import shapely

pytest.importorskip("qgis.core")
from osgeo import gdal, ogr
from qgis.core import QgsFeature, QgsGeometry, QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsVectorLayer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Path:
    from shanshui.processing_algorithms.start.sample_county import SampleCounty

    folder = tmp_path_factory.mktemp("县") / "county"
    algorithm = SampleCounty()
    algorithm.initAlgorithm()
    _, done = algorithm.run({"PATCHES": 400, "OUTPUT": str(folder)}, QgsProcessingContext(), QgsProcessingFeedback())
    assert done
    return folder / "qinglan.gpkg"


class RefusedError(Exception):
    """What a refused run says, with its log; QGIS's own exception would hold its layers."""


def run(name="export_shapefile", **parameters):
    import processing

    feedback = QgsProcessingFeedback(False)
    try:
        return processing.run(f"shanshui:{name}", parameters, context=QgsProcessingContext(), feedback=feedback), feedback.textLog()
    except QgsProcessingException as failure:
        raise RefusedError(f"{failure}\n{feedback.textLog()}") from None


def rows(path, name="", encoding=None):
    """Attributes and shapes of a layer, read by OGR alone."""
    source = gdal.OpenEx(str(path), open_options=[f"ENCODING={encoding}"] if encoding else [])
    page = source.GetLayerByName(name) if name else source.GetLayer(0)
    names = [one.GetName() for one in page.schema]
    found = []
    for one in page:
        shape = one.GetGeometryRef()
        found.append(({name: one.GetField(name) for name in names}, None if shape is None else shapely.from_wkb(bytes(shape.ExportToWkb()))))
    return found


def memory(kind, *fields, values=(), name="图斑"):
    layer = QgsVectorLayer(f"{kind}?crs=EPSG:4528&" + "&".join(f"field={one}" for one in fields), name, "memory")
    assert layer.isValid()
    for row in values:
        feature = QgsFeature(layer.fields())
        shape, *attributes = row
        if shape:
            feature.setGeometry(QgsGeometry.fromWkt(shape))
        feature.setAttributes(attributes)
        assert layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    return layer


def patch(*values, at=0):
    return (f"Polygon (({40500000 + at} 3300000, {40500010 + at} 3300000, {40500010 + at} 3300010, {40500000 + at} 3300000))", *values)


@pytest.mark.parametrize("encoding", ["utf8", "gbk"])
def test_a_county_there_and_back_is_the_same(provider, county, tmp_path, encoding):
    source = ogr.Open(str(county))
    names = [source.GetLayer(at).GetName() for at in range(source.GetLayerCount())]
    out, _ = run(LAYERS=[f"{county}|layername={one}" for one in names], ENCODING=encoding, ALLOW_LOSS=True, OUTPUT=str(tmp_path / "交换"))
    assert out["FILES"] == len(names)
    for name in names:
        was = rows(county, name)
        path = next(one for one in ((tmp_path / "交换" / f"{name}{tail}") for tail in (".shp", ".dbf")) if one.exists())
        found = rows(path, encoding={"utf8": "UTF-8", "gbk": "GBK"}[encoding])
        assert len(found) == len(was), name
        for (old, shape), (new, again) in zip(was, found):
            assert len(old) == len(new) or (not old and list(new) == ["FID"])
            for (field, value), other in zip(old.items(), new.values()):
                value, other = (one.strip() or None if isinstance(one, str) else one for one in (value, other))
                if isinstance(value, str) and encoding == "gbk":  # it has no ³
                    value = value.encode("gbk", "replace").decode("gbk")
                assert value == other, (name, field)
            assert (shape is None) == (again is None) and (shape is None or shapely.equals(shape, again)), name
        if path.suffix == ".shp":
            assert QgsVectorLayer(str(path), "", "ogr").crs().authid() == "EPSG:4528"


@pytest.mark.parametrize("cpg", [True, False], ids=["cpg", "head alone"])
def test_gbk_is_read_with_and_without_cpg(provider, tmp_path, cpg):
    layer = memory("Polygon", "地类名称:string(60)", values=[patch("水田"), patch("乔木林地（有林地）")])
    run(LAYERS=[layer], ENCODING="gbk", OUTPUT=str(tmp_path))
    if not cpg:
        (tmp_path / "图斑.cpg").unlink()
    assert (tmp_path / "图斑.dbf").read_bytes()[29] == 0x4D
    opened = QgsVectorLayer(str(tmp_path / "图斑.shp"), "", "ogr")
    assert opened.fields().names() == ["地类名称"]
    assert [one["地类名称"] for one in opened.getFeatures()] == ["水田", "乔木林地（有林地）"]
    back, _ = run("load_legacy", INPUT=str(tmp_path / "图斑.shp"), OUTPUT=str(tmp_path / "back.gpkg"))
    assert [row["地类名称"] for row, _ in rows(back["OUTPUT"])] == ["水田", "乔木林地（有林地）"] and back["FOUND"] == "gbk"


def test_loss_is_refused_and_listed_and_nothing_is_written(provider, tmp_path):
    layer = memory("Polygon", "MC:string(0)", "MJ:double", values=[patch("水" * 100, 1.5), patch("a", None), patch("好" * 90, 2)])
    with pytest.raises(RefusedError) as refused:
        run(LAYERS=[layer], OUTPUT=str(tmp_path / "新"), FINDINGS=str(tmp_path / "f.gpkg"))
    assert "3" in str(refused.value) and "MC" in str(refused.value) and "GeoPackage" in str(refused.value)
    assert all(word in str(refused.value) for word in ("MJ", "水" * 84))
    assert list(tmp_path.iterdir()) == []
    out, _ = run(LAYERS=[layer], ALLOW_LOSS=True, OUTPUT=str(tmp_path / "新"), FINDINGS=str(tmp_path / "f.gpkg"))
    told = [(row["CODE"], row["FEATURE"], row["FIELD"]) for row, _ in rows(tmp_path / "f.gpkg")]
    assert told == [("shp.text_cut", "1", "MC"), ("shp.text_cut", "3", "MC"), ("shp.null_numbers", "", "MJ")]
    found = [row for row, _ in rows(tmp_path / "新" / "图斑.shp")]
    assert found == [{"MC": "水" * 84, "MJ": 1.5}, {"MC": "a", "MJ": None}, {"MC": "好" * 84, "MJ": 2.0}] and out["ROWS"] == 3


def test_names_are_the_users_or_shortened(provider, tmp_path):
    layer = memory("Polygon", "QUANSHUDANWEIMC:string(9)", "QUANSHUDANWEIDM:string(9)", values=[patch("a", "b")])
    run(LAYERS=[layer], NAMES="quanshudanweimc=QSDWMC", OUTPUT=str(tmp_path))
    assert rows(tmp_path / "图斑.shp")[0][0] == {"QSDWMC": "a", "QUANSHUDAN": "b"}
    with pytest.raises(RefusedError, match=r"(?i)XXX"):
        run(LAYERS=[layer], NAMES="XXX=Y", OUTPUT=str(tmp_path / "n"))


def test_a_table_becomes_a_dbf(provider, tmp_path):
    run(LAYERS=[memory("None", "DM:string(4)", values=[(None, "01"), (None, "02")], name="代码")], OUTPUT=str(tmp_path))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["代码.cpg", "代码.dbf"]
    assert [row for row, _ in rows(tmp_path / "代码.dbf")] == [{"DM": "01"}, {"DM": "02"}]


def test_points_lines_and_heights(provider, tmp_path):
    many = memory("MultiPoint", "A:integer", values=[("MultiPoint ((1 2),(3 4))", 1), ("MultiPoint ((5 6))", 2), (None, 3)], name="点")
    high = memory("LineStringZ", "A:integer", values=[("LineStringZ (0 0 5, 1 1 6)", 1)], name="线")
    with pytest.raises(RefusedError, match="Z"):
        run(LAYERS=[many, high], OUTPUT=str(tmp_path))
    run(LAYERS=[many, high], ALLOW_LOSS=True, OUTPUT=str(tmp_path))
    assert [None if shape is None else shapely.get_num_geometries(shape) for _, shape in rows(tmp_path / "点.shp")] == [2, 1, None]
    assert rows(tmp_path / "线.shp")[0][1].wkt == "LINESTRING (0 0, 1 1)"


def test_names_of_layers_that_no_file_can_have(provider, tmp_path):
    layers = [memory("None", "A:integer", values=[(None, 1)], name=one) for one in ("村/镇", "村:镇", "con", "A", "a")]
    run(LAYERS=layers, OUTPUT=str(tmp_path))
    assert sorted(one.stem for one in tmp_path.glob("*.dbf")) == sorted(["村_镇", "村_镇_2", "con_", "A", "a_2"])


def test_what_is_there_is_kept(provider, tmp_path):
    layer = memory("Polygon", "A:integer", values=[patch(1)])
    run(LAYERS=[layer], OUTPUT=str(tmp_path))
    (tmp_path / "图斑.qix").write_bytes(b"old index")
    (tmp_path / "说明.txt").write_bytes(b"note")
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    other = memory("Polygon", "A:integer", values=[patch(1), patch(2)])
    with pytest.raises(RefusedError, match="OVERWRITE"):
        run(LAYERS=[other], OUTPUT=str(tmp_path))
    with pytest.raises(RefusedError, match="图斑"):  # a table would take the .dbf of the shapes
        run(LAYERS=[memory("None", "A:integer")], OVERWRITE=True, OUTPUT=str(tmp_path))
    with pytest.raises(RefusedError):  # the layer that is read is the file that would be replaced
        run(LAYERS=[str(tmp_path / "图斑.shp")], OVERWRITE=True, OUTPUT=str(tmp_path))
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before
    run(LAYERS=[other], OVERWRITE=True, OUTPUT=str(tmp_path))
    assert len(rows(tmp_path / "图斑.shp")) == 2 and not (tmp_path / "图斑.qix").exists() and (tmp_path / "说明.txt").exists()


def test_what_does_not_read_back_the_same_is_not_put_in_place(provider, tmp_path, monkeypatch):
    from shanshui.plugin.core.exchange import dbf

    records = dbf.records
    monkeypatch.setattr(dbf, "records", lambda *given: records(*given).replace(b"  7", b"  8"))
    with pytest.raises(RefusedError, match="7"):
        run(LAYERS=[memory("Polygon", "A:integer", values=[patch(7)])], OUTPUT=str(tmp_path / "x"))
    assert list(tmp_path.iterdir()) == []


KILLED = """
import sys
sys.path.insert(0, {tests!r})
import contender
contender.checkout()
from pathlib import Path
import numpy as np, pandas as pd, shapely
from shanshui.plugin.bridge.batch import Batch
from shanshui.plugin.bridge.exchange import shapefiles
from shanshui.plugin.core.exchange.shapefile import Source, planned
from shanshui.plugin.core.table import Table
folder = Path({folder!r})
tables = []
for number, name in ((1200, "甲"), (700, "乙")):
    shapes = np.array([shapely.box(i, 0, i + 1, 1) for i in range(number)], dtype=object)
    tables.append(Table(pd.DataFrame({{"N": np.arange(number), "T": ["水田"] * number}}), shapes, "EPSG:4528", name))
plans = [planned(Source(one, one.name, {{}}), "utf-8", {{}})[0][0] for one in tables]
print("ready", flush=True)
while True:
    with Batch() as batch:
        stage = batch.stage(folder / "甲.shp")
        for plan in plans:
            shapefiles.verified(shapefiles.made(stage, plan, "utf8"), plan)
        batch.finish()
"""


def test_killed_at_any_moment_the_files_are_whole(provider, tmp_path):
    """A process writes two layers over and over and is killed at many moments; then the next run in the folder is begun, as a user would."""
    from shanshui.plugin.bridge import sinks

    for name in ("甲", "乙"):
        run(LAYERS=[memory("Polygon", "N:integer", "T:string(9)", values=[patch(5, "旧")], name=name)], OUTPUT=str(tmp_path))
    old = {name: rows(tmp_path / f"{name}.shp") for name in ("甲", "乙")}
    words = KILLED.format(tests=str(ROOT / "tests" / "bench"), folder=str(tmp_path))
    seen = set()
    for number in range(10):
        with subprocess.Popen([sys.executable, "-c", words], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None and child.stdout.readline().strip() == "ready"
            time.sleep(0.01 + 0.071 * number)
            os.kill(child.pid, signal.SIGKILL)
        for stage in tmp_path.glob(".shanshui-*"):
            os.utime(stage, (time.time() - 60, time.time() - 60))
        with sinks.staged(tmp_path / "other.shp"):
            pass
        found = {name: rows(tmp_path / f"{name}.shp") for name in ("甲", "乙")}
        state = "old" if found == old else "new"
        seen.add(state)
        if state == "new":
            assert {name: len(one) for name, one in found.items()} == {"甲": 1200, "乙": 700}
            assert all(row["T"] == "水田" and shape.area == 1 for one in found.values() for row, shape in one)
    assert "new" in seen


@pytest.mark.parametrize("moved", range(9))
def test_a_swap_that_was_cut_off_is_brought_to_its_end(provider, tmp_path, monkeypatch, moved):
    """The moments between two renames are too short to be hit by a kill: here each of them is."""
    from shanshui.plugin.bridge import sinks

    class Killed(BaseException):
        pass

    endings = (".shp", ".shx", ".dbf", ".prj")
    for ending in (*endings, ".qix"):
        (tmp_path / f"图{ending}").write_bytes(b"old")
    stage = tmp_path / ".shanshui-killed"
    stage.mkdir()
    for ending in (*endings, ".cpg"):
        (stage / f"图{ending}").write_bytes(hashlib.sha256(ending.encode()).digest())
    replace, done = os.replace, []

    def dying(source, goal):
        if len(done) == moved:
            raise Killed
        done.append(goal)
        replace(source, goal)

    monkeypatch.setattr(os, "replace", dying)
    with pytest.raises(Killed):
        sinks.swap(stage, tmp_path / "图.shp")
    monkeypatch.setattr(os, "replace", replace)
    with sinks.staged(tmp_path / "图.shp"):  # a swap that is going on in another process is left alone
        assert stage.is_dir()
    os.utime(stage, (time.time() - 60, time.time() - 60))
    with sinks.staged(tmp_path / "other.shp"):
        pass
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {
        f"图{ending}": hashlib.sha256(ending.encode()).digest() for ending in (*endings, ".cpg")
    }
