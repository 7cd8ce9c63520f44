"""Notices and announcements of registration as Word documents: a template's named places filled, with the list and the map of the units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ...core.errors import InputError, OutputError
from ...core.registration.notices import Listed
from ...core.registration.periods import Period
from ...core.schema import Pack
from ..batch import check
from ..libraries import vendored
from ..notice_map import draw_units
from ..places import RESOURCES
from ..speech import sentence
from .docx_places import Document
from .docx_table import put_table
from .table_workbook import sheet_of

__all__ = ["Paper", "tell", "template_of", "values_of", "writer"]

_BLANK = "________"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_PICTURE = 0.98  # of the width between the margins, and of the height a third is left to words
_HIGH = 0.72


@dataclass(frozen=True)
class Paper:
    """What a paper is made of. kind: notice or announcement; given: the user's own values by name of place."""

    kind: str
    listed: Listed
    period: Period
    pack: Pack
    language: str
    given: Mapping[str, str]


def values_of(text: str) -> dict[str, str]:
    """Lines `name=value` as a dict; InputError `notice.bad_value` for a line without a name or a sign."""
    found = {}
    for line in text.splitlines():
        name, sign, value = line.replace("＝", "=").partition("=")
        if line.strip() and (not sign or not name.strip()):
            raise InputError("notice.bad_value", words=line.strip())
        if line.strip():
            found[name.strip()] = value.strip()
    return found


def template_of(path: str | None, kind: str, paper_language: str, pack: Pack, given: Mapping[str, str]) -> tuple[Document, dict[str, str]]:
    """The user's template, else the shipped one, and the key of each place in it by the name it bears there.

    InputError `template.unknown_place` names the first place that nothing fills, `template.block_place` a list or map within other words.
    Others as `Document`.
    """
    document = Document(Path(path) if path else RESOURCES / "templates" / f"{kind}_{paper_language}.docx")
    rows = {row["key"]: row for row in pack.rule("notice_places")}
    aliases = _aliases(pack)
    keys = {**{name: name for name in given}, **aliases, **{key: key for key in rows}}
    found = {}
    for place in document.places():
        if place.name not in keys:
            raise InputError("template.unknown_place", path=document.path.name, place=place.name, choices=", ".join(rows))
        key = keys[place.name]
        if key in rows and rows[key]["kind"] != "text" and not place.apart:
            raise InputError("template.block_place", path=document.path.name, place=place.name)
        found[place.name] = key
    return document, found


def writer(path: str, document: Document, keys: Mapping[str, str], paper: Paper, run: Any) -> Callable[[Any], str]:
    """What writes the paper when the results are written; places that nothing is known for are told in the log and left as a blank line.

    OutputError `output.is_input` where the target is the template itself, and as `batch.check`; on writing `output.not_written` (a full disk).
    """
    target = Path(path)
    if target.exists() and target.samefile(document.path):
        raise OutputError("output.is_input", path=path)
    check(target)
    texts = _texts(paper)
    rows = {row["key"]: row for row in paper.pack.rule("notice_places")}
    aliases = _aliases(paper.pack)
    texts.update({aliases.get(name, name): value for name, value in paper.given.items()})
    blank = sorted({name for name, key in keys.items() if key in texts and not texts[key]})
    if blank:
        run.warn("notice.left_blank", places=", ".join(blank))
    unused = sorted(name for name in paper.given if aliases.get(name, name) not in keys.values())
    if unused:
        run.warn("template.unused_value", path=document.path.name, places=", ".join(unused))
    values = {name: texts[key] or _BLANK for name, key in keys.items() if key in texts}

    def write(batch: Any) -> str:
        stage = batch.stage(target)
        blocks = {name: _block(rows[key]["kind"], document, paper, stage) for name, key in keys.items() if key not in texts}
        document.fill(values, blocks)
        about = document.document.core_properties
        about.title, about.author = sentence(f"notice.title.{paper.kind}", {}, paper.language), ""
        pack = {"pack": paper.pack.title(paper.language), "edition": paper.pack.edition}
        about.comments = sentence("notice.pack", pack, paper.language)
        try:
            document.save(stage / target.name)
        except OSError as failure:
            raise OutputError("output.not_written", path=target.name, reason=failure.strerror or str(failure)) from failure
        return str(path)

    return write


def _aliases(pack: Pack) -> dict[str, str]:
    """The key of each place by its Chinese name."""
    return {row["alias_zh"]: row["key"] for row in pack.rule("notice_places")}


def _block(kind: str, document: Document, paper: Paper, stage: Path) -> Callable[[Any], None]:
    """What puts the list or the map where a paragraph of the template stands."""

    def table(paragraph: Any) -> None:
        sheet = sheet_of(paper.pack, paper.kind, paper.listed.units, paper.language)
        put_table(document.document, paragraph, sheet, paper.language)

    def picture(paragraph: Any) -> None:
        image = stage / "map.png"
        draw_units(paper.listed.units, image, paper.pack, paper.language)
        part = document.document.sections[-1]
        line = vendored("docx.text.paragraph").Paragraph(paragraph, document.document._body)
        drawn = line.add_run().add_picture(str(image))
        wide, high = part.page_width - part.left_margin - part.right_margin, part.page_height - part.top_margin - part.bottom_margin
        share = min(_PICTURE * wide / drawn.width, _HIGH * high / drawn.height)
        drawn.width, drawn.height = int(drawn.width * share), int(drawn.height * share)
        image.unlink()

    return table if kind == "table" else picture


def _texts(paper: Paper) -> dict[str, str]:
    """The text of every place of kind text; "" where nothing is known."""
    listed, period, language = paper.listed, paper.period, paper.language
    entries = paper.pack.codes["DJDYLX"].entries
    named = [(entries[code].name(language) if code in entries else code, count) for code, count in listed.types]
    joiner = "、" if language == "zh" else ", "
    return {
        "county": "", "number": "", "contact": "", "phone": "", "address": "", "agency": listed.agency,
        "unit_count": str(len(listed.units)),
        "unit_types": joiner.join(sentence("notice.type_count", {"name": name, "count": count}, language) for name, count in named),
        "total_area": f"{listed.total:.2f}",
        "extent": _extent(listed, language),
        "start_date": _day(period.start, language), "last_day": _day(period.last, language), "today": _day(date.today(), language),
        "year": str(period.start.year), "days": str(period.days), "day_kind": sentence(f"notice.days.{period.count}", {}, language),
    }  # fmt: skip


def _day(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == "zh" else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _extent(listed: Listed, language: str) -> str:
    if listed.box is None:
        return ""
    west, south, east, north = (_degrees(value) for value in listed.box)
    return sentence("notice.extent", {"west": west, "east": east, "south": south, "north": north}, language)


def _degrees(value: float) -> str:
    seconds = int(abs(value) * 3600 + 0.5)
    return f"{seconds // 3600}°{seconds % 3600 // 60:02d}′{seconds % 60:02d}″"


def tell(period: Period, kind: str, pack: Pack, run: Any) -> None:
    """Say by which rows of the pack the last day was found, and for which years their holidays are not known."""
    row = pack.row("settings", f"{kind}_days")
    free = ", ".join(day.isoformat() for day in period.free) or "—"
    words = sentence(f"notice.days.{period.count}", {}, run.language)
    facts = {"start": period.start.isoformat(), "last": period.last.isoformat(), "days": period.days, "kind": words, "free": free}
    run.info("notice.period", status=row["status"], source=row["source"], **facts)
    if period.unknown:
        run.warn("notice.holidays_unknown", years=", ".join(map(str, period.unknown)))
