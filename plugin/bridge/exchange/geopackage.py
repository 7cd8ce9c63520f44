"""Layers as a GeoPackage in the dress of their standard: domains, labels, metadata, and a default style that every QGIS opens them with."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from osgeo import gdal, ogr
from qgis.core import QgsVectorLayer

from ...core.errors import OutputError
from ...core.exchange.domains import domain_of, entries, holder_of
from ...core.progress import Progress
from ...core.schema import Pack
from .. import batch as batches
from .. import sinks
from ..dress import dress
from .containers import add_domain, told
from .prepared import Ready, stored_kind
from .readback import compare, read_again

__all__ = ["export"]

_STYLE_NAME = 30  # characters that layer_styles has for it
_DOMAIN_TYPES = {"text": ogr.OFTString, "integer": ogr.OFTInteger64, "real": ogr.OFTReal}
# the table of the standard's extension "schema", as it is where no domain has made it yet
_DATA_COLUMNS = """CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
    description TEXT, mime_type TEXT, constraint_name TEXT,
    CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))"""
_EXTENSION = """INSERT INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope)
    SELECT ?, NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write'
    WHERE NOT EXISTS (SELECT 1 FROM gpkg_extensions WHERE table_name = ?)"""


def export(target: Path, layers: Sequence[Ready], packs: Mapping[str, Pack], language: str, batch: Any, progress: Progress) -> dict[str, int]:
    """Write the layers as a new GeoPackage staged in `batch`, dress them and read them back; rows by layer.

    Errors as `Batch.write`, and OutputError `container.differs`, `container.not_dressed`. Raises Cancelled.
    """
    batches.check(target)
    made = batch.stage(target) / target.name
    with told(made, strict=True):
        empty = gdal.GetDriverByName("GPKG").Create(str(made), 0, 0, 0, gdal.GDT_Unknown)
    if empty is None:
        raise OutputError("output.not_written", path=target.name, reason=gdal.GetLastErrorMsg())
    del empty
    counts, total, done = {}, sum(len(one.table) for one in layers) or 1, 0
    for one in layers:
        name, part = one.table.name, progress.part(0.6 * done / total, 0.6 * (done + len(one.table)) / total)
        goal = sinks.Target("file", f"{target}|layername={name}", target, name)
        counts[name], _ = batch.write(goal, [one.table], one.kind, [one.fields], part)
        done += len(one.table)
    with told(made, strict=True):
        wanted = _describe(made, layers, packs, language)
    _columns(made, layers, wanted)
    for at, one in enumerate(layers):
        _style(made, one, packs, language)
        progress.at(0.6 + 0.1 * (at + 1) / len(layers))
    _verify(made, layers, wanted, progress.part(0.7, 1.0))
    # a newer GDAL writes the metadata of the file a second time beside it
    made.with_name(f"{made.name}.aux.xml").unlink(missing_ok=True)
    return counts


def _describe(made: Path, layers: Sequence[Ready], packs: Mapping[str, Pack], language: str) -> dict[tuple[str, str], str]:
    """Domains, titles and metadata; the name of the domain of each field that has one, by layer and field."""
    source = gdal.OpenEx(str(made), gdal.OF_VECTOR | gdal.OF_UPDATE)
    source.StartTransaction()
    wanted: dict[tuple[str, str], str] = {}
    known: set[str] = set()
    held = {one.id: one for one in (holder_of(ready.page, packs) for ready in layers) if one is not None}
    source.SetMetadata({"LANGUAGE": language, **{f"PACK_{one.id}": f"{one.title(language)} · {one.edition}" for one in held.values()}})
    for ready in layers:
        layer, pack = source.GetLayerByName(ready.table.name), holder_of(ready.page, packs)
        if ready.page is None or pack is None:
            continue
        origin = f"{pack.title(language)} · {pack.edition} · {ready.page.source} ({ready.page.status})"
        layer.SetMetadata({"IDENTIFIER": f"{ready.page.title(language)} ({ready.table.name})", "DESCRIPTION": origin, **_rows_of_ours(ready, pack)})
        for name, entry in entries(ready.page, ready.table.fields).items():
            kind = stored_kind(ready.fields.field(name))
            domain = domain_of(entry, kind, pack, language)
            if domain is not None:
                if domain.name not in known:
                    add_domain(source, domain, _DOMAIN_TYPES[kind])
                    known.add(domain.name)
                wanted[(ready.table.name, name)] = domain.name
    source.CommitTransaction()
    source.FlushCache()
    return wanted


def _columns(made: Path, layers: Sequence[Ready], wanted: Mapping[tuple[str, str], str]) -> None:
    """Label and domain of each field, all in one step: GDAL 3.6 has none for labels, and one for every single domain."""
    rows = []
    for ready in layers:
        labels = {one.name(): one.alias() or one.name() for one in ready.fields if one.name().lower() != "fid"}
        for name, label in labels.items():
            if label != name or (ready.table.name, name) in wanted:
                rows.append((ready.table.name, name, label, wanted.get((ready.table.name, name))))
    with closing(sqlite3.connect(made)) as link, link:
        if rows:
            link.execute(_DATA_COLUMNS)
            for table in ("gpkg_data_columns", "gpkg_data_column_constraints"):
                if link.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                    link.execute(_EXTENSION, (table, table))
            link.executemany("INSERT OR REPLACE INTO gpkg_data_columns (table_name, column_name, title, constraint_name) VALUES (?, ?, ?, ?)", rows)


def _rows_of_ours(ready: Ready, pack: Pack) -> dict[str, str]:
    """The fields of the page that were not read in the published text, by status."""
    found: dict[str, list[str]] = {}
    for one in pack.not_standard():
        if ready.page is not None and one.page == f"fields/{ready.page.name}":
            found.setdefault(f"FIELDS_{one.status.upper()}", []).append(one.key)
    return {status: " ".join(names) for status, names in found.items()}


def _style(made: Path, ready: Ready, packs: Mapping[str, Pack], language: str) -> None:
    """Keep the dress of a layer in the file as its default style."""
    layer = QgsVectorLayer(f"{made}|layername={ready.table.name}", ready.table.name, "ogr", QgsVectorLayer.LayerOptions(False))
    pack = holder_of(ready.page, packs)
    shipped = {row["page"]: row["style"] for row in packs["exchange"].rule("layer_styles")}
    style = shipped.get(ready.page.name, "") if ready.page is not None and ready.kind == ready.page.geometry else ""
    dress(layer, ready.page, pack, language, style)
    failed = layer.saveStyleToDatabase(ready.table.name[:_STYLE_NAME], pack.edition if pack is not None else "", True, "")
    if failed and isinstance(failed, str):
        raise OutputError("output.not_written", path=f"{made.name}: layer_styles", reason=failed)


def _verify(made: Path, layers: Sequence[Ready], wanted: Mapping[tuple[str, str], str], progress: Progress) -> None:
    """Read the file back: every value and shape, and the domains of the fields."""
    with told(made, strict=True):
        source = gdal.OpenEx(str(made), gdal.OF_VECTOR | gdal.OF_READONLY)
        for (layer, field), domain in wanted.items():
            page = source.GetLayerByName(layer).GetLayerDefn()
            if page.GetFieldDefn(page.GetFieldIndex(field)).GetDomainName() != domain or source.GetFieldDomain(domain) is None:
                raise OutputError("container.not_dressed", layer=layer, field=field, domain=domain)
    del source
    for at, one in enumerate(layers):
        part = progress.part(at / len(layers), (at + 1) / len(layers))
        found = read_again(made, one.table.name, part)
        compare(one.table, found, [(name, name) for name in one.table.fields if name.lower() != "fid"], 0.0)
        progress.check()
