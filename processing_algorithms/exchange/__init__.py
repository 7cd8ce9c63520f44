"""04 Data exchange."""

ALGORITHMS = (
    "import_vct:ImportVct",
    "export_vct:ExportVct",
    "import_txt:ImportTxt",
    "export_txt:ExportTxt",
    "import_point_table:ImportPointTable",
    "export_point_table:ExportPointTable",
    "export_shapefile:ExportShapefile",
    "load_legacy:LoadLegacy",
)
