"""The PDF of a book read back by another reader: every number is there as text, heads repeat, rows are whole, the map is drawn, not pasted."""

from __future__ import annotations

import gc
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

pytest.importorskip("qgis.core")
from qgis.PyQt.QtCore import QBuffer, QIODevice
from qgis.PyQt.QtGui import QPainter, QPdfWriter

from shanshui.plugin.bridge import fonts, register_map
from shanshui.plugin.bridge.reports import book_pdf
from shanshui.plugin.bridge.reports.page_flow import Cell, Flow
from shanshui.plugin.core import schema
from shanshui.plugin.core.registration.book.areas import areas_of
from shanshui.plugin.core.registration.book.book import Book, Column, Fact, Section, Table
from shanshui.plugin.core.registration.book.contents import Contents
from shanshui.plugin.core.registration.book.tables import Sheets
from shanshui.plugin.core.table import Table as Layer

CRS, E, N = "EPSG:4528", 40_500_000.0, 3_300_000.0
COUNT = 90
LANGUAGES = ("zh", "en")
ROOT = Path(__file__).resolve().parents[2]


def pages_of(path):
    """The text of each page: by pypdf, else by pdftotext."""
    try:
        from pypdf import PdfReader
    except ImportError:
        if shutil.which("pdftotext") is None:
            pytest.skip("neither pypdf nor pdftotext can read the PDF back here")
        done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
        return done.stdout.decode("utf-8").split("\f")[:-1]
    return [page.extract_text() for page in PdfReader(path).pages]


def sizes_of(path):
    """Width and height of each page in points."""
    boxes = re.findall(rb"/MediaBox \[([^\]]+)\]", path.read_bytes())
    return [tuple(float(one) for one in box.split()[2:]) for box in boxes]


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


@pytest.fixture(scope="module")
def patches():
    """90 strips with areas that no two share."""
    boxes = np.array([shapely.box(E + 10 * at, N, E + 10 * (at + 1), N + 400) for at in range(COUNT)], dtype=object)
    rows = pd.DataFrame(
        {"ZRZYDJDYH": "U1", "TBBH": [str(at + 1) for at in range(COUNT)], "ZRZYLX": [("SL", "SD", "CY")[at % 3] for at in range(COUNT)],
         "OWNERSHIP": "state", "QSXZ": "20", "QSDWMC": "青岚国有林场", "DLBM": "0301", "MJ": [4000.0 + at * 1.37 for at in range(COUNT)]}
    )  # fmt: skip
    return Layer(rows, boxes, CRS, "ZRZYTB")


@pytest.fixture(scope="module")
def units(patches):
    whole = float(sum(Decimal(f"{one:.2f}") for one in patches["MJ"]))
    rows = {
        "ZRZYDJDYH": ["U1", "U2"],
        "DJDYMC": ["青岚国有林场单元", "无图单元"],
        "DJDYLX": "GYSL",
        "DJDYZMJ": [whole, 1.0],
        "DYSZB": ["石塘村", None],
    }
    shapes = np.array([shapely.box(E, N, E + 10 * COUNT, N + 400), None], dtype=object)
    return Layer(pd.DataFrame(rows), shapes, CRS, "ZRZYDJDY")


@pytest.fixture(params=LANGUAGES)
def written(request, qgis_app, units, patches, pack, tmp_path):
    """(path, book, number of pages, language) of the first unit's book."""
    areas, _ = areas_of(units, patches, pack)
    book = Contents(units, Sheets(patches, areas, [], pack, request.param), "book", "2026-11-24").book(0)
    path = tmp_path / "登记簿.pdf"
    with register_map.RegisterMaps(units, patches, pack, register_map.About("青岚县自然资源局", "2026-11-24"), request.param) as maps:
        count = book_pdf.write(path, book, maps, 0)
    gc.collect()
    return path, book, count, request.param


def test_the_numbers_of_the_database_read_back_as_text(written, patches, units):
    path, _, count, language = written
    pages = pages_of(path)
    assert len(pages) == count
    text = re.sub(r"\s", "", "".join(pages))
    assert "青岚国有林场单元" in text and ("自然资源登记簿" if language == "zh" else "Registerbookofnaturalresources") in text
    # the sums by hand, in whole hundredths
    cents = [int(Decimal(f"{one:.2f}") * 100) for one in patches["MJ"]]
    assert all(f"{cent // 100}.{cent % 100:02d}" in text for cent in cents)
    for kind in range(3):
        own = sum(cents[kind::3])
        assert f"{own // 100}.{own % 100:02d}" in text
    assert f"{sum(cents) // 100}.{sum(cents) % 100:02d}" in text and f"{units['DJDYZMJ'][0]:.2f}" in text
    assert f"{Decimal(sum(cents)) / 1_000_000:.2f}" in text


def test_heads_repeat_rows_are_whole_and_pages_are_numbered(written):
    path, book, count, language = written
    pages = pages_of(path)
    head = "图斑编号" if language == "zh" else "Patch"
    table = next(one for part in book.sections if part.key == "patches" for one in part.tables)
    rows = {line[0]: line[-1] for line in table.rows}
    reached = set()
    for number, area in rows.items():
        at = [place for place, page in enumerate(pages) if f"{area:.2f}" in re.split(r"\s+", page)]
        assert len(at) == 1 and number in re.split(r"\s+", pages[at[0]])
        reached.update(at)
    assert len(reached) > 1 and all(head in pages[at] for at in reached)
    assert all(f"{at} / {count}" in page for at, page in enumerate(pages, 1))


def test_the_map_is_a_page_of_lines_and_text(written):
    path, book, count, language = written
    content, last = path.read_bytes(), pages_of(path)[-1]
    place = [one.key for one in book.sections].index("map") + 1
    assert book.sections[-1].key == "map" and re.search(rf"第{place}部分" if language == "zh" else rf"\b{place}\b", last)
    for words in ("青岚国有林场单元", "石塘村", "EPSG:4528", "青岚县自然资源局", "2026-11-24", "1 : 10,000" if language == "en" else "1:10,000"):
        assert words in last, words
    hectares = "公顷" if language == "zh" else "ha"
    assert all(f"{area:.2f} {hectares}" in last for area in (book.area_ha, *book.by_type.values()))
    assert b"/Subtype /Image" not in content and b"/FontFile2" in content and b"/ToUnicode" in content
    assert len(sizes_of(path)) in (1, count) and set(sizes_of(path)) == {(595.0, 842.0)}


def test_a_template_of_another_size_is_a_page_of_that_size(qgis_app, units, patches, pack, tmp_path):
    areas, _ = areas_of(units, patches, pack)
    book = Contents(units, Sheets(patches, areas, [], pack, "zh"), "book", "2026-11-24").book(0)
    path, about = tmp_path / "a3.pdf", register_map.About("某局", "2026-11-24")
    with register_map.RegisterMaps(units, patches, pack, about, "zh", ROOT / "resources" / "layouts" / "registration_map.qpt") as maps:
        book_pdf.write(path, book, maps, 0)
    gc.collect()
    assert sizes_of(path)[-1] == pytest.approx((1191, 842), abs=1) and sizes_of(path)[0] == (595, 842)
    assert "青岚国有林场单元" in pages_of(path)[-1]


def test_a_unit_without_shape_says_so_instead_of_a_map(qgis_app, units, patches, pack, tmp_path):
    areas, _ = areas_of(units, patches, pack)
    book = Contents(units, Sheets(patches, areas, [], pack, "zh"), "book", "2026-11-24").book(1)
    with register_map.RegisterMaps(units, patches, pack, register_map.About("某局", "2026-11-24"), "zh") as maps:
        count = book_pdf.write(tmp_path / "a.pdf", book, maps, 1)
    gc.collect()
    pages = pages_of(tmp_path / "a.pdf")
    assert len(pages) == count and "没有图形" in re.sub(r"\s", "", "".join(pages))


def test_sections_after_the_map_follow_it(qgis_app, units, patches, pack, tmp_path):
    parts = (
        Section("basic", "一", "One", (Fact("前", "甲"),)),
        Section("map", "图", "Map"),
        Section("other", "三", "Three", (Fact("后", "<b>&乙"),), (Table("t", "表", (Column("列"),), ()),)),
    )
    book = Book("book", "zh", "U1", "名", "簿", "Book", parts, day="2026-11-24")
    with register_map.RegisterMaps(units, patches, pack, register_map.About("某局", "2026-11-24"), "zh") as maps:
        assert book_pdf.write(tmp_path / "a.pdf", book, maps, 0) == 3
    gc.collect()
    first, second, third = (re.sub(r"\s", "", page) for page in pages_of(tmp_path / "a.pdf"))
    assert "甲" in first and "石塘村" in second and "<b>&乙" in third and "3/3" in third
    assert book_pdf.write(tmp_path / "b.pdf", book) == 1


def test_a_folder_that_is_not_there_is_the_disks_own_error(qgis_app, tmp_path):
    book = Book("book", "zh", "U1", "名", "簿", "Book", ())
    with pytest.raises(OSError, match="nowhere"):
        book_pdf.write(tmp_path / "nowhere" / "a.pdf", book)


@pytest.fixture
def flow(qgis_app):
    """A flow of 100 × 60 mm, and how to read its pages."""
    made = QBuffer()
    made.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(made)
    writer.setResolution(300)
    return Flow(writer, fonts.family(), 100, 60), writer, made


def read(flow, writer, made, path):
    painter = QPainter(writer)
    for page in range(flow.count):
        if page:
            writer.newPage()
        flow.paint(painter, page, 10, 10)
    painter.end()
    path.write_bytes(bytes(made.data()))
    return pages_of(path)


def test_a_cell_longer_than_a_page_goes_on_without_losing_a_word(flow, tmp_path):
    words = [f"第{at}句话说到这里为止" for at in range(400)]
    flow[0].grid((1, 1), [[Cell("头"), Cell("尾")]], [[Cell("。".join(words)), Cell("短")]], 9)
    pages = read(*flow, tmp_path / "a.pdf")
    assert len(pages) > 3 and all("头" in page for page in pages)
    text = re.sub(r"\s|头|尾|短", "", "".join(pages))
    assert all(word in text for word in words)


def test_columns_are_never_narrower_than_their_longest_word(flow, tmp_path):
    rows = [[Cell("1"), Cell("Uncharacteristically long"), Cell("12345678901.23", side="right")]]
    flow[0].grid((30, 5, 5), [[Cell("No."), Cell("Word"), Cell("Number")]], rows, 9)
    text = "".join(read(*flow, tmp_path / "a.pdf"))
    assert "Uncharacteristically" in text and "12345678901.23" in text


def test_a_heading_stays_with_what_follows(flow, tmp_path):
    for at in range(11):
        flow[0].line(f"行{at}", 9)
    flow[0].line("标题", 9, keep=20)
    flow[0].line("正文", 9)
    first, second = read(*flow, tmp_path / "a.pdf")
    assert "行10" in first and "标题" not in first and "标题" in second and "正文" in second
