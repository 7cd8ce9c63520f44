"""The command line gives the same numbers as Python: qgis_process sees the checkout as a plugin in a profile of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsVectorLayer


def column(path: Path, field: str) -> list:
    layer = QgsVectorLayer(str(path), path.stem, "ogr")
    assert layer.isValid(), path
    return [one[field] for one in layer.getFeatures()]


def results(said: str) -> dict:
    """The results of a run printed as JSON."""
    return json.loads(said[said.index("{") : said.rindex("}") + 1])["results"]


def test_the_algorithms_are_listed_and_explained(process):
    code, said = process("list")
    assert code == 0 and "shanshui:resource_patches" in said and "shanshui:registration_chain" in said
    code, said = process("help", "shanshui:registration_chain")
    assert code == 0 and "patches:PATCHES" in said and "Source layers of units" in said


def test_areas_are_the_same_number_everywhere(process, provider, county, tmp_path):
    """One layer by qgis_process, processing.run and inside a model: the same areas to the last digit."""
    import processing
    from qgis.core import (
        QgsProcessingContext,
        QgsProcessingFeedback,
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
    )

    source = str(county["DLTB"])
    words = (f"--INPUT={source}", "--UNIT=ha", "--DECIMALS=4", f"--OUTPUT={tmp_path / 'a.gpkg'}")
    code, said = process("run", "--json", "shanshui:measure_areas", *words)
    assert code == 0, said
    total = results(said)["TOTAL"]
    given = {"INPUT": source, "UNIT": "ha", "DECIMALS": 4}
    run = processing.run("shanshui:measure_areas", {**given, "OUTPUT": str(tmp_path / "b.gpkg")})
    assert run["TOTAL"] == total

    child = QgsProcessingModelChildAlgorithm("shanshui:measure_areas")
    child.setChildId("measure")
    for name, value in given.items():
        child.addParameterSources(name, [QgsProcessingModelChildParameterSource.fromStaticValue(value)])
    wanted = QgsProcessingModelOutput("AREAS")
    wanted.setChildOutputName("OUTPUT")
    wanted.setChildId("measure")
    child.setModelOutputs({"AREAS": wanted})
    model = QgsProcessingModelAlgorithm("areas", "test")
    model.addChildAlgorithm(child)
    model.updateDestinationParameters()
    name = next(one.name() for one in model.destinationParameterDefinitions())
    _, good = model.run({name: str(tmp_path / "c.gpkg")}, QgsProcessingContext(), QgsProcessingFeedback(False))
    assert good
    by_process, by_run, by_model = (column(tmp_path / f"{one}.gpkg", "MJ") for one in "abc")
    assert by_process == by_run == by_model and len(by_run) == 3
    assert sum(by_run) == pytest.approx(28.0, rel=1e-6)  # 700 × 400 m on the central meridian


def test_the_chain_runs_from_the_command_line(process, provider, county, tmp_path):
    import processing

    inputs = {"COUNTY": county["XZQ"], "OWNERSHIP": county["SYQ"], "LANDCOVER": county["DLTB"]}
    named = ("abutments:UNITS", "patches:PATCHES", "patches:SUMMARY", "patches:TYPE_TABLES", "lines:LINES", "points:POINTS")

    def files(mark: str) -> dict[str, str]:
        return {name: str(tmp_path / f"{mark}_{name.partition(':')[2]}.gpkg") for name in named}

    words = [f"--{name}={value}" for name, value in {**inputs, "ANGLE": 0, "TOLERANCE": 0, **files("process")}.items()]
    layers = [str(county["国家公园"]), str(county["自然保护区"])]
    code, said = process("run", "--json", "shanshui:registration_chain", *words, *(f"--LAYERS={one}" for one in layers))
    assert code == 0, said
    processing.run(
        "shanshui:registration_chain",
        {**{name: str(path) for name, path in inputs.items()}, "LAYERS": layers, "ANGLE": 0, "TOLERANCE": 0, **files("python")},
    )
    told = {"PATCHES": "MJ", "SUMMARY": "DJDYZMJ", "LINES": "LENGTH", "POINTS": "XZBZ", "UNITS": "DYSZD", "TYPE_TABLES": "MJ"}
    for name, field in told.items():
        one, other = (column(tmp_path / f"{mark}_{name}.gpkg", field) for mark in ("process", "python"))
        assert one == other and one, name


def test_a_refused_word_is_an_exit_code_and_a_sentence(process, county, tmp_path):
    code, said = process("run", "shanshui:measure_areas", f"--INPUT={county['DLTB']}", "--UNIT=acre", f"--OUTPUT={tmp_path / 'x.gpkg'}")
    assert code != 0 and "acre" in said and "m2, ha, mu, km2" in said and not (tmp_path / "x.gpkg").exists()
