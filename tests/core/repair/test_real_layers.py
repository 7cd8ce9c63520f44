"""Layers made by others: nothing fails, overlaps and gaps become fewer, sums stay close, and a second run has nothing to do."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

CHECKED = ("gpkg", "shp", "geojson")


def read(path, layer=None):
    geopandas = pytest.importorskip("geopandas")
    found = geopandas.read_file(path, layer=layer) if layer else geopandas.read_file(path)
    return np.array(shapely.force_2d(found.geometry.to_numpy()), dtype=object), found.crs.to_wkt() if found.crs else None


def crossings(shapes):
    """Pairs of rows that share ground wider on average than a millimetre, by plain intersections."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    common = shapely.intersection(shapes[one[one < other]], shapes[other[one < other]])
    around = shapely.length(common)
    return int((2 * shapely.area(common) > 1e-3 * around).sum())


@pytest.mark.real
@pytest.mark.parametrize(
    ("path", "layer", "settled"),
    [("cz_bubenec/bubenec.gpkg", "plots", 2), ("cz_bubenec/bubenec.gpkg", "tessellation", 0), ("es_catastro/cons.shp", None, 4)],
)
def test_real_layers_are_mended_and_their_sums_stay(bench, real_data, path, layer, settled):
    """Of the building parts, which overlap on purpose, only a few are narrow enough."""
    shapes, crs = read(real_data / path, layer)
    done = bench.mended(bench.table(shapes, crs=crs))
    after = done.table.shapes
    assert done.settled and shapely.is_valid(after).all() and len(after) == len(shapes)
    assert crossings(shapes) - crossings(after) >= settled
    assert abs(shapely.area(after).sum() - shapely.area(shapes).sum()) < 1e-6 * shapely.area(shapes).sum()
    again = bench.mended(done.table)
    assert again.settled and not again.work.done


@pytest.mark.real
def test_the_layers_of_the_geometry_checker_go_through(bench, real_data):
    folder, seen = real_data / "qgis_testdata" / "geometry_checker", 0
    for path in sorted(one for one in folder.iterdir() if one.suffix.lstrip(".") in CHECKED):
        shapes, crs = read(path)
        if 2 not in shapely.get_dimensions(shapes):
            continue
        done = bench.mended(bench.table(shapes, crs=crs))
        again = bench.mended(done.table)
        assert done.settled and again.settled and not again.work.done, path.name
        assert len(done.table) + len(done.work.merged) == len(shapes), path.name
        seen += 1
    assert seen >= 6
