"""Folders of CSV become packs: which folders, in which order, and the checks between their pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from .codes import COLUMNS, Code, CodeList
from .errors import PackError
from .pack_page import Page, Row, merged, read_page
from .schema import Field, Layer, Origin, Pack

__all__ = ["FIELD_COLUMNS", "LAYER_COLUMNS", "in_order", "pack_folders", "read_facts", "read_pack", "used_packs"]

LAYER_COLUMNS = ("layer", "title_zh", "title_en", "geometry", "ysdm", "key", "source", "status")
FIELD_COLUMNS = (
    "name",
    "type",
    "length",
    "decimals",
    "unit",
    "presence",
    "domain",
    "min",
    "max",
    "pattern",
    "group",
    "label_zh",
    "label_en",
    "source",
    "status",
)
_FACTS = ("id", "edition", "title_zh", "title_en")
_TYPES = ("text", "integer", "real", "date", "path")
_GEOMETRIES = ("polygon", "line", "point", "none")
_PRESENCE = re.compile(r"M|O|C:[a-z][a-z0-9_]*")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_SUBFOLDERS = ("fields", "codes", "rules")
# columns that a user's page may have although the shipped one leaves them out
_MORE = {"fields": FIELD_COLUMNS, "codes": COLUMNS}


def pack_folders(root: Path, overlay_roots: Sequence[Path] = ()) -> dict[str, list[Path]]:
    """id → its folder and the user's folders over it. A user's root may itself be one pack's folder."""
    found = {_id(one): [one] for one in _folders(root)}
    for base in overlay_roots:
        for one in _folders(base):
            found.setdefault(_id(one), []).append(one)
    return found


def _folders(root: Path) -> list[Path]:
    if not root.is_dir():
        raise PackError("pack.no_folder", file=str(root), row=0)
    if _is_pack(root):
        return [root]
    try:
        return sorted(one for one in root.iterdir() if one.is_dir() and _is_pack(one))
    except OSError as why:
        raise PackError("pack.unreadable", file=str(root), row=0, reason=why.strerror or type(why).__name__) from why


def _is_pack(folder: Path) -> bool:
    return any((folder / name).exists() for name in ("pack.csv", "layers.csv", *_SUBFOLDERS))


def _id(folder: Path) -> str:
    file = folder / "pack.csv"
    for row in read_facts(file).rows if file.exists() else ():
        if row["key"] == "id":
            return row["value"]
    return folder.name


def read_facts(file: Path) -> Page:
    """A pack.csv: facts by key; PackError as `read_page`."""
    return read_page(file, "key", ("value",), ("key", "value", "source", "status"))


def used_packs(folder: Path, overlays: Sequence[Path] = ()) -> list[str]:
    """The ids of the packs whose code lists this one uses: fact `uses`, parted by blanks."""
    words = [
        row["value"]
        for one in (folder, *overlays)
        if (one / "pack.csv").exists()
        for row in read_facts(one / "pack.csv").rows
        if row["key"] == "uses"
    ]
    return words[-1].split() if words else []


def in_order(folders: Mapping[str, Sequence[Path]]) -> list[str]:
    """The ids so that a pack stands after those it uses; PackError `pack.uses_unknown`, `pack.uses_circle`."""
    needs = {name: used_packs(listed[0], listed[1:]) for name, listed in folders.items()}
    order: list[str] = []
    while len(order) < len(needs):
        free = [name for name in needs if name not in order and all(used in order for used in needs[name])]
        for name, wanted in needs.items():
            for used in wanted:
                if used not in needs:
                    raise PackError("pack.uses_unknown", file=str(folders[name][0] / "pack.csv"), row=0, pack=name, used=used)
        if not free:
            name = next(one for one in needs if one not in order)
            raise PackError("pack.uses_circle", file=str(folders[name][0] / "pack.csv"), row=0, pack=name)
        order += free
    return order


def read_pack(folder: Path, overlays: Sequence[Path], lists: Mapping[str, CodeList]) -> Pack:
    """The pack in `folder` under the user's folders; `lists` are the code lists it takes from other packs."""
    pages = _pages(folder, overlays)
    facts = {row["key"]: row["value"] for row in pages["pack"].rows}
    for name in _FACTS:
        if not facts.get(name):
            raise PackError("pack.missing_fact", file=str(folder / "pack.csv"), row=0, key=name)
    codes = {**lists, **{name[6:]: _code_list(name[6:], page) for name, page in pages.items() if name.startswith("codes/")}}
    layers = _layers(pages, codes)
    rules = {name[6:]: tuple(_cells(page, row) for row in page.rows) for name, page in pages.items() if name.startswith("rules/")}
    return Pack(
        facts["id"],
        facts["edition"],
        facts["title_zh"],
        facts["title_en"],
        MappingProxyType(layers),
        MappingProxyType(codes),
        MappingProxyType(rules),
        MappingProxyType(facts),
        tuple(_origin(name, page, row) for name, page in pages.items() for row in page.rows),
    )


def _origin(name: str, page: Page, row: Row) -> Origin:
    return Origin(name, row[page.key], row["source"], row["status"], str(row.file) if row[page.key] in page.own else "")


def _cells(page: Page, row: Row) -> Mapping[str, str]:
    return MappingProxyType({column: row[column] for column in page.header})


def _pages(folder: Path, overlays: Sequence[Path]) -> dict[str, Page]:
    """Every page by its place (pack, layers, fields/DLTB …), the user's laid over."""
    pages: dict[str, Page] = {}
    for at, one in enumerate((folder, *overlays)):
        for name, file in _files(one).items():
            base = pages.get(name)
            page = _read(name, file, base)
            if name == "pack":
                _same_id(page, base)
            if base is None:
                own = frozenset(row[page.key] for row in page.rows) if at else frozenset()
                pages[name] = replace(page, own=own)
            else:
                _leaves_fixed(base, page)
                pages[name] = merged(base, page, _MORE.get(name.split("/")[0], ()), name.startswith("rules/"))
    if "pack" not in pages:
        raise PackError("pack.unreadable", file=str(folder / "pack.csv"), row=0, reason="pack.csv")
    return pages


def _leaves_fixed(base: Page, page: Page) -> None:
    """PackError `pack.fixed_row` where a user's page states another value for a row that is marked `fixed`: code would not follow it."""
    known = {row[base.key]: row for row in base.rows if "fixed" in base.header and row["fixed"]}
    for row in page.rows:
        if row[page.key] in known and row["value"] not in ("", known[row[page.key]]["value"]):
            raise row.fault("fixed_row", key=row[page.key], value=known[row[page.key]]["value"])


def _same_id(page: Page, base: Page | None) -> None:
    known = {row["key"]: row["value"] for row in base.rows} if base else {}
    for row in page.rows:
        if row["key"] == "id" and known and row["value"] != known.get("id"):
            raise row.fault("wrong_id", found=row["value"], expected=known.get("id", ""))


def _files(folder: Path) -> dict[str, Path]:
    """The pages of a folder by place; PackError `pack.unknown_page` for a CSV that stands where none is read."""
    found: dict[str, Path] = {}
    for file in sorted(folder.glob("*.csv")):
        if file.stem not in ("pack", "layers"):
            raise PackError("pack.unknown_page", file=str(file), row=0)
        found[file.stem] = file
    for place in _SUBFOLDERS:
        found.update({f"{place}/{file.stem}": file for file in sorted((folder / place).glob("*.csv"))})
    return found


def _read(name: str, file: Path, base: Page | None) -> Page:
    over = base is not None
    if name == "pack":
        return read_facts(file)
    if name == "layers":
        return read_page(file, "layer", () if over else LAYER_COLUMNS, LAYER_COLUMNS)
    if name.startswith("fields/"):
        return read_page(file, "name", () if over else ("type", "presence", "label_zh", "label_en"), FIELD_COLUMNS)
    if name.startswith("codes/"):
        return read_page(file, "code", () if over else ("name_zh", "name_en"))
    return read_page(file, base.key if base else "")


def _code_list(name: str, page: Page) -> CodeList:
    entries: dict[str, Code] = {}
    for row in page.rows:
        _filled(row, "name_zh", "name_en")
        if row["colour"] and not _COLOUR.fullmatch(row["colour"]):
            raise row.fault("bad_colour", value=row["colour"])
        extra = MappingProxyType({column: row[column] for column in page.header if column not in COLUMNS})
        entries[row["code"]] = Code(**{column: row[column] for column in COLUMNS}, extra=extra)
    for row in page.rows:
        seen, at = {row["code"]}, row["parent"]
        while at:
            if at not in entries or at in seen:
                raise row.fault("bad_parent", key=row["code"], parent=row["parent"])
            seen.add(at)
            at = entries[at].parent
    return CodeList(name, MappingProxyType(entries))


def _layers(pages: Mapping[str, Page], codes: Mapping[str, CodeList]) -> dict[str, Layer]:
    listed = {row["layer"]: row for row in pages["layers"].rows} if "layers" in pages else {}
    for name, page in pages.items():
        if name.startswith("fields/") and name[7:] not in listed:
            raise PackError("pack.unknown_layer", file=str(page.file), row=0, layer=name[7:])
    found: dict[str, Layer] = {}
    for name, row in listed.items():
        _filled(row, "title_zh", "title_en")
        if row["geometry"] not in _GEOMETRIES:
            raise row.fault("bad_geometry", value=row["geometry"], choices=", ".join(_GEOMETRIES))
        if f"fields/{name}" not in pages:
            raise row.fault("layer_without_fields", layer=name)
        fields = tuple(_field(one, codes) for one in pages[f"fields/{name}"].rows)
        if row["key"] and row["key"] not in {one.name for one in fields}:
            raise row.fault("unknown_key", layer=name, field=row["key"])
        found[name] = Layer(
            name, row["title_zh"], row["title_en"], row["geometry"], row["ysdm"], row["key"], fields, row["source"], row["status"]
        )
    return found


def _field(row: Row, codes: Mapping[str, CodeList]) -> Field:
    name = row["name"]
    _filled(row, "label_zh", "label_en")
    if row["type"] not in _TYPES:
        raise row.fault("unknown_type", field=name, value=row["type"], choices=", ".join(_TYPES))
    if not _PRESENCE.fullmatch(row["presence"]):
        raise row.fault("bad_presence", field=name, value=row["presence"])
    if row["domain"] and row["domain"] not in codes:
        raise row.fault("no_list", field=name, domain=row["domain"])
    try:
        re.compile(row["pattern"])
    except re.error as why:
        raise row.fault("bad_pattern", field=name, value=row["pattern"], reason=str(why)) from why
    low, high = row.number("min"), row.number("max")
    if low is not None and high is not None and low > high:
        raise row.fault("bad_range", field=name, low=row["min"], high=row["max"])
    return Field(
        name,
        row["type"],
        row.whole("length"),
        row.whole("decimals"),
        row["unit"],
        row["presence"],
        row["domain"],
        low,
        high,
        row["pattern"],
        row["group"],
        row["label_zh"],
        row["label_en"],
        row["source"],
        row["status"],
    )


def _filled(row: Row, *columns: str) -> None:
    for column in columns:
        if not row[column]:
            raise row.fault("empty_cell", column=column)
