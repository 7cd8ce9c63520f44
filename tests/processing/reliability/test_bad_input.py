"""What a technician is told when the input is not what it should be: a sentence in his language that says what to do, never a traceback."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("qgis.core")

SOURCES = [
    ("measure_areas", "INPUT", "DLTB"), ("measure_lengths", "INPUT", "DLTB"), ("balance_areas", "INPUT", "DLTB"), ("overlay", "INPUT", "DLTB"),
    ("overlay", "OVERLAY", "SYQ"), ("draw_units", "COUNTY", "XZQ"), ("draw_units", "LAYERS", "国家公园"),
    ("resource_patches", "UNITS", "ZRZYDJDY"), ("resource_patches", "OWNERSHIP", "SYQ"), ("resource_patches", "LANDCOVER", "DLTB"),
    ("boundary_lines", "INPUT", "DLTB"), ("boundary_points", "INPUT", "DLTB"), ("abutments", "INPUT", "DLTB"),
    ("abutments", "NEIGHBOURS", "国家公园"),
]
SEVERAL = ("LAYERS", "NEIGHBOURS")
POLYGONS = [one for one in SOURCES if one[0] != "measure_lengths"]
each_source = pytest.mark.parametrize(("name", "parameter", "layer"), SOURCES)


def value(parameter: str, layer: Any) -> Any:
    return [layer] if parameter in SEVERAL else layer


def told(ran: Any, code: str, language: str, spoken: Any) -> None:
    """The sentence was said, every fact in it filled, and nothing unforeseen happened."""
    assert spoken(ran.said, code, language), ran.said
    assert "{" not in ran.said and "Traceback" not in ran.said and not ran.unforeseen, ran.said


@pytest.mark.parametrize("name", sorted({one[0] for one in SOURCES}))
def test_good_input_runs_and_says_what_came_in_and_went_out(desk: Any, name: str) -> None:
    ran = desk.run(name, **desk.given(name))
    assert ran.good and not ran.unforeseen, ran.said
    for parameter in [one[1] for one in SOURCES if one[0] == name]:
        assert any(line.startswith(parameter) for line in ran.said.splitlines()), parameter
    for output in desk.outputs[name]:
        count = len(ran.rows(output))
        assert any(output in line and f" {count} " in line for line in ran.said.splitlines()), (output, count, ran.said)


@pytest.mark.parametrize("name", sorted({one[0] for one in SOURCES}))
def test_progress_moves_from_start_to_end_and_never_back(desk: Any, name: str) -> None:
    ran = desk.run(name, **desk.given(name))
    assert len(set(ran.steps)) >= 3 and ran.steps == sorted(ran.steps) and ran.steps[-1] == 100, ran.steps


@each_source
def test_a_layer_that_is_not_there(desk: Any, name: str, parameter: str, layer: str) -> None:
    ran = desk.run(name, **desk.given(name, **{parameter: value(parameter, "/不存在/我 的.gpkg")}))
    assert not ran.good and "我 的.gpkg" in ran.said and not ran.unforeseen, ran.said


@pytest.mark.parametrize(("name", "parameter", "layer"), POLYGONS)
def test_a_layer_of_points(desk: Any, spoken: Any, tongue: str, name: str, parameter: str, layer: str) -> None:
    points = desk.layer(layer, kind="Point", rows=[])
    ran = desk.run(name, **desk.given(name, **{parameter: value(parameter, points)}))
    assert not ran.good
    told(ran, "input.needs_polygons", tongue, spoken)


@each_source
def test_a_table_without_geometry(desk: Any, spoken: Any, tongue: str, name: str, parameter: str, layer: str) -> None:
    plain = desk.layer(layer, crs=None, kind="None", rows=[])
    ran = desk.run(name, **desk.given(name, **{parameter: value(parameter, plain)}))
    assert not ran.good
    told(ran, "input.no_geometry", tongue, spoken)


@each_source
def test_an_empty_layer(desk: Any, spoken: Any, tongue: str, name: str, parameter: str, layer: str) -> None:
    empty = desk.layer(layer, rows=[])
    ran = desk.run(name, **desk.given(name, **{parameter: value(parameter, empty)}))
    assert ran.good == ((name, parameter) != ("draw_units", "COUNTY")), ran.said
    told(ran, "input.nothing_to_use", tongue, spoken)


@each_source
def test_features_without_shapes_are_set_aside_and_counted(desk: Any, spoken: Any, tongue: str, name: str, parameter: str, layer: str) -> None:
    whole = desk.layer(layer)
    names = [field.name() for field in whole.fields()]
    types = " ".join(f"{one.name()}:{one.typeName()}" for one in whole.fields())
    rows = [(None, *one.attributes()) for one in whole.getFeatures()]
    bare = desk.layer(layer, fields=types, rows=rows)
    ran = desk.run(name, **desk.given(name, **{parameter: value(parameter, bare)}))
    assert not ran.unforeseen and "{" not in ran.said
    if name == "balance_areas":  # levels numbers, whatever the shapes
        assert ran.good and len(ran.rows()) == len(rows) and not ran.rows("REJECTED")
    elif (name, parameter) != ("draw_units", "COUNTY"):
        assert ran.good and spoken(ran.said, "read.set_aside", tongue), ran.said
        aside = [row for row in ran.rows("REJECTED") if row["REASON"] == "geometry.missing"]
        assert len(aside) == len(rows) and all(set(names) <= set(_json(row["ATTRIBUTES"])) for row in aside)
        assert all(row["MESSAGE_ZH"] and row["MESSAGE_EN"] for row in aside)


def _json(text: str) -> Any:
    import json

    return json.loads(text)


NO_CRS = [one for one in SOURCES if one[0] not in ("balance_areas", "boundary_points")]


@pytest.mark.parametrize(("name", "parameter", "layer"), NO_CRS)
def test_a_layer_without_crs(desk: Any, spoken: Any, tongue: str, name: str, parameter: str, layer: str) -> None:
    ran = desk.run(name, **desk.given(name, **{parameter: value(parameter, desk.layer(layer, crs=None))}))
    assert not ran.good and layer in ran.said
    told(ran, "crs.missing", tongue, spoken)


def test_points_of_a_layer_without_crs_are_taken_as_metres_and_that_is_said(desk: Any, spoken: Any, language: str) -> None:
    ran = desk.run("boundary_points", **desk.given("boundary_points", INPUT=desk.layer("DLTB", crs=None)))
    assert ran.good and len(ran.rows("OUTPUT_POINTS")) == 8
    told(ran, "crs.none_given", language, spoken)


@pytest.mark.parametrize("crs", ["EPSG:2364", "EPSG:2436", "EPSG:4610", "EPSG:4214"])
@pytest.mark.parametrize(("name", "parameter", "layer"), [one for one in NO_CRS if one[:2] != ("abutments", "INPUT")])
def test_an_old_datum(desk: Any, spoken: Any, name: str, parameter: str, layer: str, crs: str) -> None:
    ran = desk.run(name, **desk.given(name, **{parameter: value(parameter, desk.layer(layer, crs=crs))}))
    assert not ran.good
    assert spoken(ran.said, "crs.no_shift", "en") or spoken(ran.said, "crs.no_shift", "zh"), ran.said
    assert not ran.unforeseen


WRONG = [
    ("EPSG:4529", None, "zone.prefix_differs"),
    ("EPSG:4549", None, "zone.prefix_unexpected"),
    ("EPSG:4528", (-40_000_000, 0), "zone.prefix_missing"),
    ("EPSG:4528", "swap", "zone.axes_swapped"),
    ("EPSG:4490", None, "zone.not_degrees"),
]


def moved(desk: Any, layer: str, crs: str, how: Any) -> Any:
    import numpy as np
    import shapely

    given = desk.layer(layer)
    types = " ".join(f"{one.name()}:{one.typeName()}" for one in given.fields())
    rows = []
    for one in given.getFeatures():
        shape = shapely.from_wkb(bytes(one.geometry().asWkb().data()))
        if how == "swap":
            shape = shapely.transform(shape, lambda points: points[:, ::-1])
        elif how:
            shape = shapely.transform(shape, lambda points: points + np.array(how, dtype=float))
        rows.append((shape, *one.attributes()))
    return desk.layer(layer, crs=crs, fields=types, rows=rows)


@pytest.mark.parametrize(("crs", "how", "code"), WRONG)
@pytest.mark.parametrize(("name", "parameter", "layer"), [one for one in SOURCES if one[0] != "balance_areas"])
def test_coordinates_that_contradict_the_crs(
    desk: Any, spoken: Any, name: str, parameter: str, layer: str, crs: str, how: Any, code: str
) -> None:
    """A zone without prefix under a CRS with one, another zone's prefix, swapped axes, metres under degrees: said, whatever else happens."""
    ran = desk.run(name, **desk.given(name, **{parameter: value(parameter, moved(desk, layer, crs, how))}))
    assert not ran.unforeseen and "nan" not in ran.said.lower().split(), ran.said
    if ran.good:
        assert spoken(ran.said, code, "en") or spoken(ran.said, code, "zh"), ran.said
        if "FINDINGS" in ran.results:
            (row,) = [row for row in ran.rows("FINDINGS") if row["CODE"] == code]
            assert row["MESSAGE_ZH"] and row["MESSAGE_EN"] and "{" not in row["MESSAGE_ZH"] + row["MESSAGE_EN"]
    else:
        assert spoken(ran.said, "crs.failed", "en") or spoken(ran.said, "crs.failed", "zh"), ran.said


def test_a_finding_of_the_second_layer_lies_where_the_layer_of_findings_has_it(desk: Any) -> None:
    """INPUT in degrees, OVERLAY on a plane with another zone's prefix: the finding is drawn in degrees too, east of where it should be."""
    from shanshui.plugin.core.projection import reproject_shapes

    lonlat = reproject_shapes(_array([desk.box(0, 0, 700, 400)]), "EPSG:4528", "EPSG:4490")
    first = desk.layer("平面", "EPSG:4490", fields="BSM:string(18)", rows=[(lonlat[0], "B1")])
    ran = desk.run("overlay", **desk.given("overlay", INPUT=first, OVERLAY=moved(desk, "SYQ", "EPSG:4528", (1_000_000.0, 0.0)), FINDINGS="memory:"))
    (row,) = [one for one in ran.rows("FINDINGS") if one["CODE"] == "zone.prefix_differs"]
    assert lonlat[0].bounds[2] < row["X"] <= 180 and abs(row["Y"]) < 90


def test_degrees_and_metres_together(desk: Any) -> None:
    """The same land cover in degrees is cut as in metres: vertices are moved, and areas agree."""
    import shapely

    from shanshui.plugin.core.projection import reproject_shapes

    flat = desk.layer("DLTB")
    shapes = [shapely.from_wkb(bytes(one.geometry().asWkb().data())) for one in flat.getFeatures()]
    lonlat = reproject_shapes(_array(shapes), "EPSG:4528", "EPSG:4490")
    types = " ".join(f"{one.name()}:{one.typeName()}" for one in flat.fields())
    rows = [(shape, *one.attributes()) for shape, one in zip(lonlat, flat.getFeatures())]
    ran = desk.run("resource_patches", **desk.given("resource_patches", LANDCOVER=desk.layer("DLTB", "EPSG:4490", fields=types, rows=rows)))
    plain = desk.run("resource_patches", **desk.given("resource_patches"))
    assert ran.good and plain.good
    assert [row["MJ"] for row in ran.rows()] == pytest.approx([row["MJ"] for row in plain.rows()], abs=0.02)


def _array(shapes: Any) -> Any:
    import numpy as np

    return np.array(shapes, dtype=object)


CHOICES = [
    ("measure_areas", "METHOD"), ("measure_areas", "UNIT"), ("measure_areas", "ZONE"), ("measure_lengths", "UNIT"), ("balance_areas", "METHOD"),
    ("overlay", "OPERATION"), ("resource_patches", "DISPUTED_AS"), ("resource_patches", "GROUP_BY"), ("resource_patches", "AREA"),
    ("boundary_points", "START"), ("boundary_points", "NUMBERING"),
]


@pytest.mark.parametrize("wrong", ["nonsense", "", 99, -1, 7.0, True, [0], "0.5"])
@pytest.mark.parametrize(("name", "parameter"), CHOICES)
def test_an_unknown_choice_is_refused_and_never_the_default(desk: Any, spoken: Any, tongue: str, name: str, parameter: str, wrong: Any) -> None:
    ran = desk.run(name, **desk.given(name, **{parameter: wrong}))
    assert not ran.good and spoken(ran.said, "input.unknown_choice", tongue), ran.said


@pytest.mark.parametrize(("name", "parameter"), CHOICES)
def test_an_unknown_choice_where_nobody_checks(desk: Any, spoken: Any, listening: Any, tongue: str, name: str, parameter: str) -> None:
    """alg.run, as scripts and models call it, does not ask checkParameterValues; processing.run does."""
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingException

    heard = listening()
    _, good = desk.algorithm(name).run(desk.given(name, **{parameter: "nonsense"}), QgsProcessingContext(), heard)
    assert not good and spoken("\n".join(heard.said), "input.unknown_choice", tongue), heard.said
    import sys

    sys.path.append(QgsApplication.pkgDataPath() + "/python/plugins")
    import processing

    heard = listening()
    with pytest.raises(QgsProcessingException) as caught:
        processing.run(desk.algorithm(name), desk.given(name, **{parameter: "nonsense"}), feedback=heard)
    assert spoken("\n".join([*heard.said, str(caught.value)]), "input.unknown_choice", tongue), heard.said


FIELDS = [
    ("balance_areas", "AREA_FIELD"), ("balance_areas", "GROUP_FIELD"), ("balance_areas", "PART_FIELD"), ("overlay", "INPUT_FIELDS"),
    ("overlay", "OVERLAY_FIELDS"), ("resource_patches", "CONTROL_FIELD"), ("abutments", "NAME_FIELD"),
]


@pytest.mark.parametrize(("name", "parameter"), FIELDS)
def test_a_field_that_is_not_there(desk: Any, spoken: Any, language: str, name: str, parameter: str) -> None:
    ran = desk.run(name, **desk.given(name, **{parameter: "没有的字段"}))
    assert not ran.good and spoken(ran.said, "input.missing_field", language) and "没有的字段" in ran.said, ran.said
    assert not ran.unforeseen


@pytest.mark.parametrize(("layer", "parameter", "field"), [("SYQ", "OWNERSHIP", "QSXZ"), ("DLTB", "LANDCOVER", "DLBM")])
def test_a_field_of_the_standard_that_is_not_there(desk: Any, spoken: Any, language: str, layer: str, parameter: str, field: str) -> None:
    bare = desk.layer(layer, fields="A:integer", rows=[(0, 0, 700, 400, 1)])
    ran = desk.run("resource_patches", **desk.given("resource_patches", **{parameter: bare}))
    assert not ran.good and spoken(ran.said, "input.missing_field", language) and field in ran.said, ran.said


def test_fields_of_a_database_in_lower_case_give_the_same_patches(desk: Any) -> None:
    plain = desk.run("resource_patches", **desk.given("resource_patches"))
    lower = {}
    for parameter, layer in desk.sources["resource_patches"].items():
        given = desk.layer(layer)
        types = " ".join(f"{one.name().lower()}:{one.typeName()}" for one in given.fields())
        import shapely

        rows = [(shapely.from_wkb(bytes(one.geometry().asWkb().data())), *one.attributes()) for one in given.getFeatures()]
        lower[parameter] = desk.layer(layer, fields=types, rows=rows)
    ran = desk.run("resource_patches", **desk.given("resource_patches", **lower))
    assert ran.good, ran.said
    assert ran.rows() == plain.rows() and ran.rows("SUMMARY") == plain.rows("SUMMARY")


@pytest.mark.parametrize("name", ["measure_areas", "measure_lengths"])
def test_a_result_field_that_holds_text_or_whole_numbers(desk: Any, spoken: Any, language: str, name: str) -> None:
    ran = desk.run(name, **desk.given(name, FIELD="BSM"))
    assert not ran.good and spoken(ran.said, "measure.text_field", language), ran.said
    whole = desk.layer("DLTB", fields="N:integer", rows=[(0, 0, 9, 9, 1)])
    ran = desk.run(name, **desk.given(name, INPUT=whole, FIELD="N"))
    assert not ran.good and spoken(ran.said, "measure.whole_field", language), ran.said
