"""Stopping an overlay from another thread while it reads, computes and writes: at once, and nothing is left behind."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

pytest.importorskip("qgis.core")
from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from shanshui.plugin.bridge import sinks
from shanshui.plugin.core.table import Table

CORNER = np.array([40_420_000.0, 3_300_000.0])


def squares(side: int, size: float, turn: float, step: float) -> Any:
    """Squares of `side` × `side`, turned and with a vertex every `step` metres."""
    x, y = (one.ravel() * size for one in np.meshgrid(np.arange(side), np.arange(side)))
    made = shapely.segmentize(shapely.box(x, y, x + size, y + size), step)
    c, s = np.cos(turn), np.sin(turn)
    return shapely.transform(made, lambda xy: np.column_stack([c * xy[:, 0] - s * xy[:, 1], s * xy[:, 0] + c * xy[:, 1]]) + CORNER)


@pytest.fixture(scope="module")
def county(qgis_app: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """70 × 70 patches of 100 vertices and 12 × 12 zones askew of them, in one file."""
    path = tmp_path_factory.mktemp("overlay") / "county.gpkg"
    for name, shapes in (("DLTB", squares(70, 100.0, 0.0, 4.0)), ("SYQ", squares(12, 600.0, 0.03, 3.0))):
        table = Table(pd.DataFrame({"BSM": [f"{name}{at}" for at in range(len(shapes))]}), shapes, "EPSG:4528", name)
        sinks.write_file(sinks.Target("file", "", path, name), [table], "polygon", [])
    return path


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """What a failed run leaves in tracebacks must go before QGIS does."""
    yield
    gc.collect()


class Stopped:
    """One run, cancelled by another thread as soon as `when(out folder)` holds: what it gave, and how long it went on."""

    def __init__(self, county: Path, folder: Path, when: Callable[[Path], bool]) -> None:
        from shanshui.processing_algorithms.measure.overlay import Overlay

        feedback = QgsProcessingFeedback(False)
        self.asked = self.used = 0.0

        def watch() -> None:
            until = time.monotonic() + 60
            while not when(folder) and time.monotonic() < until:
                time.sleep(0.002)
            self.asked, self.used = time.monotonic(), time.process_time()
            feedback.cancel()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        given = {"INPUT": f"{county}|layername=DLTB", "OVERLAY": f"{county}|layername=SYQ", "OPERATION": "union", "OUTPUT": str(folder / "out.gpkg")}
        _, self.done = Overlay().create().run(given, QgsProcessingContext(), feedback)
        # the machine may be busy with others: what counts is the work done after the stop, on all threads
        self.late = min(time.monotonic() - self.asked, time.process_time() - self.used) if self.asked else -1.0
        watcher.join()


def staged(folder: Path) -> int:
    """Bytes staged so far."""
    sizes = [0]
    for one in folder.glob(".shanshui-*/out.gpkg"):
        try:
            sizes.append(one.stat().st_size)
        except OSError:  # it went away between the two looks
            continue
    return max(sizes)


MOMENTS: dict[str, Callable[[Path], bool]] = {
    "reading": lambda folder: any(one.name.startswith("ThreadPool") for one in threading.enumerate()),
    "computing": lambda folder: any(one.name == "overlay" for one in threading.enumerate()),
    "writing": lambda folder: staged(folder) > 1_000_000,
}


@pytest.mark.qgis
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("before", [False, True])
def test_a_stop_is_seen_within_a_second_and_leaves_nothing(county: Path, tmp_path: Path, moment: str, before: bool) -> None:
    target = tmp_path / "out.gpkg"
    if before:
        target.write_bytes(county.read_bytes())
    held = target.read_bytes() if before else b""
    run = Stopped(county, tmp_path, MOMENTS[moment])
    assert not run.done, f"it was over before the stop in {moment}"
    assert 0 <= run.late < 1.0
    assert [one.name for one in tmp_path.iterdir()] == (["out.gpkg"] if before else [])
    if before:
        assert target.read_bytes() == held
    assert not [one.name for one in threading.enumerate() if one.name in ("overlay", "geopackage")]
