"""What the manual and the public contract promise, held for every algorithm: names, tokens, help in two languages, icon, golden, model."""

from __future__ import annotations

import configparser
import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

pytest.importorskip("qgis.core")

from qgis.core import QgsProcessingModelAlgorithm, QgsProcessingParameterEnum, QgsProcessingParameterFeatureSink, QgsProcessingParameterFeatureSource

from shanshui.plugin.bridge import pages, params
from shanshui.plugin.core import schema

ROOT = Path(__file__).resolve().parents[1]
HELP, ICONS, GOLDEN, MODELS = ROOT / "resources" / "help", ROOT / "resources" / "icons", ROOT / "tests" / "golden", ROOT / "resources" / "models"
LANGUAGES = ("zh", "en")
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")
TOKENS_OF = "A page names the choices of `{name}` in its section, each as a line - `token` label."


def read_csv(name: str) -> list[dict[str, str]]:
    with (ROOT / "tests" / "contract" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


PROMISED = {row["id"]: row for row in read_csv("algorithms.csv")}
PARAMETERS: dict[str, list[dict[str, str]]] = defaultdict(list)
for one in read_csv("parameters.csv"):
    PARAMETERS[one["id"]].append(one)


def names(folder: Path, pattern: str) -> set[str]:
    return {path.stem for path in folder.glob(pattern)}


@pytest.fixture
def algorithm(provider, request):
    found = provider.algorithm(request.param)
    assert found is not None, f"the provider has no {request.param}"
    return found


each = pytest.mark.parametrize("algorithm", sorted(PROMISED), indirect=True)
in_both = pytest.mark.parametrize("language", LANGUAGES)


def asked(algorithm) -> list[str]:
    """Names of all parameters and outputs, those of a model without the step before them."""
    listed = [one.name() for one in algorithm.parameterDefinitions()] + [one.name() for one in algorithm.outputDefinitions()]
    return list(dict.fromkeys(one.rpartition(":")[2] for one in listed))


def choices(algorithm) -> dict[str, tuple[str, ...]]:
    """Tokens by the name of each enum."""
    return {kind.name: kind.tokens for kind in algorithm.PARAMETERS if isinstance(kind, params.Choice)}


def test_the_provider_offers_what_is_promised_and_nothing_else(provider):
    assert {one.name() for one in provider.algorithms()} == set(PROMISED)


@each
def test_names_and_group_are_those_of_the_contract(algorithm):
    row = PROMISED[algorithm.name()]
    assert algorithm.groupId() == row["group"]
    for language in LANGUAGES:
        assert pages.page(algorithm.name(), language).title == row[language]
    groups = {one["id"]: one for one in read_csv("groups.csv")}
    with (ROOT / "resources" / "groups.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert {one["id"]: one for one in csv.DictReader(stream)} == groups
    assert algorithm.group() in (groups[row["group"]]["zh"], groups[row["group"]]["en"])


@each
def test_parameters_and_tokens_are_those_of_the_contract(algorithm):
    if isinstance(algorithm, QgsProcessingModelAlgorithm):
        return
    inputs = {one.name(): one for one in algorithm.parameterDefinitions() if not one.isDestination()}
    outputs = {one.name() for one in algorithm.outputDefinitions()}
    for row in PARAMETERS[algorithm.name()]:
        place = outputs if row["side"] == "out" else inputs
        assert row["name"] in place, f"{algorithm.name()} has no {row['name']}"
        if row["default"]:
            assert str(inputs[row["name"]].defaultValue()) == row["default"]
        if row["tokens"]:
            assert " ".join(choices(algorithm)[row["name"]]) == row["tokens"]
            assert isinstance(inputs[row["name"]], QgsProcessingParameterEnum)
    required = {name for name, one in inputs.items() if not one.flags() & one.Flag.FlagOptional and one.defaultValue() is None}
    assert required <= {row["name"] for row in PARAMETERS[algorithm.name()]}, "a parameter added to the contract has a default"


@each
def test_what_is_set_aside_and_what_is_judged_has_a_place(algorithm):
    """Reading sets features aside and judges coordinates, so whatever takes a layer has REJECTED and FINDINGS."""
    if isinstance(algorithm, QgsProcessingModelAlgorithm):
        return
    if any(isinstance(one, QgsProcessingParameterFeatureSource) for one in algorithm.parameterDefinitions()):
        sinks = {one.name() for one in algorithm.parameterDefinitions() if isinstance(one, QgsProcessingParameterFeatureSink)}
        assert {"REJECTED", "FINDINGS"} <= sinks


@each
@in_both
def test_help_has_a_section_for_everything(algorithm, language):
    page = pages.page(algorithm.name(), language)
    wanted = asked(algorithm)
    assert not [one for one in wanted if one not in page.labels], "no section for these"
    assert not [one for one in page.labels if one not in wanted], "sections of things that are not there"
    sections = dict(re.findall(r"^###\s+([A-Z][A-Z0-9_]*)\s.*\n((?:(?!#).*\n?)*)", page.text, re.MULTILINE))
    assert not [one for one, text in sections.items() if not text.strip()], "sections without a word"
    for name, tokens in ({} if isinstance(algorithm, QgsProcessingModelAlgorithm) else choices(algorithm)).items():
        assert tuple(page.options.get(name, {})) == tokens, TOKENS_OF.format(name=name)
    assert set(page.options) <= set(choices(algorithm)), "choices of something that is no enum"
    assert page.summary and page.text.count("\n## ") >= 3


@each
@in_both
def test_help_speaks_its_language(algorithm, language):
    page = pages.page(algorithm.name(), language)
    words = [page.title, page.summary, *page.labels.values(), *(label for options in page.options.values() for label in options.values())]
    assert page.title != algorithm.name()
    wrong = [one for one in words if bool(HAN.search(one)) is not (language == "zh")]
    assert not wrong


@each
def test_pages_of_both_languages_have_the_same_parts(algorithm):
    """Heads, sections and choices in the same order: a page mended in one language only is seen."""
    shapes = []
    for language in LANGUAGES:
        page = pages.page(algorithm.name(), language)
        shapes.append((list(page.labels), {name: list(tokens) for name, tokens in page.options.items()}, page.text.count("\n## ")))
    assert shapes[0] == shapes[1]


@each
def test_tags_are_in_both_languages(algorithm):
    tags = algorithm.tags()
    for language in LANGUAGES:
        assert set(pages.page(algorithm.name(), language).tags) <= set(tags)
    assert sum(bool(HAN.search(one)) for one in tags) >= 3 and sum(bool(LATIN.search(one)) and not HAN.search(one) for one in tags) >= 3


@each
def test_it_has_an_icon_of_its_own_and_a_golden(algorithm):
    assert algorithm.svgIconPath() == str(ICONS / f"{algorithm.name()}.svg") and (ICONS / f"{algorithm.name()}.svg").is_file()
    assert not algorithm.icon().isNull()
    cases = [path.parent.name for path in (GOLDEN / algorithm.name()).glob("*/case.json")]
    assert cases, f"tests/golden/{algorithm.name()} has no case"


def test_no_page_or_golden_is_left_of_something_gone():
    others = {"index", "manual", "options", "findings"}
    for language in LANGUAGES:
        assert names(HELP / language, "*.md") - others <= set(PROMISED)
    assert {path.name for path in GOLDEN.iterdir() if path.is_dir()} <= set(PROMISED)


def test_every_domain_has_a_list():
    """Reading is strict, so a domain without a list would be refused; still, that there are domains at all is looked at here."""
    packs = schema.load_packs()
    fields = [(pack, entry) for pack in packs.values() for layer in pack.layers.values() for entry in layer.fields if entry.domain]
    assert len(fields) > 50
    assert not [f"{entry.name}: {entry.domain}" for pack, entry in fields if entry.domain not in pack.codes]


@pytest.mark.parametrize("model", sorted(names(MODELS, "*.model3")))
def test_models_load_and_their_steps_exist(provider, model):
    """Loaded as a user's file, not through our class; that it runs is tested in processing/test_registration_chain.py and by its golden."""
    made = QgsProcessingModelAlgorithm()
    assert made.fromFile(str(MODELS / f"{model}.model3")) and made.canExecute() == (True, "")
    steps = made.childAlgorithms()
    assert len(steps) > 1
    for step in steps.values():
        found = provider.algorithm(step.algorithmId().partition(":")[2])
        assert found is not None, step.algorithmId()
        for name, sources in step.parameterSources().items():
            assert found.parameterDefinition(name) is not None, f"{step.childId()}: {name}"
            for source in sources:
                if source.parameterName():
                    assert made.parameterDefinition(source.parameterName()) is not None
                elif source.outputChildId():
                    before = provider.algorithm(steps[source.outputChildId()].algorithmId().partition(":")[2])
                    assert before.outputDefinition(source.outputName()) is not None
        for output in step.modelOutputs().values():
            assert found.outputDefinition(output.childOutputName()) is not None
        needed = {one.name() for one in found.parameterDefinitions() if not one.isDestination() and not one.flags() & one.Flag.FlagOptional}
        given = set(step.parameterSources())
        assert {one for one in needed - given if found.parameterDefinition(one).defaultValue() is None} == set()


def test_the_model_asks_what_its_file_asks(provider):
    ours, plain = provider.algorithm("registration_chain"), QgsProcessingModelAlgorithm()
    plain.fromFile(str(MODELS / "registration_chain.model3"))
    assert {one.name() for one in ours.parameterDefinitions()} == {one.name() for one in plain.parameterDefinitions()}
    assert {one.name() for one in ours.outputDefinitions()} == {one.name() for one in plain.outputDefinitions()}


def test_readme_and_metadata_name_the_same_oldest_qgis():
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    oldest = metadata["general"]["qgisMinimumVersion"]
    assert oldest == "3.22"
    stated = set(re.findall(r"QGIS (?:≥ ?|>= ?)?(3\.\d+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert oldest in stated and min(stated, key=lambda one: int(one.split(".")[1])) == oldest
