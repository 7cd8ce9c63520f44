"""Levelling: the hand checks of the rules, ties, limits, two levels, and exact sums for any input."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanshui.plugin.core import balance
from shanshui.plugin.core.errors import ControlError, InputError

CENTS = st.integers(1, 10**12)


def cents(values: object) -> list[int]:
    return [int(Decimal(repr(float(one))) * 100) for one in values]  # type: ignore[attr-defined]


def test_survey_by_hand() -> None:
    assert balance.level([100.00, 60.00, 40.00], 200.05, ["a", "b", "c"], "survey").tolist() == [100.02, 60.02, 40.01]
    assert balance.level([100.00, 60.00, 40.00], 199.95, ["a", "b", "c"], "survey").tolist() == [99.98, 59.98, 39.99]


def test_proportional_by_hand() -> None:
    assert balance.level([1000, 500, 1], 1503, ["a", "b", "c"], "proportional").tolist() == [1001.33, 500.67, 1.00]
    assert balance.level([1000, 500, 1], 1499, ["a", "b", "c"], "proportional").tolist() == [998.67, 499.33, 1.00]


@pytest.mark.parametrize("method", balance.METHODS)
def test_ties_go_to_the_smaller_bsm(method: str) -> None:
    assert balance.level([10, 10, 10], 30.01, ["03", "01", "02"], method).tolist() == [10.0, 10.01, 10.0]
    assert balance.level([10, 10, 10], 29.99, [10, 9, 11], method).tolist() == [10.0, 9.99, 10.0]  # numbers as numbers: 9 < 10


def test_proportional_remainder_tie_goes_to_the_larger_area() -> None:
    # d = 0.02 on 3 : 1 gives 1.5 and 0.5 hundredths: equal remainders, one hundredth to share
    assert balance.level([10, 30], 40.02, ["a", "b"], "proportional").tolist() == [10.0, 30.02]


def test_printed_places_other_than_hundredths() -> None:
    assert balance.level([1.2345, 0.5, 0.2655], 2.0002, "abc", "proportional", decimals=4).tolist() == [1.2346, 0.5001, 0.2655]
    assert balance.level([3, 2], 6, "ab", decimals=0).tolist() == [4.0, 2.0]


@given(st.lists(CENTS, min_size=1, max_size=40), st.integers(-(10**6), 10**6), st.sampled_from(balance.METHODS))
def test_the_sum_is_the_control_to_the_last_hundredth(areas: list[int], difference: int, method: str) -> None:
    goal = sum(areas) + difference
    adjusted = balance.level([one / 100 for one in areas], goal / 100, list(range(len(areas))), method)
    assert sum(cents(adjusted)) == goal
    moved = [b - a for a, b in zip(areas, cents(adjusted))]
    assert all(one * difference >= 0 for one in moved)  # nobody moves against the sign of d
    if method == "survey":
        assert max(moved) - min(moved) <= 1
    else:
        assert all(abs(one - difference * area / sum(areas)) < 1 for one, area in zip(moved, areas))


@given(st.lists(st.tuples(CENTS, st.sampled_from("ab")), min_size=1, max_size=30), st.integers(-5, 5), st.sampled_from(balance.METHODS))
def test_groups_keep_their_own_controls(rows: list[tuple[int, str]], difference: int, method: str) -> None:
    areas, groups = [one / 100 for one, _ in rows], [group for _, group in rows]
    sums = {group: sum(one for one, name in rows if name == group) for group in set(groups)}
    controls = {group: (total + difference) / 100 for group, total in sums.items()}
    adjusted, adjustment, findings = balance.level_groups(areas, groups, controls, list(range(len(rows))), method, 1.0)
    stopped = {one.row for one in findings}
    for group, total in sums.items():
        found = sum(one for one, name in zip(cents(adjusted), groups) if name == group)
        assert found == total + (0 if group in stopped else difference)
    assert [a + b for a, b in zip([one for one, _ in rows], cents(adjustment))] == cents(adjusted)
    assert min(cents(adjusted)) > 0
    assert {one.code for one in findings} <= {"balance.not_positive", "balance.bad_control"}


def test_limit_is_a_finding_and_the_group_is_left_alone() -> None:
    adjusted, adjustment, findings = balance.level_groups(
        [1000, 1000, 500], ["v1", "v1", "v2"], {"v1": 2001.01, "v2": 500.25}, ["1", "2", "3"]
    )
    assert adjusted.tolist() == [1000, 1000, 500.25] and adjustment.tolist() == [0, 0, 0.25]
    assert [(one.code, one.row, one.facts["difference"]) for one in findings] == [("balance.over_limit", "v1", "1.01")]
    exact = balance.level_groups([1999.0], ["v"], {"v": 2000.0}, ["1"], limit=0.0005)
    assert not exact[2] and exact[0].tolist() == [2000.0]  # a difference of just 1/2000 is still levelled


@pytest.mark.parametrize(
    ("areas", "controls", "code"),
    [
        ([10.0, 20.0], {}, "balance.no_control"),
        ([10.0, 20.0], {"g": None}, "balance.no_control"),
        ([10.0, 20.0], {"g": float("nan")}, "balance.no_control"),
        ([10.0, 20.0], {"g": 0.0}, "balance.bad_control"),
        ([10.0, float("nan")], {"g": 10.0}, "balance.missing_area"),
        ([0.01, 20.0], {"g": 19.97}, "balance.not_positive"),
        ([0.0, 20.0], {"g": 20.01}, "balance.not_positive"),
    ],
)
def test_groups_that_cannot_be_levelled_are_named(areas: list[float], controls: dict[str, float], code: str) -> None:
    method = "survey" if code == "balance.not_positive" and areas[0] else "proportional"
    adjusted, adjustment, findings = balance.level_groups(areas, ["g", "g"], controls, ["1", "2"], method, 0.5)
    assert [one.code for one in findings] == [code]
    assert np.array_equal(adjusted, areas, equal_nan=True) and not adjustment.any()


def test_two_levels_with_islands_apart() -> None:
    parts, villages = ["00"] * 4 + ["01"], ["v1", "v1", "v2", "v2", "v1"]
    stated = {("00", "v1"): 3000.00, ("00", "v2"): 1000.00, ("01", "v1"): 50.00}
    found = balance.level_two([2000, 1000, 600, 400, 50], parts, villages, list("abcde"), {"00": 4000.03, "01": 50.01}, stated)
    # county: d = 0.03 over two villages: 0.02 to the larger, 0.01 to the other; islands get their own 0.01
    assert found.villages == {("00", "v1"): 3000.02, ("00", "v2"): 1000.01, ("01", "v1"): 50.01}
    assert found.adjusted.tolist() == [2000.01, 1000.01, 600.01, 400.0, 50.01]
    assert found.adjustment.tolist() == [0.01, 0.01, 0.01, 0.0, 0.01]
    assert not found.findings


def test_two_levels_without_stated_villages_and_with_a_part_that_fails() -> None:
    found = balance.level_two([2000, 1000, 50], ["00", "00", "01"], ["v1", "v2", "v1"], list("abc"), {"00": 3000.01, "01": 99.0})
    assert found.adjusted.tolist() == [2000.01, 1000.0, 50.0]
    assert [(one.code, one.row) for one in found.findings] == [("balance.over_limit", "01")]
    empty = balance.level_two([2000], ["00"], ["v1"], ["a"], {"00": 3000.0}, {("00", "v1"): 2000.0, ("00", "v9"): 1000.0})
    assert [(one.code, one.row) for one in empty.findings] == [("balance.no_patches", "00 / v9")]
    assert empty.adjusted.tolist() == [2000.0]


def test_what_cannot_be_asked() -> None:
    with pytest.raises(ControlError) as failure:
        balance.level([], 1.0, [], "survey")
    assert failure.value.code == "balance.no_members"
    with pytest.raises(ControlError):
        balance.level([0, 0], 1.0, ["a", "b"], "proportional")
    with pytest.raises(InputError):
        balance.level_groups([1.0], ["g"], {"g": 1.0}, ["a"], "equal")
    assert balance.level([], 0.0, [], "survey").tolist() == []
