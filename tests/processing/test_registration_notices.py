"""Notices and announcements from the door: numbers read back from the document, and sentences where nothing can be written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

import docx
from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsProcessingContext, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QDate

from shanshui.processing_algorithms.registration.registration_notices import RegistrationNotices
from shanshui.tests.heard import Heard, log_panel

EAST, NORTH = 40_500_000.0, 3_300_000.0
FIELDS = (
    "ZRZYDJDYH:string DJDYMC:string DJDYLX:string ZL:string DJDYZMJ:double GYMJ:double JTMJ:double ZYQMJ:double"
    " XSZTCJ:string DJJG:string DJZT:string"
)
ROWS = (
    (0, 200, "99990100000002", "东溪", "SLDY", "东溪镇", 80_000.0, 80_000.0, 0.0, 0.0, "县", "青岚县自然资源局", "04"),
    (200, 500, "99990100000001", "青岚国家公园", "GJGY", "西岭乡", 120_004.99, 100_004.99, 20_000.0, 0.0, "中央直接", "", "04"),
    (0, 50, "99990100000003", "深部矿", "KCZY", "", 20_000.0, None, None, None, "省", "", "04"),
)


@pytest.fixture
def units(qgis_app):
    layer = QgsVectorLayer("Polygon?crs=EPSG:4528&" + "&".join(f"field={one}" for one in FIELDS.split()), "units", "memory")
    for west, east, *values in ROWS:
        one = QgsFeature(layer.fields())
        one.setGeometry(QgsGeometry.fromRect(QgsRectangle(EAST + west, NORTH, EAST + east, NORTH + 400)))
        one.setAttributes(values)
        layer.dataProvider().addFeature(one)
    return layer


def run(units, target: Path, **more):
    given = {"UNITS": units, "KIND": "announcement", "LANGUAGE": "zh", "START_DATE": "2026-11-24", "OUTPUT": str(target), **more}
    context, heard, made = QgsProcessingContext(), Heard(), RegistrationNotices().create()
    fits, why = made.checkParameterValues(given, context)
    if not fits:
        return None, why
    results, good = made.run(given, context, heard)
    return results if good else None, "\n".join(heard.said)


def words(path: Path) -> str:
    return "\n".join(one.text for one in docx.Document(path).paragraphs)


def template(path: Path, *lines: str) -> str:
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    made.save(path)
    return str(path)


def test_the_numbers_of_an_announcement_are_those_of_the_units(units, tmp_path):
    results, said = run(units, tmp_path / "公告.docx", PLACE="青岚县", VALUES="contact=登记窗口\n电话＝0000-1234")
    assert results["LAST_DAY"] == "2026-12-15" and results["UNITS_LISTED"] == 3, said
    document = docx.Document(tmp_path / "公告.docx")
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[1][5:] == ["面积", "国有", "集体", "争议"] and rows[0][6:] == ["其中"] * 3
    assert rows[2][5:] == ["20.00", "18.00", "2.00", "0.00"]
    assert rows[3] == ["1", "99990100000001", "青岚国家公园", "国家公园", "中央政府直接行使", "12.00", "10.00", "2.00", "0.00"]
    assert rows[4] == ["2", "99990100000002", "东溪", "水流", "县级政府代理行使", "8.00", "8.00", "0.00", "0.00"]
    assert rows[5] == ["3", "99990100000003", "深部矿", "探明储量矿产资源", "省级政府代理行使", "", "", "", ""] and len(rows) == 6
    text = words(tmp_path / "公告.docx")
    parts = (
        *("登记单元3个", "国家公园1个、水流1个、探明储量矿产资源1个", "总面积20.00公顷", "自2026年11月24日起，至2026年12月15日止", "15个工作日"),
        *("青岚县自然资源局拟予登簿", "联系人：登记窗口", "联系电话：0000-1234", "地址：________"),
    )
    for part in parts:
        assert part in text, part
    assert "{{" not in text and "address" in said and "2026" in said
    assert len(document.inline_shapes) == 1 and document.inline_shapes[0].width <= document.sections[0].page_width
    assert document.core_properties.title == "自然资源登簿前公告" and "自然资源确权登记" in document.core_properties.comments
    assert sorted(one.name for one in tmp_path.iterdir()) == ["公告.docx"]


def test_the_notice_in_english_with_a_day_of_the_window(units, tmp_path):
    results, said = run(units, tmp_path / "notice.docx", KIND="notice", LANGUAGE="EN", START_DATE=QDate(2026, 9, 24), PLACE="Qinglan County")
    assert results["LAST_DAY"] == "2026-10-19", said
    text = words(tmp_path / "notice.docx")
    assert "from 24 September 2026 for 15 working days, until 19 October 2026" in text and "in Qinglan County" in text
    assert "3 registration units have been drawn: National park (1), Water flow (1)" in text and "20.00 ha" in text
    assert [cell.text for cell in docx.Document(tmp_path / "notice.docx").tables[0].rows[1].cells][5] == "20.00"
    assert "notice.other_state" in said  # units that are reviewed already are not drawn ones


def test_a_template_of_the_users_with_places_of_its_own(units, tmp_path):
    own = template(tmp_path / "own.docx", "{{县名}}：{{单元数}}个，{{hall}}，{{截止日期}}", "{{单元清单}}")
    results, said = run(units, tmp_path / "out.docx", TEMPLATE=own, PLACE="青岚县", VALUES="hall=一楼大厅\nphone=1")
    assert results is not None, said
    assert words(tmp_path / "out.docx").startswith("青岚县：3个，一楼大厅，2026年12月15日") and "phone" in said
    assert len(docx.Document(tmp_path / "out.docx").tables) == 1


@pytest.mark.parametrize(
    ("line", "word"),
    [("{{county}} {{telephon}}", "telephon"), ("{{县}}", "县"), ("{{}}", "own.docx"), ("see {{map}}", "map"), ("{{county", "{{county")],
)
def test_a_template_that_cannot_be_filled_is_named_and_nothing_is_written(units, tmp_path, line, word):
    own, target = template(tmp_path / "own.docx", line), tmp_path / "out.docx"
    target.write_bytes(b"the old one")
    results, said = run(units, target, TEMPLATE=own)
    assert results is None and word in said and "Traceback" not in said
    assert target.read_bytes() == b"the old one" and sorted(one.name for one in tmp_path.iterdir()) == ["out.docx", "own.docx"]


@pytest.mark.parametrize(
    ("more", "word"), [({"START_DATE": "tomorrow"}, "START_DATE"), ({"VALUES": "no sign"}, "no sign"), ({"TEMPLATE": "/nowhere/t.docx"}, "t.docx")]
)
def test_other_bad_input_is_a_sentence(units, tmp_path, more, word):
    results, said = run(units, tmp_path / "out.docx", **more)
    assert results is None and word in said and not list(tmp_path.iterdir())


def test_an_open_document_stays_and_the_new_one_lies_beside_it(units, tmp_path, monkeypatch):
    target, replace = tmp_path / "out.docx", os.replace
    target.write_bytes(b"open in Word")

    def refuse(source, goal):
        if Path(goal) == target:
            raise PermissionError(13, "being used by another process")
        replace(source, goal)

    monkeypatch.setattr(os, "replace", refuse)
    results, said = run(units, target)
    assert results is None and "out.docx" in said and "out.new.docx" in said
    assert target.read_bytes() == b"open in Word" and "2026年12月15日" in words(tmp_path / "out.new.docx")


def test_a_template_is_not_written_over_and_a_full_disk_is_a_sentence(units, tmp_path, monkeypatch):
    own = template(tmp_path / "own.docx", "{{county}}")
    before = Path(own).read_bytes()
    results, said = run(units, Path(own), TEMPLATE=own)
    assert results is None and "own.docx" in said and Path(own).read_bytes() == before

    def full(self, path):
        Path(path).write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(docx.document.Document, "save", full)
    with log_panel() as panel:
        results, said = run(units, tmp_path / "out.docx")
    assert results is None and "No space left on device" in said and not panel
    assert [one.name for one in tmp_path.iterdir()] == ["own.docx"]


def test_without_lxml_the_sentence_names_it(units, tmp_path, monkeypatch):
    for name in list(sys.modules):
        if name.partition(".")[0] in ("docx", "lxml"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lxml", None)
    results, said = run(units, tmp_path / "out.docx")
    assert results is None and "lxml" in said and not list(tmp_path.iterdir())


def test_units_without_a_crs_or_in_degrees_have_their_map_too(units, tmp_path):
    fields = "field=ZRZYDJDYH:string&field=DJDYLX:string&field=DJDYZMJ:double"
    bare = QgsVectorLayer(f"Polygon?{fields}", "bare", "memory")
    bare.setCrs(QgsCoordinateReferenceSystem())
    degrees = QgsVectorLayer(f"Polygon?crs=EPSG:4490&{fields}", "degrees", "memory")
    for layer, box in ((bare, (0, 0, 500, 400)), (degrees, (120.0, 30.0, 120.01, 30.01))):
        one = QgsFeature(layer.fields())
        one.setGeometry(QgsGeometry.fromRect(QgsRectangle(*box)))
        one.setAttributes(["1", "SLDY", 200_000.0])
        layer.dataProvider().addFeature(one)
        results, said = run(layer, tmp_path / f"{layer.name()}.docx", KIND="notice")
        assert results is not None, said
        document = docx.Document(tmp_path / f"{layer.name()}.docx")
        assert len(document.inline_shapes) == 1 and document.tables[0].rows[1].cells[5].text == "20.00"
    assert "东经 120°00′00″至120°00′36″" in words(tmp_path / "degrees.docx") and "位于________" in words(tmp_path / "bare.docx")
