"""What a finished registration run hands over beside its GeoPackage: tables, project and maps, in one language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qgis.core import QgsRectangle, QgsVectorLayer

from ...core.basis import basis
from ...core.registration import printed
from ...core.registration.busy_place import busy_place
from ...core.registration.levelling import add
from ...core.schema import Pack
from ...core.table import Table
from .. import layers, map_sheets, project
from ..layouts import export
from ..speech import sentence
from . import table_workbook

__all__ = ["read_table", "write_maps", "write_tables"]

_PDF_DPI, _PNG_DPI = 300, 200


def read_table(path: Path, name: str, page: Any = None) -> Table | None:
    """A layer of a GeoPackage as a Table under its page, None where the package has no such layer."""
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    if not layer.isValid():
        return None
    kind = "any" if layer.isSpatial() else "table"
    table = layers.read(layer, name, kind, "repair").table
    return Table(table.rows, table.geometry, table.crs, name, page)


def write_tables(
    results: Path, county: Path, folder: Path, stem: str, place: str, packs: Mapping[str, Pack], language: str
) -> dict[str, Path]:
    """Write the pack's sheets as `<stem>_tables_<language>.xlsx`, and each as CSV in the folder tables; what was written, by name.

    The last sheet lists the rows of the packs that the others rest on and that are not of a published text.
    """
    sheets = _sheets(results, county, place, packs, language)
    book = folder / f"{stem}_tables_{language}.xlsx"
    table_workbook.write_workbook(book, list(sheets.values()), language)
    written = {book.name: book}
    (folder / "tables").mkdir(exist_ok=True)
    for key, sheet in sheets.items():
        path = folder / "tables" / f"{stem}_{key}_{language}.csv"
        table_workbook.write_csv(path, sheet, language)
        written[path.name] = path
    return written


def _sheets(results: Path, county: Path, place: str, packs: Mapping[str, Pack], language: str) -> dict[str, table_workbook.Sheet]:
    pack = packs["registration"]

    def page(name: str) -> Table | None:
        return read_table(results, name, pack.layers[name])

    def by_kind(lines: Table, pack: Pack) -> Table:
        """A line of no kind has words too."""
        turned = printed.by_line_kind(lines, pack)
        return replace(turned, rows=turned.rows.fillna({"KIND": sentence("table.no_kind", {}, language)}))

    turned = {"types": printed.by_type_and_ownership, "lines": by_kind, "drawing": printed.by_source}
    tables = {"summary": page("ZRZK"), "types": page("TYPE_TABLES"), "lines": page("BOUNDARY_LINES"), "drawing": page("YSL")}
    units = page("ZRZYDJDY")
    if units is not None and "DYSZD" in units:
        tables["abutments"] = units
    filled = {key: turned[key](one, pack) if key in turned else one for key, one in tables.items() if one is not None and len(one)}
    filled["basis"] = _basis(filled, packs, lambda field: _met((results, county), field), language)
    made = {}
    for key, one in filled.items():
        notes = _notes(key, filled["basis"], packs, language)
        made[key] = table_workbook.sheet_of(pack, key, one, language, place, notes)
    return made


def _basis(sheets: Collection[str], packs: Mapping[str, Pack], met: Callable[[str], Collection[str]], language: str) -> Table:
    """The rows behind the sheets that are not of a published text, packs by title and statuses in words."""
    listed = basis(sheets, packs, met, packs["registration"], language)
    titles = {one.id: one.title(language) for one in packs.values()}
    words = {status: sentence(f"table.status.{status}", {}, language) for status in set(listed["STATUS"])}
    return replace(listed, rows=listed.rows.assign(PACK=listed["PACK"].map(titles), STATUS=listed["STATUS"].map(words)))


def _met(places: Sequence[Path], field: str) -> set[str]:
    """The texts that stand in LAYER.FIELD of the first package that has the layer, blanks around them off."""
    name, _, column = field.partition(".")
    for path in places:
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        at = layer.fields().indexOf(column)
        if layer.isValid() and at >= 0:
            return {str(value).strip() for value in layer.uniqueValues(at)}
    return set()


def _notes(key: str, listed: Table, packs: Mapping[str, Pack], language: str) -> Sequence[str]:
    """The sheet's own note, then each pack with its edition and how many rows of it the last sheet lists."""
    own = sentence(f"table.note.{key}", {}, language)
    sheet = packs["registration"].value("sheets", "basis", f"name_{language}")
    used = [one for one in packs.values() if (listed["PACK"] == one.title(language)).any()]
    counts = {one.id: int((listed["PACK"] == one.title(language)).sum()) for one in used}
    facts = [{"pack": one.title(language), "edition": one.edition, "count": counts[one.id], "sheet": sheet} for one in used]
    return (own, *(sentence("table.pack", one, language) for one in facts))


def write_maps(
    results: Path, county: Path, folder: Path, stem: str, about: map_sheets.About, packs: Mapping[str, Pack], language: str
) -> dict[str, Path]:
    """Write `<stem>_<language>.qgz` with a layout for each sheet of the pack, and the layouts as PNG and PDF in the folder maps; what was written."""
    pack = packs["registration"]
    crs = QgsVectorLayer(f"{results}|layername=ZRZYTB", "", "ogr").crs()
    made = project.new_project(crs, about.place)
    project.add_layers(made, {"results": results, "county": county}, packs, language, "types")
    whole = _whole(project.by_key(made))
    boxes = {} if whole.isEmpty() else {"county": whole, "detail": _detail(results, pack, made, whole)}
    layouts = map_sheets.add_maps(made, pack, about, language, boxes, _figures(results, pack, language))
    project.view(made, whole)
    path = folder / f"{stem}_{language}.qgz"
    project.save_project(made, path)
    written = {path.name: path}
    (folder / "maps").mkdir(exist_ok=True)
    for key, layout in layouts.items():
        for tail, dpi in ((".png", _PNG_DPI), (".pdf", _PDF_DPI)):
            picture = folder / "maps" / f"{stem}_{key}_{language}{tail}"
            export(layout, picture, dpi)
            written[picture.name] = picture
    return written


# map → table, field of the classes, field of the areas in hectares, field that counts ("" = rows)
_BESIDE = {
    "types": ("TYPE_TABLES", "ZRZYLX", "MJ_HA", "BHTBSL"),
    "ownership": ("TYPE_TABLES", "OWNERSHIP", "MJ_HA", "BHTBSL"),
    "units": ("ZRZK", "DJDYLX", "DJDYZMJ_HA", ""),
}


def _figures(results: Path, pack: Pack, language: str) -> dict[str, list[tuple[str, str, str]]]:
    """The small table beside each map: class, hectares, number; the total last."""
    found = {}
    for key, (name, field, amount, count) in _BESIDE.items():
        table = read_table(results, name, pack.layers[name])
        if table is None or not len(table):
            continue
        rows = [(code, f"{area:,.2f}", number) for code, area, number in printed.by_class(table, field, amount, count, pack)]
        if key == "units":
            rows += _below_ground(results, pack, {code for code, *_ in rows})
        names = pack.codes[pack.layers[name].field(field).domain].entries
        head = tuple(sentence(f"map.figures.{word}", {}, language) for word in (field, "area", "patches" if count else "units"))
        body = [(names[code].name_zh if language == "zh" else names[code].name_en, area, f"{number:,}") for code, area, number in rows]
        total = (sentence("table.total", {}, language), f"{add(table.rows[amount].dropna()):,.2f}", f"{sum(number for *_, number in rows):,}")
        found[key] = [head, *body, total]
    return found


def _below_ground(results: Path, pack: Pack, listed: set[str]) -> list[tuple[str, str, int]]:
    """Types of units that enter no sum of areas, counted."""
    units = read_table(results, "ZRZYDJDY", pack.layers["ZRZYDJDY"])
    if units is None:
        return []
    kinds = units.text("DJDYLX")
    return [(code, "—", int((kinds == code).sum())) for code in pack.codes["DJDYLX"].entries if code not in listed and (kinds == code).any()]


def _whole(there: Mapping[str, QgsVectorLayer]) -> QgsRectangle:
    box = QgsRectangle()
    for key in ("ground", "types"):
        if key in there:
            box.combineExtentWith(there[key].extent())
    return box


def _detail(results: Path, pack: Pack, made: Any, whole: QgsRectangle) -> QgsRectangle:
    """The window of the detail map: where the most kinds of boundary meet, at the scale of the detail map; the whole where there are none."""
    width, height = map_sheets.frame_size(map_sheets.detail_scale(pack, made.crs(), whole), made.crs())
    lines = read_table(results, "BOUNDARY_LINES")
    if lines is None or not len(lines):
        return whole
    return QgsRectangle(*busy_place(lines, width, height))
