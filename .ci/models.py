"""Writes resources/models/*.model3 from the chains below, by building them with QGIS: run it again when an algorithm's outputs change.

Inputs are plain layers, texts and numbers, and nothing younger than QGIS 3.22 is used, so that every version opens the files.
Usage: python .ci/models.py [folder]
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_HASH_SEED"] = "0"  # one order of attributes, so that a new file differs from the old one only where the model does

from qgis.core import (
    QgsApplication,
    QgsProcessing,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)
from qgis.PyQt.QtCore import QPointF

ROOT = Path(__file__).resolve().parents[1]
POLYGON = QgsProcessing.SourceType.TypeVectorPolygon
REAL = QgsProcessingParameterNumber.Type.Double

# a child: id, algorithm, what its parameters take ("NAME" an input of the model, "child:OUTPUT" a result, (value,) a value), and outputs of
# the model by name
REGISTRATION_CHAIN = (
    "registration_chain",
    (
        ("COUNTY", "polygon"), ("LAYERS", "layers"), ("OWNERSHIP", "polygon"), ("LANDCOVER", "polygon"), ("EXCLUDE", "polygon?"),
        ("PRIORITY", "text?"), ("ANGLE", 0.0), ("TOLERANCE", 0.0),
    ),
    (
        (
            "units", "draw_units",
            {"COUNTY": "COUNTY", "LAYERS": "LAYERS", "PRIORITY": "PRIORITY", "EXCLUDE": "EXCLUDE"},
            {"JOURNAL": "JOURNAL", "REST": "REST", "FINDINGS_UNITS": "FINDINGS", "REJECTED_UNITS": "REJECTED"},
        ),
        (
            "abutments", "abutments",
            {"INPUT": "units:OUTPUT", "NEIGHBOURS": "OWNERSHIP", "NAME_FIELD": ("DJDYMC",)},
            {"UNITS": "OUTPUT", "FINDINGS_ABUTMENTS": "FINDINGS"},
        ),
        (
            "patches", "resource_patches",
            {"UNITS": "units:OUTPUT", "OWNERSHIP": "OWNERSHIP", "LANDCOVER": "LANDCOVER"},
            {
                "PATCHES": "OUTPUT", "SUMMARY": "SUMMARY", "TYPE_TABLES": "TYPE_TABLES", "FINDINGS_PATCHES": "FINDINGS",
                "REJECTED_PATCHES": "REJECTED",
            },
        ),
        (
            "lines", "boundary_lines",
            {"INPUT": "patches:OUTPUT", "COUNTY": "COUNTY"},
            {"LINES": "OUTPUT", "FINDINGS_LINES": "FINDINGS"},
        ),
        (
            "points", "boundary_points",
            {"INPUT": "units:OUTPUT", "ANGLE": "ANGLE", "TOLERANCE": "TOLERANCE"},
            {"POINTS": "OUTPUT_POINTS", "SIDES": "OUTPUT_LINES", "POINT_LIST": "OUTPUT_LIST", "FINDINGS_POINTS": "FINDINGS"},
        ),
    ),
)
CHECK_AND_REPAIR = (
    "check_and_repair",
    (("INPUT", "polygon"), ("RULES", "text?"), ("REPAIRS", "text?"), ("TOLERANCE", 0.001)),
    (
        (
            "before", "check_layers",
            {"LAYERS": "INPUT", "RULES": "RULES", "TOLERANCE": "TOLERANCE"},
            {"FINDINGS_BEFORE": "FINDINGS"},
        ),
        (
            "repair", "repair_layer",
            {"INPUT": "INPUT", "RULES": "REPAIRS", "TOLERANCE": "TOLERANCE"},
            {"REPAIRED": "OUTPUT", "CHANGES": "CHANGES", "FINDINGS_REPAIR": "FINDINGS", "REJECTED": "REJECTED"},
        ),
        (
            "after", "check_layers",
            # the repaired layer bears the step's name, and findings are known again by that of the layer
            {
                "LAYERS": "repair:OUTPUT", "RULES": "RULES", "TOLERANCE": "TOLERANCE", "PREVIOUS": "before:FINDINGS",
                "NAMES": "before:LAYER_NAMES",
            },
            {"FINDINGS": "FINDINGS", "REPORT": "REPORT"},
        ),
    ),
)
REGISTER_BOOK_CHAIN = (
    "register_book_chain",
    (
        ("UNITS", "polygon"), ("OWNERSHIP", "polygon"), ("LANDCOVER", "polygon"), ("RIGHTS", "tables?"), ("ANGLE", 20.0), ("TOLERANCE", 5.0),
        ("KIND", "text=book"), ("FORMAT", "text=pdf"),
    ),
    (
        (
            "abutments", "abutments",
            {"INPUT": "UNITS", "NEIGHBOURS": "OWNERSHIP", "NAME_FIELD": ("DJDYMC",)},
            {"UNITS_OUT": "OUTPUT", "FINDINGS_ABUTMENTS": "FINDINGS"},
        ),
        (
            "patches", "resource_patches",
            {"UNITS": "abutments:OUTPUT", "OWNERSHIP": "OWNERSHIP", "LANDCOVER": "LANDCOVER"},
            {"PATCHES": "OUTPUT", "SUMMARY": "SUMMARY", "FINDINGS_PATCHES": "FINDINGS", "REJECTED_PATCHES": "REJECTED"},
        ),
        ("lines", "boundary_lines", {"INPUT": "patches:OUTPUT"}, {"LINES": "OUTPUT"}),
        (
            "points", "boundary_points",
            {"INPUT": "abutments:OUTPUT", "ANGLE": "ANGLE", "TOLERANCE": "TOLERANCE"},
            {"POINTS": "OUTPUT_POINTS"},
        ),
        (
            "books", "register_book",
            {
                "UNITS": "abutments:OUTPUT", "PATCHES": "patches:OUTPUT", "RIGHTS": "RIGHTS", "LINES": "lines:OUTPUT",
                "POINTS": "points:OUTPUT_POINTS", "KIND": "KIND", "FORMAT": "FORMAT",
            },
            {"BOOKS": "OUTPUT", "FINDINGS_BOOKS": "FINDINGS"},
        ),
    ),
)
CHAINS = (REGISTRATION_CHAIN, CHECK_AND_REPAIR, REGISTER_BOOK_CHAIN)


def house() -> object:
    """The checkout as a package, its algorithms known to QGIS as long as the provider given back is kept."""
    spec = importlib.util.spec_from_file_location("shanshui", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    package = importlib.util.module_from_spec(spec)
    sys.modules["shanshui"] = package
    spec.loader.exec_module(package)
    from shanshui.processing_algorithms.provider import ShanshuiProvider

    provider = ShanshuiProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    return provider


def both(identifier: str, name: str = "") -> str:
    """The title of a page, or its label of `name`, in Chinese and English: the file shows both where the plugin is not there to choose."""
    from shanshui.plugin.bridge import pages

    words = [pages.page(identifier, language) for language in ("zh", "en")]
    return " / ".join(one.label(name) if name else one.title for one in words)


def asked(name: str, kind: object, label: str) -> object:
    """The definition of an input."""
    optional = str(kind).endswith("?")
    if isinstance(kind, float):
        return QgsProcessingParameterNumber(name, label, REAL, kind, False, 0.0)
    if kind == "layers":
        return QgsProcessingParameterMultipleLayers(name, label, POLYGON)
    if kind == "tables?":
        return QgsProcessingParameterMultipleLayers(name, label, QgsProcessing.SourceType.TypeVector, None, True)
    if str(kind).startswith("text"):
        return QgsProcessingParameterString(name, label, str(kind).partition("=")[2] or None, False, optional)
    return QgsProcessingParameterFeatureSource(name, label, [POLYGON], None, optional)


def source(given: object) -> QgsProcessingModelChildParameterSource:
    """Where a child's parameter takes its value from."""
    sources = QgsProcessingModelChildParameterSource
    if isinstance(given, tuple):
        return sources.fromStaticValue(given[0])
    child, colon, output = str(given).partition(":")
    return sources.fromChildOutput(child, output) if colon else sources.fromModelParameter(child)


def build(chain: tuple) -> QgsProcessingModelAlgorithm:
    """A model from its description."""
    identifier, inputs, children = chain
    model = QgsProcessingModelAlgorithm(both(identifier), "shanshui")
    for at, (name, kind) in enumerate(inputs):
        placed = QgsProcessingModelParameter(name)
        placed.setPosition(QPointF(160 + 220 * at, 60))
        model.addModelParameter(asked(name, kind, both(identifier, name)), placed)
    for at, (child_id, algorithm, given, outputs) in enumerate(children):
        child = QgsProcessingModelChildAlgorithm(f"shanshui:{algorithm}")
        if child.algorithm() is None:
            raise SystemExit(f"there is no algorithm {algorithm}")
        child.setChildId(child_id)
        child.setDescription(both(algorithm))
        child.setPosition(QPointF(160 + 330 * at, 220 + 90 * (at % 2)))
        for name, value in given.items():
            child.addParameterSources(name, [source(value)])
        made = {}
        for row, (name, output) in enumerate(outputs.items()):
            made[name] = QgsProcessingModelOutput(name)
            made[name].setChildId(child_id)
            made[name].setChildOutputName(output)
            made[name].setDescription(both(identifier, name))
            made[name].setPosition(QPointF(160 + 330 * at, 430 + 60 * row))
        child.setModelOutputs(made)
        model.addChildAlgorithm(child)
    model.setParameterOrder([name for name, _ in inputs])
    model.updateDestinationParameters()
    return model


def main(folder: Path) -> None:
    application = QgsApplication([], False)
    application.initQgis()
    kept = house()
    folder.mkdir(parents=True, exist_ok=True)
    for chain in CHAINS if kept else ():
        path = folder / f"{chain[0]}.model3"
        build(chain).toFile(str(path))
        # without this mark a result is named "step:NAME" on every version; with it, 3.26 and later would name it otherwise than 3.22
        text = re.sub(r'\s*<Option [^>]*name="internal_version"[^>]*/>', "", path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8", newline="\n")
        print(path)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "resources" / "models")
