"""Which column of a coordinate table is what: by the user's mapping, else by the words of the pack."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import InputError
from ...schema import Pack
from .cells import plain, text_of

__all__ = ["Columns", "Words"]

_LETTERS = re.compile(r"[A-Za-z]{1,2}")
_ANGLES = {"latitude": "x", "longitude": "y"}  # a northing is called X in China


@dataclass(frozen=True)
class Columns:
    """at: role → position of its column; unused: heads that no role has."""

    at: Mapping[str, int]
    unused: tuple[str, ...] = ()

    def cell(self, cells: Sequence[Any], role: str) -> Any:
        """The cell of a role in a row, None where there is none."""
        place = self.at.get(role, -1)
        return cells[place] if 0 <= place < len(cells) else None


class Words:
    """Heads and labels by the page `point_columns`, and the MAPPING of a run: `x=北坐标; y=东坐标; parcel=C`.

    InputError `coords.mapping` for a mapping that cannot be read or names a role that is none.
    """

    def __init__(self, pack: Pack, mapping: str = "") -> None:
        rows = pack.rule("point_columns")
        self._role = {plain(word): row["role"] for row in rows for word in row["words"].split("|") if word}
        self._known = [row["role"] for row in rows if row["column"] != "-"]
        self._sums = {plain(word) for word in pack.value("point_table", "sum_words").split("|")}
        self._given: dict[str, str] = {}
        for one in re.split(r"[;；\n]", mapping):
            if one.strip():
                self._give(one)

    def _give(self, text: str) -> None:
        role, sign, head = (part.strip() for part in text.replace("＝", "=").partition("="))
        role = role.lower() if role.lower() in self._known else self._role.get(plain(role), "")
        if not sign or not head or role not in self._known:
            raise InputError("coords.mapping", text=text.strip()[:60], roles=", ".join(self._known))
        self._given[_ANGLES.get(role, role)] = head

    @property
    def lettered(self) -> Columns | None:
        """The columns where the mapping names those of both coordinates by their letters, so that no head is needed."""
        at = {role: _position(head) for role, head in self._given.items() if _LETTERS.fullmatch(head)}
        return Columns(at) if {"x", "y"} <= set(at) else None

    def columns(self, cells: Sequence[Any], above: Sequence[Any]) -> Columns | None:
        """The columns that a row of heads names, empty heads taken from the row above; None where it does not name both coordinates."""
        own = [plain(text_of(cell)) for cell in cells]
        if sum(map(bool, own)) < 2:
            return None
        upper = [plain(text_of(cell)) for cell in above]
        names = [own[at] or (upper[at] if at < len(upper) else "") for at in range(len(own))]
        at: dict[str, int] = {}
        for role, head in self._given.items():
            places = [place for place, name in enumerate(names) if name == plain(head)]
            if places:
                at[role] = places[0]
            elif _LETTERS.fullmatch(head) and role not in ("x", "y"):
                at[role] = _position(head)
            else:
                return None
        for place, name in enumerate(names):
            role = self._role.get(name, "")
            role = _ANGLES.get(role, role)
            if role and place not in at.values():
                at.setdefault(role, place)
        if not {"x", "y"} <= set(at) or not any(names[at[role]] and own[at[role]] for role in ("x", "y") if at[role] < len(own)):
            return None
        used = set(at.values())
        return Columns(at, tuple(text_of(cell) for place, cell in enumerate(cells) if place not in used and text_of(cell)))

    def label(self, cells: Sequence[Any]) -> dict[str, str]:
        """parcel and name as a line above or between rows states them: `宗地编号：A`, the value in the same cell or the next filled one."""
        texts = [text for text in map(text_of, cells) if text]
        found: dict[str, str] = {}
        for at, text in enumerate(texts):
            word, sign, value = text.replace("：", ":").partition(":")
            role = self._role.get(plain(word), "")
            if not sign or role not in ("parcel", "name"):
                continue
            after = texts[at + 1] if at + 1 < len(texts) and ":" not in texts[at + 1].replace("：", ":") else ""
            found[role] = value.strip() or after
        return {role: value for role, value in found.items() if value}

    def is_sum(self, cells: Sequence[Any]) -> bool:
        """Whether a row is one of sums."""
        return any(plain(cell) in self._sums for cell in cells if isinstance(cell, str) and cell)


def _position(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    found = 0
    for one in letters.upper():
        found = 26 * found + ord(one) - 64
    return found - 1
