"""Control totals as users write them, and tables levelled to them."""

from __future__ import annotations

import pandas as pd
import pytest

from shanshui.plugin.core import control
from shanshui.plugin.core.errors import ControlError, FieldError
from shanshui.plugin.core.table import Table


def table(**columns: object) -> Table:
    return Table(pd.DataFrame(columns), name="DLTB")


PATCHES = table(
    BSM=["1", "2", "3", "4", "5"],
    TBMJ=[2000.0, 1000.0, 600.0, 400.0, 50.0],
    VILLAGE=["v1", "v1", "v2", "v2", "v1"],
    MSSM=["00", "00", "00", "00", "01"],
    DCMJ=[3000.02, 3000.02, 1000.01, 1000.01, 50.0],
)


def test_what_control_means() -> None:
    fields = ["TBMJ", "200"]
    assert control.read_control(" 12.5 ", fields) == 12.5
    assert control.read_control("00=1.5; 01=2", fields) == {"00": 1.5, "01": 2.0}
    assert control.read_control("200", fields) == "200"  # a field goes before a number
    for wrong in ("DCMJ", "00=x", "1,5"):
        with pytest.raises(ControlError) as failure:
            control.read_control(wrong, fields)
        assert failure.value.code == "balance.unreadable_control"


def test_a_number_without_groups_is_the_total_of_all_rows() -> None:
    found = control.level_table(PATCHES, control.Wanted("TBMJ", key="BSM", control="4050.03"))
    assert found.table["TBMJ"].tolist() == [2000.01, 1000.01, 600.01, 400.0, 50.0]
    assert found.table["AREA_WAS"].tolist() == PATCHES["TBMJ"].tolist()
    assert found.table["ADJUSTMENT"].tolist() == [0.01, 0.01, 0.01, 0.0, 0.0]
    assert (found.done, found.left, found.findings) == (1, 0, [])


def test_a_number_with_groups_levels_groups_first() -> None:
    # sums 3050 and 1000; d = 0.03 over two groups: 0.02 and 0.01; then over three patches and two
    found = control.level_table(PATCHES, control.Wanted("TBMJ", "VILLAGE", key="BSM", control="4050.03"))
    assert found.table["ADJUSTMENT"].tolist() == [0.01, 0.01, 0.01, 0.0, 0.0]
    assert found.done == 2


def test_parts_have_their_own_controls() -> None:
    found = control.level_table(PATCHES, control.Wanted("TBMJ", "VILLAGE", "MSSM", "BSM", "00=4000.03; 01=50.01"))
    assert found.table["ADJUSTMENT"].tolist() == [0.01, 0.01, 0.01, 0.0, 0.01]
    assert (found.done, found.left) == (3, 0)
    alone = control.level_table(PATCHES, control.Wanted("TBMJ", "", "MSSM", "BSM", "00=4000.03; 01=99"))
    assert alone.table["ADJUSTMENT"].tolist() == [0.01, 0.01, 0.01, 0.0, 0.0]
    assert [(one.code, one.row) for one in alone.findings] == [("balance.over_limit", "01")]
    assert (alone.done, alone.left) == (1, 1)


def test_a_field_holds_the_control_of_each_group() -> None:
    found = control.level_table(PATCHES, control.Wanted("TBMJ", "VILLAGE", "MSSM", "BSM", "DCMJ"))
    assert found.table["ADJUSTMENT"].tolist() == [0.01, 0.01, 0.01, 0.0, 0.0]
    mixed = control.level_table(PATCHES, control.Wanted("TBMJ", "VILLAGE", "", "BSM", "DCMJ"))
    assert [(one.code, one.row) for one in mixed.findings] == [("balance.control_differs", "v1")]
    assert mixed.table["ADJUSTMENT"].tolist() == [0.0, 0.0, 0.01, 0.0, 0.0]
    assert (mixed.done, mixed.left) == (1, 1)


def test_a_table_holds_the_controls() -> None:
    villages = table(ZLDWDM=["v1", "v2", "v1"], MSSM=["00", "00", "01"], DCMJ=[3000.01, 1000.0, 50.01])
    by_part = control.stated_by(villages, "ZLDWDM", "DCMJ", "MSSM")
    assert by_part == {("00", "v1"): 3000.01, ("00", "v2"): 1000.0, ("01", "v1"): 50.01}
    assert control.stated_by(villages, "ZLDWDM", "DCMJ") == {"v1": 3050.02, "v2": 1000.0}
    found = control.level_table(PATCHES, control.Wanted("TBMJ", "VILLAGE", "MSSM", "BSM", stated=by_part))
    assert found.table["ADJUSTMENT"].tolist() == [0.01, 0.0, 0.0, 0.0, 0.01]
    two = control.level_table(PATCHES, control.Wanted("TBMJ", "VILLAGE", "MSSM", "BSM", "00=4000.04;01=50.01", stated=by_part))
    # county 00: stated 4000.01, d = 0.03: v1 +0.02, v2 +0.01 → 3000.03 and 1000.01
    assert two.table["ADJUSTMENT"].tolist() == [0.02, 0.01, 0.01, 0.0, 0.01]


def test_what_is_missing_is_said() -> None:
    with pytest.raises(ControlError) as failure:
        control.level_table(PATCHES, control.Wanted("TBMJ"))
    assert failure.value.code == "balance.control_not_given"
    with pytest.raises(FieldError):
        control.level_table(PATCHES, control.Wanted("MJ", control="1"))
    lone = control.level_table(PATCHES, control.Wanted("TBMJ", "VILLAGE", key="BSM", stated={"v2": 1000.01}))
    assert [(one.code, one.row) for one in lone.findings] == [("balance.no_control", "v1")]
    assert lone.table["ADJUSTMENT"].sum() == 0.01
