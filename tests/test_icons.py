"""Icons: one a group and algorithm at least, and each to be seen at 16 pixels on a light and on a dark ground."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

RESOURCES = Path(__file__).resolve().parents[1] / "resources"
ICONS = sorted((RESOURCES / "icons").glob("*.svg"))
GROUNDS = ("#ffffff", "#2b2b2b")


def test_every_group_has_one():
    with (RESOURCES / "groups.csv").open(encoding="utf-8-sig", newline="") as stream:
        groups = [row["id"] for row in csv.DictReader(stream)]
    assert {"shanshui", "manual", "options", *groups} <= {one.stem for one in ICONS}


@pytest.mark.parametrize("icon", ICONS, ids=[one.stem for one in ICONS])
@pytest.mark.parametrize("ground", GROUNDS)
def test_it_is_seen_at_16_pixels(icon, ground, qgis_app):
    from qgis.PyQt.QtGui import QColor, QImage, QPainter
    from qgis.PyQt.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(str(icon))
    assert renderer.isValid()
    image = QImage(16, 16, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    behind = QColor(ground)
    seen = 0
    for x in range(16):
        for y in range(16):
            one = QColor(image.pixel(x, y))
            seen += max(abs(one.red() - behind.red()), abs(one.green() - behind.green()), abs(one.blue() - behind.blue())) > 60
    assert seen >= 24, f"{icon.stem}: {seen} of 256 pixels stand out from {ground}"
