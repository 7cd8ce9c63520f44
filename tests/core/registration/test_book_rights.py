"""Rights and controls find their units: by number where they state one, else by place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from shanshui.plugin.core import schema
from shanshui.plugin.core.registration.book.rights import link
from shanshui.plugin.core.table import Table

E, N = 40_500_000.0, 3_300_000.0


@pytest.fixture(scope="module")
def packs():
    return schema.load_packs()


def box(x0, y0, x1, y1):
    return shapely.box(E + x0, N + y0, E + x1, N + y1)


def table(name, shapes, crs="EPSG:4528", **columns):
    geometry = None if shapes is None else np.array([*shapes, None], dtype=object)[:-1]
    return Table(pd.DataFrame(columns), geometry, crs if shapes is not None else None, name)


@pytest.fixture(scope="module")
def units():
    """Two squares of 100 m side by side."""
    return table("ZRZYDJDY", [box(0, 0, 100, 100), box(100, 0, 200, 100)], ZRZYDJDYH=["U1", "U2"], DJDYLX=["ZRGY"] * 2)


def linked(packs, units, *tables):
    found, findings = link(tables, units, list(packs.values()), packs["registration"])
    return [(one.right, one.page.name, one.links.to_dict("list")) for one in found], findings


def test_a_polygon_is_linked_where_it_lies_with_the_area_in_each_unit(packs, units):
    [(right, page, links)], findings = linked(packs, units, table("KYQ", [box(50, 0, 150, 100)], KCCKXKZH=["C1"]))
    assert (right, page, links["UNIT"], links["ROW"], findings) == ("mining", "KYQ", [0, 1], [0, 0], [])
    assert links["INSIDE"] == pytest.approx([5000.0, 5000.0], abs=0.01)


@pytest.mark.parametrize(("reach", "units_of"), [(0.1, [1]), (0.5, [0, 1])])
def test_a_strip_narrower_than_the_sliver_width_only_touches(packs, units, reach, units_of):
    """The pack's 0.2 m of mean width: a strip of 0.1 m is no link, one of 0.5 m is."""
    [(*_, links)], _ = linked(packs, units, table("KYQ", [box(100 - reach, 0, 200, 100)], KCCKXKZH=["C1"]))
    assert links["UNIT"] == units_of


def test_points_lie_in_a_unit_or_in_none(packs, units):
    places = [shapely.Point(E + 10, N + 10), shapely.Point(E + 150, N + 50), shapely.Point(E + 500, N)]
    [(right, _, links)], _ = linked(packs, units, table("QSQ", places, QSXKZH=["a", "b", "c"]))
    assert (right, links["UNIT"], links["ROW"]) == ("water", [0, 1], [0, 1]) and np.isnan(links["INSIDE"]).all()


def test_a_number_goes_before_the_place_and_rows_without_one_go_by_place(packs, units):
    inside = [box(10, 10, 20, 20), box(30, 10, 40, 20)]
    [(*_, links)], findings = linked(packs, units, table("GGGZGLXX", inside, ZRZYDJDYH=["U2", None], GGGZYSLX=["1", "2"]))
    assert (links["UNIT"], links["ROW"]) == ([0, 1], [1, 0]) and not findings


def test_a_table_without_shapes_is_linked_by_number_and_lost_numbers_are_told(packs, units):
    found, findings = linked(packs, units, table("BDCQLGLXX", None, ZRZYDJDYH=["U1", "U9", "U1"], BDCDYH=["a", "b", "c"]))
    assert found[0][2]["ROW"] == [0, 2]
    assert [(one.code, one.facts["count"], one.facts["units"]) for one in findings] == [("book.right_elsewhere", 1, "U9")]


def test_layers_in_degrees_are_brought_to_the_units(packs, units):
    from shanshui.plugin.core.projection import reproject_shapes

    there = reproject_shapes(np.array([box(50, 0, 150, 100)], dtype=object), "EPSG:4528", "EPSG:4490")
    [(*_, links)], _ = linked(packs, units, table("KYQ", there, "EPSG:4490", KCCKXKZH=["C1"]))
    assert links["UNIT"] == [0, 1] and links["INSIDE"] == pytest.approx([5000.0, 5000.0], abs=0.05)


def test_a_layer_that_speaks_of_no_right_is_told_and_left(packs, units):
    found, findings = linked(packs, units, table("DLTB", [box(0, 0, 9, 9)], BSM=["1"]), table("PWQ", [shapely.Point(E + 1, N + 1)], PWXKZH=["p"]))
    assert [one[0] for one in found] == ["discharge"] and [one.code for one in findings] == ["book.not_a_right"]


def test_every_kind_of_right_has_its_table_in_book_and_form(packs):
    pack = packs["registration"]
    rights = {row["right"] for row in pack.rule("book_rights")}
    for kind in ("book", "survey_form"):
        assert rights <= {row["table"] for row in pack.rule("book_tables") if row["section"].startswith(f"{kind}.")}
        sections = {row["key"] for row in pack.rule("book_sections") if row["kind"] == kind}
        assert {row["section"] for name in ("book_tables", "book_facts") for row in pack.rule(name) if row["section"].startswith(kind)} <= sections
    pages = {name: page for one in packs.values() for name, page in one.layers.items()}
    listed = {row["table"] for row in pack.rule("book_columns")}
    status = {row["layer"] for row in pack.rule("book_rights") if row["right"] == "status"}
    assert {row["layer"] for row in pack.rule("book_rights")} - status <= listed
    for row in pack.rule("book_columns"):
        assert row["table"] not in pages or row["column"] in pages[row["table"]].names, row
