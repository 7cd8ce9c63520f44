"""Survey areas of pieces: hand-checked rows and exact sums."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shanshui.plugin.core import survey_area


def test_deduction_by_hand() -> None:
    found = survey_area.deduct([100.60, 803.40, 500.00, 10.0], [0.1250, 0.1250, None, np.nan])
    assert found.kcmj.tolist() == [12.58, 100.43, 0.0, 0.0]
    assert found.tbdlmj.tolist() == [88.02, 702.97, 500.0, 10.0]


def test_pieces_share_the_survey_area() -> None:
    # a patch of 1000.00 by survey and 990.00 as measured, cut in 330 + 330 + 330: a third each, the odd hundredth to the first key
    found = survey_area.share_out([1000.00], [990.0], [0.1], [0, 0, 0], [330.0, 330.0, 330.0], ["b", "a", "c"])
    assert found.tbmj.tolist() == [333.33, 333.34, 333.33]
    assert found.kcmj.tolist() == [33.33, 33.33, 33.33]
    assert found.tbdlmj.tolist() == [300.0, 300.01, 300.0]


def test_pieces_of_a_part_do_not_swallow_the_whole() -> None:
    found = survey_area.share_out([1000.00, 50.0], [990.0, 50.0], [None, None], [1, 0], [50.0, 99.0])
    assert found.tbmj.tolist() == [50.0, 100.0]


def test_a_patch_without_survey_area_gives_none() -> None:
    found = survey_area.share_out([None, 10.0, 10.0], [5.0, 0.0, 5.0], [0.1, 0.1, 0.1], [0, 1, 2], [5.0, 0.0, 5.0])
    assert np.isnan(found.tbmj[:2]).all() and np.isnan(found.kcmj[:2]).all() and found.tbdlmj[2] == 9.0


@given(st.lists(st.tuples(st.integers(100, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=8)), min_size=1, max_size=6))
def test_pieces_sum_to_tbmj_and_parts_to_the_piece(patches: list[tuple[int, list[int]]]) -> None:
    tbmj = np.array([one for one, _ in patches]) / 100
    owner = np.repeat(np.arange(len(patches)), [len(cut) for _, cut in patches])
    pieces = np.concatenate([np.array(cut) / 100 for _, cut in patches])
    found = survey_area.share_out(tbmj, np.bincount(owner, pieces), np.full(len(patches), 0.0873), owner, pieces)
    for at, (goal, _) in enumerate(patches):
        assert int((found.tbmj[owner == at] * 100 + 0.5).astype(int).sum()) == goal
    assert np.abs(found.kcmj + found.tbdlmj - found.tbmj).max() < 1e-6 * max(found.tbmj.max(), 1)
