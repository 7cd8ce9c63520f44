"""Typed settings of the plugin, kept by QGIS under one prefix."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsSettings

__all__ = ["AREA_METHODS", "LANGUAGES", "Settings", "load", "save", "ui_language"]

PREFIX = "shanshui/"
LANGUAGES = ("auto", "zh", "en")
AREA_METHODS = ("cgcs2000_series", "geodesic", "planar")


@dataclass(frozen=True)
class Settings:
    """What the options page holds.

    packs_folder: folder of the user's own packs, laid over the shipped ones ("" = none).
    editions: pack id → edition in use, where the user chose one. area_method: default of measure algorithms.
    decimals: default decimals of measured areas and lengths. language: language of outputs (auto = as the window).
    operator: name written into run manifests and audit records.
    """

    packs_folder: str = ""
    editions: tuple[tuple[str, str], ...] = ()
    area_method: str = "cgcs2000_series"
    decimals: int = 2
    language: str = "auto"
    operator: str = ""

    @property
    def output_language(self) -> str:
        """zh or en: the language of reports and of sentences written into layers."""
        return ui_language() if self.language == "auto" else self.language

    @property
    def overlays(self) -> list[Path]:
        """The user's folder of packs as a list, empty when none is set.

        A folder that is set and gone is kept: reading it fails with a sentence, where leaving it out would measure by other standards in silence.
        """
        return [Path(self.packs_folder)] if self.packs_folder else []


def ui_language() -> str:
    """zh when QGIS speaks Chinese (zh, zh_CN, zh-Hans …), else en."""
    store = QgsSettings()
    locale = str(store.value("locale/userLocale", "") or "")
    if not locale:
        from qgis.PyQt.QtCore import QLocale

        locale = QLocale.system().name()
    return "zh" if locale.lower().startswith("zh") else "en"


def load() -> Settings:
    """The settings as stored; a value that is not allowed falls back to its default."""
    store, blank = QgsSettings(), Settings()
    method = str(store.value(PREFIX + "area_method", blank.area_method))
    language = str(store.value(PREFIX + "language", blank.language))
    try:
        decimals = min(max(int(store.value(PREFIX + "decimals", blank.decimals)), 0), 6)
    except (TypeError, ValueError):
        decimals = blank.decimals
    return Settings(
        packs_folder=str(store.value(PREFIX + "packs_folder", "") or ""),
        editions=_editions(str(store.value(PREFIX + "editions", "") or "")),
        area_method=method if method in AREA_METHODS else blank.area_method,
        decimals=decimals,
        language=language if language in LANGUAGES else blank.language,
        operator=str(store.value(PREFIX + "operator", "") or ""),
    )


def save(settings: Settings) -> None:
    """Store the settings."""
    store = QgsSettings()
    for name in ("packs_folder", "area_method", "decimals", "language", "operator"):
        store.setValue(PREFIX + name, getattr(settings, name))
    store.setValue(PREFIX + "editions", json.dumps(dict(settings.editions), ensure_ascii=False))


def _editions(stored: str) -> tuple[tuple[str, str], ...]:
    try:
        found = json.loads(stored)
    except ValueError:
        return ()
    return tuple(sorted((str(pack), str(edition)) for pack, edition in found.items())) if isinstance(found, dict) else ()
