"""Register books as they are written: numbers read back from every format, a second run, a stop half-way."""

from __future__ import annotations

import json
import shutil
import subprocess
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsProcessingContext, QgsProcessingException

from shanshui.tests.heard import Heard
from shanshui.tests.processing.books import NAMES, PATCHES, WHOLE, layers, rows_of, text_of, total

FORMATS = ("docx", "html", "xlsx")


@pytest.fixture
def run(provider, tmp_path):
    import processing

    given = layers(tmp_path / "given")

    def go(folder: Path | None = None, heard: Heard | None = None, **parameters: object):
        where = {**given, "OUTPUT": str(folder or tmp_path / "books"), "LANGUAGE": "zh", **parameters}
        return processing.run("shanshui:register_book", where, context=QgsProcessingContext(), feedback=heard or Heard())

    return go


@pytest.fixture(scope="module")
def books(provider, tmp_path_factory):
    """All formats of all units, written once."""
    import processing

    folder = tmp_path_factory.mktemp("books")
    given = {**layers(folder / "given"), "OUTPUT": str(folder / "out"), "LANGUAGE": "zh", "FORMAT": "pdf,docx,html,xlsx"}
    found = processing.run("shanshui:register_book", given, context=QgsProcessingContext(), feedback=Heard())
    return found, folder / "out"


def book(folder: Path, number: str, ending: str) -> Path:
    return next(one for one in folder.iterdir() if one.name.startswith(number) and one.suffix == f".{ending}")


def files(folder: Path) -> dict[str, tuple[float, int]]:
    return {one.name: (one.stat().st_mtime_ns, one.stat().st_size) for one in folder.glob("*.html")}


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("number", [one for one in PATCHES if PATCHES[one]])
def test_numbers_in_every_page_are_those_of_the_database(books, number, ending):
    """Patches one by one to the last digit, their sum exact, hectares that add up to the rounded whole, the unit's own area."""
    _, folder = books
    rows = rows_of(book(folder, number, ending))
    listed = [row for row in rows if row and row[-1] in {area for *_, area in PATCHES[number]} and row[0].isdigit() and len(row) >= 5]
    assert [(row[0], row[-1]) for row in listed] == [(str(serial), area) for serial, *_, area in PATCHES[number]]
    hectares = [Decimal(row[-2]) for row in listed]
    whole = (total(number) / 10_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert sum(hectares) == whole
    totals = [row for row in rows if row and row[0] == "合计"]
    assert len(totals) == 3 and all(f"{total(number):.2f}" in row and f"{whole:.2f}" in row for row in totals)
    assert any("登记单元总面积（m²）" in row and WHOLE[number] in row for row in rows)
    for owner, label in (("state", "国有面积（公顷）"), ("collective", "集体面积（公顷）"), ("disputed", "争议区面积（公顷）")):
        mine = sum(ha for ha, (_, _, one, _) in zip(hectares, PATCHES[number]) if one == owner)
        assert any(label in row and row[row.index(label) + 1] == f"{mine:.2f}" for row in rows), label


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext on this machine")
@pytest.mark.parametrize("number", list(PATCHES))
def test_the_pdf_says_the_same(books, number):
    path = book(books[1], number, "pdf")
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode("utf-8")
    words = text.split()
    for *_, area in PATCHES[number]:
        assert area in words
    if PATCHES[number]:
        assert words.count(f"{total(number):.2f}") >= 3
    assert WHOLE[number] in words and number in words and "未提供" in text


def test_the_index_names_every_unit_its_file_what_is_missing_and_the_sums(books):
    found, folder = books
    rows = rows_of(folder / "index.xlsx")
    # A1 … A5: 10000.00, 20050.00, 560000.00, 100.00 and 20000.00 m²
    assert "610150.00" in next(row for row in rows if row and row[0] == "合计") and found["AREA_HA"] == pytest.approx(61.02, abs=1e-9)
    for number in PATCHES:
        row = next(row for row in rows if number in row)
        assert any("登记簿.pdf .docx .html .xlsx" in cell and number in cell for cell in row) and any("未提供" in cell for cell in row)
        assert any("没有自然资源图斑" in cell for cell in row) == (not PATCHES[number])
    assert (found["UNIT_COUNT"], found["MADE"], found["FAILED"]) == (5, 20, 0)


def test_the_map_is_in_every_file(books):
    import zipfile

    for ending, inside in (("docx", "word/media/image1.png"), ("xlsx", "xl/media/image1.png")):
        with zipfile.ZipFile(book(books[1], "999901A2", ending)) as packed:
            assert packed.read(inside)[:8] == b"\x89PNG\r\n\x1a\n"
    assert "data:image/png;base64,iVBOR" in book(books[1], "999901A2", "html").read_text(encoding="utf-8")


def test_word_finds_the_properties_of_cells_in_its_order(books):
    """The sequence of CT_TcPr in ECMA-376: Word calls a file damaged that has it otherwise."""
    import docx

    order = ["cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "textDirection", "tcFitText", "vAlign"]
    seen = 0
    for grid in docx.Document(str(book(books[1], "999901A2", "docx"))).tables:
        for properties in grid._tbl.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}tcPr"):
            places = [order.index(one.tag.rpartition("}")[2]) for one in properties]
            assert places == sorted(set(places))
            seen += "shd" in {one.tag.rpartition("}")[2] for one in properties}
    assert seen > 10


def test_names_of_files_are_good_on_every_system(books):
    assert NAMES["999901A3"] == "甲/三：*" and book(books[1], "999901A3", "html").name == "999901A3_甲_三：__登记簿.html"


def test_a_second_run_writes_nothing_and_a_third_only_what_changed(run, tmp_path):
    folder = tmp_path / "books"
    first = run(FORMAT="html")
    before = files(folder)
    again = run(FORMAT="html")
    assert (first["MADE"], first["KEPT"], again["MADE"], again["KEPT"]) == (5, 0, 0, 5)
    assert files(folder) == before
    changed = run(FORMAT="html", **layers(tmp_path / "changed", {("999901A3", 2): "4444.44"}))
    assert (changed["MADE"], changed["KEPT"]) == (1, 4) and "4444.44" in text_of(book(folder, "999901A3", "html"))


def test_a_file_that_is_gone_or_cut_short_is_made_anew(run, tmp_path):
    folder = tmp_path / "books"
    run(FORMAT="html")
    book(folder, "999901A1", "html").unlink()
    short = book(folder, "999901A2", "html")
    short.write_bytes(short.read_bytes()[:100])
    found = run(FORMAT="html")
    assert (found["MADE"], found["KEPT"]) == (2, 3) and short.stat().st_size > 1000
    (folder / "register_book.json").write_text("{ broken", encoding="utf-8")
    assert run(FORMAT="html")["MADE"] == 5


def test_a_stop_leaves_whole_files_and_the_next_run_goes_on(run, tmp_path):
    folder = tmp_path / "books"
    with pytest.raises(QgsProcessingException) as stopped:
        run(FORMAT="docx", heard=Heard(stop=55))
    there = [one for one in folder.iterdir() if one.suffix == ".docx"]
    assert 0 < len(there) < 5 and "5 " in str(stopped.value) and f" {len(there)} " in str(stopped.value)
    assert all(text_of(one) for one in there) and not [one for one in folder.iterdir() if one.is_dir()]
    assert len(json.loads((folder / "register_book.json").read_text(encoding="utf-8"))["books"]) == len(there)
    waiting = [row for row in rows_of(folder / "index.xlsx") if "未处理" in row or "Not reached" in row]
    assert len(waiting) == 5 - len(there)
    found = run(FORMAT="docx")
    assert (found["MADE"], found["KEPT"]) == (5 - len(there), len(there))


def test_forms_and_languages_stand_side_by_side(run, tmp_path):
    run(FORMAT="html")
    found = run(FORMAT="html", KIND="survey_form", LANGUAGE="en")
    form = next(one for one in (tmp_path / "books").iterdir() if one.name == "999901A1_甲一_survey_form.html")
    text = text_of(form)
    assert found["MADE"] == 5 and "Cadastral survey form" in text and "Remarks and review" in text and "Not provided" in text and "未提供" not in text
    assert len([one for one in (tmp_path / "books").iterdir() if one.suffix == ".html"]) == 10
