"""The map page of a unit: it fits, names its neighbours beside it, lists what it shows, numbers what has room, and says what a template lacks."""

from __future__ import annotations

import gc
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import shapely

pytest.importorskip("qgis.core")
from qgis.core import QgsLayoutItemLabel, QgsMapRendererSequentialJob, QgsMapSettings, QgsPrintLayout, QgsProject, QgsReadWriteContext
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QImage

from shanshui.plugin.bridge import fonts, label_words, layouts, register_map
from shanshui.plugin.bridge.layouts import SCALES
from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import OutputError
from shanshui.plugin.core.projection import reproject_shapes
from shanshui.plugin.core.table import Table

CRS, E, N = "EPSG:4528", 40_500_000.0, 3_300_000.0
LANGUAGES = ("zh", "en")
SIDES = ("north", "east", "south", "west")
MANY = "、".join(f"青岚镇第{at}居民委员会" for at in range(1, 26))
# unit → shape, neighbours of every side
SHAPES = {
    "tiny": (shapely.box(E, N, E + 9, N + 7), "甲村"),
    "thin": (shapely.LineString([(E + 5000, N), (E + 5100, N + 12_000)]).buffer(12), MANY),
    "flat": (shapely.LineString([(E + 20_000, N), (E + 35_000, N + 300)]).buffer(30), MANY),
    "parts": (shapely.union_all([shapely.Point(E + 50_000, N).buffer(200), shapely.Point(E + 56_000, N + 4000).buffer(50)]), "乙村、丙村"),
    "island": (shapely.Point(E + 70_000, N).buffer(400), "青岚县海域"),
    "crowd": (shapely.box(E + 80_000, N, E + 82_000, N + 1500), None),
    "nothing": (None, None),
}
ROW = {name: at for at, name in enumerate(SHAPES)}


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


@pytest.fixture(scope="module")
def units():
    shapes = np.array([*(shape for shape, _ in SHAPES.values()), shapely.Point(0, 0)], dtype=object)[:-1]
    sides = {field: [names for _, names in SHAPES.values()] for field in ("DYSZB", "DYSZD", "DYSZN", "DYSZX")}
    kinds = ["GYSL", "SLDY", "SLDY", "GJGY", "WJHD", "GYSL", "KCZY"]
    rows = {"ZRZYDJDYH": list(SHAPES), "DJDYMC": [f"{name}单元" for name in SHAPES], "DJDYLX": kinds, "DJZT": "01", **sides}
    return Table(pd.DataFrame(rows), shapes, CRS, "ZRZYDJDY")


@pytest.fixture(scope="module")
def patches():
    """300 squares in `crowd`, one patch in `tiny` and in `island`."""
    corners = [(E + 80_000 + 100 * (at % 20), N + 100 * (at // 20)) for at in range(300)]
    boxes = [shapely.box(x, y, x + 100, y + 100) for x, y in corners]
    rows = [("crowd", str(at + 1), ("SL", "SD", "CY")[at % 3]) for at in range(300)]
    rows += [("tiny", "1", "SL"), ("island", "1", "WJMHD")]
    shapes = np.array([*boxes, SHAPES["tiny"][0], SHAPES["island"][0]], dtype=object)
    return Table(pd.DataFrame(rows, columns=["ZRZYDJDYH", "TBBH", "ZRZYLX"]), shapes, CRS, "ZRZYTB")


@pytest.fixture(scope="module")
def points():
    """The four corners of `tiny`, and 100 points of `island`, the first of which it shares with `crowd`."""
    corners = shapely.get_coordinates(SHAPES["tiny"][0])[:4]
    ring = shapely.get_coordinates(shapely.line_interpolate_point(SHAPES["island"][0].exterior, np.arange(100) / 100, normalized=True))
    rows = {
        "ZDZHDM": ["tiny"] * 4 + ["island"] * 100, "JZDH": [f"J{at + 1}" for at in range(4)] + [f"J{at + 1}" for at in range(100)],
        "NUMBERS": [None] * 4 + ["island:J1、crowd:J7"] + [f"island:J{at + 1}" for at in range(1, 100)],
    }  # fmt: skip
    return Table(pd.DataFrame(rows), shapely.points(np.vstack([corners, ring])), CRS, "JZD")


@pytest.fixture(scope="module")
def lines():
    edge = shapely.LineString([(E + 80_000, N), (E + 82_000, N)])
    rows = {"LEFT_UNIT": ["thin", "crowd"], "RIGHT_UNIT": ["crowd", "crowd"], "KIND": ["K5", None]}
    return Table(pd.DataFrame(rows), np.array([edge, shapely.affinity.translate(edge, 0, 100)], dtype=object), CRS, "BOUNDARY_LINES")


@pytest.fixture
def drawn(qgis_app, units, patches, pack, points, lines):
    """Makes maps in a language and lets them go after the test."""
    kept = []

    def make(language="zh", template=None, **tables):
        about = register_map.About("青岚县自然资源局", "2026-11-24")
        given = {"units": units, "patches": patches, "lines": lines, "points": points, **tables}
        kept.append(register_map.RegisterMaps(given["units"], given["patches"], pack, about, language, template, given["lines"], given["points"]))
        return kept[-1]

    yield make
    for one in kept:
        one.__exit__(None, None, None)
    gc.collect()


def show(maps, unit, **figures):
    assert maps._show(ROW[unit], register_map.UnitWords(**figures))
    return maps._layout


def place(item):
    return shapely.box(item.pos().x(), item.pos().y(), item.pos().x() + item.rect().width(), item.pos().y() + item.rect().height())


def on_paper(layout, shape):
    """A shape of the map in millimetres on the page."""
    frame, seen = layout.itemById("map"), layout.itemById("map").extent()
    across = frame.rect().width() / seen.width()
    move = [across, 0, 0, -across, frame.pos().x() - seen.xMinimum() * across, frame.pos().y() + seen.yMaximum() * across]
    return shapely.affinity.affine_transform(shape, move)


def legend_of(layout):
    model = layout.itemById("legend").model()
    return [str(node.data(0)) for tree in model.rootGroup().findLayers() for node in model.layerLegendNodes(tree)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", [name for name in SHAPES if name != "nothing"])
def test_the_unit_fits_at_a_printed_scale_and_its_neighbours_stand_beside_it(drawn, unit, language):
    layout = show(drawn(language), unit)
    frame, shape = place(layout.itemById("map")), on_paper(layout, SHAPES[unit][0])
    assert frame.contains(shape) and round(layout.itemById("map").scale()) in SCALES
    words = {side: layout.itemById(f"neighbours_{side}") for side in SIDES}
    said = {side: item.currentText() for side, item in words.items()}
    if SHAPES[unit][1] is None:
        assert not any(said.values())
        return
    boxes = {side: place(item) for side, item in words.items()}
    for side, box in boxes.items():
        assert frame.buffer(0.01).contains(box) and box.distance(shape.envelope) >= 1, side
        size = label_words.words_size(words[side])
        longest = max(label_words.millimetres(line, fonts.family(), size) for line in said[side].split("\n"))
        assert (
            longest <= words[side].rect().width() + 0.5
            and label_words.depth_of(said[side], fonts.family(), size) <= words[side].rect().height() + 0.01
        )
    assert not [pair for pair in combinations(SIDES, 2) if boxes[pair[0]].intersects(boxes[pair[1]])]
    centre = {side: (box.centroid.x - shape.envelope.centroid.x, box.centroid.y - shape.envelope.centroid.y) for side, box in boxes.items()}
    assert centre["north"][1] < 0 < centre["south"][1] and centre["west"][0] < 0 < centre["east"][0]
    listed = SHAPES[unit][1].split("、")
    assert all(listed[0] in text.replace("\n", "") for text in said.values())
    if len(listed) < 5:
        assert all(name in text.replace("\n", "") for text in said.values() for name in listed)
    else:
        assert all(str(len(listed)) in text for text in said.values())  # those left out are counted with the others


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", ["登记单元", "湿地", "森林　12.30 公顷", "草原", "争议区界线", "不属以上各类"]),
     ("en", ["Registration unit", "Wetland", "Forest　12.30 公顷", "Grassland", "Disputed land", "None of these kinds"])],
)  # fmt: skip
def test_the_legend_has_what_the_map_shows_with_the_books_figures(drawn, language, words):
    maps = drawn(language)
    show(maps, "island")
    layout = show(maps, "crowd", by_type={"SL": "12.30 公顷", "HD": "1.00 公顷"})
    assert legend_of(layout) == [words[0], "界址点" if language == "zh" else "Boundary point", *words[1:]]
    legend = layout.itemById("legend")
    assert place(layout.itemById("side_frame")).contains(place(legend)), (legend.rect().width(), legend.rect().height())


def test_points_are_numbered_where_they_are_few_and_counted_where_they_are_many(drawn):
    maps = drawn()
    layer = maps._layers.layers["points"]
    for unit, expected in (("tiny", ["J1", "J2", "J3", "J4"]), ("crowd", ["J7"]), ("island", [])):
        layout = show(maps, unit)
        assert [one["LABEL"] for one in layer.getFeatures()] == expected
        assert ("界址点共 100 个" in layout.itemById("source").currentText()) == (unit == "island")


def test_numbers_of_patches_stay_in_their_patches_and_apart(drawn, patches):
    """As QGIS's own labelling engine places them."""
    maps = drawn()
    frame = show(maps, "crowd").itemById("map")
    settings = QgsMapSettings()
    settings.setLayers(frame.layers())
    settings.setDestinationCrs(maps._project.crs())
    settings.setExtent(frame.extent())
    settings.setOutputDpi(150)
    settings.setOutputSize(QSize(round(frame.rect().width() / 25.4 * 150), round(frame.rect().height() / 25.4 * 150)))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    labels = [one for one in job.takeLabelingResults().labelsWithinRect(frame.extent()) if one.layerID == maps._layers.layers["types"].id()]
    boxes = {
        one.labelText: shapely.box(one.labelRect.xMinimum(), one.labelRect.yMinimum(), one.labelRect.xMaximum(), one.labelRect.yMaximum())
        for one in labels
    }
    assert len(boxes) == len(labels) > 250
    tree = shapely.STRtree(list(boxes.values()))
    assert len(tree.query(list(boxes.values()), predicate="overlaps")[0]) == 0
    where = dict(zip(patches.text("TBBH")[:300], patches.shapes[:300]))
    assert all(where[number].buffer(2).contains(box) for number, box in boxes.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_character_has_a_glyph_and_no_place_is_left_unfilled(drawn, language):
    maps = drawn(language)
    for unit in ("flat", "crowd"):
        text = layouts.texts_of(show(maps, unit, area="1.00 公顷"))
        assert fonts.lacking(text, fonts.family()) == "" and "[%" not in text and "{" not in text
        assert f"{unit}单元" in text and "2026-11-24" in text and "青岚县自然资源局" in text and "EPSG:4528" in text


def test_one_layout_draws_many_units_and_the_same_unit_the_same_way(drawn, tmp_path, pack):
    maps = drawn()
    for at, unit in enumerate(("crowd", "thin", "tiny", "crowd")):
        assert maps.picture(ROW[unit], tmp_path / f"{at}.png", dpi=50)
    images = [QImage(str(tmp_path / f"{at}.png")) for at in range(4)]
    assert images[0] == images[3] and images[0] != images[1]
    seen = {images[0].pixelColor(x, y).name() for x in range(30, 390, 2) for y in range(60, 430, 2)}
    assert {pack.codes["ZRZYLX"].entries[code].colour for code in ("SL", "SD", "CY")} <= seen
    assert not maps.picture(ROW["nothing"], tmp_path / "none.png") and not (tmp_path / "none.png").exists()


def test_degrees_are_drawn_on_the_plane_of_their_zone(drawn, units, patches):
    def turned(table):
        shapes = table.shapes.copy()
        there = ~shapely.is_missing(shapes)
        shapes[there] = reproject_shapes(shapes[there], CRS, "EPSG:4490")
        return table.with_geometry(shapes, "EPSG:4490")

    maps = drawn(units=turned(units), patches=turned(patches))
    layout = show(maps, "crowd")
    scale = layout.itemById("map").scale()
    assert "3°/40" in layout.itemById("crs").currentText() and layout.itemById("map").grid().intervalX() == 500
    assert show(drawn(), "crowd").itemById("map").scale() == pytest.approx(scale, rel=1e-6)


def test_a_layer_without_crs_is_drawn_in_metres(drawn, units, patches):
    bare = {name: Table(one.rows, one.geometry, None, one.name) for name, one in (("units", units), ("patches", patches))}
    layout = show(drawn(lines=None, points=None, **bare), "crowd")
    assert "未说明" in layout.itemById("crs").currentText() and layout.itemById("map").grid().intervalX() == 500


def saved(tmp_path, **texts):
    """A template of somebody's own: labels by name and text."""
    project = QgsProject()
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.setName("own")
    for name, text in texts.items():
        label = QgsLayoutItemLabel(layout)
        label.setId(name)
        label.setText(text)
        layout.addLayoutItem(label)
    path = tmp_path / "own.qpt"
    layout.saveAsTemplate(str(path), QgsReadWriteContext())
    del layout
    project.clear()
    return path


def test_the_shipped_template_lacks_nothing(drawn):
    maps = drawn()
    assert maps.remarks() == [] and maps.page == (210, 297)


def test_what_a_users_template_lacks_or_does_not_know_is_named_and_the_rest_drawn(drawn, tmp_path):
    # the map is a label here, which is no map
    maps = drawn(template=saved(tmp_path, map="x", logo="[% @map_titel %]", title="[% @map_title %]"))
    names = "map, legend, scale_bar, " + ", ".join(f"neighbours_{side}" for side in SIDES)
    expected = [("layout.missing", {"items": names}), ("layout.as_it_is", {"items": "logo"}), ("layout.unknown_words", {"items": "map_titel"})]
    assert maps.remarks() == expected
    assert show(maps, "tiny").itemById("title").currentText() == "tiny单元自然资源登记单元图"
    assert "{" not in layouts.texts_of(maps._layout)
    assert maps.picture(ROW["tiny"], tmp_path / "own.png", dpi=30) and QImage(str(tmp_path / "own.png")).width() == pytest.approx(351, abs=2)


@pytest.mark.parametrize(("content", "code"), [(None, "layout.no_template"), ("<html/>", "layout.unreadable"), ("x", "layout.unreadable")])
def test_a_file_that_is_no_template_is_refused(drawn, tmp_path, content, code):
    path = tmp_path / "bad.qpt"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(OutputError, match=code.replace(".", r"\.")):
        drawn(template=path)


def test_a_picture_that_cannot_be_written_is_said(drawn, tmp_path):
    with pytest.raises(OutputError, match=r"layout\.not_exported"):
        drawn().picture(ROW["tiny"], tmp_path / "nowhere" / "a.png", dpi=20)
