"""Gives the checkout its installed name, finds the real data, and keeps every test out of the user's profile."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

if "shanshui" not in sys.modules:
    spec = importlib.util.spec_from_file_location("shanshui", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    package = importlib.util.module_from_spec(spec)
    sys.modules["shanshui"] = package
    spec.loader.exec_module(package)

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if "QGIS_CUSTOM_CONFIG_PATH" not in os.environ:
    os.environ["QGIS_CUSTOM_CONFIG_PATH"] = tempfile.mkdtemp(prefix="shanshui-profile-")

DATA = Path(os.environ.get("SHANSHUI_DATA") or ROOT.parent / "shared" / "data")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data made by others; the test is skipped with a reason where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"no real data at {DATA} (set SHANSHUI_DATA)")
    return DATA


@pytest.fixture(scope="module")
def provider(qgis_app):
    """The plugin's algorithms in QGIS's registry, and `processing` ready to run them."""
    from qgis.core import QgsApplication

    from shanshui.processing_algorithms.provider import ShanshuiProvider

    plugins = str(Path(QgsApplication.pkgDataPath()) / "python" / "plugins")
    if plugins not in sys.path:
        sys.path.insert(0, plugins)
    from processing.core.Processing import Processing

    Processing.initialize()
    registry = QgsApplication.processingRegistry()
    made = ShanshuiProvider()
    assert registry.addProvider(made)
    yield made
    registry.removeProvider(made)
    gc.collect()  # what Python still holds of QGIS must go before QGIS does


@pytest.fixture(autouse=True)
def every_sentence_has_its_facts(monkeypatch):
    """Whatever a test makes the program say, no sentence may ask for a fact that was not given."""
    speech = sys.modules.get("shanshui.plugin.bridge.speech")
    lacking: list[str] = []
    if speech is not None:
        monkeypatch.setattr(speech._Facts, "__missing__", lambda _, name: lacking.append(name) or f"{{{name}}}")
    yield
    assert not lacking, f"sentences asked for facts that nobody gave: {lacking}"
