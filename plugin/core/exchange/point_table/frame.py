"""Points of tables on a plane or in degrees: which number is the northing, which zone the eastings name, which CRS that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ... import ellipsoid
from ...crs import crs_of
from ...errors import CrsError
from ...finding import Finding
from ...schema import Pack
from ..zones import crs_of_plane, datum_named
from .reading import Parcel

__all__ = ["Placed", "placed"]

Array = np.ndarray[Any, Any]

_MILLION = 1e6
_THREE, _SIX = range(25, 46), range(13, 24)  # zone numbers of both widths in China; no number is in both
_GEOGRAPHIC = "EPSG:4490"
# degrees of China: longitudes above, latitudes below
_BETWEEN = 65.0


@dataclass(frozen=True)
class Placed:
    """points: easting and northing (or longitude and latitude) of each parcel as (n, 2), None for a parcel of the other kind of numbers.

    how: given, assumed (from the numbers) or none."""

    crs: str | None
    how: str
    points: list[Array | None]
    findings: list[Finding] = field(default_factory=list)


def placed(parcels: Sequence[Parcel], texts: Sequence[str], given: str | None, pack: Pack, name: str) -> Placed:
    """Where the parcels of a file `name` lie; texts: words of the file outside of its tables; given: the CRS the user names.

    Swapped columns are turned (cadastre §4.1: 7 digits are a northing, 8 or 6 an easting), row by row. Findings: coords.swapped,
    coords.mixed, coords.crs_of_degrees, coords.zone_taken, coords.datum_assumed, coords.datum_unknown_plane, coords.no_crs.
    """
    pairs = [np.column_stack([np.array(one.first, dtype=float), np.array(one.second, dtype=float)]) for one in parcels]
    angles = [one.angles > len(one.rows) / 2 or _like_degrees(pair) for one, pair in zip(parcels, pairs)]
    degrees = sum(angles) * 2 > len(angles)
    findings = []
    points: list[Array | None] = []
    for one, pair, angle in zip(parcels, pairs, angles):
        if angle != degrees:
            facts = {"layer": one.sheet, "parcel": one.number or one.name, "row": one.row}
            findings.append(Finding("coords.mixed", "error", one.sheet, one.number, "", facts))
            points.append(None)
            continue
        turned, found = _turned(one, pair, degrees)
        points.append(turned)
        findings += found
    crs, how, more = _crs(np.concatenate([one[:, 0] for one in points if one is not None] or [np.empty(0)]), degrees, texts, given, pack, name)
    shift = 0.0 if degrees else _shift(crs, points)
    if shift:
        more.append(Finding("coords.zone_taken", "note", name, "", "", {"layer": name, "crs": ellipsoid.title(str(crs)), "metres": f"{shift:+.0f}"}))
        points = [None if one is None else one + np.array([shift, 0.0]) for one in points]
    return Placed(crs, how, points, [*findings, *more])


def _like_degrees(pair: Array) -> bool:
    """Whether numbers without a sign of degrees lie where China does, in either order."""
    low, high = pair.min(axis=1), pair.max(axis=1)
    return bool(len(pair) and ((low > 0.0) & (low < _BETWEEN) & (high > _BETWEEN) & (high < 140.0)).all())


def _turned(parcel: Parcel, pair: Array, degrees: bool) -> tuple[Array, list[Finding]]:
    """(n, 2) easting and northing, whatever column each stood in."""
    first, second = pair[:, 0], pair[:, 1]
    if degrees:
        wrong, right = (first > _BETWEEN) & (second <= _BETWEEN), (second > _BETWEEN) & (first <= _BETWEEN)
    else:
        one, other = _northing(first), _northing(second)
        wrong, right = other & ~one, one & ~other
    # rows that do not tell go with the others
    swapped = np.where(wrong | right, wrong, wrong.sum() > right.sum())
    turned = np.where(swapped[:, None], pair, pair[:, ::-1])
    if not swapped.any():
        return turned, []
    facts = {"layer": parcel.sheet, "count": int(swapped.sum()), "points": len(pair), "row": parcel.rows[int(np.argmax(swapped))]}
    return turned, [Finding("coords.swapped", "note", parcel.sheet, parcel.number, "", facts)]


def _northing(values: Array) -> Array:
    found: Array = (values >= _MILLION) & (values < 10 * _MILLION)
    return found


def _crs(
    east: Array, degrees: bool, texts: Sequence[str], given: str | None, pack: Pack, name: str
) -> tuple[str | None, str, list[Finding]]:
    """The CRS of the numbers, how it is known, and what is told of it."""
    if given and not (degrees and not ellipsoid.is_geographic(given)):
        return given, "given", []
    if given:
        base = crs_of(given).geodetic_crs
        own = base.to_string() if base is not None else _GEOGRAPHIC
        facts = {"layer": name, "crs": ellipsoid.title(given), "own": ellipsoid.title(own)}
        return own, "given", [Finding("coords.crs_of_degrees", "warning", name, "", "", facts)]
    datum = next((found for found in (datum_named(text, pack) for text in texts) if found), "")
    told = [] if datum else [Finding("coords.datum_assumed", "warning", name, "", "", {"layer": name})]
    if degrees and datum in ("", "cgcs2000"):
        return _GEOGRAPHIC, "assumed", told
    prefix = int(np.floor(np.median(east) / _MILLION)) if len(east) else 0
    width = 3 if prefix in _THREE else 6 if prefix in _SIX else 0
    try:
        return crs_of_plane(datum or "cgcs2000", width, prefix, True, pack), "assumed", told
    except CrsError:
        words = {"layer": name, "datum": datum or "—", "zone": prefix or "—"}
        return None, "none", [Finding("coords.no_crs", "error", name, "", "", words)]


def _shift(crs: str | None, points: Sequence[Array | None]) -> float:
    """What brings eastings with or without a zone prefix to those of the CRS, where that is all they differ by."""
    zone = ellipsoid.zone_of(crs) if crs else None
    known = [one[:, 0] for one in points if one is not None and len(one)]
    if zone is None or not known:
        return 0.0
    found = int(np.floor(np.median(np.concatenate(known)) / _MILLION))
    if zone.prefix and found == 0:
        return zone.prefix * _MILLION
    return -zone.number * _MILLION if not zone.prefix and found == zone.number else 0.0
