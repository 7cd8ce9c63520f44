"""metadata.txt as QGIS and the plugin repository read it."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def general():
    parser = configparser.ConfigParser()
    parser.read(ROOT / "metadata.txt", encoding="utf-8")
    return parser["general"]


def test_what_must_be_there_is_there(general):
    for name in ("name", "version", "description", "about", "author", "email", "repository", "tracker", "homepage", "changelog", "license", "tags"):
        assert general[name].strip(), name
    assert (general["name"], general["qgisMinimumVersion"], general["qgisMaximumVersion"]) == ("Shanshui", "3.22", "4.99")
    assert general.getboolean("hasProcessingProvider") and general.getboolean("experimental") and not general.getboolean("deprecated")
    assert re.fullmatch(r"\d+\.\d+\.\d+", general["version"]) and general["changelog"].startswith(general["version"])


def test_english_first_then_chinese(general):
    for name in ("description", "about", "tags"):
        text = general[name]
        first = re.search("[\u4e00-\u9fff]{3}", text)
        assert text[0].isascii() and first and first.start() > len(text) / 4, name
    assert "\n" not in general["description"]


def test_one_address_in_one_form(general):
    home = general["homepage"]
    assert general["repository"] == home and general["tracker"] == f"{home}/issues" and home.startswith("https://")


def test_the_icon_and_the_licence_are_there(general):
    assert (ROOT / general["icon"]).is_file()
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text and "Version 2, June 1991" in text and general["license"].startswith("GPL-2.0")


def test_the_version_is_the_one_the_plugin_tells(general):
    pytest.importorskip("qgis.core")
    from shanshui.plugin.bridge import places

    assert places.version() == general["version"]
