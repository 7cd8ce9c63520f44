"""The sample county as files: GeoPackage, rasters, answer key and manifest, put in place together."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.progress import SILENT, Progress
from ..core.schema import Pack
from ..core.table import Table
from . import manifest, packages, rasters

if TYPE_CHECKING:
    from ..core.sample.county import Made

__all__ = ["check", "write"]


def check(text: str) -> packages.Place:
    """Where the county goes; OutputError before the work where it is clear already that nothing can be written there."""
    place = packages.place_of(text, "qinglan")
    with packages.staged_package(place, dry=True):
        return place


def write(
    place: packages.Place, made: Made, parameters: Mapping[str, Any], packs: Mapping[str, Pack], progress: Progress = SILENT
) -> dict[str, int]:
    """Write the county; the number of rows by layer. OutputError as `packages.staged_package`; after a stop nothing is left. Raises Cancelled."""
    from ..core.sample import county
    from ..core.sample.scene import CRS

    with packages.staged_package(place) as stage:
        counts = packages.write_layers(stage.geopackage, made.tables, progress.part(0.0, 0.7))
        grid, fields = county.grids(made.ground)
        about = {row["key"]: row for row in packs["sample"].rule("rasters")}
        files = rasters.write_grids(stage.folder / "rasters", grid, fields, about, CRS, progress.part(0.75, 0.95))
        outputs = {stage.geopackage.stem: stage.geopackage, **{one.stem: one for one in files}}
        if made.key is not None:
            outputs["FAULTS"] = _write_key(stage.folder / "fault_key.csv", made.key)
        used = [packs[name] for name in ("survey", "registration", "sample")]
        told = manifest.Manifest("shanshui:sample_county", parameters=parameters, packs=used, counts=counts, outputs=outputs)
        manifest.write_manifest(stage.folder / "manifest.json", told)
        progress.at(1.0)
    return counts


def _write_key(path: Path, key: Table) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(key.fields)
        writer.writerows(key.rows.where(key.rows.notna(), "").to_numpy(dtype=object).tolist())
    return path
