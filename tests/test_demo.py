"""The steps of `make demo` on a county of a few squares: every artefact is there, opens, adds up and is what the manifest says."""

from __future__ import annotations

import csv
import gc
import importlib.util
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

pytest.importorskip("qgis.core")
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtGui import QImage

from shanshui.plugin.bridge import manifest, project, sinks
from shanshui.plugin.bridge.reports import registration_package
from shanshui.plugin.core.table import Table

ROOT = Path(__file__).resolve().parents[1]
CRS, EAST, NORTH = "EPSG:4528", 40_500_000.0, 3_300_000.0
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def demo():
    spec = importlib.util.spec_from_file_location("shanshui_demo", ROOT / ".ci" / "demo.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def squares(*places, side=400.0):
    return np.array([shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side) for x, y in places], dtype=object)


def county(path):
    """Land cover and owners in squares of 400 m, two townships, a reserve that reaches over the border, a park inside it and a finding's worth of
    ground without owner."""
    cells = [(400 * x, 400 * y) for x in range(6) for y in range(4)]
    owned = [one for one in cells if one != (800, 400)]
    classes = ["0301", "1106", "0101", "0404", "1101", "1207"]
    kinds = [("10", "999901", "县林场"), ("30", "9999010010001", "东村"), ("30", "9999010010002", "西村")]
    layers = {
        "XZQ": (squares((0, 0), (1600, 0), side=1600), {"XZQDM": ["999901001", "999901002"], "XZQMC": ["青岚镇", "望海镇"]}),
        "DLTB": (
            squares(*cells),
            {"BSM": [f"{at:018d}" for at in range(24)], "DLBM": [classes[at % 6] for at in range(24)], "ZLDWDM": "9999010010001"},
        ),
        "SYQ": (
            squares(*owned),
            {
                **{name: [kinds[at % 3][place] for at in range(23)] for place, name in enumerate(("QSXZ", "QSDWDM", "QSDWMC"))},
                "ZYQBS": ["1" if at == 20 else None for at in range(23)],
            },
        ),
        "自然保护区": (
            np.array([shapely.box(EAST + x, NORTH + y, EAST + z, NORTH + w) for x, y, z, w in ((-100, 50, 2250, 1450), (900, 900, 1500, 1500))]),
            {"DJDYLX": ["ZRBH", "ZRGY"], "MC": ["松岭自然保护区", "桃源湿地公园"]},
        ),
    }
    for name, (shapes, columns) in layers.items():
        table = Table(pd.DataFrame(columns, index=range(len(shapes))), shapes, CRS, name)
        sinks.write_file(sinks.Target("file", str(path), path, name), [table], "polygon", [])
    return path


@pytest.fixture(scope="module")
def provider(qgis_app, qgis_processing, demo):
    """Our algorithms for processing.run, taken away again unless they were there."""
    registry = QgsApplication.processingRegistry()
    mine = registry.providerById("shanshui") is None
    if mine:
        demo.add_provider()
    yield
    if mine:
        registry.removeProvider("shanshui")


@pytest.fixture(scope="module")
def package(provider, demo, tmp_path_factory):
    """(folder, lines of the summary) of one run."""
    folder = tmp_path_factory.mktemp("演示 demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registration_package, "_PNG_DPI", 30)
        patch.setattr(registration_package, "_PDF_DPI", 30)
        patch.setenv("LANGUAGE", "zh_CN")
        (folder / "county").mkdir()
        lines = demo.county_package(county(folder / "county" / "qinglan.gpkg"), folder)
    gc.collect()
    return folder, lines


def rows(folder, table, *fields):
    with closing(sqlite3.connect(folder / "qinglan.gpkg")) as link:
        return link.execute(f"SELECT {', '.join(fields) or '*'} FROM {table}").fetchall()


def test_the_geopackage_has_all_results(package):
    folder, _ = package
    tables = {name for (name,) in rows(folder, "gpkg_contents", "table_name")}
    assert tables == {"ZRZYDJDY", "YSL", "REST", "ZRZYTB", "ZRZK", "TYPE_TABLES", "BOUNDARY_LINES", "JZD", "JZX", "FINDINGS", "REJECTED"}
    found = rows(folder, "FINDINGS", "STEP", "CODE")
    steps = {"draw_units", "abutments", "resource_patches", "boundary_lines"}
    assert ("draw_units", "draw.outside_county") in found and {step for step, _ in found} <= steps
    assert "patches.no_ownership" in {code for _, code in found} and rows(folder, "REJECTED", "REASON") == [("patches.no_ownership",)]
    assert {one for (one,) in rows(folder, "ZRZYTB", "OWNERSHIP")} == {"state", "collective", "disputed"}


def test_printed_totals_are_the_sums_of_their_columns_and_of_the_database(package):
    folder, _ = package
    for language in LANGUAGES:
        book = openpyxl.load_workbook(folder / f"qinglan_tables_{language}.xlsx")
        assert len(book.worksheets) == 6
        for page in book.worksheets[:4]:
            top = next(row for row in range(1, 10) if page.cell(row, 2).value in ("合计", "Total"))
            last = next(row for row in range(top, 200) if page.cell(row, 1).value in ("填表人：", "Filled in by:")) - 2
            summed = 0
            for at in range(1, page.max_column + 1):
                total = page.cell(top, at).value
                if isinstance(total, (int, float)):
                    body = [page.cell(row, at).value for row in range(top + 1, last + 1)]
                    assert Decimal(str(total)) == sum((Decimal(str(one)) for one in body if one is not None), Decimal(0)), (page.title, at)
                    summed += 1
            assert summed >= 2
        hectares = sum(Decimal(str(one)) for (one,) in rows(folder, "ZRZK", "DJDYZMJ_HA"))
        summary, types = book.worksheets[:2]
        assert Decimal(str(summary["E5"].value)) == hectares == Decimal(str(types.cell(5, 10).value))


def test_the_last_sheet_lists_what_is_not_of_a_published_text(package):
    """The classes, units and kinds that this county has, with value, source and status in words; each sheet says how many they are."""
    folder, _ = package
    for language, status in (("zh", "本插件自定"), ("en", "ours")):
        book = openpyxl.load_workbook(folder / f"qinglan_tables_{language}.xlsx")
        page = book["非标准取值" if language == "zh" else "Non-standard values"]
        body = [row for row in page.iter_rows(min_row=4, values_only=True) if isinstance(row[0], int)]
        keys = {(row[2], row[3]) for row in body}
        assert {("rules/settings", "sliver_width"), ("rules/unit_types", "ZRBH"), ("rules/abutments", "least_share")} <= keys
        assert ("rules/unit_types", "HYDY") not in keys and ("rules/area", "a") not in keys
        assert all(all(row[at] for at in (1, 2, 3, 5, 6, 7)) for row in body) and status in {row[7] for row in body}
        notes = [cell for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if isinstance(cell, str) and page.title in cell]
        assert sum(int(re.search(r"[；;] ?(?:本簿用到的 )?(\d+)", one).group(1)) for one in notes) == len(body) > 30


def test_csv_tables_say_what_the_workbook_says(package):
    folder, _ = package
    with (folder / "tables" / "qinglan_lines_zh.csv").open(encoding="utf-8-sig", newline="") as stream:
        head, total, *body = list(csv.reader(stream))
    assert all(row[1] for row in body), "a line of no kind has words too"
    assert head[1] == "界线类别（按主类）" and sum(Decimal(row[3]) for row in body) == Decimal(total[3]) > 0
    assert len(list((folder / "tables").glob("*.csv"))) == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_project_opens_ready_with_relative_paths(package, language):
    folder, _ = package
    path = folder / f"qinglan_{language}.qgz"
    with zipfile.ZipFile(path) as archive:
        text = archive.read(next(name for name in archive.namelist() if name.endswith(".qgs"))).decode("utf-8")
    assert str(folder) not in text and str(ROOT) not in text and "<datasource>./qinglan.gpkg|layername=ZRZYTB</datasource>" in text
    opened = QgsProject()
    assert opened.read(str(path))
    there = project.by_key(opened)
    assert {"points", "boundaries", "outlines", "districts", "types", "ownership", "findings", "summary", "cover", "ground"} <= set(there)
    assert all(layer.isValid() and layer.featureCount() for layer in opened.mapLayers().values())
    assert len(opened.layoutManager().layouts()) == 4 and len(opened.mapThemeCollection().mapThemes()) == 5
    labels = [item.label() for item in there["types"].renderer().legendSymbolItems()]
    assert ("森林" in labels) == (language == "zh") and ("Forest" in labels) == (language == "en") and not any(" / " in one for one in labels)
    opened.clear()
    del there, opened
    gc.collect()


def test_every_map_is_drawn_in_both_languages(package):
    folder, _ = package
    pictures = sorted((folder / "maps").glob("*.png"))
    keys = ("types", "ownership", "units", "detail")
    assert [one.stem for one in pictures] == sorted(f"qinglan_{key}_{language}" for key in keys for language in LANGUAGES)
    for one in pictures:
        image = QImage(str(one))
        colours = {image.pixelColor(x, y).name() for x in range(20, image.width(), 7) for y in range(20, image.height(), 7)}
        assert image.width() > 400 and len(colours) > 20, one.name
        assert one.with_suffix(".pdf").stat().st_size > 10_000


def test_the_manifest_holds(package):
    folder, _ = package
    path = folder / "qinglan_manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert manifest.changed(path) == []
    listed = {one["file"] for one in content["outputs"].values()}
    there = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file() and "county" not in one.parts}
    assert there - listed == {"qinglan_manifest.json"} and listed <= there
    assert content["inputs"]["qinglan.gpkg"]["file"] == "county/qinglan.gpkg"
    assert list(content["parameters"]) == ["draw_units", "abutments", "resource_patches", "boundary_lines", "boundary_points"]
    assert content["counts"]["resource_patches"]["PATCHES"] == len(rows(folder, "ZRZYTB", "fid")) > 10
    assert content["counts"]["FINDINGS"] == len(rows(folder, "FINDINGS", "fid"))


def test_the_summary_says_what_there_is_and_where(package):
    folder, lines = package
    patches = len(rows(folder, "ZRZYTB", "fid"))
    assert lines[0].startswith("青岚县：登记单元 2 个") and f"图斑 {patches} 个" in lines[0] and "公顷" in lines[1]
    places = [Path(one.strip()) for one in lines[2:]]
    assert all(one.exists() for one in places) and {folder / "qinglan_zh.qgz", folder / "maps"} <= set(places)
    assert folder / "qinglan_en.qgz" not in places


def test_a_county_with_faults_is_checked_and_has_its_register_books(provider, demo, tmp_path, monkeypatch):
    """Findings and their report, and for each unit a book whose total is that of its patches in the results."""
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    lines = demo.faulty_package(demo.sample_county(tmp_path / "county", 600, faults=True), tmp_path)
    gc.collect()
    places = [Path(one.strip()) for one in lines[1:]]
    assert all(one.exists() for one in places) and "未完成 0 个" in lines[0]
    with closing(sqlite3.connect(tmp_path / "findings.gpkg")) as link:
        opened = link.execute("SELECT COUNT(*) FROM findings WHERE STATE = 'open'").fetchone()[0]
    assert f"质检问题 {opened} 条" in lines[0] and opened > 20
    sums: dict[str, Decimal] = {}
    for number, area in rows(tmp_path, "ZRZYTB", "ZRZYDJDYH", "MJ"):
        sums[number] = sums.get(number, Decimal(0)) + Decimal(str(area))
    units = [number for (number,) in rows(tmp_path, "ZRZYDJDY", "ZRZYDJDYH")]
    for number in units:
        for ending in ("pdf", "docx", "html", "xlsx"):
            assert len(list((tmp_path / "books" / "zh").glob(f"{number}_*.{ending}"))) == 1
        page = next((tmp_path / "books" / "zh").glob(f"{number}_*.html")).read_text(encoding="utf-8")
        # under the holders and under the patches; under the types too where a fault left no ground undecided
        assert number not in sums or page.count(f"<td class=\"n\">{sums[number]:.2f}</td>") >= 2
    assert len(sums) > 10 and len(list((tmp_path / "books" / "en").glob("*.pdf"))) == len(units)


@pytest.mark.real
def test_the_real_survey_goes_the_same_way(provider, demo, real_data, tmp_path, monkeypatch):
    """ch_av_solothurn 254900: 34 parcels of 95.06 ha stay 34 units whose patches leave nothing over."""
    monkeypatch.setattr(registration_package, "_PNG_DPI", 20)
    monkeypatch.setattr(registration_package, "_PDF_DPI", 20)
    monkeypatch.setenv("LANGUAGE", "en")
    lines = demo.survey_package(real_data / "ch_av_solothurn" / "ch_av_254900.gpkg", tmp_path)
    gc.collect()
    assert "34 registration units" in lines[0] and "0 set aside" in lines[0]
    with closing(sqlite3.connect(tmp_path / "survey" / "254900.gpkg")) as link:
        legal, sums, open_ = link.execute("SELECT SUM(DJMJ), SUM(DJDYZMJ), SUM(WQDMJ) FROM ZRZK").fetchone()
        beyond = link.execute("SELECT COUNT(*) FROM FINDINGS WHERE CODE <> 'patches.control_differs'").fetchone()[0]
    assert open_ == 0 and beyond == 0 and sums == pytest.approx(legal, abs=2.0)
    assert demo.survey_package(tmp_path / "nothing.gpkg", tmp_path) == []
