"""Tables that have the columns of a page, with identifiers and areas filled in."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from .. import measure
from ..schema import Layer, empty_rows
from ..table import Table
from .scene import CRS

__all__ = ["COUNTY", "NAME", "NEIGHBOUR", "identifiers", "page_table"]

# demonstration codes: no such counties exist
COUNTY, NEIGHBOUR, NAME = "999901", "999902", "青岚县"
# four places of BSM that tell the layers apart
_LAYER_CODES = {
    "HAX_T1": "HA01", "HAX": "HA00", "STBHHX": "HX01", "STBHHX_LX": "HX02", "CZKFBJ": "CZ01", "GHFQ": "GF01", "GHYDYH": "GY01", "ZTGNFQ": "ZT01",
    "ZRBHD": "BH01", "ZYSD": "SD01", "HHGLFW": "HH01", "HHAX": "HH02", "HY_T1": "HY01", "HY": "HY00", "HYKJ": "HY02", "ZH": "ZH01",
    "HYSYQ": "ZH02", "HD": "HD01", "JZW": "JZ01", "XM": "XM01", "KYQ": "XK01", "QSQ": "XK02", "PWQ": "XK03", "YJJBNTBHTB": "YN01",
    "XZQ": "XZ01", "XZQJX": "XZ02", "CJDCQ": "CJ01", "CJDCQJX": "CJ02", "DLTB": "DL01", "SYQ": "SY01",
}  # fmt: skip


def identifiers(layer: str, count: int, county: str = COUNTY) -> list[str]:
    """`count` BSM of a layer: county, layer code, serial from 1."""
    return [f"{county}{_LAYER_CODES[layer]}{at:08d}" for at in range(1, count + 1)]


def page_table(page: Layer, shapes: NDArray[Any] | None, count: int | None = None, **columns: Any) -> Table:
    """A table of the page's columns: those given, BSM, YSDM and XZQDM, XZQMC by the county, MJ or the length as measured; the rest empty."""
    number = len(shapes) if shapes is not None else int(count or 0)
    rows = empty_rows(page).reindex(range(number))
    given: dict[str, Any] = {}
    if page.key and "BSM" in page.names:
        given["BSM"] = identifiers(page.name, number)
    given |= {field: value for field, value in (("YSDM", page.ysdm or None), ("XZQDM", COUNTY), ("XZQMC", NAME)) if field in page.names}
    if "MJ" in page.names and "MJ" not in columns and shapes is not None:
        given["MJ"] = measure.areas(shapes, CRS)
    given.update(columns)
    rows = rows.assign(**given)[page.names]
    return Table(rows, shapes, CRS if shapes is not None else None, page.name, page)
