"""02 Natural-resource registration."""

ALGORITHMS = (
    "draw_units:DrawUnits",
    "resource_patches:ResourcePatches",
    "boundary_lines:BoundaryLines",
    "boundary_points:BoundaryPoints",
    "abutments:Abutments",
    "ownership_list:OwnershipList",
    "registration_notices:RegistrationNotices",
    "register_book:RegisterBook",
)
