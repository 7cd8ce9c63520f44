"""Plain file layers read in bulk by OGR's Arrow stream; what comes out is what layers.read gives, or None where that is not certain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from osgeo import gdal, ogr
from qgis.core import QgsFields

from ..core.progress import SILENT, Progress
from .judged import Judged
from .memory import give_back

__all__ = ["Bulk", "read"]

_BATCH = 10_000
_WORDS = 50_000  # texts remembered so that equal ones are one string
# field types whose values are certain to come out as QGIS gives them: (type, subtypes)
_SURE = {
    ogr.OFTString: (ogr.OFSTNone,),
    ogr.OFTInteger: (ogr.OFSTNone, ogr.OFSTBoolean, ogr.OFSTInt16),
    ogr.OFTInteger64: (ogr.OFSTNone,),
    ogr.OFTReal: (ogr.OFSTNone, ogr.OFSTFloat32),
    ogr.OFTDate: (ogr.OFSTNone,),
}


class Bulk:
    """A layer as read: feature ids, rows, shapes and which of them are valid (None without geometry)."""

    def __init__(self, ids: np.ndarray[Any, Any], rows: pd.DataFrame, shapes: Any, valid: Any) -> None:
        self.ids, self.rows, self.shapes, self.valid = ids, rows, shapes, valid


def read(path: str, layer: str, fields: QgsFields, with_geometry: bool, progress: Progress = SILENT) -> Bulk | None:
    """The layer of a GeoPackage, fields as `fields` has them; None where it must be read feature by feature.

    Asked for: a GDAL with Arrow streams (3.6), a table with a key, fields of plain types, straight geometry. Raises Cancelled.
    """
    if not hasattr(ogr.Layer, "GetArrowStreamAsNumPy"):
        return None
    try:
        source = gdal.OpenEx(path, gdal.OF_VECTOR | gdal.OF_READONLY, allowed_drivers=["GPKG"])
    except RuntimeError:  # a file of another kind, where somebody in this process has switched GDAL's exceptions on (qgis_process has)
        return None
    found = None if source is None else source.GetLayerByName(layer) if layer else source.GetLayer(0)
    if found is None or not _sure(found, fields, with_geometry):
        return None
    try:
        return _stream(found, fields, with_geometry, progress)
    except RuntimeError:  # OGR gives no batches of a table with very many fields
        return None


def _sure(layer: Any, fields: QgsFields, with_geometry: bool) -> bool:
    key, geometry = layer.GetFIDColumn(), layer.GetGeometryColumn()
    page = layer.GetLayerDefn()
    kinds = {page.GetFieldDefn(i).GetName(): page.GetFieldDefn(i) for i in range(page.GetFieldCount())}
    names = [field.name() for field in fields]
    if not key or set(names) - {key} != set(kinds) or {key, geometry} & set(kinds):
        return False
    if with_geometry and ogr.GT_Flatten(layer.GetGeomType()) not in range(ogr.wkbPoint, ogr.wkbMultiPolygon + 1):
        return False
    return all(one.GetType() in _SURE and one.GetSubType() in _SURE[one.GetType()] for one in kinds.values())


def _stream(layer: Any, fields: QgsFields, with_geometry: bool, progress: Progress) -> Bulk | None:
    count = max(layer.GetFeatureCount(), 1)
    key, geometry = layer.GetFIDColumn(), layer.GetGeometryColumn() or "geom"
    options = [f"MAX_FEATURES_IN_BATCH={_BATCH}", "USE_MASKED_ARRAYS=YES"]
    stream = layer.GetArrowStreamAsNumPy(options=options)
    parts: dict[str, list[Any]] = {field.name(): [] for field in fields}
    words: dict[Any, str] = {}
    keys: list[Any] = []
    done = 0
    with Judged() as judged:
        for batch in stream:
            progress.at(0.7 * done / count)
            wkb = batch.pop(geometry, None)
            if with_geometry:
                made = None if wkb is None else _shapes(wkb)
                if made is None:
                    return None
                judged.add(made)
            keys.append(np.array(batch[key], dtype=np.int64))
            done += len(keys[-1])
            if len(words) > _WORDS:  # a column of keys would keep every one of them
                words.clear()
            # text of a batch becomes strings at once: its raw cells are as wide as the longest of them
            for name, some in parts.items():
                some.append(_part(batch[name], words))
            del batch, wkb
        shapes, valid = judged.gathered(progress)
    if done != layer.GetFeatureCount():  # where exceptions are off a stream that breaks just ends
        return None
    ids = np.concatenate([np.empty(0, dtype=np.int64), *keys])
    data = {field.name(): ids if field.name() == key else _column(parts.pop(field.name()), field) for field in fields}
    rows = pd.DataFrame(data, index=pd.RangeIndex(len(ids)))
    give_back()
    if not with_geometry:
        return Bulk(ids, rows, None, None)
    return Bulk(ids, rows, shapes, valid)


def _shapes(wkb: Any) -> Any:
    """Shapes of a batch in two dimensions, None where there is none; None for all where one cannot be read as it stands (curves).

    A GEOS that knows no curves gives None for them, one that knows them makes shapely refuse.
    """
    held = np.ma.getdata(wkb).astype(object)
    held[np.ma.getmaskarray(wkb)] = None
    try:
        shapes = shapely.from_wkb(held, on_invalid="ignore")
    except NotImplementedError:
        return None
    if (shapely.is_missing(shapes) & ~np.ma.getmaskarray(wkb)).any():
        return None
    raised = shapely.get_coordinate_dimension(shapes) > 2
    if raised.any():
        shapes[raised] = shapely.force_2d(shapes[raised])
    return shapes


def _part(cells: Any, words: dict[Any, str]) -> Any:
    """The cells of a column in one batch, masked where there is no value; equal texts are one string, kept in `words`."""
    data, gone = np.ma.getdata(cells), np.ma.getmaskarray(cells)
    if data.dtype.kind in "biuf":
        return np.ma.array(data, mask=gone, copy=True)  # the batch's own memory goes with the batch
    text = np.empty(len(data), dtype=object)
    known = words.get
    text[:] = [known(cell) or words.setdefault(cell, _text(cell)) for cell in data.tolist()]
    text[gone] = None
    return np.ma.array(text, mask=gone)


def _text(cell: Any) -> str:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell


def _column(parts: list[Any], field: Any) -> Any:
    """One column as layers.read gives it: whole numbers with gaps as Int64, text with None, dates as Python dates."""
    values = np.concatenate([np.ma.getdata(part) for part in parts]) if parts else np.empty(0)
    gone = np.concatenate([np.ma.getmaskarray(part) for part in parts]) if parts else np.empty(0, dtype=bool)
    kind = values.dtype.kind
    if gone.all():
        return _nothing(len(values), field)
    if kind == "b":
        return pd.arrays.BooleanArray(values, gone)
    if kind in "iu":
        return pd.arrays.IntegerArray(values.astype(np.int64), gone) if gone.any() else values.astype(np.int64)
    if kind == "f":
        out = values.astype(float)
        out[gone] = np.nan
        return out
    return values


def _nothing(count: int, field: Any) -> Any:
    """A column without any value."""
    if not field.isNumeric():
        return np.full(count, None, dtype=object)
    if field.typeName().lower().startswith("int"):
        return pd.array([None] * count, dtype="Int64")
    return np.full(count, np.nan)
