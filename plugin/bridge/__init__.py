"""The only door between QGIS and tables: qgis.core and files, never qgis.gui."""
