"""What the findings panel shows and what a decision changes, found where there is neither Qt nor QGIS."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shanshui.plugin.core.checks import rule, states
from shanshui.plugin.core.errors import InputError
from shanshui.ui.findings import presenter
from shanshui.ui.findings.presenter import Presenter, Wanted, plan, row_of

ROOT = Path(__file__).resolve().parents[2]


def made(number, severity="error", state="open", code="SX0401", layer="DLTB", feature="p1", field="", reason="", group="topology", words="重叠"):
    return row_of(number, (severity, state, code, layer, feature, field, reason, "2024-05-06", group, "check.x"), words)


ROWS = [
    made(1, "note", "open", "SX0502", feature="A7", field="ZLDWMC", group="logic", words="ZLDWMC is empty"),
    made(2, "error", "exception", "SX0401", reason="Island of the sea"),
    made(3, "warning", "fixed", "SX0404", words="sliver of 0.3 m"),
    made(4, "error", "open", "SX0401", layer="XZQ", words="gap"),
]


@pytest.fixture
def shown():
    held = Presenter()
    held.take(ROWS)
    return held


def ids(held: Presenter) -> list[int]:
    return [row.id for row in held.shown()]


def test_it_takes_the_layers_that_checks_write():
    assert set(states.COLUMNS) == presenter.NEEDED and set(presenter.STATES) == set(states.STATES)
    assert presenter.is_findings(["fid", *states.COLUMNS, "MESSAGE_ZH"]) and not presenter.is_findings(states.COLUMNS[1:])
    assert set(presenter.FIELDS) <= presenter.NEEDED


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), [1, 2, 3, 4]),
        (Wanted(state="open"), [1, 4]),
        (Wanted(severity="error"), [2, 4]),
        (Wanted(rule="group:topology"), [2, 3, 4]),
        (Wanted(rule="code:SX0401"), [2, 4]),
        (Wanted(text="ISLAND sea"), [2]),
        (Wanted(text="island lake"), []),
        (Wanted(text="重叠"), [2]),
        (Wanted(text="a7"), [1]),
        (Wanted(state="open", severity="error", rule="group:topology", text="xzq gap"), [4]),
    ],
)
def test_filters(shown, wanted, expected):
    shown.wanted = wanted
    assert ids(shown) == expected and len(shown) == 4


def test_order(shown):
    shown.order("severity")
    assert ids(shown) == [2, 4, 3, 1]  # the heaviest first, not by the alphabet
    shown.order("state", down=True)
    assert ids(shown) == [3, 2, 1, 4]
    shown.order("words")
    assert ids(shown) == [1, 4, 3, 2]
    shown.order("")
    assert ids(shown) == [1, 2, 3, 4]


def test_an_unknown_state_is_open_and_a_row_without_a_sentence_shows_its_code():
    row = row_of(9, ("error", "", "SX0401", "", "", "", "", "", "", "check.x"))
    assert (row.state, row.words) == ("open", "check.x")


def test_rows_are_renewed_in_place(shown):
    shown.renew([2, 3, 5], [made(2, state="open"), made(5)])
    assert ids(shown) == [1, 2, 4, 5] and shown.shown()[1].state == "open"


def test_groups_in_their_order_with_their_rules(shown):
    groups = dict.fromkeys(rule.GROUPS, "?") | {"topology": "Topology", "logic": "Logic"}
    told = [(one.key, one.name, one.count) for one in shown.entries(groups, {"SX0401": "Overlap"})]
    assert told == [
        ("group:topology", "Topology", 3), ("code:SX0401", "SX0401 Overlap", 2), ("code:SX0404", "SX0404", 1),
        ("group:logic", "Logic", 1), ("code:SX0502", "SX0502", 1),
    ]  # fmt: skip
    assert next(one.key for one in shown.entries({}, {})) == "group:logic"


def test_a_decision_changes_what_differs_and_leaves_what_is_fixed():
    change = plan(ROWS, "exception", " Island of the sea ")
    assert change.fixed == 1 and set(change.values) == {1, 4}
    assert change.values[1] == {"STATE": ("open", "exception"), "REASON": ("", "Island of the sea")}
    assert plan(ROWS, "exception", "other").values[2] == {"REASON": ("Island of the sea", "other")}
    assert plan(ROWS, "open", "not heard").values == {2: {"STATE": ("exception", "open"), "REASON": ("Island of the sea", "")}}


def test_an_exception_needs_a_reason_that_fits():
    with pytest.raises(InputError) as failure:
        plan(ROWS, "exception", "  ")
    assert failure.value.code == "findings.no_reason"
    with pytest.raises(InputError) as failure:
        plan(ROWS, "exception", "abcdef", width=5)
    assert failure.value.code == "findings.long_reason" and failure.value.facts == {"width": 5, "length": 6}
    assert plan(ROWS, "exception", "abcde", width=5).values and plan(ROWS, "open", "abcdef", width=5).values


def test_runs():
    assert presenter.runs([]) == [] and presenter.runs([4]) == [(4, 4)]
    assert presenter.runs([0, 1, 2, 5, 7, 8]) == [(0, 2), (5, 5), (7, 8)]
    assert presenter.runs(range(100_000)) == [(0, 99_999)] and presenter.runs(range(0, 100_000, 2)) == []


def test_the_presenter_needs_no_qt():
    code = (
        "import importlib.util, sys\n"
        "sys.modules.update(dict.fromkeys(('qgis', 'PyQt5', 'PyQt6', 'pandas')))\n"
        f"spec = importlib.util.spec_from_file_location('shanshui', {str(ROOT / '__init__.py')!r}, submodule_search_locations=[{str(ROOT)!r}])\n"
        "package = importlib.util.module_from_spec(spec)\n"
        "sys.modules['shanshui'] = package\n"
        "spec.loader.exec_module(package)\n"
        "from shanshui.ui.findings import presenter\n"
        "print(len(presenter.NEEDED))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(states.COLUMNS)
