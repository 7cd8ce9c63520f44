"""One user action = one named undo step in a layer's edit buffer; saving is asked for and looked at."""

from __future__ import annotations

from collections.abc import Mapping

from qgis.core import NULL, QgsVectorLayer

from ..core.errors import OutputError

__all__ = ["save", "step"]


def step(layer: QgsVectorLayer, words: str, values: Mapping[int, Mapping[str, tuple[str, str]]]) -> None:
    """Change texts as one undo step called `words`: id → field → (was, will be), "" being NULL.

    Editing is switched on where it is off. OutputError `edit.read_only` or `edit.refused`: nothing is changed then.
    """
    began = not layer.isEditable()
    if began and (layer.readOnly() or not layer.startEditing()):
        raise OutputError("edit.read_only", layer=layer.name())
    fields = {name: layer.fields().indexOf(name) for changed in values.values() for name in changed}
    layer.beginEditCommand(words)
    for number, changed in values.items():
        for name, (was, new) in changed.items():
            if not layer.changeAttributeValue(number, fields[name], new or NULL, was or NULL):
                layer.destroyEditCommand()
                if began:
                    layer.rollBack()
                raise OutputError("edit.refused", layer=layer.name(), field=name)
    layer.endEditCommand()


def save(layer: QgsVectorLayer, stay: bool = False) -> None:
    """Write what the edit buffer holds; stay: keep editing. OutputError `edit.not_saved`: the edits are still open."""
    if not layer.commitChanges(not stay):
        raise OutputError("edit.not_saved", layer=layer.name(), reason=" ".join(" ".join(layer.commitErrors()).split()))
