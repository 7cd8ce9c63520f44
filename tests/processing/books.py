"""Register books for the tests: five units with areas that do not round well, and the cells of what was written, read by other means."""

from __future__ import annotations

import json
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

EAST, NORTH = 40_500_000, 3_300_000
# unit → patches: number, type, ownership, area in m²
PATCHES = {
    "999901A1": [(1, "SL", "state", "3333.33"), (2, "SL", "collective", "3333.33"), (3, "CY", "collective", "3333.34")],
    "999901A2": [(1, "SZY", "state", "12345.67"), (2, "SD", "state", "0.49"), (3, "FZRZY", "collective", "7654.33"), (4, "SD", "disputed", "49.51")],
    "999901A3": [(1, "HD", "collective", "555555.55"), (2, "HD", "collective", "4444.45")],
    "999901A4": [],
    "999901A5": [(1, "SL", "state", "20000.00")],
}
NAMES = {"999901A1": "甲一", "999901A2": "甲二", "999901A3": "甲/三：*", "999901A4": "甲四", "999901A5": "甲五"}
WHOLE = {"999901A1": "10000.00", "999901A2": "20050.00", "999901A3": "560000.00", "999901A4": "100.00", "999901A5": "20000.00"}


def square(x0: float, y0: float, x1: float, y1: float) -> dict[str, object]:
    ring = [[EAST + x0, NORTH + y0], [EAST + x0, NORTH + y1], [EAST + x1, NORTH + y1], [EAST + x1, NORTH + y0], [EAST + x0, NORTH + y0]]
    return {"type": "Polygon", "coordinates": [ring]}


def write(path: Path, rows: list[tuple[dict[str, object], dict[str, object]]]) -> Path:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4528"}}
    features = [{"type": "Feature", "properties": one, "geometry": shape} for one, shape in rows]
    text = json.dumps({"type": "FeatureCollection", "name": path.stem, "crs": crs, "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def layers(folder: Path, areas: dict[tuple[str, int], str] | None = None) -> dict[str, str]:
    """UNITS and PATCHES as files; areas: other areas of patches by unit and number."""
    units, patches = [], []
    for at, (number, listed) in enumerate(PATCHES.items()):
        left = 200 * at
        row = {"ZRZYDJDYH": number, "DJDYMC": NAMES[number], "DJDYLX": "ZRGY", "DJDYZMJ": float(WHOLE[number]), "ZL": "青岚县", "DYSZB": "乙村"}
        units.append((row, square(left, 0, left + 200, 200)))
        for serial, kind, owner, area in listed:
            value = float((areas or {}).get((number, serial), area))
            own = {"QSDWMC": "甲村", "QSXZ": "30"} if owner == "collective" else {"QSDWMC": None, "QSXZ": "20" if owner == "state" else None}
            row = {"ZRZYDJDYH": number, "TBBH": str(serial), "ZRZYLX": kind, "OWNERSHIP": owner, "DLBM": "0301", "MJ": value, **own}
            patches.append((row, square(left + 40 * serial, 0, left + 40 * serial + 40, 200)))
    folder.mkdir(exist_ok=True)
    return {"UNITS": str(write(folder / "ZRZYDJDY.geojson", units)), "PATCHES": str(write(folder / "ZRZYTB.geojson", patches))}


def total(number: str) -> Decimal:
    """The sum of a unit's patches, exact."""
    return sum((Decimal(area) for *_, area in PATCHES[number]), Decimal(0))


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text = ""
        self._open = False

    def handle_starttag(self, tag, attrs) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._open = True

    def handle_endtag(self, tag) -> None:
        self._open = self._open and tag not in ("td", "th")

    def handle_data(self, data) -> None:
        self.text += data
        if self._open:
            self.rows[-1][-1] += data


def rows_of(path: Path) -> list[list[str]]:
    """Every row of every table of a written book, numbers with two decimals where the file holds them as numbers."""
    if path.suffix == ".html":
        parser = _Cells()
        parser.feed(path.read_text(encoding="utf-8"))
        return parser.rows
    if path.suffix == ".docx":
        import docx

        return [[cell.text for cell in row.cells] for grid in docx.Document(str(path)).tables for row in grid.rows]
    import openpyxl

    book = openpyxl.load_workbook(path)
    return [[_shown(cell) for cell in row if cell.value is not None] for page in book for row in page.iter_rows()]


def _shown(cell) -> str:
    return f"{cell.value:.2f}" if isinstance(cell.value, (int, float)) and cell.number_format.endswith(".00") else str(cell.value)


def text_of(path: Path) -> str:
    """All text of a written book."""
    if path.suffix == ".html":
        parser = _Cells()
        parser.feed(path.read_text(encoding="utf-8"))
        return parser.text
    if path.suffix == ".docx":
        import docx

        return "\n".join([one.text for one in docx.Document(str(path)).paragraphs] + [" ".join(row) for row in rows_of(path)])
    return "\n".join(" ".join(row) for row in rows_of(path))
