"""The head of a VCT file: whose dialect it is, in which CRS, by which separator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...crs import crs_of
from ...ellipsoid import is_cgcs2000
from ...errors import CrsError, InputError
from ...schema import Pack
from ..zones import Plane, crs_of_plane, datum_named, plane_of
from .source import Source

__all__ = ["Head", "dialect_of", "is_vct", "read_head", "written"]

_BEGIN = "headbegin"
_GEOGRAPHIC = "EPSG:4490"
# what a 2007 or 3.0 head and an older one call the same thing
_ALSO = {"coordinatesystemtype": ("coordsystype",), "xyunit": ("unit",), "mapscale": ("scale", "scalem")}


@dataclass(frozen=True)
class Head:
    """What a head says. dialect: key of the pack's page `vct_heads`; counted: records as in 2007 and 3.0 (with counts and an end line);
    crs: EPSG text or None where the head does not tell; values: every line of the head by its word in lower case."""

    dialect: str
    counted: bool
    separator: str = ","
    crs: str | None = None
    problem: CrsError | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    def value(self, word: str) -> str:
        """A value of the head under its name or an older one, "" where it is not there."""
        return next((self.values[name] for name in (word, *_ALSO.get(word, ())) if self.values.get(name)), "")


def is_vct(start: str) -> bool:
    """Whether the first kilobyte of a text is that of a Chinese VCT file (and not of another format of that ending)."""
    lowered = start.lower()
    return "headbegin" in lowered or "commentbegin" in lowered


def read_head(source: Source, pack: Pack) -> Head:
    """The head, the source standing behind it; InputError `vct.no_head`, `vct.unknown_dialect`, `vct.topology`; Fault where it does not end."""
    if (source.peek() or "").lower() != _BEGIN:
        raise InputError("vct.no_head", line=source.number, found=(source.peek() or "")[:60])
    source.next("vct.no_head")
    values: dict[str, str] = {}
    while (line := source.next("vct.head_open")).lower() != "headend":
        word, _, value = line.partition(":")
        values[word.strip().lower()] = value.strip()
    row = dialect_of(values, pack)
    separator = values.get("separator", "") or ","
    crs, problem = None, None
    try:
        crs = _crs(values, pack)
    except CrsError as failure:
        problem = failure
    if row["records"] == "plain" and values.get("topo") == "2":
        raise InputError("vct.topology", dialect=row["dialect"])
    source.separator = separator
    return Head(row["dialect"], row["records"] == "counted", separator, crs, problem, values)


def dialect_of(values: Mapping[str, str], pack: Pack) -> Mapping[str, str]:
    """The row of `vct_heads` that DataMark and Version name; InputError `vct.unknown_dialect`."""
    mark, version = values.get("datamark", "").upper(), values.get("version", "").upper().replace(" ", "")
    alike = [row for row in pack.rule("vct_heads") if row["data_mark"].upper() == mark]
    exact = [row for row in alike if row["version"] and row["version"].upper().replace(" ", "") == version]
    loose = [row for row in alike if not row["version"]]
    # one version of a mark is known: a later one is read by the same rules
    found = exact or loose or (alike if len(alike) == 1 else [])
    if not found:
        raise InputError("vct.unknown_dialect", mark=values.get("datamark", ""), version=values.get("version", ""))
    return found[0]


def _crs(values: Mapping[str, str], pack: Pack) -> str | None:
    head = Head("", False, values=values)
    spheroid, kind = values.get("spheroid", ""), head.value("coordinatesystemtype").upper()
    datum = datum_named(spheroid, pack) or datum_named(values.get("horizontalcrs", ""), pack)
    if kind == "D" or head.value("xyunit").upper() == "D":
        if datum not in ("", "cgcs2000"):
            raise CrsError("crs.unknown_zone", datum=datum, width=0, zone=0)
        return _GEOGRAPHIC if datum else None
    numbers = [float(one) if _is_number(one) else np.nan for one in values.get("parameters", "").replace("，", ",").split(",")]
    plane = _plane(datum, numbers)
    return None if plane is None else crs_of_plane(plane.datum, plane.width, plane.zone, plane.prefixed, pack)


def _plane(datum: str, numbers: list[float]) -> Plane | None:
    """The plane of six parameters (3.0: meridian, scale, easting, northing, width, zone) or ten (2007: easting seventh, width ninth)."""
    if not datum or len(numbers) < 6:
        return None
    central, easting, width = (numbers[0], numbers[6], numbers[8]) if len(numbers) >= 9 else (numbers[0], numbers[2], numbers[4])
    if not np.isfinite([central, easting, width]).all() or width not in (3.0, 6.0):
        return None
    zone = central / 3.0 if width == 3.0 else (central + 3.0) / 6.0
    if zone != int(zone):
        return None
    return Plane(datum, int(width), int(zone), central, easting >= 1e6)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def written(crs: str | None, box: tuple[float, float, float, float], date: str, pack: Pack, separator: str = ",") -> list[str]:
    """The lines of a 3.0 head for a CGCS2000 CRS; CrsError `crs.missing`, `crs.not_a_zone`.

    box: xmin, ymin, xmax, ymax in the CRS; date: YYYYMMDD.
    """
    if not crs:
        raise CrsError("crs.missing", layer="VCT")
    row = pack.row("vct_heads", "vct3")
    body = pack.row("datums", "cgcs2000")
    degrees = crs_of(crs).is_geographic
    if degrees and not is_cgcs2000(crs):  # the head names a datum, and no other than its own may stand under it
        raise CrsError("crs.not_a_zone", crs=str(crs_of(crs).name))
    decimals = int(pack.number("vct", "degree_decimals" if degrees else "decimals"))
    lines = [f"DataMark:{row['data_mark']}", f"Version:{row['version']}", f"CoordinateSystemType:{'D' if degrees else 'P'}", "Dim:2"]
    lines += ["XAxisDirection:E", "YAxisDirection:N", f"XYUnit:{'D' if degrees else 'M'}", "ZUnit:M"]
    lines += [f"Spheroid:{body['spheroid']},{body['semi_major']},{body['inverse_flattening']}", "PrimeMeridian:Greenwich"]
    lines += ["Projection:", "Parameters:"] if degrees else _projection(plane_of(crs))
    lines += ["VerticalDatum:1985国家高程基准", "TemporalReferenceSystem:北京时间"]
    lines += [f"Extent{name}:{x:.{decimals}f},{y:.{decimals}f}" for name, x, y in (("Min", *box[:2]), ("Max", *box[2:]))]
    lines += ["MapScale:" + pack.value("vct", "map_scale"), "Offset:0,0", f"Date:{date}", f"Separator:{separator}"]
    return ["HeadBegin", *lines, "HeadEnd"]


def _projection(plane: Plane) -> list[str]:
    numbers: list[Any] = [plane.central, 1, plane.easting, 0, plane.width, plane.zone]
    return ["Projection:高斯-克吕格投影", "Parameters:" + ",".join(f"{one:.12g}" for one in numbers)]
