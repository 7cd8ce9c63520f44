"""Kinds of change from bare shares, each case small enough to draw on paper."""

from __future__ import annotations

import numpy as np
import pytest

from shanshui.plugin.core.lineage.kinds import KINDS, LASTING, Links, kinds_of


def kinds(parts: list[tuple[int, int, float]], slight: tuple[int, ...] = (), altered: tuple[int, ...] = ()) -> list[str]:
    """The kinds of parts (old, new, size); sizes of things are the sums of their parts."""
    old, new, size = (np.array(one) for one in zip(*parts))
    sums = [np.bincount(ends[ends >= 0], size[ends >= 0].astype(float), max(ends.max() + 1, 0)) for ends in (old, new)]
    at = np.arange(len(parts))
    return kinds_of(Links(old, new, size.astype(float), np.isin(at, slight), np.isin(at, altered), *sums)).tolist()


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(0, 0, 5)], ["unchanged"]),
        ([(0, 0, 6), (0, 1, 4)], ["split"] * 2),
        ([(0, 0, 9), (0, 1, 1)], ["split"] * 2),  # the small one comes wholly from it
        ([(0, 0, 6), (1, 0, 4)], ["merge"] * 2),
        ([(0, 0, 8), (0, 1, 2), (1, 1, 9)], ["boundary"] * 3),  # a border moved by 2
        ([(0, 0, 8), (0, -1, 2)], ["boundary", "gone"]),
        ([(0, 0, 8), (-1, 0, 2)], ["boundary", "new"]),
        ([(0, -1, 3)], ["gone"]),
        ([(-1, 0, 3)], ["new"]),
        ([(0, 0, 4), (0, 1, 4), (1, 1, 3)], ["reshaped"] * 3),  # split in two, one half merged with another patch
        ([(0, 0, 2), (1, 0, 9), (0, 1, 2), (2, 1, 9), (0, 2, 2), (3, 2, 9)], ["reshaped", "boundary"] * 3),  # divided among its neighbours
        ([(0, 0, 3), (1, 0, 3), (2, 0, 3), (0, 1, 9), (1, 2, 9), (2, 3, 9)], ["reshaped"] * 3 + ["boundary"] * 3),  # made of pieces of three
    ],
)
def test_each_kind(parts, expected):
    assert kinds(parts) == expected


def test_other_attributes_of_the_same_shape():
    assert kinds([(0, 0, 5), (1, 1, 4)], altered=(1,)) == ["unchanged", "attribute"]
    assert kinds([(0, 0, 6), (0, 1, 4)], altered=(0,)) == ["split"] * 2


def test_a_slight_part_is_no_lineage_and_hides_none():
    assert kinds([(0, 0, 8), (0, 1, 0.1), (1, 1, 9)], slight=(1,)) == ["unchanged", "noise", "unchanged"]
    assert kinds([(0, 0, 8), (0, -1, 0.1), (-1, 0, 0.1)], slight=(1, 2)) == ["unchanged", "noise", "noise"]


def test_a_thing_that_is_slight_as_a_whole_is_none():
    """A ditch narrower than the tolerance lives on, is new or gone like any patch."""
    assert kinds([(0, 0, 0.1)], slight=(0,)) == ["unchanged"]
    assert kinds([(0, -1, 0.1), (-1, 0, 0.1)], slight=(0, 1)) == ["gone", "new"]


def test_nothing_at_all():
    empty = np.empty(0, dtype=np.int64)
    none = np.empty(0)
    assert kinds_of(Links(empty, empty, none, none.astype(bool), none.astype(bool), none, none)).tolist() == []


def test_a_random_web_gets_a_kind_each_and_the_order_of_parts_does_not_matter():
    chance = np.random.default_rng(3)
    pairs = np.unique(chance.integers(-1, 60, (200, 2)), axis=0)
    pairs = pairs[(pairs >= 0).any(axis=1)]
    size = chance.uniform(1, 100, len(pairs))
    sums = [np.bincount(pairs[pairs[:, side] >= 0, side], size[pairs[:, side] >= 0], 60) for side in (0, 1)]
    no = np.zeros(len(pairs), dtype=bool)
    found = kinds_of(Links(pairs[:, 0], pairs[:, 1], size, no, no, *sums))
    assert set(found) <= set(KINDS) - {"noise"} and set(found) & set(LASTING)
    order = chance.permutation(len(pairs))
    again = kinds_of(Links(pairs[order, 0], pairs[order, 1], size[order], no, no, *sums))
    assert (found[order] == again).all()
    mirrored = kinds_of(Links(pairs[:, 1], pairs[:, 0], size, no, no, sums[1], sums[0]))
    other = {"split": "merge", "merge": "split", "new": "gone", "gone": "new"}
    assert [other.get(one, one) for one in found] == mirrored.tolist()  # the way back undoes each kind
