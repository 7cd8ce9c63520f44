"""Levelling areas to a control total (调平, 平差) in whole hundredths (domain-rules §2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import ellipsoid
from .errors import ControlError, InputError
from .finding import Finding
from .measure import hundredths, round_half_away

__all__ = ["METHODS", "TwoLevels", "label_of", "level", "level_groups", "level_two"]

Floats = NDArray[np.float64]

METHODS = ("survey", "proportional")


def level(areas: ArrayLike, control: float, keys: Sequence[Any], method: str = "survey", decimals: int = 2) -> Floats:
    """Areas (n) levelled so that they sum to `control` to the last place; both are first rounded to `decimals` (m² and hectares: 2).

    d = control − Σ. `survey`: |d| div n hundredths to each, one more to the |d| mod n largest (tie: smaller key). `proportional`: d·A/ΣA
    rounded down, the rest by largest remainder (tie: larger area, then smaller key). Both with the sign of d (domain-rules §2).
    ControlError `balance.no_members` when there is none to take d, `balance.no_area` when all are 0 and the method is proportional.
    """
    whole = [int(one) for one in hundredths(areas, decimals)] if np.size(areas) else []
    change = _changes(whole, int(hundredths([control], decimals)[0]), list(keys), method)
    return np.array([(one + more) / 10**decimals for one, more in zip(whole, change)], dtype=float)


def level_groups(
    values: ArrayLike, groups: Sequence[Any], controls: Mapping[Any, float | None], keys: Sequence[Any], method: str = "survey",
    limit: float | None = None, layer: str = "",
) -> tuple[Floats, Floats, list[Finding]]:
    """Areas of each group levelled to the group's control; (adjusted, adjustment, findings), each array n long, m².

    A group is left as it was (adjustment 0) and named in a finding when it has no control (`balance.no_control`), a control that is not
    positive (`balance.bad_control`), a member without area (`balance.missing_area`), a difference above limit × control
    (`balance.over_limit`), or a member that would end at 0 or below (`balance.not_positive`). The adjustment is counted from the area
    rounded to 0.01. limit: a share, None for the survey pack's (1/2000).
    """
    if method not in METHODS:
        raise InputError("measure.unknown_method", method=method, choices=", ".join(METHODS))
    bound = ellipsoid.formula().level_limit if limit is None else limit
    given = np.asarray(values, dtype=float)
    adjusted, adjustment, findings = round_half_away(given, 2), np.zeros(len(given)), []
    names = list(keys)
    for group, members in _members(groups).items():
        control = controls.get(group)
        fault, facts = _levelled(given, adjusted, adjustment, members, control, names, method, bound)
        if fault:
            label = label_of(group)
            findings.append(Finding(fault, "error", layer, label, facts={"group": label or layer, "count": len(members), **facts}))
    return adjusted, adjustment, findings


@dataclass(frozen=True)
class TwoLevels:
    """What two levels of levelling gave: patches (n), and villages by (part, village) with area and adjustment, m²."""

    adjusted: Floats
    adjustment: Floats
    villages: Mapping[tuple[Any, Any], float]
    village_adjustment: Mapping[tuple[Any, Any], float]
    findings: list[Finding]


def level_two(
    values: ArrayLike, parts: Sequence[Any], villages: Sequence[Any], keys: Sequence[Any], county: Mapping[Any, float],
    stated: Mapping[tuple[Any, Any], float] | None = None, method: str = "survey", limit: float | None = None, layer: str = "",
) -> TwoLevels:
    """County → village → patch, each part (MSSM 00 mainland, 01 islands) apart (domain-rules §2, cadastre §3.6).

    parts, villages, keys: of each patch. county: the control of each part. stated: the villages' own areas (CJDCQ.DCMJ) by (part, village);
    a village that has none there takes the sum of its patches. Where the first level fails for a part, its patches are left alone.
    """
    pairs = list(zip(parts, villages))
    given = round_half_away(np.asarray(values, dtype=float), 2)
    listed = list(dict.fromkeys([*pairs, *(stated or {})]))
    sums = dict.fromkeys(listed, Decimal(0))
    for pair, one in zip(pairs, given.tolist()):
        sums[pair] += Decimal("NaN") if one != one else Decimal(repr(one))
    own = [float((stated or {}).get(pair, float(sums[pair]))) for pair in listed]
    names = [str(village) for _, village in listed]
    top, moved, findings = level_groups(own, [part for part, _ in listed], county, names, method, limit, layer)
    failed, filled = {one.row for one in findings}, set(pairs)
    empty = [label_of(pair) for pair in listed if pair not in filled]
    findings += [Finding("balance.no_patches", "error", layer, label, facts={"group": label}) for label in empty]
    controls = {pair: float(area) for pair, area in zip(listed, top) if label_of(pair[0]) not in failed}
    kept = np.array([pair in controls for pair in pairs], dtype=bool)
    adjusted, adjustment = given.copy(), np.zeros(len(given))
    if kept.any():
        at = np.flatnonzero(kept)
        chosen = [pairs[i] for i in at]
        adjusted[at], adjustment[at], more = level_groups(given[at], chosen, controls, [keys[i] for i in at], method, limit, layer)
        findings = findings + more
    return TwoLevels(adjusted, adjustment, dict(zip(listed, top.tolist())), dict(zip(listed, moved.tolist())), findings)


def label_of(group: Any) -> str:
    """A group as findings name it; the members of a tuple joined, empty ones left out."""
    return " / ".join(str(one) for one in group if str(one)) if isinstance(group, tuple) else str(group)


def _members(groups: Sequence[Any]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    for at, group in enumerate(groups):
        found.setdefault(group, []).append(at)
    return found


def _levelled(
    given: Floats, adjusted: Floats, adjustment: Floats, members: list[int], control: float | None, keys: list[Any], method: str,
    limit: float,
) -> tuple[str, dict[str, Any]]:
    """Level one group in place; the code of what stopped it ("" when nothing did) with its facts."""
    if control is None or not np.isfinite(control):
        return "balance.no_control", {}
    areas = given[members]
    if not np.isfinite(areas).all():
        return "balance.missing_area", {"missing": int((~np.isfinite(areas)).sum())}
    whole, goal = [int(one) for one in hundredths(areas)], int(hundredths([control])[0])
    difference = goal - sum(whole)
    stands, wanted = f"{sum(whole) / 100:.2f}", f"{goal / 100:.2f}"
    facts = {"control": wanted, "sum": stands, "difference": f"{difference / 100:.2f}", "limit": f"{limit:g}"}
    facts.update(was=stands, should=wanted)
    if goal <= 0:
        return "balance.bad_control", facts
    if abs(difference) > Decimal(repr(float(limit))) * goal:
        return "balance.over_limit", facts
    if method == "proportional" and min(whole) <= 0:
        return "balance.not_positive", {**facts, "key": str(keys[members[whole.index(min(whole))]])}
    change = _changes(whole, goal, [keys[at] for at in members], method)
    ended = [one + more for one, more in zip(whole, change)]
    if min(ended) <= 0:
        return "balance.not_positive", {**facts, "key": str(keys[members[ended.index(min(ended))]])}
    adjusted[members] = [one / 100 for one in ended]
    adjustment[members] = [one / 100 for one in change]
    return "", {}


def _changes(whole: list[int], goal: int, keys: list[Any], method: str) -> list[int]:
    """The change of each member in hundredths; their sum is goal − Σ. Python's whole numbers, as d·A passes 64 bits for a province."""
    difference = goal - sum(whole)
    if not difference:
        return [0] * len(whole)
    if not whole:
        raise ControlError("balance.no_members", control=goal / 100)
    sign, size, total = (1 if difference > 0 else -1), abs(difference), sum(whole)
    rank = _ranks(keys)
    if method == "survey":
        each, rest = divmod(size, len(whole))
        change, order = [each] * len(whole), sorted(range(len(whole)), key=lambda i: (-whole[i], rank[i]))
    else:
        if total <= 0:
            raise ControlError("balance.no_area", control=goal / 100)
        shares = [divmod(size * one, total) for one in whole]
        change = [share for share, _ in shares]
        rest, order = size - sum(change), sorted(range(len(whole)), key=lambda i: (-shares[i][1], -whole[i], rank[i]))
    for at in order[:rest]:
        change[at] += 1
    return [sign * one for one in change]


def _ranks(keys: list[Any]) -> list[int]:
    """Positions of the keys in their order: as numbers where all are, else as text (BSM has leading zeros)."""
    numbers = all(isinstance(one, (int, float, np.integer, np.floating)) and one == one for one in keys)
    order = sorted(range(len(keys)), key=lambda i: keys[i] if numbers else str(keys[i]))
    rank = [0] * len(keys)
    for place, at in enumerate(order):
        rank[at] = place
    return rank
