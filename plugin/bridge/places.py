"""Where the plugin's own files lie, under whatever folder name it was installed."""

from __future__ import annotations

from pathlib import Path

__all__ = ["I18N", "RESOURCES", "ROOT", "version"]

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = ROOT / "resources"
I18N = ROOT / "i18n"


def version() -> str:
    """The plugin's version as metadata.txt states it."""
    for line in (ROOT / "metadata.txt").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "version":
            return value.strip()
    return "0"
