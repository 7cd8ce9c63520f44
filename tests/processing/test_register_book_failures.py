"""What goes wrong with one book is a sentence; the others are written, and the index says which is missing."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsProcessingContext, QgsProcessingException

from shanshui.tests.heard import Heard, log_panel
from shanshui.tests.processing.books import layers, rows_of, text_of


@pytest.fixture
def run(provider, tmp_path):
    import processing

    given = layers(tmp_path / "given")

    def go(**parameters: object):
        heard = Heard()
        where = {**given, "OUTPUT": str(tmp_path / "books"), "LANGUAGE": "zh", "FORMAT": "html", **parameters}
        return processing.run("shanshui:register_book", where, context=QgsProcessingContext(), feedback=heard), heard

    return go


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "books"


def of_unit(folder: Path, number: str) -> list[str]:
    return next(row for row in rows_of(folder / "index.xlsx") if number in row)


def test_a_document_that_is_open_is_kept_beside_and_the_others_are_written(run, folder, monkeypatch):
    run(FORMAT="docx")
    replace = os.replace

    def held(source, target) -> None:
        """Word holds the file of A2: Windows does not let it be replaced."""
        if str(target).endswith("甲二_登记簿.docx"):
            raise PermissionError(errno.EACCES, "Permission denied", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", held)
    (folder / "register_book.json").unlink()
    found, heard = run(FORMAT="docx")
    kept = folder / "999901A2_甲二_登记簿.new.docx"
    assert (found["MADE"], found["FAILED"]) == (4, 1) and "12345.67" in text_of(kept)
    assert [one for one in heard.warned if "999901A2" in one and kept.name in one]
    row = of_unit(folder, "999901A2")
    assert any("甲二_登记簿.new.docx" in cell for cell in row) and ("Not written" in row or "未输出" in row)
    monkeypatch.undo()
    found, _ = run(FORMAT="docx")
    assert (found["MADE"], found["KEPT"], found["FAILED"]) == (1, 4, 0)


def test_a_full_disk_is_a_sentence_for_each_book_it_hits(run, folder, monkeypatch):
    from shanshui.plugin.bridge.reports import book_html

    write = book_html.write

    def full(path: Path, book, picture) -> None:
        if book.number == "999901A3":
            path.write_text("half", encoding="utf-8")
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write(path, book, picture)

    monkeypatch.setattr(book_html, "write", full)
    found, heard = run()
    assert (found["MADE"], found["FAILED"]) == (4, 1) and not list(folder.glob("999901A3*"))
    assert any("No space left on device" in one and "999901A3" in one for one in heard.warned)
    assert any("No space left on device" in cell for cell in of_unit(folder, "999901A3"))
    monkeypatch.undo()
    found, _ = run()
    assert (found["MADE"], found["KEPT"]) == (1, 4)


def test_a_disk_that_is_full_to_the_end_still_says_so(run, folder, monkeypatch):
    """Neither books nor ledger nor index can be written: sentences, no traceback, and no unit is lost in silence."""
    from shanshui.plugin.bridge import book_ledger
    from shanshui.plugin.bridge.reports import book_html, book_index

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for module, name in ((book_html, "write"), (book_index, "write_workbook"), (book_ledger, "swap")):
        monkeypatch.setattr(module, name, full)
    found, heard = run()
    assert (found["MADE"], found["FAILED"]) == (0, 5) and sum("No space left" in one for one in heard.warned) >= 7
    assert not list(folder.iterdir())


def test_one_unit_that_fails_keeps_no_other_from_its_book(run, folder, monkeypatch):
    from shanshui.plugin.core.registration.book.contents import Contents

    book = Contents.book

    def broken(self, unit: int):
        if unit == 1:
            raise ZeroDivisionError("what nobody foresaw")
        return book(self, unit)

    monkeypatch.setattr(Contents, "book", broken)
    with log_panel() as panel:
        found, heard = run()
    assert (found["MADE"], found["FAILED"], found["UNIT_COUNT"]) == (4, 1, 5)
    assert any("what nobody foresaw" in one for one in panel) and not any("Traceback" in one for one in heard.said)
    assert any("what nobody foresaw" in cell for cell in of_unit(folder, "999901A2"))


@pytest.mark.parametrize("lacking", ["lxml", "docx"])
def test_without_lxml_or_python_docx_the_other_formats_go_on(run, folder, monkeypatch, lacking):
    for name in [one for one in sys.modules if one.partition(".")[0] in ("docx", "lxml")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, lacking, None)
    found, heard = run(FORMAT=["docx", "html", "xlsx"])
    assert (found["MADE"], found["FAILED"]) == (10, 0) and not list(folder.glob("*.docx"))
    assert any("docx" in one and lacking in one for one in heard.warned)
    with pytest.raises(QgsProcessingException, match=lacking):
        run(FORMAT="docx")


def test_units_without_number_or_with_anothers_have_no_book(run, tmp_path, folder):
    import json

    given = layers(tmp_path / "dirty")
    path = Path(given["UNITS"])
    told = json.loads(path.read_text(encoding="utf-8"))
    told["features"][3]["properties"]["ZRZYDJDYH"] = "999901A1"
    told["features"][4]["properties"]["ZRZYDJDYH"] = None
    path.write_text(json.dumps(told), encoding="utf-8")
    found, heard = run(**given)
    assert (found["MADE"], found["FAILED"]) == (3, 2) and len(list(folder.glob("*.html"))) == 3
    assert any("甲四" in one and "999901A1" in one for one in heard.warned) and any("甲五" in one for one in heard.warned)
    rows = rows_of(folder / "index.xlsx")
    assert [any(name in row for row in rows) for name in ("甲一", "甲四", "甲五")] == [True] * 3


def test_places_that_cannot_hold_books_are_refused_before_the_work(run, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    for output in (taken, tmp_path / "nowhere" / "books"):
        with pytest.raises(QgsProcessingException) as refused:
            run(OUTPUT=str(output))
        assert output.name in str(refused.value) or "nowhere" in str(refused.value)
    assert taken.read_text(encoding="utf-8") == "mine" and not (tmp_path / "nowhere").exists()


def test_a_layout_that_is_none_is_refused_before_the_first_book(run, tmp_path, folder):
    layout = tmp_path / "mine.qpt"
    layout.write_text("no layout", encoding="utf-8")
    with pytest.raises(QgsProcessingException, match=r"mine\.qpt"):
        run(LAYOUT=str(layout))
    assert not list(folder.iterdir())


def test_another_layout_makes_all_books_anew(run, tmp_path):
    """The look of the map is part of what a book is made from."""
    from shanshui.plugin.bridge.places import RESOURCES

    shipped = (RESOURCES / "layouts" / "register_map.qpt").read_text(encoding="utf-8")
    layout = tmp_path / "mine.qpt"
    layout.write_text(shipped, encoding="utf-8")
    run(LAYOUT=str(layout))
    assert run(LAYOUT=str(layout))[0]["KEPT"] == 5
    layout.write_text(shipped.replace("</Layout>", "</Layout>\n"), encoding="utf-8")
    assert run(LAYOUT=str(layout))[0]["MADE"] == 5


def test_files_of_others_in_the_folder_stay(run, folder):
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    run()
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("value", ["html,nonsense", [1, 7], ""])
def test_unknown_formats_are_refused(run, value):
    with pytest.raises(QgsProcessingException, match="FORMAT"):
        run(FORMAT=value)


@pytest.mark.parametrize("value", ["HTML, xlsx", [2, "xlsx"], "2,3", ["html", 3]])
def test_formats_are_words_or_numbers(run, folder, value):
    found, _ = run(FORMAT=value)
    assert found["MADE"] == 10 and {one.suffix for one in folder.iterdir()} == {".html", ".xlsx", ".json"}
