"""Survey areas of pieces of land-survey patches: TBMJ shared out, field ridges deducted (domain-rules §1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import balance
from .ellipsoid import formula
from .measure import multiply_round, round_half_away

__all__ = ["SurveyAreas", "deduct", "share_out"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SurveyAreas:
    """Areas of pieces, m² to 0.01: tbmj the survey area, kcmj what ridges take of it, tbdlmj the rest (tbmj = kcmj + tbdlmj)."""

    tbmj: Floats
    kcmj: Floats
    tbdlmj: Floats


def deduct(tbmj: ArrayLike, kcxs: ArrayLike) -> SurveyAreas:
    """KCMJ = round(TBMJ × KCXS, 2), TBDLMJ = TBMJ − KCMJ (cadastre §3.6); no KCXS (None, NaN) deducts nothing. Arrays n long."""
    area = round_half_away(np.asarray(tbmj, dtype=float), 2)
    share = np.nan_to_num(np.asarray(kcxs, dtype=float))
    taken = multiply_round(area, share, 2)
    return SurveyAreas(area, taken, round_half_away(area - taken, 2))


def share_out(
    tbmj: ArrayLike, patch_area: ArrayLike, kcxs: ArrayLike, patch: ArrayLike, piece_area: ArrayLike, keys: Sequence[Any] | None = None
) -> SurveyAreas:
    """Survey areas of m pieces cut from n patches.

    tbmj, patch_area (measured, m²), kcxs: of the n patches; patch: which patch (0…n−1) each piece is of; piece_area: measured, m²; keys:
    settle ties. TBMJ of a piece = TBMJ × piece area / patch area, then the pieces of a patch levelled to TBMJ proportionally. What is left
    of a patch that the pieces do not fill takes its share like a piece, so that pieces of a part never swallow the whole. A patch without
    TBMJ or without area gives NaN.
    """
    whole, ground = np.asarray(tbmj, dtype=float), np.asarray(patch_area, dtype=float)
    owner, pieces = np.asarray(patch, dtype=np.intp), np.asarray(piece_area, dtype=float)
    names = list(range(len(pieces))) if keys is None else list(keys)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = round_half_away(whole[owner] * (pieces / ground[owner]), 2)
        shared[~np.isfinite(shared)] = np.nan
        left = ground - np.bincount(owner, pieces, len(whole))
        # each measured area is off by up to half its last place: what is less than their sum is no ground
        filled = left <= half_place() * (np.bincount(owner, minlength=len(whole)) + 1)
        rest = round_half_away(np.where(filled, 0.0, whole * left / ground), 2)
        missing = np.abs(round_half_away(whole, 2) - rest - np.bincount(owner, shared, len(whole))) > half_place()
    order = np.argsort(owner, kind="stable")
    starts, ends = np.searchsorted(owner[order], [np.arange(len(whole)), np.arange(1, len(whole) + 1)])
    for one in np.flatnonzero(missing & (starts < ends)):
        members = order[starts[one] : ends[one]]
        shared[members] = _to_total(shared[members], float(rest[one]), float(whole[one]), [names[at] for at in members])
    found = deduct(np.nan_to_num(shared), np.asarray(kcxs, dtype=float)[owner])
    lost = ~np.isfinite(shared)
    return SurveyAreas(*(np.where(lost, np.nan, values) for values in (found.tbmj, found.kcmj, found.tbdlmj)))


def half_place() -> float:
    """Half of the last place of an area, m²."""
    return 0.5 * 10.0**-formula().area_decimals


def _to_total(shares: Floats, rest: float, total: float, keys: list[Any]) -> Floats:
    """Rounded shares and the rest, levelled to the patch's TBMJ; the shares."""
    if shares.sum() + rest <= 0:
        return shares
    # the rest comes last among equals
    last = "\uffff" if any(isinstance(key, str) for key in keys) else float("inf")
    return balance.level([*shares, rest], total, [*keys, last], "proportional")[:-1]
