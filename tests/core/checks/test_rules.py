"""Pages of rules: read strictly, chosen by code, group or check, each naming a function there is."""

from __future__ import annotations

import csv
import inspect
import re

import pytest

from shanshui.plugin.core import schema
from shanshui.plugin.core.checks import engine, rule
from shanshui.plugin.core.checks.case import Checked
from shanshui.plugin.core.checks.rule import chosen, rules_of, with_used
from shanshui.plugin.core.errors import InputError, PackError

HEAD = (
    "code", "check", "layers", "others", "group", "title_zh", "title_en", "severity", "parameters", "official_no", "official_doc", "official_level",
    "source", "status",
)  # fmt: skip
ROW = {
    "code": "ZZ1", "check": "value_missing", "layers": "page", "group": "logic", "title_zh": "空", "title_en": "Empty", "severity": "error",
    "parameters": "a = 1 ; b=x|y", "source": "county rule", "status": "standard",
}  # fmt: skip


@pytest.fixture
def own(tmp_path):
    """A pack of one rule, some of its cells changed."""

    def write(folder="own", **cells):
        place = tmp_path / folder
        (place / "rules").mkdir(parents=True)
        facts = [("id", folder), ("edition", "1"), ("title_zh", "县"), ("title_en", "County"), ("uses", "survey")]
        with (place / "pack.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([("key", "value", "source", "status"), *((*one, "county", "default") for one in facts)])
        with (place / "rules" / "checks.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, HEAD, restval="")
            writer.writeheader()
            writer.writerow({**ROW, **cells})
        return schema.load_packs(overlay_roots=[tmp_path])

    return write


def test_a_row_becomes_a_rule(own):
    packs = own()
    one = next(one for one in rules_of(packs.values()) if one.code == "ZZ1")
    assert (one.pack, one.layers, one.others, one.title("zh"), one.title("en")) == ("own", ("page",), (), "空", "Empty")
    assert one.number("a") == 1.0 and one.words("b") == ("x", "y") and one.official == ("", "", "")
    with pytest.raises(PackError) as failure:
        one.number("b")
    assert failure.value.code == "check.bad_parameter"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"check": "no_such"}, "check.unknown_check"),
        ({"group": "colour"}, "check.unknown_group"),
        ({"severity": "fatal"}, "check.unknown_severity"),
        ({"layers": "NOWHERE"}, "check.unknown_layer"),
        ({"code": "SX0101"}, "check.same_code"),
    ],
)
def test_a_row_that_means_nothing_is_refused(own, cells, code):
    with pytest.raises(PackError) as failure:
        rules_of(own(**cells).values())
    assert failure.value.code == code and failure.value.facts["pack"] == "own"


def test_rules_are_chosen_by_code_group_or_check(packs):
    rules = rules_of(packs.values())
    assert chosen(rules, "all") == chosen(rules, "") == rules
    assert {one.group for one in chosen(rules, "area， unique")} == {"area", "unique"}
    assert [one.code for one in chosen(rules, "sx0101")] == ["SX0101"]
    assert {one.check for one in chosen(rules, "key_twice、value_missing")} == {"key_twice", "value_missing"}
    with pytest.raises(InputError) as failure:
        chosen(rules, "topologie")
    assert failure.value.code == "check.unknown_rule" and "area" in failure.value.facts["choices"]


def test_a_pack_brings_the_rules_of_those_it_uses(packs):
    assert [one.id for one in with_used("registration", packs)] == ["registration", "survey"]
    assert {one.id for one in with_used("sample", packs)} == {"sample", "survey", "registration"}
    assert [one.id for one in with_used("", packs)] == list(packs)
    with pytest.raises(InputError) as failure:
        with_used("nowhere", packs)
    assert failure.value.code == "input.unknown_pack"


def test_every_shipped_rule_can_be_meant(packs):
    """Layers and other layers are pages or words, parameters that name pages and fields name ones that are there."""
    pages = {name: page for pack in packs.values() for name, page in pack.layers.items()}
    for one in rules_of(packs.values()):
        assert set(one.layers) <= {*pages, *rule.KINDS} and one.layers and set(one.others) <= set(pages), one.code
        own = [pages[name] for name in one.layers if name in pages]
        named = [one.parameters[word] for word in ("field", "whole", "with", "key", "area", "net") if word in one.parameters]
        for page in own if one.check not in ("reference_missing", "children_differ") else ():
            assert {*named, *one.words("fields")} <= set(page.names), f"{one.code} {page.name}"
        for word in ("other", "child"):
            if word in one.parameters and one.check in ("reference_missing", "children_differ"):
                assert one.parameters[word] in one.others, one.code
        if one.check == "children_differ":
            child = pages[one.parameters["child"]]
            assert {one.parameters["child_key"], one.parameters["child_area"]} <= set(child.names), one.code


def test_codes_tell_their_group(packs):
    for one in rules_of(packs.values()):
        assert one.code.startswith(f"SX{rule.GROUPS.index(one.group) + 1:02d}") and len(one.code) == 6, one.code
        assert one.title_zh and one.title_en and one.source and one.status in ("standard", "practice", "default"), one.code


def test_words_for_layers(packs, bench):
    land = bench.table("DLTB", 1, BSM=["1"])
    named, unknown, plain = bench.checked(packs["survey"], land), Checked(bench.table("x", 1, A=[1])), Checked(bench.table("y", None, A=[1]))
    for word, wanted in {"any": (1, 1, 1), "page": (1, 0, 0), "polygon": (1, 1, 0), "line": (0, 0, 0), "DLTB": (1, 0, 0), "XZQ": (0, 0, 0)}.items():
        assert tuple(int(engine.meant(bench.made("layer_empty", word), one)) for one in (named, unknown, plain)) == wanted, word


def test_every_check_has_its_sentence_in_both_languages():
    """What each function may say, read from its own source: `check.<its name>`, or the names it gives to `say`.

    `coordinates_misplaced` hands on findings of `zone_check`, whose sentences are zone.*.
    """
    with (schema.SHIPPED.parent / "messages.csv").open(encoding="utf-8-sig", newline="") as stream:
        said = {row["code"]: row for row in csv.DictReader(stream)}
    for name, function in rule.checks().items():
        if name == "coordinates_misplaced":
            continue
        source = inspect.getsource(function)
        calls, other = source.count("case.found("), re.findall(r'say="(\w+)"', source)
        for one in [*other, *([name] if calls > len(other) or not calls else [])]:
            row = said[f"check.{one}"]
            assert row["zh"] and row["en"] and row["next_zh"] and row["next_en"], one
