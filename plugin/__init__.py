"""The rooms of the plugin: core (pure), bridge (QGIS to tables) and the composition root."""
