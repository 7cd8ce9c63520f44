"""Changes by repairs in words: the reasons of each feature as one line in each language."""

from __future__ import annotations

import json

from ..core.table import Table
from .speech import sentence

__all__ = ["with_words"]


def with_words(changes: Table) -> Table:
    """The REPAIR_CHANGES table with MESSAGE_ZH and MESSAGE_EN, told from REASONS."""
    reasons = [json.loads(one) for one in changes["REASONS"]]
    columns = {
        f"MESSAGE_{language.upper()}": [mark.join(sentence(code, facts, language) for code, facts in one) for one in reasons]
        for language, mark in (("zh", "；"), ("en", "; "))
    }
    return changes.with_columns(**columns)
