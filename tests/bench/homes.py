"""Where contenders run: this machine's QGIS, or the newer one in the chroot of .ci/chroot, for what only that one has."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "bench"
_NEW = "3.44"  # the first QGIS with geometry checks among its algorithms
_PARTS = ("plugin", "processing_algorithms", "ui", "resources", "tests/bench", "__init__.py", "metadata.txt")


@dataclass(frozen=True)
class Home:
    """A place with a QGIS of its own. root: its files as seen from here; checkout, folder: the code and the data as seen from inside."""

    root: Path = Path("/")
    checkout: Path = ROOT
    folder: Path = BUILD
    python: str = sys.executable

    def words(self, *words: str) -> list[str]:
        """The words that start contender.py there."""
        start = [self.python, str(self.checkout / "tests" / "bench" / "contender.py"), *words]
        if self.root == Path("/"):
            return start
        clean = ["-i", f"HOME={self.folder}", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "QT_QPA_PLATFORM=offscreen"]
        return ["chroot", str(self.root), "/usr/bin/env", *clean, f"QGIS_CUSTOM_CONFIG_PATH={self.folder / 'profile'}", *start]

    def outside(self, path: Path) -> Path:
        """A path of there as seen from here."""
        return self.root / path.relative_to("/")

    def bring(self, path: Path) -> Path:
        """A file where it can be read there (copied once), as seen from inside."""
        if self.root == Path("/"):
            return path
        there = self.folder / f"{path.parent.name}-{path.name}"
        if not self.outside(there).is_file():
            shutil.copyfile(path, self.outside(there))
        return there


HERE = Home()


def checking(version: str) -> tuple[Home | None, str]:
    """Where the geometry checks of QGIS can be run, and what to say about it; `version` is that of this machine's QGIS."""
    if tuple(map(int, version.split("-")[0].split(".")[:2])) >= tuple(map(int, _NEW.split("."))):
        return HERE, f"in QGIS {version}"
    cache = Path(os.environ.get("SHANSHUI_CHROOTS", "/var/cache/shanshui-chroots"))
    made = sorted(one.parent for one in cache.glob(f"qgis-{_NEW}-*/.made"))
    if not made or os.geteuid() != 0:
        reason = f"no chroot with QGIS {_NEW} (.ci/chroot {_NEW} makes it)" if not made else "entering a chroot needs root"
        return None, f"not run: QGIS {version} has no such algorithms, and {reason}"
    home = Home(made[-1], Path("/srv/bench/checkout"), Path("/srv/bench/data"), "/usr/bin/python3")
    leave(home)
    home.outside(home.folder / "profile").mkdir(parents=True)
    for part in _PARTS:
        there = home.outside(home.checkout / part)
        there.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, there, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / part, there)
    return home, f"in the chroot with QGIS {_NEW}"


def leave(home: Home) -> None:
    """Take away what was brought into a chroot."""
    if home.root != Path("/"):
        shutil.rmtree(home.outside(home.folder.parent), ignore_errors=True)
