"""The land survey of two years: DLTB with every attribute, areas levelled to the villages, and what changed carried on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import balance, measure, survey_area
from ..codes import CodeList
from ..progress import SILENT, Progress
from ..schema import Pack
from ..table import Table
from . import lines, names, ownership
from .districts import Districts
from .ground import Ground
from .landcover import PORT, RIVERSIDE, TOWN
from .noise import hashed
from .pages import identifiers, page_table
from .scene import CRS

__all__ = ["YEARS", "Surveys", "surveys"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Texts = NDArray[np.object_]
Shapes = NDArray[Any]

YEARS = (2020, 2023)
_STATE_USE = (ownership.ROADS, ownership.RAIL, ownership.HARBOUR, ownership.URBAN)
_SETTLED = ("05", "06", "07", "08", "1004", "1005", "1201")


@dataclass(frozen=True, eq=False)
class Surveys:
    """DLTB of the first year and DLTB_T1 of the second; row (faces,): the row of DLTB that each face lies in, row1: of DLTB_T1; -1 elsewhere."""

    first: Table
    second: Table
    row: Ints
    row1: Ints


@dataclass(frozen=True, eq=False)
class _Facts:
    """What is known of each patch: its face (any one of its faces), code, village, place, area, MSSM and island."""

    face: Ints
    code: Texts
    village: Ints
    x: Floats
    y: Floats
    island: Ints


def surveys(ground: Ground, found: Districts, survey: Pack, progress: Progress = SILENT) -> Surveys:
    """The land survey of both years.

    The first year's TBMJ are measured and levelled to their village (CJDCQ.DCMJ). In the second year what did not change keeps identifier and
    area; a divided patch hands its area to the pieces by their share; joined ones add up; land won from the sea is measured. Raises Cancelled.
    """
    first = _facts(ground, ground.patch, ground.code, ground.village)
    order = _order(first)
    rank = np.argsort(order)
    row = np.where(ground.patch >= 0, rank[ground.patch], -1)
    first = _taken(first, order)
    shapes = ground.polygons(row, len(order))
    progress.at(0.1)
    size = measure.areas(shapes, CRS, progress=progress.part(0.1, 0.4))
    keys = identifiers("DLTB", len(order))
    of = found.row[first.face]
    part = np.where(first.island >= 0, "01", "00").tolist()
    labels = [f"{one:03d}" for one in of.tolist()]
    control = {f"{at:03d}": float(area) for at, area in enumerate(found.controls)}
    level, _, _ = balance.level_groups(size, labels, control, keys)
    progress.at(0.5)
    number = _numbers(first.village)
    table = _table(ground, survey, shapes, first, level, keys, number, part, YEARS[0], "DLTB")
    progress.at(0.6)
    second, row1 = _second(ground, survey, table, row, first, shapes, size, level, keys, number, progress.part(0.6, 1.0))
    return Surveys(table, second, row, row1)


def _facts(ground: Ground, patch: Ints, code: Texts, village: Ints) -> _Facts:
    """Facts of patches; a place is the middle of the patch's faces."""
    on = np.flatnonzero(patch >= 0)
    count = np.bincount(patch[on], minlength=len(code))
    x, y = (np.bincount(patch[on], ground.centres[on, axis], len(code)) / count for axis in (0, 1))
    face = np.empty(len(code), dtype=np.int64)
    face[patch[on][::-1]] = on[::-1]
    return _Facts(face, code, village[face], x, y, ground.island[face])


def _taken(facts: _Facts, order: Ints) -> _Facts:
    return _Facts(*(getattr(facts, name)[order] for name in ("face", "code", "village", "x", "y", "island")))


def _order(facts: _Facts) -> Ints:
    """Village by village, in rows from the north, from west to east in each."""
    return np.asarray(np.lexsort((facts.x, -np.floor(facts.y / 500.0), facts.island, facts.village)))


def _numbers(village: Ints) -> Ints:
    """TBBH: from 1 in each village, in the order of the rows."""
    order = np.argsort(village, kind="stable")
    starts = np.searchsorted(village[order], village[order])
    found = np.empty(len(village), dtype=np.int64)
    found[order] = np.arange(len(village)) - starts + 1
    return found


def _second(
    ground: Ground, survey: Pack, table: Table, row: Ints, first: _Facts, shapes: Shapes, size: Floats, level: Floats, keys: list[str],
    number: Ints, progress: Progress,
) -> tuple[Table, Ints]:
    after = ground.later
    facts = _facts(ground, after.patch, after.code, ground.village1)
    order = _order(facts)
    facts, rank = _taken(facts, order), np.argsort(order)
    row1 = np.where(after.patch >= 0, rank[after.patch], -1)
    both = np.unique(np.column_stack([row, row1])[(row >= 0) & (row1 >= 0)], axis=0)
    old, new = both.T
    alone = (np.bincount(old, minlength=len(shapes))[old] == 1) & (np.bincount(new, minlength=len(order))[new] == 1)
    made, area = np.empty(len(order), dtype=object), np.full(len(order), np.nan)
    changed = np.ones(len(order), dtype=bool)
    changed[new[alone]] = False
    fresh_label = np.where(changed, np.cumsum(changed) - 1, -1)
    made[changed] = ground.polygons(np.where(row1 >= 0, fresh_label[row1], -1), int(changed.sum()))
    made[new[alone]] = shapes[old[alone]]
    progress.at(0.3)
    area[changed] = measure.areas(made[changed], CRS)
    area[new[alone]] = size[old[alone]]
    shared = _carried(old, new, area, size, level, len(order))
    kept = np.full(len(order), -1)
    same = alone & (facts.code[new] == first.code[old])
    kept[new[same]] = old[same]
    fresh = np.flatnonzero(kept < 0)
    identity = np.full(len(order), "", dtype=object)
    identity[kept >= 0] = np.array(keys, dtype=object)[kept[kept >= 0]]
    identity[fresh] = identifiers("DLTB", len(keys) + len(fresh))[len(keys) :]
    serial = np.where(kept >= 0, number[kept], 0)
    last = np.bincount(first.village, minlength=int(facts.village.max()) + 1)
    serial[fresh] = last[facts.village[fresh]] + _numbers(facts.village[fresh])
    part = np.where(facts.island >= 0, "01", "00").tolist()
    progress.at(0.6)
    return _table(ground, survey, made, facts, shared, identity, serial, part, YEARS[1], "DLTB_T1"), row1


def _carried(old: Ints, new: Ints, area: Floats, size: Floats, level: Floats, count: int) -> Floats:
    """TBMJ of the second year from that of the first."""
    found = np.zeros(count)
    whole = np.bincount(old, minlength=len(size))[old] == 1
    np.add.at(found, new[whole], level[old[whole]])
    cut, piece = old[~whole], new[~whole]
    listed, place = np.unique(cut, return_inverse=True)
    shares = survey_area.share_out(level[listed], size[listed], np.zeros(len(listed)), place.ravel(), area[piece], piece.tolist())
    np.add.at(found, piece, shares.tbmj)
    found = measure.round_half_away(found, 2)
    won = np.setdiff1d(np.arange(count), new)
    found[won] = area[won]
    return found


def _table(
    ground: Ground, survey: Pack, shapes: Shapes, facts: _Facts, tbmj: Floats, keys: Any, number: Ints, part: list[str], year: int, name: str
) -> Table:
    owner, zone = ground.owner[facts.face], ground.zone[facts.face]
    # few texts that many rows share
    codes = names.village_codes(ground.scene) + "0000000"
    won = ground.filled[facts.face] > 0
    owner = np.where(won & (owner < 0), ownership.HARBOUR, owner)
    zone = np.where(won, PORT, zone)
    titles = names.village_names(ground.scene)
    farm = _farmland(ground, survey, facts, tbmj)
    isles = np.array([names.ISLANDS[one] if one >= 0 else None for one in facts.island], dtype=object)
    columns: dict[str, Any] = {
        "BSM": keys, "TBBH": number.astype(str).astype(object), "DLBM": facts.code, "DLMC": _named(survey.codes["DLBM"], facts.code),
        "ZLDWDM": codes[facts.village], "ZLDWMC": titles[facts.village], "TBMJ": tbmj, "XZDWKD": _width(shapes, facts.code),
        "CZCSXM": _settlement(facts.code, zone), "SJNF": year, "MSSM": np.array(part, dtype=object), "HDMC": isles,
        **_owners(owner, codes, titles), **farm, **_refined(facts, zone, survey),
    }  # fmt: skip
    made = page_table(survey.layer("DLTB"), shapes, **columns)
    return Table(made.rows, made.geometry, made.crs, name, made.layer)


def _named(listed: CodeList, codes: Texts) -> Texts:
    known = {code: listed[code].name_zh for code in np.unique(codes.astype(str))}
    return np.array([known[code] for code in codes], dtype=object)


def _owners(owner: Ints, codes: Texts, titles: Texts) -> dict[str, Texts]:
    nature = np.where(owner < ownership.STATE, "30", np.where(np.isin(owner, _STATE_USE), "20", "10")).astype(object)
    unit, title = np.empty(len(owner), dtype=object), np.empty(len(owner), dtype=object)
    village = owner < ownership.STATE
    unit[village], title[village] = codes[owner[village]], (titles + "农民集体")[owner[village]]
    for body, (name, _) in names.BODIES.items():
        unit[owner == body], title[owner == body] = names.body_code(body), name
    return {"QSXZ": nature, "QSDWDM": unit, "QSDWMC": title}


def _farmland(ground: Ground, survey: Pack, facts: _Facts, tbmj: Floats) -> dict[str, Any]:
    """Slope grade and type of farmland, ridges deducted by the pack's coefficients (survey_area.deduct), quality grade, crops."""
    farm = np.array([code.startswith("01") for code in facts.code], dtype=bool)
    lot = hashed(facts.face, 71)
    slope = ground.scene.slope(facts.x, facts.y)
    grade = np.searchsorted([2.0, 6.0, 15.0, 25.0], slope) + 1
    terraced = (lot < 0.5) | (facts.code == "0101")
    kind = np.where(terraced, "TT", "PD")
    table = {(row["gdpdjb"], row["gdlx"]): float(row["value"]) for row in survey.rule("ksxs")}
    ridged = farm & (grade > 1)
    share = np.full(len(facts.code), np.nan)
    share[ridged] = [table[str(one), two] for one, two in zip(grade[ridged], kind[ridged])]
    areas = survey_area.deduct(tbmj, share)
    crop = np.select([lot < 0.62, lot < 0.80, lot < 0.95], ["LS", "FLS", "LYFL"], "WG")
    # refined farmland (in a river's channel) must be under crops (cadastre §3.5)
    crop = np.where((ground.zone[facts.face] == RIVERSIDE) & (crop == "WG"), "LYFL", crop)
    orchard = np.isin(facts.code, ("0201", "0202", "0204")) & (lot < 0.2)
    planted = _only(farm | orchard, np.where(farm, crop, "JKHF"))
    words = {code: survey.codes["ZZSXDM"][code].name_zh for code in ("LS", "FLS", "LYFL", "WG", "JKHF")}
    quality = np.where(farm, 4.0 + np.minimum(grade, 4) + np.floor(lot * 3.0), np.nan)

    return {
        "KCDLBM": _only(ridged, "1203"), "KCXS": share, "KCMJ": np.where(ridged, areas.kcmj, np.nan), "TBDLMJ": areas.tbdlmj,
        "GDLX": _only(ridged, kind), "GDPDJB": _only(farm, grade.astype(str)), "ZZSXDM": planted,
        "ZZSXMC": np.array([words.get(one) for one in planted], dtype=object), "GDDB": _whole(quality),
    }  # fmt: skip


def _only(mask: Any, values: Any) -> Texts:
    """The values as text where the mask holds, None elsewhere."""
    found = np.full(len(mask), None, dtype=object)
    found[mask] = np.broadcast_to(np.asarray(values, dtype=object), len(mask))[mask]
    return found


def _whole(values: Floats) -> Any:
    import pandas as pd

    return pd.array(values, dtype="Float64").astype("Int64")


def _refined(facts: _Facts, zone: Ints, survey: Pack) -> dict[str, Texts]:
    """Farmland in the river's channel."""
    channel = (zone == RIVERSIDE) & np.isin(facts.code, ("0101", "0102", "0103"))
    name = survey.codes["TBXHDM"]["HDGD"].name_zh
    return {"TBXHDM": _only(channel, "HDGD"), "TBXHMC": _only(channel, name)}


def _settlement(code: Texts, zone: Ints) -> Texts:
    """CZCSXM: town, village, detached industry, salt pans and mines, special land."""
    built = np.array([one.startswith(_SETTLED) for one in code], dtype=bool)
    found = _only(built, np.where(np.isin(zone, (TOWN, PORT)) | (code == "0701"), "202", "203"))
    found[(code == "0601") & (zone != TOWN)] = np.where(zone[(code == "0601") & (zone != TOWN)] == PORT, "202A", "203A")
    found[np.isin(code, ("0602", "0603"))], found[code == "09"] = "204", "205"
    return found


def _width(shapes: Shapes, code: Texts) -> Floats:
    """Mean width in metres of narrow patches of roads, ditches and streams, NaN for others."""
    import shapely

    found = np.full(len(code), np.nan)
    line = np.flatnonzero(np.isin(code, [one for one in lines.STRIPS if one]))
    area, around = shapely.area(shapes[line]), shapely.length(shapes[line])
    # of a strip with length l and width w: area l·w, outline 2·(l + w)
    half = around / 4.0
    found[line] = half - np.sqrt(np.maximum(half * half - area, 0.0))
    found[line] = np.maximum(measure.round_half_away(found[line], 1), 0.1)
    found[np.flatnonzero(code == "1006")] = np.minimum(found[code == "1006"], 8.0)
    return found
