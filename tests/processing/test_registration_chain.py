"""The shipped model gives what its five algorithms give one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsVectorLayer

RESULTS = {
    "units": ("JOURNAL", "REST", "FINDINGS_UNITS", "REJECTED_UNITS"),
    "abutments": ("UNITS", "FINDINGS_ABUTMENTS"),
    "patches": ("PATCHES", "SUMMARY", "TYPE_TABLES", "FINDINGS_PATCHES", "REJECTED_PATCHES"),
    "lines": ("LINES", "FINDINGS_LINES"),
    "points": ("POINTS", "SIDES", "FINDINGS_POINTS"),
}


def rows(path: Path) -> list[dict]:
    """Attributes and shape of each feature, in order, without the file's own row number."""
    layer = QgsVectorLayer(str(path), path.stem, "ogr")
    assert layer.isValid(), path
    found = []
    for one in layer.getFeatures():
        values = dict(zip(layer.fields().names(), one.attributes()))
        values.pop("fid", None)
        found.append({**{name: str(value) for name, value in values.items()}, "SHAPE": one.geometry().asWkt(3)})
    return found


def start(name: str, **parameters):
    """processing.run of one of ours; the results."""
    import processing

    return processing.run(f"shanshui:{name}", parameters, context=QgsProcessingContext(), feedback=QgsProcessingFeedback(False))


@pytest.fixture(scope="module")
def chained(provider, county, tmp_path_factory):
    folder = tmp_path_factory.mktemp("chain")
    files = {f"{step}:{name}": str(folder / f"{name}.gpkg") for step, names in RESULTS.items() for name in names}
    listed = folder / "points.csv"
    given = {
        "COUNTY": str(county["XZQ"]), "LAYERS": [str(county["国家公园"]), str(county["自然保护区"])], "OWNERSHIP": str(county["SYQ"]),
        "LANDCOVER": str(county["DLTB"]), "ANGLE": 0, "TOLERANCE": 0, "points:POINT_LIST": str(listed), **files,
    }
    results = start("registration_chain", **given)
    assert {name: results[name] for name in files} == files
    return {name.partition(":")[2]: rows(Path(path)) for name, path in files.items()} | {"POINT_LIST": listed.read_text(encoding="utf-8-sig")}


def test_the_chain_gives_the_numbers_of_its_squares(chained):
    """Two units of 400 × 400 and 300 × 400 m, cut at x = 200, 350, 400, 500; on the central meridian plane and ellipsoid agree."""
    assert [one["DJDYMC"] for one in chained["UNITS"]] == ["青岚国家公园", "东溪自然保护区"]
    assert [float(one["DJDYZMJ"]) for one in chained["SUMMARY"]] == pytest.approx([160_000, 120_000], rel=1e-6)
    patches = [(one["ZRZYDJDYH"][-1], one["ZRZYLX"], one["OWNERSHIP"]) for one in chained["PATCHES"]]
    assert patches == [
        ("1", "SL", "state"), ("1", "SD", "state"), ("1", "SD", "collective"),
        ("2", "SD", "collective"), ("2", "FZRZY", "collective"),
    ]
    for unit in chained["SUMMARY"]:
        members = [float(one["MJ"]) for one in chained["PATCHES"] if one["ZRZYDJDYH"] == unit["ZRZYDJDYH"]]
        assert sum(members) == pytest.approx(float(unit["DJDYZMJ"]), abs=1e-6)
    assert not chained["REJECTED_PATCHES"] and len(chained["REST"]) == 1
    # five rectangles in a row: four inner lines, and one piece of outer boundary each
    assert sorted(one["KINDS"] for one in chained["LINES"] if one["OUTER"] == "0") == ["", "1", "4", "4"]
    assert len(chained["POINTS"]) == 6 and len(chained["SIDES"]) == 7
    assert chained["POINT_LIST"].count("J1,") == 4  # each unit's ring begins with J1 and is closed by it


def test_the_chain_is_its_five_algorithms_one_by_one(chained, county, tmp_path):
    def out(name: str) -> str:
        return str(tmp_path / f"{name}.gpkg")

    layers = [str(county["国家公园"]), str(county["自然保护区"])]
    units = start(
        "draw_units", COUNTY=str(county["XZQ"]), LAYERS=layers, OUTPUT=out("units"), JOURNAL=out("JOURNAL"), REST=out("REST"),
        FINDINGS=out("FINDINGS_UNITS"), REJECTED=out("REJECTED_UNITS"),
    )["OUTPUT"]
    start(
        "abutments", INPUT=units, NEIGHBOURS=[str(county["SYQ"])], NAME_FIELD="DJDYMC", OUTPUT=out("UNITS"), FINDINGS=out("FINDINGS_ABUTMENTS"),
    )
    patches = start(
        "resource_patches", UNITS=units, OWNERSHIP=str(county["SYQ"]), LANDCOVER=str(county["DLTB"]), OUTPUT=out("PATCHES"),
        SUMMARY=out("SUMMARY"), TYPE_TABLES=out("TYPE_TABLES"), FINDINGS=out("FINDINGS_PATCHES"), REJECTED=out("REJECTED_PATCHES"),
    )["OUTPUT"]
    start("boundary_lines", INPUT=patches, COUNTY=str(county["XZQ"]), OUTPUT=out("LINES"), FINDINGS=out("FINDINGS_LINES"))
    start("boundary_points", INPUT=units, OUTPUT_POINTS=out("POINTS"), OUTPUT_LINES=out("SIDES"), FINDINGS=out("FINDINGS_POINTS"))
    def told(one: dict) -> dict:
        # the layer's name in a finding is that of the file or of the model's step
        return {name: value for name, value in one.items() if name not in ("LAYER", "FACTS", "MESSAGE_ZH", "MESSAGE_EN", "SOURCE")}

    for names in RESULTS.values():
        for name in names:
            assert [told(one) for one in rows(Path(out(name)))] == [told(one) for one in chained[name]], name
