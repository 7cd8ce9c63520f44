"""Which encoding bytes of a text are in: UTF-8, or GB18030 that holds GBK and GB2312, with how sure that is."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

__all__ = ["Guess", "common_share", "decoded", "guess"]

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LEVEL_ONE = (0xB0A1, 0xD7F9)  # GB 2312: the 3,755 characters of everyday use
_SURE = 0.95  # what is valid UTF-8 beyond ASCII is hardly anything else
_UNSURE = 0.5  # of text without a character that tells


@dataclass(frozen=True)
class Guess:
    """An encoding by Python's name, how sure it is (0…1), whether all bytes fit it, and some of the text."""

    encoding: str
    certainty: float
    fits: bool
    sample: str

    @property
    def is_ascii(self) -> bool:
        """No byte tells one encoding from the other."""
        return self.sample.isascii() and self.fits and self.certainty == 1.0 and self.encoding == "utf-8"


def guess(raw: bytes, whole: bool = True) -> Guess:
    """The encoding of a text, or of its beginning (whole=False: the last character may be cut).

    A mark at the start decides; then what is valid UTF-8; then GB18030, sure by the share of everyday characters among the Chinese ones:
    text of another encoding (Big5, or UTF-8 with broken bytes) has few. Pure ASCII is UTF-8 and certain.
    """
    for mark, name in _BOMS:
        if raw.startswith(mark):
            text, fits = decoded(raw, name, whole)
            return Guess(name, 1.0, fits, _sample(text))
    text, fits = decoded(raw, "utf-8", whole)
    if fits:
        return Guess("utf-8", 1.0 if text.isascii() else _SURE, True, _sample(text))
    text, fits = decoded(raw, "gb18030", whole)
    return Guess("gb18030", common_share(text) * (1.0 if fits else 0.5), fits, _sample(text))


def decoded(raw: bytes, encoding: str, whole: bool = True) -> tuple[str, bool]:
    """The text, bytes that do not fit as U+FFFD, and whether all fit; whole=False lets the last character be cut."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        return decoder.decode(raw, whole), True
    except UnicodeDecodeError:
        return raw.decode(encoding, "replace"), False


def common_share(text: str) -> float:
    """The share of everyday characters (level one of GB 2312) among the letters beyond ASCII; 0.5 where there is none."""
    beyond = [one for one in text if ord(one) > 127 and not one.isspace()]
    if not beyond:
        return _UNSURE
    common = 0
    for one in beyond:
        raw = one.encode("gb2312", "ignore")
        value = int.from_bytes(raw, "big")
        common += _LEVEL_ONE[0] <= value <= _LEVEL_ONE[1] or 0xA1A1 <= value <= 0xA3FE  # or punctuation and full-width forms
    return common / len(beyond)


def _sample(text: str, length: int = 60) -> str:
    """The part of a text from its first character beyond ASCII on, else its beginning, on one line."""
    at = next((place for place, one in enumerate(text) if ord(one) > 127), 0)
    shown = "".join(one if one.isprintable() or one.isspace() else "·" for one in text[max(at - 10, 0) : at + length])
    return " ".join(shown.split())
