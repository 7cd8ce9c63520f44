"""Places that cannot be written, runs that are stopped or killed: what was there is still there, and a sentence says what to do."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core")
from osgeo import ogr
from qgis.core import QgsVectorLayer

ROOT = Path(__file__).resolve().parents[3]
MAIN = {
    "measure_areas": "OUTPUT", "measure_lengths": "OUTPUT", "balance_areas": "OUTPUT", "overlay": "OUTPUT", "draw_units": "OUTPUT",
    "resource_patches": "SUMMARY", "boundary_lines": "OUTPUT", "boundary_points": "OUTPUT_POINTS", "abutments": "OUTPUT",
}
every = pytest.mark.parametrize("name", sorted(MAIN))


def container(path: Path, *layers: str) -> Path:
    """A GeoPackage with some layers of one point each."""
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    for name in layers:
        layer = source.CreateLayer(name, geom_type=ogr.wkbPoint)
        one = ogr.Feature(layer.GetLayerDefn())
        one.SetGeometry(ogr.CreateGeometryFromWkt("POINT (1 2)"))
        layer.CreateFeature(one)
    return path


def holds(path: Path) -> dict[str, int]:
    source = ogr.Open(str(path))
    return {source.GetLayer(at).GetName(): source.GetLayer(at).GetFeatureCount() for at in range(source.GetLayerCount())}


def left(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def refused(ran: Any, code: str, language: str, spoken: Any) -> None:
    assert not ran.good and spoken(ran.said, code, language), ran.said
    assert "{" not in ran.said and not ran.unforeseen, ran.said


@every
def test_into_a_folder_with_blanks_and_chinese(desk: Any, folder: Path, name: str) -> None:
    target = folder / "青岚县 结果.gpkg"
    ran = desk.run(name, **desk.given(name, **{MAIN[name]: str(target)}))
    assert ran.good, ran.said
    assert left(folder) == [target.name] and len(ran.rows(MAIN[name])) == next(iter(holds(target).values())) > 0


@every
def test_a_folder_that_is_not_there(desk: Any, folder: Path, spoken: Any, tongue: str, name: str) -> None:
    ran = desk.run(name, **desk.given(name, **{MAIN[name]: str(folder / "没有" / "x.gpkg")}))
    refused(ran, "output.no_folder", tongue, spoken)


@every
def test_a_folder_in_place_of_the_file(desk: Any, folder: Path, spoken: Any, tongue: str, name: str) -> None:
    (folder / "x.gpkg").mkdir()
    refused(desk.run(name, **desk.given(name, **{MAIN[name]: str(folder / "x.gpkg")})), "output.is_folder", tongue, spoken)


@every
def test_a_format_nobody_knows(desk: Any, folder: Path, spoken: Any, listening: Any, tongue: str, name: str) -> None:
    # (checkParameterValues of QGIS refuses some endings in its own words; alg.run, as scripts call it, leaves that to us)
    algorithm, heard = desk.algorithm(name), listening()
    from qgis.core import QgsProcessingContext

    _, good = algorithm.run(desk.given(name, **{MAIN[name]: str(folder / "x.docx")}), QgsProcessingContext(), heard)
    assert not good and spoken("\n".join(heard.said), "output.unknown_format", tongue), heard.said
    assert left(folder) == []


@every
def test_a_read_only_file(desk: Any, folder: Path, spoken: Any, tongue: str, name: str) -> None:
    target = container(folder / "x.gpkg", "旧")
    target.chmod(0o444)  # root could replace it all the same; the mark is a wish
    before = target.read_bytes()
    refused(desk.run(name, **desk.given(name, **{MAIN[name]: str(target)})), "output.read_only", tongue, spoken)
    assert target.read_bytes() == before and left(folder) == [target.name]


@every
def test_a_file_that_another_program_writes_to(desk: Any, folder: Path, spoken: Any, tongue: str, name: str) -> None:
    target = container(folder / "x.gpkg", "旧")
    parameters = desk.given(name, **{MAIN[name]: str(target)})
    with closing(sqlite3.connect(target, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        refused(desk.run(name, **parameters), "output.locked", tongue, spoken)
        assert time.monotonic() - started < 10
        other.execute("ROLLBACK")
    assert holds(target) == {"旧": 1} and left(folder) == [target.name]
    assert desk.run(name, **parameters).good


def test_a_lock_taken_while_the_container_is_copied(desk: Any, folder: Path, spoken: Any, monkeypatch: Any) -> None:
    """The copy waits a little and gives up in a sentence, instead of waiting for ever."""
    from shanshui.plugin.bridge import batch

    target = container(folder / "x.gpkg", "旧")
    monkeypatch.setattr(batch, "check", lambda path: None)
    monkeypatch.setattr(batch, "_PATIENCE", 1)
    with closing(sqlite3.connect(target, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        ran = desk.run("measure_areas", **desk.given("measure_areas", OUTPUT=str(target)))
    assert not ran.good and (spoken(ran.said, "output.locked", "en") or spoken(ran.said, "output.locked", "zh")), ran.said
    assert holds(target) == {"旧": 1} and left(folder) == [target.name]


@every
def test_a_file_held_open_as_windows_holds_it(desk: Any, folder: Path, spoken: Any, tongue: str, name: str, monkeypatch: Any) -> None:
    """os.replace fails there: the new result is kept beside the old file and named."""
    target = container(folder / "x.gpkg", "旧")
    replace = os.replace

    def held(source: Any, goal: Any) -> None:
        if Path(goal) == target:
            raise PermissionError(13, "Permission denied", str(goal))
        replace(source, goal)

    monkeypatch.setattr(os, "replace", held)
    ran = desk.run(name, **desk.given(name, **{MAIN[name]: str(target)}))
    refused(ran, "output.in_use", tongue, spoken)
    assert holds(target) == {"旧": 1} and left(folder) == ["x.gpkg", "x.new.gpkg"] and "x.new.gpkg" in ran.said
    assert set(holds(folder / "x.new.gpkg")) == {"旧", "x"}


@every
def test_other_tables_of_a_container_survive(desk: Any, folder: Path, name: str) -> None:
    target = container(folder / "x.gpkg", "旧", "另一层")
    with closing(sqlite3.connect(target)) as link:
        link.execute("CREATE TABLE 账册 (a, b)")
        link.execute("INSERT INTO 账册 VALUES (1, '甲')")
        link.commit()
    ran = desk.run(name, **desk.given(name, **{MAIN[name]: f"ogr:dbname='{target}' table=\"成果\" (geom)"}))
    assert ran.good, ran.said
    found = holds(target)
    assert found["旧"] == found["另一层"] == 1 and found["成果"] > 0
    with closing(sqlite3.connect(target)) as link:
        assert link.execute("SELECT * FROM 账册").fetchall() == [(1, "甲")]
        assert link.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def stored(desk: Any, path: Path, layer: str = "DLTB") -> QgsVectorLayer:
    """A layer of the desk in a file."""
    ran = desk.run("measure_areas", **desk.given("measure_areas", INPUT=desk.layer(layer), OUTPUT=f"ogr:dbname='{path}' table=\"{layer}\" (geom)"))
    assert ran.good, ran.said
    made = QgsVectorLayer(f"{path}|layername={layer}", layer, "ogr")
    assert made.isValid()
    desk.kept.append(made)
    return made


@every
@pytest.mark.parametrize("as_path", [True, False])
def test_the_output_is_the_input(desk: Any, folder: Path, spoken: Any, tongue: str, name: str, as_path: bool) -> None:
    sources = desk.sources[name]
    parameter, layer = next((one, kind) for one, kind in sources.items() if one not in ("LAYERS", "NEIGHBOURS"))
    path = folder / f"{layer}.gpkg"
    made = stored(desk, path, layer)
    before = path.read_bytes()
    ran = desk.run(name, **desk.given(name, **{parameter: str(path) if as_path else made, MAIN[name]: str(path)}))
    refused(ran, "output.is_input", tongue, spoken)
    assert path.read_bytes() == before and left(folder) == [path.name]


@every
def test_another_layer_of_the_container_that_holds_the_input(desk: Any, folder: Path, name: str) -> None:
    sources = desk.sources[name]
    parameter, layer = next((one, kind) for one, kind in sources.items() if one not in ("LAYERS", "NEIGHBOURS"))
    path = container(folder / "工程.gpkg", "另一层")
    made = stored(desk, path, layer)
    count = made.featureCount()
    ran = desk.run(name, **desk.given(name, **{parameter: made, MAIN[name]: f"ogr:dbname='{path}' table=\"成果\" (geom)"}))
    assert ran.good, ran.said
    found = holds(path)
    assert (found["另一层"], found[layer]) == (1, count) and found["成果"] > 0
    again = QgsVectorLayer(f"{path}|layername={layer}", layer, "ogr")
    assert again.featureCount() == count


def test_two_outputs_in_one_place(desk: Any, folder: Path, spoken: Any, language: str) -> None:
    target = container(folder / "x.gpkg", "旧")
    outputs = {"OUTPUT": str(target), "FINDINGS": str(target)}
    refused(desk.run("measure_areas", **desk.given("measure_areas", **outputs)), "output.twice", language, spoken)
    assert holds(target) == {"旧": 1}


def test_all_outputs_of_a_run_in_one_container(desk: Any, folder: Path) -> None:
    names = desk.outputs["resource_patches"]
    target = folder / "成果.gpkg"
    ran = desk.run("resource_patches", **desk.given("resource_patches", **{one: f"ogr:dbname='{target}' table=\"{one}\" (geom)" for one in names}))
    assert ran.good, ran.said
    found = holds(target)
    assert set(found) == set(names) and found["SUMMARY"] == 2 and left(folder) == [target.name]


def test_nothing_is_swapped_in_when_a_later_output_fails(desk: Any, folder: Path, monkeypatch: Any) -> None:
    """The first output is whole, the second cannot be written: neither file changes."""
    from shanshui.plugin.bridge import sinks

    first, second = container(folder / "a.gpkg", "旧"), container(folder / "b.gpkg", "旧")
    fill = sinks.fill

    def full(made: Path, *more: Any) -> Any:
        if made.name == second.name:
            raise OSError(28, "No space left on device")
        return fill(made, *more)

    monkeypatch.setattr(sinks, "fill", full)
    ran = desk.run("draw_units", **desk.given("draw_units", OUTPUT=str(first), REST=str(second)))
    assert not ran.good and "No space left" in ran.said
    assert holds(first) == holds(second) == {"旧": 1} and left(folder) == ["a.gpkg", "b.gpkg"]


def test_a_left_over_wal_is_folded_in(desk: Any, folder: Path) -> None:
    target = container(folder / "x.gpkg", "旧")
    script = (
        "import os, sqlite3, sys; link = sqlite3.connect(sys.argv[1]); link.execute('PRAGMA journal_mode=WAL');"
        "link.execute('CREATE TABLE 账册 (a)'); link.execute('INSERT INTO 账册 VALUES (7)'); link.commit(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(target)], check=True)
    assert (folder / "x.gpkg-wal").exists()
    ran = desk.run("measure_areas", **desk.given("measure_areas", OUTPUT=str(target)))
    assert ran.good, ran.said
    assert left(folder) == ["x.gpkg"] and set(holds(target)) >= {"旧", "x"}
    with closing(sqlite3.connect(target)) as link:
        assert link.execute("SELECT a FROM 账册").fetchall() == [(7,)]


def test_a_file_that_is_no_container(desk: Any, folder: Path, spoken: Any, language: str) -> None:
    for content in (b"SQLite format 3\x00" + b"\x00" * 200, b"not a database at all"):
        target = folder / "x.gpkg"
        target.write_bytes(content)
        refused(desk.run("measure_areas", **desk.given("measure_areas", OUTPUT=str(target))), "output.not_a_container", language, spoken)
        assert target.read_bytes() == content and left(folder) == ["x.gpkg"]


@every
@pytest.mark.parametrize("at", [0.0, 10.0, 50.0, 84.0, 86.0, 99.0])
def test_a_run_stopped_at_any_moment_leaves_the_old_file(desk: Any, folder: Path, spoken: Any, listening: Any, name: str, at: float) -> None:
    target = container(folder / "x.gpkg", "旧")
    heard = listening(stop=at)
    ran = desk.run(name, heard, **desk.given(name, **{MAIN[name]: str(target)}))
    assert not ran.good and not ran.unforeseen, ran.said
    assert spoken(ran.said, "run.cancelled", "en") or spoken(ran.said, "run.cancelled", "zh"), ran.said
    assert holds(target) == {"旧": 1} and left(folder) == [target.name]


def test_killed_while_writing_the_old_file_is_whole(folder: Path) -> None:
    """kill -9 while rows go into the staged copy: the target was not touched."""
    target = container(folder / "x.gpkg", "旧")
    before = target.read_bytes()
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killed_writer.py")), str(ROOT), str(target)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None and child.stdout.readline().strip() == "writing"
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert target.read_bytes() == before and holds(target) == {"旧": 1}
