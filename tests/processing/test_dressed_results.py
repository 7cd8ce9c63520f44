"""A result that QGIS is going to load comes with its style, aliases and value lists, in the language of outputs; and it draws."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsRectangle,
    QgsSettings,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

from shanshui.plugin.core import schema
from shanshui.tests.heard import Heard

HAN = re.compile(r"[\u4e00-\u9fff]")
# algorithm → output, page, and the field whose classes are drawn
STYLED = {
    "draw_units": ("OUTPUT", "ZRZYDJDY", "DJDYLX"),
    "resource_patches": ("OUTPUT", "ZRZYTB", "ZRZYLX"),
    "boundary_lines": ("OUTPUT", "BOUNDARY_LINES", "KIND"),
    "boundary_points": ("OUTPUT_POINTS", "JZD", None),
    "ownership_list": ("OUTPUT", "ZYQD", "XSZTCJ"),
    "trace_lineage": ("OUTPUT", "LINEAGE", "CHANGE"),
}


@pytest.fixture(params=["zh", "en"])
def language(request, qgis_app):
    """The language of outputs, chosen apart from the window's."""
    store = QgsSettings()
    before = store.value("shanshui/language")
    store.setValue("shanshui/language", request.param)
    yield request.param
    store.remove("shanshui/language") if before is None else store.setValue("shanshui/language", before)


def inputs(name: str, county: dict[str, Path], folder: Path) -> dict[str, object]:
    """Parameters on the squares; what comes before in the chain is made in files."""
    import processing

    def made(algorithm: str, **given: object) -> str:
        path = str(folder / f"{algorithm}.gpkg")
        processing.run(f"shanshui:{algorithm}", {**given, "OUTPUT": path}, context=QgsProcessingContext(), feedback=QgsProcessingFeedback(False))
        return path

    sources = {"COUNTY": str(county["XZQ"]), "LAYERS": [str(county["国家公园"]), str(county["自然保护区"])]}
    if name == "draw_units":
        return sources
    if name == "trace_lineage":
        years = Path(__file__).resolve().parents[1] / "golden" / "trace_lineage" / "one_of_each"
        return {"OLD": str(years / "in_DLTB.geojson"), "NEW": str(years / "in_DLTB_T1.geojson"), "KEY_FIELD": "BSM"}
    units = made("draw_units", **sources)
    if name == "boundary_points":
        return {"INPUT": units}
    if name == "ownership_list":
        return {"UNITS": units, "TABLE": str(folder / "TABLE.gpkg")}
    cut = {"UNITS": units, "OWNERSHIP": str(county["SYQ"]), "LANDCOVER": str(county["DLTB"])}
    if name == "resource_patches":
        return {**cut, "SUMMARY": str(folder / "SUMMARY.gpkg"), "TYPE_TABLES": str(folder / "TYPES.gpkg")}
    more = {"SUMMARY": str(folder / "SUMMARY.gpkg"), "TYPE_TABLES": str(folder / "TYPES.gpkg")}
    return {"INPUT": made("resource_patches", **cut, **more)}


def loaded(name: str, county: dict[str, Path], folder: Path, destination: str) -> QgsVectorLayer:
    """The result as QGIS loads it: through the context's list and the post-processor that stands there."""
    import processing

    project, context, feedback = QgsProject(), QgsProcessingContext(), Heard()
    context.setProject(project)
    output = STYLED[name][0]
    sink = QgsProcessingOutputLayerDefinition(destination, project)
    results = processing.run(f"shanshui:{name}", {**inputs(name, county, folder), output: sink}, context=context, feedback=feedback)
    where = results[output] if isinstance(results[output], str) else results[output].id()
    assert not [one for one in feedback.warned if "scratch" in one], "QGIS complains of what was asked of a scratch layer"
    waiting = context.layersToLoadOnCompletion()
    details = waiting[where] if where in waiting else next(iter(waiting.values()))
    layer = results[output] if not isinstance(results[output], str) else QgsProcessingUtils.mapLayerFromString(where, context)
    assert isinstance(layer, QgsVectorLayer) and layer.isValid()
    dresser = details.postProcessor()
    assert dresser is not None, "nothing is to be done when the layer is loaded"
    dresser.postProcessLayer(layer, context, feedback)
    return layer.clone()  # the context's own goes with it


@pytest.mark.parametrize("kind", ["memory", "file"])
@pytest.mark.parametrize("name", sorted(STYLED))
def test_results_are_dressed(provider, county, tmp_path, language, name, kind):
    destination = "TEMPORARY_OUTPUT" if kind == "memory" else str(tmp_path / "x.gpkg")
    layer = loaded(name, county, tmp_path, destination)
    _, page, drawn = STYLED[name]
    pack = schema.load_packs()["registration"]
    here = {entry.name: layer.fields().indexOf(entry.name) for entry in pack.layers[page].fields}
    assert sum(at >= 0 for at in here.values()) >= 7
    for entry in (one for one in pack.layers[page].fields if here[one.name] >= 0):
        at = here[entry.name]
        assert layer.attributeAlias(at) == (entry.label_zh if language == "zh" else entry.label_en)
        if entry.domain:
            listed = layer.editorWidgetSetup(at).config()["map"]
            words = {value: word for one in listed for word, value in one.items()}
            codes = pack.codes[entry.domain].entries
            assert words == {one.code: f"{one.code} {one.name_zh if language == 'zh' else one.name_en}" for one in codes.values()}
    if drawn:
        renderer = layer.renderer()
        assert isinstance(renderer, QgsCategorizedSymbolRenderer) and renderer.classAttribute() == drawn
        labels = [one.label() for one in renderer.categories()]
        assert len(labels) > 4 and len(set(labels)) == len(labels)
        assert not [one for one in labels if bool(HAN.search(one)) is not (language == "zh") or " / " in one]
        values = {str(one.value()) for one in renderer.categories()}
        found = {str(one[drawn] or "") for one in layer.getFeatures()}  # QGIS draws what is empty in the class of ""
        assert found <= values, f"drawn without a class of their own: {found - values}"


@pytest.mark.parametrize("name", sorted(STYLED))
def test_results_draw_in_their_colours(provider, county, tmp_path, language, name, record_property):
    """Pixels of more than one colour where the layer is, and none of the style's symbols missing."""
    layer = loaded(name, county, tmp_path, str(tmp_path / "x.gpkg"))
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(700, 420))
    extent = QgsRectangle(layer.extent())
    extent.grow(20)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    assert not job.errors()
    shown = {image.pixelColor(x, y).name() for x in range(0, 700, 2) for y in range(0, 420, 2)}
    assert len(shown) > 2
    target = tmp_path / f"{name}_{language}.png"
    assert image.save(str(target))
    record_property("picture", str(target))
