"""01 Areas and overlay."""

ALGORITHMS = (
    "measure_areas:MeasureAreas",
    "measure_lengths:MeasureLengths",
    "balance_areas:BalanceAreas",
    "overlay:Overlay",
)
