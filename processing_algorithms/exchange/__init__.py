"""04 Data exchange."""

ALGORITHMS = ("import_vct:ImportVct", "export_vct:ExportVct")
