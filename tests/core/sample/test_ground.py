"""The county's web: meshes leave their edges room, strips and labels give clean coverages, and the same seed gives the same bits."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import shapely

from shanshui.plugin.core.sample import assemble, graph, ground, landcover, lattice, lines, scene, strips
from shanshui.plugin.core.sample.fractal import STEPS, draw
from shanshui.plugin.core.sample.places import nearest_cells


@pytest.fixture(scope="module", params=[(1, 600), (2, 1500)], ids=lambda one: f"seed{one[0]}-{one[1]}")
def made(request):
    return ground.make(*request.param)


def digest(*arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(one).tobytes() for one in arrays)).hexdigest()


def clean(shapes):
    return shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes)


def test_every_edge_of_a_honeycomb_has_room_for_its_fractal():
    mesh = lattice.honeycomb(4000.0, 3000.0, 100.0, np.random.default_rng(3))
    assert lattice.slack(mesh).min() > 0.19
    inner = np.bincount(mesh.edges.ravel())
    assert inner.max() == 3
    relaxed = lattice.relax(mesh, np.arange(len(mesh.edges)) % 7 == 0)
    assert lattice.slack(relaxed).min() > 0.19


def test_fractals_of_different_edges_meet_only_at_nodes():
    mesh = lattice.honeycomb(1500.0, 1200.0, 100.0, np.random.default_rng(4))
    arcs = draw(mesh.nodes[mesh.edges[:, 0]], mesh.nodes[mesh.edges[:, 1]], lattice.slack(mesh), np.ones(len(mesh.edges)), 5)
    shapes = shapely.linestrings(arcs)
    assert shapely.is_simple(shapes).all()
    pairs = shapely.STRtree(shapes).query(shapes, predicate="crosses")
    assert pairs.size == 0
    assert arcs.shape[1] == STEPS + 1


def test_opened_edges_leave_a_clean_coverage_of_strips_and_cells():
    mesh = lattice.honeycomb(2500.0, 2000.0, 100.0, np.random.default_rng(6))
    lot = np.random.default_rng(7).random(len(mesh.edges))
    inner = ~mesh.frame[mesh.sides].any(axis=1)
    half = np.where(inner & (lot < 0.45), 3.0 + 9.0 * lot, 0.0)
    opened = strips.open_edges(mesh, half, (lot * 5).astype(np.int64), np.full(len(lot), 0.8), 8)
    cells = np.append(~mesh.frame, np.ones(opened.web.faces - mesh.count, dtype=bool))
    shapes = assemble.polygons(opened.web, np.where(cells, np.cumsum(cells) - 1, -1), int(cells.sum()))
    assert opened.web.faces > mesh.count + 100 and len(opened.junctions) > 20
    assert clean(shapes)
    whole = assemble.polygons(opened.web, np.where(cells, 0, -1), 1)[0]
    assert shapely.area(shapes).sum() == pytest.approx(whole.area, rel=1e-12)


def test_a_region_that_touches_itself_in_a_point_is_one_valid_polygon():
    """Nine squares: seven of the eight around the middle, whose ends touch in a point beside the hole."""
    nodes = np.array([(x, y) for y in range(4) for x in range(4)], dtype=float)
    edges, sides = [], []
    for y in range(4):
        for x in range(4):
            if x < 3:
                edges.append((y * 4 + x, y * 4 + x + 1))
                sides.append((y * 3 + x if y < 3 else -2, (y - 1) * 3 + x if y > 0 else -2))
            if y < 3:
                edges.append((y * 4 + x, y * 4 + x + 4))
                sides.append((y * 3 + x - 1 if x > 0 else -2, y * 3 + x if x < 3 else -2))
    edges, sides = np.array(edges), np.where(np.array(sides) == -2, 9, np.array(sides))
    arcs = np.stack([nodes[edges[:, 0]] * (1 - t) + nodes[edges[:, 1]] * t for t in np.linspace(0, 1, 3)], axis=1)
    web = assemble.Web(edges, sides, arcs, 10, 16)
    pinched = np.array([0, 0, 0, 0, -1, 0, -1, 0, 0, -1])
    found = assemble.polygons(web, pinched, 1)[0]
    assert found.is_valid and found.area == 7.0 and len(found.interiors) == 1
    corner = np.array([0, 0, 0, 0, -1, 0, 0, 0, -1, -1])
    found = assemble.polygons(web, corner, 1)[0]
    assert found.is_valid and found.area == 7.0 and len(found.interiors) == 1
    with pytest.raises(ValueError, match="not one connected"):
        assemble.polygons(web, np.array([0, -1, 0, -1, -1, -1, -1, -1, -1, -1]), 1)


def test_patches_of_both_years_cover_the_land_exactly(made):
    for patch, code, kind in ((made.patch, made.code, made.kind), (made.later.patch, made.later.code, made.kind1)):
        shapes = made.polygons(patch, len(code))
        assert clean(shapes)
        land = np.isin(kind, (ground.LAND, ground.ISLAND))
        assert (land == (patch >= 0)).all()
        whole = shapely.union_all(made.shapes(land))
        assert shapely.union_all(shapes).symmetric_difference(whole).area < 1e-6
        assert shapely.coverage_union_all(shapes).area == pytest.approx(shapely.area(shapes).sum(), rel=1e-12)


def test_about_as_many_patches_as_wanted_of_about_ninety_vertices(made):
    assert len(made.code) == pytest.approx(made.scene.patches, rel=0.10)
    mean = shapely.get_num_coordinates(made.polygons(made.patch, len(made.code))).mean()
    assert 60 < mean < 110


def test_the_land_is_one_piece_and_so_is_the_sea_and_every_village(made):
    for mask in (made.kind == ground.LAND, made.kind == ground.SEA, made.kind1 == ground.SEA):
        assert made.parts(mask)[1] == 1
    mainland = made.kind == ground.LAND
    assert set(made.village[mainland].tolist()) == set(range(40))
    assert made.parts(mainland, made.village)[1] == 40
    assert made.parts(mainland, made.scene.township_of[np.maximum(made.village, 0)])[1] == 5


def test_every_kind_of_ground_is_there(made):
    assert {code[:2] for code in made.code} >= {"01", "02", "03", "04", "05", "06", "07", "08", "10", "11", "12"}
    assert set(made.strip.tolist()) >= {lines.NONE, lines.RURAL, lines.HIGHWAY, lines.RAILWAY, lines.BROOK, lines.RIVER}
    assert all(mask.any() for mask in made.regions.values())
    assert set(np.unique(made.filled)) == {0, 1, 2}
    assert (np.isin(made.zone, landcover.WATERS)).any() and (made.claim >= 200).any()


def test_no_patch_lies_in_two_villages_or_has_two_owners(made):
    for label in (made.village, made.owner):
        on = made.patch >= 0
        pairs = np.unique(np.column_stack([made.patch[on], label[on]]), axis=0)
        assert len(pairs) == len(made.code)


def test_some_patches_changed_and_most_did_not(made):
    after = made.later
    kept = after.before >= 0
    share = (made.code[after.before[kept]] != after.code[kept]).mean()
    assert 0.01 < share < 0.15
    assert (~kept).sum() >= 2 and set(after.code[~kept]) <= {"1008", "1104A"}


def test_the_same_seed_gives_the_same_bits_and_another_another_county():
    one, again, other = ground.make(3, 300), ground.make(3, 300), ground.make(4, 300)
    assert digest(one.web.arcs, one.web.sides, one.patch, one.claim, one.later.patch) == digest(
        again.web.arcs, again.web.sides, again.patch, again.claim, again.later.patch
    )
    assert list(one.code) == list(again.code) and list(one.later.code) == list(again.later.code)
    assert digest(one.web.arcs) != digest(other.web.arcs)


def test_the_lie_of_the_land_is_in_its_zone_and_of_sensible_size():
    for patches in (200, 4000, 200_000):
        lie = scene.scene(5, patches)
        assert lie.villages[:, 0].min() > 40_400_000 and lie.villages[:, 0].max() < 40_600_000
        x, y = lie.metres(np.full(50, 0.3), np.linspace(0.1, 0.9, 50))
        assert (lie.elevation(x, y) > 0).all() and lie.elevation(x, y).max() < 1500 and (lie.slope(x, y) < 60).all()
        assert len(lie.villages) == 40 and set(lie.township_of.tolist()) == set(range(5))


def test_parts_are_those_of_a_plain_search():
    rng = np.random.default_rng(9)
    pairs = rng.integers(0, 300, (220, 2))
    found = graph.components(300, pairs)
    seen = np.arange(300)
    for _ in range(300):
        for a, b in pairs:
            seen[a] = seen[b] = min(seen[a], seen[b])
    assert (np.unique(seen, return_inverse=True)[1] == found).all()


def test_nearest_cells_are_those_of_measuring_all():
    rng = np.random.default_rng(10)
    mesh = lattice.honeycomb(2000.0, 1500.0, 90.0, rng)
    x, y = rng.random(400) * 1800 + 100, rng.random(400) * 1300 + 100
    found = nearest_cells(mesh.centres, mesh.spacing, x, y)
    far = (mesh.centres[:, 0][None] - x[:, None]) ** 2 + (mesh.centres[:, 1][None] - y[:, None]) ** 2
    assert (found == far.argmin(axis=1)).all()
