"""What a cell of a coordinate table says: a number, an angle, a text, or nothing."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

__all__ = ["number_of", "plain", "text_of"]

_LARGEST = 1e9
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
# 118°22′12.345″, 118度22分12.345秒, 118d22m12.345s, 118-22-12.345, 118 22 12.345, each with N, E, 北纬, 东经 before or behind
_ANGLE = re.compile(
    r"(?P<d>\d{1,3})\s*(?P<mark>[°ºd度\- :])\s*(?P<m>\d{1,2}(?:\.\d*)?)\s*"
    r"(?:['′‘’m分\- :]\s*(?:(?P<s>\d{1,2}(?:\.\d*)?)\s*(?:\"|″|“|”|''|s|秒)?)?)?",
    re.ASCII,
)
_DEGREES = re.compile(r"(?P<d>\d{1,3}(?:\.\d*)?)\s*[°º度]", re.ASCII)
_SIDE = re.compile(r"^(?:[ne]|北纬|东经|经度|纬度)[:=]?\s*|\s*[ne]$")


def text_of(cell: Any) -> str:
    """A cell as stripped text, a whole number without its .0, nothing as ""."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).replace("\u3000", " ").strip()


def plain(text: str) -> str:
    """A head or word without case, width, blanks, marks and units in brackets: X坐标（m） → x坐标."""
    wide = unicodedata.normalize("NFKC", text).lower()
    return "".join(one for one in re.sub(r"\((?:m|米|metres?|meters?|°|度|degrees?)\)", "", wide) if one.isalnum())


def number_of(cell: Any) -> tuple[float, bool] | None:
    """(value, whether it is written as an angle) of a cell, degrees for an angle; None for what is no coordinate.

    118°22′12.345″ and its like are angles, also with decimals of minutes; 1,234,567.8 and full-width digits are read.
    """
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, (int, float)):
        return (float(cell), False) if abs(cell) <= _LARGEST else None
    text = unicodedata.normalize("NFKC", str(cell)).replace("′′", "″").strip().lower()
    if _NUMBER.fullmatch(text) or _GROUPED.fullmatch(text):
        value = float(text.replace(",", ""))
        return (value, False) if math.isfinite(value) and abs(value) <= _LARGEST else None
    return _angle(_SIDE.sub("", text).strip())


def _angle(text: str) -> tuple[float, bool] | None:
    whole = _DEGREES.fullmatch(text)
    if whole:
        return float(whole["d"]), True
    found = _ANGLE.fullmatch(text)
    if found is None:
        return None
    minutes, seconds = float(found["m"]), float(found["s"] or 0.0)
    if minutes >= 60.0 or seconds >= 60.0 or (found["mark"] in "- :" and found["s"] is None):
        return None
    return int(found["d"]) + minutes / 60.0 + seconds / 3600.0, True
