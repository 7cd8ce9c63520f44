"""Expression functions of a group of their own: codes, names of classes, sheets and measures, quick enough to run while a map is drawn."""

from __future__ import annotations

import csv
import html
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from qgis.core import QgsExpression, QgsExpressionFunction

from ..core.coding import rules, sheets
from ..core.errors import InputError, ShanshuiError
from . import shape_measures
from .packs_in_use import packs_in_use
from .places import RESOURCES
from .settings import ui_language
from .speech import explain

__all__ = ["GROUP", "register"]

GROUP = "Shanshui 山水"


@lru_cache(maxsize=1)
def _packs() -> Mapping[str, Any]:
    """The packs with the user's laid over; read at the first call, again when the plugin is loaded again."""
    return packs_in_use()


@lru_cache(maxsize=64)
def _rule(name: str) -> rules.CodeRule:
    return rules.rule_of(_packs()["registration"], name)


@lru_cache(maxsize=64)
def _names(listed: str, language: str) -> dict[str, str]:
    found = next((pack.codes[listed] for pack in _packs().values() if listed in pack.codes), None)
    if found is None:
        present = sorted({name for pack in _packs().values() for name in pack.codes})
        raise InputError("expression.unknown_list", list=listed, present=", ".join(present))
    return {code: one.name(language) for code, one in found.entries.items()}


def _valid(code: Any, rule: Any) -> bool:
    return not rules.faults(str(code), _rule(str(rule)))


def _part(code: Any, rule: Any, part: Any) -> str | None:
    return rules.part(str(code), _rule(str(rule)), str(part))


def _class_name(code: Any, listed: Any, language: Any) -> str | None:
    return _names(str(listed), str(language)).get(str(code))


def _sheet(longitude: Any, latitude: Any, scale: Any) -> str:
    try:
        return sheets.number_at(float(longitude), float(latitude), int(scale))
    except (TypeError, ValueError) as why:
        raise InputError("expression.no_number", value=f"{longitude}, {latitude}, {scale}") from why


_WORK: dict[str, Callable[..., Any]] = {
    "shanshui_code_valid": _valid,
    "shanshui_code_part": _part,
    "shanshui_class_name": _class_name,
    "shanshui_sheet_number": _sheet,
    "shanshui_area": shape_measures.area,
    "shanshui_length": shape_measures.length,
}
# functions that look at the feature and its layer, so that all their arguments may be left out
_LOOKING = ("shanshui_area", "shanshui_length")


class _Function(QgsExpressionFunction):
    """One function: its work in plain Python, its help from resources/expressions.csv; NULL in any argument gives NULL."""

    def __init__(self, row: Mapping[str, str], work: Callable[..., Any]) -> None:
        self._work, self._most = work, len(row["arguments"].split(","))
        self._looking = row["name"] in _LOOKING
        count = -1 if self._looking else self._most
        super().__init__(row["name"], count, GROUP, _help(row), False, False, self._looking)

    def usesGeometry(self, node: Any) -> bool:  # noqa: N802  (what QGIS asks)
        """Whether the feature must be fetched with its shape."""
        return self._looking

    def referencedColumns(self, node: Any) -> set[str]:  # noqa: N802
        """The fields that the function reads by itself."""
        return set()

    def func(self, values: Any, context: Any, parent: Any, node: Any) -> Any:
        """Called by QGIS for each feature; a failure is a sentence of the expression."""
        try:
            if len(values) > self._most:
                raise InputError("expression.too_many", name=self.name(), count=len(values), most=self._most)
            return self._work(context, *values) if self._looking else self._work(*values)
        except ShanshuiError as failure:
            parent.setEvalErrorString(explain(failure))
            return None


def _help(row: Mapping[str, str]) -> str:
    language = "zh" if ui_language() == "zh" else "en"
    head = html.escape(f"{row['name']}({row['arguments']})")
    return f"<h3>{head}</h3><p>{html.escape(row[language])}</p><p><code>{html.escape(row['example'])}</code></p>"


def register() -> Callable[[], None]:
    """Make the functions known to QGIS; the way to take them away again."""
    for kept in (_packs, _rule, _names):
        kept.cache_clear()
    with (RESOURCES / "expressions.csv").open(encoding="utf-8-sig", newline="") as stream:
        made = [_Function(row, _WORK[row["name"]]) for row in csv.DictReader(stream)]
    for one in made:
        QgsExpression.registerFunction(one)

    def leave() -> None:
        while made:  # QGIS does not own them: each is let go of only when QGIS no longer knows it
            QgsExpression.unregisterFunction(made[-1].name())
            made.pop()

    return leave
