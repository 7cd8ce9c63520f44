"""A package: one GeoPackage of many layers with files beside it, made in a temporary folder and put in place as a whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from osgeo import ogr

from ..core.errors import OutputError
from ..core.progress import SILENT, Progress
from ..core.table import Table
from . import batch, outcome, sinks

__all__ = ["Place", "place_of", "staged_package", "write_layers"]


@dataclass(frozen=True)
class Place:
    """Where a package goes: the GeoPackage, and the folder of the files beside it."""

    geopackage: Path
    folder: Path


def place_of(text: str, stem: str) -> Place:
    """What an output folder, or a name that ends in .gpkg, means: <folder>/<stem>.gpkg, or that file and the folder <its stem>_files."""
    path = Path(text)
    if path.suffix.lower() == ".gpkg":
        return Place(path, path.with_name(f"{path.stem}_files"))
    return Place(path / f"{stem}.gpkg", path)


@contextmanager
def staged_package(place: Place, dry: bool = False) -> Iterator[Place]:
    """A place to make the package in; what lies there at the end is put where it belongs, the GeoPackage first. Nothing after a failure.

    dry: only look whether it could be. Files of other names that lie in the folder stay. OutputError `output.no_folder`,
    `output.folder_closed`, `output.not_a_folder`, `output.is_folder`, `output.read_only`, `output.locked`, `output.in_use`.
    """
    inside = place.folder == place.geopackage.parent
    top = place.folder if inside else place.geopackage
    _check(place)
    with sinks.staged(top) as stage:
        made = Place(stage / place.geopackage.name, stage) if inside else Place(stage / place.geopackage.name, stage / place.folder.name)
        made.folder.mkdir(exist_ok=True)
        yield made
        if dry:
            return
        _check(place)
        others = sorted(one for one in made.folder.rglob("*") if one.is_file() and one != made.geopackage)
        place.folder.mkdir(exist_ok=True)
        _move(made.geopackage, place.geopackage)
        for one in others:
            target = place.folder / one.relative_to(made.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            _move(one, target)


def _check(place: Place) -> None:
    if place.folder.exists() and not place.folder.is_dir():
        raise OutputError("output.not_a_folder", path=str(place.folder))
    if place.geopackage.parent.is_dir():
        batch.check(place.geopackage)


def _move(made: Path, target: Path) -> None:
    try:
        os.replace(made, target)
    except OSError as failure:
        kept = target.with_name(f"{target.stem}.new{target.suffix}")
        shutil.move(str(made), kept)
        raise OutputError("output.in_use", path=str(target), kept=str(kept), reason=failure.strerror) from failure


def write_layers(path: Path, tables: Mapping[str, Table], progress: Progress = SILENT) -> dict[str, int]:
    """Write tables as layers of a new GeoPackage that nobody has open, and read their counts back; the number of rows by layer.

    Field types are those of each table's page. OutputError `output.not_written`, `output.count_differs`. Raises Cancelled.
    """
    total = sum(len(one) for one in tables.values()) or 1
    done, counts = 0, {}
    for name, table in tables.items():
        part = progress.part(done / total, (done + len(table)) / total)
        counts[name], _ = sinks.fill(path, name, "GPKG", path.exists(), [table], kind_of(table), [], part)
        done += len(table)
    source = ogr.Open(str(path))
    for name, count in counts.items():
        layer = source.GetLayerByName(name) if source is not None else None
        found = layer.GetFeatureCount() if layer is not None else -1
        if found != count:
            raise OutputError("output.count_differs", path=f"{path.name}: {name}", written=count, found=found)
    return counts


def kind_of(table: Table) -> str:
    """polygon, line, point or table: as the page has it, else by the shapes."""
    if table.geometry is None:
        return "table"
    page = table.layer.geometry if table.layer is not None else ""
    return page if page in ("polygon", "line", "point") else outcome.geometry_of(table)
