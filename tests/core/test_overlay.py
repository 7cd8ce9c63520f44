"""The overlay engine against hand-checkable squares, GEOS one pair at a time, geopandas, and sums of area."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from shanshui.plugin.core import overlay, overlay_ground
from shanshui.plugin.core.errors import Cancelled, CrsError, InputError
from shanshui.plugin.core.progress import Progress
from shanshui.plugin.core.table import Table

FUNCTIONS = {
    "intersection": overlay.intersect,
    "identity": overlay.identity,
    "union": overlay.union,
    "difference": overlay.difference,
    "symmetric_difference": overlay.symmetric_difference,
}


def table(shapes: Any, crs: str | None = None) -> Table:
    array = np.empty(len(shapes), dtype=object)
    array[:] = list(shapes)
    return Table(pd.DataFrame({"N": np.arange(len(array))}), array, crs, "layer")


def areas(pieces: overlay.Pieces) -> dict[tuple[int, int], float]:
    found = {(int(a), int(b)): float(s.area) for a, b, s in zip(pieces.left, pieces.right, pieces.shapes)}
    assert len(found) == len(pieces), "a pair came twice"
    return found


def one_by_one(left: list[Any], right: list[Any], operation: str) -> dict[tuple[int, int], float]:
    """The same by plain loops: every pair, and every row less the union of the whole other layer."""
    common, left_rest, right_rest = overlay.OPERATIONS[operation]
    found: dict[tuple[int, int], float] = {}
    if common:
        found.update({(i, j): a.intersection(b).area for i, a in enumerate(left) for j, b in enumerate(right)})
    if left_rest:
        found.update({(i, -1): a.difference(shapely.union_all(right)).area for i, a in enumerate(left)})
    if right_rest:
        found.update({(-1, j): b.difference(shapely.union_all(left)).area for j, b in enumerate(right)})
    return {pair: area for pair, area in found.items() if area > 0}


def agree(got: dict[tuple[int, int], float], wanted: dict[tuple[int, int], float], within: float = 1e-9) -> None:
    for pair in sorted(set(got) | set(wanted)):
        assert got.get(pair, 0.0) == pytest.approx(wanted.get(pair, 0.0), abs=within), pair


def squares(side: int, size: float) -> list[Any]:
    return [shapely.box(x * size, y * size, (x + 1) * size, (y + 1) * size) for x in range(side) for y in range(side)]


# --- by hand -----------------------------------------------------------------------------------------------------------


def test_two_squares_by_hand() -> None:
    left, right = table([shapely.box(0, 0, 4, 4)]), table([shapely.box(3, 0, 6, 4)])
    assert areas(overlay.intersect(left, right)) == {(0, 0): 4.0}
    assert areas(overlay.identity(left, right)) == {(0, 0): 4.0, (0, -1): 12.0}
    assert areas(overlay.union(left, right)) == {(0, 0): 4.0, (0, -1): 12.0, (-1, 0): 8.0}
    assert areas(overlay.difference(left, right)) == {(0, -1): 12.0}
    assert areas(overlay.symmetric_difference(left, right)) == {(0, -1): 12.0, (-1, 0): 8.0}


def test_an_overlap_of_zones_cannot_hide_a_gap() -> None:
    """Two zones overlap by 1 × 4 inside the patch and leave 1 × 4 of it bare: the sum of the pieces is the patch."""
    patch = table([shapely.box(0, 0, 8, 4)])
    zones = table([shapely.box(0, 0, 4, 4), shapely.box(3, 0, 7, 4)])
    got = overlay.union(patch, zones)
    assert areas(got) == {(0, 0): 16.0, (0, 1): 16.0, (0, -1): 4.0}
    assert got.stats.overlapped == 1
    assert got.stats.worst == 0.0


def test_an_overlap_of_patches_cannot_hide_a_gap() -> None:
    patches = table([shapely.box(0, 0, 4, 4), shapely.box(3, 0, 7, 4), shapely.box(20, 0, 21, 1)])
    zone = table([shapely.box(0, 0, 8, 4)])
    assert areas(overlay.union(patches, zone)) == {(0, 0): 16.0, (1, 0): 16.0, (-1, 0): 4.0, (2, -1): 1.0}


def test_twice_the_same_zone() -> None:
    zone = shapely.box(0, 0, 10, 10)
    got = overlay.union(table([shapely.box(1, 1, 3, 3)]), table([zone, zone]))
    assert areas(got) == {(0, 0): 4.0, (0, 1): 4.0, (-1, 0): 96.0, (-1, 1): 96.0}


def test_touching_leaves_no_piece_and_is_counted() -> None:
    got = overlay.identity(table([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)]), table([shapely.box(1, 0, 2, 1)]))
    assert areas(got) == {(0, -1): 1.0, (1, -1): 1.0}
    assert got.stats.touches == 1


def test_lines_that_come_with_a_piece_are_dropped_and_counted() -> None:
    bent = shapely.Polygon([(0, 0), (4, 0), (4, 1), (2, 1), (2, 2), (0, 2)])
    teeth = [(2.5, 1), (3, 1), (3, 1.5), (3.5, 1.5), (3.5, 1), (4, 1)]
    toothed = shapely.Polygon([*teeth, (4, 3), (0, 3), (0, 1.5), (2.5, 1.5)])
    got = overlay.intersect(table([bent]), table([toothed]))
    assert areas(got) == {(0, 0): 1.0}
    assert got.stats.stray == 2  # the ends of both teeth, along y = 1; apart from each other, for GEOS 3.15 joins lines that meet
    assert got.shapes[0].geom_type == "Polygon"


def test_a_patch_wholly_inside_is_not_cut() -> None:
    patch = shapely.box(1, 1, 2, 2)
    got = overlay.intersect(table([patch]), table([shapely.box(0, 0, 5, 5)]))
    assert got.stats.whole == 1
    assert got.shapes[0] is patch


def test_many_small_rows_inside_one_large_are_not_cut_either() -> None:
    unit = table([shapely.box(0, 0, 9, 9), shapely.box(50, 50, 51, 51)])
    got = overlay.union(unit, table(squares(4, 3.0)))
    assert got.stats.whole == 9
    assert areas(got)[(0, 5)] == 9.0
    assert (0, -1) not in areas(got)


@pytest.mark.parametrize("operation", overlay.OPERATIONS)
def test_nothing_on_one_side(operation: str) -> None:
    some, none = table([shapely.box(0, 0, 1, 1)]), table([])
    agree(areas(FUNCTIONS[operation](some, none)), one_by_one(list(some.shapes), [], operation))
    agree(areas(FUNCTIONS[operation](none, some)), one_by_one([], list(some.shapes), operation))


def test_pieces_come_in_the_order_of_the_rows_with_nobody_last() -> None:
    got = overlay.union(table(squares(3, 2.0)), table([shapely.box(1, 1, 20, 3), shapely.box(1, 3, 20, 5)]))
    pairs = list(zip(np.where(got.left < 0, 99, got.left), np.where(got.right < 0, 99, got.right)))
    assert pairs == sorted(pairs)


# --- against others ----------------------------------------------------------------------------------------------------


@st.composite
def rectangles(draw: Any) -> list[Any]:
    """Rectangles on whole coordinates, overlapping as they like: with holes, in either direction, in several parts."""
    out = []
    for _ in range(draw(st.integers(1, 12))):
        x, y, w, h = (draw(st.integers(*span)) for span in ((0, 12), (0, 12), (1, 6), (1, 6)))
        shape = shapely.box(x, y, x + w, y + h, ccw=draw(st.booleans()))
        if w > 2 and h > 2 and draw(st.booleans()):
            shape = shape.difference(shapely.box(x + 1, y + 1, x + w - 1, y + h - 1))
        if draw(st.booleans()):
            shape = shape.union(shapely.box(30 + x, y, 31 + x, y + 2))
        out.append(shape)
    return out


@settings(max_examples=60, deadline=None)
@given(rectangles(), rectangles(), st.sampled_from(sorted(overlay.OPERATIONS)))
def test_any_rectangles_as_one_by_one(left: list[Any], right: list[Any], operation: str) -> None:
    got = FUNCTIONS[operation](table(left), table(right))
    agree(areas(got), one_by_one(left, right, operation))
    assert shapely.is_valid(got.shapes).all()
    assert np.isin(shapely.get_type_id(got.shapes), (3, 6)).all()
    assert got.stats.worst < 1e-12


def fans(seed: int, count: int) -> list[Any]:
    """Star-shaped polygons with edges in every direction."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(count):
        turn = np.sort(rng.random(7)) * 2 * np.pi
        far = rng.random(7) * 4 + 0.5
        middle = rng.random(2) * 15 + (40_400_000, 3_300_000)
        out.append(shapely.make_valid(shapely.Polygon(np.column_stack([middle[0] + far * np.cos(turn), middle[1] + far * np.sin(turn)]))))
    return [shape for shape in out if shape.geom_type in ("Polygon", "MultiPolygon")]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("operation", overlay.OPERATIONS)
def test_overlapping_polygons_as_one_by_one(seed: int, operation: str) -> None:
    left, right = fans(seed, 9 + seed), fans(seed + 100, 14)
    got = FUNCTIONS[operation](table(left), table(right))
    wanted = one_by_one(left, right, operation)
    assert got.stats.worst < 1e-6
    agree(areas(got), wanted, 1e-7)


@pytest.mark.parametrize("operation", overlay.OPERATIONS)
def test_as_geopandas_on_two_coverages(operation: str) -> None:
    left, right = squares(9, 3.0), [shapely.transform(one, lambda xy: xy * 1.3 + (1.7, -2.3)) for one in squares(5, 5.0)]
    frames = [geopandas.GeoDataFrame({name: range(len(shapes))}, geometry=shapes) for name, shapes in (("L", left), ("R", right))]
    theirs = geopandas.overlay(*frames, how=operation, keep_geom_type=True)
    nobody = [-1] * len(theirs)
    keys = zip(theirs.get("L", nobody), theirs.get("R", nobody), theirs.area)
    wanted = {(-1 if pd.isna(a) else int(a), -1 if pd.isna(b) else int(b)): area for a, b, area in keys}
    agree(areas(FUNCTIONS[operation](table(left), table(right))), wanted)


@pytest.mark.real
def test_every_parcel_balances_against_the_land_cover(real_data: Any) -> None:
    path = real_data / "ch_av_solothurn" / "ch_av_254900.gpkg"
    layers = {name: geopandas.read_file(path, layer=name) for name in geopandas.list_layers(path)["name"]}
    parcels, cover = layers["liegenschaft"], layers["boflaeche"]
    got = overlay.identity(table(parcels.geometry, "EPSG:2056"), table(cover.geometry, "EPSG:2056"))
    assert set(got.left) == set(range(34)) and set(got.right) == {-1, *range(125)}
    summed = np.bincount(got.left, shapely.area(got.shapes), minlength=34)
    np.testing.assert_allclose(summed, parcels.area.to_numpy(), atol=1e-4, rtol=0)
    # the outer arcs of the two layers were made straight one by one, and differ by slivers
    assert shapely.area(got.shapes[got.right < 0]).sum() < 0.1
    theirs = geopandas.overlay(parcels.assign(L=range(34))[["L", "geometry"]], cover.assign(R=range(125))[["R", "geometry"]], how="identity")
    keys = zip(theirs["L"], theirs["R"].fillna(-1), theirs.area)
    agree(areas(got), {(int(a), int(b)): area for a, b, area in keys}, 1e-7)


# --- noise, grid, units ------------------------------------------------------------------------------------------------


def test_noise_joins_its_neighbour_and_is_counted() -> None:
    patch = table([shapely.box(0, 0, 10, 10)], "EPSG:4528")
    zones = table([shapely.box(-1, -1, 11, 9.9999999), shapely.box(-1, 9.9999999, 11, 12)])
    zones = Table(zones.rows, zones.geometry, "EPSG:4528")
    kept = overlay.intersect(patch, zones)
    assert len(kept) == 2 and kept.stats.merged == 0
    merged = overlay.intersect(patch, zones, noise=1e-4)
    assert areas(merged) == {(0, 0): pytest.approx(100.0, abs=1e-12)}
    assert merged.stats.merged == 1
    assert merged.stats.merged_area == pytest.approx(1e-6, rel=1e-3)


def test_noise_without_a_neighbour_is_set_aside() -> None:
    got = overlay.intersect(table([shapely.box(0, 0, 10, 10)], "EPSG:4528"), table([shapely.box(9.9999999, 0, 20, 10)], "EPSG:4528"), noise=1e-4)
    assert len(got) == 0
    assert [(one.side, one.row, one.reason) for one in got.stats.aside] == [("left", 0, "overlay.noise")]


def test_a_patch_smaller_than_the_noise_is_no_noise() -> None:
    tiny = table([shapely.box(0, 0, 0.001, 0.001)], "EPSG:4528")
    assert len(overlay.intersect(tiny, table([shapely.box(-1, -1, 1, 1)], "EPSG:4528"), noise=1e-4)) == 1


def test_noise_in_degrees_shrinks_with_latitude() -> None:
    equator, north = table([shapely.box(120, -0.5, 121, 0.5)], "EPSG:4490"), table([shapely.box(120, 59.5, 121, 60.5)], "EPSG:4490")
    assert overlay.noise_of(1.0, north) == pytest.approx(2 * overlay.noise_of(1.0, equator), rel=1e-3)


def test_a_grid_brings_every_vertex_to_it() -> None:
    got = overlay.union(table(fans(3, 8), "EPSG:4528"), table(fans(4, 8), "EPSG:4528"), grid=0.01)
    xy = shapely.get_coordinates(got.shapes) * 100
    assert np.abs(xy - np.rint(xy)).max() < 1e-5
    assert len(got)


def test_what_a_grid_swallows_is_set_aside() -> None:
    got = overlay.identity(table([shapely.box(0.4, 0.4, 0.6, 0.6), shapely.box(2, 2, 9, 9)], "EPSG:4528"), table([], "EPSG:4528"), grid=5.0)
    assert [(one.side, one.row, one.reason) for one in got.stats.aside] == [("left", 0, "overlay.collapsed")]
    assert list(got.left) == [1]


# --- house -------------------------------------------------------------------------------------------------------------


def test_the_right_layer_is_brought_to_the_left_crs() -> None:
    plane = table([shapely.box(40_500_000, 3_300_000, 40_500_100, 3_300_100)], "EPSG:4528")
    from shanshui.plugin.core.projection import reproject

    degrees = reproject(plane, "EPSG:4490")
    assert areas(overlay.intersect(plane, degrees)) == {(0, 0): pytest.approx(10_000, abs=1e-3)}
    with pytest.raises(CrsError):
        overlay.intersect(plane, table([shapely.box(0, 0, 1, 1)]))


def test_an_unknown_operation_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        next(overlay.stream(table([]), table([]), "clip"))
    assert caught.value.code == "overlay.unknown_operation"


def test_a_stop_ends_the_walk() -> None:
    calls: Iterator[bool] = iter([False] * 6)
    progress = Progress(stopped=lambda: next(calls, True))
    with pytest.raises(Cancelled):
        overlay.union(table(squares(60, 1.0)), table(squares(20, 3.1)), progress=progress)


def test_what_is_left_beside_hundreds_of_others() -> None:
    """A broken grid: few of its edges are loose, so that a net of them is used; then single squares, taken away in several goes."""
    whole = shapely.box(0, 0, 60, 60)
    broken = [one for at, one in enumerate(squares(30, 2.0)) if at % 7]
    apart = [shapely.box(x + 0.3, y + 0.3, x + 1.1, y + 0.9) for x in range(60) for y in range(60)]
    for others in (broken, apart, broken + apart[::9]):
        wanted = whole.difference(shapely.union_all(others))
        got = overlay.difference(table([whole]), table(others))
        assert shapely.equals(got.shapes[0], wanted)
        assert shapely.area(got.shapes[0]) == pytest.approx(wanted.area, rel=1e-12)


def test_a_stop_is_seen_between_the_unions_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    from shanshui.plugin.core import overlay_cuts

    monkeypatch.setattr(overlay_cuts, "_PAIRS", 10)
    others = np.array(squares(20, 2.0), dtype=object)
    calls: list[int] = []
    assert overlay_cuts.without(shapely.box(0, 0, 41, 41), others, 0.0, lambda: calls.append(1)).area == pytest.approx(41**2 - 40**2)
    assert len(calls) > 60
    with pytest.raises(Cancelled):
        overlay_cuts.without(shapely.box(0, 0, 41, 41), others, 0.0, Progress(stopped=lambda: True).check)


def test_leaving_a_stream_early_stops_it() -> None:
    import threading

    walk = overlay.stream(table(squares(200, 1.0)), table(squares(30, 7.1)), "union")
    next(walk)
    walk.close()  # type: ignore[attr-defined]
    assert not [one for one in threading.enumerate() if one.name == "overlay"]


def test_chunks_give_what_one_go_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    from shanshui.plugin.core import overlay_walk

    left, right = table(squares(12, 2.0) + fans(1, 3)), table(fans(7, 5) + squares(4, 5.5))
    whole = areas(overlay.union(left, right))
    monkeypatch.setattr(overlay_walk, "_ROWS", 7)
    monkeypatch.setattr(overlay_walk, "_PENDING", 10)
    agree(areas(overlay.union(left, right)), whole)


def test_two_hundred_rounds_in_two_threads_agree() -> None:
    """Fresh (unprepared) shapes each round: a race in a prepared form or an envelope would show as a differing area or a crash."""
    left, right = squares(14, 1.0), fans(11, 60)
    right = [shapely.transform(one, lambda xy: xy - (40_400_000, 3_300_000)) for one in right]
    first = areas(overlay.union(table(left), table(right)))
    for _ in range(200):
        fresh = [shapely.from_wkb(shapely.to_wkb(np.array(shapes, dtype=object))) for shapes in (left, right)]
        assert areas(overlay.union(table(fresh[0]), table(fresh[1]))) == first


def test_loose_edges_of_a_grid_are_its_rim() -> None:
    edges = overlay_ground.loose(np.array(squares(5, 2.0), dtype=object))
    lines = shapely.union_all(edges.lines)
    assert shapely.equals(lines, shapely.boundary(shapely.box(0, 0, 10, 10)))


def test_raster_outlines_cancel_past_each_others_corners() -> None:
    """One long edge against two short ones, as polygonised rasters have them."""
    edges = overlay_ground.loose(np.array([shapely.box(0, 0, 2, 4), shapely.box(2, 0, 4, 1), shapely.box(2, 1, 4, 4)], dtype=object))
    assert shapely.equals(shapely.union_all(edges.lines), shapely.boundary(shapely.box(0, 0, 4, 4)))


def test_a_doubled_edge_stays_loose() -> None:
    """Two squares on the same side of one line do not cancel there."""
    edges = overlay_ground.loose(np.array([shapely.box(0, 0, 2, 2), shapely.box(0, 0, 1, 2), shapely.box(-2, 0, 0, 2)], dtype=object))
    assert shapely.intersects(shapely.union_all(edges.lines), shapely.LineString([(-0.5, 1), (0.5, 1)]))
