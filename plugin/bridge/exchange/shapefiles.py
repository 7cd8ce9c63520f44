"""Shapefiles as files: their parts staged together, read back by OGR, and swapped in together."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from osgeo import gdal, ogr, osr

from ...core.errors import OutputError
from ...core.exchange import dbf
from ...core.exchange.shapefile import Plan
from ...core.progress import SILENT, Progress

__all__ = ["PYTHON_NAME", "existing", "made", "stems", "verified"]

Array = np.ndarray[Any, Any]

PYTHON_NAME = {"utf8": "utf-8", "gbk": "gbk"}
_PAGES = {"utf8": "UTF-8", "gbk": "GBK"}  # what the .cpg says
_LANGUAGE = {"utf8": 0, "gbk": 0x4D}
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_TYPES = {"point": ogr.wkbPoint, "line": ogr.wkbLineString, "polygon": ogr.wkbPolygon}
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_ROWS = 20_000
_EVERY = 4096
_MOVED = 1e-12  # relative; a Shapefile holds the same doubles, only sums may be added up in another order


def stems(names: Sequence[str]) -> list[str]:
    """A file name for each layer, its own where a file can be called so, numbered where another has it."""
    found: list[str] = []
    for name in names:
        plain = _FORBIDDEN.sub("_", name).strip(" .") or "_"
        plain = f"{plain}_" if _RESERVED.match(plain) else plain
        stem, number = plain, 1
        while stem.lower() in {one.lower() for one in found}:
            number += 1
            stem = f"{plain}_{number}"
        found.append(stem)
    return found


def existing(folder: Path, plans: Sequence[Plan]) -> list[Path]:
    """Files in the folder that the plans would replace. OutputError `shp.same_name` where two plans ask for one file, `shp.shapes_there` where a
    table would take the .dbf of shapes that lie there."""
    wanted: dict[str, Plan] = {}
    for plan in plans:
        if plan.stem.lower() in wanted:
            raise OutputError("shp.same_name", name=plan.stem)
        wanted[plan.stem.lower()] = plan
    there = [one for one in sorted(folder.iterdir()) if one.suffix.lower() in _PARTS and one.stem.lower() in wanted] if folder.is_dir() else []
    for one in there:
        if one.suffix.lower() == ".shp" and not wanted[one.stem.lower()].kind:
            raise OutputError("shp.shapes_there", path=str(one))
    return there


def made(stage: Path, plan: Plan, encoding: str, progress: Progress = SILENT) -> Path:
    """The files of one plan in a folder; the .shp, or the .dbf of a table.

    encoding: utf8 or gbk. OutputError `output.not_written`. Raises Cancelled.
    """
    path = stage / f"{plan.stem}.dbf"
    if plan.kind:
        path = path.with_suffix(".shp")
        _shapes(path, plan, progress.part(0.0, 0.6))
    fields, cells = [one.field for one in plan.columns], [one.cells for one in plan.columns]
    with path.with_suffix(".dbf").open("wb") as stream:
        stream.write(dbf.head(fields, plan.count, _LANGUAGE[encoding], datetime.date.today()))
        for part in progress.part(0.6, 1.0).chunks(plan.count, _ROWS):
            stream.write(dbf.records(fields, cells, part))
        stream.write(b"\x1a")
    path.with_suffix(".cpg").write_text(_PAGES[encoding], encoding="ascii")
    return path


def _shapes(path: Path, plan: Plan, progress: Progress) -> None:
    """The .shp, .shx and .prj by OGR; the .dbf it makes beside them is replaced by the caller."""
    assert plan.shapes is not None
    several = bool((shapely.get_type_id(plan.shapes) == 4).any())
    raw = shapely.to_wkb(_multipoints(plan.shapes) if several else plan.shapes)
    reference = feature = None
    if plan.crs:
        reference = osr.SpatialReference()
        reference.SetFromUserInput(plan.crs)
    try:
        source = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(str(path))
        layer = source.CreateLayer(path.stem, reference, ogr.wkbMultiPoint if several else _TYPES[plan.kind], ["ENCODING=UTF-8"])
        page = layer.GetLayerDefn()
        for number, one in enumerate(raw):
            if number % _EVERY == 0:
                progress.at(number / len(raw))
            feature = ogr.Feature(page)
            if one is not None:
                feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(one))
            if layer.CreateFeature(feature) != ogr.OGRERR_NONE:
                raise OutputError("output.not_written", path=path.name, reason=gdal.GetLastErrorMsg())
        del feature, page, layer, source
    except (RuntimeError, AttributeError) as failure:  # with GDAL's exceptions on, and with them off
        raise OutputError("output.not_written", path=path.name, reason=gdal.GetLastErrorMsg() or str(failure)) from failure


def _multipoints(shapes: Array) -> Array:
    parts, rows = shapely.get_parts(shapes, return_index=True)
    found: Array = shapely.multipoints(parts, indices=rows, out=np.full(len(shapes), None))
    return found


def verified(path: Path, plan: Plan, progress: Progress = SILENT) -> None:
    """Read a staged file by OGR and compare rows, every value, and the size of the shapes; OutputError `shp.differs`. Raises Cancelled."""
    page_name = path.with_suffix(".cpg").read_text(encoding="ascii")
    # QGIS switches GDAL's own look at the .cpg off in its process
    source = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_READONLY, open_options=[f"ENCODING={page_name}"])
    layer = None if source is None else source.GetLayer(0)
    if layer is None:
        raise OutputError("shp.differs", layer=plan.stem, field="—", row=0, was="—", found=gdal.GetLastErrorMsg() or "—")
    page = layer.GetLayerDefn()
    names = [page.GetFieldDefn(at).GetName() for at in range(page.GetFieldCount())]
    expected = [one.field.name.decode(page_name) for one in plan.columns]
    _same(plan, "", 0, expected, names)
    _same(plan, "", 0, plan.count, layer.GetFeatureCount())
    columns, found = [one.values for one in plan.columns], []
    for row, feature in enumerate(layer):
        if row % _EVERY == 0:
            progress.at(row / max(plan.count, 1))
        for at, values in enumerate(columns):
            if not _equal(values[row], feature.GetField(at)):
                _same(plan, plan.columns[at].source, row + 1, values[row], feature.GetField(at))
        shape = feature.GetGeometryRef()
        found.append(None if shape is None else bytes(shape.ExportToWkb()))
    if plan.shapes is not None:
        back = shapely.from_wkb(np.array(found, dtype=object))
        _same(plan, "", 0, shapely.is_missing(plan.shapes).tolist(), shapely.is_missing(back).tolist())
        for measure in (shapely.area, shapely.length, shapely.get_num_coordinates):
            one, other = float(np.nansum(measure(plan.shapes))), float(np.nansum(measure(back)))
            if abs(one - other) > _MOVED * max(abs(one), 1.0) * max(plan.count, 1) ** 0.5:
                _same(plan, f"{measure.__name__}", 0, one, other)


def _equal(was: Any, found: Any) -> bool:
    if isinstance(was, str):
        text = was.strip(" ")
        return (found or "") == text or (isinstance(found, str) and found.replace("/", "") == text)
    return was == found if was is not None else found is None


def _same(plan: Plan, field: str, row: int, was: Any, found: Any) -> None:
    if was != found:
        raise OutputError("shp.differs", layer=plan.stem, field=field or "—", row=row, was=str(was)[:200], found=str(found)[:200])
