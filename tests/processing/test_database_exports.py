"""GeoPackage and file geodatabase as they are run: a county written, read by OGR alone, and opened dressed by this QGIS."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import shapely

pytest.importorskip("qgis.core")
from osgeo import gdal
from qgis.core import QgsFieldConstraints, QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback, QgsSettings, QgsVectorLayer

from shanshui.plugin.core import schema

ENDS = {"export_geopackage": "gpkg", "export_geodatabase": "gdb"}
both = pytest.mark.parametrize("name", sorted(ENDS))


@pytest.fixture(scope="module", params=[False, True], ids=["clean", "faulty"])
def county(request, tmp_path_factory, qgis_app) -> Path:
    from shanshui.processing_algorithms.start.sample_county import SampleCounty

    folder = tmp_path_factory.mktemp("县") / "county"
    algorithm = SampleCounty()
    algorithm.initAlgorithm()
    _, done = algorithm.run({"PATCHES": 300, "FAULTS": request.param, "OUTPUT": str(folder)}, QgsProcessingContext(), QgsProcessingFeedback())
    assert done
    return folder / "qinglan.gpkg"


@pytest.fixture(params=["zh", "en"])
def language(request, qgis_app):
    """The language of outputs."""
    store = QgsSettings()
    before = store.value("shanshui/language")
    store.setValue("shanshui/language", request.param)
    yield request.param
    store.remove("shanshui/language") if before is None else store.setValue("shanshui/language", before)


def run(name, **parameters):
    import processing

    feedback = QgsProcessingFeedback(False)
    return processing.run(f"shanshui:{name}", parameters, context=QgsProcessingContext(), feedback=feedback), feedback.textLog()


def opened(path):
    source = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    assert source is not None, path
    return source


def layers(path):
    source = opened(path)
    return [source.GetLayer(at).GetName() for at in range(source.GetLayerCount())]


def rows(path, name):
    """Attributes and shapes of a layer in the order of their ids, read by OGR alone."""
    source = opened(path)
    page = source.GetLayerByName(name)
    names = [one.GetName() for one in page.schema]
    found = []
    for one in page:
        shape = one.GetGeometryRef()
        kept = shape is not None and not shape.IsEmpty()
        found.append(({name: plain(one.GetField(name)) for name in names}, shapely.from_wkb(bytes(shape.ExportToWkb())) if kept else None))
    return found


def plain(value):
    """A day is a day whether a time of midnight stands behind it or not."""
    text = value.removesuffix(" 00:00:00").removesuffix("+00").removesuffix(" 00:00:00") if isinstance(value, str) else value
    return text.replace("-", "/") if isinstance(text, str) and len(text) == 10 and text[:2] in ("19", "20") else text


SOME = ("XZQ", "DLTB", "CJDCQ", "HAX", "GHYDYH", "KCXS", "SYQ")


def some(county):
    """Layers of pages of all kinds; DLTB_T1 and the like follow no page."""
    return [name for name in layers(county) if name in SOME]


def sources(county, names=None):
    return [f"{county}|layername={name}" for name in names or layers(county)]


@both
def test_a_county_is_the_same_in_a_database(provider, county, tmp_path, name):
    target = tmp_path / f"县 1.{ENDS[name]}"
    out, log = run(name, LAYERS=sources(county), OUTPUT=str(target))
    assert out["OUTPUT"] == str(target) and sorted(one.name for one in tmp_path.iterdir()) == [target.name]
    assert [one for one in layers(target) if one != "layer_styles"] == layers(county)
    assert out["ROWS"] == sum(len(rows(county, one)) for one in layers(county))
    step = 0.0 if ENDS[name] == "gpkg" else 1e-4
    for layer in layers(county):
        was, found = rows(county, layer), rows(target, layer)
        assert [row for row, _ in found] == [row for row, _ in was], layer
        for (_, shape), (_, again) in zip(was, found):
            assert (shape is None) == (again is None)
            assert shape is None or shapely.hausdorff_distance(shape, again) <= step, layer
    assert "differs" not in log


@pytest.fixture
def pages():
    """Layer name → its page and its pack, for the layers of the county."""
    packs = schema.load_packs()
    return {name: (page, packs[pack]) for pack in ("sample", "registration", "survey") for name, page in packs[pack].layers.items()}


def expected(page, pack, language):
    """What each field of a page is to look like: label, codes, must it be filled."""
    for entry in page.fields:
        codes = set(pack.codes[entry.domain]) if entry.domain else set()
        yield entry, entry.label_zh if language == "zh" else entry.label_en, codes


def test_this_qgis_opens_the_geopackage_dressed(provider, county, pages, language, tmp_path):
    out, _ = run("export_geopackage", LAYERS=sources(county, some(county)), OUTPUT=str(tmp_path / "a.gpkg"))
    seen = 0
    for name in some(county):
        layer, (page, pack) = QgsVectorLayer(f"{out['OUTPUT']}|layername={name}", name, "ogr"), pages[name]
        for entry, label, codes in expected(page, pack, language):
            at = layer.fields().lookupField(entry.name)
            assert layer.attributeAlias(at) == label, f"{name}.{entry.name}"
            firm = bool(layer.fieldConstraints(at) & QgsFieldConstraints.Constraint.ConstraintNotNull)
            assert firm == (entry.presence == "M"), f"{name}.{entry.name}"
            widget = layer.editorWidgetSetup(at)
            if codes:
                listed = [pair for one in widget.config()["map"] for pair in one.items()]
                assert widget.type() == "ValueMap" and {code for _, code in listed} == codes
                words = {code.code: code.name_zh if language == "zh" else code.name_en for code in pack.codes[entry.domain].entries.values()}
                assert all(words[code] in word for word, code in listed)
            seen += bool(codes)
    assert seen > 8
    districts = QgsVectorLayer(f"{out['OUTPUT']}|layername=XZQ", "XZQ", "ogr")
    shipped = QgsVectorLayer(f"{county}|layername=XZQ", "XZQ", "ogr")
    shipped.loadNamedStyle(str(Path(__file__).resolve().parents[2] / "resources" / "styles" / "districts.qml"))
    layers_of = [[one.properties() for one in layer.renderer().symbol().symbolLayers()] for layer in (districts, shipped)]
    assert layers_of[0] == layers_of[1]


@both
def test_domains_and_labels_stand_in_the_file_itself(provider, county, pages, language, tmp_path, name):
    out, _ = run(name, LAYERS=sources(county, some(county)), OUTPUT=str(tmp_path / f"a.{ENDS[name]}"))
    source, coded, ranged, titles = opened(out["OUTPUT"]), 0, 0, {}
    if name == "export_geopackage":  # GDAL 3.6 does not read the titles of columns; they stand where the standard has them
        with closing(sqlite3.connect(out["OUTPUT"])) as link:
            titles = {row[:2]: row[2] for row in link.execute("SELECT table_name, column_name, title FROM gpkg_data_columns")}
    for layer in some(county):
        page, pack = pages[layer]
        columns = {one.GetName(): one for one in source.GetLayerByName(layer).schema}
        for entry, label, codes in expected(page, pack, language):
            found = titles[layer, entry.name] if titles else columns[entry.name].GetAlternativeName()
            assert found == label, f"{layer}.{entry.name}"
            domain = source.GetFieldDomain(columns[entry.name].GetDomainName()) if columns[entry.name].GetDomainName() else None
            if codes:
                assert set(domain.GetEnumeration()) == codes
                coded += 1
            elif domain is not None:
                assert entry.minimum is None or domain.GetMinAsDouble() == entry.minimum
                assert entry.maximum is None or domain.GetMaxAsDouble() == entry.maximum
                ranged += 1
            else:
                assert entry.minimum is None and entry.maximum is None, f"{layer}.{entry.name}"
    assert coded > 8 and ranged > 8


def test_the_geodatabase_has_its_feature_dataset(provider, county, tmp_path):
    moved = QgsVectorLayer("Point?crs=EPSG:4490&field=BSM:string", "JZD", "memory")
    plain_table = QgsVectorLayer("None?field=A%20b:integer", "1表", "memory")
    out, log = run("export_geodatabase", LAYERS=[f"{county}|layername=DLTB", moved, plain_table], OUTPUT=str(tmp_path / "a.gdb"))
    source = opened(out["OUTPUT"])  # a group whose file is gone from memory ends the process
    group = source.GetRootGroup()
    assert list(group.GetGroupNames()) == ["TDGX"]
    assert list(group.OpenGroup("TDGX").GetVectorLayerNames()) == ["DLTB"]
    assert "JZD" in layers(out["OUTPUT"]) and "JZD" in log
    assert "A b → A_b" in log and "1表 → " in log


def test_the_geopackage_says_where_its_pages_come_from(provider, county, tmp_path):
    out, _ = run("export_geopackage", LAYERS=sources(county, some(county)), OUTPUT=str(tmp_path / "a.gpkg"))
    source = opened(out["OUTPUT"])
    assert source.GetMetadata()["PACK_survey"].endswith(schema.load_packs()["survey"].edition)
    layer = source.GetLayerByName("DLTB")
    assert layer.GetMetadataItem("IDENTIFIER") in ("地类图斑 (DLTB)", "Land survey patch (DLTB)")
    assert "TD/T 1057-2020" in layer.GetMetadataItem("DESCRIPTION")
    page = schema.load_packs()["survey"].layers["DLTB"]
    ours = {one.name for one in page.fields if one.status != "standard"}
    told = {word for item, value in layer.GetMetadata().items() if item.startswith("FIELDS_") for word in value.split()}
    assert told == ours and ours


@both
def test_what_is_there_stays_unless_it_may_be_replaced(provider, county, tmp_path, name):
    target = tmp_path / f"a.{ENDS[name]}"
    run(name, LAYERS=sources(county, some(county))[:2], OUTPUT=str(target))
    before = {one: one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()}
    with pytest.raises(QgsProcessingException, match=r"(already|已存在)"):
        run(name, LAYERS=sources(county, some(county))[2:3], OUTPUT=str(target))
    with pytest.raises(QgsProcessingException, match=r"(one of the inputs|输入)"):
        run(name, LAYERS=[f"{target}|layername={some(county)[0]}"], OVERWRITE=True, OUTPUT=str(target))
    # QGIS, which opened the file as an input above, may leave an .aux.xml of GDAL's beside it (seen on 3.44)
    there = [one for one in tmp_path.rglob("*") if one.is_file() and not one.name.endswith(".gpkg.aux.xml")]
    assert {one: one.read_bytes() for one in there} == before
    _, log = run(name, LAYERS=sources(county, some(county))[1:3], OVERWRITE=True, OUTPUT=str(target))
    assert [one for one in layers(target) if one != "layer_styles"] == some(county)[1:3]
    assert some(county)[0] in log and [one.name for one in tmp_path.iterdir()] == [target.name]


@both
def test_two_layers_of_one_name_are_refused(provider, county, tmp_path, name):
    with pytest.raises(QgsProcessingException, match="DLTB"):
        run(name, LAYERS=[f"{county}|layername=DLTB"] * 2, OUTPUT=str(tmp_path / f"a.{ENDS[name]}"))
    assert not list(tmp_path.iterdir())


def test_a_gdal_that_cannot_write_is_told_before_the_run(provider, county, tmp_path, monkeypatch):
    from shanshui.plugin.bridge.exchange import gdb_driver

    monkeypatch.setattr(gdb_driver, "_ASKED", ("DCAP_CREATE_DREAMS",))
    with pytest.raises(QgsProcessingException):
        run("export_geodatabase", LAYERS=sources(county, some(county))[:1], OUTPUT=str(tmp_path / "a.gdb"))
    able, why = provider.algorithm("export_geodatabase").canExecute()
    assert not able and gdal.VersionInfo("RELEASE_NAME") in why and not list(tmp_path.iterdir())


def test_a_number_that_a_geodatabase_cannot_hold_is_refused(provider, tmp_path):
    layer = QgsVectorLayer("None?field=N:int8", "T", "memory")
    from qgis.core import QgsFeature

    for number in (2**40, 2**53 + 1):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([number])
        assert layer.dataProvider().addFeatures([feature])[0]
        if number == 2**40:
            out, _ = run("export_geodatabase", LAYERS=[layer], OUTPUT=str(tmp_path / "a.gdb"))
            assert rows(out["OUTPUT"], "T")[0][0]["N"] == 2**40
    with pytest.raises(QgsProcessingException, match=str(2**53 + 1)):
        run("export_geodatabase", LAYERS=[layer], OUTPUT=str(tmp_path / "b.gdb"))
    assert not (tmp_path / "b.gdb").exists()


KILLED = """
import sys
sys.path.insert(0, {tests!r})
import contender
contender.checkout()
from pathlib import Path
import numpy as np, pandas as pd, shapely
from qgis.core import QgsApplication, QgsFields
application = QgsApplication([], False)
application.initQgis()
from shanshui.plugin.bridge.batch import Batch
from shanshui.plugin.bridge.exchange import {writer}
from shanshui.plugin.bridge.exchange.prepared import prepare
from shanshui.plugin.core import schema
from shanshui.plugin.core.progress import SILENT
from shanshui.plugin.core.table import Table
packs = schema.load_packs()
ids = np.arange(400)
table = Table(pd.DataFrame({{"BSM": [str(i) for i in ids]}}), shapely.box(ids, 0, ids + 1, 1), "EPSG:4528", "DLTB")
ready = prepare(table, packs["survey"].layers["DLTB"], QgsFields(), "zh")
print("ready", flush=True)
while True:
    with Batch() as batch:
        {writer}.export(Path({target!r}), [ready], packs, "zh", batch, SILENT)
        batch.finish()
"""


@both
def test_killed_at_any_moment_the_target_is_whole(provider, tmp_path, name):
    """A process replaces a database over and over and is killed at many moments; a GeoPackage has the -wal of a killed writer beside it first."""
    from shanshui.plugin.bridge import folder_swap

    target = tmp_path / f"a.{ENDS[name]}"
    old = QgsVectorLayer("None?field=A:integer", "OLD", "memory")
    run(name, LAYERS=[old], OUTPUT=str(target))
    if name == "export_geopackage":
        left = "import os, sqlite3, sys; l = sqlite3.connect(sys.argv[1]); l.execute('PRAGMA journal_mode=WAL');"
        left += " l.execute('CREATE TABLE late (x)'); l.commit(); os._exit(1)"
        subprocess.run([sys.executable, "-c", left, str(target)], check=False)
        assert target.with_name("a.gpkg-wal").stat().st_size > 0
    words = KILLED.format(tests=str(Path(__file__).resolve().parents[1] / "bench"), target=str(target), writer=name.partition("_")[2])
    seen = set()
    for number in range(6):
        with subprocess.Popen([sys.executable, "-c", words], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None and child.stdout.readline().strip() == "ready"
            time.sleep(0.02 + 0.21 * number)
            os.kill(child.pid, signal.SIGKILL)
        looked = "import sys; from osgeo import gdal; s = gdal.OpenEx(sys.argv[1]);"
        looked += " print({s.GetLayer(i).GetName(): s.GetLayer(i).GetFeatureCount() for i in range(s.GetLayerCount())})"
        folder_swap.tidy(target)
        second = subprocess.run([sys.executable, "-c", looked, str(target)], capture_output=True, text=True, check=False)
        told = second.stdout
        assert second.returncode == 0, f"{second.stderr}\n{sorted((one.name, one.stat().st_size) for one in tmp_path.iterdir())}"
        assert ("'OLD': 0" in told) != ("'DLTB': 400" in told), told
        seen.add("OLD" in told)
    assert False in seen  # some were killed after a first whole database
