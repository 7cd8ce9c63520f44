"""Units drawn on squares of 100 m: who takes what, what is booked, what stays over."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from shanshui.plugin.core import measure, schema
from shanshui.plugin.core.errors import CrsError, InputError
from shanshui.plugin.core.registration.draw_units import draw_units
from shanshui.plugin.core.table import Table

CRS = "EPSG:4528"
EAST, NORTH = 40_500_000.0, 3_300_000.0


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


def box(x, y, w, h):
    return shapely.box(EAST + x, NORTH + y, EAST + x + w, NORTH + y + h)


def layer(name, *shapes, **fields):
    return Table(pd.DataFrame(fields, index=range(len(shapes))), np.array(shapes, dtype=object), CRS, name)


COUNTY = layer("XZQ", box(0, 0, 1000, 1000), XZQDM=["999901"])
PARK = layer("国家公园", box(0, 0, 400, 400), MC=["青岚国家公园"])
RESERVE = layer("自然保护区", box(300, 0, 400, 400), MC=["东溪自然保护区"])


def booked(drawn, name):
    rows = drawn.journal.rows
    return {(row.ACTION, row.TO_NAME or ""): row.AREA for row in rows[rows["FROM_NAME"] == name].itertuples()}


def test_a_higher_unit_takes_in_and_the_lower_keeps_the_rest(pack):
    drawn = draw_units(COUNTY, [RESERVE, PARK], pack)
    plane = dict(zip(drawn.units["DJDYMC"], shapely.area(drawn.units.shapes)))
    assert plane == {"青岚国家公园": pytest.approx(160_000), "东溪自然保护区": pytest.approx(120_000)}
    assert booked(drawn, "青岚国家公园").keys() == {("kept", "")}
    book = booked(drawn, "东溪自然保护区")
    assert book.keys() == {("taken", "青岚国家公园"), ("kept", "")}
    assert book[("taken", "青岚国家公园")] == pytest.approx(book[("kept", "")] / 3, rel=1e-6)
    assert shapely.area(drawn.rest.shapes).sum() == pytest.approx(1_000_000 - 280_000)
    assert list(drawn.rest["XZQDM"]) == ["999901"]


def test_priority_turns_the_order_round(pack):
    drawn = draw_units(COUNTY, [RESERVE, PARK], pack, priority="自然保护区, 国家公园")
    plane = dict(zip(drawn.units["DJDYMC"], shapely.area(drawn.units.shapes)))
    assert plane == {"东溪自然保护区": pytest.approx(160_000), "青岚国家公园": pytest.approx(120_000)}
    with pytest.raises(InputError, match=r"draw\.unknown_priority"):
        draw_units(COUNTY, [PARK], pack, priority="没有的类型")


def test_a_unit_wholly_inside_a_higher_one_leaves_nothing(pack):
    marsh = layer("重要湿地", box(100, 100, 50, 50), MC=["芦荡湿地"])
    drawn = draw_units(COUNTY, [PARK, marsh], pack)
    assert list(drawn.units["DJDYMC"]) == ["青岚国家公园"]
    assert booked(drawn, "芦荡湿地").keys() == {("taken", "青岚国家公园")}
    assert [one.code for one in drawn.findings] == ["draw.nothing_left"]


def test_sea_less_islands_and_islands_one_each(pack):
    sea = layer("海域", box(1000, 0, 1000, 1000), MC=["青岚海域"])
    islands = layer("无居民海岛", box(1200, 200, 100, 100), box(1500, 500, 50, 50), HDMC=["同名岛", "同名岛"])
    drawn = draw_units(COUNTY, [sea, islands], pack)
    assert list(drawn.units["DJDYMC"]) == ["同名岛", "同名岛", "青岚海域"]
    assert list(shapely.area(drawn.units.shapes)) == pytest.approx([10_000, 2_500, 1_000_000 - 12_500])
    assert not [one for one in drawn.findings if one.code == "draw.outside_county"]  # the sea is the county's ground


def test_minerals_take_part_in_nothing(pack):
    mine = layer("矿产", box(350, 100, 200, 100), MC=["西岭铁矿"])
    drawn = draw_units(COUNTY, [PARK, RESERVE, mine], pack)
    plane = dict(zip(drawn.units["DJDYMC"], shapely.area(drawn.units.shapes)))
    assert plane == {"青岚国家公园": pytest.approx(160_000), "东溪自然保护区": pytest.approx(120_000), "西岭铁矿": pytest.approx(20_000)}
    assert shapely.area(drawn.rest.shapes).sum() == pytest.approx(1_000_000 - 280_000)


def test_outside_the_county_is_clipped_and_excluded_ground_taken_off(pack):
    park = layer("国家公园", box(-100, 0, 300, 100), MC=["界上公园"])
    barred = layer("争议区", box(150, 0, 100, 100))
    drawn = draw_units(COUNTY, [park], pack, exclude=barred)
    assert shapely.area(drawn.units.shapes)[0] == pytest.approx(15_000)
    assert booked(drawn, "界上公园").keys() == {("outside", ""), ("excluded", ""), ("kept", "")}
    clipped = [one for one in drawn.findings if one.code == "draw.outside_county"]
    assert len(clipped) == 1 and clipped[0].facts["area"] == pytest.approx(10_000)
    assert shapely.area(drawn.rest.shapes).sum() == pytest.approx(1_000_000 - 15_000 - 10_000)


def test_water_by_management_line_else_by_named_survey_classes(pack):
    line = layer("河道管理范围", box(0, 0, 1000, 50), MC=["青溪"])
    survey = layer(
        "DLTB",
        box(0, 10, 1000, 30),
        box(0, 500, 100, 100),
        box(100, 500, 100, 100),
        box(0, 800, 50, 50),
        box(500, 500, 9, 9),
        DLBM=["1101", "1102", "1104", "1102", "0301"],
        MC=["青溪", "镜湖", "镜湖", None, "林"],
    )
    drawn = draw_units(COUNTY, [survey, line], pack)
    plane = dict(zip(drawn.units["DJDYMC"], shapely.area(drawn.units.shapes)))
    assert plane == {"青溪": pytest.approx(50_000), "镜湖": pytest.approx(20_000)}
    assert [(one.code, one.facts["count"]) for one in drawn.findings] == [("draw.unnamed_survey", 1)]


def test_types_by_field_go_before_the_layer_name(pack):
    mixed = layer(
        "登记单元来源",
        box(0, 0, 100, 100),
        box(200, 0, 100, 100),
        box(400, 0, 100, 100),
        DJDYLX=["国家公园", "nature reserve", "??"],
        MC=["甲", "乙", "丙"],
    )
    drawn = draw_units(COUNTY, [mixed], pack)
    assert list(drawn.units["DJDYMC"]) == ["甲", "乙"]
    assert [(one.code, one.facts["was"]) for one in drawn.findings] == [("draw.unknown_type", "??")]
    nameless = draw_units(COUNTY, [layer("图层1", box(0, 0, 9, 9))], pack)
    assert [one.code for one in nameless.findings] == ["draw.unknown_layer"] and not len(nameless.units)


def test_numbers_are_kept_or_made_of_digits_and_unique(pack):
    given = layer("自然公园", box(500, 0, 100, 100), box(700, 0, 100, 100), ZRZYDJDYH=["99990100000001", None], MC=["甲", "乙"])
    drawn = draw_units(COUNTY, [given, PARK], pack)
    numbers = dict(zip(drawn.units["DJDYMC"], drawn.units["ZRZYDJDYH"]))
    assert numbers["甲"] == "99990100000001" and len(set(numbers.values())) == 3
    assert all(one.isdigit() and len(one) <= 28 and one.startswith("999901") for one in numbers.values())


def test_geographic_layers_are_drawn_on_the_plane_and_come_back(pack):
    from shanshui.plugin.core.projection import reproject

    there = [reproject(one, "EPSG:4490") for one in (COUNTY, RESERVE, PARK)]
    drawn = draw_units(there[0], there[1:], pack)
    flat = draw_units(COUNTY, [RESERVE, PARK], pack)
    assert drawn.units.crs == "EPSG:4490" and abs(shapely.total_bounds(drawn.units.shapes)[0] - 120) < 1
    assert drawn.units["DJDYZMJ"].to_numpy() == pytest.approx(flat.units["DJDYZMJ"].to_numpy(), abs=0.02)
    mixed = draw_units(COUNTY, [there[1], PARK], pack)
    assert mixed.units["DJDYZMJ"].to_numpy() == pytest.approx(flat.units["DJDYZMJ"].to_numpy(), abs=0.02)


names = st.sampled_from(["国家公园", "自然保护区", "自然公园", "重要湿地", "国有森林"])
places = st.lists(st.tuples(names, st.integers(-2, 9), st.integers(-2, 9), st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=8)


@settings(max_examples=30, deadline=None)
@given(places)
def test_books_balance_and_units_do_not_overlap(pack, listed):
    layers = [layer(name, box(100 * x, 100 * y, 100 * w, 100 * h), MC=[f"u{at}"]) for at, (name, x, y, w, h) in enumerate(listed)]
    drawn = draw_units(COUNTY, layers, pack)
    for one in layers:
        from shanshui.plugin.core import measure

        rows = drawn.journal.rows
        assert rows["AREA"][rows["FROM_NAME"] == one["MC"].iloc[0]].sum() == pytest.approx(measure.areas(one.shapes, CRS)[0], abs=0.005)
    shapes = drawn.units.shapes
    covered = shapely.union_all(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(covered.area, abs=1e-3)
    county = COUNTY.shapes[0]
    assert shapely.area(drawn.rest.shapes).sum() + covered.area == pytest.approx(county.area, abs=1e-3)
    assert (
        covered.equals(shapely.intersection(shapely.union_all([one.shapes[0] for one in layers]), county))
        or covered.symmetric_difference(shapely.intersection(shapely.union_all([one.shapes[0] for one in layers]), county)).area < 0.01
    )


def test_empty_layers_and_layers_without_crs(pack):
    drawn = draw_units(COUNTY, [PARK.take(slice(0, 0))], pack, exclude=PARK.take(slice(0, 0)))
    assert not len(drawn.units) and not len(drawn.journal) and shapely.area(drawn.rest.shapes).sum() == pytest.approx(1_000_000)
    with pytest.raises(CrsError, match="国家公园"):
        draw_units(COUNTY, [dataclasses.replace(PARK, crs=None)], pack)


def test_what_is_kept_has_the_area_of_the_unit(pack):
    """Irregular pieces whose rounded areas do not sum by themselves: the journal closes on every source, and its kept rows are the units."""
    county = layer("XZQ", box(0, 0, 3000, 3000), XZQDM="999901")
    parks = [shapely.Point(EAST + x, NORTH + y).buffer(700.123) for x, y in ((900, 900), (1500, 1200), (2000, 1900))]
    names = ("国家公园", "自然保护区", "自然公园")
    drawn = draw_units(county, [layer(name, park, DJDYMC=f"甲{name}") for name, park in zip(names, parks)], pack)
    rows, units = drawn.journal.rows, drawn.units.rows.set_index("ZRZYDJDYH")["DJDYZMJ"]
    kept = rows[rows["ACTION"] == "kept"]
    assert kept["AREA"].tolist() == units[kept["FROM_NO"]].tolist() and (rows["ACTION"] == "taken").sum() >= 2
    for name, park in zip(names, parks):
        source = measure.areas(np.array([park], dtype=object), CRS)[0]
        assert round(rows.loc[rows["FROM_NAME"] == f"甲{name}", "AREA"].sum(), 2) == source
