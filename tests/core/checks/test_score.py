"""The score: on the sample county with planted faults every fault is found and nothing else.

score.csv says which rules must find a fault (one of those parted by |), and which further ones may tell it too (`also`). A village whose
patches no longer sum to it is the consequence of a fault that moved area; which villages, and by how much, is computed here from the
tables before and after.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import shapely

from shanshui.plugin.core.checks import engine, rule
from shanshui.plugin.core.sample.county import made

COUNTIES = [(1000, 1), (2000, 5)]
SUMS = "SX0604"  # villages and their patches
NEAR = 1.0  # metres from a fault's place to what is found there
WITH = {"HAXLX": ("HAXLX", "HAXLXMC")}  # fields that a fault leaves empty together


@pytest.fixture(scope="module")
def mapping():
    with (Path(__file__).parent / "score.csv").open(encoding="utf-8", newline="") as stream:
        return {row["fault"]: row for row in csv.DictReader(stream)}


@pytest.fixture(scope="module", params=COUNTIES, ids=lambda one: f"{one[0]}-{one[1]}")
def county(request, packs):
    """(clean tables, what is found in them; faulty tables, what is found in them; the answer key)."""
    patches, seed = request.param
    rules = rule.rules_of(packs.values())
    clean, faulty = made(patches, seed, packs=packs), made(patches, seed, True, packs=packs)
    found = []
    for one in (clean, faulty):
        result = engine.run(engine.recognise(list(one.tables.values()), list(packs.values())), rules)
        assert [(each.rule.code, each.layer, each.reason) for each in result.ran if each.state == "failed"] == []
        found.append(result.findings)
    return clean.tables, found[0], faulty.tables, found[1], faulty.key.rows.to_dict("records")


def split(text):
    return [one for one in (text or "").split("|") if one]


def tells(fault, row, asked, code, one):
    """Whether a finding is about a fault: one of the rules asked for, the layer, and its feature and field, or its place."""
    if code not in asked or one.layer != fault["LAYER"]:
        return False
    if fault["FIELD"]:
        feature = fault["NOW"] if fault["CODE"] == "key_twice" else fault["FEATURE"]
        return one.row == feature and one.field in WITH.get(fault["FIELD"], (fault["FIELD"],))
    names = {*split(fault["FEATURE"])}
    if {one.row, str(one.facts.get("other", ""))} & names and len(split(row["rules"])) > 0:
        return True
    return one.where is not None and shapely.distance(one.where, shapely.Point(fault["X"], fault["Y"])) <= NEAR


def village_sums(tables):
    """Whole hundredths of m² of DLTB by village and MSSM."""
    land = tables["DLTB"]
    cents = (land["TBMJ"] * 100).round().astype("int64")
    return cents.groupby([land.text("ZLDWDM").str[:12], land.text("MSSM")]).sum().to_dict()


def test_every_fault_has_a_row_and_every_rule_it_names_is_there(mapping, packs):
    assert set(mapping) == set(packs["sample"].codes["FAULT"])
    known = {one.code for one in rule.rules_of(packs.values())}
    assert {code for row in mapping.values() for code in [*split(row["rules"]), *split(row["also"])]} <= known


def test_the_clean_county_keeps_every_rule(county):
    _, found, *_ = county
    assert Counter((each.code, one.layer, one.row, one.field, str(one.facts)) for each, one in found) == {}


def test_every_fault_is_found_and_nothing_else(county, mapping, capsys):
    clean, _, faulty, found, key = county
    sought = [one for one in key if mapping[one["CODE"]]["rules"]]
    before, after = village_sums(clean), village_sums(faulty)
    moved = {name: before.get(name, 0) - after.get(name, 0) for name in {*before, *after} if before.get(name, 0) != after.get(name, 0)}
    told, hit, strange = defaultdict(int), defaultdict(set), []
    for each, one in found:
        if each.code == SUMS:
            name = tuple(one.facts["part"].split(" "))
            if round(float(one.facts["difference"]) * 100) == moved.pop(name, None):
                continue
        about = [
            at for at, fault in enumerate(key)
            if tells(fault, mapping[fault["CODE"]], [*split(mapping[fault["CODE"]]["rules"]), *split(mapping[fault["CODE"]]["also"])], each.code, one)
        ]  # fmt: skip
        for at in about:
            hit[at].add(each.code)
        told[each.code] += bool(about)
        strange += [] if about else [(each.code, one.layer, one.row, one.field, one.facts)]
    missed = [one for at, one in enumerate(key) if one in sought and not hit[at] & set(split(mapping[one["CODE"]]["rules"]))]
    with capsys.disabled():
        print(score(key, mapping, hit, missed, strange, found))
    assert missed == [] and strange == [] and moved == {}


def score(key, mapping, hit, missed, strange, found):
    """The table of the score, one line a fault code."""
    lines = [f"{'fault':26}{'planted':>8}{'found':>7}  rules"]
    for code in mapping:
        at = [number for number, one in enumerate(key) if one["CODE"] == code]
        good = sum(bool(hit[number] & set(split(mapping[code]["rules"]))) for number in at)
        lines.append(f"{code:26}{len(at):8}{good:7}  {mapping[code]['rules'] or 'no rule yet'}")
    sought = sum(bool(mapping[one["CODE"]]["rules"]) for one in key)
    recall, precision = 1 - len(missed) / max(sought, 1), 1 - len(strange) / max(len(found), 1)
    told = f"recall {recall:.3f} of {sought} faults that rules look for ({len(key)} planted)"
    return "\n" + "\n".join([*lines, f"{told}, precision {precision:.3f} of {len(found)} findings"])
