"""Survey classes to resource types: wetland first, dirty codes cleaned, old ones read, unknown ones named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.registration.resource_types import crosswalk, typed
from shanshui.plugin.core.table import Table


@pytest.fixture(scope="module")
def walk():
    return crosswalk(schema.load_packs()["survey"])


def survey(*codes):
    rows = pd.DataFrame({"BSM": [f"B{at}" for at in range(len(codes))], "DLBM": list(codes)})
    return Table(rows, np.array([shapely.box(0, 0, 1, 1)] * len(codes), dtype=object), "EPSG:4528", "DLTB")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("0304", "SD"),  # 森林沼泽: a wood by its number, a wetland by the table
        ("1106", "SD"),
        ("0301", "SL"),
        ("0301K", "SL"),
        ("0401", "CY"),
        ("1101", "SZY"),
        ("1104A", "SZY"),
        ("1206", "HD"),
        ("0101", "FZRZY"),
    ],
)
def test_class_to_type(walk, code, kind):
    found = typed(survey(code), walk)
    assert list(found.types) == [kind] and not found.findings


def test_trailing_blanks_are_stripped_and_counted(walk):
    found = typed(survey("0301 ", "0301", " 0401"), walk)
    assert list(found.types) == ["SL", "SL", "CY"] and list(found.codes) == ["0301", "0301", "0401"]
    assert found.cleaned == 2 and not found.findings


def test_classes_written_as_numbers_are_told_and_a_missing_one_too(walk):
    """A spreadsheet made numbers of them: 0301 has lost its zero; a column of whole numbers with a gap."""
    table = survey("0301", "0301", "1106")
    found = typed(table.with_columns(DLBM=pd.array([301, None, 1106], dtype="Int64")), walk)
    assert list(found.types) == ["", "", "SD"] and found.cleaned == 0
    assert [(one.code, one.facts["was"]) for one in found.findings] == [("patches.no_class", ""), ("patches.unknown_class", "301")]


def test_second_survey_class_is_read_and_reported(walk):
    found = typed(survey("011", "0301"), walk)
    assert list(found.codes) == ["0101", "0301"] and list(found.types) == ["FZRZY", "SL"]
    assert [(one.code, one.row, one.facts["was"], one.facts["should"]) for one in found.findings] == [
        ("patches.second_survey_class", "B0", "011", "0101")
    ]


@pytest.mark.parametrize(
    ("code", "kind", "finding"),
    [
        ("127", "HD", "patches.second_survey_class"),  # bare soil or bare rock: waste land either way
        ("041", "", "patches.second_survey_open"),  # pasture or swamp meadow: grassland or wetland
        ("0101K", "FZRZY", None),
    ],
)
def test_a_second_survey_class_that_became_several(walk, code, kind, finding):
    found = typed(survey(code), walk)
    assert list(found.types) == [kind] and list(found.codes) == [code]
    assert [one.code for one in found.findings] == ([finding] if finding else [])


def test_unknown_and_missing_classes_are_unknown_types(walk):
    found = typed(survey("0301", "9999", "9999", None), walk)
    assert list(found.types) == ["SL", "", "", ""]
    assert {one.code: one.facts["count"] for one in found.findings} == {"patches.unknown_class": 2, "patches.no_class": 1}
