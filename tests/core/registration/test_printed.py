"""Results turned into printed rows: every number of the source stands in one row, and totals are those of the source."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.registration import printed
from shanshui.plugin.core.registration.busy_place import busy_place
from shanshui.plugin.core.table import Table


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


def table(name, page, **columns):
    return Table(pd.DataFrame(columns), None, None, name, page)


def types(pack):
    return table(
        "TYPE_TABLES",
        pack.layers["TYPE_TABLES"],
        ZRZYDJDYH=["B", "A", "A", "A", "M"],
        DJDYMC=["乙", "甲", "甲", "甲", "矿"],
        ZRZYLX=["SL", "SL", "SD", "SL", "TMCLKCZY"],
        OWNERSHIP=["state", "disputed", "state", "collective", "state"],
        MJ_HA=[1.10, 0.20, 3.33, 0.07, None],
        BHTBSL=[1, 2, 3, 4, 1],
    )


def test_types_stand_side_by_side_by_ownership(pack):
    rows = printed.by_type_and_ownership(types(pack), pack).rows
    assert list(zip(rows["DJDYMC"], rows["ZRZYLX"])) == [("乙", "SL"), ("甲", "SD"), ("甲", "SL")]
    last = rows.iloc[2]
    assert (last["state_HA"], last["collective_HA"], last["disputed_HA"], last["all_HA"]) == (0.0, 0.07, 0.20, 0.27)
    assert (last["state_N"], last["collective_N"], last["disputed_N"], last["all_N"]) == (0, 4, 2, 6)
    assert rows["all_HA"].sum() == pytest.approx(4.70, abs=1e-9) and rows["all_N"].sum() == 10


def test_classes_come_in_the_order_of_their_list_and_minerals_stay_out(pack):
    assert printed.by_class(types(pack), "ZRZYLX", "MJ_HA", "BHTBSL", pack) == [("SD", 3.33, 3), ("SL", 1.37, 7)]
    assert printed.by_class(types(pack), "OWNERSHIP", "MJ_HA", "", pack) == [("state", 4.43, 2), ("collective", 0.07, 1), ("disputed", 0.2, 1)]


def test_a_line_counts_once_under_its_main_kind(pack):
    lines = table("BOUNDARY_LINES", pack.layers["BOUNDARY_LINES"], KIND=["K4", None, "K1", "K4"], LENGTH=[10.01, 5.0, 0.1, 0.2])
    rows = printed.by_line_kind(lines, pack).rows
    assert list(zip(rows["KIND"], rows["N"], rows["LENGTH"])) == [("K1", 1, 0.1), ("K4", 2, 10.21), (None, 1, 5.0)]


def test_what_went_where_adds_up_for_each_source(pack):
    journal = table(
        "YSL",
        pack.layers["YSL"],
        FROM_LAYER=["公园", "公园", "河", "河", "河"],
        FROM_TYPE=["ZRGY", "ZRGY", "SLDY", "SLDY", "SLDY"],
        FROM_NO=[None, None, None, None, "7"],
        FROM_NAME=["甲", "甲", "乙", "乙", "乙"],
        ACTION=["kept", "outside", "taken", "kept", "kept"],
        AREA=[100.05, 1.10, 2.0, 3.0, 4.0],
    )
    rows = printed.by_source(journal, pack).rows
    shown = list(zip(rows["FROM_NAME"], rows["kept"], rows["taken"], rows["outside"], rows["excluded"], rows["all"]))
    assert shown == [("甲", 100.05, 0.0, 1.10, 0.0, 101.15), ("乙", 3.0, 2.0, 0.0, 0.0, 5.0), ("乙", 4.0, 0.0, 0.0, 0.0, 4.0)]


def test_tables_without_rows_keep_their_columns(pack):
    empty = types(pack).take(slice(0, 0))
    assert "all_HA" in printed.by_type_and_ownership(empty, pack).fields and not len(printed.by_type_and_ownership(empty, pack))


def lines(*given):
    kinds, shapes = zip(*given)
    return Table(pd.DataFrame({"KIND": kinds}), np.array([shapely.LineString(one) for one in shapes], dtype=object), "EPSG:4528", "L")


def test_the_busy_place_is_where_kinds_meet():
    far = [(100 * x, 10_000) for x in range(60)]
    listed = lines(("K4", far), ("K1", [(0, 0), (90, 0)]), ("K2", [(50, 0), (50, 60)]), ("OUTER", [(5_000, 0), (5_090, 0)]))
    x0, y0, x1, y1 = busy_place(listed, 300, 200)
    assert (x1 - x0, y1 - y0) == (300, 200)
    assert x0 < 0 and x1 > 90 and y0 < 0 and y1 > 60


def test_a_place_is_found_where_there_is_only_an_edge_and_none_without_lines():
    x0, _, x1, _ = busy_place(lines(("OUTER", [(1_000, 0), (1_100, 0)])), 300, 200)
    assert x0 < 1_000 < 1_100 < x1
    with pytest.raises(ValueError, match="no lines"):
        busy_place(lines(("K1", [(0, 0), (1, 0)])).take(slice(0, 0)), 10, 10)
