"""Shipped code read as a tree: what breaks on a Chinese Windows, or on one of the three QGIS versions, is not written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = [
    ROOT / "__init__.py",
    *(one for room in ("plugin", "processing_algorithms", "ui") for one in sorted((ROOT / room).rglob("*.py")) if "vendor" not in one.parts),
]
FORBIDDEN_IMPORTS = {"subprocess", "multiprocessing", "pickle", "marshal", "shelve", "PyQt5", "PyQt6"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
SHELL = {("os", "system"), ("os", "popen"), ("os", "startfile"), ("os", "fork"), ("os", "spawnl")}
TEXT_METHODS = {"read_text", "write_text"}
# members that QGIS and Qt knew without their enum's name; the scoped form exists from 3.22 to Qt 6 (bare, it does not)
SCOPED = {
    "Qt": ("UserRole", "DisplayRole", "EditRole", "Horizontal", "Vertical", "AlignLeft", "AlignRight", "AlignCenter", "Checked", "Unchecked",
           "ItemIsEnabled", "ItemIsSelectable", "ItemIsEditable", "LeftButton", "WaitCursor", "RichText", "Key_Enter", "LeftDockWidgetArea",
           "RightDockWidgetArea", "WindowModal", "NoFocus", "TextSelectableByMouse"),
    "QVariant": ("Int", "LongLong", "Double", "String", "Bool", "Date", "DateTime", "Time", "Invalid"),
    "QMetaType": ("Int", "LongLong", "Double", "QString", "Bool", "QDate", "QDateTime", "QTime"),
    "QgsWkbTypes": ("Unknown", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "NoGeometry", "CurvePolygon",
                    "PointGeometry", "LineGeometry", "PolygonGeometry", "NullGeometry", "UnknownGeometry", "PolygonZ", "MultiPolygonZ"),
    "QgsProcessing": ("TypeVector", "TypeVectorPolygon", "TypeVectorLine", "TypeVectorPoint", "TypeVectorAnyGeometry", "TypeRaster", "TypeFile"),
    "QgsFeatureSink": ("FastInsert", "RegeneratePrimaryKey"),
    "QgsFeatureRequest": ("NoGeometry", "SubsetOfAttributes", "ExactIntersect", "GeometryNoCheck", "GeometrySkipInvalid", "GeometryAbortOnInvalid"),
    "QgsProcessingParameterNumber": ("Integer", "Double"),
    "QgsProcessingParameterDefinition": ("FlagAdvanced", "FlagHidden", "FlagOptional"),
    "QgsProcessingParameterField": ("Any", "Numeric", "String", "DateTime"),
    "QgsProcessingParameterFile": ("File", "Folder"),
    "QgsProcessingAlgorithm": ("FlagSupportsInPlaceEdits", "FlagNoThreading", "FlagHideFromToolbox", "FlagCanCancel"),
    "QgsVectorFileWriter": ("NoError", "CreateOrOverwriteFile", "CreateOrOverwriteLayer", "AppendToLayerNoNewFields"),
    "QgsUnitTypes": ("AreaSquareMeters", "AreaHectares", "DistanceMeters", "RenderPoints", "RenderMillimeters", "LayoutMillimeters"),
    "QgsLayoutExporter": ("Success", "FileError", "PrintError", "MemoryError"),
    "QgsMapLayer": ("VectorLayer", "RasterLayer"),
    "QgsFieldConstraints": ("ConstraintNotNull", "ConstraintUnique", "ConstraintExpression", "ConstraintStrengthHard", "ConstraintStrengthSoft"),
    "QgsEditFormConfig": ("TabLayout", "GeneratedLayout", "UiFileLayout"),
    "QgsMapLayerProxyModel": ("PolygonLayer", "LineLayer", "PointLayer", "VectorLayer", "RasterLayer"),
    "QDialogButtonBox": ("Ok", "Cancel", "Close", "Apply"),
    "QMessageBox": ("Yes", "No", "Ok", "Cancel"),
    "Qgis": ("Info", "Warning", "Critical", "Success"),
}
# enums that moved into Qgis after 3.22
TOO_NEW = {
    "WkbType", "GeometryType", "ProcessingSourceType", "AreaUnit", "DistanceUnit", "FeatureRequestFlag", "LabelPlacement", "ProcessingAlgorithmFlag",
    "ProcessingFieldParameterDataType", "ProcessingFileParameterBehavior", "ProcessingNumberParameterType", "ProcessingParameterFlag", "RenderUnit",
    "LayoutUnit", "InvalidGeometryCheck", "FeatureSourceType", "LayerType", "LayerFilter", "AttributeFormLayout", "FieldConfigurationFlag",
}


def faults(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what is wrong) of a module."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        for module in _imported(node):
            if module.split(".")[0] in FORBIDDEN_IMPORTS:
                yield line, f"imports {module}"
            if module == "os.path" or module.startswith("os.path."):
                yield line, "os.path instead of pathlib"
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield line, "bare except"
        if isinstance(node, ast.Call):
            yield from ((line, what) for what in _call(node))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in SCOPED.get(node.value.id, ()):
                yield line, f"{node.value.id}.{node.attr} without the enum's name"
            if node.value.id == "Qgis" and node.attr in TOO_NEW:
                yield line, f"Qgis.{node.attr} is not there on 3.22"
            if (node.value.id, node.attr) in SHELL:
                yield line, f"{node.value.id}.{node.attr}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and any(_slash(one) for one in (node.left, node.right)):
            yield line, "a path joined with a slash"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module or "", *(f"{node.module}.{one.name}" for one in node.names if node.module == "os")]
    return []


def _call(node: ast.Call) -> Iterator[str]:
    named = {one.arg for one in node.keywords}
    if "shell" in named:
        yield "shell"
    if isinstance(node.func, ast.Name):
        if node.func.id in FORBIDDEN_CALLS:
            yield f"{node.func.id}()"
        if node.func.id == "open" and "encoding" not in named and not _binary(node, 1):
            yield "open() without encoding"
    if isinstance(node.func, ast.Attribute):
        owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
        if node.func.attr in TEXT_METHODS and "encoding" not in named:
            yield f"{node.func.attr}() without encoding"
        if node.func.attr == "open" and owner not in ("gdal", "ogr", "os", "webbrowser") and "encoding" not in named and not _binary(node, 0):
            yield "open() without encoding"
        if owner == "tempfile" and node.func.attr in ("NamedTemporaryFile", "mkstemp", "mktemp"):
            yield f"tempfile.{node.func.attr}: Windows cannot move what is open; make a folder by mkdtemp"


def _binary(node: ast.Call, at: int) -> bool:
    mode = node.args[at] if len(node.args) > at else next((one.value for one in node.keywords if one.arg == "mode"), None)
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and "b" in mode.value


def _slash(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in ("/", "\\")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_shipped_code_is_safe(path: Path) -> None:
    found = [f"{path.relative_to(ROOT)}:{line} {what}" for line, what in faults(ast.parse(path.read_text(encoding="utf-8")))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("open('a.csv')", "encoding"), ("open('a.csv', 'w')", "encoding"), ("path.open()", "encoding"), ("path.read_text()", "encoding"),
        ("path.write_text('a')", "encoding"), ("import subprocess", "imports"), ("from multiprocessing import Pool", "imports"),
        ("import pickle", "imports"), ("from PyQt5.QtCore import Qt", "imports"), ("os.system('dir')", "os.system"), ("eval('1')", "eval"),
        ("exec('1')", "exec"), ("try:\n  a\nexcept:\n  b", "bare"), ("Qt.UserRole", "enum"), ("QgsWkbTypes.MultiPolygon", "enum"),
        ("Qgis.WkbType.Point", "3.22"), ("QVariant.Int", "enum"), ("folder + '/' + name", "slash"), ("from os import path", "pathlib"),
        ("tempfile.NamedTemporaryFile()", "Windows"), ("run('dir', shell=True)", "shell"),
    ],
)
def test_each_fault_is_seen(text: str, what: str) -> None:
    assert any(what in told for _, told in faults(ast.parse(text))), text


@pytest.mark.parametrize(
    "text",
    [
        "open('a', 'rb')", "path.open('wb')", "path.open('w', encoding='utf-8')", "path.read_text(encoding='utf-8')", "path.read_bytes()",
        "QgsWkbTypes.Type.MultiPolygon", "Qt.ItemDataRole.UserRole", "Qgis.MessageLevel.Warning", "gdal.open('a')", "tempfile.mkdtemp()",
        "from qgis.PyQt.QtCore import Qt", "re.compile('a')",
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert not list(faults(ast.parse(text))), text
