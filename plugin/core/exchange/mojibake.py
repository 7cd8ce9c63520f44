"""Text that was once read in a wrong encoding and saved so."""

from __future__ import annotations

import re

from .encodings import common_share

__all__ = ["LOST", "original"]

LOST = re.compile("[\ufffd\ue000-\uf8ff]|锟斤|烫烫|屯屯")  # marks of bytes that fitted nothing, and what they became when saved again
_LATIN = re.compile("[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{2}")
_COMMON = 0.75  # of everyday characters in what comes out
_RARE = 0.1  # that what stands there has fewer of them


def original(text: str) -> str | None:
    """What a garbled text was, None where it is not garbled or nothing better is found.

    Two ways back are tried: bytes of UTF-8 or GBK that were read as Latin-1 (æ¸…æµ¦ → 清浦), and bytes of UTF-8 that were read as GBK
    (鍦扮被 → 地类). A way back is believed where it gives everyday characters in place of rarer ones.
    """
    if text.isascii():
        return None
    if _LATIN.search(text):
        for encoding in ("cp1252", "latin-1"):
            for true in ("utf-8", "gbk"):
                found = _again(text, encoding, true)
                if found is not None:
                    return found
    return _again(text, "gbk", "utf-8")


def _again(text: str, wrong: str, true: str) -> str | None:
    try:
        found = text.encode(wrong).decode(true)
    except UnicodeError:
        return None
    if found.isascii() or len(found) >= len(text) or common_share(found) < _COMMON:
        return None
    return found if common_share(text) <= common_share(found) - _RARE else None
