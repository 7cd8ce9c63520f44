"""Rules of codes: what a good code is, and what is wrong in a bad one."""

from __future__ import annotations

import pytest

from shanshui.plugin.core import schema
from shanshui.plugin.core.coding import rules
from shanshui.plugin.core.errors import InputError

# the safe pattern of the reference, written by hand and not taken from the pack
UNIT = r"^\d{12}[GJZ][ABSXCDEFLNHGWY]\d{5}([FLQ]\d{8}|W0{8})$"


@pytest.fixture(scope="module")
def known():
    return rules.rules_of(schema.load_packs()["registration"])


def wrong(code, rule):
    return [name for name, _ in rules.faults(code, rule)]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("bsm", "330127211000000017"),
        ("parcel", "330127001002GB00001"),
        ("parcel", "330127001002JC00123"),
        ("parcel", "330127000000GH99999"),
        ("real_estate_unit", "330127001002GB00001F00010001"),
        ("real_estate_unit", "330127001002JA00001W00000000"),
        ("patch", "1"),
        ("patch", "99999999"),
        ("registration_unit", "330127"),
        ("registration_unit", "33012700000001AB"),
    ],
)
def test_good_codes(known, rule, code):
    assert wrong(code, known[rule]) == []


@pytest.mark.parametrize(
    ("rule", "code", "faults"),
    [
        ("parcel", "", ["codes.empty"]),
        ("parcel", "  ", ["codes.empty"]),
        ("parcel", "330127001002GB00001 ", ["codes.blanks"]),
        ("parcel", "330127001002GB0001", ["codes.length"]),
        ("parcel", "330127001002XB00001", ["codes.segment"]),
        ("parcel", "330127001002gB00001", ["codes.segment"]),
        ("parcel", "330127001002XT00000", ["codes.segment", "codes.segment", "codes.segment"]),
        ("parcel", "330127001002GC00001", ["codes.condition"]),
        ("parcel", "330127001002ZA00001", ["codes.condition"]),
        ("parcel", "３30127001002GB00001", ["codes.segment"]),
        ("real_estate_unit", "330127001002GB00001W00000001", ["codes.condition"]),
        ("real_estate_unit", "330127001002GB00001F00000000", ["codes.condition"]),
        ("real_estate_unit", "330127001002GA00001W00000001", ["codes.condition", "codes.condition"]),
        ("real_estate_unit", "330127001002GB00001D00000001", ["codes.segment"]),
        ("bsm", "330127211000000000", ["codes.segment"]),
        ("bsm", "330127211017", ["codes.length"]),
        ("patch", "007", ["codes.form"]),
        ("patch", "12a", ["codes.form"]),
        ("registration_unit", "33012700000001ab", ["codes.form"]),
        ("registration_unit", "33O127000001", ["codes.segment"]),
        ("registration_unit", "330127" + "0" * 23, ["codes.form"]),
    ],
)
def test_faults_are_named(known, rule, code, faults):
    assert wrong(code, known[rule]) == faults


def test_unit_codes_agree_with_the_pattern_of_the_reference(known):
    """Every letter at positions 13, 14 and 20; conditions apart, the pack and the pattern say the same."""
    import re
    import string

    rule = known["real_estate_unit"]
    for a in string.ascii_uppercase:
        for b in string.ascii_uppercase:
            for c in "FLQWAZ":
                code = f"330127001002{a}{b}00001{c}{'0' * 8 if c == 'W' else '00010001'}"
                fine = bool(re.match(UNIT, code)) and not (b in "AC" and a != "J")
                assert (rules.faults(code, rule) == []) is fine, code


def test_parts(known):
    code = "330127001002GB00017F00010002"
    rule = known["real_estate_unit"]
    read = {name: rules.part(code, rule, name) for name in ("county", "district", "subdistrict", "ownership", "feature", "serial", "fixture", "unit")}
    assert list(read.values()) == ["330127", "001", "002", "G", "B", "00017", "F", "00010002"]
    assert rules.part(code, rule, "moon") is None and rules.part(code[:-1], rule, "county") is None


def test_rules_are_found_in_any_case_and_unknown_ones_are_refused():
    pack = schema.load_packs()["registration"]
    assert rules.rule_of(pack, " Parcel ").id == "parcel"
    with pytest.raises(InputError, match="unknown_rule"):
        rules.rule_of(pack, "house")


def test_segments_run_on_without_gaps(known):
    for rule in known.values():
        at = 0
        for one in rule.segments:
            assert one.first == at + 1 <= one.last
            at = one.last
    lengths = {"bsm": 18, "parcel": 19, "real_estate_unit": 28}
    assert {name: known[name].segments[-1].last for name in lengths} == lengths
