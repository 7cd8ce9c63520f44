"""VCT as it is run: a whole county there and back, the faulty one too, files that are refused, a target that survives a kill."""

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
from osgeo import ogr
from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsVectorLayer

ROOT = Path(__file__).resolve().parents[2]
SIZES = {0: lambda shape: 0.0, 1: shapely.length, 2: shapely.area}
# texts that a row of VCT cannot hold are changed and told
CHANGED = str.maketrans({",": "，", "\n": " ", "\r": " "})


@pytest.fixture(scope="module", params=[False, True], ids=["clean", "faulty"])
def county(request, tmp_path_factory) -> Path:
    from shanshui.processing_algorithms.start.sample_county import SampleCounty

    folder = tmp_path_factory.mktemp("县") / "county"
    algorithm = SampleCounty()
    algorithm.initAlgorithm()
    _, done = algorithm.run({"PATCHES": 400, "FAULTS": request.param, "OUTPUT": str(folder)}, QgsProcessingContext(), QgsProcessingFeedback())
    assert done
    return folder / "qinglan.gpkg"


def run(name, **parameters):
    import processing

    feedback = QgsProcessingFeedback(False)
    return processing.run(f"shanshui:{name}", parameters, context=QgsProcessingContext(), feedback=feedback), feedback.textLog()


def layers(path):
    source = ogr.Open(str(path))
    return [source.GetLayer(at).GetName() for at in range(source.GetLayerCount())]


def rows(path, name):
    """Attributes and shapes of a layer, read by OGR alone."""
    source = ogr.Open(str(path))
    page = source.GetLayerByName(name)
    names = [one.GetName() for one in page.schema]
    found = []
    for one in page:
        shape = one.GetGeometryRef()
        found.append(({name: one.GetField(name) for name in names}, None if shape is None else shapely.from_wkb(bytes(shape.ExportToWkb()))))
    return found


def plain(value):
    """A value as both sides hold it: nothing for an empty text, dates as the digits they are."""
    if isinstance(value, str):
        text = value.translate(CHANGED).replace("\r\n", " ")
        return (text.replace("/", "").replace("-", "") if len(text) == 10 and text[:4].isdigit() else text) if text.strip() else None
    return round(value, 6) if isinstance(value, float) else value


def test_a_county_there_and_back_is_the_same(provider, county, tmp_path):
    names = layers(county)
    sources = [f"{county}|layername={name}" for name in names]
    out, _ = run("export_vct", LAYERS=sources, OUTPUT=str(tmp_path / "县.vct"), FINDINGS=str(tmp_path / "f.gpkg"))
    back, _ = run("import_vct", INPUT=out["OUTPUT"], OUTPUT=str(tmp_path / "back.gpkg"), FINDINGS=str(tmp_path / "g.gpkg"))
    left_out = {row["LAYER"]: 0 for row, _ in rows(tmp_path / "f.gpkg", "f") if row["CODE"] == "vct.left_out"}
    assert not [row for row, _ in rows(tmp_path / "g.gpkg", "g") if row["SEVERITY"] == "error"]
    for name in names:
        was = [(row, shape) for row, shape in rows(county, name) if shape is None or not shape.is_empty]
        if name in left_out:
            was = [(row, shape) for row, shape in was if shape is not None]
        found = rows(back["OUTPUT"], name)
        assert len(found) == len(was), name
        for (old, shape), (new, again) in zip(was, found):
            assert {one: plain(new[one]) for one in old if one != "fid"} == {one: plain(value) for one, value in old.items() if one != "fid"}, name
            if shape is not None:
                size = SIZES[shapely.get_dimensions(shape)]
                # a vertex moves by at most half of 0.1 mm in x and y
                assert abs(size(again) - size(shape)) <= 1e-4 * max(shapely.length(shape), 1.0), name
                assert shapely.hausdorff_distance(shape, again) <= 1e-4, name
    crs = QgsVectorLayer(f"{back['OUTPUT']}|layername=DLTB", "", "ogr").crs()
    assert crs.authid() == "EPSG:4528"


def test_some_layers_are_read(provider, county, tmp_path):
    out, _ = run("export_vct", LAYERS=[f"{county}|layername={name}" for name in ("XZQ", "KCXS")], OUTPUT=str(tmp_path / "a.vct"))
    back, _ = run("import_vct", INPUT=out["OUTPUT"], LAYERS="kcxs", OUTPUT=str(tmp_path / "b.gpkg"))
    assert layers(back["OUTPUT"]) == ["KCXS"]
    with pytest.raises(QgsProcessingException, match="KCXS"):
        run("import_vct", INPUT=out["OUTPUT"], LAYERS="DLTB", OUTPUT=str(tmp_path / "c.gpkg"))
    assert not (tmp_path / "c.gpkg").exists()


@pytest.mark.parametrize(("raw", "word"), [
    (b"", "HeadBegin"), (b"\x00\x01binary", "HeadBegin"), ("栅格".encode("gb18030"), "HeadBegin"), (b"HeadBegin\nDataMark:X\nHeadEnd\n", "DataMark"),
])  # fmt: skip
def test_what_is_no_vct_file_is_refused_in_a_sentence(provider, tmp_path, raw, word):
    path = tmp_path / "x.vct"
    path.write_bytes(raw)
    (tmp_path / "old.gpkg").write_bytes(b"")
    with pytest.raises(QgsProcessingException, match=word):
        run("import_vct", INPUT=str(path), OUTPUT=str(tmp_path / "new.gpkg"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["old.gpkg", "x.vct"]


def test_a_layer_without_a_zone_is_refused(provider, tmp_path):
    layer = QgsVectorLayer("Polygon?crs=EPSG:3857&field=BSM:string", "DLTB", "memory")
    with pytest.raises(QgsProcessingException, match="CGCS2000"):
        run("export_vct", LAYERS=[layer], OUTPUT=str(tmp_path / "a.vct"))
    assert not list(tmp_path.iterdir())


KILLED = """
import sys, time
sys.path.insert(0, {tests!r})
import contender
contender.checkout()
from pathlib import Path
import numpy as np, pandas as pd, shapely
from shanshui.plugin.bridge.batch import Batch
from shanshui.plugin.bridge.exchange.vct_files import export
from shanshui.plugin.core import schema
from shanshui.plugin.core.progress import SILENT
from shanshui.plugin.core.table import Table
side = 60
corners = [(40500000 + i % side, 3300000 + i // side) for i in range(side * side)]
shapes = np.array([shapely.box(x, y, x + 1, y + 1) for x, y in corners], dtype=object)
table = Table(pd.DataFrame({{"BSM": [str(i) for i in range(len(shapes))]}}), shapes, "EPSG:4528", "DLTB")
packs = schema.load_packs()
print("ready", flush=True)
while True:
    with Batch() as batch:
        export(Path({target!r}), [table], [None], "EPSG:4528", packs, False, batch, SILENT)
        batch.finish()
"""


def test_killed_at_any_moment_the_target_is_whole(provider, tmp_path):
    """A process writes the file over and over and is killed at many moments: what lies there is the old file or a whole new one."""
    target = tmp_path / "a.vct"
    target.write_bytes(b"old")
    words = KILLED.format(tests=str(ROOT / "tests" / "bench"), target=str(target))
    whole = None
    for number in range(8):
        with subprocess.Popen([sys.executable, "-c", words], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None and child.stdout.readline().strip() == "ready"
            time.sleep(0.15 + 0.37 * number)
            os.kill(child.pid, signal.SIGKILL)
        raw = target.read_bytes()
        assert raw == b"old" or raw.endswith(b"AttributeEnd\r\n")
        if raw != b"old":
            whole = whole or hashlib.sha256(raw).hexdigest()
            assert hashlib.sha256(raw).hexdigest() == whole
    assert whole is not None  # some were killed after a first whole file
