"""Shanshui 山水: natural-resource registration, the ecological red line, the coast and the county plan in QGIS."""


def classFactory(iface):  # noqa: N802  (the name QGIS calls)
    """The plugin object QGIS asks for; `iface` is None in qgis_process."""
    from .plugin.plugin import ShanshuiPlugin

    return ShanshuiPlugin(iface)
