"""03 Checks and codes."""

ALGORITHMS = ("check_layers:CheckLayers", "check_codes:CheckCodes", "assign_codes:AssignCodes", "sheet_grid:SheetGrid")
