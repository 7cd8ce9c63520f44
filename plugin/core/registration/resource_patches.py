"""Delineating natural-resource patches (划分自然资源图斑): unit ∩ ownership ∩ land cover, with areas that add up (domain-rules §3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import ellipsoid, measure, rejected
from ..errors import InputError, ShanshuiError
from ..finding import Finding
from ..progress import SILENT, Progress
from ..schema import Pack
from ..table import Table
from .claims import settle
from .dissolve import dissolved
from .equalities import equalities
from .groups import groups_of
from .levelling import add, bend, level_parts
from .one_plane import one_plane
from .owners import FIELDS, Owners, owner_zones
from .patch_table import patch_table
from .pieces import Cover, Limits, Pieces, cut_units
from .plane import Plane
from .resource_types import crosswalk, typed
from .summary import base_table, summary_table, type_tables
from .survey_shares import AREAS, SurveyShares
from .unit_ground import UnitGround, unit_ground
from .unit_types import unit_types

__all__ = ["Options", "Patched", "resource_patches"]

Array = np.ndarray[Any, Any]

_AREAS = ("area", "source", "overlap")


@dataclass(frozen=True)
class Options:
    """dissolve: one patch for connected ground of equal unit, owner and type; control: field of registered areas of the units ("" = none).

    sliver: mean width (m) under which overlaps are given away, None for the pack's; disputed_as: see `owner_zones`; group_by: none,
    village, township or field (the one that group_field names); area: geometry, or survey for shares of TBMJ (`AREAS`).
    """

    dissolve: bool = True
    control: str = ""
    sliver: float | None = None
    disputed_as: str = "disputed"
    group_by: str = "none"
    group_field: str = ""
    area: str = "geometry"


@dataclass(frozen=True)
class Patched:
    """patches (ZRZYTB) in the CRS of the units, summary (ZRZK), type tables, findings, what could not be used, and counts by name."""

    patches: Table
    summary: Table
    types: Table
    findings: list[Finding]
    rejected: Table
    counts: dict[str, float] = field(default_factory=dict)

    def told(self, *names: str) -> dict[str, str]:
        """Some counts as text: areas with two decimals, numbers whole."""
        return {name: f"{self.counts[name]:.2f}" if name in _AREAS else f"{self.counts[name]:.0f}" for name in names}


def resource_patches(
    units: Table,
    ownership: Table,
    landcover: Table,
    registration: Pack,
    survey: Pack,
    options: Options = Options(),
    progress: Progress = SILENT,
) -> Patched:
    """The natural-resource patches of registration units, and their sums (domain-rules §3, cadastre §1.7).

    Everything is brought to the plane of `units` (vertices moved, none added) and results back to its CRS. Areas are measured once by the
    official series and levelled proportionally, so that patches and undecided pieces sum to the unit to the last 0.01 m²; survey areas sum
    to TBMJ instead. FieldError for a layer without QSXZ or DLBM (TBMJ); InputError `patches.area_and_control`; ShanshuiError
    `patches.not_conserved`, `patches.sums_differ` when the books do not balance.
    """
    if options.area not in AREAS:
        raise InputError("input.unknown_choice", name="AREA", value=options.area, choices=", ".join(AREAS))
    if options.area == "survey" and options.control:
        raise InputError("patches.area_and_control", field=options.control)
    plane, (flat, owned, covered) = one_plane(units, ownership, landcover)
    limits = Limits(*(float(registration.value("patches", name)) for name in ("noise_area", "hairline_width", "dust_width")))
    sliver = registration.number("settings", "sliver_width") if options.sliver is None else options.sliver
    types = unit_types(registration)
    ground = unit_ground(flat, types, options.control, survey.number("area", "level_limit"), progress.part(0.0, 0.05))
    owners = owner_zones(owned, registration, sliver, options.disputed_as, progress.part(0.05, 0.15))
    cover, findings, counts = _cover(covered, survey, sliver, progress.part(0.15, 0.35))
    pieces = cut_units(ground, owners.zones, cover, types, limits, progress.part(0.35, 0.75))
    pieces.rows["GROUP"] = groups_of(pieces.rows, options.group_by, options.group_field, covered, owned, owners, flat)
    shares = SurveyShares(covered) if options.area == "survey" else None
    merged = _merged(pieces, options.dissolve, limits.noise, plane, shares, progress.part(0.75, 0.9))
    found = _levelled(merged, ground, plane.crs, float(survey.value("overlay", "tolerance")))
    rows, shapes = found.rows, found.shapes
    decided = (rows["REASON"] == "").to_numpy(dtype=bool)
    base = base_table(rows)
    summary = summary_table(base, ground, registration)
    patches = patch_table(rows[decided].reset_index(drop=True), shapes[decided], ground, registration)
    out = patches.with_geometry(plane.back(patches.shapes, units.crs), units.crs)
    _balanced(equalities(summary, patches, registration))
    findings = [*ground.findings, *owners.findings, *findings, *_undecided(rows[~decided], shapes[~decided], ground, units.name)]
    findings = [
        one if one.where is None else replace(one, where=plane.back(np.array([one.where], dtype=object), units.crs)[0]) for one in findings
    ]
    counts.update(_counted(owners, pieces, patches))
    aside = _aside(rows[~decided], shapes[~decided], ground, plane, units)
    tables = (summary, type_tables(base, ground, registration))
    if shares is not None:
        counts["unstated"] = float(shares.without)
        tables = (tables[0].with_columns(AREA_BASIS="survey"), tables[1].with_columns(AREA_BASIS="survey"))
    return Patched(out, *tables, findings, aside, counts)


def _cover(table: Table, survey: Pack, sliver: float, progress: Progress) -> tuple[Cover, list[Finding], dict[str, float]]:
    """The land survey as zones without overlap; of two rows that overlap widely the one that stands first keeps the ground."""
    read = typed(table, crosswalk(survey))
    found = settle(table, sliver, lambda rows: rows[:1], progress)
    rows = np.array([one[0] for one in found.rows], dtype=np.int64)
    keys = table.text("BSM").to_numpy(dtype=object)
    findings = list(read.findings)
    areas = measure.areas([shape for _, shape in found.wide], table.crs)
    for (claimants, shape), area in zip(found.wide, areas.tolist()):
        facts = {"rows": ", ".join(str(keys[row] or row + 1) for row in claimants), "area": area}
        findings.append(
            Finding("patches.cover_overlap", "warning", table.name, str(keys[claimants[0]] or claimants[0] + 1), facts=facts, where=shape)
        )
    names = table.text("DLMC").to_numpy(dtype=object)
    zones = Table(pd.DataFrame(index=range(len(rows))), found.shapes, table.crs, table.name)
    counts = {"cover": float(found.narrow), "cleaned": float(read.cleaned)}
    return Cover(zones, rows, keys, read.codes, names, read.types), findings, counts


def _merged(pieces: Pieces, dissolve: bool, noise: float, plane: Plane, shares: SurveyShares | None, progress: Progress) -> Pieces:
    """Pieces joined to patches: the fields of the largest piece, SOURCES the number of survey patches behind it, SURVEY m² by `shares`.

    What is undecided stands part by part.
    """
    rows, shapes = pieces.rows, pieces.shapes
    apart = np.ones(len(rows), dtype=bool) if dissolve else (rows["REASON"] != "").to_numpy(dtype=bool)
    parts, owner = shapely.get_parts(shapes[apart], return_index=True)
    single = rows[apart].iloc[owner].reset_index(drop=True)
    if shares is not None:
        of = np.concatenate([rows["COVER"][~apart], single["COVER"]]).astype(int)
        survey = shares(of, np.concatenate([shapes[~apart], parts]))
        rows, single = rows.assign(SURVEY=0.0), single.assign(SURVEY=survey[int((~apart).sum()) :])
        rows.loc[~apart, "SURVEY"] = survey[: int((~apart).sum())]
    whole = rows[~apart].assign(SOURCES=(rows["COVER"][~apart] >= 0).astype(int))
    decided = (single["REASON"] == "").to_numpy(dtype=bool)
    left = single[~decided].assign(SOURCES=(single["COVER"][~decided] >= 0).astype(int))
    made, grounds = _joined(single[decided].reset_index(drop=True), parts[decided], noise, plane, progress)
    listed = [one for one in (whole, made, left) if len(one)]
    table = pd.concat(listed, ignore_index=True) if listed else whole
    return replace(pieces, rows=table, shapes=np.concatenate([shapes[~apart], grounds, parts[~decided]]))


def _joined(rows: pd.DataFrame, parts: Array, noise: float, plane: Plane, progress: Progress) -> tuple[pd.DataFrame, Array]:
    """Connected ground of equal unit, group, owner and type."""
    by = ["UNIT", "GROUP", "ZRZYLX", "OWNERSHIP", "DISPUTE", *FIELDS]
    keys = rows.groupby(by, sort=False, dropna=False).ngroup().to_numpy()
    shapes, home = dissolved(parts, keys, noise / (ellipsoid.metres(plane.crs) ** 2 if plane.crs else 1.0), progress)
    order = np.lexsort((np.arange(len(home)), -shapely.area(parts), home))
    first = order[np.unique(home[order], return_index=True)[1]]
    cover = pd.DataFrame({"HOME": home, "COVER": rows["COVER"].to_numpy(dtype=int)})
    count = cover[cover["COVER"] >= 0].groupby("HOME")["COVER"].nunique().reindex(range(len(shapes)), fill_value=0)
    made = rows.iloc[first].reset_index(drop=True).assign(SOURCES=count.to_numpy())
    if "SURVEY" in made:
        made["SURVEY"] = measure.round_half_away(np.bincount(home, rows["SURVEY"].to_numpy(dtype=float), len(shapes)), 2)
    return made, shapes


def _levelled(pieces: Pieces, ground: UnitGround, crs: str | None, tolerance: float) -> Pieces:
    """MJ of each piece, levelled to its unit, and ADJUSTMENT, what levelling changed (m²).

    Levelling takes away what rounding leaves, never a lost piece: the measured pieces must sum to the measured unit within `tolerance`
    (relative), the rounding of each and the bend of its edges; ShanshuiError `patches.not_conserved`. Survey areas (SURVEY) stay as they are.
    """
    measured, bent = measure.areas(pieces.shapes, crs), bend(ground.shapes, crs)
    area = measured.copy()
    unit: Any  # a position: of a key the stubs know no more than that it can be one
    for unit, at in pieces.rows.groupby("UNIT", sort=False).indices.items():
        area[at] = level_parts(measured[at], float(ground.areas[unit]))
        off = abs(add(measured[at]) - ground.measured[unit])
        if off > 0.01 * len(at) + tolerance * ground.measured[unit] + bent[unit]:
            raise ShanshuiError(
                "patches.not_conserved", unit=ground.numbers[unit], sum=add(measured[at]), area=float(ground.measured[unit])
            )
    area = pieces.rows["SURVEY"].to_numpy(dtype=float) if "SURVEY" in pieces.rows else area
    rows = pieces.rows.drop(columns="SURVEY", errors="ignore")
    return replace(pieces, rows=rows.assign(MJ=area, ADJUSTMENT=measure.round_half_away(area - measured, 2)))


def _undecided(rows: pd.DataFrame, shapes: Array, ground: UnitGround, layer: str) -> list[Finding]:
    """A finding for each connected place of a unit that lacks ownership or land cover, with its levelled area."""
    if not len(rows):
        return []
    keys = rows.groupby(["UNIT", "REASON"], sort=True).ngroup().to_numpy()
    places, home = dissolved(shapes, keys)
    findings = []
    area = rows["MJ"].to_numpy(dtype=float)
    for at, place in enumerate(places):
        members = np.flatnonzero(home == at)
        if len(members):
            one = rows.iloc[members[0]]
            unit = str(ground.numbers[one["UNIT"]] or one["UNIT"] + 1)
            facts = {"unit": unit, "area": add(area[members]), "codes": ", ".join(sorted(set(rows["DLBM"].iloc[members]) - {""}))}
            findings.append(Finding(str(one["REASON"]), "error", layer, unit, facts=facts, where=place))
    return findings


def _aside(rows: pd.DataFrame, shapes: Array, ground: UnitGround, plane: Plane, units: Table) -> Table:
    """The undecided pieces as set-aside rows, with what is known of them."""
    named = rows.drop(columns=["UNIT", "ZONE", "COVER", "REASON", "SOURCES"]).reset_index(drop=True)
    named.insert(0, "ZRZYDJDYH", ground.numbers[rows["UNIT"].to_numpy(dtype=int)])
    table = Table(named, plane.back(shapes, units.crs), units.crs, units.name)
    parts = []
    for reason in dict.fromkeys(rows["REASON"]):
        which = (rows["REASON"] == reason).to_numpy(dtype=bool)
        parts.append(rejected.reject(table, which, reason, rows["MJ"].to_numpy(dtype=float)[which], "ZRZYDJDYH"))
    return rejected.gather(parts, units.crs)


def _balanced(differing: Sequence[Finding]) -> None:
    """ShanshuiError for the first equality that does not hold."""
    if differing:
        raise ShanshuiError(differing[0].code, **differing[0].facts)


def _counted(owners: Owners, pieces: Pieces, patches: Table) -> dict[str, float]:
    disputed = patches["DISPUTE"].to_numpy(dtype=object)
    area = patches["MJ"].to_numpy(dtype=float)
    return {
        "pieces": float(len(pieces.rows)),
        "patches": float(len(patches)),
        "slivers": float(owners.narrow),
        "area": owners.narrow_area,
        "joined": float(pieces.joined),
        "dust": float(pieces.dropped),
        "source": add(area[disputed == "source"]),
        "overlap": add(area[disputed == "overlap"]),
    }
