"""Several of a few words as a parameter: formats to write, layers to draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import QgsProcessingParameterDefinition, QgsProcessingParameterEnum, QgsProperty

from ..core.errors import InputError
from .pages import Page
from .params import Choice, token_index

__all__ = ["Choices"]


class Choices(Choice):
    """Some of `tokens`, at least one: a list or a text parted by commas, each a token in any case or an index; the value read is a list of tokens."""

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        options = [page.option(self.name, token) for token in self.tokens]
        return QgsProcessingParameterEnum(self.name, label, options, True, [self.tokens.index(self.default)], self.optional)

    def translate(self, parameters: dict[str, Any]) -> None:
        value = parameters.get(self.name)
        if value is None or isinstance(value, QgsProperty):
            return
        listed = value if isinstance(value, (list, tuple)) else str(value).split(",")
        found = [token_index(one, self.tokens) for one in listed]
        if None in found or not found:
            raise InputError("input.unknown_choice", name=self.name, value=str(value), choices=", ".join(self.tokens))
        parameters[self.name] = list(dict.fromkeys(found))

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        return [self.tokens[at] for at in alg.parameterAsEnums(parameters, self.name, context)]
