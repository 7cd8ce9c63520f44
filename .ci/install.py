"""Puts the built zip into a QGIS profile: the user's default one, or the one named. Usage: install.py [PROFILE]."""

from __future__ import annotations

import configparser
import os
import shutil
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def profiles() -> Path:
    """The folder of the user's QGIS profiles on this system."""
    if os.environ.get("QGIS_CUSTOM_CONFIG_PATH"):
        return Path(os.environ["QGIS_CUSTOM_CONFIG_PATH"]) / "profiles"
    if sys.platform == "win32":
        return Path(os.environ["APPDATA"]) / "QGIS" / "QGIS3" / "profiles"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "QGIS" / "QGIS3" / "profiles"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "QGIS" / "QGIS3" / "profiles"


def default(folder: Path) -> str:
    """The profile that QGIS starts with."""
    found = configparser.ConfigParser(interpolation=None)
    found.read(folder / "profiles.ini", encoding="utf-8")
    return found.get("core", "defaultProfile", fallback="default").strip('"') or "default"


def main() -> int:
    about = configparser.ConfigParser(interpolation=None)
    about.read(ROOT / "metadata.txt", encoding="utf-8")
    zipped = ROOT / "dist" / f"shanshui-{about['general']['version']}.zip"
    folder = profiles()
    plugins = folder / (sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else default(folder)) / "python" / "plugins"
    target, fresh = plugins / "shanshui", plugins / "shanshui.new"
    if target.is_symlink():
        print(f"{target} is a link to {target.resolve()}: remove it first if the zip shall stand there.", file=sys.stderr)
        return 1
    shutil.rmtree(fresh, ignore_errors=True)
    with zipfile.ZipFile(zipped) as book:
        book.extractall(fresh)
    shutil.rmtree(target, ignore_errors=True)
    (fresh / "shanshui").replace(target)
    fresh.rmdir()
    print(f"Shanshui {about['general']['version']} lies in {target}.")
    print("Start QGIS and switch it on under Plugins ▸ Manage and Install Plugins ▸ Installed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
