"""Several editions of one standard in the user's folder: which there are, and which folders count for the one in use.

A folder whose pack.csv states an edition belongs to it; a folder that states none (a province's few rows) lies over every edition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from .errors import PackError
from .pack_reading import read_facts

__all__ = ["available", "in_use", "selected"]


def available(folders: Mapping[str, Sequence[Path]]) -> dict[str, list[str]]:
    """Pack id → the editions its folders state, in the order of the folders: a shipped one stands first."""
    return {name: list(dict.fromkeys(filter(None, map(_edition, listed)))) for name, listed in folders.items()}


def in_use(stated: Mapping[str, Sequence[str]], chosen: Mapping[str, str]) -> dict[str, str]:
    """Pack id → the edition in use: the chosen one, else the last one stated, for what a user has put there is there to be used.

    A choice for a pack that is not there means nothing; PackError `pack.no_edition` where the pack is there without the chosen edition.
    """
    for name, edition in chosen.items():
        if edition and edition not in stated.get(name, [edition]):
            raise PackError("pack.no_edition", pack=name, edition=edition, present=", ".join(stated[name]))
    return {name: chosen.get(name) or (editions[-1] if editions else "") for name, editions in stated.items()}


def selected(folders: Mapping[str, Sequence[Path]], chosen: Mapping[str, str], root: Path) -> dict[str, list[Path]]:
    """The folders that count: of each pack those of the edition in use and those that state none.

    A pack under `root` (shipped) stays the ground under a user's edition, which therefore holds only the rows that differ. PackError as `in_use`.
    """
    using = in_use(available(folders), chosen)
    return {
        name: [one for one in listed if root in (one, one.parent) or _edition(one) in ("", using[name])] for name, listed in folders.items()
    }


def _edition(folder: Path) -> str:
    file = folder / "pack.csv"
    rows = read_facts(file).rows if file.exists() else ()
    return next((row["value"] for row in rows if row["key"] == "edition"), "")
