"""03 Checks and codes."""

ALGORITHMS = (
    "check_layers:CheckLayers",
    "repair_layer:RepairLayer",
    "check_codes:CheckCodes",
    "assign_codes:AssignCodes",
    "sheet_grid:SheetGrid",
    "trace_lineage:TraceLineage",
)
