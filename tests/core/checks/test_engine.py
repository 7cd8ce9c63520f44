"""Rules over layers: one that fails is reported and the others go on, what is not there is named, a stop is heeded."""

from __future__ import annotations

from threading import Barrier, get_ident

import pytest
import shapely

from shanshui.plugin.core.checks import engine, rule
from shanshui.plugin.core.checks.case import Checked
from shanshui.plugin.core.errors import Cancelled, InputError
from shanshui.plugin.core.progress import Progress


@pytest.fixture
def known(monkeypatch):
    """Checks made for a test alone."""
    made = dict(rule.checks())
    monkeypatch.setattr(rule, "_KNOWN", made)
    return made


def states(result):
    return [(one.rule.code, one.layer, one.state, one.found) for one in result.ran]


def test_a_rule_that_fails_is_reported_and_the_others_go_on(known, bench):
    def breaks(case):
        yield case.found(0, say="key_twice")
        raise ZeroDivisionError("by nought")

    def refuses(case):
        raise InputError("input.no_geometry", layer=case.layer.name)

    known.update(breaks=breaks, refuses=refuses, tells=lambda case: [case.found(0)])
    layers = [Checked(bench.table("A", 1, BSM=["7"]))]
    rules = [bench.made(one, code=code) for one, code in (("breaks", "R1"), ("refuses", "R2"), ("tells", "R3"))]
    result = engine.run(layers, rules)
    assert states(result) == [("R1", "A", "failed", 0), ("R2", "A", "failed", 0), ("R3", "A", "ran", 1)]
    assert result.ran[0].reason == "ZeroDivisionError: by nought" and result.ran[1].reason.startswith("input.no_geometry")
    found = [(one.code, one.facts["rule"], one.row) for _, one in result.findings]
    assert found == [("check.rule_failed", "R1", ""), ("check.rule_failed", "R2", ""), ("check.tells", "R3", "7")]


def test_what_is_not_there_is_named(known, bench):
    known.update(tells=lambda case: [case.found(0)])
    layers = [Checked(bench.table("A", 1, BSM=["7"]))]
    rules = [bench.made("tells", "B", code="R1"), bench.made("tells", "A", "C|D", code="R2"), bench.made("tells", "A", code="R3")]
    result = engine.run(layers, rules)
    assert states(result) == [("R1", "", "not_given", 0), ("R2", "A", "not_given", 0), ("R3", "A", "ran", 1)]
    assert [one.reason for one in result.ran] == ["B", "C, D", ""]
    frame = engine.summary(result)
    assert frame["STATE"].tolist() == ["not_given", "not_given", "ran"] and frame["FOUND"].sum() == 1


def test_a_stop_is_heeded_while_rules_run(known, bench):
    looked = []

    def slow(case):
        looked.append(case.rule.code)
        case.progress.check()
        return []

    known.update(slow=slow)
    layers = [Checked(bench.table("A", 1, BSM=["7"]))]
    rules = [bench.made("slow", code=f"R{at}") for at in range(50)]
    with pytest.raises(Cancelled):
        engine.run(layers, rules, progress=Progress(stopped=lambda: len(looked) >= 3))
    assert len(looked) < 10


def test_progress_moves_from_nought_to_one(known, bench):
    known.update(tells=lambda case: [])
    seen = []
    engine.run([Checked(bench.table("A", 1, BSM=["7"]))], [bench.made("tells")] * 4, progress=Progress(seen.append))
    assert seen == sorted(seen) and seen[0] == 0.0 and seen[-1] == 1.0


def test_no_two_threads_have_one_array(known, bench):
    """shapely closes the arrays it is given and opens them again: two threads on one array fail now and then.

    So each thread has arrays of shapes of its own, the same from rule to rule; what is shared is closed for good.
    """
    both, seen = Barrier(2, timeout=30), []

    def looks(case):
        both.wait()
        points = case.share("points", lambda: shapely.get_coordinates(case.table.shapes))
        seen.append((get_ident(), id(case.table.shapes), id(case.other("B").table.shapes), id(case.other("C").table.shapes), id(points)))
        assert not points.flags.writeable and not case.network().xy.flags.writeable
        assert all(one.flags.writeable for one in (case.table.shapes, case.other("B").table.shapes))
        return []

    known.update(looks=looks)
    tables = [bench.table("A", 2, BSM=["7", "8"]), bench.table("B", [shapely.Point(120, 30)], crs="EPSG:4490", BSM=["1"]), bench.table("C", 1, A=[1])]
    result = engine.run([Checked(one) for one in tables], [bench.made("looks", "A", code=f"R{at}") for at in range(6)])
    assert {one.reason for one in result.ran} == {""} and len(seen) == 6
    assert len({one[0] for one in seen}) == 2 and len({one[:4] for one in seen}) == 2 and len({one[4] for one in seen}) == 1
    assert not {one for each in seen for one in each[1:4]} & {id(one.shapes) for one in tables}
    assert len({one for each in seen for one in each[1:4]}) == 6


def test_shared_work_is_done_once(bench):
    layer = Checked(bench.table("A", 1, BSM=["7"]))
    made, shelf = [], engine.Shelf()

    def make():
        made.append(1)
        return len(made)

    assert [shelf.get("x", make) for _ in range(3)] == [1, 1, 1] and layer.keys().tolist() == ["7"]


def test_rows_without_key_are_named_by_position_and_other_layers_moved(bench):
    layer = Checked(bench.table("A", 2, BSM=[None, "7"]))
    assert layer.keys().tolist() == ["#1", "7"]
    far = Checked(bench.table("B", [bench.square(0, 0)], BSM=["1"]))
    case = engine.Case(bench.made("tells"), layer, {"B": far})
    assert case.other("B").table.shapes[0] is far.table.shapes[0] and case.other("C") is None
    degrees = engine.Case(bench.made("tells"), Checked(bench.table("A", 1, crs="EPSG:4490", BSM=["1"])), {"B": far})
    x, y, *_ = degrees.other("B").table.shapes[0].bounds
    assert 119.5 < x < 120.5 and 29 < y < 31 and degrees.units == pytest.approx(0.001 / 111_319.49)
