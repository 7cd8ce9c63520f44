"""The widgets of the findings panel, which know nothing of layers."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ...plugin.bridge.speech import tr
from .model import FindingsModel, severities, states
from .presenter import SHOWN, Entry, Wanted

__all__ = ["Panel"]

# widths of the columns in letters, in the order of `SHOWN`
_WIDTHS = {"severity": 15, "state": 13, "code": 12, "words": 86, "reason": 30, "layer": 12, "feature": 30, "field": 14, "first_seen": 16}


class Panel(QWidget):
    """Filters, table, decisions."""

    def __init__(self, model: FindingsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers, self.state, self.severity, self.rule = QComboBox(self), QComboBox(self), QComboBox(self), QComboBox(self)
        self.text, self.reason, self.count = QLineEdit(self), QLineEdit(self), QLabel(self)
        self.excuse, self.reopen = QPushButton(tr("Set as exception"), self), QPushButton(tr("Set open"), self)
        self.undo, self.save = QPushButton(tr("Undo"), self), QPushButton(tr("Save"), self)
        self.table = QTableView(self)
        self._fill(model)
        top, bottom, whole = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        for one, stretch in ((self.layers, 2), (self.state, 1), (self.severity, 1), (self.rule, 3), (self.text, 2)):
            top.addWidget(one, stretch)
        for one, stretch in ((self.count, 3), (self.reason, 3), (self.excuse, 0), (self.reopen, 0), (self.undo, 0), (self.save, 0)):
            bottom.addWidget(one, stretch)
        whole.setContentsMargins(6, 4, 6, 4)
        whole.addLayout(top)
        whole.addWidget(self.table)
        whole.addLayout(bottom)

    def _fill(self, model: FindingsModel) -> None:
        self.layers.setToolTip(tr("Layer of findings, as Check layers writes it"))
        for box, every, words in ((self.state, tr("All states"), states()), (self.severity, tr("All severities"), severities())):
            box.addItem(every, "")
            for key, word in words.items():
                box.addItem(word, key)
        self.rule.addItem(tr("All rules"), "")
        for box in (self.layers, self.rule):  # a long name of a layer or rule must not make the panel wide
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
        self.text.setPlaceholderText(tr("Words to look for"))
        self.text.setClearButtonEnabled(True)
        self.reason.setPlaceholderText(tr("Reason of an exception"))
        self.count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.save.setToolTip(tr("Write the decisions into the layer; they can be undone until then."))
        self.table.setModel(model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setWordWrap(False)
        self.table.setAlternatingRowColors(True)
        self.table.verticalHeader().hide()
        letter = self.fontMetrics().averageCharWidth()
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        for at, name in enumerate(SHOWN):
            self.table.setColumnWidth(at, _WIDTHS[name] * letter)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.horizontalHeader().setSortIndicator(-1, self.table.horizontalHeader().sortIndicatorOrder())
        self.table.setSortingEnabled(True)

    def wanted(self) -> Wanted:
        """The filters as they stand."""
        return Wanted(self.state.currentData(), self.severity.currentData(), self.rule.currentData() or "", self.text.text())

    def offer_layers(self, named: list[tuple[str, str]]) -> None:
        """Offer layers as (id, name), the chosen one staying so where it is still there."""
        _refill(self.layers, named)

    def offer_rules(self, entries: list[Entry]) -> None:
        """Offer groups and, set in, their rules."""
        told = [(one.key, f"{'' if one.key.startswith('group:') else '    '}{one.name} ({one.count})") for one in entries]
        _refill(self.rule, [("", tr("All rules")), *told])

    def tell(self, text: str, able: bool, changed: bool, undoable: bool) -> None:
        """Say the counts; able: there are rows to decide about, changed: something is to be saved."""
        self.count.setText(text)
        self.count.setToolTip(text)
        for one in (self.excuse, self.reopen):
            one.setEnabled(able)
        self.save.setEnabled(changed)
        self.undo.setEnabled(undoable)


def _refill(box: QComboBox, entries: list[tuple[str, str]]) -> None:
    """Other entries (key, text) in a box without telling anybody; what was chosen stays so where it is still there."""
    before = box.currentData()
    box.blockSignals(True)
    box.clear()
    for key, text in entries:
        box.addItem(text, key)
    box.setCurrentIndex(max(box.findData(before), 0) if entries else -1)
    box.blockSignals(False)
