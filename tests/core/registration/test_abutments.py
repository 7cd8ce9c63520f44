"""Abutments of squares and of a real survey: names, sides, order, and what is left to the person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.errors import FieldError
from shanshui.plugin.core.registration.abutments import abutments
from shanshui.plugin.core.table import Table

EAST, NORTH = 40_400_000.0, 3_300_000.0
SIDES = ["DYSZB", "DYSZD", "DYSZN", "DYSZX"]


@pytest.fixture(scope="module")
def pack():
    return schema.load_packs()["registration"]


def square(x, y, width=100.0, height=100.0):
    return shapely.box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def layer(name="units", field="MC", crs="EPSG:4528", **shapes):
    frame = pd.DataFrame({"BSM": [f"{name}{at}" for at in range(len(shapes))], field: list(shapes)})
    return Table(frame, np.array(list(shapes.values()), dtype=object), crs, name)


def sides(result, name, field="MC"):
    rows = result.table.rows
    row = rows[rows[field] == name].iloc[0]
    return [row[side] for side in SIDES]


def test_the_middle_of_nine_squares(pack):
    names = ["SW", "S", "SE", "W", "M", "E", "NW", "N", "NE"]
    grid = layer(**{name: square(100 * (at % 3), 100 * (at // 3)) for at, name in enumerate(names)})
    result = abutments(grid, [], "MC", 0.0, pack)
    assert sides(result, "M") == ["N", "E", "S", "W"]
    assert sides(result, "NE") == [None, None, "E", "N"]
    assert sum(one.code == "abutment.nothing" for one in result.findings) == 12 == result.counts["empty_sides"]
    first = next(one for one in result.findings if one.row == "units8")
    assert (first.field, first.facts["side"], first.facts["side_en"]) == ("DYSZB", "北", "north")


def test_names_of_a_side_run_clockwise_and_each_stands_once(pack):
    around = layer(
        M=square(0, 0), N1=square(0, 100, 30, 10), N2=square(30, 100, 70, 10), E1=square(100, 50, 10, 50), E2=square(100, 0, 10, 50),
        S1=square(50, -10, 50, 10), S2=square(0, -10, 50, 10), W1=square(-10, 0, 10, 50), W2=square(-10, 50, 10, 50),
    )
    assert sides(abutments(around, [], "MC", 0.0, pack), "M") == ["N1、N2", "E1、E2", "S1、S2", "W1、W2"]
    same = around.with_columns(MC=around["MC"].str[0])
    assert sides(abutments(same, [], "MC", 0.0, pack), "M") == ["N", "E", "S", "W"]


def test_pieces_under_one_percent_are_dropped_and_counted(pack):
    around = layer(M=square(0, 0), A=square(0, 100, 99.5, 10), B=square(99.5, 100, 10, 10))
    result = abutments(around, [], "MC", 0.0, pack)
    assert sides(result, "M")[0] == "A" and result.counts["small_pieces"] >= 1
    wide = layer(M=square(0, 0), A=square(0, 100, 98.5, 10), B=square(98.5, 100, 10, 10))
    assert sides(abutments(wide, [], "MC", 0.0, pack), "M")[0] == "A、B"


def test_a_bearing_of_exactly_forty_five_is_east(pack):
    # the outward normal of the slope (0,100)→(100,0) bears 45 degrees
    triangle = shapely.Polygon([(EAST, NORTH), (EAST + 100, NORTH), (EAST, NORTH + 100)])
    rest = shapely.Polygon([(EAST + 100, NORTH), (EAST + 100, NORTH + 100), (EAST, NORTH + 100)])
    result = abutments(layer(M=triangle, A=rest), [], "MC", 0.0, pack)
    assert sides(result, "M") == [None, "A", None, None]
    assert sides(result, "A") == [None, None, None, "M"]  # 225 degrees is west


def test_a_neighbour_across_a_road_needs_the_distance(pack):
    apart = layer(M=square(0, 0), A=square(0, 106, 40, 50), B=square(40, 106, 60, 50))
    assert sides(abutments(apart, [], "MC", 5.0, pack), "M")[0] is None
    assert sides(abutments(apart, [], "MC", 7.0, pack), "M")[0] == "A、B"
    # the nearer one counts
    road = layer("roads", R=square(-50, 100, 300, 6))
    assert sides(abutments(apart, [road], "MC", 7.0, pack), "M")[0] == "R"


def test_neighbours_of_another_layer_with_other_corners_and_other_names(pack):
    villages = layer("villages", field="QSDWMC", 甲村=square(-500, 100, 560, 400), 乙村=square(60, 100, 500, 400))
    assert sides(abutments(layer(M=square(0, 0)), [villages], "MC", 0.0, pack), "M") == ["甲村、乙村", None, None, None]
    with pytest.raises(FieldError, match=r"abutment\.no_name_field"):
        abutments(layer(M=square(0, 0)), [layer("x", field="FOO", A=square(0, 100))], "MC", 0.0, pack)
    with pytest.raises(FieldError, match=r"input\.missing_field"):
        abutments(layer(M=square(0, 0)), [], "NAME", 0.0, pack)


def test_the_same_layer_as_neighbours_changes_nothing(pack):
    pair = layer(M=square(0, 0), A=square(100, 0))
    assert sides(abutments(pair, [pair], "MC", 0.0, pack), "M") == sides(abutments(pair, [], "MC", 0.0, pack), "M")


def test_nameless_neighbours_are_findings_not_texts(pack):
    pair = layer(M=square(0, 0), A=square(100, 0)).with_columns(MC=["M", None])
    result = abutments(pair, [], "MC", 0.0, pack)
    assert sides(result, "M")[1] is None
    assert [one.facts["count"] for one in result.findings if one.code == "abutment.unnamed"] == [1]


def test_a_unit_inside_another_has_it_on_all_sides_and_is_no_abutment_of_it(pack):
    lake = square(40, 40, 20, 20)
    result = abutments(layer(M=shapely.difference(square(0, 0), lake), L=lake), [], "MC", 0.0, pack)
    assert sides(result, "L") == ["M"] * 4
    assert sides(result, "M") == [None] * 4 and result.counts["inner_rings"] == 1


def test_a_wavy_northern_border_lies_north_only(pack):
    x = np.linspace(0, 100, 201)
    wave = np.stack([EAST + x, NORTH + 100 + 2 * np.sin(x * 2)], axis=1).tolist()
    lower = shapely.Polygon([(EAST, NORTH), *wave, (EAST + 100, NORTH)])
    upper = shapely.Polygon([(EAST, NORTH + 200), *wave, (EAST + 100, NORTH + 200)])
    result = abutments(layer(M=lower, A=upper), [], "MC", 0.0, pack)
    assert sides(result, "M") == ["A", None, None, None] and sides(result, "A")[2] == "M"


def test_geographic_units(pack):
    import geopandas

    flat = layer(M=square(0, 0), A=square(100, 0), B=square(0, 105))
    degrees = np.asarray(geopandas.GeoSeries(flat.shapes, crs=4528).to_crs(4490).to_numpy(), dtype=object)
    result = abutments(Table(flat.rows, degrees, "EPSG:4490", "units"), [], "MC", 6.0, pack)
    assert sides(result, "M") == ["B", "A", None, None] and result.table.crs == "EPSG:4490"


@pytest.mark.real
def test_neighbours_of_a_real_survey_are_symmetric(pack, real_data):
    import geopandas

    read = geopandas.read_file(real_data / "ch_av_solothurn" / "ch_av_254900.gpkg", layer="liegenschaft")
    shapes = np.asarray(read.geometry.array, dtype=object)
    table = Table(pd.DataFrame({"MC": read["nummer"].astype(str)}), shapes, "EPSG:2056", "liegenschaft")
    result = abutments(table, [], "MC", 0.0, pack)
    facing = {}
    for row in result.table.rows.itertuples():
        for side in SIDES:
            for name in (getattr(row, side) or "").split("、"):
                if name:
                    facing.setdefault(row.MC, set()).add(name)
    # every pair that is named shares an edge by GEOS; and it is named both ways unless a piece was under one percent or inside a hole
    at = {name: place for place, name in enumerate(table["MC"])}
    pairs = {(a, b) for a, named in facing.items() for b in named}
    assert all(shapely.length(shapely.intersection(shapes[at[a]], shapes[at[b]])) > 0 for a, b in pairs)
    one_way = {(a, b) for a, b in pairs if (b, a) not in pairs}
    for a, b in one_way:
        shared = shapely.intersection(shapely.boundary(shapes[at[a]]), shapely.boundary(shapes[at[b]]))
        outer = shapely.intersection(shared, shapely.linearrings(shapes[at[b]].exterior.coords))
        assert shapely.length(outer) < 0.05 * shapes[at[b]].length
    print(f"{len(pairs)} neighbourhoods, {len(one_way)} named one way only")
