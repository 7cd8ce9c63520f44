"""Which repairs are made, and by which numbers: a page of a pack, and the rules of the checks that find what they cure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..checks.case import Checked
from ..checks.engine import meant
from ..checks.rule import Rule, chosen, parameters_of
from ..schema import Pack

__all__ = ["ORDER", "Plan", "planned"]

PAGE = "repairs"
# rings before what needs them, vertices before ground, ground before whole features
ORDER = ("ring_order", "shape_invalid", "vertex_near", "vertex_missing", "overlap", "gap", "sliver")


@dataclass(frozen=True)
class Plan:
    """Repairs in the order of `ORDER`, and for each the rules of checks on this layer whose numbers it keeps to."""

    repairs: tuple[Rule, ...]
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    width: float | None = None

    def __contains__(self, name: str) -> bool:
        return any(one.check == name for one in self.repairs)

    def rule(self, name: str) -> Rule:
        """The row of a repair."""
        return next(one for one in self.repairs if one.check == name)

    def number(self, name: str, parameter: str) -> float:
        """A number of a repair in metres: the least that rules of its check state for this layer, else that of its own row."""
        if name in ("gap", "overlap") and parameter == "width" and self.width is not None:
            return self.width
        stated = [one.number(parameter) for one in self.rules.get(name, ()) if parameter in one.parameters]
        return min(stated) if stated else self.rule(name).number(parameter)


def planned(pack: Pack, checks: Iterable[Rule], wanted: str, layer: Checked, width: float | None = None) -> Plan:
    """The repairs that a text asks for: all, or parted by commas their codes, groups and names, or codes of the checks they cure.

    width: metres, in place of the rows' own for gaps and overlaps. InputError `check.unknown_rule`.
    """
    listed = list(checks)
    rows = [_repair(row, pack.id) for row in pack.rule(PAGE)]
    names = {one.code.lower(): one.check for one in listed}
    words = [one.strip() for one in wanted.replace("，", ",").replace("、", ",").replace(";", ",").split(",")]
    known = {one.check for one in rows}
    asked = ",".join(names[one.lower()] if names.get(one.lower()) in known else one for one in words)
    picked = chosen(rows, asked)
    fit = {name: tuple(one for one in listed if one.check == name and meant(one, layer)) for name in known}
    return Plan(tuple(sorted(picked, key=lambda one: ORDER.index(one.check))), fit, width)


def _repair(row: Mapping[str, str], pack: str) -> Rule:
    return Rule(
        row["code"], row["repair"], pack, ("polygon",), (), row["group"], row["title_zh"], row["title_en"], "note", parameters_of(row),
        source=row.get("source", ""), status=row.get("status", ""),
    )
