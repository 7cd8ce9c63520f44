"""Areas and lengths are rounded in one place: no module rounds by itself (half to even, on binary fractions)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("plugin", "processing_algorithms", "ui")
MODULES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if "vendor" not in path.parts)


def rounding_calls(source: str) -> list[int]:
    """Lines that call round(…), x.round(…) or np.around(…)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if name in ("round", "around", "round_"):
                found.append(node.lineno)
    return found


def test_the_reader_sees_what_it_looks_for() -> None:
    assert rounding_calls("a = round(1.5)\nb = np.round(x, 2)\nc = frame.round()\nd = round_half_away(x, 2)\n") == [1, 2, 3]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_rounds_by_itself(path: Path) -> None:
    lines = rounding_calls(path.read_text(encoding="utf-8"))
    assert not lines, f"{path.relative_to(ROOT)} rounds on lines {lines}: use plugin/core/measure.py round_half_away"
