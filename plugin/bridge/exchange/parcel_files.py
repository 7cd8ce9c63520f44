"""Files of parcels of any of the endings that offices send, read into one layer, with the log told what was assumed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...core import finding
from ...core.ellipsoid import is_geographic, title
from ...core.errors import InputError
from ...core.exchange.drawings import parcels_of_drawing
from ...core.exchange.point_table.cells import plain
from ...core.exchange.point_table.frame import placed
from ...core.exchange.point_table.parcels import Imported, parcels_of, read_points
from ...core.exchange.point_table.reading import Notes
from ...core.finding import Finding
from ...core.projection import reproject, same_crs
from ...core.schema import Pack
from . import ogr_files, table_files

__all__ = ["read"]

_GCJ = re.compile(rb"gcj-?02|\xe7\x81\xab\xe6\x98\x9f\xe5\x9d\x90\xe6\xa0\x87|amap|\xe9\xab\x98\xe5\xbe\xb7", re.IGNORECASE)  # 火星坐标, 高德
_LOOK = 1 << 20


def read(path: Path, mapping: str, crs: str | None, pack: Pack, run: Any) -> Imported:
    """The parcels of a file, FINDINGS as a table in their CRS. InputError `coords.format`, and as the readers of the formats. Raises Cancelled."""
    ending = path.suffix.lower()
    if ending in table_files.ENDINGS:
        sheets, guess = table_files.sheets_of(path, run.reading_progress)
        if guess is not None:
            run.info("text.encoding", path=path.name, encoding=guess.encoding, certainty=f"{100 * guess.certainty:.0f}")
        found = read_points(sheets, mapping, crs, pack, path.name, run.progress)
        if guess is not None and not guess.fits:
            lost = Finding("coords.bytes_lost", "error", path.name, facts={"layer": path.name, "encoding": guess.encoding})
            found = replace(found, findings=[lost, *found.findings])
        run.info("coords.rows", **found.notes.counts)
    elif ending in ogr_files.ENDINGS:
        found = _through_ogr(path, mapping, crs, pack, run)
    elif ending == ".xls":
        raise InputError("coords.old_workbook", path=path.name)
    else:
        raise InputError("coords.format", path=path.name, endings=" ".join([*table_files.ENDINGS, *ogr_files.ENDINGS]))
    run.info("coords.read", crs=title(found.parcels.crs) if found.parcels.crs else "—", how=run_words(run, found.how), **found.counts)
    return replace(found, findings=finding.to_table(found.findings, found.parcels.crs))  # type: ignore[arg-type]


def run_words(run: Any, how: str) -> str:
    """How the CRS is known, in the language of the log."""
    from ..speech import sentence

    return sentence(f"coords.how.{how}", {})


def _through_ogr(path: Path, mapping: str, crs: str | None, pack: Pack, run: Any) -> Imported:
    roles = {role: {plain(word) for word in pack.value("point_columns", role, "words").split("|")} for role in ("parcel", "name")}
    source = ogr_files.opened(path, roles, _layers(mapping), run.reading_progress)
    own = source.crs or crs
    closing = pack.number("point_table", "closing")
    if own and is_geographic(own):
        closing /= pack.number("point_table", "degree")
    drawing = parcels_of_drawing(source.lines, source.texts, closing)
    parcels = [*source.parcels, *drawing.parcels]
    run.info("drawing.taken", polygons=len(source.parcels), layers="、".join(source.layers) or "—", **drawing.counts)
    if not parcels:
        raise InputError("coords.nothing", path=path.name, first=next((one.code for one in drawing.findings), "—"))
    where = placed(parcels, [], own, pack, path.name)
    found = parcels_of(parcels, where, Notes(), pack, path.name, run.progress)
    told = [*drawing.findings, *found.findings, *_told(path, source)]
    found = replace(found, findings=told)
    if source.crs and crs and not same_crs(source.crs, crs):
        run.info("coords.converted", own=title(source.crs), crs=title(crs))
        shapes = {id(one): one.where for one in told if one.where is not None}
        found = replace(found, parcels=reproject(found.parcels, crs), points=reproject(found.points, crs))
        found = replace(found, findings=[replace(one, where=None) if id(one) in shapes else one for one in told])
    return found


def _layers(mapping: str) -> set[str]:
    """The layers that a mapping of a drawing names: `layer=JZX, 宗地`. InputError `drawing.mapping`."""
    if not mapping.strip():
        return set()
    word, sign, listed = mapping.replace("＝", "=").partition("=")
    names = {one.strip() for one in re.split("[,，、;；]", listed) if one.strip()}
    if not sign or plain(word) not in ("layer", "layers", "图层") or not names:
        raise InputError("drawing.mapping", text=mapping.strip()[:60])
    return names


def _told(path: Path, source: ogr_files.Source) -> list[Finding]:
    """What the file holds that parcels do not, and whether it says that its coordinates are those of web maps."""
    found = []
    for (layer, kind), count in source.left.items():
        found.append(Finding("drawing.left", "note", layer, facts={"layer": layer, "kind": kind, "count": count}))
    if path.suffix.lower() == ".mdb" and source.fields:
        facts = {"layer": path.name, "fields": ", ".join(sorted(source.fields))[:300]}
        found.append(Finding("drawing.fields_left", "note", path.name, facts=facts))
    if path.suffix.lower() in (".kml", ".kmz"):
        stated = _states_gcj(path)
        code = "drawing.states_gcj" if stated else "drawing.gcj_unknown"
        found.append(Finding(code, "warning" if stated else "note", path.name, facts={"layer": path.name, "word": stated}))
    return found


def _states_gcj(path: Path) -> str:
    """The word by which a KML or KMZ names the offset coordinates of Chinese web maps, or ""; coordinates themselves do not tell."""
    import zipfile

    try:
        if path.suffix.lower() == ".kmz":
            with zipfile.ZipFile(path) as box:
                inner = next((one for one in box.namelist() if one.lower().endswith(".kml")), "")
                start = box.read(inner)[:_LOOK] if inner else b""
        else:
            with path.open("rb") as stream:
                start = stream.read(_LOOK)
    except (OSError, KeyError, zipfile.BadZipFile):
        return ""
    word = _GCJ.search(start)
    return word.group().decode("utf-8", "replace") if word else ""
