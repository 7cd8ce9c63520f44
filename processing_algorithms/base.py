"""The rhythm of every algorithm: read → compute → write, with help, errors, counts and nothing lost in silence."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from typing import Any

from qgis.core import (
    Qgis,
    QgsMessageLog,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
)
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

from ..plugin.bridge import libraries, pages, params
from ..plugin.bridge.manual import page_file
from ..plugin.bridge.places import RESOURCES
from ..plugin.bridge.run import Run
from ..plugin.bridge.settings import ui_language
from ..plugin.bridge.speech import explain, sentence
from ..plugin.core.errors import LibraryError, ShanshuiError

__all__ = ["Described", "ShanshuiAlgorithm", "speaking"]

_HEAVY_OUTPUTS = ("FINDINGS", "REJECTED")


def speaking(failure: Exception) -> QgsProcessingException:
    """Any failure as the sentence the user reads; the traceback of an unforeseen one goes to the log panel only.

    The frames that failed let go of what they hold: layers must not live on in a traceback until some thread collects them.
    """
    if not isinstance(failure, (QgsProcessingException, ShanshuiError)):
        told = "".join(traceback.format_exception(type(failure), failure, failure.__traceback__))
        QgsMessageLog.logMessage(told, "Shanshui", Qgis.MessageLevel.Critical)
    traceback.clear_frames(failure.__traceback__)
    if isinstance(failure, QgsProcessingException):
        return failure
    if isinstance(failure, ShanshuiError):
        return QgsProcessingException(explain(failure))
    return QgsProcessingException(sentence("run.unforeseen", {"kind": type(failure).__name__, "reason": str(failure)}, with_next=True))


class Described:
    """What QGIS asks an algorithm about itself, answered from its manual page; tokens of enums are understood everywhere."""

    ID = ""
    GROUP = ""
    PARAMETERS: tuple[params.Kind, ...] = ()

    @property
    def manual(self) -> pages.Page:
        """The manual page in the window's language."""
        return pages.page(self.ID, ui_language())

    def name(self) -> str:
        return self.ID

    def displayName(self) -> str:  # noqa: N802
        return self.manual.title

    def groupId(self) -> str:  # noqa: N802
        return self.GROUP

    def group(self) -> str:
        return group_name(self.GROUP)

    def tags(self) -> list[str]:
        both = [tag for language in ("zh", "en") for tag in pages.page(self.ID, language).tags]
        return list(dict.fromkeys([*both, "shanshui", "山水"]))

    def shortDescription(self) -> str:  # noqa: N802
        return self.manual.summary

    def shortHelpString(self) -> str:  # noqa: N802
        return pages.to_html(self.manual.text)

    def helpUrl(self) -> str:  # noqa: N802
        return QUrl.fromLocalFile(str(page_file(self.ID, ui_language()))).toString()

    def icon(self) -> QIcon:
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:  # noqa: N802
        own = RESOURCES / "icons" / f"{self.ID}.svg"
        return str(own if own.is_file() else RESOURCES / "icons" / f"{self.GROUP}.svg")

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802
        found = libraries.obstacle()
        return (found is None, sentence(*found, with_next=True) if found else "")

    def createInstance(self) -> Any:  # noqa: N802
        return type(self)()

    def translated(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """A copy of the parameters with tokens of enums as indices; InputError for an unknown one."""
        copy = dict(parameters)
        for kind in self.PARAMETERS:
            if isinstance(kind, params.Choice):
                kind.translate(copy)
        return copy

    def checkParameterValues(self, parameters: dict[str, Any], context: QgsProcessingContext) -> tuple[bool, str]:  # noqa: N802
        able, why = self.canExecute()
        if not able:
            return False, why
        try:
            copy = self.translated(parameters)
            for kind in self.PARAMETERS:
                if isinstance(kind, params.Layers) and kind.given(copy):
                    kind.opened(self, copy, context)
        except ShanshuiError as failure:
            return False, explain(failure)
        return super().checkParameterValues(copy, context)  # type: ignore[misc,no-any-return]


def group_name(group: str) -> str:
    """The toolbox name of a group in the window's language, from resources/groups.csv."""
    import csv

    with (RESOURCES / "groups.csv").open(encoding="utf-8-sig", newline="") as stream:
        return {row["id"]: row[ui_language()] for row in csv.DictReader(stream)}.get(group, group)


class ShanshuiAlgorithm(Described, QgsProcessingAlgorithm):
    """An algorithm from tables to tables: a subclass states ID, GROUP, PARAMETERS and `compute`."""

    def initAlgorithm(self, configuration: Any = None) -> None:  # noqa: N802
        for kind in self.PARAMETERS:
            if isinstance(kind, params.OutputNumber):
                self.addOutput(kind.output(self.manual))
            else:
                self.addParameter(kind.declare(self.manual))

    def prepareAlgorithm(self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> bool:  # noqa: N802
        try:
            obstacle = libraries.obstacle()  # also where nobody asked canExecute: packages are loaded in the way they need
            if obstacle:
                raise LibraryError(obstacle[0], **obstacle[1])
            copy = self.translated(parameters)
            self._prepared = {kind.name: kind.prepare(self, copy, context) for kind in self.PARAMETERS}
        except Exception as failure:  # the one place where a failure of any kind becomes a sentence
            raise speaking(failure) from failure
        return True

    def processAlgorithm(self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> dict[str, Any]:  # noqa: N802
        try:
            return self._run(self.translated(parameters), Run(context, feedback, self._prepared))
        except Exception as failure:  # noqa: BLE001  (it leaves as a sentence, below)
            told = speaking(failure)
        # QGIS never lets go of an exception that leaves here: it may not hold the run's layers through this frame
        del parameters, context, feedback
        raise told

    def compute(self, given: dict[str, Any], run: Run) -> dict[str, Any]:
        """The algorithm's own line of thought: values by parameter name in, results by output name out."""
        raise AssertionError(f"{type(self).__name__} computes nothing")

    def _run(self, parameters: dict[str, Any], run: Run) -> dict[str, Any]:
        from ..plugin.bridge.batch import Batch

        self._check_outputs(parameters)
        given = {
            kind.name: kind.read(self, parameters, run.context, run)
            for kind in self.PARAMETERS
            if not isinstance(kind, (params.Output, params.OutputNumber))
        }
        results = self.compute(given, run)
        run.progress.check()
        returned: dict[str, Any] = {}
        outputs = [kind.name for kind in self.PARAMETERS if isinstance(kind, params.Output)]
        with Batch() as batch:
            for kind in self.PARAMETERS:
                if isinstance(kind, params.Output):
                    at = outputs.index(kind.name)
                    step = run.writing_progress.part(at / len(outputs), (at + 1) / len(outputs))
                    self._write(kind, parameters, results.get(kind.name), run, returned, batch, step)
                elif isinstance(kind, params.OutputFile) and callable(results.get(kind.name)):
                    returned[kind.name] = results[kind.name](batch)
                elif kind.is_output:
                    returned[kind.name] = results.get(kind.name)
            run.writing_progress.at(1.0)
            run.progress.check()
            batch.finish()  # from here on nothing can be stopped: all is swapped in or, on a failure, named
        self._close(results, run)
        return returned

    def _check_outputs(self, parameters: dict[str, Any]) -> None:
        """OutputError before an hour's work where it is clear already that a file cannot be written."""
        from ..plugin.bridge import batch, sinks

        for kind in self.PARAMETERS:
            if isinstance(kind, params.Output):
                target = sinks.resolve(self.parameterAsOutputLayer(parameters, kind.name, QgsProcessingContext()))
                if target.kind == "file":
                    batch.driver_of(target.path)
                    batch.check(target.path)

    def _write(self, kind: params.Output, parameters: dict[str, Any], value: Any, run: Run, returned: dict[str, Any], batch: Any, step: Any) -> None:
        from ..plugin.bridge import outcome, sinks

        if callable(value):
            value = value()
        if kind.name in _HEAVY_OUTPUTS:
            value = outcome.table_for(kind.name, value, run)
        if value is None:
            if not kind.optional:
                raise AssertionError(f"{self.ID} gave no {kind.name}")
            return
        geometry = kind.geometry
        if geometry.startswith("same:"):
            geometry = outcome.geometry_of(value)
        tables: Any = value if hasattr(value, "rows") else iter(value)
        known = [] if kind.name == "FINDINGS" else run.known_fields  # a source's CODE of four characters is not that of a finding
        destination, count = sinks.write(self, parameters, kind.name, run.context, tables, geometry, known, step, run.paths, batch)
        if destination:
            returned[kind.name] = destination
            run.count(kind.name, count)
            outcome.dress_later(destination, value, kind, run)

    def _close(self, results: dict[str, Any], run: Run) -> None:
        from ..plugin.bridge import outcome

        outcome.account(results, run, any(kind.name == "FINDINGS" for kind in self.PARAMETERS))


def modules(listed: Iterable[str], package: str) -> list[Any]:
    """The algorithm classes that "module:Class" strings of a folder's ALGORITHMS name."""
    import importlib

    return [getattr(importlib.import_module(f".{one.partition(':')[0]}", package), one.partition(":")[2]) for one in listed]
