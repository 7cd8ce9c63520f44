"""Connected parts of cells and growth over neighbours, in whole-array steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["components", "join_small", "keep_largest", "runs"]

Ints = NDArray[np.int64]


def components(count: int, pairs: Ints) -> Ints:
    """For each of `count` things the number 0… of the connected part it belongs to; pairs (p, 2) are neighbours.

    Parts are numbered in the order of their first member.
    """
    label = np.arange(count)
    a, b = pairs[:, 0], pairs[:, 1]
    while len(a):
        low, high = np.minimum(label[a], label[b]), np.maximum(label[a], label[b])
        np.minimum.at(label, high, low)
        while True:
            shorter = label[label]
            if (shorter == label).all():
                break
            label = shorter
        apart = label[a] != label[b]
        a, b = a[apart], b[apart]
    return np.asarray(np.unique(label, return_inverse=True)[1], dtype=np.int64).ravel()


def runs(labels: Ints, sides: Ints) -> Ints:
    """The connected parts of cells of equal label."""
    same = labels[sides[:, 0]] == labels[sides[:, 1]]
    return components(len(labels), sides[same])


def keep_largest(labels: Ints, sides: Ints, nothing: int = -1) -> Ints:
    """Labels with every part but the largest of each label given to a neighbour; `nothing` is nobody's and stays."""
    labels = labels.copy()
    for _ in range(50):
        part = runs(labels, sides)
        size = np.bincount(part)
        owner = np.empty(len(size), dtype=np.int64)
        owner[part] = labels
        order = np.lexsort((-size, owner))
        first = np.ones(len(order), dtype=bool)
        first[1:] = owner[order][1:] != owner[order][:-1]
        stray = np.ones(len(size), dtype=bool)
        stray[order[first]] = False
        stray[owner == nothing] = False
        loose = stray[part]
        if not loose.any():
            break
        moved = _give_away(labels, loose, sides, nothing)
        if not moved:
            break
    return labels


def _give_away(labels: Ints, loose: NDArray[np.bool_], sides: Ints, nothing: int) -> int:
    """Give loose cells the label of a neighbour that is not loose, in place; how many changed."""
    moved = 0
    for here, there in ((0, 1), (1, 0)):
        taker = sides[:, here]
        giver = sides[:, there]
        fit = loose[taker] & ~loose[giver] & (labels[giver] != nothing)
        labels[taker[fit]] = labels[giver[fit]]
        moved += int(fit.sum())
    return moved


def join_small(part: Ints, kind: Ints, sides: Ints, least: int, most: int) -> Ints:
    """Parts with parts below `least` cells joined to a neighbouring part of the same kind, unless that holds `most` cells already."""
    for _ in range(4):
        size = np.bincount(part)
        a, b = part[sides[:, 0]], part[sides[:, 1]]
        alike = (a != b) & (kind[sides[:, 0]] == kind[sides[:, 1]])
        a, b = np.concatenate([a[alike], b[alike]]), np.concatenate([b[alike], a[alike]])
        want = (size[a] < least) & (size[b] <= most)
        a, b = a[want], b[want]
        if not len(a):
            break
        order = np.lexsort((b, size[b], a))
        a, b = a[order], b[order]
        first = np.ones(len(a), dtype=bool)
        first[1:] = a[1:] != a[:-1]
        a, b = a[first], b[first]
        taken = np.zeros(len(size), dtype=bool)
        taken[b] = True
        free = ~taken[a]
        part = components(len(size), np.column_stack([a[free], b[free]]))[part]
    return part
