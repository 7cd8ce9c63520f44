"""The model from units to register books: its books hold the numbers of its patches, and the table of rights that it is given."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsProcessingContext, QgsVectorLayer

from shanshui.tests.heard import Heard
from shanshui.tests.processing.books import rows_of, text_of

CASE = Path(__file__).parents[1] / "golden" / "register_book_chain" / "two_units"


@pytest.fixture(scope="module")
def chained(provider, tmp_path_factory):
    import processing

    folder = tmp_path_factory.mktemp("books")
    rights = folder / "BDCQLGLXX.csv"
    rights.write_text("ZRZYDJDYH,BDCDYH,BZ\n99990100000001,999901001001GB00001W00000000,林场\n", encoding="utf-8")
    told = json.loads((CASE / "case.json").read_text(encoding="utf-8"))
    given = {name: str(CASE / value) if str(value).startswith("in_") else value for name, value in told["parameters"].items()}
    given.update(dict.fromkeys(told["outputs"], "TEMPORARY_OUTPUT"))
    given.update({"FORMAT": "html,docx", "RIGHTS": [str(rights)], "books:BOOKS": str(folder / "books"), "patches:PATCHES": str(folder / "p.gpkg")})
    found = processing.run("shanshui:register_book_chain", given, context=QgsProcessingContext(), feedback=Heard())
    return found, folder


@pytest.mark.parametrize("ending", ["html", "docx"])
def test_the_books_hold_the_numbers_of_the_patches(chained, ending):
    found, folder = chained
    layer = QgsVectorLayer(str(folder / "p.gpkg"), "patches", "ogr")
    assert found["books:BOOKS"] == str(folder / "books") and layer.featureCount() == 5
    for number, whole in (("99990100000001", "160000.00"), ("99990100000002", "120000.00")):
        mine = [f"{one['MJ']:.2f}" for one in layer.getFeatures() if one["ZRZYDJDYH"] == number]
        path = next(one for one in (folder / "books").glob(f"{number}*.{ending}"))
        rows = rows_of(path)
        listed = [row[-1] for row in rows if row and row[0].isdigit() and len(row) == 7]
        assert sorted(listed) == sorted(mine) and sum(map(Decimal, mine)) == Decimal(whole)
        assert any(whole in row for row in rows if row[0] in ("合计", "Total"))


def test_the_rights_and_abutments_of_the_chain_stand_in_the_book(chained):
    folder = chained[1] / "books"
    first, second = (text_of(next(folder.glob(f"9999010000000{at}*.html"))) for at in (1, 2))
    assert "999901001001GB00001W00000000" in first and "999901001001GB00001W00000000" not in second
    assert "东溪自然保护区" in first and "青岚国家公园" in second  # each is the other's neighbour
