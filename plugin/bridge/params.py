"""Parameter kinds: each declares itself to Processing and reads its value for the core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterPoint,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProperty,
)

from ..core.errors import InputError
from . import settings as stored
from .pages import Page

__all__ = [
    "Choice", "Crs", "Extent", "FieldOf", "File", "Flag", "Kind", "Layers", "Number", "Output", "OutputFile", "OutputFolder",
    "OutputNumber", "OutputText", "Pack", "Point", "Raster", "Source", "Text", "token_index",
]

_TYPES = {
    "polygon": QgsProcessing.SourceType.TypeVectorPolygon,
    "line": QgsProcessing.SourceType.TypeVectorLine,
    "point": QgsProcessing.SourceType.TypeVectorPoint,
    "any": QgsProcessing.SourceType.TypeVectorAnyGeometry,
    "table": QgsProcessing.SourceType.TypeVector,
}


def token_index(value: Any, tokens: Sequence[str]) -> int | None:
    """The index that an enum value names: an index, its text, or a token in any case; None when it names none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if text in tokens:  # before the index: a token may itself be a number, as a scale is
        return tokens.index(text)
    if text.lstrip("-").isdigit():
        return int(text) if 0 <= int(text) < len(tokens) else None
    lowered = [token.lower() for token in tokens]
    return lowered.index(text.lower()) if text.lower() in lowered else None


def _own(setting: str, default: Any) -> Any:
    """The user's own default, for a parameter that names a setting of the options page; else the parameter's."""
    return getattr(stored.load(), setting) if setting else default


class Kind:
    """One parameter: `declare` makes its QGIS definition, `read` its value."""

    is_output = False

    def __init__(self, name: str, default: Any = None, optional: bool = False, advanced: bool = False) -> None:
        self.name, self.default, self.optional, self.advanced = name, default, optional, advanced

    def declare(self, page: Page) -> QgsProcessingParameterDefinition:
        """The QGIS definition, labelled by the manual page."""
        made = self._make(page.label(self.name), page)
        if self.advanced:
            made.setFlags(made.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        return made

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        raise AssertionError(f"{type(self).__name__} does not say how it is declared")

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        """The value as the core takes it."""
        raise AssertionError(f"{type(self).__name__} does not say how it is read")

    def prepare(self, alg: Any, parameters: Mapping[str, Any], context: Any) -> Any:
        """What must be taken from the project's layers in the main thread, before the run."""
        return None

    def given(self, parameters: Mapping[str, Any]) -> bool:
        """Whether the caller gave a value."""
        return parameters.get(self.name) not in (None, "", [])


class Source(Kind):
    """A vector layer, read into a Table; None when optional and not given. judged: see `Run.read`."""

    def __init__(self, name: str, geometry: str = "polygon", optional: bool = False, advanced: bool = False, judged: bool = True) -> None:
        super().__init__(name, None, optional, advanced)
        self.geometry, self.judged = geometry, judged

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterFeatureSource(self.name, label, [_TYPES[self.geometry]], None, self.optional)

    def prepare(self, alg: Any, parameters: Mapping[str, Any], context: Any) -> Any:
        from .run import origin

        return origin(alg.parameterAsVectorLayer(parameters, self.name, context), parameters.get(self.name))

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        if not self.given(parameters) and self.optional:
            return None
        source = alg.parameterAsSource(parameters, self.name, context)
        if source is None:
            raise InputError("input.cannot_open", name=self.name, layer=str(parameters.get(self.name)))
        return run.read(self.name, source, self.geometry, source.sourceName(), run.prepared[self.name], self.judged)


class Layers(Kind):
    """Several vector layers as a list of Tables named as they are; "table" takes some with and some without shapes. judged: see `Run.read`."""

    def __init__(self, name: str, geometry: str = "polygon", optional: bool = False, judged: bool = True) -> None:
        super().__init__(name, None, optional)
        self.geometry, self.judged = geometry, judged

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterMultipleLayers(self.name, label, _TYPES[self.geometry], None, self.optional)

    def prepare(self, alg: Any, parameters: Mapping[str, Any], context: Any) -> Any:
        from .run import Snapshot, origin

        if not self.given(parameters):
            return []
        return [(Snapshot(layer), origin(layer, None)) for layer in self.opened(alg, parameters, context)]

    def opened(self, alg: Any, parameters: Mapping[str, Any], context: Any) -> list[Any]:
        """The layers; InputError `input.cannot_open` names those that cannot be opened (QGIS would leave them out in silence)."""
        value = parameters.get(self.name)
        for one in value if isinstance(value, (list, tuple)) else [value]:
            layers = alg.parameterAsLayerList({self.name: [one]}, self.name, context) if isinstance(one, str) else [one]
            if not layers or any(layer is None or not getattr(layer, "isValid", bool)() for layer in layers):
                raise InputError("input.cannot_open", name=self.name, layer=str(one))
        return list(alg.parameterAsLayerList(parameters, self.name, context))

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        taken = run.prepared[self.name]
        if not taken and not self.optional:
            raise InputError("input.cannot_open", name=self.name, layer=str(parameters.get(self.name)))
        found = []
        for i, (source, place) in enumerate(taken):
            kind = self.geometry if self.geometry != "table" else "any" if source.has_geometry else "table"
            found.append(run.read(f"{self.name}[{i}]", source, kind, source.name, place, self.judged))
        return found


class FieldOf(Kind):
    """The name of a field of source `parent`; kind any, numeric or text; a list when `several`."""

    def __init__(
        self, name: str, parent: str, kind: str = "any", optional: bool = False, default: Any = None, several: bool = False, advanced: bool = False
    ) -> None:
        super().__init__(name, default, optional, advanced)
        self.parent, self.kind, self.several = parent, kind, several

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        types = QgsProcessingParameterField.DataType
        kind = {"any": types.Any, "numeric": types.Numeric, "text": types.String}[self.kind]
        return QgsProcessingParameterField(self.name, label, self.default, self.parent, kind, self.several, self.optional)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        found = [str(one) for one in alg.parameterAsFields(parameters, self.name, context)]
        return found if self.several else (found[0] if found else None)


class Choice(Kind):
    """One of `tokens`, given as token in any case or as index; the value read is the token. setting: see `_own`."""

    def __init__(
        self, name: str, tokens: Sequence[str], default: str | None = None, optional: bool = False, advanced: bool = False, setting: str = ""
    ) -> None:
        super().__init__(name, tokens[0] if default is None else default, optional, advanced)
        self.tokens, self.setting = tuple(tokens), setting

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        options = [page.option(self.name, token) for token in self.tokens]
        return QgsProcessingParameterEnum(self.name, label, options, False, self.tokens.index(_own(self.setting, self.default)), self.optional)

    def translate(self, parameters: dict[str, Any]) -> None:
        """Turn a token into its index in place; InputError `input.unknown_choice` for what is neither."""
        value = parameters.get(self.name)
        if value is None or isinstance(value, QgsProperty):
            return
        at = token_index(value, self.tokens)
        if at is None:
            raise InputError("input.unknown_choice", name=self.name, value=str(value), choices=", ".join(self.tokens))
        parameters[self.name] = at

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        return self.tokens[alg.parameterAsEnum(parameters, self.name, context)]


class Number(Kind):
    """A number within bounds; None when optional and not given. setting: see `_own`."""

    def __init__(
        self, name: str, default: float | None = None, minimum: float | None = None, maximum: float | None = None, integer: bool = False,
        optional: bool = False, advanced: bool = False, setting: str = "",
    ) -> None:
        super().__init__(name, default, optional, advanced)
        self.minimum, self.maximum, self.integer, self.setting = minimum, maximum, integer, setting

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        types = QgsProcessingParameterNumber.Type
        bounds = {}
        if self.minimum is not None:
            bounds["minValue"] = self.minimum
        if self.maximum is not None:
            bounds["maxValue"] = self.maximum
        return QgsProcessingParameterNumber(
            self.name, label, types.Integer if self.integer else types.Double, _own(self.setting, self.default), self.optional, **bounds
        )

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        if not self.given(parameters) and self.default is None:
            return None
        return alg.parameterAsInt(parameters, self.name, context) if self.integer else alg.parameterAsDouble(parameters, self.name, context)


class Text(Kind):
    """A line of text."""

    def __init__(self, name: str, default: str = "", optional: bool = False, multiline: bool = False, advanced: bool = False) -> None:
        super().__init__(name, default, optional, advanced)
        self.multiline = multiline

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterString(self.name, label, self.default, self.multiline, self.optional)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        return alg.parameterAsString(parameters, self.name, context).strip()


class Pack(Text):
    """The id of a pack; read as the loaded Pack with the user's overlays."""

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        name = super().read(alg, parameters, context, run) or self.default
        if name not in run.packs:
            raise InputError("input.unknown_pack", pack=name, present=", ".join(sorted(run.packs)))
        return run.packs[name]


class Flag(Kind):
    """Yes or no."""

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterBoolean(self.name, label, bool(self.default), self.optional)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        return alg.parameterAsBoolean(parameters, self.name, context)


class Crs(Kind):
    """A coordinate reference system as text for core, or None."""

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterCrs(self.name, label, self.default, self.optional)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        from .crs_text import crs_text

        return crs_text(alg.parameterAsCrs(parameters, self.name, context))


class Extent(Kind):
    """An extent as (xmin, ymin, xmax, ymax) with its CRS text, or None."""

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterExtent(self.name, label, self.default, self.optional)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        from .crs_text import crs_text

        if not self.given(parameters):
            return None
        box = alg.parameterAsExtent(parameters, self.name, context)
        crs = crs_text(alg.parameterAsExtentCrs(parameters, self.name, context))
        return (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()), crs


class Point(Kind):
    """A place as (x, y, CRS text), or None."""

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterPoint(self.name, label, self.default, self.optional)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        from .crs_text import crs_text

        if not self.given(parameters):
            return None
        place = alg.parameterAsPoint(parameters, self.name, context)
        return place.x(), place.y(), crs_text(alg.parameterAsPointCrs(parameters, self.name, context))


class Raster(Kind):
    """A raster layer, handed on as its source path; None when optional and not given."""

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterRasterLayer(self.name, label, self.default, self.optional)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        if not self.given(parameters) and self.optional:
            return None
        layer = alg.parameterAsRasterLayer(parameters, self.name, context)
        if layer is None:
            raise InputError("input.cannot_open", name=self.name, layer=str(parameters.get(self.name)))
        return layer.source()


class File(Kind):
    """An existing file or, with `folder`, an existing folder; its path as text, or None."""

    def __init__(self, name: str, optional: bool = False, folder: bool = False, extension: str = "") -> None:
        super().__init__(name, None, optional)
        self.folder, self.extension = folder, extension

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        behaviour = QgsProcessingParameterFile.Behavior
        return QgsProcessingParameterFile(self.name, label, behaviour.Folder if self.folder else behaviour.File, self.extension, None, self.optional)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        return alg.parameterAsFile(parameters, self.name, context) or None


class Output(Kind):
    """A feature sink; geometry polygon, line, point, table, or same:<SOURCE>; style names a file of resources/styles."""

    is_output = True

    def __init__(self, name: str, geometry: str = "polygon", optional: bool = False, style: str = "", layer: str = "") -> None:
        super().__init__(name, None, optional)
        self.geometry, self.style, self.layer = geometry, style, layer

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        kind = _TYPES["any" if self.geometry.startswith("same:") else self.geometry]
        made = QgsProcessingParameterFeatureSink(self.name, label, kind, None, self.optional)
        made.setCreateByDefault(not self.optional)
        return made


class OutputFile(Kind):
    """A file that the algorithm writes itself, staged; read as its path or None."""

    is_output = True

    def __init__(self, name: str, extension: str, optional: bool = False) -> None:
        super().__init__(name, None, optional)
        self.extension = extension

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        kinds = ";;".join(f"{one.upper()} (*.{one})" for one in self.extension.split())
        return QgsProcessingParameterFileDestination(self.name, label, kinds, None, self.optional, not self.optional)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        return alg.parameterAsFileOutput(parameters, self.name, context) or None


class OutputFolder(Kind):
    """A folder that the algorithm fills, staged; read as its path."""

    is_output = True

    def _make(self, label: str, page: Page) -> QgsProcessingParameterDefinition:
        return QgsProcessingParameterFolderDestination(self.name, label, None, self.optional, True)

    def read(self, alg: Any, parameters: Mapping[str, Any], context: Any, run: Any) -> Any:
        return alg.parameterAsString(parameters, self.name, context) or None


class OutputNumber(Kind):
    """A number among the results; not a parameter."""

    is_output = True

    def output(self, page: Page) -> Any:
        """The output definition."""
        return QgsProcessingOutputNumber(self.name, page.label(self.name))


class OutputText(OutputNumber):
    """A text among the results; not a parameter."""

    def output(self, page: Page) -> Any:
        return QgsProcessingOutputString(self.name, page.label(self.name))
