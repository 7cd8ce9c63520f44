"""Layers and shapes that others have collected for their faults, through measuring and overlay: no traceback, no lost feature, areas conserved."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

pytest.importorskip("qgis.core")
from osgeo import gdal, ogr
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingUtils,
    QgsVectorLayer,
    QgsWkbTypes,
)

from shanshui.tests.heard import Heard, forget, log_panel

pytestmark = pytest.mark.real

FOLDERS = ("qgis_testdata", "pyogrio_fixtures", "es_catastro", "eu_lpis_samples", "cz_bubenec", "co_ladm", "ch_av_solothurn", "fr_cadastre_edigeo")
ENDINGS = (".shp", ".gpkg", ".geojson")
MOST = 2_000  # features of a layer that are swept
CELLS = 4


class Sweep:
    """Runs algorithms on layers of the sweep and counts what became of them."""

    def __init__(self, unforeseen: list[str]) -> None:
        self.unforeseen = unforeseen
        self.totals: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.layers: list[Any] = []
        self.fields: dict[str, list[str]] = {}

    def run(self, algorithm: Any, where: str, **parameters: Any) -> dict[str, list[Any]] | None:
        """(attributes, shape) of each output row by output name; None where the run was refused in a sentence."""
        context, heard = QgsProcessingContext(), Heard()
        made = algorithm().create()
        before = len(self.unforeseen)
        results, good = made.run(parameters, context, heard)
        said = " ".join(heard.said)
        assert len(self.unforeseen) == before and "Traceback" not in said and "{" not in said, f"{where}: {said} {self.unforeseen[before:]}"
        self.totals["runs"] += 1
        if not good:
            assert said.strip(), f"{where} was refused without a word"
            self.refusals[heard.said[-1].split("”")[-1][:90]] += 1
            context.temporaryLayerStore().removeAllMapLayers()
            return None
        found = {}
        for name, text in results.items():
            layer = QgsProcessingUtils.mapLayerFromString(text, context) if name in parameters else None
            if layer is not None:
                self.fields[name] = layer.fields().names()
                found[name] = [(one.attributes(), _shape(one)) for one in layer.getFeatures()]
        context.temporaryLayerStore().removeAllMapLayers()
        return found

    def layer(self, shapes: Any, crs: str, name: str = "cells") -> QgsVectorLayer:
        made = QgsVectorLayer(f"MultiPolygon?field=N:integer{'&crs=' + crs if crs else ''}", name, "memory")
        for number, shape in enumerate(shapes):
            one = QgsFeature(made.fields())
            one.setAttributes([number])
            one.setGeometry(_geometry(shape))
            made.dataProvider().addFeature(one)
        made.updateExtents()
        self.layers.append(made)
        return made


def _geometry(shape: Any) -> QgsGeometry:
    made = QgsGeometry()
    if shape is not None:
        made.fromWkb(shapely.to_wkb(shape))
    return made


def _shape(feature: Any) -> Any:
    geometry = feature.geometry()
    return None if geometry.isNull() else shapely.from_wkb(bytes(geometry.asWkb().data()))


@pytest.fixture
def sweep(qgis_app: Any) -> Any:
    with log_panel() as panel:
        made = Sweep(panel)
        yield made
    forget(made.layers)


def polygons(folder: Path) -> list[tuple[str, str]]:
    """(what to open, name) of every layer of a folder that may hold polygons."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.suffix.lower() in ENDINGS and one.is_file()):
        try:
            source = gdal.OpenEx(str(path), gdal.OF_VECTOR)
        except RuntimeError:
            continue
        for at in range(source.GetLayerCount() if source is not None else 0):
            layer = source.GetLayer(at)
            if ogr.GT_Flatten(layer.GetGeomType()) in (ogr.wkbUnknown, ogr.wkbPolygon, ogr.wkbMultiPolygon, ogr.wkbCurvePolygon, ogr.wkbMultiSurface):
                text = f"{path}|layername={layer.GetName()}" if path.suffix.lower() == ".gpkg" else str(path)
                found.append((text, f"{path.name}:{layer.GetName()}"))
    return found


def cells(box: Any, crs: str, sweep: Sweep) -> QgsVectorLayer | None:
    """A grid of squares over an extent, none overlapping another."""
    if not np.isfinite(box).all() or box[0] >= box[2] or box[1] >= box[3]:
        return None
    x, y = np.linspace(box[0], box[2], CELLS + 1), np.linspace(box[1], box[3], CELLS + 1)
    return sweep.layer([shapely.box(x[i], y[j], x[i + 1], y[j + 1]) for i in range(CELLS) for j in range(CELLS)], crs)


def conserved(sweep: Sweep, layer: Any, where: str, crs: str) -> None:
    """Every feature comes out or is set aside, and the pieces of an identity sum to what went in."""
    from shanshui.processing_algorithms.measure.measure_areas import MeasureAreas
    from shanshui.processing_algorithms.measure.overlay import Overlay

    count = layer.featureCount()
    sweep.totals["layers"] += 1
    sweep.totals["features"] += count
    measured = sweep.run(MeasureAreas, where, INPUT=layer, METHOD="planar", OUTPUT="memory:", FINDINGS="memory:", REJECTED="memory:")
    if measured is None:
        return
    assert len(measured["OUTPUT"]) + len(measured["REJECTED"]) == count, where
    sweep.totals["set aside"] += len(measured["REJECTED"])
    shapes = np.array([shape for _, shape in measured["OUTPUT"]], dtype=object)
    assert shapely.is_valid(shapes).all(), f"{where}: an invalid shape was handed on"
    if len(shapes) == 0 or layer.featureCount() > MOST:
        return
    over = cells(shapely.total_bounds(shapes), crs, sweep)
    if over is None:
        return
    cut = sweep.run(Overlay, where, INPUT=layer, OVERLAY=over, OPERATION="identity", OUTPUT="memory:", REJECTED="memory:")
    if cut is None:
        return
    was, now = float(shapely.area(shapes).sum()), float(sum(shapely.area(shape) for _, shape in cut["OUTPUT"] if shape is not None))
    lost = float(sum(row[3] or 0.0 for row, _ in cut["REJECTED"] if row[2] in ("overlay.noise", "overlay.collapsed") and isinstance(row[3], float)))
    sweep.totals["pieces"] += len(cut["OUTPUT"])
    assert now + lost == pytest.approx(was, rel=1e-6, abs=1e-6), f"{where}: {was} became {now} and {lost}"


def test_every_layer_is_measured_and_cut(real_data: Path, sweep: Sweep, capsys: Any) -> None:
    for folder in FOLDERS:
        for text, name in polygons(real_data / folder):
            layer = QgsVectorLayer(text, name, "ogr")
            if not layer.isValid():
                sweep.refusals["QGIS does not open it"] += 1
                continue
            sweep.layers.append(layer)
            crs = layer.crs().authid() or (layer.crs().toWkt() if layer.crs().isValid() else "")
            conserved(sweep, layer, f"{folder}/{name}", crs if crs.startswith("EPSG") else "")
    with capsys.disabled():
        print(f"\nreal layers: {dict(sweep.totals)}; refused in a sentence: {dict(sweep.refusals)}")
    assert sweep.totals["layers"] >= 50 and sweep.totals["features"] >= 3_500 and sweep.totals["pieces"] > sweep.totals["features"]


def cases(folder: Path) -> list[Any]:
    """The polygons of every XML test case of the two geometry libraries."""
    found = []
    for path in sorted(folder.rglob("*.xml")):
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError:
            continue
        for case in root.iter("case"):
            for word in ("a", "b"):
                text = (case.findtext(word) or "").strip()
                read = shapely.from_wkb if text[:2] in ("00", "01") else shapely.from_wkt
                try:
                    shape = read(text, on_invalid="ignore") if text else None
                except NotImplementedError:  # a curve, which this shapely cannot hold
                    continue
                if shape is not None and shapely.get_type_id(shape) in (3, 6):
                    found.append(shape)
    return found


def test_every_case_of_the_geometry_libraries(real_data: Path, sweep: Sweep, capsys: Any) -> None:
    """One layer a case and its neighbours in the file: invalid and near-degenerate polygons at every size of number."""
    shapes = cases(real_data / "jts_geos_xml")
    assert len(shapes) > 1_000
    for at in range(0, len(shapes), 25):
        some = shapes[at : at + 25]
        conserved(sweep, sweep.layer(some, "EPSG:32650", "cases"), f"cases {at}…", "EPSG:32650")
    with capsys.disabled():
        print(f"\ncases: {dict(sweep.totals)}; refused in a sentence: {dict(sweep.refusals)}")
    assert sweep.totals["features"] == len(shapes) and sweep.totals["pieces"] > len(shapes) / 2


def test_boundaries_of_real_parcels(real_data: Path, sweep: Sweep, capsys: Any) -> None:
    """Lines, points and abutments of two cadastres and a plot layer: each runs, and both sides of every shared line are rows of the layer."""
    from shanshui.processing_algorithms.registration.abutments import Abutments
    from shanshui.processing_algorithms.registration.boundary_lines import BoundaryLines
    from shanshui.processing_algorithms.registration.boundary_points import BoundaryPoints

    for text, name in [one for folder in ("ch_av_solothurn", "fr_cadastre_edigeo", "cz_bubenec") for one in polygons(real_data / folder)]:
        layer = QgsVectorLayer(text, name, "ogr")
        if not layer.isValid() or not 0 < layer.featureCount() <= MOST or layer.geometryType() != QgsWkbTypes.GeometryType.PolygonGeometry:
            continue
        sweep.layers.append(layer)
        lines = sweep.run(BoundaryLines, name, INPUT=layer, OUTPUT="memory:", FINDINGS="memory:", REJECTED="memory:")
        points = sweep.run(BoundaryPoints, name, INPUT=layer, OUTPUT_POINTS="memory:", OUTPUT_LINES="memory:", FINDINGS="memory:")
        sides = sweep.run(Abutments, name, INPUT=layer, NAME_FIELD=layer.fields().at(0).name(), OUTPUT="memory:", FINDINGS="memory:")
        assert lines is not None and points is not None and sides is not None, name
        assert lines["OUTPUT"] and points["OUTPUT_POINTS"] and len(sides["OUTPUT"]) == layer.featureCount() - len(lines["REJECTED"])
        assert all(shape is not None and shape.length > 0 for _, shape in lines["OUTPUT"])
        sweep.totals["lines"] += len(lines["OUTPUT"])
        sweep.totals["points"] += len(points["OUTPUT_POINTS"])
    with capsys.disabled():
        print(f"\nboundaries: {dict(sweep.totals)}")
    assert sweep.totals["runs"] >= 9


def dressed(sweep: Sweep, layer: Any, name: str, fields: dict[str, list[str]]) -> QgsVectorLayer:
    """A copy of a layer with invented text fields whose values go round."""
    made = QgsVectorLayer(f"MultiPolygon?crs={layer.crs().authid()}&" + "&".join(f"field={one}:string" for one in fields), name, "memory")
    for number, feature in enumerate(layer.getFeatures()):
        one = QgsFeature(made.fields())
        one.setGeometry(feature.geometry())
        one.setAttributes([values[number % len(values)] for values in fields.values()])
        made.dataProvider().addFeature(one)
    sweep.layers.append(made)
    return made


def test_patches_of_plots_with_overlaps_and_holes(real_data: Path, sweep: Sweep, capsys: Any) -> None:
    """Prague plots (23 overlaps, 87 holes) as owners over a coarse grid of units: what is decided and what is not sums to every unit."""
    from shanshui.plugin.core.projection import reproject_shapes
    from shanshui.processing_algorithms.registration.resource_patches import ResourcePatches

    path = real_data / "cz_bubenec" / "bubenec.gpkg"
    plots, tiles = (QgsVectorLayer(f"{path}|layername={name}", name, "ogr") for name in ("plots", "tessellation"))
    sweep.layers += [plots, tiles]
    assert plots.isValid() and tiles.isValid()
    box = plots.extent()
    flat = cells(np.array([box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()]), plots.crs().authid(), sweep)
    # in degrees, so that the work is done in a Gauss–Krüger zone: on a Mercator plane a long edge and its pieces do not measure alike
    moved = reproject_shapes(np.array([_shape(one) for one in flat.getFeatures()], dtype=object), plots.crs().authid(), "EPSG:4490")
    grid = sweep.layer(moved, "EPSG:4490")
    units = dressed(sweep, grid, "ZRZYDJDY", {"ZRZYDJDYH": [f"99990100000001{at:04d}" for at in range(CELLS * CELLS)], "DJDYLX": ["自然公园"]})
    owners = dressed(sweep, plots, "SYQ", {"QSXZ": ["10", "30", "20"], "QSDWDM": ["999901", "9999010010001"], "QSDWMC": ["林场", "东溪村", "南坡村"]})
    cover = dressed(sweep, tiles, "DLTB", {"BSM": [str(at) for at in range(500)], "DLBM": ["0301", "1106 ", "0101", "011", "nonsense"]})
    names = ("OUTPUT", "SUMMARY", "FINDINGS", "REJECTED")
    found = sweep.run(
        ResourcePatches, "bubenec", UNITS=units, OWNERSHIP=owners, LANDCOVER=cover, TYPE_TABLES="memory:", **dict.fromkeys(names, "memory:")
    )
    assert found is not None, dict(sweep.refusals)
    pages = {name: _columns(sweep, name, found) for name in ("OUTPUT", "SUMMARY", "REJECTED")}
    decided, left, wanted = (sum(pages[name]) for name in ("OUTPUT", "REJECTED", "SUMMARY"))
    with capsys.disabled():
        print(f"\nplots: {len(found['OUTPUT'])} patches {decided:.2f} m² + {len(found['REJECTED'])} undecided {left:.2f} m² = {wanted:.2f} m²")
    assert len(found["SUMMARY"]) == CELLS * CELLS and decided > 10_000 and left > 1_000
    assert decided + left == pytest.approx(wanted, abs=0.005)


def _columns(sweep: Sweep, name: str, found: dict[str, list[Any]]) -> list[float]:
    """MJ of the patches, KZMJ of the summary, AREA of what is set aside, as numbers."""
    at = sweep.fields[name].index({"OUTPUT": "MJ", "SUMMARY": "KZMJ", "REJECTED": "AREA"}[name])
    return [float(row[at]) for row, _ in found[name] if isinstance(row[at], (int, float))]
