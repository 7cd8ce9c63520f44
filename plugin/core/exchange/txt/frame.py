"""In which CRS the numbers of a coordinate file are, from its head and from the numbers themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...errors import CrsError
from ...finding import Finding
from ...projection import same_crs
from ...schema import Pack
from ..zones import crs_of_plane, datum_named

__all__ = ["Frame", "frame_of", "stated", "swapped_axes"]

Array = np.ndarray[Any, Any]

_MILLION = 1e6
_THREE, _SIX = range(25, 46), range(13, 24)  # zone numbers of both widths in China; no number is in both
_DIGITS = {"三": 3, "六": 6}


@dataclass(frozen=True)
class Frame:
    """crs: EPSG text or None; how: given (by the user), stated (in the head), assumed (in part from the numbers) or none."""

    crs: str | None
    how: str
    findings: tuple[Finding, ...] = field(default=())


def stated(values: Mapping[str, str], key: str, pack: Pack) -> str | None:
    """The value of a head's key under any of its words on the page `txt_keys`, None where it is not there."""
    for word in pack.value("txt_keys", key, "words").split("|"):
        if word in values:
            return values[word]
    return None


def swapped_axes(first: Array, second: Array, degrees: bool) -> bool | None:
    """Whether northings stand second; None where the numbers do not tell (northings of China have 7 digits, eastings 6 or, with a prefix, 8)."""
    if degrees:  # of China: longitudes over 70, latitudes under 60
        normal, other = (second > 65).sum(), (first > 65).sum()
    else:
        north, also = _northing(first), _northing(second)
        normal, other = (north & ~also).sum(), (also & ~north).sum()
    return None if normal == other else bool(other > normal)


def _northing(values: Array) -> Array:
    found: Array = (values >= _MILLION) & (values < 10 * _MILLION)
    return found


def frame_of(values: Mapping[str, str], east: Array, degrees: bool, given: str | None, pack: Pack, name: str) -> Frame:
    """The CRS of a file named `name` whose eastings (or longitudes) are `east`; given: what the user says, which goes before the head.

    Findings: txt.datum_unknown, txt.datum_assumed, txt.zone_differs, txt.no_crs, txt.crs_overridden.
    """
    words = stated(values, "datum", pack)
    datum = datum_named(words or "", pack)
    if words and not datum:
        found = [Finding("txt.datum_unknown", "warning", name, "", "坐标系", {"layer": name, "value": words})]
        return Frame(given, "given" if given else "none", tuple(found))
    found = [] if datum else [Finding("txt.datum_assumed", "warning", name, "", "坐标系", {"layer": name})]
    datum = datum or "cgcs2000"
    crs, more = (pack.value("datums", datum, "geographic"), []) if degrees else _plane(values, east, datum, pack, name)
    if given:
        known = bool(words) and crs is not None
        differs = known and not same_crs(given, str(crs))
        over = [Finding("txt.crs_overridden", "warning", name, "", "坐标系", {"layer": name, "crs": given, "was": crs})] if differs else []
        return Frame(given, "given", tuple(over))
    return Frame(crs, "none" if crs is None else "assumed" if found else "stated", (*found, *more))


def _plane(values: Mapping[str, str], east: Array, datum: str, pack: Pack, name: str) -> tuple[str | None, list[Finding]]:
    width, zone = _number(stated(values, "width", pack)), _number(stated(values, "zone", pack))
    prefixes = np.floor(east / _MILLION)
    prefix = int(np.median(prefixes)) if len(east) else 0
    found = []
    if prefix and zone and prefix != zone:
        facts = {"layer": name, "was": zone, "should": prefix}
        found.append(Finding("txt.zone_differs", "error", name, "", "带号", facts))
    zone = prefix or zone
    known = 3 if zone in _THREE else 6 if zone in _SIX else 0  # the number tells the width
    if width and known and width != known:
        facts = {"layer": name, "was": width, "should": known}
        found.append(Finding("txt.width_differs", "error", name, "", "几度分带", facts))
    try:
        return crs_of_plane(datum, known or width, zone, bool(prefix), pack), found
    except CrsError:
        facts = {"layer": name, "width": width or "—", "zone": zone or "—"}
        return None, [*found, Finding("txt.no_crs", "error", name, "", "带号", facts)]


def _number(text: str | None) -> int:
    """The first whole number of a text such as 3, 3度带 or 三度分带; 0 for none."""
    digits = ""
    for one in text or "":
        if one in _DIGITS and not digits:
            return _DIGITS[one]
        if one.isdecimal():
            digits += str(int(one))
        elif digits:
            break
    return int(digits[:4]) if digits else 0
