"""03 Checks and codes."""

ALGORITHMS = ("check_layers:CheckLayers", "sheet_grid:SheetGrid")
