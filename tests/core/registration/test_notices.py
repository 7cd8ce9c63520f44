"""The period of an announcement against numpy's business days, and the list of its units."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import InputError, PackError
from shanshui.plugin.core.registration.notices import listed, shown
from shanshui.plugin.core.registration.periods import parsed_day, period_of
from shanshui.plugin.core.table import Table

EAST, NORTH = 40_500_000.0, 3_300_000.0


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


def changed(pack, holidays=(), **settings):
    """The pack with other holidays (date, day) and other values of settings."""
    rows = tuple({**row, "value": settings.get(row["key"], row["value"])} for row in pack.rule("settings"))
    days = tuple({"date": day, "day": kind} for day, kind in holidays)
    return replace(pack, rules={**pack.rules, "settings": rows, "holidays": days or pack.rule("holidays")})


def test_fifteen_working_days_by_hand(pack):
    """From Tuesday 24 November 2026: 25 to 27 November (3), 30 to 4 (8), 7 to 11 (13), 14 and 15 December."""
    found = period_of(date(2026, 11, 24), "announcement", pack)
    assert (found.last, found.days, found.count, found.free) == (date(2026, 12, 15), 15, "working", ())
    assert found.unknown == (2026,)


@pytest.mark.parametrize("begin", ["next_day", "same_day"])
def test_working_days_are_numpys_business_days(pack, begin):
    free = ["2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-05-01", "2026-10-01", "2027-01-01"]
    for length in ("1", "7", "15", "40"):
        own = changed(pack, [(day, "holiday") for day in free], announcement_days=length, announcement_from=begin)
        for step in range(400):
            start = date(2026, 1, 1) + timedelta(days=step)
            first = start if begin == "same_day" else start + timedelta(days=1)
            expected = np.busday_offset(np.datetime64(first), int(length) - 1, roll="forward", holidays=free)
            assert period_of(start, "announcement", own).last == expected.astype(object), (start, length)


def test_a_working_weekend_counts_and_holidays_are_named(pack):
    own = changed(pack, [("2026-10-01", "holiday"), ("10-02", "holiday"), ("2026-09-27", "working")], announcement_days="5")
    found = period_of(date(2026, 9, 25), "announcement", own)
    # Sunday 27, 28, 29, 30 September, Monday 5 October
    assert (found.last, found.free, found.unknown) == (date(2026, 10, 5), (date(2026, 10, 1), date(2026, 10, 2)), ())


def test_calendar_days_end_on_a_working_day(pack):
    own = changed(pack, announcement_count="calendar", announcement_days="15")
    assert period_of(date(2026, 11, 10), "announcement", own).last == date(2026, 11, 25)
    assert period_of(date(2026, 11, 13), "announcement", own).last == date(2026, 11, 30)  # the 28th is a Saturday
    assert period_of(date(2026, 9, 17), "announcement", own).last == date(2026, 10, 5)  # 2 October, a holiday, and the weekend


@pytest.mark.parametrize("settings", [{"notice_days": "0"}, {"notice_days": "x"}, {"notice_count": "moon"}, {"notice_from": ""}])
def test_a_rule_that_is_none_is_refused(pack, settings):
    with pytest.raises(PackError) as failed:
        period_of(date(2026, 11, 24), "notice", changed(pack, **settings))
    assert failed.value.code == "notice.bad_rule"


@pytest.mark.parametrize("row", [("2026-13-01", "holiday"), ("2026-10-01", "feast"), ("1 October", "holiday"), ("1001", "holiday")])
def test_a_holiday_that_is_no_day_is_refused(pack, row):
    with pytest.raises(PackError) as failed:
        period_of(date(2026, 11, 24), "notice", changed(pack, [row]))
    assert failed.value.code == "notice.bad_holiday"


@pytest.mark.parametrize("text", ["2026-11-04", "2026/11/4", "2026.11.04", "20261104", "2026年11月4日", " 2026-11-04 ", "2026-11-04T00:00:00"])
def test_days_are_read_as_people_write_them(text):
    assert parsed_day(text) == date(2026, 11, 4)


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "11-04", ""])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(InputError) as failed:
        parsed_day(text)
    assert failed.value.code == "notice.bad_day"


def units(*rows, **columns):
    """Rows (number, name, type, width): rectangles 100 m high, side by side."""
    edges = np.concatenate([[0], np.cumsum([row[3] for row in rows])])
    shapes = np.array([shapely.box(EAST + a, NORTH, EAST + b, NORTH + 100) for a, b in zip(edges, edges[1:])])
    frame = pd.DataFrame([row[:3] for row in rows], columns=["ZRZYDJDYH", "DJDYMC", "DJDYLX"]).assign(**columns)
    return Table(frame, shapes, "EPSG:4528", "units")


def test_the_list_is_in_the_order_of_types_and_numbers(pack):
    given = units(("3", "东溪", "SLDY", 100), ("2", "国家公园", "国家公园", 250), ("1", "西溪", "水流", 50), ("4", "矿", "KCZY", 100))
    found = listed(given, "notice", pack)
    assert found.units["ZRZYDJDYH"].tolist() == ["2", "1", "3", "4"] and found.units["NO"].tolist() == [1, 2, 3, 4]
    assert found.units["DJDYZMJ_HA"].tolist()[:3] == [2.5, 0.5, 1.0] and np.isnan(found.units["DJDYZMJ_HA"].iloc[3])
    assert (found.total, found.types) == (4.0, (("GJGY", 1), ("SLDY", 2), ("KCZY", 1))) and not found.findings
    # up the central meridian by the geodesic, east along the parallel's arc
    _, south, _ = Geod(a=6378137.0, rf=298.257222101).fwd(120, 0, 0, NORTH)
    assert found.box == pytest.approx((120.0, south, 120.00517, south + 100 / 110_852), abs=1e-5)
    assert shown(found.units)["DJDYMC"].tolist() == ["国家公园", "东溪", "矿", "西溪"]


def test_the_total_is_that_of_the_printed_hectares(pack):
    """Three units of 0.005 ha print as 0.01 each: the total is what a reader adds up."""
    given = units(*((str(at), "x", "SLDY", 1) for at in range(3)), DJDYZMJ=[50.0, 50.0, 50.0])
    assert listed(given, "notice", pack).total == 0.03


def test_what_is_amiss_with_a_unit_is_found(pack):
    given = units(("1", "", "SLDY", 1), ("1", "b", "SLDY", 1), ("", "c", "SLDY", 1), ("4", "d", "SLDY", 1), DJZT=["01", "", "02", "06"])
    codes = [(one.code, one.row) for one in listed(given, "notice", pack).findings]
    assert codes == [("notice.no_name", "1"), ("notice.twice", "1"), ("notice.no_number", "c"), ("notice.other_state", "4")]
    with pytest.raises(InputError) as failed:
        listed(given.take(np.zeros(4, dtype=bool)), "notice", pack)
    assert failed.value.code == "notice.no_units"
