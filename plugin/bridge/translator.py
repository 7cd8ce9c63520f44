"""The translator of the interface's words, for every way QGIS writes Chinese (zh, zh_CN, zh-Hans …)."""

from __future__ import annotations

from collections.abc import Callable

from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from .places import I18N
from .settings import ui_language

__all__ = ["install"]


def install() -> Callable[[], None]:
    """Let Qt speak the window's language; the answer takes the translator away again. English needs none."""
    translator = QTranslator()
    if ui_language() == "zh" and translator.load(str(I18N / "shanshui_zh.qm")):
        QCoreApplication.installTranslator(translator)

    def remove() -> None:
        QCoreApplication.removeTranslator(translator)

    return remove
