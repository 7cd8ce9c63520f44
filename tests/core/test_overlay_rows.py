"""Fields, names and NULLs of the rows of an overlay, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import overlay_rows
from shanshui.plugin.core.errors import FieldError
from shanshui.plugin.core.overlay import Books
from shanshui.plugin.core.table import Table


@pytest.mark.parametrize(
    ("left", "right", "prefix", "wanted"),
    [
        (["BSM", "MJ"], ["BSM", "DLBM"], "", ["BSM_2", "DLBM"]),
        (["BSM", "MJ"], ["bsm", "Mj"], "", ["bsm_2", "Mj_2"]),
        (["A", "A_2"], ["A"], "", ["A_3"]),
        (["A"], ["A", "A_2"], "", ["A_3", "A_2"]),
        (["A"], ["A", "B"], "R_", ["R_A", "R_B"]),
        (["R_A"], ["A"], "R_", ["R_A_2"]),
        ([], ["A"], "", ["A"]),
    ],
)
def test_names_of_the_right_fields(left: list[str], right: list[str], prefix: str, wanted: list[str]) -> None:
    assert overlay_rows.names_of(left, right, prefix) == wanted


def layer(shapes: list[Any], **columns: Any) -> Table:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return Table(pd.DataFrame(columns), array, "EPSG:4528", "layer")


def gathered(left: Table, right: Table, plan: overlay_rows.Plan) -> pd.DataFrame:
    parts = [one.rows for one in overlay_rows.tables(left, right, plan) if len(one)]
    return pd.concat(parts, ignore_index=True)


def test_whole_numbers_stay_whole_and_gaps_are_missing() -> None:
    left = layer([shapely.box(0, 0, 2, 1)], K=[2**60 + 1], YES=[True], BSM=["甲"], MJ=[0.5])
    right = layer([shapely.box(1, 0, 3, 1)], K=[7], NAME=["G"], DAY=pd.to_datetime(["2020-01-02"]))
    rows = gathered(left, right, overlay_rows.Plan("union"))
    assert list(rows.columns) == ["K", "YES", "BSM", "MJ", "K_2", "NAME", "DAY"]
    # the common piece, the rest of the left row, the rest of the right row
    assert rows["K"].tolist()[:2] == [2**60 + 1] * 2 and rows["K"].isna().tolist() == [False, False, True]
    assert rows["BSM"].tolist() == ["甲", "甲", None]
    assert rows["K_2"].isna().tolist() == [False, True, False]
    assert rows["DAY"].isna().tolist() == [False, True, False]
    assert rows["MJ"].tolist()[:2] == [0.5, 0.5]


def test_a_difference_has_the_left_fields_only() -> None:
    left, right = layer([shapely.box(0, 0, 2, 1)], A=[1]), layer([shapely.box(1, 0, 3, 1)], B=[1])
    assert list(gathered(left, right, overlay_rows.Plan("difference")).columns) == ["A"]


def test_chosen_fields_and_one_that_is_not_there() -> None:
    left, right = layer([shapely.box(0, 0, 2, 1)], A=[1], B=[2]), layer([shapely.box(1, 0, 3, 1)], A=[3], C=[4])
    assert gathered(left, right, overlay_rows.Plan("intersection", ["B"], ["A"])).to_dict("records") == [{"B": 2, "A": 3}]
    with pytest.raises(FieldError) as caught:
        next(overlay_rows.tables(left, right, overlay_rows.Plan("union", ["Z"])))
    assert caught.value.code == "input.missing_field"


def test_an_empty_other_layer_gives_empty_columns() -> None:
    left, right = layer([shapely.box(0, 0, 2, 1)], A=[1]), layer([], B=pd.Series([], dtype="int64"), C=pd.Series([], dtype=object))
    rows = gathered(left, right, overlay_rows.Plan("union"))
    assert rows["A"].tolist() == [1] and rows["B"].isna().all() and rows["C"].tolist() == [None]


def test_what_is_set_aside_names_its_row_and_keeps_its_fields() -> None:
    left = layer([shapely.box(50, 0, 51, 1), shapely.box(0, 0, 10, 10)], BSM=["a", "b"])
    right = layer([shapely.box(9.9999999, 0, 20, 10)], K=[1])
    held: list[Books] = []
    out = list(overlay_rows.tables(left, right, overlay_rows.Plan("intersection", noise=1e-4), held.append))
    assert sum(map(len, out)) == 0
    aside = overlay_rows.aside(left, right, held[0]).rows
    assert aside[["LAYER", "FEATURE", "REASON", "ATTRIBUTES"]].values.tolist() == [["layer", "2", "overlay.noise", '{"BSM": "b"}']]
    assert aside["AREA"].tolist() == pytest.approx([1e-6], rel=1e-3)


def test_the_report_warns_where_the_books_do_not_balance() -> None:
    left = layer([shapely.box(0, 0, 1, 1)], A=[1])
    books = Books(balanced=3, worst=2e-6, worst_row=4, worst_side="right", overlapped=2)
    said = {code: (voice, facts) for voice, code, facts in overlay_rows.report(books, left, 1e-4, 1e-6)}
    assert said["overlay.unbalanced"] == ("warning", {"side": "OVERLAY", "row": 5, "worst": "2.0e-06"})
    assert said["overlay.overlapped"][0] == "warning"
    assert "overlay.merged" not in said and "overlay.dropped" not in said
