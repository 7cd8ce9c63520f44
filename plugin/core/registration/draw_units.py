"""Drawing registration units (预划登记单元): who takes what from whom, and what stays over (domain-rules §3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from .. import ellipsoid, measure
from ..coverage import mean_width
from ..errors import InputError
from ..finding import Finding
from ..overlay_cuts import polygons_only
from ..progress import SILENT, Progress
from ..schema import Pack
from ..table import Table
from .claims import common_ground, without
from .drawn import Booked, Given, journal_table, rest_table, units_table
from .one_plane import one_plane
from .plane import Plane
from .unit_sources import UnitSource, unit_sources
from .unit_types import UnitType, ranked, unit_types

__all__ = ["Drawn", "draw_units"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Drawn:
    """units in the ZRZYDJDY schema, journal of what was taken from whom, rest of the county, findings, and counts by name."""

    units: Table
    journal: Table
    rest: Table
    findings: list[Finding]
    counts: dict[str, int]


def draw_units(
    county: Table, layers: Sequence[Table], pack: Pack, priority: str = "", exclude: Table | None = None, progress: Progress = SILENT
) -> Drawn:
    """Registration units of every type from their source layers, by the pack's order (domain-rules §3).

    A higher unit takes in what lies inside it and the lower keeps the rest; minerals lie below ground and take part in nothing. What lies
    outside the county (COUNTY, its sea and islands) and inside `exclude` is taken off. For each source kept + taken + outside + excluded
    = its area. All layers are brought to the plane of `county` (its own where projected, else the 3° zone) and the results back to its
    CRS. InputError `input.nothing_to_use` for a county without ground.
    """
    if not len(county):
        raise InputError("input.nothing_to_use", layer=county.name)
    plane, (flat, *flat_layers) = one_plane(county, *layers)
    types = ranked(unit_types(pack), priority)
    names = [row["field"] for row in pack.rule("unit_names")]
    sources, findings = unit_sources(flat_layers, types, names, str(pack.value("drawing", "class_field")))
    findings += _duplicates(sources)
    barred = shapely.union_all(one_plane(county, exclude)[1][1].shapes) if exclude is not None and len(exclude) else None
    domain = shapely.union_all([shapely.union_all(flat.shapes), *(one.shape for one in sources if types[one.kind].ground)])
    metre = ellipsoid.metres(plane.crs) if plane.crs else 1.0
    given = Given(float(pack.value("drawing", "noise_area")) / metre**2)
    walk = progress.part(0.05, 0.8)
    journal: list[Booked] = []
    for number, source in enumerate(sources):
        walk.at(number / len(sources))
        journal += _draw(source, types[source.kind], domain, barred, given)
    findings += _judged(journal, given, float(pack.value("drawing", "sliver_width")) / metre, plane)
    walk.at(1.0)
    units = units_table(given, plane, county, pack)
    rest = rest_table(flat, given, barred, plane, county.crs)
    table = journal_table(journal, given, units, plane, pack)
    counts = {"sources": len(sources), "units": len(units), "noise": given.dropped}
    return Drawn(units, table, rest, [_back(one, plane, county.crs) for one in findings], counts)


def _draw(source: UnitSource, kind: UnitType, domain: Any, barred: Any, given: Given) -> list[Booked]:
    """Cut one source down to what no higher unit holds, give it its ground, and book every piece."""
    booked: list[Booked] = []
    rest = source.shape
    if not shapely.covers(domain, rest):
        outside = given.clean(without(rest, domain))
        if outside is not None:
            booked.append(Booked(source, "outside", -1, outside))
            rest = given.clean(common_ground(rest, domain))
    if rest is not None and barred is not None and shapely.intersects(rest, barred):
        off = given.clean(common_ground(rest, barred))
        if off is not None:
            booked.append(Booked(source, "excluded", -1, off))
            rest = given.clean(without(rest, barred))
    if rest is not None and kind.chain != "mineral":
        taken, rest = _taken(source, rest, given)
        booked += taken
    if rest is not None:
        booked.append(Booked(source, "kept", given.give(source, rest, kind.chain == "mineral"), rest))
    return booked


def _taken(source: UnitSource, rest: Any, given: Given) -> tuple[list[Booked], Any]:
    """What the units drawn before take from `rest`, and what they leave."""
    near = given.near(rest)
    listed = np.array([*(given.shapes[at] for at in near), None], dtype=object)[:-1]
    shapely.prepare(rest)
    meets = shapely.intersects(rest, listed) & ~shapely.touches(rest, listed)
    pieces, real, _ = polygons_only(shapely.intersection(rest, listed[meets]))
    booked, takers = [], []
    for at, shape, piece, some in zip(near[meets], listed[meets], pieces, real):
        part = given.clean(piece) if some else None
        if part is not None:
            booked.append(Booked(source, "taken", int(at), part))
            takers.append(shape)
    return booked, given.clean(without(rest, shapely.union_all(takers))) if takers else rest


def _duplicates(sources: Sequence[UnitSource]) -> list[Finding]:
    """The same number on units of different types, or on features that each are a unit of their own."""
    first: dict[str, UnitSource] = {}
    findings = []
    for one in sources:
        if one.number and first.setdefault(one.number, one) is not one:
            facts = {"number": one.number, "first": first[one.number].label}
            findings.append(Finding("draw.duplicate_number", "error", one.layer, one.label, "ZRZYDJDYH", facts, one.shape))
    return findings


def _judged(journal: Sequence[Booked], given: Given, sliver: float, plane: Plane) -> list[Finding]:
    """What a surveyor should look at: clipped units, overlaps of one type, units that vanished, strips that stay behind."""
    findings = []
    kept = {id(one.source) for one in journal if one.action == "kept"}
    cut = {id(one.source) for one in journal if one.action != "kept"}
    for one in journal:
        source, facts = one.source, {"unit": one.source.label, "layer": one.source.layer, "area": _area(one.shape, plane)}
        if one.action == "outside":
            findings.append(Finding("draw.outside_county", "warning", source.layer, source.label, facts=facts, where=one.shape))
        if one.action == "taken" and given.sources[one.taker].kind == source.kind:
            other = {**facts, "other": given.sources[one.taker].label}
            findings.append(Finding("draw.same_type_overlap", "warning", source.layer, source.label, facts=other, where=one.shape))
        if one.action == "kept" and id(source) in cut:
            parts = shapely.get_parts(one.shape)
            for strip in parts[mean_width(parts) < sliver]:
                facts = {"unit": source.label, "layer": source.layer, "area": _area(strip, plane)}
                findings.append(Finding("draw.sliver_left", "warning", source.layer, source.label, facts=facts, where=strip))
    for source in {id(one.source): one.source for one in journal if id(one.source) not in kept}.values():
        facts = {"unit": source.label, "layer": source.layer}
        findings.append(Finding("draw.nothing_left", "note", source.layer, source.label, facts=facts, where=source.shape))
    return findings


def _area(shape: Any, plane: Plane) -> float:
    return float(measure.areas([shape], plane.crs)[0])


def _back(one: Finding, plane: Plane, crs: str | None) -> Finding:
    return one if one.where is None else replace(one, where=plane.back(np.array([one.where], dtype=object), crs)[0])
