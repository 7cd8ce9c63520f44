"""Maps from the template: scales and grids that are round, legends of what is there, glyphs for every character, pictures that are not empty."""

from __future__ import annotations

import gc

import numpy as np
import pandas as pd
import pytest
import shapely

pytest.importorskip("qgis.core")
from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsRectangle
from qgis.PyQt.QtGui import QImage

from shanshui.plugin.bridge import fonts, layouts, map_sheets, project, sinks
from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import OutputError
from shanshui.plugin.core.table import Table

CRS, EAST, NORTH = "EPSG:4528", 40_500_000.0, 3_300_000.0
LANGUAGES = ("zh", "en")


KEPT = []


@pytest.fixture(autouse=True)
def nothing_outlives_the_test():
    """Projects go with their test: collected after QGIS has left, they would crash Python."""
    yield
    while KEPT:
        KEPT.pop().clear()
    gc.collect()


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


@pytest.fixture
def results(qgis_app, tmp_path):
    """A GeoPackage with four patches of three types in a row, and their lines."""
    path = tmp_path / "成果.gpkg"
    boxes = np.array([shapely.box(EAST + 500 * at, NORTH, EAST + 500 * (at + 1), NORTH + 800) for at in range(4)], dtype=object)
    patches = pd.DataFrame(
        {"ZRZYLX": ["SL", "SD", "SL", "FZRZY"], "OWNERSHIP": ["state", "collective", "disputed", "state"], "TBBH": list("1234"), "MJ": 400_000.0}
    )
    edges = np.array([shapely.LineString([(EAST + 500 * at, NORTH), (EAST + 500 * at, NORTH + 800)]) for at in (1, 2)], dtype=object)
    lines = pd.DataFrame({"KIND": ["K1", "K5"], "LENGTH": 800.0})
    for name, frame, shapes, kind in (("ZRZYTB", patches, boxes, "polygon"), ("BOUNDARY_LINES", lines, edges, "line")):
        sinks.write_file(sinks.Target("file", str(path), path, name), [Table(frame, shapes, CRS, name)], kind, [])
    return path


def made(results, packs, language):
    plan = project.new_project(QgsCoordinateReferenceSystem(CRS), "t")
    KEPT.append(plan)
    project.add_layers(plan, {"results": results}, packs, language, "types")
    box = QgsRectangle(EAST, NORTH, EAST + 2000, NORTH + 800)
    about = map_sheets.About("青岚县", "2026", "测试", "2026-01-01")
    figures = {"types": [("类型", "公顷", "数"), ("森林", "80.00", "2"), ("合计", "80.00", "2")]}
    return plan, map_sheets.add_maps(plan, packs["registration"], about, language, {"county": box, "detail": box}, figures)


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(3_000, 2_000, 15_000), (300, 100, 2_000), (288, 100, 1_000), (30_000, 24_000, 125_000), (9e6, 1e6, 31_200_000)]
)
def test_the_scale_is_a_printed_one_at_which_all_fits(width, height, scale):
    found = layouts.scale_for(QgsRectangle(0, 0, width, height), 300, 230)
    assert found == scale and width / found <= 0.300 and height / found <= 0.230


def test_grid_steps_are_round_and_give_about_six_parts():
    for width in np.geomspace(1e-3, 1e6, 200):
        step = layouts.grid_step(width)
        assert 6 / 2.5**0.5 - 1e-9 <= width / step <= 6 * 2.5**0.5 + 1e-9  # the widest gap between 1, 2, 5 and 10 is 2.5
        assert f"{step:.6e}"[0] in "125" and float(f"{step:.0e}") == pytest.approx(step)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_has_only_what_the_map_shows(results, packs, language, tmp_path):
    _, maps = made(results, packs, language)
    for key in ("types", "detail"):
        layouts.export(maps[key], tmp_path / f"{key}.png", 20)  # the legend looks at the map when it is drawn
    model = maps["types"].itemById("legend").model()
    shown = [str(node.data(0)) for tree in model.rootGroup().findLayers() for node in model.layerLegendNodes(tree)]
    assert shown == (["湿地", "森林", "非自然资源"] if language == "zh" else ["Wetland", "Forest", "No natural resource"])
    kinds = maps["detail"].itemById("legend").model()
    lines = kinds.rootGroup().findLayers()[0]
    # the detail shows 300 m around the middle: the line at 1,000 m, not the one at 500 m
    assert [str(node.data(0)) for node in kinds.layerLegendNodes(lines)] == (["争议区界线"] if language == "zh" else ["Disputed land"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_character_has_a_glyph(results, packs, language):
    _, maps = made(results, packs, language)
    family = fonts.family()
    assert family, "no font with Chinese characters is installed"
    for key, layout in maps.items():
        text = layouts.texts_of(layout)
        assert "青岚县" in text and "[%" not in text and "{" not in text, text
        assert fonts.lacking(text, family) == "", f"{key}: {fonts.lacking(text, family)!r}"
    assert fonts.lacking("a\U000f0000", family) == "\U000f0000"  # a private character that no font has


def test_pictures_are_drawn_in_the_colours_of_the_pack(results, packs, tmp_path):
    _, maps = made(results, packs, "zh")
    picture = tmp_path / "图.png"
    layouts.export(maps["types"], picture, 60)
    image = QImage(str(picture))
    assert abs(image.width() - 992) <= 1 and abs(image.height() - 701.6) <= 1  # A3 at 60 dpi
    raw = image.convertToFormat(QImage.Format.Format_RGB888)
    seen = {raw.pixelColor(x, y).name() for x in range(40, 740, 4) for y in range(90, 620, 4)}
    colours = packs["registration"].codes["ZRZYLX"].entries
    assert {colours[code].colour for code in ("SL", "SD", "FZRZY")} <= seen and colours["HD"].colour not in seen
    layouts.export(maps["types"], tmp_path / "图.pdf", 60)
    assert (tmp_path / "图.pdf").read_bytes()[:5] == b"%PDF-"


def test_a_template_that_is_not_there_is_named(qgis_app):
    sheet = layouts.MapSheet("none", "n", {}, "t", QgsRectangle(0, 0, 1, 1))
    with pytest.raises(OutputError, match=r"layout\.no_template"):
        layouts.lay_out(QgsProject(), sheet)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_saved_project_opens_elsewhere_with_everything(results, packs, language, tmp_path):
    plan, _ = made(results, packs, language)
    project.save_project(plan, tmp_path / "项目.qgz")
    moved = tmp_path / "别处"
    moved.mkdir()
    for name in ("项目.qgz", "成果.gpkg"):
        (tmp_path / name).rename(moved / name)
    again = QgsProject()
    KEPT.append(again)
    assert again.read(str(moved / "项目.qgz"))
    there = project.by_key(again)
    assert list(there) == ["boundaries", "hatches", "types", "ownership"] and all(one.isValid() for one in there.values())
    assert [one.name() for one in again.layoutManager().layouts()]
    titles = {row[f"title_{language}"] for row in packs["registration"].rule("map_sheets")}
    assert {one.name() for one in again.layoutManager().layouts()} <= titles and set(again.mapThemeCollection().mapThemes()) & titles
    group = again.layerTreeRoot().children()[0]
    assert group.name() == ("界线与界址点" if language == "zh" else "Boundaries and boundary points")


def test_long_legend_words_are_broken():
    assert layouts.wrapped("State ownership exercised by different governments", 34) == "State ownership exercised by|different governments"
    assert layouts.wrapped("全民所有、不同层级政府行使所有权之间的界线", 36) == "全民所有、不同层级政府行使所有权之间|的界线"
    assert layouts.wrapped("森林", 4) == "森林" and layouts.wrapped("", 4) == ""


def test_the_pack_names_styles_pages_and_themes_that_exist(packs):
    pack = packs["registration"]
    themes = {word for row in pack.rule("map_layers") for word in row["themes"].split()}
    assert {row["theme"] for row in pack.rule("map_sheets")} | {"inset"} == themes
    for row in pack.rule("map_layers"):
        style = row["style"]
        assert not style or ":" in style or (sinks.Path(layouts.RESOURCES) / "styles" / f"{style}.qml").is_file(), row["key"]
        assert not row["page"] or any(row["page"] in one.layers for one in packs.values()), row["key"]
        assert bool(row["legend_zh"]) == bool(row["legend_en"]) and row["title_zh"] and row["title_en"]
