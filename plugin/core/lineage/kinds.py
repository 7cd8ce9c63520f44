"""Kinds of change, from nothing but who shares how much with whom: areas of patches or lengths of coast alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["KINDS", "LASTING", "Links", "kinds_of"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

UNCHANGED, ATTRIBUTE, SPLIT, MERGE, BOUNDARY, RESHAPED = "unchanged", "attribute", "split", "merge", "boundary", "reshaped"
NEW, GONE, NOISE = "new", "gone", "noise"
# in the order in which legends and counts have them
KINDS = (UNCHANGED, ATTRIBUTE, BOUNDARY, SPLIT, MERGE, RESHAPED, NEW, GONE, NOISE)
# kinds of which something old goes on in something new
LASTING = KINDS[:6]


@dataclass(frozen=True)
class Links:
    """Parts that old and new things have in common, and parts of only one of them.

    old, new: (n,) positions, −1 where the part belongs to none; size: of the part; slight: the part is too narrow to count;
    altered: (n,) whether the attributes of the two differ; old_size, new_size: of the whole things.
    """

    old: Ints
    new: Ints
    size: Floats
    slight: Flags
    altered: Flags
    old_size: Floats
    new_size: Floats

    @property
    def descent(self) -> Flags:
        """(n,) the part is more than half of the old thing or of the new one: the one goes on in the other."""
        found = (self.old >= 0) & (self.new >= 0)
        at = np.flatnonzero(found)
        found[at] = (2 * self.size[at] > self.old_size[self.old[at]]) | (2 * self.size[at] > self.new_size[self.new[at]])
        return found


def kinds_of(links: Links) -> NDArray[Any]:
    """(n,) the kind of each part.

    noise: slight, and no descent nor a whole thing. new, gone: of one side only. unchanged, attribute: both have this part alone. Else by
    descent: split when the old thing goes on in several new ones and these come from it alone, merge the other way round, reshaped when both
    are several, boundary when each goes on in the other. A part of no descent is ground that passed between two things that go on
    (boundary), or belongs to one that was divided up (reshaped).
    """
    both, descent = (links.old >= 0) & (links.new >= 0), links.descent
    noise = links.slight & ~descent & ~_whole(links)
    counted = ~noise
    kinds = np.full(len(links.old), NOISE, dtype=object)
    kinds[counted & (links.old < 0)], kinds[counted & (links.new < 0)] = NEW, GONE
    at = np.flatnonzero(both & counted)
    old, new = links.old[at], links.new[at]
    alone = (_parts(links.old, counted, links.old_size)[old] == 1) & (_parts(links.new, counted, links.new_size)[new] == 1)
    heirs, parents = _parts(links.old, descent & counted, links.old_size), _parts(links.new, descent & counted, links.new_size)
    most_parents = _largest(links.old, descent & counted, parents, links.new, len(heirs))[old]
    most_heirs = _largest(links.new, descent & counted, heirs, links.old, len(parents))[new]
    down, goes_on = descent[at], (heirs[old] > 0) & (parents[new] > 0)
    tests = (
        alone & ~links.altered[at], alone, down & (heirs[old] == 1) & (parents[new] == 1), down & (heirs[old] > 1) & (most_parents == 1),
        down & (parents[new] > 1) & (most_heirs == 1), ~down & goes_on,
    )  # fmt: skip
    kinds[at] = np.select(tests, (UNCHANGED, ATTRIBUTE, BOUNDARY, SPLIT, MERGE, BOUNDARY), RESHAPED)
    return kinds


def _whole(links: Links) -> Flags:
    """(n,) a part of one side only that is more than half of its thing."""
    found = (links.old < 0) | (links.new < 0)
    at = np.flatnonzero(found)
    wholes = np.where(links.old[at] >= 0, _taken(links.old_size, links.old[at]), _taken(links.new_size, links.new[at]))
    found[at] = 2 * links.size[at] > wholes
    return found


def _taken(values: Floats, at: Ints) -> Floats:
    return values[np.maximum(at, 0)] if len(values) else np.zeros(len(at))


def _parts(ends: Ints, which: Flags, things: Floats) -> Ints:
    """(things,) how many of the parts `which` each thing has."""
    found: Ints = np.bincount(ends[which & (ends >= 0)], minlength=len(things))
    return found


def _largest(ends: Ints, which: Flags, counts: Ints, others: Ints, things: int) -> Ints:
    """(things,) the largest count that the other ends of a thing's parts have; 0 for a thing without."""
    found = np.zeros(things, dtype=np.int64)
    at = np.flatnonzero(which)
    np.maximum.at(found, ends[at], counts[others[at]])
    return found
