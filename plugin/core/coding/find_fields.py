"""The fields by which people look for a parcel, a patch or a unit: codes and names, as the packs in use have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..schema import Pack

__all__ = ["FindFields", "find_fields"]


@dataclass(frozen=True)
class FindFields:
    """codes and names: fields in upper case, those first that say more."""

    codes: tuple[str, ...]
    names: tuple[str, ...]

    def among(self, fields: list[str]) -> FindFields:
        """Those of them that a layer has, as the layer spells them."""
        own = {one.upper(): one for one in fields}
        return FindFields(tuple(own[one] for one in self.codes if one in own), tuple(own[one] for one in self.names if one in own))


def find_fields(packs: Mapping[str, Pack]) -> FindFields:
    """Codes: the fields that rules of codes are for, the longest code first, then the keys of layers; names: the pages `find_fields`."""
    rules = [row for pack in packs.values() if "code_rules" in pack.rules for row in pack.rule("code_rules")]
    keys = [layer.key for pack in packs.values() for layer in pack.layers.values() if layer.key]
    order = {"real_estate_unit": 0, "parcel": 1, "registration_unit": 2}
    listed = [row["field"] for row in sorted(rules, key=lambda row: order.get(row["rule"], len(order)))]
    names = [row["field"] for pack in packs.values() if "find_fields" in pack.rules for row in pack.rule("find_fields")]
    return FindFields(tuple(dict.fromkeys(one.upper() for one in [*listed, *keys])), tuple(dict.fromkeys(one.upper() for one in names)))
