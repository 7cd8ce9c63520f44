"""The findings panel: filters above, the findings, and below what can be decided about those selected."""

from __future__ import annotations

from typing import Any

from qgis.core import Qgis, QgsProject, QgsVectorLayer
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, QModelIndex, QTimer
from qgis.PyQt.QtGui import QShowEvent
from qgis.PyQt.QtWidgets import QWidget

from ...plugin.bridge import edits
from ...plugin.bridge.rule_titles import group_words, rule_titles
from ...plugin.bridge.settings import ui_language
from ...plugin.bridge.speech import explain, sentence, tr
from ...plugin.bridge.text_rows import text_rows
from ...plugin.core.errors import ShanshuiError
from . import presenter
from .followed import Followed
from .model import FindingsModel
from .panel import Panel
from .place import go
from .presenter import runs

__all__ = ["FindingsDock"]

_TYPING = 250  # milliseconds after the last letter


class FindingsDock(QgsDockWidget):
    """Shows the findings of one layer at a time; layers are looked for only while it is open."""

    def __init__(self, iface: Any, parent: QWidget | None = None) -> None:
        super().__init__(tr("Findings"), parent)
        self.setObjectName("ShanshuiFindings")
        self._iface = iface
        self._language = ui_language()
        self.presenter, self.model, self.followed = presenter.Presenter(), FindingsModel(self), Followed(self)
        self.panel = Panel(self.model, self)
        self.setWidget(self.panel)
        self._started: str = ""  # the layer whose editing was switched on here
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING)
        project, panel = QgsProject.instance(), self.panel
        self._joined = [
            (project.layersAdded, self._list_layers), (project.layersRemoved, self._list_layers), (project.layersWillBeRemoved, self._let_go),
            (project.layerTreeRoot().nameChanged, self._list_layers), (panel.layers.currentIndexChanged, self._pick),
            (panel.state.currentIndexChanged, self._filter), (panel.severity.currentIndexChanged, self._filter),
            (panel.rule.currentIndexChanged, self._filter), (panel.text.textChanged, self._typing.start), (self._typing.timeout, self._filter),
            (panel.text.returnPressed, self._filter), (panel.table.clicked, self._go), (panel.table.activated, self._go),
            (panel.excuse.clicked, self._excuse), (panel.reason.returnPressed, self._excuse), (panel.reopen.clicked, self._reopen),
            (panel.undo.clicked, self._undo), (panel.save.clicked, self._save), (self.model.ordered, self._order),
            (panel.table.selectionModel().selectionChanged, self._tell), (self.followed.moved, self._renew), (self.followed.turned, self._tell),
        ]  # fmt: skip
        for signal, slot in self._joined:
            signal.connect(slot)
        self._tell()

    def leave(self) -> None:
        """Let go of every layer and signal."""
        self._typing.stop()
        self.followed.follow(None)
        for signal, slot in self._joined:
            signal.disconnect(slot)
        self._joined = []

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  (the name Qt calls)
        """Look for layers when the panel is opened."""
        super().showEvent(event)
        if self._joined:
            self._list_layers()

    def _list_layers(self, *_: object) -> None:
        """List the layers that hold findings, the one shown staying; the newest one where there was none."""
        if not self.isVisible():
            return
        layers = [one for one in QgsProject.instance().mapLayers().values() if isinstance(one, QgsVectorLayer) and one.isValid()]
        named = [(one.id(), one.name()) for one in layers if presenter.is_findings(one.fields().names())]
        self.panel.offer_layers(sorted(named, key=lambda one: one[1]))
        self._pick()

    def _pick(self, *_: object) -> None:
        layer = QgsProject.instance().mapLayer(self.panel.layers.currentData() or "")
        if layer is not self.followed.layer:
            self.followed.follow(layer)
            self._renew(None)

    def _let_go(self, ids: list[str]) -> None:
        """A layer must not be asked for anything once QGIS deletes it."""
        if self.followed.layer is not None and self.followed.layer.id() in ids:
            self.followed.follow(None)
            self._renew(None)

    def _renew(self, ids: set[int] | None) -> None:
        """Read the rows again, all or those of `ids`."""
        layer = self.followed.layer
        if layer is not None and not presenter.is_findings(layer.fields().names()):
            self.followed.follow(None)
            self._list_layers()
            return
        if ids is None:
            self.presenter.take(self._rows(None))
            self.panel.offer_rules(self.presenter.entries(group_words(self._language), rule_titles(self._language)))
        else:
            self.presenter.renew(ids, self._rows(ids))
        self._filter()

    def _rows(self, ids: set[int] | None) -> list[presenter.Row]:
        layer = self.followed.layer
        if layer is None:
            return []
        told = f"MESSAGE_{self._language.upper()}"
        names = [*presenter.FIELDS, *([told] if told in layer.fields().names() else [])]
        count = len(presenter.FIELDS)
        return [presenter.row_of(number, values[:count], "".join(values[count:])) for number, values in text_rows(layer, names, ids)]

    def _filter(self, *_: object) -> None:
        """Show what passes the filters; what was selected stays so where it is still shown."""
        self._typing.stop()
        self.presenter.wanted = self.panel.wanted()
        kept = {row.id for row in self.selected()}
        self.model.show(self.presenter.shown())
        chosen = QItemSelection()
        for first, last in runs([at for at, row in enumerate(self.model.rows) if row.id in kept]) if kept else []:
            chosen.append(QItemSelectionRange(self.model.index(first, 0), self.model.index(last, len(presenter.SHOWN) - 1)))
        flags = QItemSelectionModel.SelectionFlag
        self.panel.table.selectionModel().select(chosen, flags.ClearAndSelect)
        self._tell()

    def _order(self, by: str, down: bool) -> None:
        self.presenter.order(by, down)
        self._filter()

    def selected(self) -> list[presenter.Row]:
        """The rows selected, from top to bottom."""
        ranges = self.panel.table.selectionModel().selection()
        return [self.model.rows[at] for at in sorted({at for one in ranges for at in range(one.top(), one.bottom() + 1)})]

    def _go(self, index: QModelIndex) -> None:
        layer = self.followed.layer
        if layer is not None and index.isValid() and not go(self._iface.mapCanvas(), layer, self.model.rows[index.row()].id):
            self._say(tr("This finding has no place on the map."), Qgis.MessageLevel.Info)

    def _excuse(self, *_: object) -> None:
        self._set("exception", tr("Findings as exceptions"))

    def _reopen(self, *_: object) -> None:
        self._set("open", tr("Findings open again"))

    def _set(self, state: str, words: str) -> None:
        """Set the state of the rows selected as one undo step."""
        layer = self.followed.layer
        if layer is None:
            return
        width, editing = layer.fields().field("REASON").length(), layer.isEditable()
        try:
            change = presenter.plan(self.selected(), state, self.panel.reason.text(), width)
            if change.values:
                edits.step(layer, words, change.values)
        except ShanshuiError as failure:
            self._say(explain(failure))
            return
        if change.values and not editing:
            self._started = layer.id()
        self.followed.tell()
        if change.fixed:
            self._say(sentence("findings.fixed_stay", {"count": change.fixed}), Qgis.MessageLevel.Info)

    def _undo(self, *_: object) -> None:
        layer = self.followed.layer
        if layer is not None:
            layer.undoStack().undo()
            self.followed.tell()

    def _save(self, *_: object) -> None:
        """Save the layer's edits; editing that was on before the first decision stays on."""
        layer = self.followed.layer
        if layer is None:
            return
        try:
            edits.save(layer, stay=self._started != layer.id())
            self._started = ""
        except ShanshuiError as failure:
            self._say(explain(failure), Qgis.MessageLevel.Critical)
        self.followed.tell()

    def _tell(self, *_: object) -> None:
        """Counts, and which buttons can do something."""
        layer, selected = self.followed.layer, len(self.selected())
        if layer is None:
            text = tr("No layer holds findings. Run Check layers and load its result.")
        else:
            text = tr("{shown} of {all} findings, {selected} selected").format(shown=len(self.model.rows), all=len(self.presenter), selected=selected)
        changed = layer is not None and layer.isModified()
        self.panel.tell(text, layer is not None and selected > 0, changed, changed and layer.undoStack().canUndo())

    def _say(self, text: str, level: Any = Qgis.MessageLevel.Warning) -> None:
        self._iface.messageBar().pushMessage(tr("Findings"), text, level)
