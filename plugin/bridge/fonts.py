"""Which typeface maps and labels use: one that has Chinese characters, whatever the system calls it."""

from __future__ import annotations

from qgis.PyQt.QtGui import QFont, QFontDatabase, QRawFont

__all__ = ["family", "has_bold", "lacking"]

# as they are called on Linux, Windows and macOS, the plain ones first
_KNOWN = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "SimHei",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
)


def family() -> str:
    """The family of a font that has Chinese characters, "" when the system has none."""
    database = QFontDatabase()
    there = database.families()
    listed = next((one for one in _KNOWN if one in there), "")
    if listed:
        return listed
    chinese = database.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    return str(chinese[0]) if chinese else ""


def has_bold(name: str) -> bool:
    """Whether the family has a bold cut of its own."""
    database = QFontDatabase()
    return any(database.bold(name, style) for style in database.styles(name))


def lacking(text: str, name: str) -> str:
    """The characters of `text` that the font family has no glyph for, blanks and line ends apart."""
    raw = QRawFont.fromFont(QFont(name))
    return "".join(one for one in dict.fromkeys(text) if not one.isspace() and not raw.supportsCharacter(ord(one)))
