"""Faults of attributes, each in one field of one row (or in two that belong together)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from .. import measure
from .fault_work import Mask, Work

__all__ = ["attribute_faults", "key_twice", "of_class", "set_field"]

Values = Callable[[Any], dict[str, Any]]


def set_field(work: Work, layer: str, mask: Mask, salt: int, code: str, field: str, values: Values) -> bool:
    """Write what `values` makes of one row; `field` is the one the answer key names."""
    for row in work.free(layer, mask, salt):
        if not work.untouched(layer, row):
            continue
        before = work.rows[layer].loc[row]
        after = values(before)
        was = before[field] if pd.notna(before[field]) else None
        work.take(layer, row)
        work.put(layer, row, **after)
        work.note(code, layer, work.name(layer, row), work.shapes[layer][row], field, was, after[field])
        return True
    return False


def key_twice(work: Work, layer: str, mask: Mask, salt: int) -> bool:
    """`key_twice`: a feature bears the BSM of another one far away."""
    other = next((row for row in work.free(layer, mask, salt) if work.untouched(layer, row)), None)
    if other is None:
        return False
    work.take(layer, other)
    return set_field(work, layer, mask, salt + 1, "key_twice", "BSM", lambda row: {"BSM": work.name(layer, other)})


def of_class(rows: pd.DataFrame, *starts: str) -> Mask:
    """Rows whose DLBM begins with one of `starts`."""
    return rows["DLBM"].astype(str).str.startswith(starts).to_numpy(dtype=bool)


def attribute_faults(rows: pd.DataFrame, names: dict[str, str], old: dict[str, str]) -> list[tuple[str, str, Mask, Values]]:
    """(code, field, rows it can be planted in, what it writes) for each fault of a land-survey row.

    names: class → its name; old: class → a class code of the second survey that meant it.
    """
    farmland, forest, grass = of_class(rows, "01"), of_class(rows, "0301", "0302", "0305", "0307"), of_class(rows, "0401", "0403", "0404")
    plain = rows["KCXS"].isna().to_numpy(dtype=bool)
    sloping = rows["GDPDJB"].isin(["2", "3", "4", "5"]).to_numpy(dtype=bool)
    all_rows = np.ones(len(rows), dtype=bool)
    collective = rows["QSXZ"].astype(str).str.startswith(("3", "4")).to_numpy(dtype=bool)
    settled, unsettled = of_class(rows, "0702"), rows["CZCSXM"].isna().to_numpy(dtype=bool)
    return [
        ("value_missing", "ZLDWMC", all_rows, lambda row: {"ZLDWMC": None}),
        ("value_unknown", "MSSM", all_rows, lambda row: {"MSSM": "09"}),
        ("name_differs", "DLMC", all_rows, lambda row: {"DLMC": names["0201" if row["DLBM"] != "0201" else "0301"]}),
        ("text_long", "TBYBH", all_rows, lambda row: {"TBYBH": "YBH-" + str(row["BSM"]) + "-XXXX"}),
        ("area_wrong", "TBMJ", plain, lambda row: {one: _plus(row[one], max(25.0, 0.002 * row["TBMJ"])) for one in ("TBMJ", "TBDLMJ")}),
        ("deduction_wrong", "KCMJ", ~plain, lambda row: {"KCMJ": _plus(row["KCMJ"], 5.0), "TBDLMJ": _plus(row["TBDLMJ"], -5.0)}),
        ("blank_behind", "DLBM", all_rows, lambda row: {"DLBM": f"{row['DLBM']} "}),
        ("old_code", "DLBM", rows["DLBM"].isin(list(old)).to_numpy(dtype=bool) & unsettled, lambda row: {"DLBM": old[row["DLBM"]]}),
        ("nature_differs", "QSXZ", collective, lambda row: {"QSXZ": "20"}),
        ("planting_farmland", "ZZSXDM", farmland, lambda row: {"TBXHDM": "HDGD", "TBXHMC": "河道耕地", "ZZSXDM": "XG", "ZZSXMC": "休耕"}),
        ("slope_missing", "GDPDJB", farmland & ~sloping, lambda row: {"GDPDJB": None}),
        ("terrace_missing", "GDLX", farmland & sloping, lambda row: {"GDLX": None}),
        ("planting_forest", "ZZSXDM", forest, lambda row: {"ZZSXDM": "LS", "ZZSXMC": "种植粮食作物"}),
        ("planting_grass", "ZZSXDM", grass, lambda row: {"ZZSXDM": "LS", "ZZSXMC": "种植粮食作物"}),
        ("farmland_fields", "GDPDJB", forest | grass, lambda row: {"GDPDJB": "2"}),
        ("road_wide", "XZDWKD", of_class(rows, "1006"), lambda row: {"XZDWKD": 12.5}),
        ("industry_refined", "TBXHDM", of_class(rows, "0601"), lambda row: {"TBXHDM": "FQ", "TBXHMC": "废弃"}),
        ("settlement_differs", "CZCSXM", settled, lambda row: {"CZCSXM": "201A"}),
    ]


def _plus(value: float, change: float) -> float:
    return measure.round_half_away(float(value) + change, 2)
