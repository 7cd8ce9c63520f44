"""One contender, once, in a process of its own.

`contender.py overlay|engine WHO OPERATION INPUT OVERLAY OUTPUT`, `… faults|checked WHO RULES LAYER OUTPUT`, `… measure LAYER`, `… start WHO`.

Layers are written PATH|LAYER. What a contender finds out itself (seconds of the engine alone, rows) goes to stdout as JSON.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GEOMETRY_CHECKS = ("checkgeometryoverlap", "checkgeometrygap")  # QGIS has them from 3.44 on
_NATIVE = {"intersection": "intersection", "union": "union", "difference": "difference"}


def checkout() -> None:
    """The checkout under its installed name."""
    if "shanshui" in sys.modules:
        return
    spec = importlib.util.spec_from_file_location("shanshui", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["shanshui"] = package
    spec.loader.exec_module(package)


def source(text: str) -> str:
    """PATH|LAYER as QGIS names it."""
    path, layer = text.split("|")
    return f"{path}|layername={layer}"


def provided(provider: Any, *runs: tuple[str, dict[str, Any]]) -> None:
    """Run algorithms (name, parameters) of a provider as Processing does, invalid features stopping the run."""
    from qgis.core import QgsApplication, QgsFeatureRequest, QgsProcessingContext, QgsProcessingFeedback

    QgsApplication.processingRegistry().addProvider(provider)
    for name, parameters in runs:
        context, feedback = QgsProcessingContext(), QgsProcessingFeedback(False)
        context.setInvalidGeometryCheck(QgsFeatureRequest.InvalidGeometryCheck.GeometryAbortOnInvalid)
        algorithm = QgsApplication.processingRegistry().algorithmById(name).create()
        good, why = algorithm.checkParameterValues(parameters, context)
        assert good, why
        _, done = algorithm.run(parameters, context, feedback)
        assert done, feedback.textLog()


def in_qgis(who: str, operation: str, left: str, right: str, out: str) -> None:
    """File to file through QGIS: ours or native."""
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    parameters = {"INPUT": source(left), "OVERLAY": source(right), "OUTPUT": out}
    if who == "native":
        from qgis.analysis import QgsNativeAlgorithms

        provided(QgsNativeAlgorithms(), (f"native:{_NATIVE[operation]}", parameters))
    else:
        checkout()
        from shanshui.processing_algorithms.provider import ShanshuiProvider

        provided(ShanshuiProvider(), ("shanshui:overlay", {**parameters, "OPERATION": operation}))


def in_checks(who: str, rules: str, layer: str, out: str) -> None:
    """File to file through QGIS: our rules in one run, or the two geometry checks of QGIS one after the other."""
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    if who == "native":
        from qgis.analysis import QgsNativeAlgorithms

        common = {"INPUT": source(layer), "UNIQUE_ID": "BSM", "OUTPUT": "memory:"}
        ways = {name: {**common, "ERRORS": out.replace(".gpkg", f"-{name}.gpkg")} for name in GEOMETRY_CHECKS}
        ways["checkgeometrygap"]["NEIGHBORS"] = "memory:"  # it insists on one
        return provided(QgsNativeAlgorithms(), *((f"native:{name}", given) for name, given in ways.items()))
    checkout()
    from shanshui.processing_algorithms.provider import ShanshuiProvider

    return provided(ShanshuiProvider(), ("shanshui:check_layers", {"LAYERS": [source(layer)], "RULES": rules, "FINDINGS": out}))


def faults(who: str, rules: str, layer: str) -> dict[str, float]:
    """Arrays to findings: our rules in one run, or the edges that GEOS finds invalid in a coverage (pieces: rows that have some)."""
    import geopandas
    import shapely

    path, name = layer.split("|")
    frame = geopandas.read_file(path, layer=name, columns=["BSM"])
    shapes, crs = frame.geometry.to_numpy(), f"EPSG:{frame.crs.to_epsg()}"
    if who == "shapely":
        start, worked = time.perf_counter(), time.process_time()
        edges = shapely.coverage_invalid_edges(shapes)
        spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - worked}
        return {**spent, "pieces": int((shapely.length(edges) > 0).sum())}
    checkout()
    from shanshui.plugin.core import schema
    from shanshui.plugin.core.checks import engine, rule
    from shanshui.plugin.core.table import Table

    packs = list(schema.load_packs().values())
    layers = engine.recognise([Table(frame[["BSM"]], shapes, crs, name)], packs)
    del frame
    start, worked = time.perf_counter(), time.process_time()
    result = engine.run(layers, rule.chosen(rule.rules_of(packs), rules))
    spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - worked}
    assert [one.state for one in result.ran] == ["ran"] * len(rules.split(","))
    return {**spent, "pieces": len(result.findings)}


def start(who: str) -> None:
    """What a contender does before it reads the first row."""
    if who == "geopandas":
        importlib.import_module("geopandas")
        importlib.import_module("pyogrio")
        return
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    if who == "native":
        importlib.import_module("qgis.analysis")
        return
    checkout()
    importlib.import_module("shanshui.processing_algorithms.provider").ShanshuiProvider()
    importlib.import_module("shanshui.plugin.bridge.sinks")
    importlib.import_module("shanshui.plugin.core.overlay_rows")


def in_geopandas(operation: str, left: str, right: str, out: str) -> None:
    """File to file through geopandas; it checks validity itself, as the others do."""
    import geopandas

    frames = [geopandas.read_file(path, layer=layer) for path, layer in (left.split("|"), right.split("|"))]
    geopandas.overlay(*frames, how=operation, keep_geom_type=True).to_file(out, driver="GPKG")


def engine(who: str, operation: str, left: str, right: str) -> dict[str, float]:
    """Arrays to arrays: seconds from shapes in memory to pieces in memory, and the area of the pieces."""
    import geopandas
    import numpy as np
    import shapely

    sides = [geopandas.read_file(path, layer=layer) for path, layer in (left.split("|"), right.split("|"))]
    if who == "ours":
        checkout()
        import pandas as pd

        from shanshui.plugin.core import overlay
        from shanshui.plugin.core.table import Table

        tables = [Table(pd.DataFrame(index=range(len(one))), one.geometry.to_numpy(), "EPSG:4528") for one in sides]
        work = {"intersection": overlay.intersect, "union": overlay.union, "difference": overlay.difference}[operation]
        start, worked = time.perf_counter(), time.process_time()
        shapes = work(*tables).shapes
    elif who == "geopandas":
        bare = [geopandas.GeoDataFrame({f"n{at}": np.arange(len(one))}, geometry=one.geometry.to_numpy()) for at, one in enumerate(sides)]
        start, worked = time.perf_counter(), time.process_time()
        shapes = geopandas.overlay(*bare, how=operation, keep_geom_type=True, make_valid=False).geometry.to_numpy()
    else:
        patches, zones = (one.geometry.to_numpy() for one in sides)
        start, worked = time.perf_counter(), time.process_time()
        zone, patch = shapely.STRtree(patches).query(zones, predicate="intersects")
        shapes = shapely.intersection(patches[patch], zones[zone])
    spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - worked}
    return {**spent, "area": float(shapely.area(shapes).sum()), "pieces": int((shapely.area(shapes) > 0).sum())}


def measured(layer: str, rounds: int = 3) -> dict[str, list[float]]:
    """Seconds of measure_areas' own function and of QgsDistanceArea on loaded geometries, turn by turn, and the largest difference."""
    import geopandas
    import numpy as np
    import shapely
    from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsDistanceArea, QgsGeometry, QgsProject

    application = QgsApplication([], False)
    application.initQgis()
    checkout()
    from shanshui.plugin.core import measure

    path, name = layer.split("|")
    frame = geopandas.read_file(path, layer=name)
    shapes, crs = frame.geometry.to_numpy(), f"EPSG:{frame.crs.to_epsg()}"
    loaded = [QgsGeometry() for _ in shapes]
    for geometry, wkb in zip(loaded, shapely.to_wkb(shapes)):
        geometry.fromWkb(wkb)
    judge = QgsDistanceArea()
    judge.setSourceCrs(QgsCoordinateReferenceSystem(crs), QgsProject.instance().transformContext())
    judge.setEllipsoid("EPSG:1024")  # CGCS2000
    found: dict[str, list[float]] = {"ours": [], "qgis": [], "worst": []}
    for _ in range(rounds):
        start = time.perf_counter()
        ours = measure.areas(shapes, crs)
        middle = time.perf_counter()
        theirs = [judge.measureArea(geometry) for geometry in loaded]
        found["ours"].append(middle - start)
        found["qgis"].append(time.perf_counter() - middle)
        found["worst"].append(float(np.abs(ours / np.array(theirs) - 1).max()))
    return found


def main(what: str, *words: str) -> None:
    """Do one thing, and leave without the crash that QGIS keeps for the end of a script."""
    answer: Any = {}
    if what == "measure":
        answer = measured(*words)
    elif what == "engine":
        answer = engine(*words)
    elif what == "faults":
        answer = faults(*words)
    elif what == "checked":
        in_checks(*words)
    elif what == "start":
        start(*words)
    elif words[0] == "geopandas":
        in_geopandas(*words[1:])
    else:
        in_qgis(*words)
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
