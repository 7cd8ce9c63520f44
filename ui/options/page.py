"""The options page: own packs and editions, defaults of measuring, languages, the operator, and the Python packages found."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QShowEvent
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...plugin.bridge import libraries
from ...plugin.bridge import settings as stored
from ...plugin.bridge.pages import page
from ...plugin.bridge.speech import explain, sentence, tr
from . import presenter

__all__ = ["OptionsPage"]


class OptionsPage(QgsOptionsPageWidget):
    """The settings as widgets; `apply` stores them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stored = stored.load()
        self._picked = dict(self._stored.editions)
        self._shown = presenter.Shown(())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for group in (self._packs_group(), self._defaults_group(), self._libraries_group()):
            layout.addWidget(group)
        layout.addStretch(1)
        self._refresh()

    def apply(self) -> None:
        """Store what the widgets say."""
        stored.save(
            replace(
                self._stored,
                packs_folder=self.folder.filePath().strip(),
                editions=presenter.choices(self._shown.lines, self._picked),
                area_method=self.method.currentData(),
                decimals=self.decimals.value(),
                language=self.language.currentData(),
                operator=self.operator.text().strip(),
            )
        )

    def _packs_group(self) -> QGroupBox:
        group = QGroupBox(tr("Standards"), self)
        form = QFormLayout(group)
        self.folder = QgsFileWidget(group)
        self.folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder.setFilePath(self._stored.packs_folder)
        self.folder.setToolTip(tr("Its packs lie over the shipped ones row by row: a province is a small folder."))
        self.folder.fileChanged.connect(self._refresh)
        form.addRow(tr("Folder of own packs"), self.folder)
        self.fault = _warning(group)
        form.addRow(self.fault)
        self.table = QTableWidget(0, 6, group)
        self.table.setWordWrap(False)
        for at, (text, tip) in enumerate(_columns()):
            head = QTableWidgetItem(text)
            head.setToolTip(tip)
            self.table.setHorizontalHeaderItem(at, head)
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        form.addRow(self.table)
        return group

    def _defaults_group(self) -> QGroupBox:
        group = QGroupBox(tr("Defaults"), self)
        form = QFormLayout(group)
        manual = page("measure_areas", stored.ui_language())
        self.method = _combo(group, self._stored.area_method, [(one, manual.option("METHOD", one)) for one in stored.AREA_METHODS])
        form.addRow(tr("Method of areas"), self.method)
        self.decimals = QSpinBox(group)
        self.decimals.setRange(0, 6)
        self.decimals.setValue(self._stored.decimals)
        form.addRow(tr("Decimals of areas and lengths"), self.decimals)
        self.language = _combo(group, self._stored.language, [("auto", tr("As the window")), ("zh", "中文"), ("en", "English")])
        form.addRow(tr("Language of outputs"), self.language)
        self.operator = QLineEdit(self._stored.operator, group)
        self.operator.setToolTip(tr("Written into run manifests and audit records."))
        form.addRow(tr("Operator's name"), self.operator)
        return group

    def _libraries_group(self) -> QGroupBox:
        group = QGroupBox(tr("Python packages"), self)
        self.libraries, self.obstacle = QLabel(group), _warning(group)
        self.libraries.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(group)
        layout.addWidget(self.libraries)
        layout.addWidget(self.obstacle)
        return group

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  (the name Qt calls)
        """Look for the packages when the page is first looked at: QGIS makes all pages when its options open, and this takes a second or two."""
        super().showEvent(event)
        if not self.libraries.text():
            self._find_libraries()

    def _find_libraries(self) -> None:
        words = {"": tr("not found"), libraries.BROKEN: tr("cannot be imported")}
        rows = [
            f"<td>{name}&nbsp;&nbsp;</td><td><b>{words.get(version, version)}</b>&nbsp;&nbsp;&nbsp;&nbsp;</td>" for name, version in libraries.found()
        ]
        half = (len(rows) + 1) // 2
        lines = [a + b for a, b in zip(rows[:half], [*rows[half:], ""])]
        self.libraries.setText("<table>" + "".join(f"<tr>{one}</tr>" for one in lines) + "</table>")
        obstacle = libraries.obstacle()
        self.obstacle.setText(sentence(*obstacle, with_next=True) if obstacle else "")
        self.obstacle.setVisible(obstacle is not None)

    def _refresh(self) -> None:
        """Read the packs again and show them with the first fault."""
        self._shown = presenter.packs(self.folder.filePath(), self._picked, stored.ui_language())
        self.fault.setText(explain(self._shown.fault) if self._shown.fault else "")
        self.fault.setVisible(self._shown.fault is not None)
        self.table.setRowCount(len(self._shown.lines))
        for at, line in enumerate(self._shown.lines):
            self._fill(at, line)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.resizeRowsToContents()
        rows = sum(self.table.rowHeight(at) for at in range(self.table.rowCount()))
        self.table.setFixedHeight(rows + header.sizeHint().height() + 2 * self.table.frameWidth())

    def _fill(self, at: int, line: presenter.PackLine) -> None:
        counts = [str(line.rows.get(one, "–")) for one in ("standard", "practice", "default")]
        for column, text in ((0, line.title), (2, counts[0]), (3, counts[1]), (4, counts[2]), (5, str(line.own) if line.rows else "–")):
            item = QTableWidgetItem(text)
            if column:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            else:
                item.setToolTip(f"{line.title} ({line.id})")
            self.table.setItem(at, column, item)
        self.table.removeCellWidget(at, 1)
        if len(line.editions) < 2:
            self.table.setItem(at, 1, QTableWidgetItem(line.edition))
            return
        box = _combo(self.table, line.edition, [(one, one) for one in line.editions])
        box.currentIndexChanged.connect(partial(self._pick, line.id, box))
        self.table.setCellWidget(at, 1, box)

    def _pick(self, pack: str, box: QComboBox, *_: int) -> None:
        self._picked[pack] = box.currentData()
        self._refresh()


def _columns() -> list[tuple[str, str]]:
    """The heads of the list of packs with what they mean; the last four count rows."""
    return [
        (tr("Pack"), tr("A standard: its layers, code lists and rules.")),
        (tr("Edition in use"), tr("Folders of own packs may bring other editions; the last one is used unless another is chosen.")),
        (tr("standard"), tr("Rows read in the published text.")),
        (tr("practice"), tr("Rows seen in working software or real databases.")),
        (tr("default"), tr("Rows of our own, to be replaced by yours.")),
        (tr("own"), tr("Rows that come from the folder of own packs.")),
    ]


def _warning(parent: QWidget, text: str = "") -> QLabel:
    """A sentence in red that can be copied."""
    label = QLabel(text, parent)
    label.setWordWrap(True)
    label.setStyleSheet("color: #d9483b;")
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _combo(parent: QWidget, current: str, entries: list[tuple[str, str]]) -> QComboBox:
    box = QComboBox(parent)
    for value, text in entries:
        box.addItem(text, value)
    box.setCurrentIndex(max(box.findData(current), 0))
    return box
