"""04 Data exchange."""

ALGORITHMS = (
    "import_vct:ImportVct",
    "export_vct:ExportVct",
    "import_txt:ImportTxt",
    "export_txt:ExportTxt",
    "export_shapefile:ExportShapefile",
    "load_legacy:LoadLegacy",
    "import_point_table:ImportPointTable",
    "export_point_table:ExportPointTable",
    "export_geodatabase:ExportGeodatabase",
    "export_geopackage:ExportGeopackage",
)
