"""Drawings, KML, KMZ and personal geodatabases through OGR, as lines, texts and polygons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal, ogr

from ...core.errors import InputError
from ...core.exchange.drawings import Drawn
from ...core.exchange.point_table.cells import plain
from ...core.exchange.point_table.reading import Parcel
from ...core.progress import SILENT, Progress

__all__ = ["ENDINGS", "Source", "opened"]

# ending → the drivers that may read it, and the GDAL name that a sentence gives
ENDINGS = {".dxf": ("DXF",), ".kml": ("LIBKML", "KML"), ".kmz": ("LIBKML",), ".mdb": ("PGeo",)}
_EVERY = 512


class Source:
    """Things of a file by kind. crs: of its layers, or None; left: what was not taken, by layer and kind."""

    def __init__(self) -> None:
        self.lines: list[Drawn] = []
        self.texts: list[Drawn] = []
        self.parcels: list[Parcel] = []
        self.layers: list[str] = []
        self.fields: set[str] = set()
        self.left: dict[tuple[str, str], int] = {}
        self.crs: str | None = None


def opened(path: Path, roles: dict[str, set[str]], wanted: set[str], progress: Progress = SILENT) -> Source:
    """What a file holds; roles: plain words of the fields that are number and name; wanted: layers, empty for all.

    InputError `input.no_file`, `drawing.no_driver` where this GDAL lacks the driver, `input.unreadable`, `drawing.no_such_layer`. Raises Cancelled.
    """
    if not path.is_file():
        raise InputError("input.no_file", path=str(path))
    drivers = [name for name in ENDINGS[path.suffix.lower()] if ogr.GetDriverByName(name) is not None]
    if not drivers:
        raise InputError("drawing.no_driver", path=path.name, driver=" / ".join(ENDINGS[path.suffix.lower()]), version=gdal.__version__)
    data, reason = _open(path, drivers)
    if data is None:
        raise InputError("input.unreadable", path=str(path), reason=reason or ", ".join(drivers))
    found = Source()
    for at in range(data.GetLayerCount()):
        layer = data.GetLayer(at)
        for number, feature in enumerate(layer, 1):
            if number % _EVERY == 0:
                progress.check()
            _take(found, feature, layer, number, roles)
    found.layers = _names(found)
    if wanted:
        _only(found, wanted)
    return found


def _open(path: Path, drivers: list[str]) -> tuple[Any, str]:
    """The file and, where it cannot be opened, what GDAL says of it."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        gdal.ErrorReset()
        data = gdal.OpenEx(str(path), gdal.OF_VECTOR, allowed_drivers=drivers)
        return data, gdal.GetLastErrorMsg()[:200]
    except RuntimeError as failure:  # where another plugin switched exceptions on
        return None, str(failure)[:200]
    finally:
        gdal.PopErrorHandler()


def _take(found: Source, feature: Any, layer: Any, number: int, roles: dict[str, set[str]]) -> None:
    """One feature to its kind."""
    filled = [at for at in range(feature.GetFieldCount()) if feature.IsFieldSetAndNotNull(at)]
    values = {feature.GetFieldDefnRef(at).GetName(): feature.GetField(at) for at in filled}
    drawn = str(values.get("Layer") or layer.GetName()) if "SubClasses" in values else str(layer.GetName())
    shape = feature.GetGeometryRef()
    if shape is None or shape.IsEmpty():
        _left(found, drawn, "—")
        return
    shape = shape.GetLinearGeometry()
    if found.crs is None and layer.GetSpatialRef() is not None:
        found.crs = _crs(layer.GetSpatialRef())
    text = str(values.get("Text") or "")
    for part in _flat(shape):
        kind = ogr.GT_Flatten(part.GetGeometryType())
        if kind == ogr.wkbLineString:
            found.lines.append(Drawn(drawn, number, _xy(part)))
        elif kind == ogr.wkbPoint and text:
            found.texts.append(Drawn(drawn, number, _xy(part), text))
        elif kind != ogr.wkbPolygon:
            _left(found, drawn, part.GetGeometryName())
    faces = [part for part in _flat(shape) if ogr.GT_Flatten(part.GetGeometryType()) == ogr.wkbPolygon]
    if faces:
        found.fields |= set(values)
        found.parcels.append(_parcel(faces, values, drawn, number, roles))


def _parcel(faces: list[Any], values: dict[str, Any], layer: str, number: int, roles: dict[str, set[str]]) -> Parcel:
    listed = sorted(values, key=lambda one: plain(one) == "name")  # KML has a Name for everything: another field knows better
    stated = {role: next((str(values[one]) for one in listed if plain(one) in words), "") for role, words in roles.items()}
    made = Parcel(stated["parcel"], layer, number, "" if stated["name"] == stated["parcel"] else stated["name"])
    for face in faces:
        for at in range(face.GetGeometryCount()):
            xy = _xy(face.GetGeometryRef(at))
            made.rings += [str(len(set(made.rings)) + 1)] * len(xy)
            made.first += xy[:, 1].tolist()
            made.second += xy[:, 0].tolist()
    count = len(made.first)
    made.sheets, made.rows, made.labels = [layer] * count, [number] * count, [""] * count
    return made


def _flat(shape: Any) -> Iterator[Any]:
    """The single parts of a shape."""
    kinds = (ogr.wkbMultiPoint, ogr.wkbMultiLineString, ogr.wkbMultiPolygon, ogr.wkbGeometryCollection)
    if ogr.GT_Flatten(shape.GetGeometryType()) not in kinds:
        yield shape
        return
    for at in range(shape.GetGeometryCount()):
        yield from _flat(shape.GetGeometryRef(at))


def _xy(line: Any) -> np.ndarray[Any, Any]:
    return np.array([one[:2] for one in line.GetPoints() or []], dtype=float).reshape(-1, 2)


def _left(found: Source, layer: str, kind: str) -> None:
    found.left[layer, kind] = found.left.get((layer, kind), 0) + 1


def _crs(reference: Any) -> str:
    name, code = reference.GetAuthorityName(None), reference.GetAuthorityCode(None)
    return f"{name}:{code}" if name and code else str(reference.ExportToWkt())


def _names(found: Source) -> list[str]:
    listed = [*(one.layer for one in found.lines), *(one.layer for one in found.texts), *(one.sheet for one in found.parcels)]
    return list(dict.fromkeys([*listed, *(layer for layer, _ in found.left)]))


def _only(found: Source, wanted: set[str]) -> None:
    """Keep the lines and polygons of the layers asked for; texts of all layers are names."""
    lower = {one.lower() for one in wanted}
    lacking = lower - {one.lower() for one in found.layers}
    if lacking:
        raise InputError("drawing.no_such_layer", layers=", ".join(sorted(lacking)), present=", ".join(found.layers) or "—")
    found.lines = [one for one in found.lines if one.layer.lower() in lower]
    found.parcels = [one for one in found.parcels if one.sheet.lower() in lower]
    found.left = {key: count for key, count in found.left.items() if key[0].lower() in lower}
