"""Features become a Table, and a Table becomes fields and features, in bulk by WKB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from qgis.core import (
    NULL,
    QgsFeature,
    QgsFeatureRequest,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingFeatureSource,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QTime, QVariant

from ..core import rejected
from ..core.empty_rings import without_empty_holes
from ..core.errors import InputError
from ..core.progress import SILENT, Progress
from ..core.table import Table
from . import fast_read
from .crs_text import crs_text
from .judged import Judged

__all__ = [
    "SAMPLE_KINDS", "Reading", "features", "fields_of", "make_field", "normalise", "read", "to_multi", "without_aliases", "wkb_type",
]

DIMENSION = {"point": 0, "line": 1, "polygon": 2}
SAMPLE_KINDS = tuple(DIMENSION)
_SINGLE, _MULTI = {"point": 0, "line": 1, "polygon": 3}, {"point": 4, "line": 5, "polygon": 6}
_PLAIN = 6  # the highest WKB type that is a plain shape: MultiPolygon
_CHECK_EVERY = 4096


@dataclass
class Reading:
    """A source as it was read: the table, its QGIS fields, feature ids, what was set aside and how many were mended.

    curved: positions of the rows read whose shapes had arcs; they are straight in the table.
    """

    table: Table
    fields: QgsFields
    ids: np.ndarray[Any, Any]
    rejected: Table
    repaired: int = 0
    seen: int = 0
    path: str = ""
    layer: str = ""
    reasons: dict[str, int] = field(default_factory=dict)
    curved: tuple[int, ...] = ()


def make_field(name: str, kind: str, length: int = 0, decimals: int = 0) -> QgsField:
    """A QgsField on every QGIS from 3.22; kind is text, integer, real, date, datetime, bool or path.

    QMetaType is what newer versions ask for, QVariant what 3.22 takes.
    """
    words = {"text": "QString", "path": "QString", "integer": "LongLong", "real": "Double", "date": "QDate", "datetime": "QDateTime", "bool": "Bool"}
    old = {"QString": "String", "LongLong": "LongLong", "Double": "Double", "QDate": "Date", "QDateTime": "DateTime", "Bool": "Bool"}
    word = words[kind]
    try:
        from qgis.PyQt.QtCore import QMetaType

        return QgsField(name, getattr(QMetaType.Type, word), "", length, decimals)
    except (ImportError, AttributeError, TypeError):
        return QgsField(name, getattr(QVariant.Type, old[word]), "", length, decimals)


def read(source: Any, name: str, kind: str, invalid: str, progress: Progress = SILENT, place: Any = None) -> Reading:
    """Read a QgsFeatureSource or vector layer into a Table, its geometry normalised for `kind`.

    place: the Origin of the features, so that a plain file layer is read in bulk.
    kind: polygon, line, point, any or table. invalid: repair, reject or stop (the user's *Invalid features* setting), or keep: rows stay
    whatever their shapes, for work on attributes.
    Selection, filters and edit buffers are the source's own. InputError `input.invalid_geometry` on stop.
    """
    fields = source.fields()
    crs = crs_text(source.sourceCrs()) if hasattr(source, "sourceCrs") else crs_text(source.crs())
    bulk = fast_read.read(place.path, place.layer, fields, kind != "table", progress) if place is not None and place.plain else None
    if bulk is not None:
        whole = Reading(Table(bulk.rows, bulk.shapes, crs, name), fields, bulk.ids, rejected.gather([], crs), seen=len(bulk.ids))
        return whole if kind == "table" else normalise(whole, kind, invalid, bulk.valid)
    request = QgsFeatureRequest().setInvalidGeometryCheck(QgsFeatureRequest.InvalidGeometryCheck.GeometryNoCheck)
    if kind == "table":
        request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    count = max(int(source.featureCount()), 1)
    ids: list[int] = []
    wkb: list[Any] = []
    bent: list[int] = []
    columns: list[list[Any]] = []
    for number, feature in enumerate(_every(source, request)):
        if number % _CHECK_EVERY == 0:
            progress.at(0.7 * number / count)
        ids.append(feature.id())
        columns.append(feature.attributes())
        if kind != "table":
            wkb.append(_wkb(feature.geometry()))
            bent += [number] if _has_arcs(feature.geometry()) else []
    rows = _frame(columns, fields)
    keys = np.array(ids, dtype=np.int64)
    if kind == "table":
        return Reading(Table(rows, None, crs, name), fields, keys, rejected.gather([], crs), seen=len(keys))
    shapes, valid = _shapes(wkb, progress)
    whole = Reading(Table(rows, shapes, crs, name), fields, keys, rejected.gather([], crs), seen=len(keys))
    return replace(normalise(whole, kind, invalid, valid), curved=tuple(bent))


def _every(source: Any, request: QgsFeatureRequest) -> Any:
    """All features of a source, invalid ones too: a Processing source would leave them out or stop before we can say why."""
    if isinstance(source, QgsProcessingFeatureSource):
        return source.getFeatures(request, QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks)
    return source.getFeatures(request)


def _shapes(wkb: list[Any], progress: Progress) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Shapes of WKB and which of them are valid, both cores at work, a stop seen between batches."""
    with Judged() as judged:
        for part in progress.part(0.7, 0.9).chunks(len(wkb), _CHECK_EVERY):
            judged.add(shapely.from_wkb(np.array(wkb[part], dtype=object), on_invalid="ignore"))
        return judged.gathered(progress)


def normalise(reading: Reading, kind: str, invalid: str, valid: np.ndarray[Any, Any] | None = None) -> Reading:
    """The reading with straight, 2-D, finite, valid shapes of `kind`; what cannot be is set aside with its reason.

    valid: which shapes are known to be valid or not, where that was asked while reading.
    """
    table = reading.table
    raised = (shapely.get_coordinate_dimension(table.shapes) > 2).any()
    shapes = without_empty_holes(shapely.force_2d(table.shapes) if raised else table.shapes.copy())
    reasons = np.full(len(table), "", dtype=object)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if invalid != "keep":
        reasons[missing] = "geometry.missing"
        reasons[~missing & ~np.isfinite(shapely.bounds(shapes)).all(axis=1)] = "geometry.not_finite"
    good = reasons == ""
    if kind in DIMENSION:
        wrong = good & ~missing & (shapely.get_dimensions(shapes) != DIMENSION[kind])
        reasons[wrong] = "geometry.wrong_kind"
        good &= ~wrong
    repaired = 0
    if kind in ("polygon", "any") and invalid != "keep":
        broken = np.zeros(len(table), dtype=bool)
        broken[good] = ~(shapely.is_valid(shapes[good]) if valid is None else valid[good])
        repaired = _mend(table, shapes, reasons, broken, invalid)
        good = reasons == ""
    if kind in DIMENSION:
        shapes = _only(shapes, kind, good)
    if good.all():
        return Reading(
            Table(table.rows, shapes, table.crs, table.name), reading.fields, reading.ids, rejected.gather([], table.crs), repaired, reading.seen,
            reading.path, reading.layer,
        )  # fmt: skip
    whole = Table(table.rows, np.where(good, shapes, table.shapes), table.crs, table.name)
    aside = [rejected.reject(whole, reasons == reason, reason) for reason in sorted(set(reasons[~good]))]
    counted = {str(reason): int((reasons == reason).sum()) for reason in sorted(set(reasons[~good]))}
    set_aside = rejected.gather(aside, table.crs)
    return Reading(
        whole.take(good), reading.fields, reading.ids[good], set_aside, repaired, reading.seen, reading.path, reading.layer, counted
    )


def _mend(table: Table, shapes: np.ndarray[Any, Any], reasons: np.ndarray[Any, Any], broken: np.ndarray[Any, Any], invalid: str) -> int:
    at = np.flatnonzero(broken)
    if not len(at):
        return 0
    if invalid == "stop":
        why = str(shapely.is_valid_reason(shapes[at[0]]))
        raise InputError("input.invalid_geometry", layer=table.name, feature=int(at[0]) + 1, reason=why, count=len(at))
    if invalid == "reject":
        reasons[at] = "geometry.invalid"
        return 0
    mended = shapely.make_valid(shapes[at], method="structure", keep_collapsed=False)
    lost = shapely.is_empty(mended) | (shapely.get_dimensions(mended) != shapely.get_dimensions(shapes[at]))
    reasons[at[lost]] = "geometry.collapsed"
    shapes[at[~lost]] = mended[~lost]
    return int((~lost).sum())


def _only(shapes: np.ndarray[Any, Any], kind: str, good: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    mixed = np.flatnonzero(good & (shapely.get_type_id(shapes) == 7))
    for at in mixed:
        parts = shapely.get_parts(shapes[at])
        parts = shapely.get_parts(parts)
        kept = parts[shapely.get_dimensions(parts) == DIMENSION[kind]]
        shapes[at] = shapely.union_all(kept) if kind == "polygon" else shapely.multilinestrings(kept) if kind == "line" else shapely.multipoints(kept)
    return shapes


def _wkb(geometry: QgsGeometry) -> bytes | None:
    """WKB that GEOS reads: curves straightened (a CurvePolygon may be one by its type alone), faces of a surface as polygons.

    The shape itself is asked and not its layer, which may say less than the truth.
    """
    if geometry.isNull():
        return None
    raw = bytes(geometry.asWkb().data())
    if _flat_type(raw) <= _PLAIN:
        return raw
    raw = bytes(geometry.constGet().segmentize().asWkb().data())
    if _flat_type(raw) <= _PLAIN + 1:
        return raw
    faces = geometry.coerceToType(QgsWkbTypes.Type.MultiPolygon)
    return bytes(faces[0].asWkb().data()) if len(faces) == 1 else None


def _flat_type(wkb: bytes) -> int:
    return int.from_bytes(wkb[1:5], "little") % 0x80000000 % 1000


def _has_arcs(geometry: QgsGeometry) -> bool:
    return QgsWkbTypes.isCurvedType(geometry.wkbType()) and bool(geometry.constGet().hasCurvedSegments())


def _frame(records: list[list[Any]], fields: QgsFields) -> pd.DataFrame:
    listed = list(zip(*records)) if records else [()] * len(fields)
    data = {field.name(): _column(values, field) for field, values in zip(fields, listed)}
    return pd.DataFrame(data, index=pd.RangeIndex(len(records)))


def _column(values: tuple[Any, ...], field: QgsField) -> Any:
    clean = [None if value is None or value.__class__ is QVariant or value == NULL else value for value in values]
    name = field.typeName().lower()
    present = next((value for value in clean if value is not None), None)
    if isinstance(present, bool):
        return pd.array(clean, dtype="boolean")
    if isinstance(present, int):
        whole = None not in clean
        return np.array(clean, dtype=np.int64) if whole else pd.array(clean, dtype="Int64")
    if isinstance(present, float) or (present is None and field.isNumeric() and not name.startswith("int")):
        return np.array([np.nan if value is None else value for value in clean], dtype=float)
    if isinstance(present, QDateTime):
        clean = [None if value is None or not value.isValid() else value.toPyDateTime() for value in clean]
    elif isinstance(present, QDate):
        clean = [None if value is None or not value.isValid() else value.toPyDate() for value in clean]
    elif isinstance(present, QTime):
        clean = [None if value is None else value.toString("HH:mm:ss") for value in clean]
    elif present is None and field.isNumeric():
        return pd.array(clean, dtype="Int64")
    out = np.empty(len(clean), dtype=object)
    out[:] = clean
    return out


def wkb_type(kind: str) -> Any:
    """The WKB type of a sink: MultiPolygon, MultiLineString, Point, or NoGeometry for table."""
    types = QgsWkbTypes.Type
    return {"polygon": types.MultiPolygon, "line": types.MultiLineString, "point": types.Point, "table": types.NoGeometry, "any": types.Unknown}[kind]


def fields_of(table: Table, known: list[QgsFields]) -> QgsFields:
    """The QGIS fields of a table: from its schema page, else as the source had them, else from the data."""
    page = {one.name: one for one in table.layer.fields} if table.layer is not None else {}
    fields = QgsFields()
    for name in table.fields:
        column = table.rows[name]
        if name in page:
            entry = page[name]
            made = make_field(name, entry.type, int(entry.length or 0), int(entry.decimals or 0))
            made.setAlias(entry.label_zh)
        else:
            made = _as_source(name, column, known) or make_field(name, _kind(column))
        fields.append(made)
    return fields


def without_aliases(fields: QgsFields) -> QgsFields:
    """The same fields for a scratch layer, of which QGIS says twice a field that it holds no aliases; it is dressed with them when loaded."""
    bare = QgsFields()
    for one in fields:
        copy = QgsField(one)
        copy.setAlias("")
        copy.setComment("")
        bare.append(copy)
    return bare


def _kind(column: pd.Series[Any]) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "bool"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    if pd.api.types.is_numeric_dtype(column):
        return "real"
    present = next((value for value in column if value is not None and value == value), None)
    word = type(present).__name__
    return {"datetime": "datetime", "Timestamp": "datetime", "date": "date", "bool": "bool", "int": "integer", "float": "real"}.get(word, "text")


def _as_source(name: str, column: pd.Series[Any], known: list[QgsFields]) -> QgsField | None:
    stem, _, tail = name.rpartition("_")
    base = stem if tail.isdigit() and stem else name
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    for candidate in (name, base):
        # a numbered name is the later layer's: X_2 beside X has the type of the second X
        for fields in known if candidate == name else reversed(known):
            at = fields.indexOf(candidate)
            if at >= 0 and (not column.notna().any() or fields.at(at).isNumeric() == numeric):
                made = QgsField(fields.at(at))
                made.setName(name)
                return made
    return None


def to_multi(shapes: np.ndarray[Any, Any], kind: str) -> np.ndarray[Any, Any]:
    """The same shapes with single polygons and lines made multi, as the sink wants them."""
    if kind not in ("polygon", "line"):
        return shapes
    single = np.flatnonzero(shapely.get_type_id(shapes) == (_SINGLE[kind]))
    if not len(single):
        return shapes
    out = shapes.copy()
    build = shapely.multipolygons if kind == "polygon" else shapely.multilinestrings
    out[single] = build(shapes[single], indices=np.arange(len(single)))
    return out


def features(table: Table, fields: QgsFields, kind: str, progress: Progress = SILENT) -> Iterator[QgsFeature]:
    """The rows of a table as features with `fields`, missing values as NULL."""
    columns = [_values(table.rows[field.name()]) for field in fields]
    records = zip(*columns) if columns else iter([()] * len(table))
    wkb = None if kind == "table" or table.geometry is None else shapely.to_wkb(to_multi(table.geometry, kind))
    count = max(len(table), 1)
    for number, record in enumerate(records):
        if number % _CHECK_EVERY == 0:
            progress.at(number / count)
        feature = QgsFeature(fields)
        feature.setAttributes(list(record))
        if wkb is not None and wkb[number] is not None:
            geometry = QgsGeometry()
            geometry.fromWkb(wkb[number])
            feature.setGeometry(geometry)
        yield feature


def _values(column: pd.Series[Any]) -> list[Any]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return [NULL if pd.isna(value) else QDateTime(value.to_pydatetime()) for value in column]
    gone = column.isna().to_numpy()
    values = column.tolist() if column.dtype == object else column.astype(object).tolist()
    first = next((value for value, absent in zip(values, gone) if not absent), None)
    if type(first).__name__ == "date":
        values = [value if absent else QDate(value.year, value.month, value.day) for value, absent in zip(values, gone)]
    elif isinstance(first, np.generic):
        values = [value.item() if isinstance(value, np.generic) else value for value in values]
    if gone.any():
        for at in np.flatnonzero(gone):
            values[at] = NULL
    return values
