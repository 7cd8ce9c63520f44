"""Shapefiles, .dbf and .csv tables of old encodings, opened with the encoding found out and said."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from osgeo import gdal, ogr
from qgis.core import QgsCoordinateReferenceSystem

from ...core.errors import InputError
from ...core.exchange import dbf, legacy
from ...core.exchange.encodings import guess
from ...core.exchange.zones import datum_named
from ...core.finding import Finding
from ...core.progress import Progress
from ...core.schema import Pack
from ...core.table import Table
from ..crs_text import crs_text

__all__ = ["Opened", "opened"]

Array = np.ndarray[Any, Any]

_ENDINGS = (".shp", ".dbf", ".csv", ".txt")
_PYTHON_NAME = {"utf8": "utf-8", "gb18030": "gb18030", "gbk": "gbk", "auto": ""}
_OLD = ("xian80", "beijing54")
_PAGE = re.compile(r"(?:ansi|cp|windows-?|oem)?[ _-]?(\d{3,5})$", re.IGNORECASE)
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_EVERY = 4096


@dataclass(frozen=True)
class Opened:
    """A file as read: its table, how its encoding was found, and what is wrong with it."""

    table: Table
    chosen: legacy.Chosen
    findings: list[Finding]


def opened(path: Path, encoding: str, pack: Pack, progress: Progress) -> Opened:
    """A .shp, .dbf or .csv file; encoding: auto, utf8, gb18030 or gbk; pack: the one that names datums.

    InputError `input.no_file`, `input.unreadable`, `legacy.unknown_kind`, `legacy.not_dbf`, `legacy.no_table`, `legacy.rows_differ`.
    Raises Cancelled.
    """
    if not path.is_file():
        raise InputError("input.no_file", path=str(path))
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise InputError("legacy.unknown_kind", path=str(path), known=" ".join(_ENDINGS))
    given = _PYTHON_NAME[encoding]
    try:
        found = _csv(path, given) if ending in (".csv", ".txt") else _dbf(path, given, progress)
        return _with_shapes(found, path, pack, progress) if ending == ".shp" else found
    except OSError as failure:
        raise InputError("input.unreadable", path=str(path), reason=failure.strerror or type(failure).__name__) from failure


def _beside(path: Path, ending: str) -> Path | None:
    """The file of the same stem with an ending in any case of letters."""
    return next((one for one in path.parent.iterdir() if one.stem.lower() == path.stem.lower() and one.suffix.lower() == ending), None)


def _dbf(path: Path, given: str, progress: Progress) -> Opened:
    place = path if path.suffix.lower() == ".dbf" else _beside(path, ".dbf")
    if place is None:
        raise InputError("legacy.no_table", path=str(path))
    table = dbf.parsed(place.read_bytes(), str(place))
    progress.at(0.2)
    kept = ~table.deleted
    words = [cells for one, cells in zip(table.fields, table.cells) if one.kind == "C"]
    chosen = legacy.chosen(words, [one.name for one in table.fields], given, _said(path, table.language))
    name, findings = path.stem, _told(chosen, path.stem)
    names = _names([one.name.decode(chosen.encoding, "replace") for one in table.fields])
    columns: dict[str, Any] = {}
    for number, (field, column, cells) in enumerate(zip(table.fields, names, table.cells)):
        progress.at(0.2 + 0.5 * number / len(names))
        if field.kind in ("N", "F", "D", "L"):
            columns[column] = _plain(field, cells[kept])
            continue
        columns[column], told = legacy.text_column(cells[kept], chosen.encoding, name, column)
        findings += [*told, *legacy.looked_at(pd.Series(columns[column], name=column), name)]
    return Opened(Table(pd.DataFrame(columns, index=pd.RangeIndex(int(kept.sum()))), None, None, name), chosen, findings)


def _said(path: Path, language: int) -> str:
    """The encoding that the .cpg names, else the head; "" for none or one that Python does not know."""
    page = _beside(path, ".cpg")
    if page is not None:
        text = page.read_text(encoding="latin-1").strip().lstrip("\xef\xbb\xbf")
        number = _PAGE.fullmatch(text)
        return _known({"65001": "utf-8", "936": "gbk", "54936": "gb18030"}.get(number[1], f"cp{number[1]}") if number else text)
    return dbf.LANGUAGES.get(language, "")


def _known(name: str) -> str:
    import codecs

    for one in (name, name.replace("cp8859", "iso-8859-")):
        try:
            return codecs.lookup(one).name
        except LookupError:
            continue
    return ""


def _told(chosen: legacy.Chosen, name: str) -> list[Finding]:
    """A finding where the file says another encoding than its bytes show, and one where the guess is weak."""
    facts = {"layer": name, "encoding": chosen.encoding, "was": chosen.said, "should": chosen.encoding, "certainty": f"{100 * chosen.certainty:.0f}"}
    if chosen.how == "against":
        return [Finding("legacy.said_wrong", "warning", name, facts=facts)]
    if chosen.how == "guessed" and chosen.certainty < 0.8:
        return [Finding("legacy.unsure", "warning", name, facts={**facts, "sample": chosen.sample})]
    return []


def _plain(field: dbf.DbfField, cells: Array) -> Any:
    """Numbers, dates and yes or no of a .dbf; None where nothing stands or it cannot be read."""
    texts = [one.strip(b" *\0").decode("latin-1") for one in cells.tolist()]
    if field.kind == "L":
        return pd.array([None if one in ("", "?") else one in "YyTt" for one in texts], dtype="boolean")
    if field.kind == "D":
        dates = pd.to_datetime(pd.Series(texts, dtype=object), format="%Y%m%d", errors="coerce")
        found = np.empty(len(texts), dtype=object)
        found[:] = [None if value is pd.NaT else value.date() for value in dates]
        return found
    if field.decimals or field.kind == "F" or any("." in one or "e" in one.lower() for one in texts):
        return np.array([_real(one) for one in texts])  # pandas' own reader is a last digit off at times
    return pd.array([_whole(one) for one in texts], dtype="Int64")


def _real(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _whole(text: str) -> int | None:
    try:
        value = int(text)
    except ValueError:
        return None
    return value if -(2**63) <= value < 2**63 else None


def _names(names: Sequence[str]) -> list[str]:
    """Names of columns, none empty, no two alike in any case of letters."""
    found: list[str] = []
    for number, one in enumerate(names, 1):
        name, again = one.strip() or f"F{number}", 1
        plain = name
        while name.lower() in {other.lower() for other in found}:
            again += 1
            name = f"{plain}_{again}"
        found.append(name)
    return found


def _csv(path: Path, given: str) -> Opened:
    raw = path.read_bytes()
    found = guess(raw)
    encoding = given or found.encoding
    chosen = legacy.Chosen(encoding, "given" if given else "guessed", 1.0 if given else found.certainty, found.sample)
    text = raw.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
    first = text.partition("\n")[0]
    mark = max(",\t;|", key=first.count)
    rows = [one for one in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if one]
    names = _names(rows[0] if rows else [])
    name, findings = path.stem, _told(chosen, path.stem)
    if not names:
        raise InputError("legacy.no_table", path=str(path))
    body = []
    for number, row in enumerate(rows[1:], 1):
        if len(row) != len(names):
            facts = {"layer": name, "row": number, "was": len(row), "should": len(names)}
            findings.append(Finding("legacy.torn_row", "error", name, str(number), facts=facts))
        last = len(names) - 1
        body.append([*row, *[""] * (len(names) - len(row))] if len(row) <= len(names) else [*row[:last], mark.join(row[last:])])
    columns = {}
    for at, column in enumerate(names):
        values = [row[at] or None for row in body]
        findings += _lost(values, name, column, encoding)
        findings += legacy.looked_at(pd.Series(values, name=column, dtype=object), name)
        columns[column] = _numbers(values)
    return Opened(Table(pd.DataFrame(columns, index=pd.RangeIndex(len(body))), None, None, name), chosen, findings)


def _lost(values: Sequence[str | None], layer: str, field: str, encoding: str) -> list[Finding]:
    at = [row for row, one in enumerate(values, 1) if one and "\ufffd" in one]
    return [
        Finding("legacy.garbled", "error", layer, str(row), field, {
            "layer": layer, "field": field, "row": row, "was": values[row - 1], "should": None, "encoding": encoding,
        }) for row in at
    ]  # fmt: skip


def _numbers(values: list[str | None]) -> Any:
    """Numbers where all are plain ones and some have decimals; whole numbers may be codes and stay text."""
    known = [one for one in values if one is not None]
    if any("." in one for one in known) and all(_DECIMAL.fullmatch(one) for one in known):
        return np.array([np.nan if one is None else float(one) for one in values])
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _with_shapes(found: Opened, path: Path, pack: Pack, progress: Progress) -> Opened:
    """The rows with their shapes and CRS, as OGR reads them."""
    # field names are bytes of any encoding; in this one all can be handed back to OGR
    source = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_READONLY, open_options=["ENCODING=ISO-8859-1"])
    layer = None if source is None else source.GetLayer(0)
    if layer is None:
        raise InputError("input.unreadable", path=str(path), reason=gdal.GetLastErrorMsg() or "OGR")
    layer.SetIgnoredFields([layer.GetLayerDefn().GetFieldDefn(at).GetName() for at in range(layer.GetLayerDefn().GetFieldCount())])
    raw: list[bytes | None] = []
    for row, feature in enumerate(layer):
        if row % _EVERY == 0:
            progress.at(0.7 + 0.3 * row / max(len(found.table), 1))
        shape = feature.GetGeometryRef()
        raw.append(None if shape is None else bytes(shape.ExportToWkb(ogr.wkbNDR)))
    if len(raw) != len(found.table):
        raise InputError("legacy.rows_differ", path=str(path), shapes=len(raw), rows=len(found.table))
    reference, name = layer.GetSpatialRef(), found.table.name
    crs, findings = None, list(found.findings)
    if reference is None:
        findings.append(Finding("legacy.no_crs", "warning", name, facts={"layer": name}))
    else:
        crs = crs_text(QgsCoordinateReferenceSystem.fromWkt(reference.ExportToWkt()))
        title = reference.GetName() or "—"
        datum = datum_named(f"{title} {reference.GetAttrValue('DATUM') or ''}", pack)
        if datum in _OLD:
            facts = {"layer": name, "crs": title, "datum": pack.value("datums", datum, "spheroid")}
            findings.append(Finding("legacy.old_datum", "warning", name, facts=facts))
    shapes = shapely.from_wkb(np.array(raw, dtype=object))
    return Opened(Table(found.table.rows, shapely.force_2d(shapes), crs, name), found.chosen, findings)
