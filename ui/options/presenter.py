"""What the options page shows, found without Qt: the packs that would be used, their editions, and the first fault in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...plugin.core import pack_editions, pack_reading, schema
from ...plugin.core.errors import PackError

__all__ = ["PackLine", "Shown", "choices", "packs"]


@dataclass(frozen=True)
class PackLine:
    """One pack of the list.

    edition: the one in use; editions: those there are to choose from, the last one being used where nobody has chosen. rows: how many rows are
    standard, practice, default; empty where the pack could not be read. own: how many rows the user's folder brought.
    """

    id: str
    title: str
    edition: str
    editions: tuple[str, ...]
    rows: Mapping[str, int] = field(default_factory=dict)
    own: int = 0


@dataclass(frozen=True)
class Shown:
    """The list of packs, and the first fault that reading them met (None = none)."""

    lines: tuple[PackLine, ...]
    fault: PackError | None = None


def packs(folder: str, chosen: Mapping[str, str], language: str, root: Path = schema.SHIPPED) -> Shown:
    """The packs as an algorithm would read them with this folder of own packs ("" = none) and these editions, titles in zh or en.

    A fault does not stop the list: what can still be told is told. A chosen edition that is gone is a fault, and the list shows the one that
    takes its place.
    """
    overlays = [Path(folder.strip())] if folder.strip() else []
    faults: list[PackError] = []
    try:
        stated = pack_editions.available(pack_reading.pack_folders(root, overlays))
    except PackError as why:
        faults.append(why)
        stated = pack_editions.available(pack_reading.pack_folders(root))
    try:
        using = pack_editions.in_use(stated, chosen)
    except PackError as why:
        faults.append(why)
        using = pack_editions.in_use(stated, {name: one for name, one in chosen.items() if one in stated.get(name, ())})
    loaded: dict[str, schema.Pack] = {}
    try:
        loaded = schema.load_packs(root, overlays, using)
    except PackError as why:
        faults.append(why)
    lines = tuple(_line(name, using[name], stated[name], loaded.get(name), language) for name in stated)
    return Shown(lines, faults[0] if faults else None)


def _line(name: str, edition: str, editions: Iterable[str], pack: schema.Pack | None, language: str) -> PackLine:
    if pack is None:
        return PackLine(name, name, edition, tuple(editions))
    counted = Counter(one.status for one in pack.origins)
    rows = {one: counted[one] for one in ("standard", "practice", "default")}
    return PackLine(name, pack.title(language), edition, tuple(editions), rows, len(pack.own()))


def choices(lines: Iterable[PackLine], picked: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """(pack, edition) to store: only where another than the last edition was picked, so that a newer folder is used when it comes."""
    return tuple((one.id, picked[one.id]) for one in lines if picked.get(one.id, "") in one.editions[:-1])
