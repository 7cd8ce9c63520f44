"""Findings that remember: exceptions stay, what is gone is fixed, what comes back is open, whatever the rows are numbered."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from shanshui.plugin.core.checks import engine, states
from shanshui.plugin.core.checks.case import Checked
from shanshui.plugin.core.errors import InputError
from shanshui.plugin.core.projection import reproject

FIRST, LATER, LAST = "2026-05-01", "2026-06-01", "2026-07-01"


@pytest.fixture
def land(packs, bench):
    """DLTB of three rows, some of their villages' names missing."""

    def make(*missing, order=(0, 1, 2), east=0.0, keys=("a", "b", "c")):
        names = [None if key in missing else "甲村" for key in ("a", "b", "c")]
        shapes = [bench.square(east + 100.0 * at, 0.0) for at in range(3)]
        return bench.checked(
            packs["survey"], bench.table("DLTB", [shapes[at] for at in order], BSM=[keys[at] for at in order], ZLDWMC=[names[at] for at in order])
        )

    return make


@pytest.fixture
def rules(bench):
    return [bench.made("value_missing", "page", code="R1"), bench.made("key_twice", "page", code="R2")]


def run(layer, rules, day, before=None):
    result = engine.run([layer], rules)
    now = states.to_table([one for one in result.findings if one[1].field in ("ZLDWMC", "BSM")], layer.table.crs, day)
    return now if before is None else states.merge(now, before, [(one.rule.code, one.layer) for one in result.ran if one.state == "ran"], day)


def rows(table):
    return sorted(zip(table["FEATURE"], table["STATE"], table["FIRST_SEEN"], table["LAST_SEEN"]))


def with_state(table, feature, state, reason):
    at = (table["FEATURE"] == feature).to_numpy()
    return table.with_columns(STATE=np.where(at, state, table["STATE"]), REASON=np.where(at, reason, table["REASON"]))


def test_a_first_run_opens_everything(land, rules):
    found = run(land("a", "b"), rules, FIRST)
    assert found.fields == list(states.COLUMNS)
    assert rows(found) == [("a", "open", FIRST, FIRST), ("b", "open", FIRST, FIRST)]
    assert found["CODE"].tolist() == ["R1", "R1"] and found["WORDS"].tolist() == ["check.value_missing"] * 2
    assert found["X"].tolist() == [40_512_050.0, 40_512_150.0]


def test_exceptions_stay_what_is_gone_is_fixed_and_what_is_new_is_open(land, rules):
    before = with_state(run(land("a", "b"), rules, FIRST), "a", "exception", "省厅同意")
    found = run(land("a", "c", order=(2, 0, 1)), rules, LATER, before)
    assert rows(found) == [("a", "exception", FIRST, LATER), ("b", "fixed", FIRST, FIRST), ("c", "open", LATER, LATER)]
    assert dict(zip(found["FEATURE"], found["REASON"]))["a"] == "省厅同意"
    back = run(land("b"), rules, LAST, found)
    assert rows(back) == [("a", "fixed", FIRST, LATER), ("b", "open", FIRST, LAST), ("c", "fixed", LATER, LATER)]


def test_what_was_not_looked_at_stays_as_it_was(land, rules):
    before = run(land("a", "b"), rules, FIRST)
    found = run(land(), rules[1:], LATER, before)
    assert rows(found) == [("a", "open", FIRST, FIRST), ("b", "open", FIRST, FIRST)]


def test_a_moved_feature_is_the_same_where_the_finding_is_about_its_field(land, rules):
    before = with_state(run(land("a"), rules, FIRST), "a", "exception", "r")
    assert rows(run(land("a", east=300.0), rules, LATER, before)) == [("a", "exception", FIRST, LATER)]


def test_features_without_a_key_are_told_by_their_place(land, rules):
    bare = (None, None, None)
    before = run(land("a", "c", keys=bare), rules[:1], FIRST)
    before = before.take((before["FIELD"] == "ZLDWMC").to_numpy())
    before = before.with_columns(STATE=["exception", "open"], REASON=["r", None])
    found = run(land("a", "c", keys=bare, order=(2, 1, 0)), rules[:1], LATER, before)
    found = found.take((found["FIELD"] == "ZLDWMC").to_numpy())
    assert sorted(zip(found["X"], found["STATE"])) == [(40_512_050.0, "exception"), (40_512_250.0, "open")]


def places(bench, *spots, whole=False):
    """Findings of one feature at some places."""
    layer = Checked(bench.table("A", 1, BSM=["7"]))
    case = engine.Case(bench.made("x", code="R1"), layer)
    found = [(case.rule, case.found(0, where=None if whole else shapely.Point(40_512_000.0 + at, 3_302_000.0))) for at in spots]
    return states.to_table(found, "EPSG:4528", FIRST)


def test_findings_about_places_are_matched_by_the_nearest_within_five_metres(bench):
    before = places(bench, 10.0, 20.0, 60.0).with_columns(STATE=["open", "exception", "exception"], REASON=[None, "r", "s"])
    found = states.merge(places(bench, 20.4, 40.0, 11.0), before, [("R1", "A")], LATER)
    assert list(zip(found["X"] - 40_512_000.0, found["STATE"])) == [
        (pytest.approx(20.4), "exception"), (40.0, "open"), (11.0, "open"), (60.0, "fixed"),
    ]  # fmt: skip
    assert found["FIRST_SEEN"].tolist() == [FIRST, FIRST, FIRST, FIRST] and found["REASON"].tolist() == ["r", None, None, "s"]


def test_many_findings_of_one_fingerprint_are_matched_alike(bench, monkeypatch):
    monkeypatch.setattr(states, "_MANY", 3)
    test_findings_about_places_are_matched_by_the_nearest_within_five_metres(bench)


def test_the_same_place_is_told_once_and_places_of_one_feature_apart(bench):
    assert len(places(bench, 10.0, 10.0, 10.0004, 20.0)) == 2
    assert len(places(bench, 0.0, 0.0, whole=True)) == 1


def test_a_finding_about_a_whole_feature_follows_it(bench):
    before = places(bench, 0.0, whole=True).with_columns(STATE=["exception"], REASON=["r"], X=[40_500_000.0])
    assert states.merge(places(bench, 0.0, whole=True), before, [("R1", "A")], LATER)["STATE"].tolist() == ["exception"]


def test_findings_of_another_crs_are_brought_over(land, rules):
    before = run(land("a", "b"), rules, FIRST)
    points = shapely.points(before["X"], before["Y"])
    moved = reproject(before, "EPSG:4490")
    x, y = shapely.get_coordinates(reproject(before.with_geometry(points), "EPSG:4490").shapes).T
    found = run(land("b"), rules, LATER, moved.with_columns(X=x, Y=y))
    gone = found.take((found["STATE"] == "fixed").to_numpy())
    assert gone["X"].iloc[0] == pytest.approx(40_512_050.0, abs=1e-3) and gone.shapes[0].area == pytest.approx(10_000.0, rel=1e-4)


def test_a_layer_that_holds_no_findings_is_refused(land, rules):
    with pytest.raises(InputError) as failure:
        run(land("a"), rules, LATER, land("a").table)
    assert failure.value.code == "check.not_findings"


def test_a_place_in_degrees_is_drawn_a_metre_wide(bench):
    layer = Checked(bench.table("A", [shapely.Point(120.0, 30.0)], crs="EPSG:4490", BSM=["1"]))
    case = engine.Case(bench.made("x", code="R1"), layer)
    box = states.to_table([(case.rule, case.found(0))], "EPSG:4490", FIRST).shapes[0]
    assert 0.9 < (box.bounds[2] - box.bounds[0]) * 111_319.49 < 1.1
