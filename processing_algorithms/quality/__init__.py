"""03 Checks and codes."""

ALGORITHMS = ("check_layers:CheckLayers",)
