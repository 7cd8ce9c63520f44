"""Codes given out: kept, counted on, never used again, in the order asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.coding import rules
from shanshui.plugin.core.coding.assign_codes import Wanted, assign_codes
from shanshui.plugin.core.coding.check_codes import check_codes, retired_codes
from shanshui.plugin.core.errors import FieldError, InputError, PackError
from shanshui.plugin.core.table import Table

HEAD = "330127001002GB"


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


def squares(*places, **columns) -> Table:
    """Squares of 10 m by the places of their south-west corners."""
    shapes = np.array([shapely.box(x, y, x + 10, y + 10) for x, y in places], dtype=object)
    return Table(pd.DataFrame({name: pd.Series(values) for name, values in columns.items()}, index=range(len(places))), shapes, "EPSG:4528", "ZD")


def lines(*coordinates) -> Table:
    shapes = np.array([shapely.LineString(one) for one in coordinates], dtype=object)
    return Table(pd.DataFrame(index=range(len(shapes))), shapes, "EPSG:4528", "L")


def assign(pack, table, rule, field, **wanted):
    return assign_codes(table, rules.rule_of(pack, rule), Wanted(field, day="2026-01-02", **wanted), pack)


def retired(*codes, rule="parcel", scope="") -> Table:
    rows = [{"RULE": rule, "CODE": code, "SCOPE": scope} for code in codes]
    return Table(pd.DataFrame(rows, columns=["RULE", "CODE", "SCOPE"]), None, None, "RETIRED")


def told(found) -> list[tuple[str, str]]:
    return [(one.code, one.row) for one in found.findings]


def test_patches_are_numbered_by_village_row_by_row(pack):
    """Two villages; in the first two rows of two, a little out of line."""
    table = squares((20, 102), (0, 0), (0, 100), (500, 0), (20, -3), ZLDWDM=["V1", "V1", "V1", "V2", "V1"])
    found = assign(pack, table, "patch", "TBBH")
    assert list(found.table["TBBH"]) == ["2", "3", "1", "1", "4"] and (found.kept, found.made) == (0, 5)
    assert found.findings == [] and len(found.retired) == 0


def test_new_patches_come_after_the_highest_ever_used(pack):
    table = squares((0, 0), (20, 0), (40, 0), (60, 0), ZLDWDM=["V1"] * 3 + ["V2"], TBBH=["7", None, "3", None])
    found = assign(pack, table, "patch", "TBBH", before=retired("9", rule="patch", scope="V1"))
    assert list(found.table["TBBH"]) == ["7", "10", "3", "1"] and (found.kept, found.made) == (2, 2)
    assert list(found.retired["CODE"]) == ["9"]


def test_patch_numbers_in_a_numeric_field_stay_numbers(pack):
    table = squares((0, 0), (20, 0), ZLDWDM=["V1"] * 2, TBBH=[4.0, np.nan])
    found = assign(pack, table, "patch", "TBBH")
    assert list(found.table["TBBH"]) == [4, 5] and found.table["TBBH"].dtype == "Int64"
    with pytest.raises(FieldError, match="needs_text"):
        assign(pack, squares((0, 0), ZDDM=[3.3e18]), "parcel", "ZDDM", prefix=HEAD)


def test_a_code_once_used_is_never_used_again(pack):
    """Kept 3, twice 3, retired 5 that somebody bears again, 8 retired and gone: the next is 9."""
    codes = [f"{HEAD}00003", f"{HEAD}00003", f"{HEAD}00005", None, "junk"]
    table = squares(*((20 * i, 0) for i in range(5)), ZDDM=codes)
    found = assign(pack, table, "parcel", "ZDDM", prefix=HEAD, before=retired(f"{HEAD}00005", f"{HEAD}00008"))
    assert list(found.table["ZDDM"]) == [f"{HEAD}0000{i}" if i < 10 else f"{HEAD}000{i}" for i in (3, 9, 10, 11, 12)]
    assert told(found) == [("codes.replaced", "2"), ("codes.replaced", "3"), ("codes.replaced", "5")]
    assert list(found.retired["CODE"]) == [f"{HEAD}00005", f"{HEAD}00008"]
    rule = rules.rule_of(pack, "parcel")
    assert check_codes(found.table, "ZDDM", rule, retired=retired_codes(found.retired, rule)) == []


def test_a_second_run_changes_nothing_and_a_third_after_a_loss_goes_on(pack):
    table = squares(*((20 * i, 0) for i in range(4)), ZDDM=[None] * 4)
    first = assign(pack, table, "parcel", "ZDDM", prefix=HEAD)
    again = assign(pack, first.table, "parcel", "ZDDM", prefix=HEAD, before=first.retired)
    assert list(again.table["ZDDM"]) == list(first.table["ZDDM"]) and (again.made, again.findings) == (0, [])
    anew = assign(pack, first.table, "parcel", "ZDDM", prefix=HEAD, keep=False)
    assert list(anew.table["ZDDM"]) == [f"{HEAD}0000{i}" for i in (5, 6, 7, 8)]
    assert list(anew.retired["CODE"]) == list(first.table["ZDDM"]) and list(anew.retired["SUCCESSOR"]) == list(anew.table["ZDDM"])
    assert set(anew.retired["REASON"]) == {"renumbered"} and set(anew.retired["RETIRED_ON"]) == {"2026-01-02"}
    cleared = anew.table.with_columns(ZDDM=np.array([None] * 4, dtype=object))
    last = assign(pack, cleared, "parcel", "ZDDM", prefix=HEAD, before=retired(*anew.table["ZDDM"]))
    assert last.table["ZDDM"].tolist() == [f"{HEAD}000{i:02d}" for i in (9, 10, 11, 12)]


def test_a_parcel_whose_feature_changed_gets_a_new_code_there(pack):
    other = "330127001002GS"
    table = squares((0, 0), (20, 0), ZDDM=[f"{HEAD}00001", f"{HEAD}00002"], HEADS=[HEAD, other])
    found = assign(pack, table, "parcel", "ZDDM", scope_field="HEADS")
    assert list(found.table["ZDDM"]) == [f"{HEAD}00001", f"{other}00001"]
    assert [tuple(row) for row in found.retired.rows[["CODE", "REASON", "SUCCESSOR"]].to_numpy()] == [(f"{HEAD}00002", "moved", f"{other}00001")]


def test_real_estate_units(pack):
    """Bare parcels get W and eight zeros once; trees count on; buildings are not made here."""
    parcel = f"{HEAD}00001"
    table = squares(*((20 * i, 0) for i in range(5)), ZDDM=[parcel, f"{parcel}L", f"{parcel}L", f"{parcel}F", parcel])
    found = assign(pack, table, "real_estate_unit", "BDCDYH")
    assert list(found.table["BDCDYH"]) == [f"{parcel}W00000000", f"{parcel}L00000001", f"{parcel}L00000002", None, None]
    assert told(found) == [("codes.not_made", "4"), ("codes.one_only", "5")]
    assert all(rules.faults(code, rules.rule_of(pack, "real_estate_unit")) == [] for code in found.table["BDCDYH"][:3])


def test_identifiers_and_working_numbers_of_units(pack):
    table = squares((0, 0), (20, 0), BSM=["330127211000000041", None])
    assert list(assign(pack, table, "bsm", "BSM").table["BSM"]) == ["330127211000000041", None]
    assert list(assign(pack, table, "bsm", "BSM", prefix="3301272110").table["BSM"])[1] == "330127211000000042"
    units = assign(pack, squares((0, 0), (20, 0), ZRZYDJDYH=["330127ABCDEF", None]), "registration_unit", "ZRZYDJDYH", prefix="330127")
    assert list(units.table["ZRZYDJDYH"])[1] == "33012700000001"


def test_rows_whose_prefix_is_not_known_are_told_and_left(pack):
    table = squares((0, 0), (20, 0), (40, 0), ZDDM=["half", None, f"{HEAD}00004"])
    found = assign(pack, table, "parcel", "ZDDM")
    assert list(found.table["ZDDM"]) == ["half", None, f"{HEAD}00004"] and found.made == 0
    assert told(found) == [("codes.no_prefix", "1"), ("codes.no_prefix", "2")]


def test_order_by_field_and_along_a_line(pack):
    table = squares((0, 0), (20, 0), (40, 0), (60, 0), ZLDWDM=["V"] * 4, RANK=[3.0, np.nan, 1.0, 2.0])
    assert list(assign(pack, table, "patch", "TBBH", order="by_field", order_field="RANK").table["TBBH"]) == ["3", "4", "1", "2"]
    whole = table.with_columns(RANK=pd.array([3, None, 1, 2], dtype="Int64"))
    assert list(assign(pack, whole, "patch", "TBBH", order="by_field", order_field="RANK").table["TBBH"]) == ["3", "4", "1", "2"]
    line = lines([(100, 0), (50, 0)], [(50, 0), (-10, 0)])
    assert list(assign(pack, table, "patch", "TBBH", order="along_line", line=line).table["TBBH"]) == ["4", "3", "2", "1"]
    apart = {"order": "along_line", "line": lines([(0, 0), (1, 0)], [(5, 0), (6, 0)])}
    for wanted, code in (({"order": "by_field"}, "needs_field"), ({"order": "along_line"}, "needs_line"), (apart, "broken")):
        with pytest.raises(InputError, match=code):
            assign(pack, table, "patch", "TBBH", **wanted)


def test_a_serial_that_is_used_up_stops_the_run(pack):
    table = squares((0, 0), (20, 0), ZDDM=[f"{HEAD}99999", None])
    with pytest.raises(InputError, match="full"):
        assign(pack, table, "parcel", "ZDDM", prefix=HEAD)


def test_rows_without_a_shape_come_last_and_an_empty_layer_passes(pack):
    table = squares((0, 0), (0, 50), ZLDWDM=["V"] * 2)
    table = table.with_geometry(np.array([None, table.shapes[1]], dtype=object))
    assert list(assign(pack, table, "patch", "TBBH").table["TBBH"]) == ["2", "1"]
    assert len(assign(pack, table.take(slice(0, 0)), "patch", "TBBH").table) == 0


def test_checking_tells_twice_within_the_village_and_retired(pack):
    rule = rules.rule_of(pack, "patch")
    table = squares((0, 0), (20, 0), (40, 0), (60, 0), BSM=["a", "b", "c", "d"], ZLDWDM=["V", "W", "V", "V"], TBBH=["1", "1", "1", "02"])
    found = check_codes(table, "TBBH", rule, retired=retired_codes(retired("1", rule="patch", scope="W"), rule))
    assert [(one.code, one.row) for one in found] == [("codes.retired", "b"), ("codes.twice", "c"), ("codes.form", "d")]
    assert found[1].facts["first"] == "a"


def test_a_rule_of_ones_own_pack_is_used(tmp_path):
    """An office's own file numbers: D, a town of three digits, a serial of four."""
    folder = tmp_path / "registration" / "rules"
    folder.mkdir(parents=True)
    head = "rule,name_zh,name_en,field,scope_field,pattern,prefix,digits,fill,fixed,refused,source,status\n"
    (folder / "code_rules.csv").write_text(head + "file_no,档案号,File number,DAH,,D\\d{7},D\\d{3},4,,,,our office,default\n", encoding="utf-8")
    own = schema.load_packs(overlay_roots=[tmp_path])["registration"]
    found = assign(own, squares((0, 0), (20, 0), DAH=["D0010007", None]), "file_no", "DAH", prefix="D001")
    assert list(found.table["DAH"]) == ["D0010007", "D0010008"]
    assert set(rules.rules_of(own)) == {"bsm", "parcel", "real_estate_unit", "patch", "registration_unit", "file_no"}


def test_a_pattern_that_is_none_is_told(tmp_path):
    folder = tmp_path / "registration" / "rules"
    folder.mkdir(parents=True)
    (folder / "code_rules.csv").write_text("rule,pattern,source,status\nparcel,[,ours,default\n", encoding="utf-8")
    with pytest.raises(PackError, match="bad_pattern"):
        rules.rule_of(schema.load_packs(overlay_roots=[tmp_path])["registration"], "parcel")
