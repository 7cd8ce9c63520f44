"""Parcels as the lines of a coordinate file: from the north-west clockwise, every ring closed by its first point's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from ...arcs import north_west
from ...errors import InputError
from ...finding import Finding
from ...measure import areas, convert
from ...progress import SILENT, Progress
from ...schema import Pack
from ...table import Table
from ..zones import Plane, plane_in
from .dialects import Dialect

__all__ = ["Written", "header", "refused", "texts_of", "write_txt"]

Array = np.ndarray[Any, Any]

_UNFIT = {",": "、", "，": "、", "@": "＠", "\r": " ", "\n": " ", "\t": " ", "\u2028": " ", "\u2029": " ", "\x85": " ", "\x0b": " ", "\x0c": " ",
          "\ufeff": "", "\0": ""}


@dataclass
class Written:
    """The texts of parcels, each with the row it comes from; shapes: as the file has them, to its last decimal; left: rows with nothing to write."""

    row: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def header(dialect: Dialect, crs: str, date: str, given: Mapping[str, str], pack: Pack) -> str:
    """The lines before the first parcel, for coordinates in `crs`; given: values by the head's words, in place of what the pack has and behind it.

    CrsError `crs.not_a_zone`.
    """
    plane = plane_in(crs, pack)
    own = {"version": dialect.version, "date": date, "datum": _datum(plane, pack), "width": str(plane.width), "zone_width": str(plane.width)}
    own["zone"] = str(plane.zone)
    lines, rest = ["[属性描述]"], dict(given)
    for key in dialect.keys:
        row = pack.row("txt_keys", key)
        word = row["words"].split("|")[0]
        lines.append(f"{word}={rest.pop(word, own.get(key, row['written']))}")
    return "\r\n".join([*lines, *(f"{word}={value}" for word, value in rest.items()), "[地块坐标]", ""])


def _datum(plane: Plane, pack: Pack) -> str:
    return pack.value("txt", "datum_words") if plane.datum == "cgcs2000" else pack.value("datums", plane.datum, "words").split("|")[0]


def texts_of(table: Table, fields: Mapping[str, str | None], dialect: Dialect, findings: list[Finding]) -> dict[str, list[str]]:
    """The attributes that a dialect carries, as the texts of its cells. fields: column by field, None for none.

    What would break a line is replaced (a comma by 、) and told in `findings`. A field without a column is empty, a number the serial.
    """
    found: dict[str, list[str]] = {}
    changed: list[tuple[int, str]] = []
    for name in dialect.carries:
        column = fields.get(name)
        if name == "kind" or column is None or column not in table:
            found[name] = [dialect.kind if name == "kind" else str(at + 1) if name == "number" else dialect.empty for at in range(len(table))]
            continue
        given = _texts(table[column])
        clean = ["".join(_UNFIT.get(one, one) for one in text).strip() for text in given]
        changed += [(at, text) for at, (text, kept) in enumerate(zip(given, clean)) if text.strip() != kept]
        found[name] = [one or dialect.empty for one in clean]
    if changed:
        facts = {"layer": table.name, "count": len(changed), "row": changed[0][0] + 1, "value": changed[0][1][:40]}
        findings.append(Finding("txt.text_changed", "warning", table.name, str(changed[0][0] + 1), facts=facts))
    return found


def _texts(column: pd.Series[Any]) -> list[str]:
    def shown(one: Any) -> str:
        return str(int(one)) if isinstance(one, float) and one.is_integer() else str(one)

    return ["" if gone else shown(one) for one, gone in zip(column.tolist(), column.isna())]


def refused(texts: Mapping[str, Sequence[str]], encoding: str, layer: str) -> None:
    """InputError `txt.not_in_encoding` for the first text that an encoding cannot hold."""
    for name, values in texts.items():
        for at, text in enumerate(values):
            try:
                text.encode(encoding)
            except UnicodeEncodeError as failure:
                bad = text[failure.start : failure.end]
                facts = {"layer": layer, "row": at + 1, "field": name, "value": text[:40], "character": bad[:4], "encoding": encoding.upper()}
                raise InputError("txt.not_in_encoding", **facts) from failure


def write_txt(
    table: Table, fields: Mapping[str, str | None], dialect: Dialect, method: str, pack: Pack, encoding: str = "gbk", progress: Progress = SILENT
) -> Written:
    """The parcels of a table in a Gauss–Krüger plane. method: planar (of the coordinates as written) or cgcs2000_series, for the declared area.

    Rings are ring 1 for every part, 2 and on for holes behind their part; names of points run on through the parcel. A ring that has under three
    corners at the last decimal is left out and told. InputError `txt.not_in_encoding`; CrsError of the measure; raises Cancelled.
    """
    done = Written()
    texts = texts_of(table, fields, dialect, done.findings)
    refused(texts, encoding, table.name)
    places = int(pack.number("txt", "decimals"))
    lost: list[int] = []
    for part in progress.part(0.0, 0.5).chunks(len(table), 2_000):
        for row, shape in zip(range(part.start, part.stop), table.shapes[part]):
            rings = list(_rings(shape, places)) if shape is not None else []
            flat = [ring for ring in rings if ring[1] is None]
            kept = _without_flat(rings)
            lost += [row] if flat else []
            if not kept:
                done.left.append(row)
                continue
            done.row.append(row)
            done.shapes.append(kept)
    if lost:
        facts = {"layer": table.name, "count": len(lost), "row": lost[0] + 1}
        done.findings.append(Finding("txt.ring_vanishes", "warning", table.name, str(lost[0] + 1), facts=facts, where=table.shapes[lost[0]]))
    rings_of, done.shapes = done.shapes, [_polygon(one) for one in done.shapes]
    written = np.array(done.shapes, dtype=object)
    sizes = shapely.area(written) if method == "planar" else areas(written, table.crs, method, layer=table.name)
    stated = convert(sizes, "ha", decimals=int(pack.number("txt", "area_decimals")))
    prefix = pack.value("txt", "prefix")
    for at, (row, rings) in enumerate(zip(done.row, rings_of)):
        if at % 2_000 == 0:
            progress.at(0.5 + 0.5 * at / len(rings_of))
        cells = {name: values[row] for name, values in texts.items()}
        done.texts.append(_parcel(cells, rings, float(stated[at]), dialect, places, prefix, int(pack.number("txt", "area_decimals"))))
    return done


def _rings(shape: Any, places: int) -> Iterator[tuple[int, Array | None]]:
    """Ring number and vertices (n, 2), not closed, of all rings of a shape; None for one that has under three corners at the last decimal."""
    number = 1
    for part in shapely.get_parts(shape):
        for at, ring in enumerate(shapely.get_rings(part)):
            number = 1 if at == 0 else number + 1
            yield number, _walked(shapely.get_coordinates(ring), places)


def _walked(xy: Array, places: int) -> Array | None:
    """A ring to its last decimal, from the north-west, clockwise, doubled vertices once."""
    scale = 10.0**places
    whole = np.rint(xy * scale)
    whole = whole[np.append(True, (whole[1:] != whole[:-1]).any(axis=1))]
    whole = whole[:-1] if len(whole) > 1 and (whole[0] == whole[-1]).all() else whole
    if len(whole) < 3:
        return None
    local = whole - whole[0]
    turned = np.roll(local, -1, axis=0)
    twice = float((local[:, 0] * turned[:, 1] - turned[:, 0] * local[:, 1]).sum())
    if twice == 0.0:
        return None
    whole = whole if twice < 0 else whole[::-1]
    found: Array = np.roll(whole, -north_west(whole), axis=0) / scale
    return found


def _without_flat(rings: list[tuple[int, Array | None]]) -> list[tuple[int, Array]]:
    """Rings with corners; holes of a part that vanished go with it."""
    kept: list[tuple[int, Array]] = []
    alive = False
    for number, xy in rings:
        alive = xy is not None if number == 1 else alive
        if xy is not None and alive:
            kept.append((number, xy))
    return kept


def _polygon(rings: list[tuple[int, Array]]) -> Any:
    parts: list[list[Array]] = []
    for number, xy in rings:
        if number == 1:
            parts.append([])
        parts[-1].append(xy)
    made = [shapely.Polygon(one[0], one[1:]) for one in parts]
    return made[0] if len(made) == 1 else shapely.multipolygons(made)


def _parcel(cells: dict[str, str], rings: list[tuple[int, Array]], area: float, dialect: Dialect, places: int, prefix: str, decimals: int) -> str:
    """A head line and the lines of its points."""
    rows = sum(len(xy) + 1 for _, xy in rings)
    more = {"count": str(rows - (dialect.count == "rows_less_one")), "area": f"{area:.{decimals}f}" if dialect.area else "0"}
    head = ",".join({**cells, **more}.get(name, "") for name in dialect.fields) + ",@" + dialect.behind + dialect.head_end
    lines, name = [head], 0
    for number, xy in rings:
        first = name + 1
        for x, y in xy.tolist():
            name += 1
            lines.append(f"{prefix}{name},{number},{y:.{places}f},{x:.{places}f}\r\n")
        lines.append(f"{prefix}{first},{number},{xy[0, 1]:.{places}f},{xy[0, 0]:.{places}f}\r\n")
    return "".join(lines)
