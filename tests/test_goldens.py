"""Small cases that a person can check: each folder tests/golden/<algorithm>/<case> holds the inputs, the parameters and what must come out.

case.json: `note` (how the numbers were checked), `parameters` (a value that names a file of the folder is that file), `outputs` (their rows are
in out_<name>.csv) and `results` (numbers and texts). An algorithm that fills a folder has `package`, the result that names its GeoPackage: then
`outputs` are tables in it, without shapes, and LAYERS the number of features of each.
`make golden` records anew and shows what changed: check it by hand before committing.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import os
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from qgis.core import NULL, QgsProcessingContext, QgsProcessingFeedback, QgsVectorLayer

from shanshui.plugin.core import schema

GOLDEN = Path(__file__).resolve().parent / "golden"
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/case.json"))
RECORD = bool(os.environ.get("SHANSHUI_RECORD"))
SHAPE = "SHAPE"
PLACES = 3  # of coordinates, metres


@lru_cache(maxsize=1)
def decimals() -> dict[str, int]:
    """Decimals by field name, as the pages of the packs have them; the fewest where pages differ."""
    found: dict[str, int] = {}
    for pack in schema.load_packs().values():
        for layer in pack.layers.values():
            for entry in layer.fields:
                if entry.type == "real" and entry.decimals is not None:
                    found[entry.name] = min(entry.decimals, found.get(entry.name, 99))
    return found


def text(name: str, value: object) -> str:
    """A value as the CSV holds it: numbers with the decimals of their field (6 where no page has it), nothing for NULL, TODAY for the day."""
    if value is None or value == NULL:
        return ""
    if value == date.today().isoformat():
        return "TODAY"
    if isinstance(value, float):
        return f"{value:.{decimals().get(name, 6)}f}"
    return str(value)


def rows_of(path: Path, table: str = "") -> list[dict[str, str]]:
    """Rows of a written layer, sorted (their order hangs on where GEOS begins a ring); the shape as WKT with millimetres."""
    layer = QgsVectorLayer(f"{path}|layername={table}" if table else str(path), path.stem, "ogr")
    assert layer.isValid(), path
    fields = [one for one in layer.fields().names() if one != "fid"]
    found = []
    for feature in layer.getFeatures():
        row = {name: text(name, feature[name]) for name in fields}
        if layer.isSpatial() and not table:
            shape = feature.geometry()
            shape.normalize()  # where a ring begins is no matter
            row[SHAPE] = shape.asWkt(PLACES) if feature.hasGeometry() else ""
        found.append(row)
    return sorted(found, key=lambda row: list(row.values()))


def layers_of(path: Path) -> list[dict[str, str]]:
    """Name and number of features of each layer of a GeoPackage."""
    from osgeo import ogr

    source = ogr.Open(str(path))
    return [{"LAYER": one.GetName(), "FEATURES": str(one.GetFeatureCount())} for one in source]


def as_csv(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else ["NOTHING"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def differences(name: str, was: list[dict[str, str]], found: list[dict[str, str]]) -> list[str]:
    """What differs, one line each: which row, which field, was, is. Numbers agree within half of their last place."""
    listed = [] if len(was) == len(found) else [f"{name}: was {len(was)} rows, is {len(found)}"]
    for at, (old, new) in enumerate(zip(was, found), 1):
        for field in dict.fromkeys([*old, *new]):
            one, other = old.get(field, "(no field)"), new.get(field, "(no field)")
            if not same(field, one, other):
                listed.append(f"{name} row {at} {field}: was {one!r}, is {other!r}")
    return listed


def same(field: str, one: str, other: str) -> bool:
    """Whether two texts say the same: numbers within half of the last decimal of their field."""
    if one == other:
        return True
    if field not in decimals() and "." not in one:
        return False
    try:
        return abs(float(one) - float(other)) <= 0.5 * 10.0 ** -decimals().get(field, 6) * (1 + 1e-9)
    except ValueError:
        return False


def run(case: Path, folder: Path) -> tuple[dict[str, list[dict[str, str]]], dict[str, object]]:
    """Rows of each output of the case and the other results."""
    import processing

    told = json.loads((case / "case.json").read_text(encoding="utf-8"))

    def meant(value: object) -> object:
        if isinstance(value, list):
            return [meant(one) for one in value]
        return str(case / value) if isinstance(value, str) and value.startswith("in_") else value

    given = {name: meant(value) for name, value in told["parameters"].items()}
    package = told.get("package")
    files = {} if package else {name: folder / f"{name.replace(':', '_')}.gpkg" for name in told["outputs"]}
    given.update({"OUTPUT": str(folder / "package")} if package else {name: str(path) for name, path in files.items()})
    found = processing.run(f"shanshui:{case.parent.name}", given, context=QgsProcessingContext(), feedback=QgsProcessingFeedback(False))
    results = {name: found[name] for name in told.get("results", {})}
    if package:
        path = Path(found[package])
        return {name: layers_of(path) if name == "LAYERS" else rows_of(path, name) for name in told["outputs"]}, results
    return {name: rows_of(path) for name, path in files.items()}, results


def recorded(case: Path, name: str) -> Path:
    return case / f"out_{name.rpartition(':')[2]}.csv"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_golden(provider, case, tmp_path):
    found, results = run(case, tmp_path)
    if RECORD:
        record(case, found, results)
    told = json.loads((case / "case.json").read_text(encoding="utf-8"))
    listed = [line for name, rows in found.items() for line in differences(name, read(recorded(case, name)), rows)]
    for name, value in told.get("results", {}).items():
        if not same(name, text(name, value), text(name, results[name])):
            listed.append(f"result {name}: was {value!r}, is {results[name]!r}")
    assert not listed, "\n" + "\n".join(listed)


def record(case: Path, found: dict[str, list[dict[str, str]]], results: dict[str, object]) -> None:
    """Write what came out, and print what that changes."""
    told = json.loads((case / "case.json").read_text(encoding="utf-8"))
    new = {recorded(case, name): as_csv(rows) for name, rows in found.items()}
    if told.get("results", {}) != results:
        new[case / "case.json"] = json.dumps({**told, "results": results}, ensure_ascii=False, indent=1) + "\n"
    for path, content in new.items():
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        if old != content:
            name = path.relative_to(GOLDEN).as_posix()
            print("\n" + "\n".join(difflib.unified_diff(old.splitlines(), content.splitlines(), name, "now", lineterm="", n=0)))
            path.write_text(content, encoding="utf-8", newline="\n")


def test_a_golden_says_how_it_was_checked():
    assert len(CASES) >= 10
    for case in CASES:
        told = json.loads((case / "case.json").read_text(encoding="utf-8"))
        assert len(told["note"]) > 60 and (told["outputs"] or told["results"]), case
        files = {path.name for path in case.iterdir()} - {"case.json"}
        assert {recorded(case, name).name for name in told["outputs"]} == {one for one in files if one.startswith("out_")}, case


def test_differences_name_row_and_field():
    was = [{"MJ": "1.00", "MC": "甲"}, {"MJ": "2.00", "MC": "乙"}]
    found = [{"MJ": "1.004", "MC": "甲"}, {"MJ": "2.02", "MC": "丙"}, {"MJ": "3.00", "MC": ""}]
    assert differences("OUTPUT", was, found) == [
        "OUTPUT: was 2 rows, is 3", "OUTPUT row 2 MJ: was '2.00', is '2.02'", "OUTPUT row 2 MC: was '乙', is '丙'",
    ]
