"""A result that is a folder (a file geodatabase) put in place of an old one, so that one of both is whole at every moment.

No system renames a folder over another that is full. The old one steps aside under a name that tells what it is, the new one takes its
place, and the old one is then deleted. Whoever is killed between leaves the old one whole under that name; the next run puts it back.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..core.errors import OutputError

__all__ = ["check", "previous", "swap", "tidy"]


def previous(target: Path) -> Path:
    """Where the old folder stands while the new one takes its place: name.shanshui-previous.gdb."""
    return target.with_name(f"{target.stem}.shanshui-previous{target.suffix}")


def tidy(target: Path) -> None:
    """Put back what a killed run left aside, or delete it where the new one had its place already.

    OutputError `output.in_use` where the old one cannot be put back.
    """
    aside = previous(target)
    if not aside.is_dir():
        return
    if target.exists():
        _drop(aside)
        return
    try:
        os.rename(aside, target)
    except OSError as failure:
        raise OutputError("output.in_use", path=str(target), kept=str(aside), reason=failure.strerror) from failure


def check(target: Path) -> None:
    """OutputError `output.not_a_folder`, `output.no_folder`, `output.read_only` where no folder can be put at `target`."""
    if not target.parent.is_dir():
        raise OutputError("output.no_folder", path=str(target.parent))
    if target.exists() and not target.is_dir():
        raise OutputError("output.not_a_folder", path=str(target))
    if target.exists() and not os.access(target, os.W_OK):
        raise OutputError("output.read_only", path=str(target))


def swap(made: Path, target: Path) -> None:
    """Put the folder `made` in the place of `target`; OutputError `output.in_use`: the old one stays, the new one is kept beside it."""
    tidy(target)
    aside = previous(target)
    try:
        if target.exists():
            os.rename(target, aside)
        try:
            os.rename(made, target)
        except OSError:
            if aside.exists():
                os.rename(aside, target)
            raise
    except OSError as failure:
        kept = _free(target)
        shutil.move(str(made), str(kept))
        raise OutputError("output.in_use", path=str(target), kept=str(kept), reason=failure.strerror) from failure
    _drop(aside)


def _drop(aside: Path) -> None:
    """Delete a folder under another name first: what has the name of an old result is always whole."""
    if not aside.exists():
        return
    gone = aside.with_name(f".shanshui-gone-{os.getpid()}-{aside.name}")
    try:
        os.rename(aside, gone)
    except OSError:  # a program holds it; the next run deletes it
        return
    shutil.rmtree(gone, ignore_errors=True)


def _free(target: Path) -> Path:
    kept, number = target.with_name(f"{target.stem}.new{target.suffix}"), 2
    while kept.exists():
        kept, number = target.with_name(f"{target.stem}.new{number}{target.suffix}"), number + 1
    return kept
