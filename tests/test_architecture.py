"""The stairs of the house: who may import whom, read from every import of every module, and how long a room may be."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("plugin", "processing_algorithms", "ui")
TOP = {
    "metadata.txt", "__init__.py", "plugin", "processing_algorithms", "ui", "resources", "i18n", "tests", "Makefile", "README.md", "LICENSE",
    "pyproject.toml",
}
# made by running, never committed (.gitignore)
MADE = {"build", "dist", "__pycache__"}
BANNED = {"utils", "helpers", "misc", "common"}
FILE, FUNCTION, ALGORITHM, COMPOSITION = 400, 50, 80, 150

STDLIB = set(sys.stdlib_module_names) if hasattr(sys, "stdlib_module_names") else set()
CORE = {"numpy", "pandas", "shapely", "pyproj"}
BRIDGE = CORE | {"qgis.core", "qgis.PyQt", "osgeo", "openpyxl", "docx", "lxml", "jinja2", "matplotlib"}
# what each room may import from outside the package: prefixes of dotted names; the standard library is open to all
OUTSIDE = {
    "plugin/core": CORE,
    "plugin/bridge": BRIDGE,
    "processing_algorithms": {"numpy", "qgis.core", "qgis.PyQt"},
    # algorithms are started by id through Processing
    "ui": {"qgis.core", "qgis.gui", "qgis.PyQt", "qgis.utils", "processing"},
    "plugin": {"qgis.core", "qgis.gui", "qgis.PyQt", "qgis.utils"},
    "": set(),
}
# which rooms of the house each may enter; "plugin" is the composition root
INSIDE = {
    "plugin/core": {"plugin/core"},
    "plugin/bridge": {"plugin/bridge", "plugin/core"},
    "processing_algorithms": {"processing_algorithms", "plugin/bridge", "plugin/core"},
    "ui": {"ui", "plugin/bridge", "plugin/core"},
    "plugin": {"plugin", "plugin/bridge", "plugin/core", "processing_algorithms", "ui"},
    "": {"plugin"},
}
# what a presenter never sees, by itself or through the bridge
QT_FREE = ("qgis", "PyQt5", "PyQt6", "osgeo", "processing")


def modules() -> list[Path]:
    """Every shipped module, root __init__.py included; vendored ones are somebody else's house."""
    found = [path for room in SHIPPED for path in (ROOT / room).rglob("*.py") if "vendor" not in path.parts]
    return [ROOT / "__init__.py", *sorted(found)]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


MODULES = [pytest.param(path, id=name_of(path)) for path in modules()]


@lru_cache(maxsize=1024)
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), name_of(path))


def room(path: str) -> str:
    """The room of a module by its path in the house: the longest one that holds it."""
    return next((one for one in ("plugin/core", "plugin/bridge", "processing_algorithms", "ui", "plugin") if path.startswith(f"{one}/")), "")


def imports(source: ast.Module, path: str) -> Iterator[tuple[int, bool, str]]:
    """(line, inside, name) of every import, those inside functions too; a relative one as the path it leads to in the house.

    A relative import of a name is followed to the module where there is one: `from . import layers` leads to layers.py.
    """
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, False, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, False, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            at = path.split("/")[:-1]
            home = at[: len(at) - node.level + 1] if node.level > 1 else at
            base = "/".join([*home, *(node.module or "").split(".")]).rstrip("/")
            for alias in node.names:
                yield node.lineno, True, (f"{base}/{alias.name}" if not base or (ROOT / base).is_dir() else base)


def may(path: str, inside: bool, name: str) -> bool:
    """Whether the module at `path` may import `name`."""
    mine = room(path)
    if inside:
        return room(f"{name}/") in INSIDE[mine]
    return name.partition(".")[0] in STDLIB or any(name == one or name.startswith(f"{one}.") for one in OUTSIDE[mine])


@pytest.mark.parametrize(
    ("path", "line", "allowed"),
    [
        ("plugin/core/measure.py", "import shapely.ops", True),
        ("plugin/core/measure.py", "from qgis.core import QgsPoint", False),
        ("plugin/core/measure.py", "def f():\n    import osgeo.gdal", False),
        ("plugin/core/checks/one.py", "from ..bridge import layers", True),
        ("plugin/core/checks/one.py", "from ...bridge import layers", False),
        ("plugin/core/measure.py", "from ..bridge.layers import read", False),
        ("plugin/core/measure.py", "from shanshui.plugin.core import errors", False),
        ("plugin/bridge/layers.py", "from qgis.gui import QgsMapCanvas", False),
        ("plugin/bridge/layers.py", "from ..core import measure", True),
        ("plugin/bridge/layers.py", "from ...ui.options import page", False),
        ("processing_algorithms/base.py", "from ..plugin.bridge import layers", True),
        ("processing_algorithms/base.py", "from ..ui import options", False),
        ("ui/options/page.py", "from ...processing_algorithms.base import Described", False),
        ("ui/options/page.py", "from qgis.gui import QgsOptionsPageWidget", True),
        ("plugin/plugin.py", "from ..ui.options import page", True),
        ("plugin/bridge/layers.py", "import requests", False),
    ],
)
def test_the_reader_of_imports_sees_what_it_looks_for(path: str, line: str, allowed: bool) -> None:
    assert all(may(path, inside, name) for _, inside, name in imports(ast.parse(line), path)) is allowed


@pytest.mark.parametrize("path", MODULES)
def test_stairs(path: Path) -> None:
    name = name_of(path)
    wrong = [f"line {line}: {wanted}" for line, inside, wanted in imports(tree(path), name) if not may(name, inside, wanted)]
    assert not wrong, f"{name} (room {room(name) or 'root'}) may not import " + "; ".join(wrong)


def test_standard_library_is_known() -> None:
    """The list comes with Python 3.10; an older one would let the tests above pass on nothing."""
    assert {"json", "sqlite3", "ast"} <= STDLIB and "shapely" not in STDLIB


@pytest.mark.parametrize("path", [one for one in MODULES if one.values[0].name.endswith("presenter.py")])
def test_presenters_know_no_qt(path: Path) -> None:
    wrong = [wanted for _, inside, wanted in imports(tree(path), name_of(path)) if not inside and wanted.partition(".")[0] in QT_FREE]
    assert not wrong, f"{name_of(path)} imports {wrong}"
    bridged = [wanted for _, inside, wanted in imports(tree(path), name_of(path)) if inside and room(f"{wanted}/") == "plugin/bridge"]
    assert not bridged, f"{name_of(path)} imports {bridged}, which bring Qt with them"


def test_core_has_no_sentences_of_qt() -> None:
    """No module of core even mentions a Qt or QGIS name in an annotation or a string import."""
    for path in (one.values[0] for one in MODULES if name_of(one.values[0]).startswith("plugin/core/")):
        named = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
        assert not {one for one in named if re.fullmatch(r"Q(gs)?[A-Z]\w+|iface", one)}, name_of(path)


def test_top_level() -> None:
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - MADE
    assert found <= TOP, f"not of this house: {sorted(found - TOP)}"
    assert {"metadata.txt", "__init__.py", "plugin", "processing_algorithms", "resources", "tests", "Makefile", "LICENSE", "pyproject.toml"} <= found


def test_resources_hold_no_code() -> None:
    assert not [name_of(path) for path in (ROOT / "resources").rglob("*.py")]


def test_names_say_something() -> None:
    named = [path for folder in (*SHIPPED, "tests") for path in (ROOT / folder).rglob("*") if "vendor" not in path.parts]
    assert not [name_of(path) for path in named if path.stem in BANNED and path.suffix in ("", ".py")]


def functions(source: ast.Module) -> Iterator[tuple[str, int]]:
    """(name, lines) of every function, decorators and docstring counted."""
    for node in ast.walk(source):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            yield node.name, (node.end_lineno or node.lineno) - first + 1


def budget(name: str) -> int:
    """Lines that a file may have."""
    algorithm = re.fullmatch(r"processing_algorithms/\w+/\w+\.py", name)
    return ALGORITHM if algorithm else COMPOSITION - 1 if name == "plugin/plugin.py" else FILE


ALL = [pytest.param(path, id=name_of(path)) for path in [*modules(), *sorted((ROOT / "tests").rglob("*.py"))]]


@pytest.mark.parametrize("path", ALL)
def test_budgets(path: Path) -> None:
    name, lines = name_of(path), len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= budget(name), f"{name} has {lines} lines; its budget is {budget(name)}"
    long = [f"{function} {length}" for function, length in functions(tree(path)) if length > FUNCTION]
    assert not long, f"{name}: functions over {FUNCTION} lines: {', '.join(long)}"


def calls_of(source: ast.Module, word: str) -> Iterator[tuple[ast.Call, bool]]:
    """Calls of a function of that name, each with whether it stands outside every function (a class body counts as outside)."""

    def walk(node: ast.AST, outside: bool) -> Iterator[tuple[ast.Call, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call) and getattr(child.func, "id", getattr(child.func, "attr", "")) == word:
                yield child, outside
            yield from walk(child, outside and not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)))

    yield from walk(source, True)


@pytest.mark.parametrize("path", MODULES)
def test_tr_takes_literals_when_it_is_called(path: Path) -> None:
    """A word translated at module level would freeze the language of the start; one built at run time is never found by the translators."""
    for call, outside in calls_of(tree(path), "tr"):
        assert not outside, f"{name_of(path)} line {call.lineno}: tr() at module level"
        literal = call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
        assert literal, f"{name_of(path)} line {call.lineno}: tr() takes a literal"


def test_the_reader_of_tr_sees_what_it_looks_for() -> None:
    source = ast.parse("A = tr('x')\nclass B:\n    c = tr('y')\ndef f():\n    return tr('z'), [tr(a) for a in b]\n")
    assert [(call.lineno, outside) for call, outside in calls_of(source, "tr")] == [(1, True), (3, True), (5, False), (5, False)]
