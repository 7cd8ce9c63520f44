"""02 Natural-resource registration."""

ALGORITHMS = (
    "boundary_lines:BoundaryLines",
    "boundary_points:BoundaryPoints",
    "abutments:Abutments",
)
