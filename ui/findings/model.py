"""The table of the findings panel: a model over rows that were read once, whatever their number."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor

from ...plugin.bridge.speech import tr
from .presenter import SHOWN, Row

__all__ = ["FindingsModel", "severities", "states"]

_COLOURS = {"error": "#d9483b", "warning": "#d4942c", "note": "#3b8ed0"}


def severities() -> dict[str, str]:
    """The words of severities, heaviest first."""
    return {"error": tr("Error"), "warning": tr("Warning"), "note": tr("Note")}


def states() -> dict[str, str]:
    """The words of states."""
    return {"open": tr("Open"), "exception": tr("Exception"), "fixed": tr("Fixed")}


class FindingsModel(QAbstractTableModel):
    """Shows the rows it is given; a click on a head asks for another order by `ordered` (column, downwards)."""

    ordered = pyqtSignal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self._words = {"severity": severities(), "state": states()}
        heads = (tr("Severity"), tr("State"), tr("Rule"), tr("Finding"), tr("Reason"), tr("Layer"), tr("Feature"), tr("Field"), tr("First seen"))
        self._heads = dict(zip(SHOWN, heads))

    def show(self, rows: list[Row]) -> None:
        """Show these rows instead."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008  (what Qt calls, as Qt declares it)
        """The rows shown."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008
        """The columns of `SHOWN`."""
        return 0 if parent.isValid() else len(SHOWN)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The text of a cell, its whole text as a tip, and the colour of a severity."""
        if not index.isValid():
            return None
        name = SHOWN[index.column()]
        value = getattr(self.rows[index.row()], name)
        if role == Qt.ItemDataRole.DisplayRole or (role == Qt.ItemDataRole.ToolTipRole and name in ("words", "reason")):
            return self._words.get(name, {}).get(value, value)
        if role == Qt.ItemDataRole.DecorationRole and name == "severity":
            return QColor(_COLOURS.get(value, "#7f8c8d"))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        """The name of a column; rows have none."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._heads[SHOWN[section]]
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Ask for another order; no column = the layer's own."""
        self.ordered.emit(SHOWN[column] if 0 <= column < len(SHOWN) else "", order == Qt.SortOrder.DescendingOrder)
