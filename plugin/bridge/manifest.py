"""The run manifest: what went in, how it was set, by which packs and versions, what came out, each file with its hash."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..core.schema import Pack
from . import libraries
from . import settings as stored
from .places import version
from .sinks import staged, swap

__all__ = ["Manifest", "changed", "sha256", "write_manifest"]

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a run has to say about itself.

    task: the algorithm's id or the name of the chain. inputs and outputs: name → file. parameters and counts: plain values by name.
    packs: the packs that were used. notes: sentences for the reader (what was not standard, what was left out and why).
    """

    task: str
    inputs: Mapping[str, Path] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    packs: Iterable[Pack] = ()
    counts: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Path] = field(default_factory=dict)
    notes: Iterable[str] = ()


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def write_manifest(path: Path, told: Manifest, now: datetime | None = None) -> None:
    """Write the manifest as JSON, staged and swapped in; files under its folder, and those beside it, are named relative to it.

    now: the time to state (default: the present, UTC). OutputError as `staged` and `swap`.
    """
    base = path.parent.resolve()
    content = {
        "task": told.task,
        "written": (now or datetime.now(timezone.utc)).isoformat(timespec="seconds"),
        "operator": stored.load().operator,
        "versions": _versions(),
        "packs": [_pack(one) for one in told.packs],
        "parameters": {name: _plain(value) for name, value in told.parameters.items()},
        "inputs": {name: _file(one, base) for name, one in told.inputs.items()},
        "counts": {name: _plain(value) for name, value in told.counts.items()},
        "outputs": {name: _file(one, base) for name, one in told.outputs.items()},
        "notes": list(told.notes),
    }
    with staged(path) as stage:
        (stage / path.name).write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        swap(stage, path)


def changed(path: Path) -> list[str]:
    """The names of the inputs and outputs that a manifest lists and that are gone or no longer what they were."""
    content = json.loads(path.read_text(encoding="utf-8"))
    base = path.parent.resolve()
    listed = {**content["inputs"], **content["outputs"]}
    return [name for name, one in listed.items() if not (base / one["file"]).is_file() or sha256(base / one["file"]) != one["sha256"]]


def _file(path: Path, base: Path) -> dict[str, Any]:
    whole = path.resolve()
    inside = base in whole.parents or whole.parent == base.parent
    name = Path(os.path.relpath(whole, base)).as_posix() if inside else whole.as_posix()
    return {"file": name, "bytes": whole.stat().st_size, "sha256": sha256(whole)}


def _pack(pack: Pack) -> dict[str, Any]:
    """A pack by id and edition, with how many rows stand on what, and the rows a user's folder brought."""
    statuses = Counter(one.status for one in pack.origins)
    return {
        "id": pack.id,
        "edition": pack.edition,
        "title": pack.title_zh,
        "rows": dict(sorted(statuses.items())),
        "not_standard": dict(sorted(Counter(one.page for one in pack.not_standard()).items())),
        "own": [f"{one.page}: {one.key}" for one in pack.own()],
    }


def _versions() -> dict[str, str]:
    from osgeo import gdal
    from qgis.core import Qgis

    known = {"shanshui": version(), "qgis": Qgis.version(), "gdal": gdal.__version__, "python": platform.python_version()}
    return {**known, **{name: one for name, one in libraries.found() if one and name != "osgeo.gdal"}}


def _plain(value: Any) -> Any:
    """A value as JSON can hold it: numbers of numpy as Python's, paths and the rest as text."""
    if isinstance(value, (str, bool, int, float)) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.item() if hasattr(value, "item") else str(value)
