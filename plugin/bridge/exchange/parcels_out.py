"""Parcels as a coordinate table, a drawing or KML by the ending of the target: staged, read back, and compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from osgeo import gdal, ogr

from ...core.errors import OutputError
from ...core.exchange.drawings import parcels_of_drawing
from ...core.exchange.point_table.cells import plain
from ...core.exchange.point_table.listing import Listed, listed_parcels
from ...core.exchange.point_table.parcels import read_points
from ...core.finding import Finding
from ...core.projection import reproject, same_crs
from ...core.schema import Pack
from ...core.table import Table
from .. import sinks
from ..reports import point_list
from . import ogr_files, table_files

__all__ = ["ENDINGS", "carries_fields", "check_format", "export"]

ENDINGS = (".xlsx", ".csv", ".dxf", ".kml", ".kmz")
# what rounding to millimetres does to an area, for each metre of border
_MOVED = 1e-3
_LINES, _TEXTS = "JZX", "ZJ"  # layers of a drawing
_WGS84 = "EPSG:4326"


def check_format(target: Path) -> None:
    """OutputError `coords.out_format` for an ending that no writer has."""
    if target.suffix.lower() not in ENDINGS:
        raise OutputError("coords.out_format", path=target.name, endings=" ".join(ENDINGS))


def carries_fields(target: Path) -> bool:
    """Whether the format has a place for fields beside number and name."""
    return target.suffix.lower() in (".kml", ".kmz")


def export(target: Path, source: Table, parcels: Table, packs: Mapping[str, Pack], batch: Any, run: Any) -> tuple[str, list[Finding]]:
    """Write parcels made by `named_parcels` (source: the layer they are of); the plane or CRS they are in, and what the format does not carry.

    OutputError as `check_format`, `coords.differs`, `drawing.cannot_write`, CrsError as `reproject`. Raises Cancelled.
    """
    check_format(target)
    ending = target.suffix.lower()
    if carries_fields(target):
        return _kml(target, source, parcels, batch, run)
    listed = listed_parcels(parcels, run.progress)
    made = batch.stage(target) / target.name
    if ending == ".dxf":
        _dxf(made, listed)
        _same_rings(made, listed, packs["exchange"])
        return listed.plane.title, _not_in_drawings(parcels)
    rules = {row["key"]: row["value"] for row in packs["registration"].rules["point_list"]}
    own = point_list.write_points(made, listed.listed, listed.plane.title, rules, run.language, run.writing_progress)
    if not own:
        run.warn("points.one_sheet", count=len(parcels), limit=rules["most_sheets"])
    sheets, _ = table_files.sheets_of(made)
    back = read_points(sheets, "", listed.plane.crs, packs["exchange"], target.name).parcels
    _same(listed.flat, back)
    return listed.plane.title, []


def _same(written: Table, back: Table) -> None:
    """OutputError `coords.differs` where a parcel did not come back: number, name, rings, area and border."""
    held = {number: (name, shape) for number, name, shape in zip(back.rows["DKBH"], back.rows["DKMC"], back.shapes)}
    for number, name, shape in zip(written.rows["DKBH"], written.rows["DKMC"], written.shapes):
        there = held.get(number)
        if there is None or (there[0] or "") != (name or "") or not _alike(shape, there[1]):
            raise OutputError("coords.differs", parcel=number, written=len(written), found=len(back))
    if len(held) != len(written):
        raise OutputError("coords.differs", parcel="—", written=len(written), found=len(back))


def _rings(shape: Any) -> Any:
    """All rings of a shape, of its parts too."""
    return shapely.get_rings(shapely.get_parts(shape))


def _alike(one: Any, other: Any) -> bool:
    border = float(shapely.length(one))
    counts = [(int(shapely.get_num_geometries(shape)), len(_rings(shape))) for shape in (one, other)]
    points = int(shapely.get_num_points(_rings(one)).sum())
    near = abs(shapely.area(one) - shapely.area(other)) <= _MOVED * border and abs(border - shapely.length(other)) <= _MOVED * points
    return bool(counts[0] == counts[1] and near)


def _not_in_drawings(parcels: Table) -> list[Finding]:
    """What a drawing does not carry: parts as one, and a number beside a name."""
    parts = int((shapely.get_num_geometries(parcels.shapes) > 1).sum())
    both = int((parcels.text("DKMC") != "").sum())
    found = []
    if parts:
        found.append(Finding("drawing.parts", "warning", parcels.name, facts={"layer": parcels.name, "count": parts}))
    if both:
        found.append(Finding("drawing.one_text", "note", parcels.name, facts={"layer": parcels.name, "count": both}))
    return found


def _dxf(made: Path, listed: Listed) -> None:
    """Closed polylines on one layer, a text within each part on another."""
    driver = ogr.GetDriverByName("DXF")
    data = driver.CreateDataSource(str(made)) if driver is not None else None
    if data is None:
        raise OutputError("drawing.cannot_write", path=made.name, driver="DXF", version=gdal.__version__)
    page = data.CreateLayer("entities")
    for number, name, shape in zip(listed.flat.rows["DKBH"], listed.flat.text("DKMC"), listed.flat.shapes):
        for part in shapely.get_parts(shape):
            for ring in shapely.get_rings(part):
                _entity(page, _LINES, shapely.linestrings(shapely.get_coordinates(ring)), "")
            _entity(page, _TEXTS, shapely.point_on_surface(part), name or number)
    del page, data


def _entity(page: Any, layer: str, shape: Any, text: str) -> None:
    feature = ogr.Feature(page.GetLayerDefn())
    feature.SetField("Layer", layer)
    feature.SetGeometry(ogr.CreateGeometryFromWkb(shapely.to_wkb(shape)))
    if text:
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        feature.SetStyleString(f'LABEL(f:"SimSun",t:"{quoted}",s:2.5g,p:5)')
    page.CreateFeature(feature)


def _same_rings(made: Path, listed: Listed, pack: Pack) -> None:
    """Read a drawing back: as many closed lines, their area and their texts."""
    source = ogr_files.opened(made, {"parcel": set(), "name": set()}, set())
    found = parcels_of_drawing(source.lines, source.texts, pack.number("point_table", "closing"))
    rings = shapely.polygons(np.concatenate([np.empty(0, dtype=object), *[_rings(one) for one in listed.flat.shapes]]))
    back = np.array([shapely.Polygon(one.xy) for one in source.lines], dtype=object)
    texts = [name or number for number, name in zip(listed.flat.rows["DKBH"], listed.flat.text("DKMC"))]
    parts = shapely.get_num_geometries(listed.flat.shapes)
    wanted = sorted(text for text, count in zip(texts, parts.tolist()) for _ in range(count))
    near = abs(shapely.area(rings).sum() - shapely.area(back).sum()) <= _MOVED * max(shapely.length(rings).sum(), 1.0)
    if len(back) != len(rings) or found.counts["open"] or not near or sorted(one.text for one in source.texts) != wanted:
        raise OutputError("coords.differs", parcel="—", written=len(rings), found=len(back))


def _kml(target: Path, source: Table, parcels: Table, batch: Any, run: Any) -> tuple[str, list[Finding]]:
    """Degrees of WGS 84, the name, and every field as text."""
    texts = {one: [text or None for text in source.text(one)] for one in source.fields if plain(one) not in ("name", "fid", "description")}
    numbers, names = parcels.rows["DKBH"].tolist(), parcels.text("DKMC").tolist()
    own = {"Name": [name or number for number, name in zip(numbers, names)], "DKBH": numbers, "DKMC": [name or None for name in names]}
    kept = {name: values for name, values in texts.items() if name.upper() not in own and name.upper() != "NAME"}
    rows = parcels.rows[[]].assign(**own, **kept)
    moved = reproject(Table(rows, parcels.shapes, parcels.crs, parcels.name), _WGS84)
    place = sinks.Target("file", str(target), target, "parcels")
    batch.write(place, [moved], "polygon", [], run.writing_progress)
    made = batch.stage(target) / target.name
    back = ogr_files.opened(made, {"parcel": {"dkbh"}, "name": {"dkmc"}}, set())
    areas = [shapely.area(shapely.Polygon(np.column_stack([one.second, one.first]))) for one in back.parcels if len(set(one.rings)) == 1]
    found = [(one.number, one.name) for one in back.parcels]
    single = [one for one in moved.shapes if len(_rings(one)) == 1]
    if found != list(zip(numbers, names)) or not np.isclose(sum(areas), shapely.area(np.array(single, dtype=object)).sum(), rtol=1e-6, atol=1e-15):
        raise OutputError("coords.differs", parcel="—", written=len(parcels), found=len(found))
    crs = parcels.crs or "—"
    told = [Finding("drawing.as_text", "note", parcels.name, facts={"layer": parcels.name, "count": len(kept)})] if kept else []
    if parcels.crs and not same_crs(parcels.crs, _WGS84):
        told.append(Finding("drawing.kml_datum", "note", parcels.name, facts={"layer": parcels.name, "crs": crs}))
    return "WGS 84", told
