#!/usr/bin/env python3
"""Speed side by side: ours, QGIS native and geopandas, file to file, a process each, turn by turn. `make bench`, `make bench QUICK=1`.

Prints the table and its ratios, and writes build/bench.json after every case. Median of three; a contender slower than
--patience seconds is not run again in that case, and n says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import inputs
from homes import BUILD, HERE, ROOT, Home, checking, leave

DATA = Path(os.environ.get("SHANSHUI_DATA") or ROOT.parent / "shared" / "data")
OPERATIONS = ("intersection", "union", "difference")
# (operation, rival, must, reach): how many times faster ours must be and reaches for
GOALS = (
    ("intersection", "native", 4.0, 6.0),
    ("intersection", "geopandas", 1.5, 2.5),
    ("union", "native", 9.0, 15.0),
    ("union", "geopandas", 9.0, 15.0),
)
MEASURE_GOAL, MEMORY_GOAL, SCALING_GOAL = (2.5, 4.0), 1500.0, 12.0
CHECKS = "SX0402,SX0403,SX0405"  # overlap, gap and sliver of DLTB
CHECK_GOALS, CHECK_MEMORY, CHECK_PATCHES = {"shapely": 1.5, "native": 5.0}, 2000.0, 190_000  # the bounds are about 200,000 patches


@dataclass
class Case:
    """One question: the layers (PATH|LAYER), the operation, who answers it and where.

    kind: overlay and checked go from file to file, engine and faults from arrays to arrays.
    """

    name: str
    kind: str
    operation: str
    left: str
    right: str
    contenders: tuple[str, ...]
    home: Home = HERE

    @property
    def files(self) -> bool:
        """Whether the answer is a file."""
        return self.kind in ("overlay", "checked")


@dataclass
class Runs:
    """What one contender took in one case: seconds by the clock and of the processors, peak memory in MB, rows written, run by run."""

    case: str
    kind: str
    operation: str
    who: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    rows: int = 0

    def middle(self, what: str = "wall") -> float:
        """The median of the runs."""
        return float(statistics.median(getattr(self, what)))


def watched(words: list[str]) -> tuple[float, float, float, str]:
    """Run a process to its end: seconds by the clock, seconds of processors, peak MB, and what it said."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:  # a pipe that nobody reads would fill and stop the child
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=complaints, text=True, encoding="utf-8", env=_environment()) as child:
            assert child.stdout is not None
            said = child.stdout.read()
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            complaints.seek(0)
            raise SystemExit(f"{' '.join(words)} failed:\n{complaints.read()[-3000:]}")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024 * 1.048576, said


def _environment() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QGIS_CUSTOM_CONFIG_PATH": str(ROOT / "build" / "profile")}


def script(name: str, *words: str) -> list[str]:
    """The words that start a script of this folder."""
    return [sys.executable, str(Path(__file__).with_name(name)), *words]


def run(case: Case, rounds: int, patience: float) -> list[Runs]:
    """All contenders of a case, turn by turn."""
    found = [Runs(case.name, case.kind, case.operation, who) for who in case.contenders]
    name = f"out-{os.getpid()}"  # two benchmarks at once must not write into one file
    out = case.home.folder / f"{name}.gpkg"
    for _ in range(rounds):
        for one in found:
            if one.wall and max(one.wall) > patience:
                continue
            layers = [one for one in (case.left, case.right) if one]
            wall, cpu, peak, said = watched(case.home.words(case.kind, one.who, case.operation, *layers, *([str(out)] if case.files else [])))
            answer = json.loads(said.splitlines()[-1])
            one.wall.append(answer.get("seconds", wall))
            one.cpu.append(answer.get("cpu", cpu))
            one.peak.append(peak)
            made = list(case.home.outside(case.home.folder).glob(f"{name}*.gpkg"))
            one.rows = sum(sum(inputs.layers(path).values()) for path in made) if case.files else int(answer["pieces"])
            for path in made:
                path.unlink()
    return found


def line(one: Runs, ours: Runs) -> str:
    """A line of the table."""
    cpu = f"{one.middle('cpu'):8.1f} {one.middle('cpu') / ours.middle('cpu'):6.1f}×"
    ratio = f"{one.middle() / ours.middle():6.1f}×"
    return f"  {one.who:<10} {len(one.wall):2d} {one.middle():8.2f} {ratio} {cpu} {one.middle('peak'):7.0f} {one.rows:9,d}"


def tell(found: list[Runs]) -> None:
    """Print the lines of one case; the ratio is how many times as long as ours."""
    for one in found:
        print(line(one, found[0]), flush=True)


def starts() -> dict[str, float]:
    """Seconds each contender needs to come up with everything imported, after a first time that nobody counts."""
    made = {}
    for who in ("ours", "native", "geopandas"):
        made[who] = min(watched(script("contender.py", "start", who))[0] for _ in range(2))
    print("start alone, a part of every time below: " + ", ".join(f"{who} {seconds:.2f} s" for who, seconds in made.items()))
    return made


def cases(counties: list[Path], raster: Path | None) -> list[Case]:
    """Everything that is compared."""
    files = ("ours", "native", "geopandas")
    made = []
    for path in counties:
        count = inputs.layers(path)[inputs.LAND]
        left, there = f"{path}|{inputs.LAND}", inputs.layers(path)
        owned, red = inputs.first_of(inputs.OWNERSHIP, path), inputs.first_of(inputs.REDLINE, path)
        if owned:
            name, right = f"{count:,} patches × {there[owned]:,} {owned}", f"{path}|{owned}"
            made += [Case(name, "overlay", operation, left, right, files) for operation in OPERATIONS]
            made.append(Case(name, "engine", "intersection", left, right, ("ours", "shapely", "geopandas")))
            made += [Case(name, "engine", operation, left, right, ("ours", "geopandas")) for operation in OPERATIONS[1:]]
        if red:
            made.append(Case(f"{count:,} patches × {there[red]:,} {red}", "overlay", "intersection", left, f"{path}|{red}", files))
    if raster is not None:
        there = inputs.layers(raster)
        name = f"{there['PATCHES']:,} raster patches × {there['ZONES']:,} zones"
        made += [Case(name, "overlay", operation, f"{raster}|PATCHES", f"{raster}|ZONES", files) for operation in OPERATIONS]
    return made


def check_cases(paths: list[Path], version: str) -> list[Case]:
    """Overlaps, gaps and slivers in one run, beside GEOS in memory and beside QGIS from file to file; says where QGIS cannot answer."""
    made = []
    home, where = checking(version)
    print(f"checkgeometryoverlap + checkgeometrygap of QGIS: {where}")
    for path in paths:
        name = f"{inputs.layers(path)[inputs.LAND]:,} patches, overlap + gap + sliver"
        made.append(Case(name, "faults", CHECKS, f"{path}|{inputs.LAND}", "", ("ours", "shapely")))
        if home is not None:
            made.append(Case(f"{name}, {where}", "checked", CHECKS, f"{home.bring(path)}|{inputs.LAND}", "", ("ours", "native"), home))
    return made


def counties(given: list[str], sizes: list[int]) -> list[Path]:
    """The counties to run on: those given, else the sample county at each size, made once and kept in build/bench."""
    if given:
        return [Path(one).resolve() for one in given]
    made = []
    for size in sizes:
        folder = BUILD / f"county-{size}"
        if not any(folder.glob("*.gpkg")):
            print(f"making the sample county of {size:,} patches …", flush=True)
            folder.mkdir(exist_ok=True)
            wall, _, peak, _ = watched(script("inputs.py", "county", str(size), str(folder)))
            print(f"  {wall:.1f} s, {peak:.0f} MB", flush=True)
        made.append(next(folder.glob("*.gpkg")))
    return made


def raster_patches() -> Path | None:
    """The real land-cover raster as polygons; None, with the reason printed, where it is absent."""
    source, path = DATA / "nlcd_zion" / "nlcd2011.tif", BUILD / "nlcd2011.gpkg"
    if not source.is_file():
        print(f"skipped: raster patches (no {source.name} under {DATA.name}/nlcd_zion; set SHANSHUI_DATA)")
        return None
    if not path.is_file():
        watched(script("inputs.py", "raster", str(source), str(path)))
    return path


def measure(path: Path) -> dict[str, Any]:
    """measure_areas on loaded geometries against QgsDistanceArea."""
    said = watched(script("contender.py", "measure", f"{path}|{inputs.LAND}"))[3]
    found = json.loads(said.splitlines()[-1])
    ours, theirs = statistics.median(found["ours"]), statistics.median(found["qgis"])
    print(f"\n{inputs.layers(path)[inputs.LAND]:,} loaded geometries: measure_areas, densified and rounded, and QgsDistanceArea")
    print(f"  ours       {len(found['ours']):2d} {ours:8.2f}    1.0×")
    print(f"  QGIS       {len(found['qgis']):2d} {theirs:8.2f} {theirs / ours:6.1f}×", flush=True)
    return {"rows": inputs.layers(path)[inputs.LAND], **found, "ratio": theirs / ours}


def verdicts(found: list[Runs], measured: list[dict[str, Any]], sizes: list[int]) -> list[dict[str, Any]]:
    """The bounds that must hold and those reached for, on each overlay from file to file."""
    made: list[dict[str, Any]] = []

    def judge(what: str, value: float, must: float, reach: float | None, low: bool = False) -> None:
        made.append({"what": what, "value": value, "must": must, "reach": reach, "holds": value <= must if low else value >= must})

    large = [one for one in found if one.kind in ("faults", "checked") and int(one.case.split()[0].replace(",", "")) >= CHECK_PATCHES]
    for ours in (one for one in large if one.who == "ours"):
        for rival in (one for one in found if (one.case, one.kind) == (ours.case, ours.kind) and one.who != "ours"):
            judge(f"{ours.case}: times faster than {rival.who}", rival.middle() / ours.middle(), CHECK_GOALS[rival.who], None)
        if ours.kind == "faults":
            judge(f"{ours.case}: peak MB", max(ours.peak), CHECK_MEMORY, None, True)
    files = [one for one in found if one.kind == "overlay"]
    for ours in (one for one in files if one.who == "ours"):
        for operation, who, must, reach in GOALS:
            rival = next((one for one in files if (one.case, one.operation, one.who) == (ours.case, ours.operation, who)), None)
            if rival is not None and operation == ours.operation:
                judge(f"{ours.case}, {operation}: times faster than {who}", rival.middle() / ours.middle(), must, reach)
        judge(f"{ours.case}, {ours.operation}: peak MB", max(ours.peak), MEMORY_GOAL, None, True)
    for one in measured:
        judge(f"measure_areas, {one['rows']:,} rows: times faster than QgsDistanceArea", one["ratio"], *MEASURE_GOAL)
    for operation in OPERATIONS:
        some = [one for one in files if one.who == "ours" and one.operation == operation and one.case.split()[-1] in inputs.OWNERSHIP]
        if len(some) == 2 and len(sizes) == 2:
            per = sizes[1] / sizes[0] / 10
            judge(f"{operation}: time for 10 × the patches", some[1].middle() / some[0].middle() / per, SCALING_GOAL, None, True)
    return made


def machine() -> dict[str, Any]:
    """What it ran on."""
    names = [row.partition(":")[2].strip() for row in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if row.startswith("model name")]
    said = watched([sys.executable, "-c", _VERSIONS])[3]
    return {"cpu": names[0] if names else platform.processor(), "cores": os.cpu_count(), "load": os.getloadavg(), **json.loads(said.splitlines()[-1])}


_VERSIONS = """
import json, shapely, numpy, geopandas
from qgis.core import Qgis
print(json.dumps({"qgis": Qgis.QGIS_VERSION, "shapely": shapely.__version__, "geos": shapely.geos_version_string,
                  "numpy": numpy.__version__, "geopandas": geopandas.__version__}))
"""


def main() -> None:
    """Run everything, or the small county once (--quick)."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--quick", action="store_true", help="20,000 patches, once")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--patience", type=float, default=1e9, help="seconds from which a contender is not run again")
    words.add_argument("--only", choices=("overlay", "checks"), help="that part alone")
    words.add_argument("--county", action="append", default=[], help="a GeoPackage with DLTB and SYQ to run on, instead of the sample county")
    given = words.parse_args()
    rounds = 1 if given.quick else given.rounds
    BUILD.mkdir(parents=True, exist_ok=True)
    on = machine()
    print(", ".join(f"{name} {value}" for name, value in on.items() if name != "load"))
    print(f"load {on['load'][0]:.1f} at the start" + (": other work is running, trust ratios more than seconds" if on["load"][0] > 0.5 else ""))
    paths = counties(given.county, [20_000] if given.quick else [20_000, 200_000])
    found: list[Runs] = []
    report: dict[str, Any] = {"machine": on, "start": starts(), "runs": [], "measure": [], "verdicts": []}
    title = ""
    asked = [] if given.only == "checks" else cases(paths, None if given.quick else raster_patches())
    asked += [] if given.only == "overlay" else check_cases(paths, on["qgis"])
    for case in asked:
        kind = "file to file, whole process" if case.files else "arrays to arrays, the engine alone"
        if title != (title := f"{case.name}, {case.operation}: {kind}"):
            print(f"\n{title}\n  {'':10}  n     wall  ratio      cpu   ratio    MB      rows")
        found += (some := run(case, rounds, given.patience))
        tell(some)
        report["runs"] = [asdict(one) for one in found]
        _keep(report)
    for case in asked:
        leave(case.home)
    report["measure"] = [] if given.only == "checks" else [measure(path) for path in paths]
    sizes = [inputs.layers(path)[inputs.LAND] for path in paths]
    report["verdicts"] = verdicts(found, report["measure"], sizes)
    _keep(report)
    print("\nbounds")
    for one in report["verdicts"]:
        reach = "" if one["reach"] is None else f", reach {one['reach']:g}" + (" reached" if one["value"] >= one["reach"] else "")
        print(f"  {'holds' if one['holds'] else 'SHORT'}  {one['what']}: {one['value']:.1f} (must {one['must']:g}{reach})")


def _keep(report: dict[str, Any]) -> None:
    (ROOT / "build" / "bench.json").write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
