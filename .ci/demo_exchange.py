"""A county in every exchange format and back: what is read again is compared cell by cell and shape by shape, by OGR alone."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

__all__ = ["Compared", "package"]

# what is told elsewhere about the county, and is no layer of it
_ASIDE = ("KNOWN", "FAULTS")
# a row of VCT is one line of cells
_ONE_LINE = str.maketrans({",": "，", "\n": " ", "\r": " "})
_MOVED = 6e-4  # m that a vertex may move: coordinates of VCT have four places, of TXT three
_TXT = "SYQ"  # parcels that go out as coordinates


@dataclass
class Compared:
    """One format: layers and rows, cells that differ, and the most that a shape moved (m)."""

    format: str
    path: Path
    layers: int = 0
    rows: int = 0
    differ: int = 0
    moved: float = 0.0
    first: str = ""

    @property
    def equal(self) -> bool:
        """Whether all came back."""
        return self.differ == 0 and self.moved <= _MOVED


def package(county: Path, folder: Path, run: Callable[[str, dict[str, Any]], dict[str, Any]]) -> list[Compared]:
    """Write the layers of the county's GeoPackage in each format into `folder`, read them back and compare.

    run: runs shanshui:<algorithm> with parameters and gives its results.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [one for one in _layers(county) if one not in _ASIDE]
    sources = [f"{county}|layername={name}" for name in names]
    vct = folder / "qinglan.vct"
    run("export_vct", {"LAYERS": sources, "OUTPUT": str(vct)})
    back = folder / "from_vct.gpkg"
    run("import_vct", {"INPUT": str(vct), "OUTPUT": str(back)})
    told = [_compare("VCT", vct, ((name, county, name, back, name) for name in names), True)]
    dressed = folder / "qinglan_dressed.gpkg"
    run("export_geopackage", {"LAYERS": sources, "OVERWRITE": True, "OUTPUT": str(dressed)})
    told.append(_compare("GeoPackage", dressed, ((name, county, name, dressed, name) for name in names)))
    base = folder / "qinglan.gdb"
    run("export_geodatabase", {"LAYERS": sources, "OVERWRITE": True, "OUTPUT": str(base)})
    told.append(_compare("FileGDB", base, ((name, county, name, base, name) for name in names)))
    files = folder / "shp"
    run("export_shapefile", {"LAYERS": sources, "ALLOW_LOSS": True, "OVERWRITE": True, "OUTPUT": str(files)})
    pairs = ((name, county, name, _file(files, name), name) for name in names)
    told.append(_compare("Shapefile", files, pairs))
    told.append(_text(county, folder, run))
    return told


def _layers(path: Path) -> list[str]:
    from osgeo import ogr

    source = ogr.Open(str(path))
    return [source.GetLayer(at).GetName() for at in range(source.GetLayerCount())]


def _file(folder: Path, name: str) -> Path:
    return next(one for one in (folder / f"{name}.shp", folder / f"{name}.dbf") if one.is_file())


def _rows(path: Path, name: str) -> list[tuple[list[Any], Any]]:
    """Cells in the order of the fields, and the shape, of each row."""
    from osgeo import ogr

    source = ogr.Open(str(path))
    page = source.GetLayerByName(name) if source.GetLayerCount() > 1 else source.GetLayer(0)
    fields = [at for at, one in enumerate(page.schema) if one.GetName().lower() not in ("fid", "shape_length", "shape_area")]
    found = []
    for one in page:
        shape = one.GetGeometryRef()
        cells = [one.GetField(at) if one.IsFieldSetAndNotNull(at) else None for at in fields]
        found.append((cells, None if shape is None or shape.IsEmpty() else shapely.from_wkb(bytes(shape.ExportToIsoWkb()))))
    return found


def _plain(value: Any, one_line: bool) -> Any:
    """A cell as every format holds it: nothing for an empty text, a date as its eight digits."""
    if isinstance(value, datetime.date):
        return value.strftime("%Y%m%d")
    if isinstance(value, str):
        text = value.replace("\r\n", " ").translate(_ONE_LINE) if one_line else value
        digits = text[:10].replace("/", "").replace("-", "")
        return (digits if len(text) in (10, 19) and len(digits) == 8 and digits.isdigit() else text) if text.strip() else None
    return round(float(value), 6) if isinstance(value, (int, float)) else value


def _compare(word: str, path: Path, pairs: Iterable[tuple[str, Path, str, Path, str]], one_line: bool = False) -> Compared:
    told = Compared(word, path)
    for name, old, old_layer, new, new_layer in pairs:
        was, found = _rows(old, old_layer), _rows(new, new_layer)
        told.layers += 1
        told.rows += len(found)
        if len(was) != len(found):
            told.differ += abs(len(was) - len(found))
            told.first = told.first or f"{name}: {len(was)} → {len(found)}"
        for number, ((cells, shape), (again, other)) in enumerate(zip(was, found), 1):
            off = [(a, b) for a, b in zip(cells, again) if _plain(a, one_line) != _plain(b, one_line)]
            if len(cells) != len(again) or off or (shape is None) != (other is None):
                told.differ += max(len(off), 1)
                told.first = told.first or f"{name} {number}: {off[:1] or 'shape'}"
            elif shape is not None:
                told.moved = max(told.moved, _moved(shape, other))
    return told


def _moved(shape: Any, other: Any) -> float:
    """The most that x or y of a vertex moved (m), wherever rings begin; infinite where one shape has more vertices."""
    one, two = (np.sort(_vertices(each), axis=0) for each in (shape, other))
    return float(np.abs(one - two).max(initial=0.0)) if len(one) == len(two) else float("inf")


def _vertices(shape: Any) -> Any:
    """Vertices, those that close rings left out, since a ring may begin elsewhere."""
    if shapely.get_dimensions(shape) < 2:
        return shapely.get_coordinates(shape)
    return np.concatenate([shapely.get_coordinates(one)[:-1] for one in shapely.get_rings(shapely.get_parts(shape))])


def _text(county: Path, folder: Path, run: Callable[[str, dict[str, Any]], dict[str, Any]]) -> Compared:
    """Parcels as survey coordinates: number, name and shape go out and come back."""
    path, back = folder / f"{_TXT}.txt", folder / "from_txt.gpkg"
    run("export_txt", {"INPUT": f"{county}|layername={_TXT}", "OUTPUT": str(path)})
    run("import_txt", {"INPUT": str(path), "OUTPUT": str(back)})
    was, found = _rows(county, _TXT), _rows(back, back.stem)
    told = Compared("TXT", path, 1, len(found), abs(len(was) - len(found)))
    for (_, shape), (_, other) in zip(was, found):
        told.moved = max(told.moved, _moved(shape, other))
    return told
