"""Pure functions from tables to tables: no QGIS, no Qt, no sentences."""
