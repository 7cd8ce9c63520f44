"""What a run says, to the user and to the log panel, kept for a test to read; how its layers are forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from qgis.core import QgsApplication, QgsProcessingFeedback
from qgis.PyQt import sip


class Heard(QgsProcessingFeedback):
    """Keeps every sentence (`said`; warnings also in `warned`) and every step of the progress bar; cancels itself at step `stop`."""

    def __init__(self, stop: float | None = None) -> None:
        super().__init__(False)
        self.said: list[str] = []
        self.warned: list[str] = []
        self.steps: list[float] = []
        self.progressChanged.connect(self.steps.append)
        if stop is not None:
            self.progressChanged.connect(lambda at: self.cancel() if at >= stop else None)

    def pushInfo(self, info: str) -> None:  # noqa: N802
        self.said.append(info)

    def pushWarning(self, warning: str) -> None:  # noqa: N802
        self.said.append(warning)
        self.warned.append(warning)

    def reportError(self, error: str, fatalError: bool = False) -> None:  # noqa: N802, N803
        self.said.append(error)


@contextmanager
def log_panel() -> Iterator[list[str]]:
    """What goes to the plugin's page of the log panel: failures that nobody foresaw."""
    heard: list[str] = []

    def listen(message: str, tag: str, level: Any) -> None:
        if tag == "Shanshui":
            heard.append(message)

    log = QgsApplication.messageLog()
    log.messageReceived.connect(listen)
    try:
        yield heard
    finally:
        log.messageReceived.disconnect(listen)


def forget(layers: Iterable[Any]) -> None:
    """Layers deleted now: none may outlive the application."""
    for layer in layers:
        if not sip.isdeleted(layer):
            sip.delete(layer)
