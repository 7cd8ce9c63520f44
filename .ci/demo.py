"""The main job from county to map and register book, headless (`make demo`): packages, projects, maps, tables, checks and books in build/demo.

Usage: demo.py [--county GPKG] [--patches N] [--out FOLDER] [--data FOLDER]
The county is made by shanshui:sample_county unless one is given. Real data are used where the folder of them is there.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import time
import warnings
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("SHANSHUI_DATA") or ROOT.parent / "shared" / "data")
PATCHES = 4000
PLACES = {
    "qinglan": {"zh": "青岚县", "en": "Qinglan County"},
    "254900": {"zh": "索洛图恩州 254900 号市镇", "en": "Municipality 254900, Canton Solothurn"},
}
SOURCES = {
    "qinglan": {"zh": "示例县青岚县（虚构）", "en": "the sample county Qinglan (invented)"},
    "254900": {
        "zh": "索洛图恩州官方测量（开放数据）；宗地代替权利人，覆盖类型代替地类",
        "en": "official survey of Canton Solothurn (open data); parcels stand for owners, kinds of cover for land classes",
    },
}
# land classes that stand for the kinds of cover of the real survey, by what their places and shapes suggest
STAND_INS = {
    **{"0": "0702", "1": "1003", "6": "1003", "8": "1207", "10": "1207", "11": "1104"},
    **{"12": "0201", "13": "0401", "18": "0404", "25": "1101", "27": "0301"},
}
# layers that say which rights and controls lie in a unit
RIGHT_LAYERS = ("STBHHX", "ZRBHD", "HYSYQ", "KYQ", "QSQ", "PWQ")
# layers from which units are drawn, where the county has them
UNIT_LAYERS = (
    *("海域", "无居民海岛", "国家公园", "自然保护区", "自然公园", "重要湿地", "河湖管理范围", "河道管理范围"),
    *("国有林场", "国有草原", "国有荒地", "探明储量矿产"),
)


def load_house() -> None:
    """Give the checkout its installed name, so that its relative imports work outside QGIS's plugin loader."""
    if "shanshui" in sys.modules:
        return
    spec = importlib.util.spec_from_file_location("shanshui", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    package = importlib.util.module_from_spec(spec)
    sys.modules["shanshui"] = package
    spec.loader.exec_module(package)


def start() -> Any:
    """A QGIS without a window, with Processing and our provider."""
    from osgeo import gdal
    from qgis.core import QgsApplication

    gdal.SetErrorHandler("CPLQuietErrorHandler")  # an older GDAL warns of every GeoPackage 1.4
    home = Path(os.environ.get("QGIS_PREFIX_PATH", "/usr"))
    if (home / "share" / "qgis").is_dir():  # QGIS 3.22 in a .venv does not find it by itself
        QgsApplication.setPrefixPath(str(home), True)
    application = QgsApplication([], False)
    application.initQgis()
    add_provider()
    return application


def add_provider() -> None:
    """Make processing.run know our algorithms."""
    from qgis.core import QgsApplication

    sys.path.insert(0, os.path.join(QgsApplication.pkgDataPath(), "python", "plugins"))
    from processing.core.Processing import Processing

    Processing.initialize()
    load_house()
    from shanshui.processing_algorithms.provider import ShanshuiProvider

    add_provider.kept = ShanshuiProvider()  # QGIS would lose its algorithms with it
    QgsApplication.processingRegistry().addProvider(add_provider.kept)


def spoken() -> str:
    """zh or en by LANGUAGE, LC_ALL or LANG."""
    told = next((os.environ[name] for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if told.lower().startswith("zh") else "en"


def announce(algorithm: str) -> None:
    """Say which algorithm runs now: the whole takes a minute or two."""
    from shanshui.plugin.bridge.pages import page

    print(f"  {page(algorithm, spoken()).title} …", file=sys.stderr, flush=True)


class Chain:
    """Algorithms run one after another into one GeoPackage; keeps their findings, what they set aside and their numbers."""

    def __init__(self, results: Path, mends: bool = False) -> None:
        """mends: features with invalid shapes are repaired, not refused."""
        self.results, self._mends = results, mends
        self.counts: dict[str, Any] = {}
        self.parameters: dict[str, Any] = {}
        self._kept: dict[str, list[Any]] = {"FINDINGS": [], "REJECTED": []}
        results.unlink(missing_ok=True)

    def run(self, algorithm: str, outputs: dict[str, str], **parameters: Any) -> dict[str, Any]:
        """Run shanshui:<algorithm>; outputs: its output → layer of the GeoPackage, "" for a layer in memory."""
        import processing

        targets = {
            name: f"ogr:dbname='{self.results}' table=\"{layer}\" (geom)" if layer else "TEMPORARY_OUTPUT" for name, layer in outputs.items()
        }
        lists = dict.fromkeys(self._kept, "TEMPORARY_OUTPUT")
        announce(algorithm)
        found = processing.run(f"shanshui:{algorithm}", {**parameters, **targets, **lists}, context=context(self._mends))
        self.parameters[algorithm] = {name: told(value, self.results.parent) for name, value in parameters.items()}
        self.counts[algorithm] = {name: value for name, value in found.items() if isinstance(value, (int, float))}
        for name, kept in self._kept.items():
            kept.append((algorithm, found[name]))
        return found

    def close(self) -> None:
        """Write the findings and what was set aside of all steps as one layer each, with the step in a field."""
        import numpy as np
        import pandas as pd

        from shanshui.plugin.bridge import sinks
        from shanshui.plugin.core.table import Table

        for name, kept in self._kept.items():
            tables = [(step, *everything(layer, name)) for step, layer in kept]
            filled = [one for one in tables if len(one[1])] or tables[:1]
            rows = pd.concat([one.rows.astype(object).assign(STEP=step) for step, one, _ in filled], ignore_index=True)
            table = Table(rows, np.concatenate([shapes for *_, shapes in filled]), filled[0][1].crs, name)
            sinks.write_file(sinks.Target("file", str(self.results), self.results, name), [table], "polygon", [])
            self.counts[name] = len(table)

    def layer(self, name: str) -> Any:
        """A layer of the results."""
        return named(self.results, name)


def context(mends: bool = False) -> Any:
    """What algorithms run in; mends: with *Invalid features: do not check* among the settings, so that they are repaired."""
    from processing.tools import dataobjects
    from qgis.core import QgsFeatureRequest

    made = dataobjects.createContext()
    if mends:
        made.setInvalidGeometryCheck(QgsFeatureRequest.InvalidGeometryCheck.GeometryNoCheck)
    return made


def told(value: Any, folder: Path) -> Any:
    """A parameter as the manifest states it: layers by their source, those in memory by their name, files in `folder` from there."""
    if isinstance(value, list):
        return [told(one, folder) for one in value]
    if hasattr(value, "dataProvider"):
        value = value.name() if value.providerType() == "memory" else value.source()
    return value.replace(f"{folder}{os.sep}", "").replace(f"{folder.as_posix()}/", "") if isinstance(value, str) else value


def everything(layer: Any, name: str) -> tuple[Any, Any]:
    """A result layer's rows as a Table and its shapes, rows without a shape too: a finding may have no place."""
    import numpy as np
    import shapely

    from shanshui.plugin.bridge import layers

    table = layers.read(layer, name, "table", "repair").table
    shapes = np.array([None if one.geometry().isNull() else bytes(one.geometry().asWkb().data()) for one in layer.getFeatures()], dtype=object)
    return table, shapely.from_wkb(shapes)


def named(county: Path, name: str) -> Any:
    """A layer of the county under its own name, by which units are known."""
    from qgis.core import QgsVectorLayer

    return QgsVectorLayer(f"{county}|layername={name}", name, "ogr")


def main() -> None:
    """Make the county, do the work on it and on the real survey, and say where everything lies."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--county", type=Path)
    options.add_argument("--patches", type=int, default=PATCHES)
    options.add_argument("--out", type=Path, default=ROOT / "build" / "demo")
    options.add_argument("--data", type=Path, default=DATA)
    given = options.parse_args()
    began = time.monotonic()
    application = start()
    warnings.filterwarnings("ignore", category=DeprecationWarning)  # PyQt and QGIS tell developers, not the reader of this
    given.out.mkdir(parents=True, exist_ok=True)
    county = given.county or sample_county(given.out / "county", given.patches)
    lines = [*county_package(county, given.out), *survey_package(given.data / "ch_av_solothurn" / "ch_av_254900.gpkg", given.out)]
    lines += faulty_package(sample_county(given.out / "faulty" / "county", given.patches, faults=True), given.out / "faulty")
    print("\n".join(lines))
    print(f"{time.monotonic() - began:.0f} s")
    sys.stdout.flush()
    os._exit(0 if application else 1)


def sample_county(folder: Path, patches: int, faults: bool = False) -> Path:
    """The sample county's GeoPackage, made anew in `folder`."""
    import processing

    folder.mkdir(parents=True, exist_ok=True)
    announce("sample_county")
    return Path(processing.run("shanshui:sample_county", {"PATCHES": patches, "FAULTS": faults, "OUTPUT": str(folder)})["GEOPACKAGE"])


def county_package(county: Path, folder: Path) -> list[str]:
    """From the county's layers to units, patches, boundaries, points, maps and tables; the lines of the summary."""
    there = layers_of(county)
    chain = Chain(folder / "qinglan.gpkg")
    draw(chain, county)
    # lines, which tell a coast from a county line
    return finish(chain, county, folder, "qinglan", "XZQJX" if "XZQJX" in there else "XZQ")


def layers_of(county: Path) -> list[str]:
    """The names of a county's layers."""
    from osgeo import ogr

    source = ogr.Open(str(county))
    return [source.GetLayer(at).GetName() for at in range(source.GetLayerCount())]


def draw(chain: Chain, county: Path) -> None:
    """Registration units with their abutments as layer ZRZYDJDY of the results."""
    there = layers_of(county)
    laid = {"OUTPUT": "", "JOURNAL": "YSL", "REST": "REST"}
    drawn = chain.run("draw_units", laid, COUNTY=named(county, "XZQ"), LAYERS=[named(county, name) for name in UNIT_LAYERS if name in there])
    around = [named(county, name) for name in ("CJDCQ",) if name in there]
    chain.run("abutments", {"OUTPUT": "ZRZYDJDY"}, INPUT=drawn["OUTPUT"], NEIGHBOURS=around, NAME_FIELD="DJDYMC")


def finish(
    chain: Chain, county: Path, folder: Path, stem: str, border: str = "", control: str | None = None, turns: tuple[float, float] = (20.0, 5.0)
) -> list[str]:
    """From drawn units (layer ZRZYDJDY of the results) to the finished package; the lines of the summary.

    border: the county's layer of districts or of their lines, where it has one. control: the field of registered areas. turns: least turn
    in degrees and tolerance in metres of boundary points.
    """
    points = folder / f"{stem}_points.xlsx"
    survey(chain, county, points, border, control, turns)
    return hand_over(chain, county, folder, stem, points)


def survey(
    chain: Chain, county: Path, points: Path, border: str = "", control: str | None = None, turns: tuple[float, float] = (20.0, 5.0)
) -> None:
    """Patches, boundaries and boundary points of the drawn units as layers of the results, with the list of points; see `finish`."""
    laid = {"OUTPUT": "ZRZYTB", "SUMMARY": "ZRZK", "TYPE_TABLES": "TYPE_TABLES"}
    ground = {"OWNERSHIP": named(county, "SYQ"), "LANDCOVER": named(county, "DLTB")}
    chain.run("resource_patches", laid, UNITS=chain.layer("ZRZYDJDY"), CONTROL_FIELD=control, **ground)
    chain.run("boundary_lines", {"OUTPUT": "BOUNDARY_LINES"}, INPUT=chain.layer("ZRZYTB"), COUNTY=named(county, border) if border else None)
    numbered = {"OUTPUT_POINTS": "JZD", "OUTPUT_LINES": "JZX"}
    chain.run("boundary_points", numbered, INPUT=chain.layer("ZRZYDJDY"), ANGLE=turns[0], TOLERANCE=turns[1], OUTPUT_LIST=str(points))
    chain.close()


def hand_over(chain: Chain, county: Path, folder: Path, stem: str, points: Path) -> list[str]:
    """Tables, projects and maps in both languages, and the manifest; the lines of the summary."""
    from shanshui.plugin.bridge.manifest import Manifest, write_manifest
    from shanshui.plugin.bridge.map_sheets import About
    from shanshui.plugin.bridge.reports import registration_package
    from shanshui.plugin.core import schema

    packs = schema.load_packs()
    today = date.today()
    written = {chain.results.name: chain.results, points.name: points}
    for language in ("zh", "en"):
        about = About(PLACES[stem][language], str(today.year), SOURCES[stem][language], today.isoformat())
        written.update(registration_package.write_tables(chain.results, county, folder, stem, about.place, packs, language))
        written.update(registration_package.write_maps(chain.results, county, folder, stem, about, packs, language))
    manifest = Manifest("make demo", {county.name: county}, chain.parameters, packs.values(), chain.counts, written, SOURCES[stem].values())
    write_manifest(folder / f"{stem}_manifest.json", manifest)
    return summary(chain, folder, stem, written, packs["registration"])


def summary(chain: Chain, folder: Path, stem: str, written: dict[str, Path], pack: Any) -> list[str]:
    """What a person wants to know at once, in the language of the shell."""
    from shanshui.plugin.bridge.reports.registration_package import read_table
    from shanshui.plugin.bridge.speech import sentence

    language = spoken()
    sums = read_table(chain.results, "ZRZK", pack.layers["ZRZK"])
    facts = {
        "place": PLACES[stem][language],
        "units": len(read_table(chain.results, "ZRZYDJDY")),
        "patches": chain.counts["resource_patches"]["PATCHES"],
        "points": chain.counts["boundary_points"]["POINTS"],
        "findings": chain.counts["FINDINGS"],
        "aside": chain.counts["REJECTED"],
        **{name: f"{sums[f'{name}_HA'].sum():,.2f}" for name in ("DJDYZMJ", "GYMJ", "JTMJ", "ZYQMJ", "DYNZRZYZMJ", "FZRZYZMJ")},
    }
    # the other language's files lie beside these, maps and tables in folders of their own
    other = f"_{'en' if language == 'zh' else 'zh'}."
    shown = [one for one in written.values() if one.parent == folder and other not in one.name]
    places = [f"  {one}" for one in (*shown, folder / f"{stem}_manifest.json", folder / "maps", folder / "tables")]
    return [sentence("demo.counts", facts, language), sentence("demo.areas", facts, language), *places]


def faulty_package(county: Path, folder: Path) -> list[str]:
    """A county with planted faults: every layer checked, and the register book of each unit in spite of them; the lines of the summary."""
    import processing

    from shanshui.plugin.bridge.speech import sentence

    there, findings, report = layers_of(county), folder / "findings.gpkg", folder / "check_report.html"
    announce("check_layers")
    checked = [named(county, name) for name in there if name not in ("KNOWN", "FAULTS")]
    found = processing.run("shanshui:check_layers", {"LAYERS": checked, "FINDINGS": str(findings), "REPORT": str(report)})
    chain = Chain(folder / "qinglan.gpkg", mends=True)
    draw(chain, county)
    survey(chain, county, folder / "qinglan_points.xlsx", "XZQJX" if "XZQJX" in there else "XZQ")
    layers = {"UNITS": "ZRZYDJDY", "PATCHES": "ZRZYTB", "LINES": "BOUNDARY_LINES", "POINTS": "JZD"}
    given = {name: chain.layer(layer) for name, layer in layers.items()}
    given["RIGHTS"] = [named(county, name) for name in RIGHT_LAYERS if name in there]
    books = folder / "books"
    for language, formats in (("zh", "pdf,docx,html,xlsx"), ("en", "pdf")):
        announce("register_book")
        wanted = {**given, "LANGUAGE": language, "FORMAT": formats, "OUTPUT": str(books / language)}
        books.mkdir(exist_ok=True)
        made = processing.run("shanshui:register_book", wanted, context=context(mends=True))
    facts = {"open": found["OPEN"], "units": made["UNIT_COUNT"], "failed": made["FAILED"], "area": f"{made['AREA_HA']:,.2f}"}
    return [sentence("demo.faulty", facts, spoken()), *(f"  {one}" for one in (report, findings, books))]


def survey_package(source: Path, folder: Path) -> list[str]:
    """The same work on a real survey, parcels as units and owners; the lines of the summary, none where the data are absent."""
    if not source.is_file():
        return []
    place = folder / "survey"
    place.mkdir(parents=True, exist_ok=True)
    county, chain = place / "254900_input.gpkg", Chain(place / "254900.gpkg")
    survey_layers(source, county, chain.results)
    return finish(chain, county, place, "254900", control="DJMJ", turns=(8.0, 0.02))


def survey_layers(source: Path, county: Path, results: Path) -> None:
    """Bring the survey's parcels and land cover into the fields needed; each kind of cover stands for a land class, each parcel for an owner."""
    from shanshui.plugin.bridge.sinks import Target, write_file
    from shanshui.plugin.core.table import Table

    (parcels, ground), (cover, surfaces) = everything(named(source, "liegenschaft"), ""), everything(named(source, "boflaeche"), "")
    number = parcels.text("nummer")
    units = {"ZRZYDJDYH": number, "DJDYMC": number, "DJDYLX": "QTDY", "DJMJ": parcels["flaechenmass"].astype(float)}
    owners = {"BSM": parcels.text("tid"), "QSXZ": "30", "QSDWDM": number, "QSDWMC": parcels.text("egrid")}
    patches = {"BSM": cover.text("tid"), "DLBM": cover.text("art").map(STAND_INS), "QSXZ": "30"}
    county.unlink(missing_ok=True)
    for path, name, rows, shapes in ((results, "ZRZYDJDY", units, ground), (county, "SYQ", owners, ground), (county, "DLTB", patches, surfaces)):
        frame = parcels.rows if shapes is ground else cover.rows
        table = Table(frame[[]].assign(**rows), shapes, "EPSG:2056", name)
        write_file(Target("file", str(path), path, name), [table], "polygon", [])


if __name__ == "__main__":
    main()
