"""Lineage of patches: books that close, codes that are not used again, slivers named; the county's own changes; and another library's sums."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import measure, schema
from shanshui.plugin.core.errors import CrsError, FieldError
from shanshui.plugin.core.lineage.trace import Wanted, trace
from shanshui.plugin.core.progress import Progress
from shanshui.plugin.core.projection import reproject
from shanshui.plugin.core.table import Table

CRS = "EPSG:4528"
X, Y = 40_420_000, 3_300_000


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(X + west, Y + south, X + east, Y + north)


def layer(name: str, *rows: tuple, crs: str | None = CRS) -> Table:
    """rows: key, class, shape."""
    frame = pd.DataFrame({"BSM": [row[0] for row in rows], "DLBM": [row[1] for row in rows], "TBMJ": [1.0] * len(rows)})
    return Table(frame, np.array([row[2] for row in rows] + [None], dtype=object)[:-1], crs, name)


def told(found) -> list[tuple]:
    rows = found.pieces.rows
    return [(a or "", b or "", kind) for a, b, kind in zip(rows["OLD_KEY"], rows["NEW_KEY"], rows["CHANGE"])]


def closes(found, old: Table, new: Table, key: str = "BSM") -> None:
    """Pieces sum to what is measured of each patch, on the old side to the last hundredth, on the new side to what NEW_ADJUST says."""
    rows = found.pieces.rows
    for table, side in ((old, "OLD"), (new, "NEW")):
        sums = rows.dropna(subset=[f"{side}_KEY"]).groupby(f"{side}_KEY")["AREA"].sum()
        measured = pd.Series(measure.areas(table.shapes, table.crs), table[key].to_numpy())
        stated = rows.dropna(subset=[f"{side}_KEY"]).groupby(f"{side}_KEY")[f"{side}_AREA"].first()
        assert set(sums.index) == set(measured.index)
        assert np.abs(sums - stated).max() < 1e-6
        off = np.abs(stated - measured)
        assert off.max() < (0.0051 if side == "OLD" else 0.0151 + 0.005 * rows["NEW_KEY"].value_counts().max())
    assert found.worst < 0.1 and not [one for one in found.findings if one.code == "lineage.not_closed"]


A, B = ("A", "0101", box(0, 0, 100, 100)), ("B", "0103", box(100, 0, 200, 100))


def test_one_of_each(pack):
    old = layer("DLTB", A, B, ("C", "0301", box(0, 100, 200, 200)), ("D", "0101", box(200, 0, 300, 100)), ("E", "0101", box(300, 0, 400, 100)),
                ("F", "0101", box(200, 100, 300, 200)), ("G", "1101", box(300, 100, 400, 200)), ("H", "0601", box(500, 0, 600, 100)),
                ("K", "0601", box(600, 0, 700, 100)))  # fmt: skip
    new = layer("DLTB_T1", A, ("B2", "1202", box(100, 0, 200, 100)), ("C", "0301", box(0, 100, 60, 200)), ("C2", "0702", box(60, 100, 200, 200)),
                ("DE", "0101", box(200, 0, 400, 100)), ("F", "0101", box(200, 100, 310, 200)), ("G", "1101", box(310, 100, 400, 200)),
                ("N", "0810", box(400, 0, 500, 100)), ("K", "0601", box(600, 0, 700, 100)))  # fmt: skip
    found = trace(old, new, Wanted("BSM", 0.2, day="2026-01-02"), pack)
    assert told(found) == [
        ("A", "A", "unchanged"), ("B", "B2", "attribute"), ("C", "C", "split"), ("C", "C2", "split"), ("D", "DE", "merge"), ("E", "DE", "merge"),
        ("F", "F", "boundary"), ("G", "F", "boundary"), ("G", "G", "boundary"), ("H", "", "gone"), ("K", "K", "unchanged"), ("", "N", "new"),
    ]  # fmt: skip
    closes(found, old, new)
    # G gave F ground of another class
    assert [one or "" for one in found.pieces.rows["FIELDS"]] == ["", "DLBM", "", "DLBM", "", "", "", "DLBM", "", "", "", ""]
    codes = [(row.CODE, row.REASON, row.SUCCESSOR or "", row.RULE, row.RETIRED_ON) for row in found.retired.rows.itertuples()]
    assert codes == [
        ("B", "moved", "B2", "bsm", "2026-01-02"), ("D", "merge", "DE", "bsm", "2026-01-02"), ("E", "merge", "DE", "bsm", "2026-01-02"),
        ("H", "gone", "", "bsm", "2026-01-02"),
    ]  # fmt: skip
    assert found.changed == 10 and found.counts["unchanged"] == 2 and found.findings == []


def test_fields_that_say_nothing_about_a_patch_are_not_compared(pack):
    """Row numbers of a database, measured areas; and a number that the other file holds as whole, or a blank behind a text."""
    old = layer("DLTB", A, B).with_columns(fid=[1, 2], ZZ=[1.0, 2.0])
    new = layer("DLTB_T1", A, ("B", "0103 ", B[2])).with_columns(fid=[7, 8], ZZ=[1, 2], TBMJ=[3.0, 4.0])
    assert [kind for *_, kind in told(trace(old, new, Wanted("BSM", 0.2), pack))] == ["unchanged"] * 2
    assert [kind for *_, kind in told(trace(old, new, Wanted("BSM", 0.2, ("TBMJ",)), pack))] == ["attribute"] * 2


def test_slivers_are_named_and_counted_and_the_books_still_close(pack):
    """The border of A and B wobbles by 5 cm, its outer edge by 8 cm: no lineage at 0.2 m, boundaries moved at 0.01 m."""
    old, new = layer("DLTB", A, B), layer("DLTB_T1", ("A", "0101", box(0, 0, 100.05, 100)), ("B", "0103", box(100.05, 0, 200.08, 100)))
    found = trace(old, new, Wanted("BSM", 0.2), pack)
    assert told(found) == [("A", "A", "unchanged"), ("B", "A", "noise"), ("B", "B", "unchanged"), ("", "B", "noise")]
    closes(found, old, new)
    assert found.noise["count"] == 2 and found.noise["area"] == pytest.approx(13.0, abs=0.02) and found.noise["names"] == "— → B, B → A"
    fine = trace(old, new, Wanted("BSM", 0.01), pack)
    assert {kind for *_, kind in told(fine)} == {"boundary", "new"} and fine.noise["count"] == 0
    closes(fine, old, new)


def test_codes_once_used_are_not_used_again(pack):
    before = Table(pd.DataFrame({"RULE": ["bsm", None], "CODE": ["Z", "Y"], "SCOPE": [None, None], "REASON": ["gone", None], "SUCCESSOR": [None, "A"],
                                 "RETIRED_ON": ["2020-01-01", None], "FEATURE": ["Z", "Y"]}, dtype=object), None, None, "old codes")  # fmt: skip
    old = layer("DLTB", A, B)
    new = layer("DLTB_T1", ("Z", "0101", A[2]), ("A", "0103", B[2]), ("", "0810", box(300, 0, 400, 100)), ("Z", "0810", box(500, 0, 600, 100)))
    found = trace(old, new, Wanted("BSM", 0.2, before=before, day="2026-01-02"), pack)
    assert Counter(one.code for one in found.findings) == {"codes.retired": 2, "lineage.elsewhere": 1, "lineage.no_key": 1, "codes.twice": 1}
    assert next(one.row for one in found.findings if one.code == "lineage.elsewhere") == "A"
    listed = [(row.CODE, row.REASON, row.SUCCESSOR) for row in found.retired.rows.itertuples()]
    assert listed == [("Z", "gone", None), ("Y", None, "A"), ("B", "renumbered", "A")]
    again = trace(old, new, Wanted("BSM", 0.2, before=found.retired, day="2026-02-02"), pack)
    assert len(again.retired) == len(found.retired)


def test_numbers_that_count_within_a_village_are_kept_apart(pack):
    def village(table: Table, codes: list[str]) -> Table:
        return table.with_columns(TBBH=[1] * len(table), ZLDWDM=codes)

    old = village(layer("DLTB", A, B), ["330127001001", "330127001002"])
    new = village(layer("DLTB_T1", A), ["330127001001"])
    found = trace(old, new, Wanted("TBBH", 0.2), pack)
    assert [(row.RULE, row.CODE, row.SCOPE) for row in found.retired.rows.itertuples()] == [("patch", "1", "330127001002")]
    assert found.findings == []


def test_ground_that_is_claimed_twice_is_told_and_not_levelled(pack):
    old, new = layer("DLTB", A), layer("DLTB_T1", A, ("A2", "0101", box(0, 0, 100, 50)))
    found = trace(old, new, Wanted("BSM", 0.2), pack)
    assert [(one.code, one.row) for one in found.findings] == [("lineage.not_closed", "A")]
    assert found.pieces.rows["AREA"].sum() == pytest.approx(1.5 * measure.areas([A[2]], CRS)[0], abs=0.02)


def test_degrees_and_another_zone_give_the_same_areas(pack):
    old, new = layer("DLTB", A, B), layer("DLTB_T1", ("AB", "0101", box(0, 0, 200, 60)), ("B", "0103", box(0, 60, 200, 100)))
    plain = trace(old, new, Wanted("BSM", 0.2), pack)
    for left, right in (("EPSG:4490", CRS), ("EPSG:4490", "EPSG:4490"), (CRS, "EPSG:4549")):
        other = trace(reproject(old, left), reproject(new, right), Wanted("BSM", 0.2), pack)
        assert told(other) == told(plain) and other.pieces.crs == left
        assert np.abs(other.pieces.rows["AREA"] - plain.pieces.rows["AREA"]).max() <= 0.02


def test_bad_input(pack):
    old = layer("DLTB", A)
    with pytest.raises(FieldError):
        trace(old, Table(old.rows.drop(columns="BSM"), old.geometry, CRS, "DLTB_T1"), Wanted("BSM", 0.2), pack)
    with pytest.raises(FieldError):
        trace(old, old, Wanted("BSM", 0.2, ("NOWHERE",)), pack)
    with pytest.raises(CrsError):
        trace(old, layer("DLTB_T1", A, crs=None), Wanted("BSM", 0.2), pack)
    nothing = old.take(np.zeros(1, dtype=bool))
    assert told(trace(nothing, old, Wanted("BSM", 0.2), pack)) == [("", "A", "new")]
    assert told(trace(old, nothing, Wanted("BSM", 0.2), pack)) == [("A", "", "gone")]
    assert told(trace(nothing, nothing, Wanted("BSM", 0.2), pack)) == []


@pytest.fixture(scope="module")
def county():
    """The surveys of both years of the sample county, and the row of each year that every face lies in."""
    from shanshui.plugin.core.sample import districts, landsurvey
    from shanshui.plugin.core.sample.ground import make

    survey, ground = schema.load_packs()["survey"], make(1, 4000)
    return landsurvey.surveys(ground, districts.districts(ground, survey), survey)


def test_every_change_of_the_county_is_found_and_nothing_else(pack, county):
    """The answer key is the generator's own: which patch of either year each face of its mesh lies in."""
    old, new = county.first, county.second
    found = trace(old, new, Wanted("BSM", 0.2), pack)
    pairs = np.unique(np.stack([county.row, county.row1], axis=1), axis=0)
    pairs = pairs[(pairs >= 0).any(axis=1)]
    first, second = ([*table["BSM"], None] for table in (old, new))
    key = {(first[a], second[b]) for a, b in pairs.tolist()}
    rows = found.pieces.rows
    got = set(zip(rows["OLD_KEY"], rows["NEW_KEY"]))
    print(f"pieces {len(got)}, of the key {len(key)}: precision {len(got & key) / len(got)}, recall {len(got & key) / len(key)}; {found.counts}")
    assert got == key and len(got) == len(rows)
    closes(found, old, new)
    parts = [Counter(pairs[pairs[:, side] >= 0, side].tolist()) for side in (0, 1)]
    wanted = Counter(
        "new" if a < 0 else "gone" if b < 0 else "split" if parts[0][a] > 1 else "merge" if parts[1][b] > 1 else "one" for a, b in pairs.tolist()
    )
    counts = found.counts
    assert (counts["split"], counts["merge"], counts["new"], counts["gone"]) == (wanted["split"], wanted["merge"], wanted["new"], wanted["gone"])
    assert min(counts["split"], counts["merge"], counts["attribute"]) > 3 and counts["boundary"] == counts["noise"] == counts["reshaped"] == 0
    before, after = dict(zip(old["BSM"], old["DLBM"])), dict(zip(new["BSM"], new["DLBM"]))
    one = rows[rows["CHANGE"].isin(["unchanged", "attribute"])]
    classes = [before[a] != after[b] for a, b in zip(one["OLD_KEY"], one["NEW_KEY"])]
    assert classes == [kind == "attribute" for kind in one["CHANGE"]]
    assert set(found.retired["CODE"]) == set(old["BSM"]) - set(new["BSM"]) and not found.findings


def test_the_sums_of_another_library(pack, county):
    """Pairs and areas of geopandas' overlay on the plane, for a layer whose borders are shifted so that nearly all of them cross."""
    geopandas = pytest.importorskip("geopandas")
    old = county.first.take(slice(0, 400))
    shifted = shapely.transform(old.shapes, lambda points: points + np.array([37.0, -23.0]))
    new = old.with_geometry(shifted)
    found = trace(old, new, Wanted("BSM", 0.0), pack)
    frames = [geopandas.GeoDataFrame({key: one["BSM"]}, geometry=one.shapes, crs=CRS) for key, one in (("OLD_KEY", old), ("NEW_KEY", new))]
    theirs = geopandas.overlay(*frames, how="union", keep_geom_type=True)
    theirs["size"] = theirs.area
    theirs = theirs[theirs["size"] > 0.01].fillna({"OLD_KEY": "", "NEW_KEY": ""}).groupby(["OLD_KEY", "NEW_KEY"])["size"].sum()
    ours = found.pieces.rows.assign(size=shapely.area(found.pieces.shapes)).fillna({"OLD_KEY": "", "NEW_KEY": ""})
    ours = ours[ours["size"] > 0.01].groupby(["OLD_KEY", "NEW_KEY"])["size"].sum()
    assert set(ours.index) == set(theirs.index) and len(ours) > 1200
    assert np.abs(ours - theirs.reindex(ours.index)).max() < 1e-4
    scale = found.pieces.rows["AREA"].sum() / shapely.area(found.pieces.shapes).sum()
    assert np.abs(found.pieces.rows["AREA"] - shapely.area(found.pieces.shapes) * scale).max() < 0.001 * found.pieces.rows["AREA"].max()
    closes(found, old, new)


def test_it_can_be_stopped(pack, county):
    from shanshui.plugin.core.errors import Cancelled

    with pytest.raises(Cancelled):
        trace(county.first, county.second, Wanted("BSM", 0.2), pack, Progress(stopped=lambda: True))
