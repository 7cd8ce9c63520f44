"""A choice is given by its index or its token in any case, and an unknown one is refused, in Python, in a model and on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

import docx
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsVectorLayer,
)

from shanshui.plugin.bridge import params
from shanshui.processing_algorithms.base import modules
from shanshui.processing_algorithms.provider import GROUPS
from shanshui.tests.heard import Heard

BOOKS = "folder"  # where an algorithm that fills a folder puts it
PAPER = "paper.docx"  # where one that writes a document puts it
ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
# the golden whose inputs serve, where it is not the first one: these have a START_POINT, and survey areas
CASE = {"boundary_points": "layer_numbers", "resource_patches": "survey_areas"}


def classes() -> dict[str, type]:
    import importlib

    found = {}
    for group in GROUPS:
        package = importlib.import_module(f"shanshui.processing_algorithms.{group}")
        found.update({one.ID: one for one in modules(package.ALGORITHMS, package.__name__)})
    return found


ENUMS = {
    (identifier, kind.name): kind.tokens
    for identifier, made in sorted(classes().items())
    for kind in made.PARAMETERS
    if isinstance(kind, params.Choice)
}
each = pytest.mark.parametrize(("identifier", "name"), sorted(ENUMS))


def given(identifier: str, folder: Path) -> dict[str, object]:
    """Parameters of the algorithm's golden, with files in `folder` for its outputs."""
    case = GOLDEN / identifier / CASE[identifier] if identifier in CASE else sorted((GOLDEN / identifier).iterdir())[0]
    told = json.loads((case / "case.json").read_text(encoding="utf-8"))

    def meant(value: object) -> object:
        if isinstance(value, list):
            return [meant(one) for one in value]
        return str(case / value) if isinstance(value, str) and value.startswith("in_") else value

    outputs = {name: str(folder / f"{name}.gpkg") for name in told["outputs"]}
    if told["parameters"].get("OUTPUT") == "TEMPORARY_OUTPUT":
        papers = any(isinstance(kind, params.OutputFile) and kind.name == "OUTPUT" for kind in classes()[identifier].PARAMETERS)
        outputs["OUTPUT"] = str(folder / (PAPER if papers else BOOKS))
    return {**{name: meant(value) for name, value in told["parameters"].items()}, **outputs}


def rows(parameters: dict[str, object]) -> list[list[str]]:
    """Every value of every layer that was written; of a folder what stands in it, of a document its words."""
    found = []
    for path in (str(one) for name, one in parameters.items() if name.startswith(("OUTPUT", "SUMMARY", "TYPE"))):
        if path.endswith(BOOKS):
            found.append(sorted(f"{one.name} {one.suffix == '.html' and one.read_text(encoding='utf-8')}" for one in Path(path).iterdir()))
            continue
        if path.endswith(PAPER):
            found.append([one.text for one in docx.Document(path).element.body.iter() if one.tag.endswith("}t")])
            continue
        layer = QgsVectorLayer(path, "x", "ogr")
        assert layer.isValid(), path
        found.append([str(one.attributes()) + one.geometry().asWkt(3) for one in layer.getFeatures()])
    return found


def run(identifier: str, parameters: dict[str, object]) -> dict:
    import processing

    return processing.run(f"shanshui:{identifier}", parameters, context=QgsProcessingContext(), feedback=QgsProcessingFeedback(False))


def model_of(identifier: str, parameters: dict[str, object]) -> tuple[QgsProcessingModelAlgorithm, dict[str, object]]:
    """A model with the algorithm as its one step and every input a fixed value; the destinations to run it with."""
    child = QgsProcessingModelChildAlgorithm(f"shanshui:{identifier}")
    child.setChildId("step")
    outputs, wanted = {}, {}
    for name, value in parameters.items():
        if str(value).endswith((".gpkg", BOOKS, PAPER)):
            outputs[name] = QgsProcessingModelOutput(name)
            outputs[name].setChildId("step")
            outputs[name].setChildOutputName(name)
        else:
            child.addParameterSources(name, [QgsProcessingModelChildParameterSource.fromStaticValue(value)])
    child.setModelOutputs(outputs)
    model = QgsProcessingModelAlgorithm("one step", "test")
    model.addChildAlgorithm(child)
    model.updateDestinationParameters()
    for one in model.destinationParameterDefinitions():
        # 3.22 names a result "step:NAME", later versions by a word of their own that holds it
        wanted[one.name()] = next(parameters[name] for name in sorted(outputs, key=len, reverse=True) if name.lower() in one.name().lower())
    return model, wanted


@each
def test_index_and_token_say_the_same_in_python(provider, tmp_path, identifier, name):
    for at, token in enumerate(ENUMS[identifier, name]):
        seen = []
        for spelling in (at, token.upper(), *((token, str(at)) if at == 1 else ())):
            folder = tmp_path / f"{at}-{spelling}-{type(spelling).__name__}"
            folder.mkdir(exist_ok=True)
            parameters = given(identifier, folder)
            parameters[name] = spelling
            if identifier == "resource_patches":
                parameters["GROUP_FIELD"] = "ZLDWDM"
            run(identifier, parameters)
            seen.append(rows(parameters))
        assert all(one == seen[0] for one in seen[1:]) and seen[0], token


@each
@pytest.mark.parametrize("nonsense", ["nonsense", 99, -1, "99"])
def test_an_unknown_choice_is_refused_in_python(provider, tmp_path, identifier, name, nonsense):
    parameters = {**given(identifier, tmp_path), name: nonsense}
    with pytest.raises(QgsProcessingException) as refused:
        run(identifier, parameters)
    assert name in str(refused.value) and str(nonsense) in str(refused.value) and ENUMS[identifier, name][0] in str(refused.value)
    assert not list(tmp_path.iterdir())


@each
def test_index_and_token_say_the_same_in_a_model(provider, tmp_path, identifier, name):
    at, token = len(ENUMS[identifier, name]) - 1, ENUMS[identifier, name][-1]
    seen = []
    for spelling in (at, token, token.title()):
        folder = tmp_path / f"{len(seen)}-{spelling}-{type(spelling).__name__}"
        folder.mkdir()
        parameters = {**given(identifier, folder), name: spelling}
        if identifier == "resource_patches":
            parameters["GROUP_FIELD"] = "ZLDWDM"
        model, wanted = model_of(identifier, parameters)
        _, good = model.run(wanted, QgsProcessingContext(), QgsProcessingFeedback(False))
        assert good
        seen.append(rows(parameters))
    assert seen[0] == seen[1] == seen[2] and seen[0]


@each
def test_an_unknown_choice_is_refused_in_a_model(provider, tmp_path, identifier, name):
    model, wanted = model_of(identifier, {**given(identifier, tmp_path), name: "nonsense"})
    heard = Heard()
    try:
        _, good = model.run(wanted, QgsProcessingContext(), heard)
    except QgsProcessingException as refused:
        good = False
        heard.said.append(str(refused))
    assert not good and "nonsense" in "".join(heard.said) and not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("identifier", sorted({one for one, _ in ENUMS}))
def test_tokens_on_the_command_line(process, provider, tmp_path, identifier):
    """All choices of an algorithm by their last token in capitals, against Python with the index; then an unknown one."""
    mine = {name: tokens for (one, name), tokens in ENUMS.items() if one == identifier}
    theirs, ours = (tmp_path / one for one in ("process", "python"))
    theirs.mkdir()
    ours.mkdir()
    more = {"GROUP_FIELD": "ZLDWDM"} if identifier == "resource_patches" else {}

    def words(parameters: dict[str, object]) -> list[str]:
        return [f"--{name}={one}" for name, value in parameters.items() for one in (value if isinstance(value, list) else [value])]

    parameters = {**given(identifier, theirs), **more, **{name: tokens[-1].upper() for name, tokens in mine.items()}}
    code, said = process("run", f"shanshui:{identifier}", *words(parameters))
    assert code == 0, said
    indices = {**given(identifier, ours), **more, **{name: len(tokens) - 1 for name, tokens in mine.items()}}
    run(identifier, indices)
    assert rows(parameters) == rows(indices) != []
    name = sorted(mine)[0]
    code, said = process("run", f"shanshui:{identifier}", *words({**given(identifier, tmp_path), name: "nonsense"}))
    assert code != 0 and "nonsense" in said and not list(tmp_path.glob("*.gpkg"))
