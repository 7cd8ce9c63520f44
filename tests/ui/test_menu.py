"""What the entries of the menu do, and what they say when they cannot."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

pytest.importorskip("qgis.gui")
from qgis.PyQt.QtWidgets import QMenu, QToolBar

from shanshui.plugin.bridge import manual
from shanshui.ui import menu
from shanshui.ui.options.factory import PAGE


@pytest.fixture
def entries(qgis_iface, monkeypatch):
    """The entries of the menu by icon, and the sentences they say in the message bar."""
    said = []
    bar = types.SimpleNamespace(pushMessage=lambda title, text, level: said.append(text))
    monkeypatch.setattr(qgis_iface, "messageBar", lambda: bar, raising=False)
    right = QMenu("Help", qgis_iface.mainWindow())
    qgis_iface.mainWindow().menuBar().addMenu(right)
    monkeypatch.setattr(qgis_iface, "firstRightStandardMenu", lambda: right, raising=False)
    shown = []
    take_down = menu.put_up(qgis_iface, lambda: shown.append(True))
    found = qgis_iface.mainWindow().findChild(QMenu, "ShanshuiMenu").actions()
    yield types.SimpleNamespace(county=found[0], findings=found[1], manual=found[2], options=found[3], said=said, shown=shown, iface=qgis_iface)
    take_down()


def test_menu_and_toolbar_hold_the_same_entries_with_icons(entries):
    bar = next(one for one in entries.iface._toolbars.values() if isinstance(one, QToolBar) and one.objectName() == "ShanshuiToolBar")
    assert bar.actions() == [entries.county, entries.findings, entries.manual, entries.options]
    assert all(one.text() and not one.icon().isNull() for one in bar.actions())


def test_the_sample_county_opens_its_algorithm(entries, monkeypatch):
    asked = []
    monkeypatch.setitem(sys.modules, "processing", types.SimpleNamespace(execAlgorithmDialog=lambda *given: asked.append(given)))
    entries.county.trigger()
    assert asked == [("shanshui:sample_county", {})] and entries.said == []


def test_the_findings_are_shown(entries):
    entries.findings.trigger()
    assert entries.shown == [True] and entries.said == []


def test_without_processing_it_says_so(entries, monkeypatch):
    monkeypatch.setitem(sys.modules, "processing", None)
    entries.county.trigger()
    assert len(entries.said) == 1 and "Processing" in entries.said[0]


def test_the_options_open_at_the_page(entries, monkeypatch):
    asked = []
    monkeypatch.setattr(entries.iface, "showOptionsDialog", lambda parent, page: asked.append(page), raising=False)
    entries.options.trigger()
    assert asked == [PAGE]


def test_the_manual_is_written_and_opened(entries, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(manual, "folder", lambda language: tmp_path / "手册" / language)
    monkeypatch.setattr(menu.QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())) or True)
    entries.manual.trigger()
    assert len(opened) == 1 and opened[0].is_file() and opened[0].name == "index.html" and entries.said == []


def test_without_a_browser_it_says_where_the_manual_lies(entries, tmp_path, monkeypatch):
    monkeypatch.setattr(manual, "folder", lambda language: tmp_path / language)
    monkeypatch.setattr(menu.QDesktopServices, "openUrl", lambda _: False)
    entries.manual.trigger()
    assert len(entries.said) == 1 and str(tmp_path) in entries.said[0]


def test_where_the_manual_cannot_be_written_it_says_so(entries, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setattr(manual, "folder", lambda language: tmp_path / "file" / language)
    entries.manual.trigger()
    assert len(entries.said) == 1 and "resources/help" in entries.said[0]
