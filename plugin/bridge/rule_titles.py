"""Rules and their groups by name, for those who only show them."""

from __future__ import annotations

from ..core.checks.rule import GROUPS, PAGE
from ..core.errors import PackError
from .packs_in_use import packs_in_use
from .speech import sentence

__all__ = ["group_words", "rule_titles"]


def group_words(language: str) -> dict[str, str]:
    """The groups of the official sheets in their order, each with its word in zh or en."""
    return {group: sentence(f"check.group.{group}", {}, language) for group in GROUPS}


def rule_titles(language: str) -> dict[str, str]:
    """Code of a rule → its title in zh or en, from the packs in use; none where the packs cannot be read, which the options page explains."""
    try:
        packs = packs_in_use()
    except PackError:
        return {}
    word = "title_zh" if language == "zh" else "title_en"
    return {row["code"]: row[word] for pack in packs.values() for row in pack.rules.get(PAGE, ())}
