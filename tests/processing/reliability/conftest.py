"""A desk with small layers for every algorithm, and one way to run any of them and hear what it says."""

from __future__ import annotations

import importlib
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core")
import shapely
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)

from shanshui.tests.heard import Heard, forget, log_panel

EAST, NORTH = 40_500_000.0, 3_300_000.0
# the sources of each algorithm and which of the desk's layers each takes; a list takes several layers
SOURCES = {
    "measure_areas": {"INPUT": "DLTB"},
    "measure_lengths": {"INPUT": "DLTB"},
    "balance_areas": {"INPUT": "DLTB"},
    "overlay": {"INPUT": "DLTB", "OVERLAY": "SYQ"},
    "draw_units": {"COUNTY": "XZQ", "LAYERS": "国家公园"},
    "resource_patches": {"UNITS": "ZRZYDJDY", "OWNERSHIP": "SYQ", "LANDCOVER": "DLTB"},
    "boundary_lines": {"INPUT": "DLTB"},
    "boundary_points": {"INPUT": "DLTB"},
    "abutments": {"INPUT": "DLTB", "NEIGHBOURS": "国家公园"},
    "ownership_list": {"UNITS": "ZRZYDJDY"},
}
SEVERAL = ("LAYERS", "NEIGHBOURS")
OUTPUTS = {
    "measure_areas": ("OUTPUT", "FINDINGS", "REJECTED"),
    "measure_lengths": ("OUTPUT", "REJECTED"),
    "balance_areas": ("OUTPUT", "FINDINGS", "REJECTED"),
    "overlay": ("OUTPUT", "REJECTED"),
    "draw_units": ("OUTPUT", "JOURNAL", "REST", "FINDINGS", "REJECTED"),
    "resource_patches": ("OUTPUT", "SUMMARY", "TYPE_TABLES", "FINDINGS", "REJECTED"),
    "boundary_lines": ("OUTPUT", "FINDINGS", "REJECTED"),
    "boundary_points": ("OUTPUT_POINTS", "OUTPUT_LINES", "FINDINGS", "REJECTED"),
    "abutments": ("OUTPUT", "FINDINGS", "REJECTED"),
    "ownership_list": ("OUTPUT", "TABLE", "FINDINGS", "REJECTED"),
}
MORE = {"balance_areas": {"AREA_FIELD": "TBMJ", "CONTROL": "280000.10", "KEY_FIELD": "BSM"}, "abutments": {"NAME_FIELD": "MC"}}
_LAYERS = {
    "DLTB": (
        "BSM:string(18) DLBM:string(5) ZLDWDM:string(19) MC:string(9) TBMJ:double",
        [
            (0, 0, 200, 400, "B1", "0301 ", "9999010010001", "甲", 80_000.0),
            (200, 0, 500, 400, "B2", "1106", "9999010010001", "乙", 120_000.0),
            (500, 0, 700, 400, "B3", "0101", "9999010010002", "丙", 80_000.0),
        ],
    ),
    "SYQ": (
        "QSXZ:string(2) QSDWDM:string(19) QSDWMC:string(50)",
        [(0, 0, 350, 400, "10", "999901", "国有林场"), (350, 0, 700, 400, "30", "9999010010001", "东溪村")],
    ),
    "ZRZYDJDY": (
        "ZRZYDJDYH:string(28) DJDYLX:string(20) DJDYMC:string(50) DJMJ:string(20)",
        [
            (0, 0, 400, 400, "999901000000010001", "自然公园", "公园", "16.00公顷"),
            (400, 0, 700, 400, "999901000000010002", "自然保护区", "区", "180亩"),
        ],
    ),
    "XZQ": ("XZQDM:string(12)", [(0, 0, 1000, 1000, "999901")]),
    "国家公园": ("MC:string(50)", [(0, 0, 400, 400, "青岚国家公园")]),
}


@dataclass
class Ran:
    """What became of a run: `good`, the results, what was said, and what went to the log panel as unforeseen."""

    good: bool
    results: dict[str, Any]
    said: str
    unforeseen: list[str]
    context: QgsProcessingContext
    steps: list[float] = field(default_factory=list)

    def rows(self, name: str = "OUTPUT") -> list[dict[str, Any]]:
        """The rows of an output, NULL as None."""
        text = self.results[name]
        layer = QgsVectorLayer(text, name, "ogr") if "/" in text else QgsProcessingUtils.mapLayerFromString(text, self.context)
        assert layer is not None and layer.isValid(), text
        names = layer.fields().names()
        return [dict(zip(names, (None if str(v) == "NULL" else v for v in one.attributes()))) for one in layer.getFeatures()]


class Desk:
    """Layers and runs; everything made is forgotten at the end of the test."""

    sources, outputs = SOURCES, OUTPUTS

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.rans: list[Ran] = []

    def layer(self, name: str, crs: str | None = "EPSG:4528", kind: str = "Polygon", fields: str = "", rows: Any = None) -> QgsVectorLayer:
        """A memory layer of the project: one of the desk's, or `rows` of (shape or box corners, values …)."""
        fields = fields or _LAYERS[name][0]
        rows = _LAYERS[name][1] if rows is None else rows
        made = QgsVectorLayer(f"{kind}?" + (f"crs={crs}&" if crs else "") + "&".join(f"field={one}" for one in fields.split()), name, "memory")
        if not crs:
            made.setCrs(QgsCoordinateReferenceSystem())
        count = made.fields().count()
        for row in rows:
            one = QgsFeature(made.fields())
            shape, values = (row[0], row[1:]) if len(row) == count + 1 else (self.box(*row[:4]), row[4:])
            if shape is not None:
                geometry = QgsGeometry()
                geometry.fromWkb(shapely.to_wkb(shape))
                one.setGeometry(geometry)
            one.setAttributes(list(values))
            assert made.dataProvider().addFeature(one)
        self.kept.append(made)
        QgsProject.instance().addMapLayer(made, False)
        return made

    def box(self, xmin: float, ymin: float, xmax: float, ymax: float) -> Any:
        """A box in metres from the desk's corner."""
        return shapely.box(EAST + xmin, NORTH + ymin, EAST + xmax, NORTH + ymax)

    def given(self, name: str, **changes: Any) -> dict[str, Any]:
        """Parameters with which the algorithm runs well, all outputs in memory, and `changes`."""
        parameters: dict[str, Any] = dict(MORE.get(name, {}))
        for parameter, layer in SOURCES[name].items():
            if parameter not in changes:
                made = self.layer(layer)
                parameters[parameter] = [made] if parameter in SEVERAL else made
        parameters.update(dict.fromkeys(OUTPUTS[name], "memory:"))
        return {**parameters, **changes}

    def algorithm(self, name: str) -> Any:
        """A new instance of the algorithm `name`."""
        group = "measure" if name in ("measure_areas", "measure_lengths", "balance_areas", "overlay") else "registration"
        module = importlib.import_module(f"shanshui.processing_algorithms.{group}.{name}")
        return getattr(module, "".join(part.title() for part in name.split("_")))().create()

    def run(self, name: str, heard: Heard | None = None, context: QgsProcessingContext | None = None, **parameters: Any) -> Ran:
        """Run it as QGIS does; a refusal by checkParameterValues counts as a failed run that said why."""
        context, heard = context or QgsProcessingContext(), heard or Heard()
        context.setProject(QgsProject.instance())
        algorithm = self.algorithm(name)
        with log_panel() as panel:
            fits, why = algorithm.checkParameterValues(parameters, context)
            results, good = algorithm.run(parameters, context, heard) if fits else ({}, False)
        ran = Ran(good, results, "\n".join([*heard.said, *([] if fits else [why])]), panel, context, heard.steps)
        self.rans.append(ran)
        return ran


def speaks(said: str, code: str, language: str, after: bool = True) -> bool:
    """Whether the sentence of `code` stands in `said`, and what to do next with it."""
    from shanshui.plugin.bridge.speech import messages

    row = messages()[code]
    texts = [row[language], row[f"next_{language}"] if after else ""]
    assert texts[0] and (texts[1] or not after), f"{code} does not say what to do next in {language}"
    return all(part.strip() in said for text in texts for part in re.split(r"\{\w+\}", text))


@pytest.fixture
def desk(qgis_app: Any) -> Any:
    made = Desk()
    yield made
    # QGIS never lets go of an exception that an algorithm raised, nor of the parameters in its frames: no layer may outlive the application
    for ran in made.rans:
        ran.context.temporaryLayerStore().removeAllMapLayers()
    QgsProject.instance().removeAllMapLayers()
    forget(made.kept)


@pytest.fixture
def spoken() -> Any:
    return speaks


@pytest.fixture
def listening() -> Any:
    return Heard


def _speak(monkeypatch: Any, language: str) -> str:
    """The window speaks `language` (the setting itself is one file for all that run at the same time, so it is not touched)."""
    from shanshui.plugin.bridge import settings, speech
    from shanshui.processing_algorithms import base

    for module in (settings, speech, base):
        monkeypatch.setattr(module, "ui_language", lambda: language)
    return language


@pytest.fixture(params=["zh", "en"])
def language(request: Any, monkeypatch: Any) -> str:
    """The window's language for the length of a test: one after the other."""
    return _speak(monkeypatch, request.param)


@pytest.fixture
def tongue(request: Any, monkeypatch: Any) -> str:
    """The window's language: one of the two, by the test's own name, so that a test over all algorithms speaks both."""
    return _speak(monkeypatch, ("zh", "en")[zlib.crc32(request.node.name.encode()) % 2])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with blanks and Chinese in its name."""
    made = tmp_path / "成果 资料 (第1批)"
    made.mkdir()
    return made
