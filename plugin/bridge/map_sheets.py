"""The maps that a pack lists: which theme, which place, which scale, and every word around them in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qgis.core import Qgis, QgsCoordinateReferenceSystem, QgsPrintLayout, QgsProject, QgsRectangle, QgsUnitTypes

from ..core.schema import Pack
from .layouts import SCALES, Entry, MapSheet, lay_out
from .places import version
from .project import by_key
from .speech import sentence

__all__ = ["TEMPLATE", "About", "add_maps", "detail_scale", "frame_size"]

TEMPLATE = "registration_map"
Figures = Sequence[Sequence[str]]
_WRAP = {"zh": 36, "en": 34}


@dataclass(frozen=True)
class About:
    """What stands around a map: the place's name, the year, where the data come from, date, maker and review number ("" = to be filled)."""

    place: str
    year: str
    source: str
    date: str
    maker: str = ""
    review: str = ""


def add_maps(
    project: QgsProject, pack: Pack, about: About, language: str, boxes: Mapping[str, QgsRectangle], figures: Mapping[str, Figures]
) -> dict[str, QgsPrintLayout]:
    """Add a layout for each row of the pack's rule `map_sheets` whose box is given and whose theme has layers; layouts by key.

    boxes: extent word of the rule (county, detail) → rectangle in the project's CRS; the county's is that of insets too.
    figures: key → rows of the small table beside that map.
    """
    made = {}
    for row in pack.rule("map_sheets"):
        if row["extent"] in boxes and _theme_layers(project, pack, row["theme"]):
            made[row["key"]] = lay_out(project, _sheet(project, pack, row, about, language, boxes, figures.get(row["key"], ())))
    return made


def detail_scale(pack: Pack, crs: QgsCoordinateReferenceSystem, whole: QgsRectangle) -> float:
    """The scale of the pack's detail map; where that would show a third of the whole or more, the printed scale that shows a sixth."""
    stated = float(next(row["scale"] for row in pack.rule("map_sheets") if row["extent"] == "detail"))
    width, height = frame_size(1.0, crs)
    fitting = max(whole.width() / width, whole.height() / height)
    if stated < fitting / 3:
        return stated
    return float(max((one for one in SCALES if one <= fitting / 6), default=SCALES[0]))


def frame_size(scale: float, crs: QgsCoordinateReferenceSystem) -> tuple[float, float]:
    """Width and height in CRS units of what the template's map frame (300 × 230 mm) shows at a scale."""
    unit = QgsUnitTypes.fromUnitToUnitFactor(QgsUnitTypes.DistanceUnit.DistanceMeters, crs.mapUnits())
    return 0.300 * scale * unit, 0.230 * scale * unit


def _sheet(
    project: QgsProject, pack: Pack, row: Mapping[str, str], about: About, language: str, boxes: Mapping[str, QgsRectangle], figures: Figures
) -> MapSheet:
    title = row[f"title_{language}"]
    inset = row["inset"] == "1"
    return MapSheet(
        template=TEMPLATE,
        name=title,
        texts=_texts(project, about, title, language),
        theme=title,
        box=boxes[row["extent"]],
        scale=0.0 if row["extent"] == "county" else detail_scale(pack, project.crs(), boxes["county"]),
        legend=_legend(project, pack, row["theme"], language),
        figures=figures,
        inset_theme=sentence("map.inset", {}, language) if inset else "",
        inset_box=boxes["county"],
        wrap=_WRAP[language],
    )


def _theme_layers(project: QgsProject, pack: Pack, theme: str) -> list[Mapping[str, str]]:
    """The rows of `map_layers` of a theme that the project has, the ground apart: a map of bare ground says nothing."""
    there = by_key(project)
    return [row for row in pack.rule("map_layers") if theme in row["themes"].split() and row["key"] in there and row["group"] != "base"]


def _legend(project: QgsProject, pack: Pack, theme: str, language: str) -> tuple[Entry, ...]:
    layers = by_key(project)
    rows = _theme_layers(project, pack, theme)
    return tuple(Entry(layers[row["key"]], row[f"legend_{language}"]) for row in rows if row[f"legend_{language}"])


def _texts(project: QgsProject, about: About, title: str, language: str) -> dict[str, str]:
    def say(code: str, /, **facts: str) -> str:
        return sentence(code, facts, language)

    crs = project.crs()
    # scale, grid and its unit are known when the sheet is laid out: {scale}, {grid} and {unit} stand until then
    gap = "" if language == "zh" else ": "
    return {
        "map_title": f"{about.place}{gap}{title}",
        "map_subtitle": say("map.year", year=about.year),
        "map_state": say("map.draft"),
        "map_legend": say("map.legend"),
        "map_inset": say("map.inset"),
        "map_scale_text": say("map.scale", scale="{scale}"),
        "map_source": "\n".join((say("map.source", source=about.source), say("map.area_note"), say("map.title_note"))),
        "map_crs": "\n".join((say("map.crs_name", name=crs.description(), code=crs.authid()), say("map.crs_grid", grid="{grid}", unit="{unit}"))),
        "map_imprint": "\n".join(
            (
                say("map.review", number=about.review or say("map.review_pending")),
                say("map.maker", maker=about.maker),
                say("map.date", date=about.date),
                say("map.software", version=version(), qgis=Qgis.version().split("-")[0]),
            )
        ),
    }
