"""The layer whose findings are shown: what happens to it is gathered and told once, a moment later."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

__all__ = ["Followed"]

_MOMENT = 150  # milliseconds: an undo of 100,000 changes is one change
_MANY = 5_000  # rows up to which those touched are read alone


class Followed(QObject):
    """Follows one layer at a time; `moved` brings the ids whose values changed, or None where all is to be read again."""

    moved = pyqtSignal(object)
    turned = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.layer: QgsVectorLayer | None = None
        self._joined: list[tuple[Any, Any]] = []
        self._touched: set[int] | None = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_MOMENT)
        self._timer.timeout.connect(self.tell)

    def follow(self, layer: QgsVectorLayer | None) -> None:
        """Let go of the layer before and follow this one; None = none."""
        for signal, slot in self._joined:
            signal.disconnect(slot)
        self._joined, self._touched, self.layer = [], set(), layer
        self._timer.stop()
        if layer is None:
            return
        self._joined = [(layer.attributeValueChanged, self._touch)]
        whole = (
            layer.featureAdded, layer.featureDeleted, layer.dataChanged, layer.afterCommitChanges, layer.afterRollBack, layer.subsetStringChanged,
            layer.updatedFields,
        )  # fmt: skip
        self._joined += [(signal, self._all) for signal in whole]
        # an edit is there or gone, which is shown at once
        self._joined += [(signal, self._turn) for signal in (layer.editingStarted, layer.editingStopped, layer.undoStack().indexChanged)]
        for signal, slot in self._joined:
            signal.connect(slot)

    def tell(self) -> None:
        """Tell now what is waiting to be told."""
        self._timer.stop()
        touched, self._touched = self._touched, set()
        if touched is None or touched:
            self.moved.emit(touched if touched is None or len(touched) <= _MANY else None)

    def _touch(self, number: int, *_: object) -> None:
        if self._touched is not None:
            if not self._touched:
                self._timer.start()
            self._touched.add(number)

    def _all(self, *_: object) -> None:
        self._touched = None
        self._timer.start()

    def _turn(self, *_: object) -> None:
        self.turned.emit()
