"""Files to read as a parameter: one, several, or the files of a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessing, QgsProcessingParameterDefinition, QgsProcessingParameterMultipleLayers

from ..core.errors import InputError
from .pages import Page
from .params import Kind

__all__ = ["Files"]


class Files(Kind):
    """Read as (path, whether it was named itself) in order; of a folder the files of one ending, its subfolders' too.

    InputError `input.no_file` for what is not there, `input.no_files` where nothing is left.
    """

    def __init__(self, name: str, extension: str) -> None:
        super().__init__(name)
        self.extension = extension

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterMultipleLayers(self.name, label, QgsProcessing.SourceType.TypeFile)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        found: dict[Path, bool] = {}
        for text in alg.parameterAsFileList(parameters, self.name, context):
            path = Path(text)
            if path.is_dir():
                inside = sorted(one for one in path.rglob("*") if one.suffix.lower() == f".{self.extension}" and one.is_file())
                found.update({one: found.get(one, False) for one in inside})
            elif path.is_file():
                found[path] = True
            else:
                raise InputError("input.no_file", path=text)
        if not found:
            raise InputError("input.no_files", name=self.name, extension=self.extension, path=str(parameters.get(self.name)))
        return list(found.items())
