"""Bulk reading and writing against the plain way, feature by feature; GDAL and SQLite themselves judge the file."""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

pytest.importorskip("qgis.core")
from osgeo import gdal, ogr, osr
from qgis.core import NULL, QgsVectorLayer

from shanshui.plugin.bridge import fast_read, fast_write, layers, sinks, spatial_index
from shanshui.plugin.bridge.run import Origin
from shanshui.plugin.core.errors import Cancelled, OutputError
from shanshui.plugin.core.progress import Progress
from shanshui.plugin.core.table import Table

COLUMNS = {
    "BSM": ["甲", "", None, " b ", "x"],
    "N": [1, None, 3, -4, 2**31 - 1],
    "WHOLE": [1, 2, 3, 4, 2**60 + 1],
    "MJ": [1.5, None, float(1 / 3), 0.0, -2.25],
    "YES": [True, None, False, True, False],
    "DAY": [datetime.date(2020, 2, 29), None, datetime.date(1999, 12, 31), None, datetime.date(2026, 1, 1)],
    "NOTHING": [None] * 5,
    "NO_NUMBER": [None] * 5,
}
WKT = [
    "MULTIPOLYGON(((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,2 1,1 1)))",
    None,
    "MULTIPOLYGON(((0 0,4 4,4 0,0 4,0 0)))",
    "MULTIPOLYGON Z(((9 9 5,12 9 5,12 12 5,9 9 5)))",
    "MULTIPOLYGON(((20 0,24 0,24 4,20 4,20 0)),((30 0,31 0,31 1,30 0)))",
]


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A GeoPackage written by OGR, with every kind of gap."""
    path = tmp_path / "县 一.gpkg"
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    system = osr.SpatialReference()
    system.ImportFromEPSG(4528)
    layer = source.CreateLayer("DLTB", system, ogr.wkbMultiPolygon25D)
    types: dict[str, tuple[int, int]] = {
        "BSM": (ogr.OFTString, 0), "N": (ogr.OFTInteger, 0), "WHOLE": (ogr.OFTInteger64, 0), "MJ": (ogr.OFTReal, 0),
        "YES": (ogr.OFTInteger, ogr.OFSTBoolean), "DAY": (ogr.OFTDate, 0), "NOTHING": (ogr.OFTString, 0), "NO_NUMBER": (ogr.OFTReal, 0),
    }  # fmt: skip
    for name, (kind, sub) in types.items():
        field = ogr.FieldDefn(name, kind)
        field.SetSubType(sub)
        layer.CreateField(field)
    for at, text in enumerate(WKT):
        feature = ogr.Feature(layer.GetLayerDefn())
        for name, values in COLUMNS.items():
            if values[at] is not None:
                feature.SetField(name, str(values[at]).replace("-", "/") if name == "DAY" else values[at])
        if text:
            feature.SetGeometry(ogr.CreateGeometryFromWkt(text))
        layer.CreateFeature(feature)
    layer.DeleteFeature(4)  # a gap in the keys
    del layer, source
    return path


def same(one: Table, other: Table) -> None:
    assert one.fields == other.fields
    for name in one.fields:
        left, right = one.rows[name], other.rows[name]
        assert left.dtype == right.dtype, name
        for a, b in zip(left, right):
            assert (pd.isna(a) and pd.isna(b)) or (a == b and type(a) is type(b)), name
    assert one.crs == other.crs
    if one.geometry is not None:
        assert all(a is b is None or shapely.equals_exact(a, b) for a, b in zip(one.shapes, other.shapes))


@pytest.mark.qgis
@pytest.mark.parametrize("kind", ["polygon", "any", "table"])
@pytest.mark.parametrize("invalid", ["repair", "reject"])
def test_bulk_reading_gives_what_plain_reading_gives(qgis_app: Any, county: Path, kind: str, invalid: str) -> None:
    layer = QgsVectorLayer(f"{county}|layername=DLTB", "DLTB", "ogr")
    plain = layers.read(layer, "DLTB", kind, invalid)
    bulk = layers.read(layer, "DLTB", kind, invalid, place=Origin(str(county), "DLTB", True))
    assert fast_read.read(str(county), "DLTB", layer.fields(), kind != "table") is not None
    same(plain.table, bulk.table)
    same(plain.rejected, bulk.rejected)
    assert plain.ids.tolist() == bulk.ids.tolist()
    assert (plain.seen, plain.repaired, plain.reasons) == (bulk.seen, bulk.repaired, bulk.reasons)


@pytest.mark.qgis
def test_what_is_not_certain_is_left_to_plain_reading(qgis_app: Any, county: Path, tmp_path: Path) -> None:
    layer = QgsVectorLayer(f"{county}|layername=DLTB", "DLTB", "ogr")
    fields = layer.fields()
    assert fast_read.read(str(county), "NO_SUCH", fields, True) is None
    fields.append(layers.make_field("JOINED", "text"))
    assert fast_read.read(str(county), "DLTB", fields, True) is None
    source = gdal.OpenEx(str(county), gdal.OF_UPDATE)
    source.GetLayer(0).CreateField(ogr.FieldDefn("WHEN", ogr.OFTDateTime))
    del source
    other = QgsVectorLayer(f"{county}|layername=DLTB", "DLTB", "ogr")
    assert fast_read.read(str(county), "DLTB", other.fields(), True) is None


@pytest.mark.parametrize("raises", [True, False])
def test_a_file_of_another_kind_is_left_to_plain_reading(qgis_app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raises: bool) -> None:
    """Whether GDAL raises or returns nothing is set by whoever shares the process; both ways of its answer are tried on what it answers here."""
    path = tmp_path / "one.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    fields = QgsVectorLayer(str(path), "one", "ogr").fields()
    opened = gdal.OpenEx

    def answer(*given: Any, **named: Any) -> Any:
        try:
            found = opened(*given, **named)
        except RuntimeError:
            found = None
        if found is None and raises:
            raise RuntimeError("not recognized as a supported file format")
        return found

    monkeypatch.setattr(gdal, "OpenEx", answer)
    assert fast_read.read(str(path), "", fields, True) is None


def table(count: int = 5, crs: str = "EPSG:4528") -> Table:
    """A table of every kind of column with gaps; shapes single, multi, empty and missing."""
    rng = np.random.default_rng(3)
    base = {name: (values * (count // 5 + 1))[:count] for name, values in COLUMNS.items()}
    rows = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in base.items()})
    rows["N"], rows["YES"] = rows["N"].astype("Int64"), rows["YES"].astype("boolean")
    rows["WHOLE"], rows["MJ"], rows["NO_NUMBER"] = rows["WHOLE"].astype("int64"), rows["MJ"].astype(float), rows["NO_NUMBER"].astype(float)
    corner = rng.random((count, 2)) * 9_000 + (40_400_000, 3_300_000)
    shapes = np.asarray(shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + 30, corner[:, 1] + 20), dtype=object)
    shapes[1::7] = None
    shapes[2::7] = shapely.multipolygons(np.stack([shapes[2::7], shapely.transform(shapes[2::7], lambda xy: xy + 60)], axis=1))
    return Table(rows, shapes, crs, "DLTB")


def plainly(monkeypatch: pytest.MonkeyPatch, path: Path, tables: list[Table], layer: str = "DLTB") -> None:
    with monkeypatch.context() as patch:
        patch.setattr(fast_write, "fits", lambda *_: False)
        sinks.write_file(sinks.Target("file", str(path), path, layer), tables, "polygon", [])


def content(path: Path, layer: str = "DLTB") -> tuple[Any, ...]:
    """What OGR sees of a layer: fields, CRS, kind, count, extent, and every feature."""
    source = ogr.Open(str(path))
    found = source.GetLayerByName(layer)
    page = found.GetLayerDefn()
    fields = [(one.GetName(), one.GetType(), one.GetSubType(), one.GetWidth(), one.GetPrecision()) for one in found.schema]
    drawn = [(one, one.GetGeometryRef()) for one in found]
    rows = [(one.GetFID(), [one.GetField(i) for i in range(page.GetFieldCount())], shape and shape.ExportToIsoWkb()) for one, shape in drawn]
    return fields, found.GetSpatialRef().ExportToWkt(), page.GetGeomType(), found.GetFeatureCount(), found.GetExtent(), rows


def sound(path: Path, layer: str = "DLTB") -> None:
    """SQLite's own checks of the file and of the index."""
    with closing(sqlite3.connect(path)) as link:
        assert link.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert link.execute("PRAGMA foreign_key_check").fetchall() == []
        assert link.execute(f"SELECT rtreecheck('rtree_{layer}_geom')").fetchone() == ("ok",)
        drawn = link.execute(f'SELECT count(*) FROM "{layer}" WHERE geom IS NOT NULL').fetchone()
        assert link.execute(f'SELECT count(*) FROM "rtree_{layer}_geom"').fetchone() == drawn
        assert link.execute("PRAGMA journal_mode").fetchone() == ("delete",)


@pytest.mark.qgis
@pytest.mark.parametrize("count", [0, 1, 5, 40, 41, 7_003])
def test_bulk_writing_gives_what_plain_writing_gives(qgis_app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    parts = [table(count), table(count).take(slice(0, count // 2))]
    bulk, plain = tmp_path / "bulk.gpkg", tmp_path / "plain.gpkg"
    seen: list[int] = []
    real = fast_write.write
    monkeypatch.setattr(fast_write, "write", lambda *given: seen.append(1) or real(*given))
    sinks.write_file(sinks.Target("file", str(bulk), bulk, "DLTB"), parts, "polygon", [])
    plainly(monkeypatch, plain, parts)
    assert seen == [1]
    ours, theirs = content(bulk), content(plain)
    assert ours[:4] == theirs[:4]
    assert ours[4] == pytest.approx(theirs[4], rel=1e-14)  # GDAL 3.13 notes an extent with 15 digits
    for one, other in zip(ours[-1], theirs[-1]):
        assert one[:2] == other[:2]
        # where there is no shape QGIS writes an empty one, bulk writing none
        assert one[2] == other[2] or (one[2] is None and ogr.CreateGeometryFromWkb(bytes(other[2])).IsEmpty())
    assert len(ours[-1]) == len(theirs[-1])
    sound(bulk)
    with closing(sqlite3.connect(bulk)) as one, closing(sqlite3.connect(plain)) as other:
        words = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
        assert one.execute(words).fetchall() == other.execute(words).fetchall()


@pytest.mark.qgis
def test_the_index_finds_what_plain_search_finds_and_follows_edits(qgis_app: Any, tmp_path: Path) -> None:
    path = tmp_path / "o.gpkg"
    given = table(7_003)
    sinks.write_file(sinks.Target("file", str(path), path, "DLTB"), [given], "polygon", [])
    boxes = shapely.bounds(given.shapes)
    source = gdal.OpenEx(str(path), gdal.OF_UPDATE)
    layer = source.GetLayer(0)
    for x, y in ((40_400_000, 3_300_000), (40_404_000.5, 3_303_000.25)):
        layer.SetSpatialFilterRect(x, y, x + 900, y + 700)
        meets = (boxes[:, 0] <= x + 900) & (boxes[:, 2] >= x) & (boxes[:, 1] <= y + 700) & (boxes[:, 3] >= y)
        assert sorted(one.GetFID() - 1 for one in layer) == np.flatnonzero(meets).tolist()
    layer.SetSpatialFilter(None)
    layer.DeleteFeature(1)
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkt("MULTIPOLYGON(((0 0,1 0,1 1,0 0)))"))
    layer.CreateFeature(feature)
    assert feature.GetFID() == 7_004
    layer.SetSpatialFilterRect(0, 0, 2, 2)
    assert [one.GetFID() for one in layer] == [7_004]
    del layer, source
    sound(path)


@pytest.mark.qgis
def test_other_tables_of_a_container_stay(qgis_app: Any, tmp_path: Path) -> None:
    path = tmp_path / "o.gpkg"
    for name in ("DLTB", "QS", "DLTB"):
        sinks.write_file(sinks.Target("file", str(path), path, name), [table(12)], "polygon", [])
    source = ogr.Open(str(path))
    assert sorted(source.GetLayer(i).GetName() for i in range(source.GetLayerCount())) == ["DLTB", "QS"]
    del source
    sound(path)
    sound(path, "QS")


@pytest.mark.qgis
def test_qgis_opens_it(qgis_app: Any, tmp_path: Path) -> None:
    path = tmp_path / "o.gpkg"
    sinks.write_file(sinks.Target("file", str(path), path, "DLTB"), [table(30)], "polygon", [])
    layer = QgsVectorLayer(f"{path}|layername=DLTB", "o", "ogr")
    assert layer.isValid() and layer.featureCount() == 30 and layer.crs().authid() == "EPSG:4528"
    first = next(layer.getFeatures())
    assert first["BSM"] == "甲" and first["NOTHING"] == NULL and first.geometry().isMultipart()


@pytest.mark.qgis
def test_own_keys_are_kept_and_repeated_ones_are_not(qgis_app: Any, tmp_path: Path) -> None:
    path = tmp_path / "o.gpkg"
    given = table(4).with_columns(fid=[7, 3, 90, 4])
    sinks.write_file(sinks.Target("file", str(path), path, "DLTB"), iter([given]), "polygon", [])
    assert [row[0] for row in content(path)[-1]] == [1, 2, 3, 4]  # a stream's keys may repeat
    sinks.write_file(sinks.Target("file", str(path), path, "DLTB"), [given], "polygon", [])
    assert sorted(row[0] for row in content(path)[-1]) == [3, 4, 7, 90]


@pytest.mark.qgis
def test_a_failure_or_a_stop_leaves_the_old_file(qgis_app: Any, tmp_path: Path) -> None:
    path = tmp_path / "o.gpkg"
    target = sinks.Target("file", str(path), path, "DLTB")
    sinks.write_file(target, [table(9)], "polygon", [])
    before = path.read_bytes()

    def breaking() -> Any:
        yield table(9)
        raise OutputError("output.locked")

    with pytest.raises(OutputError):
        sinks.write_file(target, breaking(), "polygon", [])
    calls = iter([False] * 3)
    with pytest.raises(Cancelled):
        sinks.write_file(target, [table(9)] * 50, "polygon", [], Progress(stopped=lambda: next(calls, True)))
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["o.gpkg"]


@pytest.mark.parametrize("count", [1, 2, 41, 1_700, 40_000])
def test_a_packed_index_is_an_rtree(count: int) -> None:
    """SQLite checks its structure, and its answers are those of comparing all boxes."""
    rng = np.random.default_rng(count)
    low = rng.random((count, 2)) * 50_000 + (40_400_000.3, 3_300_000.7)
    boxes = np.concatenate([low, low + rng.random((count, 2)) * 300], axis=1)
    with closing(sqlite3.connect(":memory:")) as link:
        link.execute("CREATE VIRTUAL TABLE r USING rtree(id, minx, maxx, miny, maxy)")
        spatial_index.fill(link, "r", np.arange(count) * 3 + 5, boxes)
        assert link.execute("SELECT rtreecheck('r')").fetchone() == ("ok",)
        found = {row[0]: row[1:] for row in link.execute("SELECT id, minx, miny, maxx, maxy FROM r")}
        held = np.array([found[key] for key in (np.arange(count) * 3 + 5).tolist()])
        assert (held[:, :2] <= boxes[:, :2]).all() and (held[:, 2:] >= boxes[:, 2:]).all()
        assert np.abs(held - boxes).max() <= 4.0  # single precision at an easting of 40 million
        link.execute("INSERT INTO r VALUES (1, 0, 1, 0, 1)")
        link.execute("DELETE FROM r WHERE id = 5")
        assert link.execute("SELECT rtreecheck('r')").fetchone() == ("ok",)


@pytest.mark.parametrize("refuse", [True, False])
def test_what_cannot_be_read_as_it_stands_is_read_the_plain_way(monkeypatch: pytest.MonkeyPatch, refuse: bool) -> None:
    """A curve among polygons: newer shapely refuses it, older gives nothing for it; either way bulk reading leaves the layer to QGIS."""
    real = shapely.from_wkb

    def reading(held: Any, **options: Any) -> Any:
        if refuse:
            raise NotImplementedError("Nonlinear geometry types are not currently supported")
        return np.array([None, *real(held[1:], **options)], dtype=object)

    square = shapely.to_wkb(shapely.box(0, 0, 1, 1))
    held = np.ma.array([square, square], mask=[False, False], dtype=object)
    assert len(fast_read._shapes(held)) == 2
    monkeypatch.setattr(shapely, "from_wkb", reading)
    assert fast_read._shapes(held) is None
    missing = np.ma.array([square, square], mask=[True, False], dtype=object)
    assert refuse or fast_read._shapes(missing)[0] is None
