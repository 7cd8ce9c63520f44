"""What a row is worth to somebody who typed a text, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Hit", "enough", "hit"]

_SHORTEST = 2  # letters or digits from which it is looked for


@dataclass(frozen=True)
class Hit:
    """label: what is read first; detail: what else fits; score: 1 for the code itself, less for what only holds the text."""

    label: str
    detail: str
    score: float


def enough(text: str) -> bool:
    """Whether a text is worth a search: two letters or digits, or one character of a script that says a word with it."""
    return len(text) >= _SHORTEST or not text.isascii()


def hit(text: str, codes: list[str], names: list[str]) -> Hit | None:
    """A row by its codes and names ("" = missing), None where the text (any case) is in none of them.

    The code or name that fits best is the label, with the row's first name or code behind it.
    """
    wanted = text.casefold()
    scored = [(_worth(one, wanted, 1.0), one) for one in codes if one] + [(_worth(one, wanted, 0.8), one) for one in names if one]
    best = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    if best[0] == 0.0:
        return None
    beside = next((one for one in (names if best[1] in codes else codes) if one and one != best[1]), "")
    label = f"{best[1]}  {beside}" if beside else best[1]
    others = [one for worth, one in scored if worth and one not in (best[1], beside)]
    return Hit(label, ", ".join(dict.fromkeys(others)), best[0])


def _worth(value: str, wanted: str, most: float) -> float:
    own = value.casefold()
    if own == wanted:
        return most
    return most * (0.9 if own.startswith(wanted) else 0.8 if own.endswith(wanted) else 0.6 if wanted in own else 0.0)
