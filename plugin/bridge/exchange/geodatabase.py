"""Layers as a file geodatabase through GDAL: a feature dataset, labels and domains; read back before it takes its place."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from osgeo import gdal, ogr

from ...core.errors import LibraryError, OutputError
from ...core.exchange.domains import domain_of, entries, holder_of
from ...core.progress import Progress
from ...core.schema import Pack
from ...core.table import Table
from .. import folder_swap
from ..layers import to_multi
from .containers import add_domain, place, told
from .gdb_driver import DRIVER, obstacle
from .prepared import Ready, stored_kind
from .readback import compare, read_again

__all__ = ["Written", "export"]

_LOOK = 2048  # rows between two looks at the cancel button
_EXACT = 2**53  # whole numbers beyond it are not all held by a double
_KINDS = {"polygon": ogr.wkbMultiPolygon, "line": ogr.wkbMultiLineString, "point": ogr.wkbPoint, "table": ogr.wkbNone}
_TYPES = {"text": ogr.OFTString, "bool": ogr.OFTInteger, "date": ogr.OFTDateTime, "datetime": ogr.OFTDateTime, "real": ogr.OFTReal}


@dataclass
class Written:
    """Rows by layer; renamed: layer and field names that the format changed, as (old, new); outside: layers of another CRS than the dataset."""

    rows: dict[str, int] = field(default_factory=dict)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


def export(target: Path, layers: Sequence[Ready], packs: Mapping[str, Pack], language: str, batch: Any, progress: Progress) -> Written:
    """Write the layers as a new geodatabase staged in `batch`, and read it back; what was written.

    LibraryError `gdb.cannot_write`; OutputError `output.not_written`, `gdb.too_big`, `container.differs`, `container.not_dressed`. Raises Cancelled.
    """
    why = obstacle()
    if why:
        raise LibraryError(why[0], **why[1])
    folder_swap.check(target)
    made, rules = batch.stage(target) / target.name, packs["exchange"]
    done, names = Written(), []
    with told(made, strict=True):
        source = gdal.GetDriverByName(DRIVER).Create(str(made), 0, 0, 0, gdal.GDT_Unknown)
        if source is None:
            raise OutputError("output.not_written", path=target.name, reason=gdal.GetLastErrorMsg())
        home = next((one.table.crs for one in layers if one.kind != "table"), None)
        for at, one in enumerate(layers):
            one = _whole_numbers(one)
            dataset = rules.value("geodatabase", "feature_dataset") if one.kind != "table" and one.table.crs == home else ""
            if one.kind != "table" and not dataset:
                done.outside.append(one.table.name)
            layer, columns, key = _create(source, one, packs, language, dataset)
            names.append((layer.GetName(), columns))
            done.renamed += [(old, new) for old, new, _ in columns if old != new]
            done.renamed += [] if layer.GetName() == one.table.name else [(one.table.name, layer.GetName())]
            _fill(layer, one, key, [name for name, _, _ in columns], progress.part(0.6 * at / len(layers), 0.6 * (at + 1) / len(layers)))
            done.rows[layer.GetName()] = len(one.table)
            del layer
        source.FlushCache()
        del source
    for at, one in enumerate(layers):
        _verify(made, one.table, *names[at], rules, progress.part(0.6 + 0.4 * at / len(layers), 0.6 + 0.4 * (at + 1) / len(layers)))
    return done


def _whole_numbers(ready: Ready) -> Ready:
    """OutputError `gdb.too_big` where a whole number is one that the format cannot hold."""
    for name in ready.table.fields:
        column = ready.table.rows[name]
        if pd.api.types.is_integer_dtype(column) and (column.dropna().abs() > _EXACT).any():
            raise OutputError("gdb.too_big", layer=ready.table.name, field=name, value=int(column.dropna().abs().max()))
    return ready


def _key_of(table: Table) -> str:
    """The column that is the key of a table read from a database: it becomes the object id. "" where there is none that can."""
    for name in table.fields:
        column = table.rows[name]
        if name.lower() in ("fid", "objectid") and pd.api.types.is_integer_dtype(column) and len(column) and column.notna().all():
            dense = column.min() > 0 and column.max() <= 10 * len(column) + 1000
            return name if dense and column.is_unique else ""
    return ""


def _create(source: Any, ready: Ready, packs: Mapping[str, Pack], language: str, dataset: str) -> tuple[Any, list[tuple[str, str, str]], str]:
    """An empty layer; its columns as (name in the table, name in the layer, domain), and the column that becomes the object id."""
    table, pack = ready.table, holder_of(ready.page, packs)
    key = _key_of(table)
    taken = {name.upper() for name in table.fields if name != key}
    options = [f"FID={_free('OBJECTID', taken)}"]
    options += [f"GEOMETRY_NAME={_free('SHAPE', taken)}"] if ready.kind != "table" else []
    options += [f"FEATURE_DATASET={dataset}"] if dataset else []
    options += [f"LAYER_ALIAS={ready.page.title(language)}"] if ready.page is not None else []
    layer = source.CreateLayer(table.name, place(table.crs) if ready.kind != "table" else None, _shape_type(ready), options)
    if layer is None:
        raise OutputError("output.not_written", path=table.name, reason=gdal.GetLastErrorMsg())
    known, columns = entries(ready.page, table.fields), []
    for name in table.fields:
        if name == key:
            continue
        kind = _stored(ready, name)
        made = ogr.FieldDefn(name, _TYPES.get(kind, ogr.OFTInteger))
        if kind == "text":
            made.SetWidth(_width(table.rows[name], ready.fields.field(name).length()))
        made.SetAlternativeName(ready.fields.field(name).alias())
        domain = domain_of(known[name], kind, pack, language) if name in known and pack is not None else None
        if domain is not None:
            if domain.name not in (source.GetFieldDomainNames() or []):
                add_domain(source, domain, made.GetType())
            made.SetDomainName(domain.name)
        if layer.CreateField(made) != 0:
            raise OutputError("output.not_written", path=f"{table.name}.{name}", reason=gdal.GetLastErrorMsg())
        there = layer.GetLayerDefn().GetFieldDefn(len(columns)).GetName()
        columns.append((name, there, domain.name if domain is not None else ""))
    return layer, columns, key


def _shape_type(ready: Ready) -> int:
    several = ready.kind == "point" and (shapely.get_type_id(ready.table.shapes) == 4).any()
    return int(ogr.wkbMultiPoint if several else _KINDS[ready.kind])


def _stored(ready: Ready, name: str) -> str:
    """text, integer (of 32 bits), real, bool, date or datetime: what holds the values of a column."""
    kind = stored_kind(ready.fields.field(name))
    if kind == "integer":
        column = ready.table.rows[name].dropna()
        return "integer" if not len(column) or (column.abs() < 2**31).all() else "real"
    return kind


def _width(column: pd.Series[Any], stated: int) -> int:
    """As wide as stated, wider where a text needs it, so that nothing is cut; 0 = as wide as the format goes."""
    longest = max((len(value) for value in column if isinstance(value, str)), default=0)
    return max(stated, longest) if stated > 0 else 0


def _free(name: str, taken: set[str]) -> str:
    number, made = 1, name
    while made.upper() in taken:
        made, number = f"{name}_{number}", number + 1
    return made


def _fill(layer: Any, ready: Ready, key: str, names: Sequence[str], progress: Progress) -> None:
    table, page = ready.table, layer.GetLayerDefn()
    puts = [_putter(at, _stored(ready, name)) for at, name in enumerate(names)]
    columns = [table.rows[name].tolist() for name in names]
    ids = table.rows[key].tolist() if key else None
    shapes = None
    if table.geometry is not None and ready.kind != "table":
        several = _shape_type(ready) == ogr.wkbMultiPoint
        kept = np.where(shapely.is_empty(table.shapes), None, table.shapes)
        shapes = shapely.to_wkb(to_multi(kept, ready.kind))
    for row in range(len(table)):
        if row % _LOOK == 0:
            progress.at(row / len(table))
        feature = ogr.Feature(page)
        if ids is not None:
            feature.SetFID(int(ids[row]))
        for put, column in zip(puts, columns):
            value = column[row]
            if value is not None and value is not pd.NA and value == value:
                put(feature, value)
        if shapes is not None and shapes[row] is not None:
            shape = ogr.CreateGeometryFromWkb(shapes[row])
            feature.SetGeometry(ogr.ForceToMultiPoint(shape) if several else shape)
        if layer.CreateFeature(feature) != 0:
            raise OutputError("output.not_written", path=f"{table.name} ({row + 1})", reason=gdal.GetLastErrorMsg())


def _putter(at: int, kind: str) -> Callable[[Any, Any], None]:
    """How a value gets into field number `at` of a feature."""
    if kind in ("date", "datetime"):
        return lambda feature, value: _put_time(feature, at, value)
    cast = {"integer": int, "bool": int, "real": float}.get(kind, str)
    return lambda feature, value: feature.SetField(at, cast(value))


def _put_time(feature: Any, at: int, value: datetime.date) -> None:
    clock = (value.hour, value.minute, value.second + value.microsecond / 1e6) if isinstance(value, datetime.datetime) else (0, 0, 0.0)
    feature.SetField(at, value.year, value.month, value.day, *clock, 0)


def _verify(made: Path, table: Table, name: str, columns: Sequence[tuple[str, str, str]], rules: Pack, progress: Progress) -> None:
    """Read a layer back: rows, every value, areas within the step of its coordinates, domains."""
    with told(made, strict=True):
        source = gdal.OpenEx(str(made), gdal.OF_VECTOR | gdal.OF_READONLY)
        page = source.GetLayerByName(name).GetLayerDefn()
        for _, there, domain in columns:
            if domain and page.GetFieldDefn(page.GetFieldIndex(there)).GetDomainName() != domain:
                raise OutputError("container.not_dressed", layer=name, field=there, domain=domain)
        del page, source
    crs = place(table.crs)
    step = rules.number("geodatabase", "degree_step" if crs is not None and crs.IsGeographic() else "coordinate_step")
    compare(table, read_again(made, name, progress), [(old, new) for old, new, _ in columns], step)
