"""The sample county with planted faults: those that can be repaired are gone, nothing new appears, all else is as it was bit for bit."""

from __future__ import annotations

from collections import Counter

import pytest
import shapely

from shanshui.plugin.core.sample.county import made

LAYERS = ("DLTB", "SYQ")
# the faults of shape that are repaired, and the rules that find them; wide overlaps and gaps, shapes twice and small patches are a surveyor's
REPAIRABLE = {
    "ring_crosses": {"SX0305"}, "near_vertex": {"SX0307"}, "vertex_missing": {"SX0404"}, "sliver": {"SX0405", "SX0406"},
    "ownership_overlap_narrow": {"SX0450"},
}  # fmt: skip


@pytest.mark.parametrize(("patches", "seed"), [(1000, 1), (2000, 5)])
def test_every_repairable_fault_is_gone_and_nothing_else_changed(bench, packs, patches, seed, capsys):
    county, clean = made(patches, seed, True, packs=packs), made(patches, seed, packs=packs)
    key = county.key.rows.to_dict("records")
    before = tally(bench.found(county.tables.values()))
    done = {name: bench.mended(county.tables[name]) for name in LAYERS}
    after = tally(bench.found({**county.tables, **{name: one.table for name, one in done.items()}}.values()))
    assert after - before == Counter(), "new findings"
    gone = before - after
    mine = [one for one in key if one["CODE"] in REPAIRABLE and one["LAYER"] in LAYERS]
    with capsys.disabled():
        print(f"\n{patches} patches: {len(mine)} repairable faults, {sum(gone.values())} findings gone, 0 new")
    for one in mine:
        told = {code for code, layer, row, _, other in gone if layer == one["LAYER"] and {row, other} & set(one["FEATURE"].split("|"))}
        assert told & REPAIRABLE[one["CODE"]], one
    assert {code for code, *_ in gone} <= set().union(*REPAIRABLE.values()), "and only those"
    touched = {name for one in mine for name in one["FEATURE"].split("|")}
    for name, one in done.items():
        changed(bench, county.tables[name], clean.tables[name], one, touched)


def changed(bench, given, clean, done, touched):
    """Features without a fault are the same bit for bit; those of a loop, near vertices and slivers are what they were before the fault."""
    at = {key: row for row, key in enumerate(given["BSM"]) if key not in set(given["BSM"][given["BSM"].duplicated()])}
    was = dict(zip(clean["BSM"], clean.shapes))
    takers = {str(done.work.keys[row]) for row in done.work.merged.values()}
    for key, shape in zip(done.table["BSM"], done.table.shapes):
        if key not in at or key in takers:
            continue
        if key not in touched:
            assert shapely.to_wkb(shape) == shapely.to_wkb(given.shapes[at[key]]), key
    for key in takers:
        row = list(done.table["BSM"]).index(key)
        assert shapely.equals(done.table.shapes[row], was[key]), key
    assert [one for one in done.table["BSM"] if one not in set(given["BSM"])] == []


def tally(found):
    return Counter((rule.code, one.layer, one.row, one.field, str(one.facts.get("other", ""))) for rule, one in found)
