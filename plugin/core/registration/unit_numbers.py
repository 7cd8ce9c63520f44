"""Working numbers of registration units until the coding rule's segments are filled from the standard (cadastre §1.6)."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InputError

__all__ = ["unit_numbers"]

_LONGEST = 28
_NOWHERE = "000000"


def unit_numbers(given: Sequence[str], county: str, digits: int) -> list[str]:
    """A number for each unit: the given one where there is one, else county code (6) + serial of `digits` places, in order, never one
    twice.

    Only digits are used: the feature letters of GB/T 46547-2025 were not obtained and are not invented. InputError `draw.too_many_units`.
    """
    prefix = county if len(county) == 6 and county.isdigit() else _NOWHERE
    used, serial, found = set(given), 0, []
    for own in given:
        number = own
        while not number:
            serial += 1
            made = f"{prefix}{serial:0{digits}d}"
            if len(made) > min(_LONGEST, len(prefix) + digits):
                raise InputError("draw.too_many_units", digits=digits)
            number = "" if made in used else made
        used.add(number)
        found.append(number)
    return found
