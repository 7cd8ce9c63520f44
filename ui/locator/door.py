"""The way into QGIS's locator and out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import QgsSettings

from .find import FindFilter, known_fields

__all__ = ["PREFIX", "register"]

PREFIX = "sx"
# where QGIS keeps the prefix that a user has given a filter: 3.22, and later versions
_KEYS = ("gui/locator_filters/prefix_shanshui_find", "locator-filters/items/shanshui_find/prefix")


def register(iface: Any) -> Callable[[], None]:
    """Add the filter to the locator; the answer takes it away.

    QGIS passes over prefixes of plugins under three letters unless the user has chosen them, so that the short one goes where such choices
    are kept, unless there is another. It is taken away again when the filter is.
    """
    known_fields.cache_clear()
    store = QgsSettings()
    for key in _KEYS:
        if not store.value(key):
            store.setValue(key, PREFIX)
    made = FindFilter(iface)
    iface.registerLocatorFilter(made)

    def leave() -> None:
        iface.deregisterLocatorFilter(made)
        for key in _KEYS:
            if store.value(key) == PREFIX:
                store.remove(key)

    return leave
