"""Simple checks of a coverage and of land-survey rows, by shapely and pandas alone: what planted faults are found again with."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely


def geometry_checks(table, least):
    """code → features of a coverage at fault in its shapes (a pair as two BSM joined by |)."""
    shapes, names = table.shapes, table["BSM"].to_numpy(dtype=object)
    valid = shapely.is_valid(shapes)
    found = defaultdict(set)
    found["ring_crosses"] = set(names[~valid])
    same = defaultdict(list)
    for name, shape in zip(names, shapes):
        same[shapely.normalize(shape).wkb].append(name)
    found["geometry_twice"] = {"|".join(some) for some in same.values() if len(some) > 1}
    found["multipart"] = {name for name, parts in zip(names, shapely.get_num_geometries(shapes)) if parts > 1}
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = [(a, b) for a, b in zip(one, other) if a < b and valid[a] and valid[b] and not shapes[a].equals(shapes[b])]
    found["overlap"] = {
        f"{names[a]}|{names[b]}": shapes[a].intersection(shapes[b]) for a, b in pairs if shapes[a].intersection(shapes[b]).area > 1e-4
    }
    area = shapely.area(shapes)
    found["sliver"] = set(names[area < 10.0])
    # roads, ditches and rivers are mapped by their width, not by a least area
    by_width = table.text("DLBM").isin(["1001", "1003", "1006", "1101", "1107"]).to_numpy(dtype=bool)
    found["small_patch"] = set(names[(area >= 10.0) & (area < least) & ~by_width])
    for name, shape in zip(names, shapes):
        points = [shapely.get_coordinates(ring) for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
        steps = np.concatenate([np.hypot(*np.diff(ring, axis=0).T) for ring in points])
        if (steps < 0.01).any():
            found["near_vertex"].add(name)
        elif (steps < 0.06).any():
            found["short_edge"].add(name)
    found["vertex_missing"] = without_vertex(shapes, names)
    union = shapely.union_all([one if good else one.convex_hull for one, good in zip(shapes, valid)])
    found["gap"] = [shapely.Polygon(ring) for part in shapely.get_parts(union) for ring in part.interiors if shapely.Polygon(ring).area > 1e-4]
    return found


def without_vertex(shapes, names):
    """Features on whose edge, away from their own vertices, a vertex of another feature lies."""
    places, owner = shapely.get_coordinates(shapes, return_index=True)
    holders = defaultdict(set)
    for place, row in zip(map(tuple, places), owner):
        holders[place].add(row)
    alone = np.array([place for place, rows in holders.items() if len(rows) == 1])
    edges = shapely.boundary(shapes)
    point, row = shapely.STRtree(edges).query(shapely.points(alone), predicate="dwithin", distance=1e-6)
    return {names[r] for p, r in zip(point, row) if r not in holders[tuple(alone[p])]}


def geodesic_areas(shapes):
    """m² on the ellipsoid by PROJ's geodesics."""
    to_lonlat = pyproj.Transformer.from_crs("EPSG:4528", "EPSG:4490", always_xy=True).transform
    geod = pyproj.Geod(ellps="GRS80")  # the numbers of CGCS2000 but for the 10th digit
    around = shapely.transform(shapes, lambda places: np.column_stack(to_lonlat(*places.T)))
    return np.array([abs(geod.geometry_area_perimeter(one)[0]) for one in shapely.orient_polygons(around)])


def row_checks(table, packs):
    """code → BSM of land-survey rows whose fields break a rule of cadastre §3.5 and §3.6 or of the page."""
    rows = table.rows
    code, bsm = rows["DLBM"].astype(str), rows["BSM"]
    names = {one.code: one.name_zh for one in packs["survey"].codes["DLBM"].entries.values()}
    old = {row["code"] for row in packs["survey"].rule("second_survey")}
    trimmed = code.str.strip()
    must = [one.name for one in table.layer.fields if one.presence == "M"]
    farm, filled = trimmed.str.startswith("01"), rows["ZZSXDM"].notna()
    recomputed = np.floor(rows["TBMJ"] * rows["KCXS"] * 100 + 0.5 + 1e-7) / 100
    geodesic = geodesic_areas(table.shapes)
    natures = rows.groupby("QSDWDM")["QSXZ"].agg(lambda some: some.astype(str).str[0].mode()[0])
    masks = {
        "value_missing": rows[must].isna().any(axis=1),
        "value_unknown": rows["MSSM"].notna() & ~rows["MSSM"].isin(["00", "01"]),
        "name_differs": trimmed.isin(list(names)) & (trimmed.map(names) != rows["DLMC"]),
        "text_long": rows["TBYBH"].astype("string").str.len().fillna(0) > 18,
        "key_twice": bsm.duplicated(keep=False),
        "area_wrong": pd.Series((rows["TBMJ"] - geodesic).abs() > 5.0) & shapely.is_valid(table.shapes),
        "deduction_wrong": rows["KCXS"].notna() & ((rows["KCMJ"] - recomputed).abs() > 0.011),
        "blank_behind": code != trimmed,
        "old_code": trimmed.isin(old),
        "nature_differs": rows["QSXZ"].astype(str).str[0] != rows["QSDWDM"].map(natures),
        "planting_farmland": farm & rows["TBXHDM"].notna() & ~rows["ZZSXDM"].isin(["LS", "FLS", "LYFL"]),
        "slope_missing": farm & rows["GDPDJB"].isna(),
        "terrace_missing": farm & rows["GDPDJB"].isin(list("2345")) & rows["GDLX"].isna(),
        "planting_forest": trimmed.str.startswith("03") & filled & ~rows["ZZSXDM"].isin(["JKHF", "GCHF"]),
        "planting_grass": trimmed.str.startswith("04") & filled & ~((trimmed == "0404") & (rows["ZZSXDM"] == "GCHF")),
        "farmland_fields": ~farm & ~trimmed.isin(old) & (rows[["GDPDJB", "GDLX", "KCDLBM", "KCXS"]].notna().any(axis=1)),
        "road_wide": (trimmed == "1006") & (rows["XZDWKD"] > 8),
        "industry_refined": (trimmed == "0601") & rows["TBXHDM"].notna() & ~rows["TBXHDM"].isin(["HDGY", "GTGY", "MTGY", "SNGY", "BLGY", "DLGY"]),
        "settlement_differs": rows["CZCSXM"].isin(["201A", "202A", "203A"]) & (trimmed != "0601"),
    }
    return {name: set(bsm[np.asarray(mask, dtype=bool)]) for name, mask in masks.items()}


@pytest.fixture(scope="session")
def checks():
    """The checks by name: `geometry(table, least)` and `rows(table, packs)`."""
    return SimpleNamespace(geometry=geometry_checks, rows=row_checks)
