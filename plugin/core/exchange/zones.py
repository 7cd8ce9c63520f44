"""Which CRS a file means that names a datum, a zone width, a zone and perhaps a prefix, and the other way round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..crs import crs_of
from ..ellipsoid import zone_of
from ..errors import CrsError
from ..schema import Pack

__all__ = ["Plane", "crs_of_plane", "datum_named", "plane_in", "plane_of"]


@dataclass(frozen=True)
class Plane:
    """A Gauss–Krüger plane as exchange files name it. datum: key of the pack's page `datums`; width: 3 or 6; zone: its number (of that width);
    central: degrees; prefixed: eastings begin with the zone number."""

    datum: str
    width: int
    zone: int
    central: float
    prefixed: bool

    @property
    def easting(self) -> float:
        """The false easting in metres."""
        return 500_000.0 + (1e6 * self.zone if self.prefixed else 0.0)


def datum_named(text: str, pack: Pack) -> str:
    """The datum that a file's words name (2000国家大地坐标系, CGCS2000, 西安80 …), "" for none of the pack's."""
    plain = _plain(text)
    for row in pack.rule("datums"):
        if any(_plain(word) in plain for word in row["words"].split("|") if word):
            return row["datum"]
    return ""


def _plain(text: str) -> str:
    return "".join(one for one in text.lower() if one.isalnum())


def crs_of_plane(datum: str, width: int, zone: int, prefixed: bool, pack: Pack) -> str:
    """The EPSG code text of a zone; CrsError `crs.unknown_zone` where the pack has none for it."""
    for row in pack.rule("zone_crs"):
        if (row["datum"], int(row["width"]), row["prefixed"] == "1") == (datum, width, prefixed):
            at = zone - int(row["first_zone"])
            if 0 <= at < int(row["zones"]):
                return f"EPSG:{int(row['first_epsg']) + at}"
    raise CrsError("crs.unknown_zone", datum=datum or "?", width=width, zone=zone)


def plane_of(crs: str) -> Plane:
    """The plane of a CGCS2000 CRS; CrsError `crs.not_a_zone` for any other."""
    zone = zone_of(crs)
    if zone is None:
        raise CrsError("crs.not_a_zone", crs=str(crs_of(crs).name))
    return Plane("cgcs2000", zone.width, zone.number, zone.central, bool(zone.prefix))


def plane_in(crs: str, pack: Pack) -> Plane:
    """The plane of a CRS of any datum on the pack's page `zone_crs`; CrsError `crs.not_a_zone`."""
    try:
        return plane_of(crs)
    except CrsError:
        code = crs_of(crs).to_epsg() or 0
        for row in pack.rule("zone_crs"):
            at = code - int(row["first_epsg"])
            if 0 <= at < int(row["zones"]):
                width, zone = int(row["width"]), int(row["first_zone"]) + at
                central = 3.0 * zone if width == 3 else 6.0 * zone - 3.0
                return Plane(row["datum"], width, zone, central, row["prefixed"] == "1")
        raise


def spheroid(datum: str, pack: Pack) -> Mapping[str, str]:
    """The row of a datum on the pack's page `datums` (name as VCT heads write it, semi-major axis, flattening)."""
    return pack.row("datums", datum)
