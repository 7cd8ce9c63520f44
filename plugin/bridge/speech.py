"""The only speaker: a code and its facts become a sentence in the user's language."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from math import isfinite

from qgis.PyQt.QtCore import QCoreApplication

from ..core.errors import ShanshuiError
from .places import RESOURCES
from .settings import ui_language

__all__ = ["explain", "messages", "sentence", "tr"]


@lru_cache(maxsize=1)
def messages() -> dict[str, dict[str, str]]:
    """code → row (zh, en, next_zh, next_en) of resources/messages.csv."""
    with (RESOURCES / "messages.csv").open(encoding="utf-8-sig", newline="") as stream:
        return {row["code"]: row for row in csv.DictReader(stream) if row.get("code")}


class _Facts(dict):  # type: ignore[type-arg]
    """Facts by name; a fact nobody gave is shown as its name instead of failing the sentence."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def sentence(code: str, facts: Mapping[str, object] | None = None, language: str = "", with_next: bool = False) -> str:
    """The sentence for `code` in `language` (zh or en, default the window's), with what to do next when asked."""
    language = language or ui_language()
    row = messages().get(code)
    given = _Facts({name: _shown(value, language) for name, value in (facts or {}).items()})
    if row is None:
        return f"{code} {dict(given)}"
    text = (row[language] or row["en"]).format_map(given)
    after = (row.get(f"next_{language}") or "").format_map(given) if with_next else ""
    return f"{text}{'' if language == 'zh' else ' '}{after}" if after else text


def _shown(value: object, language: str) -> object:
    """A number as a reader wants it: two decimals at most (three places where it is smaller), never 0.30000000000000004.

    A fact that is itself a code with facts is its sentence.
    """
    if isinstance(value, dict) and set(value) == {"code", "facts"}:
        return sentence(str(value["code"]), value["facts"], language).rstrip("。.")
    if not isinstance(value, float):
        return value
    if not isfinite(value):
        return "—"
    exact = Decimal(repr(value))
    if abs(exact) < Decimal("0.01") and exact:
        return f"{value:.3g}"
    return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP, Context(prec=60)):f}".rstrip("0").rstrip(".")


def explain(failure: ShanshuiError, language: str = "") -> str:
    """What went wrong and what to do about it."""
    return sentence(failure.code, failure.facts, language, with_next=True)


def tr(text: str) -> str:
    """The interface's word for an English literal, by the plugin's translator."""
    return QCoreApplication.translate("Shanshui", text)
